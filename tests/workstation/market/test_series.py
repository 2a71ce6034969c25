"""Series beside the candles: what was heard, what was told, and the gaps no study draws across."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.workstation.market.made import make_instrument
from tests.workstation.market.test_backfill import MINUTE, Desk, Told, made_trades
from workstation.analytics.studies import STUDIES
from workstation.app import Workstation
from workstation.market.breakout_watch import BreakoutWatch
from workstation.market.coverage import TradeCoverage
from workstation.market.ranges import missing_ranges
from workstation.market.series import SAME_AGAIN_MS, SymbolSeries, TimedValues, joined_series
from workstation.market.state import SymbolState
from workstation.market.study_inputs import study_inputs
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.model.derivatives import FundingRate, MarkPrice, OpenInterest
from workstation.model.history import FundingSettlement
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import DuckTickStore, open_store

VENUE, SYMBOL = "binance_usdm", "BTCUSDT"
START_MS = 1_767_225_600_000
NAMED = {study.key: study for study in STUDIES}


def trades(times_ms: list[int], ids: list[int] | None = None) -> Records:
    rows = np.zeros(len(times_ms), TRADE)
    rows["event_ms"] = times_ms
    rows["trade_id"] = ids if ids is not None else np.arange(len(times_ms)) + 1
    rows["side"], rows["price"], rows["size"] = 1, 60_000.0, 2.0
    return rows


def mark(at_ms: int, price: str, index: str | None = "60000") -> MarkPrice:
    return MarkPrice(VENUE, SYMBOL, at_ms, Decimal(price), None if index is None else Decimal(index))


def test_a_series_keeps_order_forgets_the_oldest_and_takes_in_a_past() -> None:
    values = TimedValues(1, kept=4_000)
    for at in range(3_000):
        values.append(1_000_000 + at * SAME_AGAIN_MS, float(at))
    values.append(1_000_000, -1.0)  # late: not noted
    values.append(1_000_000 + 2_999 * SAME_AGAIN_MS, 7.0)  # the same moment: said anew
    past = np.arange(0, 1_000_000 + 5 * SAME_AGAIN_MS, 100)
    values.put_before(past, past.astype(float))
    times, column = values.series()
    assert (np.diff(times) > 0).all()
    assert (len(values), column[-1], column[999], column[1_000]) == (4_000, 7.0, 999_900.0, 0.0)
    for at in range(3_000, 9_000):
        values.append(1_000_000 + at * SAME_AGAIN_MS, float(at))
    times, column = values.series()
    assert len(values) <= 4_000
    assert column[-1] == 8_999
    assert (np.diff(times) > 0).all()


def test_a_value_that_stays_is_noted_now_and_then() -> None:
    values = TimedValues(2)
    for second in range(101):
        values.append(START_MS + second * 1_000, 1.0, np.nan)
    assert len(values) == 101_000 // SAME_AGAIN_MS + 1


def test_of_one_moment_the_later_series_counts() -> None:
    first = np.array([1, 2, 4]), np.array([1.0, 2, 4])
    second = np.array([2, 3]), np.array([20.0, 30])
    times, values = joined_series(first, second)
    assert (times.tolist(), values.tolist()) == ([1, 2, 3, 4], [1, 20, 30, 4])


def test_studies_read_what_the_symbol_was_told_and_has_heard() -> None:
    state = SymbolState(make_instrument(), ManualClock(START_MS))
    state.apply(MarketBatch(VENUE, SYMBOL, trades=trades([START_MS + 500, START_MS + 60_500])))
    state.take_news(mark(START_MS + 100, "60006"))
    state.take_news(mark(START_MS + 60_100, "60012", None))
    state.take_news(FundingRate(VENUE, SYMBOL, START_MS + 200, Decimal("0.0001"), 4.0))
    state.take_news(OpenInterest(VENUE, SYMBOL, START_MS + 60_300, Decimal(90)))
    state.past.add_open_interest(
        [
            OpenInterest(VENUE, SYMBOL, START_MS - 100_000, Decimal(80)),
            OpenInterest(VENUE, SYMBOL, START_MS + 60_300, Decimal(81)),
        ]
    )
    state.past.add_funding([FundingSettlement(VENUE, SYMBOL, START_MS, Decimal("-0.0002"), 8.0)])
    inputs = study_inputs(state, 60_000)
    lines = {key: NAMED[key].compute(inputs, {}).lines for key in ("premium", "funding", "open_interest")}
    np.testing.assert_allclose(lines["premium"][0].values, [1.0, np.nan])
    np.testing.assert_allclose(lines["open_interest"][0].values, [80.0, 90.0])
    np.testing.assert_allclose(lines["funding"][0].values, [-0.02, -0.02])
    np.testing.assert_allclose(lines["funding"][1].values, [0.02, 0.02])
    state.clear()
    assert not len(study_inputs(state, 60_000).series["mark"][0])


def test_hourly_candles_are_kept_only_where_a_study_needs_them() -> None:
    state = SymbolState(make_instrument(), ManualClock(START_MS))
    state.apply(MarketBatch(VENUE, SYMBOL, trades=trades([START_MS])))
    study_inputs(state, 60_000)
    assert 3_600_000 not in state.timeframes
    times, volumes = study_inputs(state, 60_000, needs=("hourly_volume",)).series["hourly_volume"]
    assert (times.tolist(), volumes.tolist()) == ([START_MS], [2.0])


def test_an_id_left_out_of_a_recording_breaks_the_cumulative_delta() -> None:
    coverage = TradeCoverage(counts_ids=True)
    state = SymbolState(make_instrument(), ManualClock(START_MS))
    at = [START_MS + second * 1_000 for second in range(8)]
    for part in (trades(at[:4], [1, 2, 3, 4]), trades(at[4:], [9, 10, 11, 12])):
        coverage.add_trades(part)
        state.apply(MarketBatch(VENUE, SYMBOL, trades=part))
    inputs = study_inputs(state, 1_000, coverage.gaps(at[-1]))
    np.testing.assert_allclose(
        NAMED["cvd"].compute(inputs, {}).lines[0].values, [2, 4, 6, np.nan, np.nan, 2, 4, 6]
    )
    assert not TradeCoverage().gaps(at[-1])


def test_what_earlier_sessions_heard_comes_back_from_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    recording = store.open_recording("one", VENUE, make_instrument())
    heard = [mark(START_MS + 1_000, "60003"), mark(START_MS, "60001", None)]
    store.write(recording.recording_id, [], [], [*heard, mark(START_MS + 9_000, "1")])
    store.wait_until_below(0)
    reader = store.history()
    series = SymbolSeries()
    series.take(mark(START_MS + 5_000, "60009"))
    values, names = series.heard[MarkPrice]
    times, columns = reader.news_values(MarkPrice, names, VENUE, SYMBOL, START_MS, START_MS + 9_000)
    values.put_before(times, *columns)
    reader.close()
    store.close()
    assert series.prices.series(0)[1].tolist() == [60_001, 60_003, 60_009]
    np.testing.assert_allclose(series.prices.series(1)[1], [np.nan, 60_000, 60_000])


def desk_on(trades_told: Records, store: DuckTickStore | None = None) -> Desk:
    desk = Desk(Told(trades_told), store)
    desk.state.candles(MINUTE)
    return desk


def test_a_hole_that_the_venue_has_told_candles_of_is_no_gap_any_longer() -> None:
    desk = desk_on(made_trades(5, 40))
    desk.receive(START_MS, START_MS + 10 * MINUTE)
    desk.lose(START_MS + 10 * MINUTE, START_MS + 12 * MINUTE)
    desk.receive(START_MS + 12 * MINUTE, START_MS + 30 * MINUTE)
    (hole,) = desk.intake.coverage(SYMBOL).gaps(desk.state.market_ms)
    assert hole[0] < START_MS + 10 * MINUTE <= START_MS + 12 * MINUTE < hole[1]
    assert missing_ranges(hole, desk.backfill.told(SYMBOL, MINUTE)) == [hole]
    desk.fill()
    assert not missing_ranges(hole, desk.backfill.told(SYMBOL, MINUTE))
    assert desk.backfill.told(SYMBOL, 5 * MINUTE) == []


def test_what_was_heard_before_the_desk_opened_is_shown_before_what_is_heard_now(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        recording = store.open_recording("one", VENUE, make_instrument())
        store.write(recording.recording_id, [], [], [mark(START_MS - 60_000, "60003")])
        store.wait_until_below(0)
        desk = desk_on(made_trades(5, 5), store)
        desk.receive(START_MS, START_MS + 2 * MINUTE)
        desk.state.take_news(mark(START_MS + MINUTE, "60004"))
        desk.fill()
    assert desk.state.series.prices.series()[1].tolist() == [60_003, 60_004]


def test_breakouts_are_worked_out_when_a_candle_has_closed_and_not_before() -> None:
    state = SymbolState(make_instrument(), ManualClock(START_MS))
    state.candles(MINUTE)
    watch = BreakoutWatch()
    hours = np.arange(-720, 0) * 3_600_000 + START_MS
    usual = hours, np.full(len(hours), 60.0)  # 1 a minute

    def look(at_ms: int) -> bool:
        inputs = study_inputs(state, MINUTE)
        return watch.refresh(
            replace(inputs, series={**inputs.series, "hourly_volume": usual}), [60_005], at_ms
        )

    for minute in range(30):
        rows = trades([START_MS + minute * MINUTE])
        rows["price"] += minute % 3 / 10
        state.apply(MarketBatch(VENUE, SYMBOL, trades=rows))
    assert not look(START_MS + 30 * MINUTE)
    rows = trades([START_MS + 30 * MINUTE])
    rows["price"] = 60_010
    state.apply(MarketBatch(VENUE, SYMBOL, trades=rows))
    assert not look(START_MS + 30 * MINUTE + 59_999)
    assert look(START_MS + 31 * MINUTE)
    assert watch.breakouts[0].multiple == 2.0
    assert not look(START_MS + 31 * MINUTE + 500)


def test_the_program_hands_out_what_studies_need_of_each_symbol_it_follows() -> None:
    workstation = Workstation(None, None)
    workstation.market.add(make_instrument())
    workstation.take(MarketBatch(VENUE, SYMBOL, trades=trades([START_MS, START_MS + 61_000])))
    inputs = workstation.study_inputs(SYMBOL, MINUTE, ("hourly_volume",))
    assert inputs is not None
    assert len(inputs.candles) == 2
    assert {need for study in STUDIES for need in study.needs} <= set(inputs.series)
    assert workstation.study_inputs("NOSUCH", MINUTE) is None
