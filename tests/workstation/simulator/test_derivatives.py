"""Premium, funding, mark and liquidation prices follow the exchange's rules and the shared vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.simulator.derivatives import (
    bankruptcy_price,
    bracket_of,
    funding_cash_flow,
    funding_rate,
    liquidation_price,
    mark_price,
    next_settlement,
    premium_index,
)
from workstation.simulator.universe import BRACKETS, UNIVERSE


def vectors(shared_data: Path, name: str) -> list[dict[str, Any]]:
    path = shared_data.parent / "vectors" / name
    if not path.is_file():
        pytest.skip(f"no {name} beside the recorded data")
    listed: list[dict[str, Any]] = json.loads(path.read_text())["vectors"]
    return listed


@pytest.mark.real_data
def test_the_shared_funding_vectors_hold(shared_data: Path) -> None:
    checked = 0
    for vector in vectors(shared_data, "funding.json"):
        given_, expected = vector["inputs"], vector["expected"]
        near = {"abs": vector["tolerance"]}
        if vector["id"].startswith("clamp-"):
            rate = funding_rate(given_["premium_avg"], given_["interval_h"], interest=given_["interest"])
            assert rate == pytest.approx(expected["rate"], **near)
        elif vector["id"] == "okx-1h-old-vs-new":
            rate = funding_rate(given_["premium_avg"], given_["interval_h"])
            assert rate == pytest.approx(expected["new_rate"], **near)
        elif vector["id"].startswith("ft-short"):
            flow = funding_cash_flow(given_["side"], given_["qty"], given_["mark"], given_["rate"])
            assert flow == pytest.approx(expected["cashflow"], **near)
        elif vector["id"].startswith("premium-"):
            premium = premium_index(given_["impact_bid"], given_["impact_ask"], given_["index"])
            assert premium == pytest.approx(expected["premium"], **near)
        elif vector["id"].startswith("mark-"):
            mark = mark_price(
                given_["index"],
                given_["last_funding"],
                given_["hours_to_funding"],
                given_["interval_h"],
                given_["ma_basis"],
                given_["last_price"],
            )
            assert mark == pytest.approx(expected["mark"], **near)
        else:
            continue
        checked += 1
    assert checked >= 8


@pytest.mark.parametrize(
    ("mean_premium", "hours", "rate"),
    [(0.0, 8, 0.0001), (0.0006, 8, 0.0001), (0.0008, 8, 0.0003), (0.0008, 4, 0.00015), (-0.001, 8, -0.0005)],
)
def test_funding_pays_interest_near_it_and_the_excess_over_the_band_beyond(
    mean_premium: float, hours: int, rate: float
) -> None:
    assert funding_rate(mean_premium, hours) == pytest.approx(rate, abs=1e-15)


def test_longs_pay_shorts_when_the_rate_is_positive() -> None:
    assert funding_cash_flow(1, 2.0, 100.0, 0.001) == pytest.approx(-0.2)
    assert funding_cash_flow(-1, 2.0, 100.0, 0.001) == pytest.approx(0.2)


def test_the_tier_is_that_of_the_notional_at_the_liquidation_price() -> None:
    # 10.5 BTC at 60,000 is in the fourth tier, at its liquidation price in the third.
    brackets = BRACKETS["deepest"]

    price = liquidation_price(1, 10.5, 60_000.0, 63_000.0, brackets)

    assert price is not None
    tier = bracket_of(10.5 * price, brackets)
    equity = 63_000.0 + 10.5 * (price - 60_000.0)
    assert tier is not bracket_of(10.5 * 60_000.0, brackets)
    assert equity == pytest.approx(10.5 * price * tier.maintenance_rate - tier.maintenance_amount)
    assert price == pytest.approx(54_266.57, abs=0.01)


@given(
    st.sampled_from([1, -1]),
    st.floats(0.01, 50.0),
    st.floats(10.0, 100_000.0),
    st.integers(2, 50),
    st.sampled_from(sorted(BRACKETS)),
)
def test_equity_equals_maintenance_margin_at_the_liquidation_price(
    side: int, size: float, entry: float, leverage: int, tiers: str
) -> None:
    brackets = BRACKETS[tiers]
    margin = size * entry / leverage

    price = liquidation_price(side, size, entry, margin, brackets)

    if price is None or size * price > 0.9 * brackets[-1].cap:
        return
    tier = bracket_of(size * price, brackets)
    equity = margin + side * size * (price - entry)
    needed = size * price * tier.maintenance_rate - tier.maintenance_amount
    assert equity == pytest.approx(needed, abs=1e-6 * size * entry)
    # Liquidated before it is bankrupt.
    assert (price - bankruptcy_price(side, size, entry, margin)) * side >= 0.0


def test_maintenance_margin_has_no_step_where_tiers_meet() -> None:
    for spec in UNIVERSE.values():
        for lower, upper in zip(spec.brackets, spec.brackets[1:], strict=False):
            assert lower.cap == upper.floor
            below = lower.cap * lower.maintenance_rate - lower.maintenance_amount
            above = upper.floor * upper.maintenance_rate - upper.maintenance_amount
            assert below == pytest.approx(above)


def test_settlements_are_at_whole_intervals_after_now() -> None:
    hour = 3_600_000
    assert next_settlement(0, 8) == 8 * hour
    assert next_settlement(8 * hour, 8) == 16 * hour
    assert next_settlement(8 * hour + 1, 4) == 12 * hour
