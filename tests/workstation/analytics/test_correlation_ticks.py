"""All pairs at once from ticks, against a plain double loop over their intervals and the vector."""

from math import log, sqrt
from typing import Any

import numpy as np
import pytest

from tests.workstation.analytics.vectors import Vector, vectors
from workstation.analytics.correlation_ticks import tick_correlations

Ticks = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def plain(x: Ticks, y: Ticks) -> float:
    """By definition: every product of returns whose intervals (a, b] overlap."""
    total = 0.0
    sides = [
        [(a, b, log(q / p)) for a, b, p, q in zip(t, t[1:], v, v[1:], strict=False)]
        for t, v in ((x[0].tolist(), x[1].tolist()), (y[0].tolist(), y[1].tolist()))
    ]
    for a, b, move in sides[0]:
        for c, d, other in sides[1]:
            if max(a, c) < min(b, d):
                total += move * other
    spread = sqrt(sum(m * m for *_, m in sides[0]) * sum(m * m for *_, m in sides[1]))
    return max(-1.0, min(1.0, total / spread))


def made(seed: int, symbols: int) -> list[Ticks]:
    random = np.random.default_rng(seed)
    common = np.cumsum(random.normal(0, 1e-4, 4_000))
    found = []
    for _ in range(symbols):
        times = np.sort(random.choice(4_000, int(random.integers(2, 400)), replace=False)).astype(np.int64)
        own = np.cumsum(random.normal(0, 5e-5, 4_000))
        found.append((times + int(random.integers(-500, 500)), 60_000 * np.exp((common + own)[times])))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_is_the_plain_sum_over_overlapping_intervals(seed: int) -> None:
    series = made(seed, 7)
    matrix, counts = tick_correlations(series)
    for i in range(7):
        for j in range(7):
            if i != j:
                assert matrix[i, j] == pytest.approx(plain(series[i], series[j]), abs=1e-12)
                assert counts[i, j] == min(len(series[i][0]), len(series[j][0])) - 1
    np.testing.assert_array_equal(matrix, matrix.T)


@pytest.mark.parametrize(
    "vector",
    [one for one in vectors("correlation", exact=False) if one.id in ("hayashi-yoshida", "absent")],
)
def test_the_vector(vector: Vector) -> None:
    sides = [np.array(vector["inputs"][side]) for side in "xy"]
    series = [(side[:, 0].astype(np.int64), side[:, 1]) for side in sides]
    assert tick_correlations(series)[0][0, 1] == pytest.approx(
        vector["expected"]["corr"], abs=vector["tolerance"]
    )


def test_times_that_never_overlap_do_not_correlate_and_too_few_ticks_say_nothing() -> None:
    early = (np.array([0, 10, 20]), np.array([1.0, 1.1, 1.2]))
    late = (np.array([20, 30, 40]), np.array([1.0, 1.1, 1.2]))
    still = (np.array([0, 10, 20]), np.array([5.0, 5.0, 5.0]))
    one = (np.array([5]), np.array([5.0]))
    matrix, counts = tick_correlations([early, late, still, one])
    assert matrix[0, 1] == 0
    assert np.isnan(matrix[2]).all()
    assert np.isnan(matrix[3]).all()
    assert counts[3].tolist() == [0, 0, 0, 0]
    assert tick_correlations([])[0].shape == (0, 0)
