"""Messages as venues send them, and captures made of them, for tests."""

import gzip
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from workstation.exchange.batching import BatchBuilder

START_NS = 1_723_161_255_000_000_000
START_MS = START_NS // 1_000_000

Pairs = Sequence[tuple[str, str]]


def packed(message: object) -> bytes:
    """JSON as venues write it, without spaces."""
    return json.dumps(message, separators=(",", ":")).encode()


def stream(name: str, data: dict[str, object]) -> bytes:
    return packed({"stream": name, "data": data})


def trade_data(
    trade_id: int = 1,
    price: str = "61800.10",
    size: str = "0.006",
    *,
    buy: bool = True,
    symbol: str = "BTCUSDT",
) -> dict[str, object]:
    return {
        "e": "trade",
        "E": START_MS + trade_id,
        "T": START_MS + trade_id,
        "s": symbol,
        "t": trade_id,
        "p": price,
        "q": size,
        "X": "MARKET",
        "m": not buy,
    }


def trade(trade_id: int = 1, price: str = "61800.10", size: str = "0.006", **options: object) -> bytes:
    data = trade_data(trade_id, price, size, **options)  # type: ignore[arg-type]
    return stream(f"{str(data['s']).lower()}@trade", data)


def quote(
    update_id: int = 1,
    bid: str = "61800.10",
    ask: str = "61800.20",
    bid_size: str = "2.507",
    ask_size: str = "2.510",
    symbol: str = "BTCUSDT",
) -> bytes:
    data: dict[str, object] = {
        "e": "bookTicker",
        "u": update_id,
        "s": symbol,
        "b": bid,
        "B": bid_size,
        "a": ask,
        "A": ask_size,
        "T": START_MS + update_id,
        "E": START_MS + update_id,
    }
    return stream(f"{symbol.lower()}@bookTicker", data)


def depth_data(
    last_id: int = 2, bids: Pairs = (("61800.10", "1.000"),), asks: Pairs = (), symbol: str = "BTCUSDT"
) -> dict[str, object]:
    return {
        "e": "depthUpdate",
        "E": START_MS + last_id,
        "T": START_MS + last_id,
        "s": symbol,
        "U": last_id,
        "u": last_id,
        "pu": last_id - 1,
        "b": bids,
        "a": asks,
    }


def depth(
    last_id: int = 2, bids: Pairs = (("61800.10", "1.000"),), asks: Pairs = (), symbol: str = "BTCUSDT"
) -> bytes:
    return stream(f"{symbol.lower()}@depth@0ms", depth_data(last_id, bids, asks, symbol))


def snapshot(
    last_id: int = 1,
    bids: Pairs = (("61800.10", "1.000"), ("61800.00", "3.000")),
    asks: Pairs = (("61800.20", "2.000"),),
    symbol: str | None = None,
) -> bytes:
    message: dict[str, object] = {"lastUpdateId": last_id, "E": START_MS + last_id, "T": START_MS + last_id}
    if symbol is not None:
        message["symbol"] = symbol
    return packed({**message, "bids": bids, "asks": asks})


def hyperliquid_book(
    time_ms: int = START_MS, bid: str = "105055.0", ask: str = "105056.0", coin: str = "BTC"
) -> bytes:
    levels = [[{"n": 5, "px": bid, "sz": "3.03622"}], [{"n": 1, "px": ask, "sz": "0.1428"}]]
    return packed({"channel": "l2Book", "data": {"coin": coin, "levels": levels, "time": time_ms}})


def hyperliquid_trades(*trades: tuple[int, str], coin: str = "BTC", price: str = "105055.0") -> bytes:
    """Trades of (trade id, side "A" or "B")."""
    data = [
        {
            "coin": coin,
            "side": side,
            "px": price,
            "sz": "0.1",
            "time": START_MS,
            "tid": trade_id,
            "hash": "0x0",
        }
        for trade_id, side in trades
    ]
    return packed({"channel": "trades", "data": data})


def lines(messages: Iterable[bytes], *, every_ns: int = 1_000_000) -> bytes:
    """A plain capture of messages received at a steady pace."""
    return b"".join(b"%d %s\n" % (START_NS + every_ns * at, text) for at, text in enumerate(messages))


def builders(*symbols: str, venue: str = "binance_usdm") -> dict[str, BatchBuilder]:
    return {symbol: BatchBuilder(venue, symbol) for symbol in symbols}


def first_lines(capture: Path, count: int) -> list[bytes]:
    """The first lines of a recorded capture, with their ends."""
    with gzip.open(capture) as file:
        return list(islice(file, count))
