"""Correlations against slow definitions, with missing bars, still series and raw ticks."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from workstation.analytics import correlation
from workstation.errors import BadFigure

RANDOM = np.random.default_rng(7)


def test_a_stale_price_is_missing_and_never_a_zero_return() -> None:
    times, prices = np.array([0, 1000, 9000]), np.array([1.0, 2.0, 3.0])
    seen = correlation.previous_tick_grid(times, prices, np.array([-1, 0, 999, 1000, 3000, 3001, 9500]), 2000)
    np.testing.assert_array_equal(seen, [np.nan, 1, 1, 2, 2, np.nan, 3])
    empty = correlation.previous_tick_grid(times[:0], prices[:0], np.array([5]), 10)
    assert np.isnan(empty).all()
    returns = correlation.log_returns(np.array([1.0, 2.0, np.nan, 2.0, 0.0]))
    assert returns[0] == pytest.approx(log(2))
    assert np.isnan(returns[1:]).all()


def test_the_matrix_is_every_pair_on_its_own() -> None:
    returns = RANDOM.normal(size=(200, 6)) * [1, 1e-6, 50, 1, 1, 1] + [0, 1, 0, 0, 3, 0]
    returns[:, 3] = 0.4 * returns[:, 0] + returns[:, 3]
    returns[RANDOM.random(returns.shape) < 0.2] = np.nan
    returns[:, 4] = 0.1  # stands still
    returns[:198, 5] = np.nan  # two are too few
    matrix, counts = correlation.correlation_matrix(returns)
    for i in range(6):
        for j in range(6):
            value, count = correlation.pearson(returns[:, i], returns[:, j])
            assert counts[i, j] == count
            assert matrix[i, j] == pytest.approx(value, abs=1e-12, nan_ok=True)
    assert np.isnan(matrix[4]).all()
    assert np.isnan(matrix[5]).all()
    np.testing.assert_allclose(matrix[:4, :4], matrix[:4, :4].T)
    known = returns[np.isfinite(returns[:, [0, 3]]).all(axis=1)]
    assert matrix[0, 3] == pytest.approx(np.corrcoef(known[:, 0], known[:, 3])[0, 1], abs=1e-12)


def test_ranks_share_their_mean_where_they_tie() -> None:
    x = np.array([1.0, 2.0, 2.0, 3.0, 10.0])
    assert correlation.spearman(x, np.exp(x))[0] == pytest.approx(1)
    # By hand: ranks 1, 2.5, 2.5, 4, 5 against 5, 3.5, 3.5, 2, 1.
    assert correlation.spearman(x, -x)[0] == pytest.approx(-1)


def test_fading_weights_follow_the_newest() -> None:
    x = RANDOM.normal(size=300)
    y = np.concatenate((-x[:200], x[200:]))
    assert correlation.pearson(x, y)[0] < 0
    assert correlation.ewma_correlation(x, y)[0] == pytest.approx(1, abs=0.02)
    with pytest.raises(BadFigure):
        correlation.ewma_correlation(x, y, decay=0.0)
    assert np.isnan(correlation.ewma_correlation(x[:2], y[:2])[0])


def test_what_stands_still_or_is_too_short_has_no_correlation_and_no_beta() -> None:
    still, moving = np.full(10, 0.1), RANDOM.normal(size=10)
    assert np.isnan(correlation.pearson(still, moving)[0])
    assert np.isnan(correlation.beta(moving, still))
    assert np.isnan(correlation.pearson(moving[:2], moving[:2])[0])
    with pytest.raises(BadFigure):
        correlation.pearson(moving, moving[:5])


@given(st.integers(0, 2**32 - 1))
def test_overlapping_intervals_are_those_of_the_definition(seed: int) -> None:
    random = np.random.default_rng(seed)

    def ticks() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        times = np.unique(random.integers(0, 30, size=random.integers(3, 15))).astype(np.float64)
        if len(times) < 2:
            times = np.array([0.0, 1.0])
        return times, 100 * np.exp(np.cumsum(random.normal(0, 0.01, len(times))))

    (tx, px), (ty, py) = ticks(), ticks()
    slow = 0.0
    for i in range(1, len(tx)):
        for j in range(1, len(ty)):
            if max(tx[i - 1], ty[j - 1]) < min(tx[i], ty[j]):
                slow += log(px[i] / px[i - 1]) * log(py[j] / py[j - 1])
    covariance, value = correlation.hayashi_yoshida(tx, px, ty, py)
    assert covariance == pytest.approx(slow, abs=1e-14)
    scale = sqrt(float((np.diff(np.log(px)) ** 2).sum() * (np.diff(np.log(py)) ** 2).sum()))
    assert value == pytest.approx(slow / scale, abs=1e-9)


def test_too_few_ticks_pairs_or_rows_are_refused() -> None:
    one = np.array([1.0])
    with pytest.raises(BadFigure):
        correlation.hayashi_yoshida(one, one, one, one)
    for value, count in ((0.5, 3), (1.0, 30)):
        with pytest.raises(BadFigure):
            correlation.fisher_interval(value, count)
    with pytest.raises(BadFigure):
        correlation.ledoit_wolf(np.array([[1.0, np.nan], [1.0, 2.0]]))


def test_shrinkage_keeps_the_trace_and_makes_the_matrix_invertible() -> None:
    returns = RANDOM.normal(size=(5, 12))
    covariance, share = correlation.ledoit_wolf(returns)
    centred = returns - returns.mean(axis=0)
    assert 0 < share <= 1
    assert np.trace(covariance) == pytest.approx((centred**2).sum() / 5)
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_many_pairs_need_stricter_proof() -> None:
    # Benjamini and Hochberg's own example: four of fifteen stand.
    p_values = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert correlation.false_discoveries(p_values) == [True] * 4 + [False] * 11
    assert correlation.false_discoveries([]) == []


def test_bets_that_move_together_are_one() -> None:
    assert correlation.effective_bets(np.eye(5)) == pytest.approx(5)
    assert correlation.effective_bets(np.ones((5, 5))) == pytest.approx(1)
    np.testing.assert_allclose(
        correlation.correlation_distance(np.array([1.0, 0.0, -1.0])), [0, sqrt(0.5), 1]
    )
