"""Risk of a book, its parts and its bets, against figures by hand and by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from workstation.analytics.exposure import (
    basket,
    correlation_with_book,
    independent_bets,
    joint_deviation,
    risk_shares,
)
from workstation.errors import BadFigure


def covariance(correlation: float, *deviations: float) -> NDArray[np.float64]:
    spread = np.array(deviations)
    matrix = np.full((len(spread),) * 2, correlation)
    np.fill_diagonal(matrix, 1.0)
    scaled: NDArray[np.float64] = matrix * np.multiply.outer(spread, spread)
    return scaled


def test_the_deviation_of_a_book_is_that_of_its_simulated_days() -> None:
    random = np.random.default_rng(2)
    matrix = covariance(0.7, 0.02, 0.05, 0.03)
    weights = np.array([1000.0, -400.0, 250.0])
    days = random.multivariate_normal(np.zeros(3), matrix, 400_000) @ weights
    assert joint_deviation(weights, matrix) == pytest.approx(days.std(), rel=0.005)
    # By hand: 20² + 20² + 7.5² + 2·.7·(−20·20 + 20·7.5 − 20·7.5) = 296.25
    assert joint_deviation(weights, matrix) == pytest.approx(296.25**0.5)
    with pytest.raises(BadFigure):
        joint_deviation(weights, np.eye(2))


def test_five_times_the_same_is_one_bet_and_five_strangers_are_five() -> None:
    weights = np.array([100.0, 200.0, 50.0, 80.0, 10.0])
    assert independent_bets(weights, covariance(1.0, *[0.03] * 5)) == pytest.approx(1)
    assert independent_bets(np.full(5, 70.0), covariance(0.0, *[0.03] * 5)) == pytest.approx(5)
    # k equal bets with one correlation are k / (1 + (k − 1) ρ).
    assert independent_bets(np.full(5, 70.0), covariance(0.8, *[0.03] * 5)) == pytest.approx(5 / 4.2)
    # A short of one's own kind lessens the risk, and is no second bet beyond the two that there are.
    assert independent_bets(np.array([100.0, -100.0]), covariance(0.9, 0.03, 0.03)) == 2
    assert independent_bets(np.zeros(2), covariance(0.9, 0.03, 0.03)) == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4), st.floats(-0.3, 1.0))
def test_shares_add_up_and_bets_stay_within_the_book(weights: list[float], correlation: float) -> None:
    held, matrix = np.array(weights), covariance(correlation, 0.01, 0.02, 0.05, 0.04)
    bets = independent_bets(held, matrix)
    assert bets == 0 or 1 - 1e-9 <= bets <= np.count_nonzero(held)
    shares = risk_shares(held, matrix)
    if np.isfinite(shares).all():
        assert shares.sum() == pytest.approx(1, abs=1e-6)


def test_a_hedge_has_a_negative_share() -> None:
    shares = risk_shares(np.array([300.0, -100.0]), covariance(0.8, 0.03, 0.03))
    # 9² + 3² − 2·.8·27 = 46.8; of the first 9·(9 − .8·3), of the second −3·(−3 + .8·9)… over 46.8.
    np.testing.assert_allclose(shares, [59.4 / 46.8, -12.6 / 46.8])
    assert np.isnan(risk_shares(np.zeros(2), np.eye(2))).all()


def test_a_symbol_moves_with_the_book_as_its_returns_do() -> None:
    random = np.random.default_rng(8)
    returns = random.normal(size=(2_000, 3)) + random.normal(size=(2_000, 1))
    matrix = np.cov(returns.T)
    weights = np.array([0.0, 5.0, -2.0])
    expected = np.corrcoef(returns[:, 0], returns @ weights)[0, 1]
    assert correlation_with_book(weights, matrix, 0) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(correlation_with_book(np.zeros(3), matrix, 0))


def test_a_basket_is_the_mean_of_whoever_is_there() -> None:
    found = basket(np.array([[1.0, 3.0], [np.nan, 5.0], [np.nan, np.nan]]))
    np.testing.assert_array_equal(found, [2.0, 5.0, np.nan])
