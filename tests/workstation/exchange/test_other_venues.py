"""Bybit, OKX and Hyperliquid: their real messages become the same rows, chains and news as Binance's."""

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from workstation.exchange.batching import BatchBuilder
from workstation.exchange.bybit import BybitDecoder
from workstation.exchange.hyperliquid_stream import HyperliquidStreamDecoder
from workstation.exchange.okx import BROKEN_ID, OkxDecoder
from workstation.exchange.recent_trades import RecentTrades
from workstation.exchange.venues import VENUES, VenueEntry
from workstation.market.order_book import BookStatus, OrderBook
from workstation.model.columns import TRADE, MarketBatch
from workstation.model.derivatives import (
    DerivativeNews,
    FundingRate,
    Liquidation,
    MarkPrice,
    OpenInterest,
    Ticker,
)
from workstation.model.instrument import ContractKind, Instrument

D = Decimal


class Reading:
    """A venue's decoder with its builders, and a book for each symbol."""

    def __init__(self, key: str, *symbols: str) -> None:
        self.entry: VenueEntry = VENUES[key]
        self.builders = {symbol: BatchBuilder(key, symbol) for symbol in symbols}
        self.decoder: Any = self.entry.decoder(key, self.builders, {})
        self._seq = 0

    def read(self, *messages: Any) -> list[str]:
        """Decode messages and return what is wrong with them."""
        texts = [item if isinstance(item, str) else msgspec.json.encode(item).decode() for item in messages]
        assert all(text.startswith(self.entry.market_data) for text in texts)
        seqs = list(range(self._seq, self._seq + len(texts)))
        self._seq += len(texts)
        bad = self.decoder.decode(seqs, [10**18] * len(texts), texts)
        return [message.reason for message in bad]

    @property
    def news(self) -> list[DerivativeNews]:
        news: list[DerivativeNews] = self.decoder.news
        return news

    def take(self, symbol: str) -> MarketBatch:
        return self.builders[symbol].take()

    def book(self, symbol: str) -> OrderBook:
        one = D(1)
        return OrderBook(
            Instrument("v", symbol, ContractKind.LINEAR, one, one, one, "", "", self.entry.sequence_rule)
        )


def payload(shared_data: Path, name: str) -> Any:
    return msgspec.json.decode((shared_data / "payloads/nautilus" / name).read_bytes())


# OKX


def okx_capture(shared_data: Path) -> list[str]:
    lines = (shared_data / "payloads/cryptofeed/OKX.ws.1.0").read_text().splitlines()
    messages = [line.partition(": ")[2] for line in lines]
    return [message for message in messages if message.startswith('{"arg":')]


@pytest.mark.real_data
def test_okx_checksums_hold_in_every_recorded_book(shared_data: Path) -> None:
    symbols = ("BTC-USD-220527", "UNI-USD-SWAP", "BTC-USDT")
    reading = Reading("okx", *symbols)
    assert reading.read(*okx_capture(shared_data)) == []
    assert isinstance(reading.decoder, OkxDecoder)
    assert reading.decoder.checksums_right == 290
    assert reading.decoder.checksums_wrong == 0
    for symbol in symbols:
        batch, book = reading.take(symbol), reading.book(symbol)
        book.apply(batch.updates, batch.levels)
        assert book.status is BookStatus.LIVE
        assert book.sequence_gaps == book.crossed_books == 0
        assert len(batch.trades) > 0
    assert {type(item) for item in reading.news} == {Ticker}


@pytest.mark.real_data
def test_an_okx_update_that_is_lost_is_noticed_by_the_checksum(shared_data: Path) -> None:
    messages = okx_capture(shared_data)
    books = [index for index, text in enumerate(messages) if '"books","instId":"BTC-USDT"' in text[:60]]
    del messages[books[10]]
    reading = Reading("okx", "BTC-USD-220527", "UNI-USD-SWAP", "BTC-USDT")
    reading.read(*messages)
    assert reading.decoder.checksums_wrong > 0
    batch, book = reading.take("BTC-USDT"), reading.book("BTC-USDT")
    assert BROKEN_ID in batch.updates["prev_id"]
    book.apply(batch.updates, batch.levels)
    assert book.status is BookStatus.BROKEN


@pytest.mark.real_data
def test_okx_documented_messages_are_read(shared_data: Path) -> None:
    reading = Reading("okx", "BTC-USDT", "BTC-USDT-SWAP", "BTC-USD")
    names = ("books_snapshot", "bbo_tbt", "trades", "tickers", "funding_rate")
    assert reading.read(*(payload(shared_data, f"okx/ws_{name}.json") for name in names)) == []
    batch = reading.take("BTC-USDT")
    assert bool(batch.updates["is_snapshot"][0])
    assert float(batch.quotes["bid_price"][0]) == 8476.97
    assert int(reading.take("BTC-USD").trades["trade_id"][0]) == 130639474
    assert reading.news[1] == FundingRate(
        "okx", "BTC-USDT-SWAP", 1744590349506, D("0.0001"), 8.0, 1744590349506
    )


