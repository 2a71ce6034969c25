"""Binance's live events: the same rows as from a recording, and derivatives with exact decimals."""

import gzip
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import pytest

from workstation.exchange.batching import BatchBuilder
from workstation.exchange.binance import BinanceDecoder
from workstation.exchange.binance_stream import BinanceStreamDecoder
from workstation.exchange.venue_rest import EVERY_OTHER, UNKNOWN_HOURS
from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, Ticker

CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"
MARK = (
    '{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091",'
    '"P":"11784.25641265","r":"0.00038167","T":1562306400000}'
)


def decoder(*symbols: str, hours: dict[str, float] | None = None) -> BinanceStreamDecoder:
    builders = {symbol: BatchBuilder("venue", symbol) for symbol in symbols or ("BTCUSDT",)}
    made = BinanceStreamDecoder("venue", builders, {EVERY_OTHER: 8.0} if hours is None else hours)
    made.builders = builders  # type: ignore[attr-defined]
    return made


@pytest.mark.real_data
def test_live_events_give_the_rows_of_their_recording(shared_data: Path) -> None:
    texts, recorded, times = [], [], []
    with gzip.open(shared_data / CAPTURE) as lines:
        for line in lines:
            stamp, _, message = line.strip().partition(b" ")
            if b'"lastUpdateId"' in message[:40]:
                continue
            recorded.append(message)
            texts.append(message[message.index(b'"data":') + 7 : -1].decode())
            times.append(int(stamp))
    seqs = list(range(len(texts)))
    from_recording = {"BTCUSDT": BatchBuilder("venue", "BTCUSDT")}
    assert BinanceDecoder(from_recording).decode(seqs, times, recorded) == []
    live = {"BTCUSDT": BatchBuilder("venue", "BTCUSDT")}
    assert BinanceStreamDecoder("venue", live, {}).decode(seqs, times, texts) == []
    expected, found = from_recording["BTCUSDT"].take(), live["BTCUSDT"].take()
    assert len(found.trades) == 21_313
    for name in ("trades", "quotes", "updates", "levels"):
        assert np.array_equal(getattr(expected, name), getattr(found, name)), name


def test_a_mark_price_brings_funding_only_when_it_has_changed() -> None:
    reading = decoder(hours={"BTCUSDT": 4.0})
    assert reading.decode([0, 1], [0, 0], [MARK, MARK]) == []
    mark = MarkPrice(
        "venue",
        "BTCUSDT",
        1562305380000,
        Decimal("11794.15000000"),
        Decimal("11784.62659091"),
        Decimal("11784.25641265"),
    )
    funding = FundingRate("venue", "BTCUSDT", 1562305380000, Decimal("0.00038167"), 4.0, 1562306400000)
    assert reading.news == [mark, funding, mark]


def test_funding_is_every_eight_hours_unless_the_venue_says_otherwise() -> None:
    reading = decoder()
    reading.decode([0], [0], [MARK])
    rate = reading.news[1]
    assert isinstance(rate, FundingRate)
    assert rate.interval_hours == 8.0
    assert rate.yearly_rate == Decimal("0.00038167") * 1095


def test_a_settlement_that_moves_by_anything_but_its_interval_leaves_the_rate_untold() -> None:
    hours = {"BTCUSDT": 8.0}
    reading = decoder(hours=hours)
    at_ms, hour_ms = 1562306400000, 3_600_000

    def told(settles_ms: int, rate: str) -> list[float]:
        reading.news.clear()
        reading.decode([0], [0], [MARK.replace("1562306400000", str(settles_ms)).replace("0.00038167", rate)])
        return [item.interval_hours for item in reading.news if isinstance(item, FundingRate)]

    assert told(at_ms, "0.0001") == [8.0]
    assert told(at_ms + 8 * hour_ms, "0.0002") == [8.0]
    assert told(at_ms + 4 * hour_ms, "0.0001") == []  # brought forward: every four hours, or every hour?
    assert hours == {"BTCUSDT": UNKNOWN_HOURS}
    assert told(at_ms + 4 * hour_ms, "0.00011") == []
    hours["BTCUSDT"] = 4.0
    assert told(at_ms + 4 * hour_ms, "0.00011") == [4.0]
    hours["BTCUSDT"] = 1.0  # changed without a sign on the stream: the same rate counts anew
    assert told(at_ms + 4 * hour_ms, "0.00011") == [1.0]


def test_a_rate_whose_interval_is_not_known_yet_is_no_news() -> None:
    reading = decoder(hours={})
    reading.decode([0], [0], [MARK])
    assert [type(item) for item in reading.news] == [MarkPrice]


def test_a_contract_without_funding_has_none() -> None:
    reading = decoder()
    reading.decode([0], [0], [MARK.replace('"0.00038167"', '""')])
    assert [type(item) for item in reading.news] == [MarkPrice]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "kind"),
    [("mark_price", MarkPrice), ("liquidation", Liquidation), ("ticker", Ticker), ("agg_trade", None)],
)
def test_documented_payloads_are_read(shared_data: Path, name: str, kind: type | None) -> None:
    folder = shared_data / "payloads/nautilus/binance/futures/market_data_json"
    reading = decoder()
    assert reading.decode([0], [0], [(folder / f"{name}_stream.json").read_text()]) == []
    if kind is None:
        assert len(reading.builders["BTCUSDT"].take().trades) == 1  # type: ignore[attr-defined]
    else:
        assert isinstance(reading.news[0], kind)


def test_a_liquidation_is_told_at_the_price_it_was_filled_at() -> None:
    order = {"s": "BTCUSDT", "S": "SELL", "q": "0.014", "p": "9910", "ap": "9911.5", "z": "0.010", "T": 5}
    reading = decoder()
    reading.decode([0], [0], [msgspec.json.encode({"e": "forceOrder", "E": 6, "o": order}).decode()])
    assert reading.news == [Liquidation("venue", "BTCUSDT", 5, "sell", Decimal("9911.5"), Decimal("0.010"))]


def test_a_booking_without_size_is_numbered_and_no_trade() -> None:
    trade = '{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":7,"p":"0","q":"0","X":"NA","m":true}'
    reading = decoder()
    assert reading.decode([0], [0], [trade]) == []
    assert reading.skipped == [("BTCUSDT", 7)]
    assert reading.builders["BTCUSDT"].is_empty  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"e":"trade"',
        '{"e":"trade","s":"BTCUSDT"}',
        '{"e":"nothing we know","s":"BTCUSDT"}',
        MARK.replace("11794.15000000", "NaN%"),
        MARK.replace("0.00038167", "1e999999999"),
        MARK.replace("BTCUSDT", "ETHUSDT"),
    ],
)
def test_a_bad_event_never_touches_its_neighbours(text: str) -> None:
    reading = decoder()
    bad = reading.decode([4, 5, 6], [0, 0, 0], [MARK, text, MARK])
    assert [message.seq for message in bad] == [5]
    assert [type(item) for item in reading.news] == [MarkPrice, FundingRate, MarkPrice]
