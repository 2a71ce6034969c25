"""Carry and basis on all the capital they bind."""

from decimal import Decimal

import pytest

from workstation.analytics.arbitrage import capital_bound, funding_carry, yearly_basis
from workstation.errors import BadFigure

D = Decimal


def test_a_basis_is_annualised_simply() -> None:
    assert yearly_basis(D(61_000), D(60_000), D(73)) == pytest.approx(D(1000) / D(60_000) * 5)
    assert yearly_basis(D(59_000), D(60_000), D(30)) < 0
    with pytest.raises(BadFigure):
        yearly_basis(D(1), D(1), D(0))


def test_carry_that_pays_never_breaks_even() -> None:
    carry = funding_carry(
        D(10_000),
        D("-0.0001"),
        D(8),
        D(30),
        hedge_fee_rate=D(0),
        perp_fee_rate=D("0.0005"),
        capital=capital_bound(D(10_000), D(2000)),
    )
    assert carry.break_even_days is None
    assert carry.net == -100
    assert carry.yearly_rate < 0


def test_the_interval_changes_what_a_rate_is_worth() -> None:
    def earned(interval: int) -> Decimal:
        return funding_carry(
            D(10_000),
            D("0.0001"),
            D(interval),
            D(1),
            hedge_fee_rate=D(0),
            perp_fee_rate=D(0),
            capital=D(10_000),
        ).funding

    assert (earned(8), earned(4), earned(1)) == (3, 6, 24)
