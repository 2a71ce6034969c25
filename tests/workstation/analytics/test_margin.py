"""Margin, leverage and buffer, and stops that come too late."""

from decimal import Decimal

import pytest

from workstation.analytics.liquidation import Exposure
from workstation.analytics.margin import (
    HeldPosition,
    check_leverage,
    check_stop,
    cross_liquidations,
    effective_leverage,
    initial_margin,
    liquidation_buffer,
    margin_ratio,
    portfolio_maintenance,
)
from workstation.errors import BadFigure
from workstation.model.margin import MarginTier, TierTable

D = Decimal
FLAT = TierTable.flat(D("0.01"))


def test_initial_margin_is_notional_over_leverage() -> None:
    assert initial_margin(D(60_000), D(20)) == 3000


@pytest.mark.parametrize("leverage", ["0", "-3", "0.99", "501", "NaN", "Infinity"])
def test_absurd_leverage_is_refused(leverage: str) -> None:
    with pytest.raises(BadFigure) as refused:
        check_leverage(D(leverage))
    assert refused.value.field == "leverage"


def test_a_bracket_caps_the_leverage() -> None:
    tier = MarginTier(D(0), None, D("0.01"), D(0), D(25))
    assert check_leverage(D(25), tier) == 25
    with pytest.raises(BadFigure, match="25x at most"):
        check_leverage(D(26), tier)


def test_ratio_and_leverage_are_undefined_without_equity() -> None:
    assert margin_ratio(D(5), D(10)) == D("0.5")
    assert margin_ratio(D(5), D(0)) is None
    assert effective_leverage(D(100), D(50)) == 2
    assert effective_leverage(D(100), D(-1)) is None


def test_an_order_moves_the_liquidation_of_the_other_positions() -> None:
    bitcoin = HeldPosition(Exposure(D(1), D(60_000)), D(60_000), FLAT)
    ether = HeldPosition(Exposure(D(20), D(3000)), D(3000), FLAT)
    alone = cross_liquidations(D(10_000), {"BTC": bitcoin})["BTC"]
    together = cross_liquidations(D(10_000), {"BTC": bitcoin, "ETH": ether})["BTC"]
    assert alone is not None
    assert together is not None
    # The other's maintenance margin, 600, is no longer there for this one.
    assert together.price - alone.price == pytest.approx(D(600) / D("0.99"))
    assert portfolio_maintenance([bitcoin, ether]) == 1200


def test_the_buffer_is_signed_and_told_in_ranges_and_against_the_stop() -> None:
    long = liquidation_buffer(D(1), D(100), D(80), atr=D(4), stop_price=D(90))
    assert (long.rate, long.atrs, long.stop_room) == (D("0.2"), D(5), D("0.5"))
    short = liquidation_buffer(D(-1), D(100), D(80))
    assert (short.rate, short.atrs, short.stop_room) == (D("-0.2"), None, None)
    assert liquidation_buffer(D(-1), D(100), D(110), stop_price=D(112)).stop_room == D("-0.2")


@pytest.mark.parametrize(
    ("size", "stop", "liquidation"),
    [
        (1, 100, None),
        (1, 101, None),
        (-1, 99, None),
        (1, 80, 80),
        (1, 79, 80),
        (-1, 120, 120),
        (-1, 121, 120),
    ],
)
def test_a_stop_on_the_wrong_side_or_beyond_liquidation_is_refused(
    size: int, stop: int, liquidation: int | None
) -> None:
    with pytest.raises(BadFigure) as refused:
        check_stop(D(size), D(100), D(stop), None if liquidation is None else D(liquidation))
    assert refused.value.field == "stop_price"


def test_a_stop_before_liquidation_is_taken() -> None:
    assert check_stop(D(1), D(100), D(81), D(80)) == 81
    assert check_stop(D(-1), D(100), D(119), D(120)) == 119
