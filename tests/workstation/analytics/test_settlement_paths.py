"""The mean path around settlements is that of the single paths, and says on how many it stands."""

import math
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest

from tests.arrow_file import read_columns
from workstation.analytics.settlement_paths import settlement_path

HOUR_MS = 3_600_000
FIVE_MS = 300_000


def test_the_path_is_the_mean_of_log_returns_against_the_settlement() -> None:
    open_ms = np.arange(0, 400) * FIVE_MS
    closes = 100 * np.exp(np.random.default_rng(3).normal(0, 0.001, 400).cumsum())
    settled = np.array([40, 136, 232, 328], np.int64) * FIVE_MS + 7
    path = settlement_path(settled, open_ms, closes, FIVE_MS)
    assert path is not None
    assert (path.count, path.left_out) == (4, 0)
    assert path.offsets_ms[[0, 12, -1]].tolist() == [-HOUR_MS, 0, HOUR_MS]
    # The candle that opens five minutes before a moment closes at it.
    at = [40, 136, 232, 328]
    after = [math.log(closes[place - 1 + 12] / closes[place - 1]) for place in at]
    before = [math.log(closes[place - 1 - 12] / closes[place - 1]) for place in at]
    assert path.mean[[0, 12, -1]] == pytest.approx([mean(before), 0, mean(after)], abs=1e-15)
    assert path.high[-1] - path.mean[-1] == pytest.approx(3.182446305284263 * stdev(after) / 2)
    assert path.lower[-1] == pytest.approx(np.quantile(after, 0.25))


def test_a_settlement_with_a_missing_candle_is_left_out_and_counted() -> None:
    open_ms = np.delete(np.arange(0, 400) * FIVE_MS, 140)
    closes = np.linspace(100, 110, 399)
    settled = np.array([40, 136, 232, 328, 399], np.int64) * FIVE_MS
    path = settlement_path(settled, open_ms, closes, FIVE_MS)
    assert path is not None
    assert (path.count, path.left_out) == (3, 2)
    assert settlement_path(settled[:3], open_ms, closes, FIVE_MS) is None
    assert settlement_path(settled, open_ms[:0], closes[:0], FIVE_MS) is None


@pytest.mark.real_data
def test_the_recorded_path_is_that_of_a_loop_over_the_candles(shared_data: Path) -> None:
    folder = shared_data / "funding_and_mark"
    funding = read_columns(folder / "RENDER_USDT_USDT-1h-funding_rate.feather")
    candles = read_columns(folder / "RENDER_USDT_USDT-1h-futures.feather")
    path = settlement_path(funding["date"], candles["date"], candles["close"], HOUR_MS)
    by_open = dict(zip(candles["date"].tolist(), candles["close"].tolist(), strict=True))
    after = [
        math.log(by_open[at] / by_open[at - HOUR_MS])
        for at in funding["date"].tolist()
        if {at - 2 * HOUR_MS, at - HOUR_MS, at} <= by_open.keys()
    ]
    assert path is not None
    assert path.count == len(after) > 100
    assert path.mean[-1] == pytest.approx(mean(after), abs=1e-14)
