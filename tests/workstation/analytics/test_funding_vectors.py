"""Funding, carry and blob fees equal what venues, papers and clients have."""

from decimal import Decimal
from typing import Any

import pytest

from tests.workstation.analytics.vectors import Vector, assert_expected, vectors
from workstation.analytics import blob_fee, funding
from workstation.analytics.arbitrage import capital_bound, funding_carry

pytestmark = pytest.mark.real_data


def funding_figures(vector: Vector) -> dict[str, Any]:
    given, name = vector["inputs"], vector["id"]
    if name.startswith("clamp"):
        rate = funding.funding_rate(given["premium_avg"], given["interval_h"], interest_8h=given["interest"])
        return {"rate": rate}
    if name.startswith("okx"):
        old = funding.undivided_funding_rate(given["premium_avg"], given["interval_h"])
        return {
            "old_rate": old,
            "old_daily": funding.rate_per(old, given["interval_h"], Decimal(24)),
            "new_rate": funding.funding_rate(given["premium_avg"], given["interval_h"]),
        }
    if name == "bybit-interest":
        rate = funding.interest_rate(given["quote"], given["base"], int(given["intervals"]))
        return {"interest": rate}
    if name.startswith("ft"):
        notional = given["side"] * given["qty"] * given["mark"]
        return {"cashflow": funding.funding_cash_flow(notional, given["rate"])}
    if name.startswith("hl"):
        oracle = vector["expected"]["implied_oracle"]
        paid = funding.funding_cash_flow(given["szi"] * oracle, given["rate"]) * given["samples"]
        # The oracle's price is what the payment implies: the vector is one of the sign.
        implied = abs(paid) / (abs(given["szi"]) * given["rate"] * given["samples"])
        return {"cashflow": paid, "sign": 1 if paid > 0 else -1, "implied_oracle": implied}
    if name.startswith("premium"):
        index = funding.premium_index(given["impact_bid"], given["impact_ask"], given["index"])
        return {"premium": index}
    due = given["index"] * (1 + given["last_funding"] * given["hours_to_funding"] / given["interval_h"])
    mark = funding.mark_price(
        given["index"],
        given["last_funding"],
        given["hours_to_funding"],
        given["interval_h"],
        given["ma_basis"],
        given["last_price"],
    )
    return {"price1": due, "price2": given["index"] + given["ma_basis"], "mark": mark}


@pytest.mark.parametrize("vector", vectors("funding", exact=True))
def test_funding_is_that_of_the_venues(vector: Vector) -> None:
    assert_expected(vector, funding_figures(vector))


@pytest.mark.parametrize("vector", vectors("arb", exact=True))
def test_carry_is_reckoned_on_all_the_capital(vector: Vector) -> None:
    given = vector["inputs"]
    if vector["id"] == "funding-apr":
        cases = given["cases"]
        figures: dict[str, Any] = {
            "apr": [funding.yearly_rate(*case) for case in cases],
            "apy": [funding.compounded_yearly_rate(*case) for case in cases],
        }
    else:
        carry = funding_carry(
            given["notional"],
            given["rate"],
            given["interval_h"],
            given["days"],
            hedge_fee_rate=given["spot_fee"],
            perp_fee_rate=given["perp_fee"],
            capital=capital_bound(given["notional"], given["perp_margin"], given["buffer"]),
            withdrawal=given["withdraw_usd"],
        )
        figures = {
            "funding": carry.funding,
            "fees": carry.fees,
            "net": carry.net,
            "capital": carry.capital,
            "net_apr": carry.yearly_rate,
        }
        assert carry.break_even_days is not None
        assert round(carry.break_even_days, 2) == Decimal("11.67")
    assert_expected(vector, figures)


@pytest.mark.parametrize("vector", vectors("eip4844", exact=False))
def test_blob_fees_are_those_of_the_clients(vector: Vector) -> None:
    given, name = vector["inputs"], vector["id"]
    if name.startswith("fakeexp"):
        value = blob_fee.fake_exponential(given["factor"], given["numerator"], given["denominator"])
        figures: dict[str, Any] = {"value": value}
    elif "excess_blob_gas" in given:
        fee = blob_fee.blob_base_fee(given["excess_blob_gas"], given["update_fraction"])
        figures = {"blob_base_fee": fee}
    elif name.startswith("schedule"):
        figures = {
            fork.name: [fork.active_from_s, fork.target, fork.most, fork.fraction]
            for fork in blob_fee.MAINNET_FORKS
        }
    else:
        fork = blob_fee.BlobFork(name, 0, given["target"], given["max"], given["fraction"], has_reserve=True)
        figures = {
            "next_excess": blob_fee.next_excess(given["excess"], given["used"], fork, given["base_fee"])
        }
    assert_expected(vector, figures)