def okx_book(action: str, seq_id: int, prev_id: int, price: str = "100") -> dict[str, Any]:
    data = {"bids": [[price, "1", "0", "1"]], "asks": [], "ts": "1", "seqId": seq_id, "prevSeqId": prev_id}
    return {"arg": {"channel": "books", "instId": "BTC-USDT"}, "action": action, "data": [data]}


def test_okx_books_chain_by_the_id_before() -> None:
    reading = Reading("okx", "BTC-USDT")
    reading.read(okx_book("snapshot", 10, -1), okx_book("update", 15, 10), okx_book("update", 15, 15))
    batch, book = reading.take("BTC-USDT"), reading.book("BTC-USDT")
    book.apply(batch.updates, batch.levels)
    assert book.status is BookStatus.LIVE
    reading.read(okx_book("update", 21, 20))
    batch = reading.take("BTC-USDT")
    book.apply(batch.updates, batch.levels)
    assert book.status is BookStatus.BROKEN


def test_okx_marks_and_liquidations_are_news() -> None:
    reading = Reading("okx", "BTC-USDT-SWAP")
    mark = {"instId": "BTC-USDT-SWAP", "markPx": "84660.1", "ts": "1744590349506"}
    detail = {"side": "sell", "bkPx": "0.007831", "sz": "13", "ts": "1692266434010", "posSide": "long"}
    others = {"instId": "ETH-USDT-SWAP", "details": [detail]}
    assert (
        reading.read(
            {"arg": {"channel": "mark-price", "instId": "BTC-USDT-SWAP"}, "data": [mark]},
            {
                "arg": {"channel": "liquidation-orders", "instType": "SWAP"},
                "data": [others, {**others, "instId": "BTC-USDT-SWAP"}],
            },
        )
        == []
    )
    assert reading.news == [
        MarkPrice("okx", "BTC-USDT-SWAP", 1744590349506, D("84660.1")),
        Liquidation("okx", "BTC-USDT-SWAP", 1692266434010, "sell", D("0.007831"), D("13")),
    ]


# Bybit


def bybit_book(
    kind: str, update_id: int, topic: str = "orderbook.200.BTCUSDT", **sides: Any
) -> dict[str, Any]:
    data = {"s": "BTCUSDT", "b": [], "a": [], "u": update_id, "seq": 1} | sides
    return {"topic": topic, "type": kind, "ts": 1709891679000, "data": data, "cts": 1709891678990}


def test_bybit_books_grow_by_one_and_begin_anew_at_one() -> None:
    reading = Reading("bybit", "BTCUSDT")
    reading.read(bybit_book("snapshot", 50), bybit_book("delta", 51), bybit_book("delta", 52))
    batch, book = reading.take("BTCUSDT"), reading.book("BTCUSDT")
    book.apply(batch.updates, batch.levels)
    assert book.status is BookStatus.LIVE
    assert int(batch.updates["event_ms"][0]) == 1709891678990
    for message, status in (
        (bybit_book("delta", 54), BookStatus.BROKEN),
        (bybit_book("delta", 1), BookStatus.LIVE),
        (bybit_book("delta", 2), BookStatus.LIVE),
        (bybit_book("snapshot", 90), BookStatus.LIVE),
        (bybit_book("delta", 91), BookStatus.LIVE),
    ):
        reading.read(message)
        batch = reading.take("BTCUSDT")
        book.apply(batch.updates, batch.levels)
        assert book.status is status


def test_bybit_best_prices_are_kept_where_only_a_change_is_sent() -> None:
    topic = "orderbook.1.BTCUSDT"
    reading = Reading("bybit", "BTCUSDT")
    reading.read(
        bybit_book("snapshot", 7, topic, b=[["100", "1"]], a=[["101", "2"]]),
        bybit_book("delta", 8, topic, b=[["100.5", "3"]]),
        bybit_book("delta", 9, topic, a=[["101", "0"]]),
        bybit_book("delta", 10, topic, a=[["102", "4"]]),
    )
    quotes = reading.take("BTCUSDT").quotes
    assert quotes["update_id"].tolist() == [7, 8, 10]
    assert quotes["bid_price"].tolist() == [100.0, 100.5, 100.5]
    assert quotes["ask_price"].tolist() == [101.0, 101.0, 102.0]


@pytest.mark.real_data
def test_bybit_documented_messages_are_read(shared_data: Path) -> None:
    reading = Reading("bybit", "BTCUSDT")
    names = ("orderbook_snapshot", "orderbook_delta", "public_trade", "ticker_linear")
    messages = [payload(shared_data, f"bybit/ws_{name}.json") for name in names]
    assert reading.read(*messages) == []
    batch = reading.take("BTCUSDT")
    assert len(batch.trades) == 1
    assert int(batch.trades["side"][0]) == 1
    assert reading.news == [
        MarkPrice("bybit", "BTCUSDT", 1673272861686, D("17217.33"), D("17227.36")),
        FundingRate("bybit", "BTCUSDT", 1673272861686, D("-0.000212"), 8.0, 1673280000000),
        OpenInterest("bybit", "BTCUSDT", 1673272861686, D("68744.761"), D("1183601235.91")),
        Ticker(
            "bybit",
            "BTCUSDT",
            1673272861686,
            D("17216.00"),
            D("16926.50"),
            D("17281.50"),
            D("16915.00"),
            D("91705.276"),
            D("1570383121.943499"),
        ),
    ]
    reading.news.clear()
    change = {"topic": "tickers.BTCUSDT", "type": "delta", "ts": 1673272861700}
    reading.read({**change, "data": {"symbol": "BTCUSDT", "markPrice": "17218.00"}})
    assert reading.news == [MarkPrice("bybit", "BTCUSDT", 1673272861700, D("17218.00"), D("17227.36"))]


