import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.workstation.market.made import make_trades
from workstation.market.candles import CandleSeries, candles_from_trades, coarser_candles
from workstation.model.columns import Records


def brute_force(rows: list[tuple[int, int, float, float]], timeframe_ms: int) -> list[tuple[float, ...]]:
    """One bucket at a time, as a person would."""
    candles = []
    for open_ms in sorted({row[0] // timeframe_ms * timeframe_ms for row in rows}):
        inside = [row for row in rows if row[0] // timeframe_ms * timeframe_ms == open_ms]
        prices = [price for _, _, price, _ in inside]
        volume = sum(size for *_, size in inside)
        bought = sum(size for _, side, _, size in inside if side > 0)
        candles.append(
            (open_ms, prices[0], max(prices), min(prices), prices[-1], volume, bought, len(inside))
        )
    return candles


# Quarters add up exactly in any order, so that sums can be compared with ==.
trade_rows = st.lists(
    st.tuples(
        st.integers(0, 20_000),
        st.sampled_from([1, -1]),
        st.integers(1, 400).map(lambda n: n / 4),
        st.integers(1, 40).map(lambda n: n / 4),
    ),
    min_size=1,
    max_size=60,
)
timeframes = st.sampled_from([1_000, 2_000, 3_000, 5_000, 60_000])


def as_tuples(candles: Records) -> list[tuple[float, ...]]:
    return [tuple(row) for row in candles.tolist()]


@given(trade_rows.map(sorted), timeframes)
def test_candles_of_ordered_trades_equal_a_bucket_by_bucket_count(
    rows: list[tuple[int, int, float, float]], timeframe_ms: int
) -> None:
    assert as_tuples(candles_from_trades(make_trades(*rows), timeframe_ms)) == brute_force(rows, timeframe_ms)


@given(trade_rows.map(sorted), timeframes, st.lists(st.integers(0, 60), max_size=6))
def test_a_series_does_not_depend_on_how_trades_were_batched(
    rows: list[tuple[int, int, float, float]], timeframe_ms: int, cuts: list[int]
) -> None:
    series = CandleSeries(timeframe_ms)
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for start, end in itertools.pairwise(bounds):
        series.add_trades(make_trades(*rows)[start:end])
    assert as_tuples(series.rows()) == brute_force(rows, timeframe_ms)


@given(trade_rows.map(sorted), st.sampled_from([2, 5, 60]))
def test_coarser_candles_equal_those_made_from_the_trades(
    rows: list[tuple[int, int, float, float]], factor: int
) -> None:
    seconds = candles_from_trades(make_trades(*rows), 1_000)
    assert as_tuples(coarser_candles(seconds, factor * 1_000)) == brute_force(rows, factor * 1_000)


@given(trade_rows, timeframes)
def test_late_trades_change_extremes_and_volume_but_never_open_and_close(
    rows: list[tuple[int, int, float, float]], timeframe_ms: int
) -> None:
    series = CandleSeries(timeframe_ms)
    for row in rows:
        series.add_trades(make_trades(row))
    got = series.rows()
    expected = brute_force(sorted(rows, key=lambda row: row[0]), timeframe_ms)
    assert got["open_ms"].tolist() == [candle[0] for candle in expected]
    for column, index in (("high", 2), ("low", 3), ("volume", 5), ("buy_volume", 6), ("trades", 7)):
        assert got[column].tolist() == [candle[index] for candle in expected]
    newest = -1
    opening: dict[int, float] = {}
    for event_ms, _, price, _ in rows:
        bucket = event_ms // timeframe_ms * timeframe_ms
        if bucket >= newest:
            newest = bucket
            opening.setdefault(bucket, price)
    for candle in got:
        if int(candle["open_ms"]) in opening:
            assert candle["open"] == opening[int(candle["open_ms"])]


def test_a_bucket_without_trades_has_no_candle() -> None:
    candles = candles_from_trades(make_trades((500, 1, 10.0, 1.0), (5_500, 1, 11.0, 1.0)), 1_000)
    assert candles["open_ms"].tolist() == [0, 5_000]


def test_no_trades_make_no_candles() -> None:
    assert len(candles_from_trades(make_trades(), 1_000)) == 0
    assert len(coarser_candles(candles_from_trades(make_trades(), 1_000), 5_000)) == 0


def test_the_series_grows_past_its_first_room() -> None:
    series = CandleSeries(1_000)
    trades = make_trades(*[(second * 1_000, 1, 1.0 + second, 1.0) for second in range(3_000)])
    for start in range(0, 3_000, 700):
        series.add_trades(trades[start : start + 700])
    assert len(series) == 3_000
    assert np.array_equal(series.rows()["close"], 1.0 + np.arange(3_000))
