"""Several tickets under way count together: what they risk, weigh and lever once all of them are filled."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.workstation.trading.test_account import contract, held
from tests.workstation.trading.test_gate import LONG, SITUATION, SYMBOL
from workstation.model.margin import MarginMode
from workstation.model.orders import Bracket, OrderIntent, Side, Target
from workstation.trading.order_facts import OrderFacts
from workstation.trading.order_metrics import ORDER_METRIC_BY_KEY
from workstation.trading.pending import with_pending
from workstation.trading.risk import Situation
from workstation.trading.sectors import Sectors

D = Decimal
ETH = replace(
    LONG,
    symbol="ETHUSDT",
    price=D(3_000),
    size=D(2),
    bracket=Bracket(D(2_950), (Target(D(3_200)),)),
    intent_id="eth",
)
TERMS = {SYMBOL: contract(SYMBOL), "ETHUSDT": contract("ETHUSDT")}
BARE = replace(SITUATION, account=replace(SITUATION.account, contracts=TERMS))


def pending(*orders: OrderIntent) -> Situation:
    return replace(BARE, pending=orders)


def test_what_works_is_filled_at_its_price_with_its_stop_and_costs_no_fee() -> None:
    found = with_pending(pending(ETH, replace(ETH, bracket=Bracket(D(2_900), ()), size=D(1))))
    assert found.account.positions["ETHUSDT"].size == 3
    assert found.account.notional("ETHUSDT") == 9_000
    assert found.account.wallet == BARE.account.wallet
    assert found.stops == {"ETHUSDT": 2_900}  # of two for one position, the one that loses more


def test_what_would_close_or_cannot_be_reckoned_makes_no_room() -> None:
    long = held(SYMBOL, "0.1", "60000", MarginMode.CROSS, "5")
    situation = replace(
        pending(replace(LONG, side=Side.SELL), replace(ETH, symbol="NEWUSDT"), replace(ETH, price=None)),
        account=replace(BARE.account, positions={SYMBOL: long}),
        stops={SYMBOL: D(59_000)},
    )
    found = with_pending(situation)
    assert found.account.positions == {SYMBOL: long}
    assert found.stops == {SYMBOL: 59_000}


def test_what_is_added_to_a_position_without_a_stop_does_not_give_it_one() -> None:
    long = held(SYMBOL, "0.1", "60000", MarginMode.CROSS, "5")
    situation = replace(pending(LONG), account=replace(BARE.account, positions={SYMBOL: long}))
    assert not with_pending(situation).stops


def test_an_order_is_judged_with_the_others_that_work() -> None:
    def value(key: str, situation: Situation) -> float:
        facts = OrderFacts(
            LONG, situation, 300.0, lambda _a, _b: 1.0, Sectors({"BTC": "major", "ETH": "major"})
        )
        found = ORDER_METRIC_BY_KEY[key].read(facts, 0).value
        assert found is not None
        return found

    alone, both = BARE, pending(ETH)
    equity = float(BARE.account.figures().equity)
    more = value("account_leverage", both) - value("account_leverage", alone)
    assert more == pytest.approx(6_000 / equity, rel=2e-3)
    assert value("sector_exposure_rate", both) == pytest.approx((6_000 + 6_000) / equity, rel=2e-3)
    more = value("portfolio_risk_rate", both) - value("portfolio_risk_rate", alone)
    assert more == pytest.approx(
        (100 + 5_900 * 0.0005) / equity, rel=2e-3
    )  # to its stop, with the fee of that
    assert value("correlation_held", alone) == 0
    assert value("correlation_held", both) == 1