def test_a_bybit_liquidation_of_a_long_is_a_sale() -> None:
    item = {"T": 1739502302929, "s": "BTCUSDT", "S": "Buy", "v": "20", "p": "0.045"}
    reading = Reading("bybit", "BTCUSDT")
    reading.read({"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": 1, "data": [item]})
    assert reading.news == [Liquidation("bybit", "BTCUSDT", 1739502302929, "sell", D("0.045"), D("20"))]


# Hyperliquid


@pytest.mark.real_data
def test_hyperliquid_is_read_live_as_from_its_recording(shared_data: Path) -> None:
    with gzip.open(shared_data / "captures/hyperliquid_BTC_2025-01-26.gz", "rt") as lines:
        messages = [line.partition(" ")[2].strip() for line in lines]
    live = [text for text in messages if text.startswith(VENUES["hyperliquid"].market_data)]
    assert len(live) > 40
    reading = Reading("hyperliquid", "BTC")
    assert reading.read(*live) == []
    batch, book = reading.take("BTC"), reading.book("BTC")
    book.apply(batch.updates, batch.levels)
    assert book.best_bid < book.best_ask
    assert len(batch.trades) > 0


@pytest.mark.real_data
def test_a_hyperliquid_context_brings_mark_funding_and_open_interest(shared_data: Path) -> None:
    contexts = payload(shared_data, "hyperliquid/ws_all_dexs_asset_ctxs.json")["data"]["ctxs"]
    context = contexts[0][1][0]
    message = {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": context}}
    reading = Reading("hyperliquid", "BTC")
    assert reading.read(message, message) == []
    stamp = 10**12
    mark = MarkPrice("hyperliquid", "BTC", stamp, D("77562.0"), D("77605.0"))
    open_interest = D("27353.17682")
    assert reading.news == [
        mark,
        FundingRate("hyperliquid", "BTC", stamp, D("-0.0000015186"), 1.0),
        OpenInterest("hyperliquid", "BTC", stamp, open_interest, open_interest * D("77562.0")),
        mark,
    ]


# All of them


@pytest.mark.parametrize(
    ("key", "symbol", "good", "bad"),
    [
        ("okx", "BTC-USDT", okx_book("snapshot", 1, -1), '{"arg":{"channel":"books","instId":"BTC-USDT"}'),
        ("okx", "BTC-USDT", okx_book("snapshot", 1, -1), okx_book("snapshot", 1, -1, price="a lot")),
        (
            "okx",
            "BTC-USDT",
            okx_book("snapshot", 1, -1),
            '{"arg":{"channel":"nothing","instId":"BTC-USDT"},"data":[]}',
        ),
        ("bybit", "BTCUSDT", bybit_book("snapshot", 5), '{"topic":"orderbook.200.BTCUSDT","data":{}}'),
        ("bybit", "BTCUSDT", bybit_book("snapshot", 5), '{"topic":"orderbook.200.NOPE","data":{}}'),
        (
            "hyperliquid",
            "BTC",
            '{"channel":"trades","data":[]}',
            '{"channel":"l2Book","data":{"coin":"BTC"}}',
        ),
    ],
)
def test_a_bad_message_never_touches_its_neighbours(key: str, symbol: str, good: Any, bad: Any) -> None:
    reading = Reading(key, symbol)
    alone = len(Reading(key, symbol).read(good))
    assert len(reading.read(good, bad, good)) == 1 + 2 * alone
    expected = 0 if key == "hyperliquid" else 2
    assert len(reading.take(symbol).updates) == expected


def test_trades_that_are_sent_again_are_dropped_where_ids_do_not_count() -> None:
    def rows(*ids: int) -> np.ndarray[Any, Any]:
        trades = np.zeros(len(ids), TRADE)
        trades["trade_id"] = ids
        return trades

    recent = RecentTrades()
    first = rows(9, 4, 7)
    assert recent.take(first, 0.0) is first
    assert recent.take(rows(4, 5, 9, 6), 0.0)["trade_id"].tolist() == [5, 6]
    assert recent.duplicates == 2


def test_decoders_know_their_protocol() -> None:
    assert {type(VENUES[key].decoder("v", {}, {})) for key in ("bybit", "okx", "hyperliquid")} == {
        BybitDecoder,
        OkxDecoder,
        HyperliquidStreamDecoder,
    }
