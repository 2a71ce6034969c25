"""Sizes by range, regime, Kelly, volatility, correlation and liquidity; each may only reduce."""

from decimal import Decimal

import numpy as np
import pytest

from workstation.analytics import sizing
from workstation.errors import BadFigure

D = Decimal


def test_a_range_above_its_mean_cuts_the_size() -> None:
    assert sizing.regime_factor(D(12), D(10), D("0.3")) == D("0.7")
    assert sizing.regime_factor(D(10), D(10), D("0.3")) == 1
    position = sizing.size_by_atr(D(25_000), D("0.01"), D(850), D(2), D("0.001"))
    cut = sizing.reduced(position, [D("0.7")], D("0.001"))
    assert cut.size == D("0.102")
    assert cut.loss_at_stop == D("173.4")


def test_no_factor_may_enlarge_a_size() -> None:
    position = sizing.size_by_risk(D(1000), D("0.01"), D(5), D("0.1"))
    for factor in ("1.01", "-0.1"):
        with pytest.raises(BadFigure):
            sizing.reduced(position, [D(factor)], D("0.1"))
    with pytest.raises(BadFigure):
        sizing.regime_factor(D(1), D(1), D(1))


def test_funding_that_is_paid_shrinks_a_size_and_funding_received_does_not_grow_it() -> None:
    plain = sizing.unit_risk(D(100), D(95))
    assert sizing.unit_risk(D(100), D(95), funding_paid_rate=D("0.002")) == plain + D("0.2")
    assert sizing.unit_risk(D(100), D(95), funding_paid_rate=D("-0.002")) == plain
    assert sizing.unit_risk(D(100), D(95), entry_fee_rate=D("-0.0002")) == plain


def test_kelly_is_never_negative_and_is_capped() -> None:
    assert sizing.kelly_fraction(D("0.55"), D(1)) == D("0.10")
    assert sizing.kelly_fraction(D("0.55"), D(1), share=D("0.25")) == D("0.025")
    assert sizing.kelly_fraction(D("0.4"), D(1)) == 0
    assert sizing.kelly_fraction(D("0.9"), D(5), cap=D("0.02")) == D("0.02")
    with pytest.raises(BadFigure):
        sizing.kelly_fraction(D("1.1"), D(1))


def test_volatility_scales_down_and_is_capped() -> None:
    assert sizing.volatility_scale(D("0.02"), D("0.04")) == D("0.5")
    assert sizing.volatility_scale(D("0.02"), D("0.01")) == 1
    assert sizing.volatility_scale(D("0.02"), D("0.01"), cap=D("1.5")) == D("1.5")


def test_the_present_volatility_forgets_and_passes_over_what_is_missing() -> None:
    calm_then_wild = np.array([0.001] * 50 + [0.05] * 20)
    assert sizing.ewma_volatility(calm_then_wild) > sizing.ewma_volatility(calm_then_wild[::-1])
    assert sizing.ewma_volatility(np.array([0.01, np.nan, -0.01])) == pytest.approx(0.01)
    with pytest.raises(BadFigure):
        sizing.ewma_volatility(np.array([np.nan]))
    with pytest.raises(BadFigure):
        sizing.ewma_volatility(np.array([0.1]), decay=1.0)


def test_joint_risk_is_the_root_of_the_quadratic_form_not_the_sum() -> None:
    weights = np.array([100.0, 100.0])
    assert sizing.joint_risk(weights, np.eye(2)) == pytest.approx(100 * np.sqrt(2))
    assert sizing.joint_risk(weights, np.ones((2, 2))) == pytest.approx(200)
    assert sizing.joint_risk(weights, np.array([[1.0, -1.0], [-1.0, 1.0]])) == pytest.approx(0)


def test_a_candidate_is_cut_until_the_joint_risk_fits() -> None:
    correlated = np.array([[1.0, 0.8], [0.8, 1.0]])
    share = sizing.correlated_size_share(np.array([100.0]), 100.0, correlated, 150.0)
    assert 0 < share < 1
    assert sizing.joint_risk(np.array([100.0, 100.0 * share]), correlated) == pytest.approx(150)
    assert sizing.correlated_size_share(np.array([100.0]), -100.0, correlated, 150.0) == 1
    assert sizing.correlated_size_share(np.array([200.0]), 100.0, correlated, 150.0) == 0
    assert sizing.correlated_size_share(np.array([100.0]), 10.0, np.eye(2), 150.0) == 1


@pytest.mark.parametrize(
    ("weights", "matrix"),
    [(np.ones(2), np.eye(3)), (np.array([1.0, np.nan]), np.eye(2)), (np.ones(2), np.full((2, 2), np.inf))],
)
def test_a_matrix_that_does_not_fit_is_refused(weights: np.ndarray, matrix: np.ndarray) -> None:
    with pytest.raises(BadFigure):
        sizing.joint_risk(weights, matrix)


def test_liquidity_takes_a_share_of_what_rests() -> None:
    assert sizing.liquidity_size(D("12.34"), D("0.1"), D("0.01")) == D("1.23")
    assert sizing.leverage_needed(D(25_000), D(10_000)) == D("2.5")


@pytest.mark.parametrize(
    ("account", "risk", "unit"),
    [
        ("0", "0.01", "1"),
        ("-5", "0.01", "1"),
        ("100", "0", "1"),
        ("100", "1", "1"),
        ("100", "0.01", "0"),
        ("NaN", "0.01", "1"),
    ],
)
def test_absurd_risk_is_refused(account: str, risk: str, unit: str) -> None:
    with pytest.raises(BadFigure):
        sizing.size_by_risk(D(account), D(risk), D(unit), D(1))
