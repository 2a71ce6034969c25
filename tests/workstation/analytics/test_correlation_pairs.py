"""Many pairs judged together, partial correlations from residuals, and the days that a crash is on."""

import numpy as np
import pytest

from workstation.analytics.correlation import correlation_matrix, false_discoveries, fisher_interval
from workstation.analytics.correlation_pairs import crash_rows, holding, net_of

HOUR_MS = 3_600_000


def test_marks_are_those_of_the_procedure_on_every_pair() -> None:
    random = np.random.default_rng(4)
    returns = random.normal(size=(60, 12))
    returns[:, :5] += 0.8 * random.normal(size=(60, 1))
    matrix, counts = correlation_matrix(returns)
    found = holding(matrix, counts)
    pairs = list(zip(*np.triu_indices(12, 1), strict=True))
    # Student's t is the exact test; Fisher's z differs by little and marks the same pairs here.
    exact = [fisher_interval(float(matrix[pair]), 60).p_value for pair in pairs]
    assert [bool(found[pair]) for pair in pairs] == false_discoveries(exact)
    assert 0 < found.sum() < 60
    np.testing.assert_array_equal(found, found.T)
    assert not found.diagonal().any()


def test_pure_noise_holds_nearly_nowhere_and_the_unknown_never() -> None:
    random = np.random.default_rng(9)
    matrix, counts = correlation_matrix(random.normal(size=(200, 40)))
    assert np.count_nonzero(np.triu(np.abs(matrix) > 1.96 / np.sqrt(197), 1)) > 20  # without the control
    assert np.count_nonzero(holding(matrix, counts)) <= 2
    matrix[0, 1] = matrix[1, 0] = np.nan
    assert not holding(matrix, counts)[0, 1]
    assert not holding(np.full((2, 2), 0.99), np.full((2, 2), 3)).any()


def test_net_of_a_symbol_is_the_correlation_of_what_it_leaves() -> None:
    random = np.random.default_rng(5)
    returns = random.normal(size=(500, 4)) + random.normal(size=(500, 1)) * [1.0, 0.6, -0.8, 0.0]
    matrix, _ = correlation_matrix(returns)
    found = net_of(matrix, 0)
    design = np.column_stack((np.ones(500), returns[:, 0]))
    left = returns - design @ np.linalg.lstsq(design, returns, rcond=None)[0]
    for i in range(1, 4):
        for j in range(1, 4):
            assert found[i, j] == pytest.approx(np.corrcoef(left[:, i], left[:, j])[0, 1], abs=1e-12)
    assert np.isnan(found[0]).all()
    assert np.isnan(found[:, 0]).all()


def test_a_crash_takes_its_whole_day_and_nothing_else() -> None:
    random = np.random.default_rng(6)
    returns = random.normal(0, 0.005, (24 * 30, 8)) + random.normal(0, 0.004, (24 * 30, 1))
    returns[24 * 20 + 21] -= 0.15
    returns[24 * 5 + 3, 2] -= 0.4  # one symbol's own affair
    found = crash_rows(returns, 480_000 * HOUR_MS, HOUR_MS)  # ends at midnight
    assert np.flatnonzero(found).tolist() == list(range(24 * 20, 24 * 21))
    assert not crash_rows(returns, 480_000 * HOUR_MS, 24 * HOUR_MS).any()
    assert not crash_rows(np.full((5, 2), np.nan), 0, HOUR_MS).any()
