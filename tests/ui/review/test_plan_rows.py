"""Plan against fills: every figure reckoned by hand."""

from dataclasses import replace
from decimal import Decimal

from tests.ui.review.made_trips import VENUE, made_trip
from ui.review.plan_rows import PlanRow, plan_rows
from workstation.model.journal import ReviewedTrip
from workstation.model.ledger import StopMove
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Purpose, Side, Target

D = Decimal


def planned(one: ReviewedTrip, *targets: Target) -> ReviewedTrip:
    """The same with a plan: short 0.8 at 61 835, stop at 61 862."""
    intent = OrderIntent(
        VENUE,
        "BTCUSDT",
        Side.SELL,
        OrderKind.LIMIT,
        D("0.8"),
        Purpose.OPEN,
        price=D(61_835),
        bracket=Bracket(D(61_862), targets),
        hold_ms=600_000,
    )
    return replace(one, trip=replace(one.trip, planned=intent))


def row(one: ReviewedTrip, label: str) -> PlanRow:
    return next(row for row in plan_rows(one) if row.label.startswith(label))


def test_an_entry_below_its_limit_is_a_loss_for_a_short() -> None:
    one = planned(made_trip(1))
    entry = row(one, "Entry")
    assert (entry.plan, entry.fill, entry.token) == ("61\u2009835.0", "61\u2009830.0", "down")
    assert row(one, "Slippage").fill == "−4.00"  # 0.8 × 5


def test_what_a_stop_slipped_is_lost_too() -> None:
    one = planned(made_trip(1, exit="61865.0"))
    closing = one.trip.parts[1]
    taker = replace(closing, fill=replace(closing.fill, is_maker=False))
    one = replace(one, trip=replace(one.trip, parts=(one.trip.parts[0], taker)))
    assert row(one, "Slippage").fill == "−6.40"  # 0.8 × 5 at the entry, 0.8 × 3 beyond the stop


def test_a_target_takes_resting_fills_up_to_its_size_and_no_more() -> None:
    # Bought back whole at 61 700, which was the first target's price: the second was never reached.
    one = planned(made_trip(1), Target(D(61_700), D(1)), Target(D(61_600), D("0.5")))
    assert row(one, "Target 1").fill == "61\u2009700.0"
    assert row(one, "Target 2").fill == "—"
    assert "not reached" in row(one, "Target 2").difference


def test_the_plan_is_reckoned_at_the_rates_that_were_paid() -> None:
    one = planned(made_trip(1), Target(D(61_700), D(1)))
    fees = (D("0.8") * 61_835 + D("0.8") * 61_700) * D("0.0002")
    profit = D("0.8") * 135 - fees
    assert row(one, "Fees").plan == f"−{fees:.2f}"
    assert row(one, "P&L").plan == f"+{profit:.2f}"
    assert row(one, "R after").plan == f"+{profit / D('60.72'):.2f}"


def test_a_stop_that_was_moved_says_how_far_and_how_often() -> None:
    moves = (
        StopMove("i", "BTCUSDT", D(61_862), D(61_786)),
        StopMove("i", "BTCUSDT", D(61_786), D("61716.5")),
    )
    one = replace(planned(made_trip(1)), stop_moves=moves)
    assert (row(one, "Stop").difference, row(one, "Stop").token) == ("−145.5 in 2 moves", "warn")


def test_without_a_plan_nothing_is_made_up() -> None:
    one = made_trip(1, risk=None)
    assert {row.plan for row in plan_rows(one)} == {"—"}
    assert row(one, "R after").fill == "—"
