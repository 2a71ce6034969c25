"""A series from outside on bars: what was known at each bar's end, and what of it was too old."""

import numpy as np
import pytest

from workstation.analytics.study import Floats, StudyInputs, StudyRun, Times
from workstation.market.candles import CANDLE
from workstation.outside.book import Series
from workstation.outside.on_bars import NOT_DECLARED, outside_study
from workstation.outside.source import Source

MINUTE_MS = 60_000
START_MS = 1_790_000_040_000
SOURCE = Source("gpu", "GPU hour", "json", "v", url="http://x.test/", interval="1m", max_age="5m", unit="USD")


def inputs(bars: int, series: Series, now_ms: int) -> StudyInputs:
    candles = np.zeros(bars, CANDLE)
    candles["open_ms"] = START_MS + MINUTE_MS * np.arange(bars)
    held = {"outside_gpu": (series.times, series.values)}
    return StudyInputs(candles, MINUTE_MS, held, rewritten={"outside_gpu": series.rewritten}, now_ms=now_ms)


def plainly(given: StudyInputs) -> tuple[list[float], list[float]]:
    """The same by a loop over bars and values."""
    fresh, stale = [], []
    times, values = given.series["outside_gpu"]
    for open_ms in given.candles["open_ms"].tolist():
        end = min(open_ms + MINUTE_MS, max(given.now_ms, open_ms + 1))
        known = [(at, value) for at, value in zip(times.tolist(), values.tolist(), strict=True) if at < end]
        at, value = known[-1] if known else (0, np.nan)
        is_newest = open_ms == given.candles["open_ms"][-1]
        old = given.now_ms - at > 300_000 if is_newest else end - at > 300_000 and at < open_ms
        fresh.append(np.nan if old else value)
        stale.append(value if old else np.nan)
    return fresh, stale


def shown(run: StudyRun, given: StudyInputs) -> tuple[Floats, Floats]:
    lines = {line.is_stale: line.values for line in run.refresh(given).lines}
    return lines[False], lines[True]


def test_line_and_pale_line_are_those_of_a_plain_loop_however_values_come() -> None:
    rng = np.random.default_rng(7)
    series, run = Series(SOURCE), StudyRun(outside_study("outside_gpu", SOURCE))
    for step in range(60):
        bars = 20 + step * 2
        now_ms = START_MS + bars * MINUTE_MS - 20_000
        if rng.random() < 0.5:  # at times late, at times again with another value
            times: Times = np.unique(now_ms - rng.integers(0, 20 * MINUTE_MS, 3) // 30_000 * 30_000)
            series.add(times, rng.normal(2, 0.1, len(times)))
        given = inputs(bars, series, now_ms)
        for found, wanted in zip(shown(run, given), plainly(given), strict=True):
            np.testing.assert_array_equal(found, wanted)
    assert run.worked_out < 60  # not all of it at every step


def test_the_newest_bar_goes_pale_while_nothing_new_comes() -> None:
    series, run = Series(SOURCE), StudyRun(outside_study("outside_gpu", SOURCE))
    series.add(np.array([START_MS + 19 * MINUTE_MS]), np.array([2.0]))
    result = run.refresh(inputs(20, series, START_MS + 20 * MINUTE_MS))
    assert (result.unit, result.decimals, result.note) == ("USD", 2, "")
    result = run.refresh(inputs(26, series, START_MS + 25 * MINUTE_MS + 1))
    assert result.note.startswith("Stale")
    fresh, stale = shown(run, inputs(26, series, START_MS + 25 * MINUTE_MS + 1))
    assert (np.isnan(fresh[-1]), stale[-1], fresh[19]) == (True, 2.0, 2.0)


@pytest.mark.parametrize("bars", [0, 1])
def test_without_bars_values_or_a_declaration_nothing_is_drawn(bars: int) -> None:
    empty = inputs(bars, Series(SOURCE), START_MS)
    for source, note in ((SOURCE, "Nothing is known of it yet."), (None, NOT_DECLARED)):
        result = StudyRun(outside_study("outside_gpu", source)).refresh(empty)
        assert result.note == note
        assert all(np.isnan(line.values).all() for line in result.lines)
