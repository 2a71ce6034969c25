"""The wallet behind a cross position: what the account began with and what was closed before, or why not."""

from dataclasses import replace
from decimal import Decimal

from tests.ui.review.made_trips import MINUTE_MS, START_MS, made_trip
from tests.workstation.journal.stored_market import instrument
from workstation.exchange.paper_contracts import paper_contract
from workstation.journal.margin_facts import (
    MarginFacts,
    no_liquidation,
    planned_liquidation,
    wallet_before,
)
from workstation.model.margin import MarginMode
from workstation.model.orders import OrderIntent, OrderKind, Purpose, Side

D = Decimal


def plan(mode: MarginMode | None, leverage: str | None = None) -> OrderIntent:
    return OrderIntent(
        "binance_usdm",
        "BTCUSDT",
        Side.SELL,
        OrderKind.LIMIT,
        D("0.8"),
        Purpose.OPEN,
        price=D(61_830),
        leverage=None if leverage is None else D(leverage),
        margin_mode=mode,
    )


def test_the_wallet_is_the_start_and_what_was_closed_before() -> None:
    trip = made_trip(9, opened_ms=START_MS + 60 * MINUTE_MS).trip
    before = [made_trip(1, opened_ms=START_MS).trip, made_trip(2, opened_ms=START_MS + 9 * MINUTE_MS).trip]
    later = made_trip(3, opened_ms=START_MS + 90 * MINUTE_MS).trip
    won = sum((one.net_pnl for one in before), D(0))
    assert wallet_before(trip, [*before, later], D(1_000)) == (1_000 + won, "")
    assert wallet_before(trip, before, None) == (None, "wallet not known")
    beside = made_trip(4, symbol="ETHUSDT", opened_ms=START_MS + 58 * MINUTE_MS).trip
    assert wallet_before(trip, [*before, beside], D(1_000)) == (None, "shared margin")


def test_a_plan_is_liquidated_at_its_own_leverage_or_by_its_wallet() -> None:
    trip = made_trip(1).trip
    facts = MarginFacts(paper_contract(instrument()), None, "wallet not known")
    isolated, cross = plan(MarginMode.ISOLATED, "5"), plan(MarginMode.CROSS)
    price = planned_liquidation(trip, isolated, facts)
    assert price is not None
    assert D("1.15") < price / 61_830 < D("1.2")  # a short at 5 x, less maintenance and the fee to close
    of_cross = replace(trip, planned=cross)
    assert no_liquidation(of_cross, facts.contract, None, facts.no_wallet) == "wallet not known"
    rich = replace(facts, wallet=D(20_000), no_wallet="")
    assert no_liquidation(of_cross, rich.contract, rich.wallet, "") == ""
    by_wallet = planned_liquidation(of_cross, cross, rich)
    assert by_wallet is not None
    assert by_wallet > price  # twice the margin bears more
