"""Studies at 100,000 candles: the newest candle's update, checked against all of it worked out anew."""

import time
from pathlib import Path

import numpy as np

from tests.benchmarks.chart import TIMEFRAME_MS, walk
from tests.benchmarks.result import Result
from workstation.analytics.studies import STUDIES
from workstation.analytics.study import Series, Study, StudyInputs, StudyRun
from workstation.model.columns import Records

CANDLES = 100_000
UPDATES = 200
TARGET_MS = 0.3
HOUR_MS = 3_600_000


def run(_shared_data: Path, _scratch: Path) -> list[Result]:
    """Measure every study."""
    candles = walk(CANDLES + UPDATES // 2)
    series = _beside(candles)
    return [_measured(study, candles, series) for study in STUDIES]


def _measured(study: Study, candles: Records, series: dict[str, Series]) -> Result:
    kept = StudyRun(study)
    inputs = StudyInputs(candles[:CANDLES], TIMEFRAME_MS, series)
    result = kept.refresh(inputs)
    times = []
    for number in range(UPDATES):
        # Every other update opens a candle.
        inputs = StudyInputs(candles[: CANDLES + number // 2], TIMEFRAME_MS, series)
        began = time.perf_counter()
        result = kept.refresh(inputs)
        times.append((time.perf_counter() - began) * 1e3)
    anew = study.compute(inputs, {})
    for line, expected in zip(result.lines, anew.lines, strict=True):
        np.testing.assert_allclose(line.values, expected.values, rtol=1e-8, atol=1e-7)
    median = float(np.median(times))
    return Result(
        f"{study.title}: newest of {CANDLES:,} candles, median of {UPDATES}",
        median,
        "ms",
        f"≤ {TARGET_MS} ms",
        median <= TARGET_MS,
        f"equal to all worked out anew; p95 {np.quantile(times, 0.95):.3f} ms",
    )


def _beside(candles: Records) -> dict[str, Series]:
    """What a venue would have told in the same time, once a minute and once an hour."""
    rng = np.random.default_rng(12)
    times = candles["open_ms"] + 1_000
    hours = np.arange(int(times[0]) - 31 * 24 * HOUR_MS, int(times[-1]), HOUR_MS)
    price, rate = candles["close"].copy(), rng.normal(scale=1e-4, size=len(times))
    return {
        "mark": (times, price * (1 + rate)),
        "index": (times, price),
        "open_interest": (times, 8e4 + np.cumsum(rng.normal(size=len(times)))),
        "funding_rate": (times, rate),
        "funding_hours": (times, np.full(len(times), 8.0)),
        "funding_settled": (times[::480], rate[::480]),
        "funding_settled_hours": (times[::480], np.full(len(times[::480]), 8.0)),
        "hourly_volume": (hours, rng.gamma(2, 1_200, len(hours))),
        "gaps": (times[5_000::9_000], times[5_000::9_000] + 90_000.0),
    }
