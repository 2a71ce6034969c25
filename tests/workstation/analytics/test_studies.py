"""Studies keep up with a market as if each had been worked out anew, and never draw across a gap."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.analytics.studies import STUDIES
from workstation.analytics.study import TAIL, Study, StudyInputs, StudyRun
from workstation.market.candles import CANDLE
from workstation.model.columns import Records

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NAMED = {study.key: study for study in STUDIES}
BEGIN_MS = 1_700_000_000_000 // HOUR_MS * HOUR_MS


def walk(count: int, seed: int = 0, timeframe_ms: int = MINUTE_MS) -> Records:
    """Candles of a random walk."""
    rng = np.random.default_rng(seed)
    candles = np.zeros(count, CANDLE)
    steps = rng.normal(scale=3.0, size=count)
    candles["close"] = 60_000 + np.cumsum(steps)
    candles["open"] = candles["close"] - steps
    candles["high"] = np.maximum(candles["open"], candles["close"]) + rng.exponential(2.0, count)
    candles["low"] = np.minimum(candles["open"], candles["close"]) - rng.exponential(2.0, count)
    candles["volume"] = rng.lognormal(size=count)
    candles["buy_volume"] = candles["volume"] * rng.uniform(size=count)
    candles["trades"] = 10
    candles["open_ms"] = BEGIN_MS + np.arange(count) * timeframe_ms
    return candles


def beside(candles: Records, seed: int = 0) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Series beside those candles, a value every 40 seconds."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(candles["open_ms"][0]), int(candles["open_ms"][-1]) + MINUTE_MS, 40_000)
    hours = np.arange(int(times[0]) - 31 * 24 * HOUR_MS, int(times[-1]), HOUR_MS)
    index = 60_000 + np.cumsum(rng.normal(size=len(times)))
    rate = rng.normal(scale=1e-4, size=len(times))
    return {
        "mark": (times, index * 1.0001),
        "index": (times, index),
        "open_interest": (times, 8e4 + np.cumsum(rng.normal(size=len(times)))),
        "funding_rate": (times, rate),
        "funding_hours": (times, np.full(len(times), 4.0)),
        "funding_settled": (times[::90], rate[::90]),
        "funding_settled_hours": (times[::90], np.full(len(times[::90]), 4.0)),
        "hourly_volume": (hours, rng.lognormal(size=len(hours)) * 60),
    }


def inputs(candles: Records, **series: tuple[np.ndarray, np.ndarray]) -> StudyInputs:
    return StudyInputs(candles, MINUTE_MS, series)


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.key)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), steps=st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_a_study_that_keeps_up_equals_one_worked_out_anew(study: Study, seed: int, steps: list[int]) -> None:
    candles = walk(260, seed)
    candles["buy_volume"][np.random.default_rng(seed).integers(0, 260, 3)] = np.nan
    series = beside(candles, seed)
    gap = int(candles["open_ms"][120]) + 7, int(candles["open_ms"][122])
    series["gaps"] = np.array([gap[0]]), np.array([float(gap[1])])
    run = StudyRun(study)
    count = 200
    for step in steps:
        count += step
        now = int(candles["open_ms"][count - 1]) + 30_000
        shown = candles[:count].copy()
        shown[-1]["close"] += seed % 7  # the newest is still open
        seen = {
            name: (times[: np.searchsorted(times, now)], values[: np.searchsorted(times, now)])
            for name, (times, values) in series.items()
        }
        given_inputs = inputs(shown, **seen)
        kept, anew = run.refresh(given_inputs), study.compute(given_inputs, {})
        assert run.worked_out == 1
        for line, expected in zip(kept.lines, anew.lines, strict=True):
            np.testing.assert_allclose(line.values, expected.values, rtol=1e-9, atol=1e-9, err_msg=line.name)
        assert replace(kept, lines=()) == replace(anew, lines=())


def test_a_past_that_is_filled_in_is_worked_out_anew() -> None:
    candles = walk(300)
    run = StudyRun(NAMED["ema"])
    run.refresh(inputs(candles[100:]))
    result = run.refresh(inputs(candles))
    np.testing.assert_allclose(
        result.lines[0].values, NAMED["ema"].compute(inputs(candles), {}).lines[0].values
    )
    run.refresh(replace(inputs(candles), revision=1))
    assert run.worked_out == 3
    run.refresh(inputs(walk(300, seed=5)))
    assert run.worked_out == 4


def test_the_last_few_candles_may_change_between_two_refreshes() -> None:
    candles = walk(300)
    run = StudyRun(NAMED["bollinger"])
    run.refresh(inputs(candles))
    candles[-TAIL:]["close"] += 11
    result = run.refresh(inputs(candles))
    assert run.worked_out == 1
    expected = NAMED["bollinger"].compute(inputs(candles), {})
    np.testing.assert_allclose(result.lines[0].values, expected.lines[0].values)


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.key)
def test_every_study_stands_few_candles_and_no_series(study: Study) -> None:
    for count in (0, 1, 3):
        result = study.compute(inputs(walk(count)), {})
        assert all(len(line.values) == count for line in result.lines)
    for timeframe_ms in (0, MINUTE_MS):
        study.compute(StudyInputs(walk(50), timeframe_ms), {})
    assert study.key in NAMED
    assert all(item.least <= item.default <= item.greatest for item in study.parameters)


def test_cumulative_delta_breaks_at_a_gap_and_restarts_behind_it() -> None:
    candles = walk(10)
    candles["volume"], candles["buy_volume"] = 10.0, 8.0
    gap = np.array([int(candles["open_ms"][4]) + 1]), np.array([float(candles["open_ms"][6])])
    (line,) = NAMED["cvd"].compute(inputs(candles, gaps=gap), {}).lines
    np.testing.assert_allclose(line.values, [6, 12, 18, 24, np.nan, np.nan, 6, 12, 18, 24])


def test_candles_missing_in_a_gap_break_the_candle_behind_it() -> None:
    candles = walk(10)
    candles["volume"], candles["buy_volume"] = 10.0, 8.0
    gap = np.array([int(candles["open_ms"][3])]), np.array([float(candles["open_ms"][7])])
    left = np.delete(candles, slice(3, 7))
    (line,) = NAMED["cvd"].compute(inputs(left, gaps=gap), {}).lines
    np.testing.assert_allclose(line.values, [6, 12, 18, np.nan, 6, 12])


def test_cumulative_delta_is_not_made_up_where_sides_are_unknown() -> None:
    candles = walk(6)
    candles["volume"], candles["buy_volume"] = 10.0, 3.0
    candles["buy_volume"][:2] = np.nan
    result = NAMED["cvd"].compute(inputs(candles), {})
    np.testing.assert_allclose(result.lines[0].values, [np.nan, np.nan, -4, -8, -12, -16])
    assert "does not say" in result.note


def test_cumulative_delta_restarts_with_the_day_where_asked() -> None:
    candles = walk(60, timeframe_ms=HOUR_MS)
    (line,) = NAMED["cvd"].compute(inputs(candles), {"daily": 1}).lines
    delta = 2 * candles["buy_volume"] - candles["volume"]
    days = candles["open_ms"] // (24 * HOUR_MS)
    for day in np.unique(days):
        np.testing.assert_allclose(line.values[days == day], np.cumsum(delta[days == day]))


def test_a_value_too_old_is_none() -> None:
    candles = walk(30)
    times = candles["open_ms"][:10] + 100
    series = times.astype(np.int64), np.full(10, 60_000.0)
    (line,) = NAMED["basis"].compute(inputs(candles, index=series), {}).lines
    np.testing.assert_allclose(line.values[:10], (candles["close"][:10] / 60_000 - 1) * 1e4)
    assert np.isnan(line.values[12:]).all()


def test_funding_is_told_per_eight_hours_whatever_its_interval() -> None:
    candles = walk(3)
    times = candles["open_ms"].astype(np.int64)
    series = {
        "funding_rate": (times, np.array([0.0001, 0.0001, 0.00005])),
        "funding_hours": (times, np.array([8.0, 4.0, 1.0])),
    }
    result = NAMED["funding"].compute(inputs(candles, **series), {})
    np.testing.assert_allclose(result.lines[1].values, [0.01, 0.02, 0.04])
    result = NAMED["funding"].compute(inputs(candles, **series), {"hours": 0})
    np.testing.assert_allclose(result.lines[1].values, [0.01, 0.01, 0.005])


def test_the_volume_multiple_takes_the_hours_where_minutes_do_not_reach_back() -> None:
    candles = walk(120)
    hours = int(candles["open_ms"][0]) - np.arange(31 * 24, 0, -1) * HOUR_MS
    series = hours.astype(np.int64), np.full(len(hours), 120.0)
    result = NAMED["volume_multiple"].compute(inputs(candles, hourly_volume=series), {})
    np.testing.assert_allclose(result.lines[0].values[:60], candles["volume"][:60] / 2.0)
    assert not result.note
    alone = NAMED["volume_multiple"].compute(inputs(candles), {})
    assert "of 30 days" in alone.note


def test_vwap_begins_anew_with_each_day_and_at_the_anchor() -> None:
    candles = walk(3_000)
    typical = (candles["high"] + candles["low"] + candles["close"]) / 3
    days = candles["open_ms"] // (24 * HOUR_MS)
    average = NAMED["vwap"].compute(inputs(candles), {}).lines
    for day in np.unique(days):
        price, volume = typical[days == day], candles["volume"][days == day]
        expected = np.average(price, weights=volume)
        spread = np.sqrt(np.average((price - expected) ** 2, weights=volume))
        last = np.flatnonzero(days == day)[-1]
        assert average[-1].values[last] == pytest.approx(expected, rel=1e-12)
        assert average[0].values[last] == pytest.approx(expected + 3 * spread, rel=1e-10)
        assert average[5].values[last] == pytest.approx(expected - spread, rel=1e-10)
    anchor = float(candles["open_ms"][700]) + 5_000
    anchored = NAMED["anchored_vwap"].compute(inputs(candles), {"anchor_ms": anchor}).lines[-1].values
    assert np.isnan(anchored[:700]).all()
    assert anchored[-1] == pytest.approx(np.average(typical[700:], weights=candles["volume"][700:]))


def test_a_label_names_what_tells_two_of_a_kind_apart() -> None:
    labels = {study.key: study.label(study.values({})) for study in STUDIES}
    assert (labels["ema"], labels["bollinger"]) == ("EMA 20", "Bollinger 20 2.0")
    assert (labels["cvd"], labels["vwap"], labels["anchored_vwap"]) == ("CVD", "VWAP", "Anchored VWAP")
    ema = NAMED["ema"]
    assert ema.label(ema.values({"periods": 50.4, "unknown": 1})) == "EMA 50"
    assert ema.values({"periods": np.nan}) == ema.values({})
