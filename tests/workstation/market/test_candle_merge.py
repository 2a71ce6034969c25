"""Candles of several sources become one series without gaps or doubles, and the better source wins."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workstation.market.candle_merge import continued_candle, merged_candles
from workstation.market.candles import CANDLE, candles_from_trades
from workstation.market.coverage import TradeCoverage
from workstation.market.ranges import joined_ranges, missing_ranges
from workstation.model.columns import TRADE, Records
from workstation.model.feed_status import TradesBackfilled

MINUTE = 60_000


def candles(minutes: list[int], close: float) -> Records:
    rows = np.zeros(len(minutes), CANDLE)
    rows["open_ms"] = np.array(minutes, np.int64) * MINUTE
    rows["close"] = close
    return rows


def trades(*rows: tuple[int, int, float]) -> Records:
    """(trade id, event_ms, price), one unit of size each, bought."""
    made = np.zeros(len(rows), TRADE)
    for record, (trade_id, event_ms, price) in zip(made, rows, strict=True):
        record["trade_id"], record["event_ms"], record["price"] = trade_id, event_ms, price
    made["size"], made["side"] = 1.0, 1
    return made


@given(
    st.dictionaries(st.integers(0, 30), st.booleans(), max_size=20),
    st.sets(st.integers(0, 30), max_size=20),
)
def test_every_time_has_one_candle_from_the_best_source(own: dict[int, bool], venue: set[int]) -> None:
    minutes = sorted(own)
    whole = np.array([own[minute] for minute in minutes], np.bool_)
    merged = merged_candles(candles(minutes, 1.0), whole, candles(sorted(venue), 2.0))
    assert (merged["open_ms"] // MINUTE).tolist() == sorted({*own, *venue})
    for minute, close in zip((merged["open_ms"] // MINUTE).tolist(), merged["close"].tolist(), strict=True):
        assert close == (1.0 if own.get(minute) or minute not in venue else 2.0)


def test_of_two_told_candles_of_one_time_the_later_stands() -> None:
    told = np.concatenate([candles([1, 2], 2.0), candles([2, 3], 3.0)])
    merged = merged_candles(candles([], 0.0), np.zeros(0, np.bool_), told)
    assert merged["close"].tolist() == [2.0, 3.0, 3.0]


def test_an_open_candle_goes_on_with_our_own_trades_since_it_was_told() -> None:
    traded = [(i, i * 1_000 + 500, price) for i, price in enumerate([10, 12, 8, 11, 9, 13, 7, 10])]
    seconds = candles_from_trades(trades(*traded), 1_000)
    told = candles_from_trades(trades(*traded[:4]), MINUTE)
    whole = candles_from_trades(trades(*traded), MINUTE)
    assert continued_candle(told, seconds, 4_000, MINUTE).tobytes() == whole.tobytes()
    assert continued_candle(whole, seconds, 8_000, MINUTE).tobytes() == whole.tobytes()


def test_what_the_venue_does_not_tell_stays_untold() -> None:
    told = candles_from_trades(trades((1, 500, 10.0)), MINUTE)
    told["trades"], told["buy_volume"] = -1, np.nan
    grown = continued_candle(told, candles_from_trades(trades((2, 5_500, 11.0)), 1_000), 1_000, MINUTE)
    assert grown["volume"][0] == 2.0
    assert grown["trades"][0] == -1
    assert np.isnan(grown["buy_volume"][0])


def test_candles_are_complete_from_the_first_trade_on_and_around_holes() -> None:
    coverage = TradeCoverage()
    minutes = np.arange(8) * MINUTE
    assert not coverage.complete(minutes, MINUTE).any()
    received = trades(
        *((i, i * 10_000, 1.0) for i in range(7, 20)), *((i, i * 10_000, 1.0) for i in range(32, 47))
    )
    coverage.add_trades(received)
    assert coverage.complete(minutes, MINUTE).tolist() == [False, False] + [True] * 6
    coverage.add_repair(TradesBackfilled("v", "S", 20, 31, found=12, lost=0), received)
    assert coverage.holes == []
    coverage.add_repair(TradesBackfilled("v", "S", 20, 31, found=2, lost=10), received)
    assert coverage.holes == [(190_000, 320_001)]
    assert coverage.complete(minutes, MINUTE).tolist() == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        True,
    ]


ranges = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8)


@given(ranges, st.tuples(st.integers(0, 50), st.integers(0, 50)))
def test_ranges_hold_the_same_moments_as_sets_of_them(
    covered: list[tuple[int, int]], wanted: tuple[int, int]
) -> None:
    moments = {moment for start, end in covered for moment in range(start, end)}
    joined = joined_ranges(covered)
    assert {moment for start, end in joined for moment in range(start, end)} == moments
    assert all(a[1] < b[0] for a, b in itertools.pairwise(joined))
    missing = missing_ranges(wanted, covered)
    assert [m for start, end in missing for m in range(start, end)] == sorted({*range(*wanted)} - moments)
