"""Exits follow what the venue says was filled, though the fills themselves come one after another."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.workstation.trading.market_made import CONTRACT, SYMBOL
from workstation.model.ledger import Approval, StopMove
from workstation.model.orders import (
    Bracket,
    Fill,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
    Side,
    Target,
)
from workstation.trading.brackets import BracketPlan, plan, wards_of
from workstation.trading.portfolio import Portfolio

D = Decimal
ENTRY = OrderIntent(
    "paper",
    SYMBOL,
    Side.BUY,
    OrderKind.LIMIT,
    D("0.1"),
    Purpose.OPEN,
    price=D(60_000),
    bracket=Bracket(D(59_000), (Target(D(62_000)),)),
)


class Told:
    """A portfolio that is told of orders by the venue, step by step."""

    def __init__(self) -> None:
        self.portfolio = Portfolio("paper")
        self.portfolio.add_contract(CONTRACT)
        self._trades = 0

    def approve(self, intent: OrderIntent) -> str:
        name = intent.intent_id
        self.portfolio.take(Approval(intent.intent_id, name, 1, "", "", intent))
        return name

    def report(self, name: str, filled: str, state: OrderState) -> None:
        order = self.portfolio.order(name)
        assert order is not None
        intent = order.intent
        self.portfolio.take(
            OrderReport(
                "paper", SYMBOL, name, name, state, 2, D(filled), intent.side, intent.kind, intent.size
            )
        )

    def fill(self, name: str, size: str) -> None:
        order = self.portfolio.order(name)
        assert order is not None
        self._trades += 1
        self.portfolio.take(
            Fill(
                "paper",
                SYMBOL,
                self._trades,
                name,
                name,
                order.intent.side,
                D(60_000),
                D(size),
                D(0),
                "USDT",
                False,
                2 + self._trades,
            )
        )

    def next(self) -> BracketPlan:
        (ward,) = wards_of(self.portfolio, SYMBOL)
        return plan(ward, CONTRACT)

    def place(self, steps: BracketPlan) -> list[tuple[str, Decimal]]:
        """Let everything that is planned work at the venue."""
        for intent in steps.place:
            self.report(self.approve(intent), "0", OrderState.OPEN)
        return [(intent.leg, intent.size) for intent in steps.place]


@pytest.mark.parametrize("parts", [(), ("0.03",), ("0.03", "0.01", "0.06")])
def test_one_stop_and_one_target_of_the_whole_go_out_at_the_venues_first_word(parts: tuple[str, ...]) -> None:
    told = Told()
    entry = told.approve(ENTRY)
    told.report(entry, "0.1", OrderState.FILLED)
    for part in parts:
        told.fill(entry, part)

    assert told.place(told.next()) == [("stop", D("0.1")), ("target 1", D("0.1"))]
    for part in ("0.03", "0.01", "0.06")[len(parts) :]:
        told.fill(entry, part)
        assert told.next() == BracketPlan()
    assert told.portfolio.position(SYMBOL).size == D("0.1")


def test_no_smaller_stop_is_sent_while_the_fills_of_an_exit_come_in() -> None:
    told = Told()
    entry = told.approve(ENTRY)
    told.report(entry, "0.1", OrderState.FILLED)
    told.fill(entry, "0.1")
    told.place(told.next())
    leaving = OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.MARKET, D("0.1"), Purpose.EXIT)
    out = told.approve(leaving)
    told.report(out, "0.1", OrderState.FILLED)
    for part in ("0.02", "0.05"):
        told.fill(out, part)

        steps = told.next()

        assert steps.place == ()
        assert len(steps.cancel) == 2


def test_what_an_earlier_round_was_filled_with_is_no_part_of_the_next() -> None:
    told = Told()
    first = told.approve(ENTRY)
    told.fill(first, "0.1")
    out = told.approve(OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.MARKET, D("0.1"), Purpose.EXIT))
    told.fill(out, "0.1")
    second = told.approve(replace(ENTRY, intent_id="again"))
    told.report(second, "0.04", OrderState.PARTIALLY_FILLED)

    (ward,) = wards_of(told.portfolio, SYMBOL)

    assert (ward.intent_id, ward.held) == ("again", D("0.04"))


def test_a_small_part_of_a_target_waits_a_moment_and_many_parts_become_one_order() -> None:
    told = Told()
    entry = told.approve(ENTRY)
    told.report(entry, "0.004", OrderState.PARTIALLY_FILLED)
    assert told.next().gathers
    assert told.place(told.next()) == [("stop", D("0.004"))]
    for total in ("0.004", "0.008", "0.012", "0.016", "0.020"):
        told.report(entry, total, OrderState.PARTIALLY_FILLED)
        (ward,) = wards_of(told.portfolio, SYMBOL)
        steps = plan(ward, CONTRACT, may_gather=False)
        for name in steps.cancel:
            told.report(name, "0", OrderState.CANCELLED)
        if total != "0.020":
            assert ("target 1", D("0.004")) in told.place(steps)

    (ward,) = wards_of(told.portfolio, SYMBOL)
    assert ("target 1", D("0.020")) in told.place(plan(ward, CONTRACT))
    targets = [order for order in told.portfolio.working(SYMBOL) if order.intent.leg == "target 1"]
    assert [order.intent.size for order in targets] == [D("0.020")]


def test_a_target_that_the_venue_ended_as_a_part_was_closed_by_hand_is_sent_anew_for_what_is_left() -> None:
    told = Told()
    entry = told.approve(ENTRY)
    told.report(entry, "0.1", OrderState.FILLED)
    told.fill(entry, "0.1")
    told.place(told.next())
    (target,) = [one for one in told.portfolio.working(SYMBOL) if one.intent.leg == "target 1"]
    half = told.approve(OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.MARKET, D("0.05"), Purpose.REDUCE))
    told.report(half, "0.05", OrderState.FILLED)
    told.fill(half, "0.05")
    told.report(target.client_order_id, "0", OrderState.EXPIRED)  # reduce-only, and larger than what is left

    assert ("target 1", D("0.05")) in told.place(told.next())

    for _ in range(20):  # a venue that ends each at once is not asked for ever
        for order in told.portfolio.working(SYMBOL):
            if order.intent.leg == "target 1":
                told.report(order.client_order_id, "0", OrderState.EXPIRED)
        told.place(told.next())
    assert [one.intent.leg for one in told.portfolio.working(SYMBOL) if one.intent.leg != "stop"] == []
    assert sum(one.intent.leg == "target 1" for one in told.portfolio.orders) < 12


def test_a_stop_that_was_refused_is_not_sent_again_until_it_is_moved() -> None:
    told = Told()
    entry = told.approve(ENTRY)
    told.report(entry, "0.1", OrderState.FILLED)
    (stop,) = [intent for intent in told.next().place if intent.leg == "stop"]
    told.report(told.approve(stop), "0", OrderState.REJECTED)
    assert "stop" not in [intent.leg for intent in told.next().place]
    assert "does not stand" in told.next().alarm

    told.portfolio.take(StopMove(ENTRY.intent_id, SYMBOL, D(59_000), D(59_500)))

    moved = [intent for intent in told.next().place if intent.leg == "stop"]
    assert [(intent.trigger_price, intent.size) for intent in moved] == [(D(59_500), D("0.1"))]
