"""The estimated map: never more than is open, nothing that price has passed, each at its exact price."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.analytics.liquidation import isolated_distance
from workstation.analytics.liquidation_map import (
    USUAL_MIX,
    LeverageShare,
    checked_mix,
    liquidation_map,
    liquidation_ratio,
)
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable

FLAT = TierTable.flat(Decimal("0.004"))
MINUTE_MS = 60_000
ONE = (LeverageShare(10, 1.0),)


def mapped(interest: list[float], prices: list[float], mix: tuple[LeverageShare, ...] = ONE):  # type: ignore[no-untyped-def]
    """The map of a sample and a flat candle a minute."""
    times = np.arange(1, len(interest) + 1, dtype=np.int64) * MINUTE_MS
    closes = np.array(prices)
    return liquidation_map(
        times,
        np.array(interest),
        times - MINUTE_MS,
        closes,
        closes,
        closes,
        MINUTE_MS,
        FLAT,
        0.5,
        50.0,
        150.0,
        mix,
    )


def test_a_rise_is_liquidated_where_an_isolated_position_is() -> None:
    for leverage in (5, 25, 100):
        for is_long, sign in ((True, -1), (False, 1)):
            ratio = liquidation_ratio(leverage, is_long, FLAT)
            away = isolated_distance(Decimal(leverage), Decimal("0.004"), is_long=is_long)
            assert ratio == pytest.approx(float(1 + sign * abs(away)))
    found = mapped([10, 14], [100, 100])
    assert found is not None
    row = found.first_row + int(np.flatnonzero(found.longs[0])[0])
    ratio = liquidation_ratio(10, True, FLAT)
    assert ratio is not None
    assert row * 0.5 <= 100 * ratio < (row + 1) * 0.5
    assert (found.longs.sum(), found.shorts.sum(), found.opened) == (4, 4, 4)


def test_brackets_decide_the_maintenance_and_the_highest_leverage() -> None:
    tiers = TierTable.from_rates(
        [
            (Decimal(0), Decimal(10_000), Decimal("0.005"), Decimal(50)),
            (Decimal(10_000), None, Decimal("0.02"), Decimal(10)),
        ]
    )
    # Fifty is the most, so a hundred counts as fifty; at ten times all of the 50 000 lies in the second one.
    assert liquidation_ratio(100, True, tiers) == liquidation_ratio(50, True, tiers)
    notional, cum = 50_000.0, 10_000 * 0.015
    assert liquidation_ratio(10, True, tiers) == pytest.approx((0.9 * notional - cum) / (notional * 0.98))


def test_what_price_has_passed_is_gone() -> None:
    found = mapped([10, 14, 14, 14], [100, 100, 90, 100])
    assert found is not None
    assert (found.longs.sum(), found.shorts.sum()) == (0, 4)


def test_what_closed_since_thins_all_that_was_open_alike() -> None:
    found = mapped([10, 20, 15, 18], [100, 100, 100, 100])
    assert found is not None
    # Of ten opened three quarters are left, and three came after.
    assert (found.opened, found.left_long) == (13, pytest.approx(7.5 + 3))


@given(
    st.lists(st.floats(1, 1e6), min_size=2, max_size=40),
    st.lists(st.floats(60, 140), min_size=40, max_size=40),
)
def test_never_more_is_left_than_is_open(interest: list[float], prices: list[float]) -> None:
    found = mapped(interest, prices[: len(interest)], USUAL_MIX)
    assert found is not None
    for left, table in ((found.left_long, found.longs), (found.left_short, found.shorts)):
        assert left <= interest[-1] * (1 + 1e-9)
        assert table.sum() <= left * (1 + 1e-9) + 1e-9
    last = prices[len(interest) - 1]
    assert not found.longs[:, found.prices > last + 0.5].any()
    assert not found.shorts[:, found.prices < last - 0.5].any()


def test_an_inverse_contract_is_liquidated_further_up_than_down() -> None:
    down = liquidation_ratio(10, True, FLAT, ContractKind.INVERSE)
    assert down == pytest.approx((1 + 0.004) / (1 + 0.1))
    assert liquidation_ratio(1, False, FLAT, ContractKind.INVERSE) is None


def test_a_mix_is_scaled_to_one_and_refused_where_it_cannot_be() -> None:
    assert [part.share for part in checked_mix((LeverageShare(5, 1), LeverageShare(50, 3)))] == [0.75, 0.25]
    for mix in ((), (LeverageShare(0.5, 1),), (LeverageShare(5, 0),), (LeverageShare(5, -1),), ONE + ONE):
        with pytest.raises(BadFigure):
            checked_mix(mix)
    assert mapped([10], [100]) is None
