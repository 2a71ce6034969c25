"""Bybit's v5 public stream for linear contracts: books, trades, best prices, tickers, liquidations."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from workstation.exchange.batching import BatchBuilder, BookMessage, PriceAndSize
from workstation.exchange.decoding import UNREADABLE, BadMessage, Id, TimeMs
from workstation.exchange.stream_rows import StreamRows
from workstation.model.derivatives import (
    DerivativeNews,
    FundingRate,
    Liquidation,
    MarkPrice,
    OpenInterest,
    Ticker,
)

_MaybeNumber = Annotated[str, msgspec.Meta(pattern=r"^(-?[0-9]{1,24}(\.[0-9]{1,24})?)?$")]

# Field names are Bybit's own.


class _Levels(msgspec.Struct, gc=False):
    s: str
    u: Id
    b: list[PriceAndSize]
    a: list[PriceAndSize]


class _Trade(msgspec.Struct, gc=False):
    T: TimeMs
    s: str
    S: Literal["Buy", "Sell"]  # the taker's
    v: float
    p: float
    i: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Ticker(msgspec.Struct, gc=False):
    symbol: str
    lastPrice: _MaybeNumber | None = None
    prevPrice24h: _MaybeNumber | None = None
    highPrice24h: _MaybeNumber | None = None
    lowPrice24h: _MaybeNumber | None = None
    volume24h: _MaybeNumber | None = None
    turnover24h: _MaybeNumber | None = None
    markPrice: _MaybeNumber | None = None
    indexPrice: _MaybeNumber | None = None
    openInterest: _MaybeNumber | None = None
    openInterestValue: _MaybeNumber | None = None
    fundingRate: _MaybeNumber | None = None
    nextFundingTime: _MaybeNumber | None = None
    fundingIntervalHour: _MaybeNumber | None = None


class _Liquidation(msgspec.Struct, gc=False):
    T: TimeMs
    s: str
    S: Literal["Buy", "Sell"]  # of the position: "Buy" is a long that was closed by force
    v: Decimal
    p: Decimal


class _Envelope(msgspec.Struct, gc=False):
    topic: str
    data: msgspec.Raw
    type: str = "snapshot"
    ts: TimeMs = 0
    cts: TimeMs = 0  # when the matching engine made it


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_read_levels = msgspec.json.Decoder(_Levels, strict=False).decode
_read_trades = msgspec.json.Decoder(list[_Trade], strict=False).decode
_read_ticker = msgspec.json.Decoder(_Ticker).decode
_read_liquidations = msgspec.json.Decoder(list[_Liquidation], strict=False).decode


class BybitDecoder:
    """Decodes messages of Bybit's public stream into their symbols' builders and a list of news.

    Update ids of a book grow by one; `u` 1 is a snapshot after a restart of the service, whatever the message
    calls itself. Trade ids are UUIDs: their first 60 bits serve as the number of the trade.
    """

    def __init__(
        self, venue: str, builders: Mapping[str, BatchBuilder], funding_hours: Mapping[str, float]
    ) -> None:
        """Decode for these symbols; see `BinanceStreamDecoder`."""
        self._venue = venue
        self._builders = builders
        self._funding_hours = funding_hours
        self._bests: dict[str, tuple[PriceAndSize | None, PriceAndSize | None]] = {}
        self._tickers: dict[str, dict[str, str]] = {}
        self.news: list[DerivativeNews] = []
        """What is not columns, in the order received; whoever takes it clears it."""
        self.skipped: list[tuple[str, int]] = []
        """Always empty: Bybit's trades are not counted."""

    def decode(
        self, seqs: Sequence[int], recv_ns: Sequence[int], payloads: Sequence[str]
    ) -> list[BadMessage]:
        """See `Decoder.decode`."""
        bad: list[BadMessage] = []
        rows = StreamRows()
        for seq, received, payload in zip(seqs, recv_ns, payloads, strict=True):
            try:
                message = _read_envelope(payload)
                symbol = message.topic.rpartition(".")[2]
                if symbol not in self._builders:
                    raise ValueError(f"no symbol that is followed: {symbol[:40]}")
                self._take(rows, seq, received, symbol, message)
            except UNREADABLE as error:
                bad.append(BadMessage(seq, str(error)))
        rows.build(self._builders)
        return bad

    def _take(self, rows: StreamRows, seq: int, recv_ns: int, symbol: str, message: _Envelope) -> None:
        topic = message.topic
        event_ms = message.cts or message.ts
        if topic.startswith("orderbook.1."):
            self._take_best(rows, seq, recv_ns, symbol, event_ms, message)
        elif topic.startswith("orderbook."):
            levels = _read_levels(message.data)
            is_snapshot = message.type == "snapshot" or levels.u == 1
            prev_id = -1 if is_snapshot else levels.u - 1
            rows.books[symbol].append(
                BookMessage(
                    seq, recv_ns, event_ms, levels.u, levels.u, prev_id, is_snapshot, levels.b, levels.a
                )
            )
        elif topic.startswith(("publicTrade.", "trade.")):
            for trade in _read_trades(message.data):
                side = 1 if trade.S == "Buy" else -1
                rows.trades[symbol].append(
                    (seq, recv_ns, trade.T, _number_of(trade.i), side, trade.p, trade.v)
                )
        elif topic.startswith("tickers."):
            self._take_ticker(symbol, message.ts, msgspec.to_builtins(_read_ticker(message.data)))
        elif topic.startswith("allLiquidation."):
            for item in _read_liquidations(message.data):
                side_of_order: Literal["buy", "sell"] = "sell" if item.S == "Buy" else "buy"
                self.news.append(Liquidation(self._venue, symbol, item.T, side_of_order, item.p, item.v))
        else:
            raise ValueError(f"no known topic: {topic[:60]}")

    def _take_best(
        self, rows: StreamRows, seq: int, recv_ns: int, symbol: str, event_ms: int, message: _Envelope
    ) -> None:
        """One level a side, sent as a book is: what is not sent has not changed."""
        levels = _read_levels(message.data)
        is_snapshot = message.type == "snapshot" or levels.u == 1
        bid, ask = (None, None) if is_snapshot else self._bests.get(symbol, (None, None))
        bid = _best(bid, levels.b)
        ask = _best(ask, levels.a)
        self._bests[symbol] = (bid, ask)
        if bid is not None and ask is not None:
            rows.quotes[symbol].append((seq, recv_ns, event_ms, levels.u, *bid, *ask))

    def _take_ticker(self, symbol: str, event_ms: int, sent: dict[str, Any]) -> None:
        """A ticker is sent whole once and then only what has changed in it."""
        changed = {name: value for name, value in sent.items() if value}
        held = self._tickers.setdefault(symbol, {})
        held |= changed

        def number(name: str) -> Decimal | None:
            return Decimal(held[name]) if name in held else None

        venue = self._venue
        mark = number("markPrice")
        if mark is not None and changed.keys() & {"markPrice", "indexPrice"}:
            self.news.append(MarkPrice(venue, symbol, event_ms, mark, number("indexPrice")))
        rate = number("fundingRate")
        if rate is not None and changed.keys() & {"fundingRate", "nextFundingTime"}:
            hours = float(held.get("fundingIntervalHour") or self._funding_hours.get(symbol, 0.0))
            next_ms = int(held.get("nextFundingTime", 0))
            if hours:
                self.news.append(FundingRate(venue, symbol, event_ms, rate, hours, next_ms))
        size = number("openInterest")
        if size is not None and "openInterest" in changed:
            self.news.append(OpenInterest(venue, symbol, event_ms, size, number("openInterestValue")))
        if changed.keys() & set(_DAY) and held.keys() >= set(_DAY):
            last, before, high, low, volume, turnover = (Decimal(held[name]) for name in _DAY)
            self.news.append(Ticker(venue, symbol, event_ms, last, before, high, low, volume, turnover))


_DAY = ("lastPrice", "prevPrice24h", "highPrice24h", "lowPrice24h", "volume24h", "turnover24h")
"""What makes a `Ticker`, in the order of its fields."""


def _best(held: PriceAndSize | None, sent: list[PriceAndSize]) -> PriceAndSize | None:
    for price, size in sent:
        if size:
            held = (price, size)
        elif held is not None and held[0] == price:
            held = None
    return held


def _number_of(trade_id: str) -> int:
    """A number of 60 bits that tells trades apart."""
    digits = trade_id.replace("-", "")
    return int(digits[:15], 16)
