"""Liquidation by hand: fixed points, hedges that cannot save, conventions, and what is refused."""

from decimal import Decimal

import pytest

from workstation.analytics.liquidation import (
    ClosingFee,
    Exposure,
    bankruptcy_price,
    isolated_distance,
    liquidation_point,
    liquidation_price_at_adjustment,
    liquidation_price_on_entry_margin,
    shared_liquidation,
)
from workstation.analytics.margin import isolated_margin
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

D = Decimal
FLAT = TierTable.flat(D("0.005"))


def test_an_inverse_long_is_liquidated_below_and_a_short_above_its_entry() -> None:
    # 60 000 USD of BTCUSD at 50 000 with 10x: the position of Bybit's example, margin on mark as today.
    for side, expected in (
        (1, D(60_000) * D("1.005") / (D("1.2") + D("0.12"))),
        (-1, D(60_000) * D("0.995") / (D("1.2") - D("0.12"))),
    ):
        held = Exposure(side * D(60_000), D(50_000), kind=ContractKind.INVERSE)
        point = liquidation_point(held, D("0.12"), FLAT)
        assert point is not None
        assert point.price == pytest.approx(expected)


def test_an_inverse_short_that_is_covered_by_its_coin_is_never_liquidated() -> None:
    held = Exposure(D(-100), D(50_000), kind=ContractKind.INVERSE)
    assert liquidation_point(held, D(1), FLAT) is None


def test_bybit_extra_margin_counts_less_the_fee_of_closing_lower() -> None:
    # Bybit (2026): extra margin is divided by 1 + taker fee for a long inverse position.
    held = Exposure(D(60_000), D(50_000), kind=ContractKind.INVERSE)
    fee, extra = D("0.00055"), D("0.05")
    posted = isolated_margin(held, D(10), fee_rate=fee, closing_fee=ClosingFee.SET_ASIDE)
    point = liquidation_point(held, posted + extra, FLAT, fee_rate=fee, closing_fee=ClosingFee.SET_ASIDE)
    expected = D(60_000) * D("1.005") / (D("1.2") + D("0.12") + extra / (1 + fee))
    assert point is not None
    assert abs(point.price - expected) < D("1e-18")


def test_a_perfect_hedge_still_ends_where_the_price_has_risen_enough() -> None:
    legs = [Exposure(D(1), D(100)), Exposure(D(-1), D(100))]
    shared = shared_liquidation(legs, D(10), FLAT)
    assert shared.below is None
    assert shared.above == D(10) / (2 * D("0.005"))


def test_a_hedge_with_a_heavy_bracket_ends_on_both_sides() -> None:
    tiers = TierTable.from_rates([(D(0), D(1000), D("0.01"), D(50)), (D(1000), None, D("0.2"), D(5))])
    legs = [Exposure(D(10), D(100)), Exposure(D(-8), D(100))]
    shared = shared_liquidation(legs, D(60), tiers)
    assert shared.below is not None
    assert shared.above is not None
    assert shared.below < 100 < shared.above


def test_legs_that_no_price_can_save_are_refused() -> None:
    legs = [Exposure(D(1), D(200)), Exposure(D(-1), D(100))]
    with pytest.raises(BadFigure, match="does not suffice"):
        shared_liquidation(legs, D(10), FLAT)


@pytest.mark.parametrize(
    "legs",
    [[], [Exposure(D(1), D(1)), Exposure(D(-1), D(1), kind=ContractKind.INVERSE)]],
)
def test_only_legs_of_one_kind_share_a_price(legs: list[Exposure]) -> None:
    with pytest.raises(BadFigure) as refused:
        shared_liquidation(legs, D(1), FLAT)
    assert refused.value.field == "legs"


def test_twenty_times_leverage_is_not_wiped_out_by_half_a_percent() -> None:
    assert round(isolated_distance(D(20), D("0.005")), 4) == D("0.0452")
    assert round(isolated_distance(D(20), D("0.005"), is_long=False), 4) == D("0.0448")
    assert isolated_distance(D(1), D("0.005")) == 1


def test_a_position_without_a_price_of_ruin_has_none() -> None:
    held = Exposure(D(1), D(100))
    assert bankruptcy_price(held, D(100)) is None
    assert liquidation_price_on_entry_margin(held, D(101), D("0.5")) is None
    assert liquidation_price_at_adjustment(held, D(100), D(2), D("0.015")) is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((D(0), D(1)), "size"),
        ((D("NaN"), D(1)), "size"),
        ((D(1), D(0)), "entry_price"),
        ((D(1), D(-5)), "entry_price"),
        ((D(1), D(1), D(0)), "contract_size"),
        ((D(1), D(1), D(1), ContractKind.SPOT), "kind"),
    ],
)
def test_a_position_that_cannot_be_is_refused(arguments: tuple[Decimal, ...], field: str) -> None:
    with pytest.raises(BadFigure) as refused:
        Exposure(*arguments)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_margin_and_fee_must_be_figures() -> None:
    held = Exposure(D(1), D(100))
    with pytest.raises(BadFigure, match="Margin"):
        liquidation_point(held, D("NaN"), FLAT)
    with pytest.raises(BadFigure, match="Fee rate"):
        liquidation_point(held, D(1), FLAT, fee_rate=D(5))
    with pytest.raises(BadFigure, match="whole notional"):
        liquidation_point(
            held, D(1), TierTable.flat(D("0.95")), fee_rate=D("0.1"), closing_fee=ClosingFee.REQUIRED
        )
