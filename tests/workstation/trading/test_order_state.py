"""An order ends up the same whatever the order in which its news arrive."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from tests.workstation.trading.made import SEQUENCES, made_fill, made_order, made_report
from workstation.model.instrument import ContractKind
from workstation.model.ledger import OrderNote
from workstation.model.orders import Fill, Order, OrderReport, OrderState, Side
from workstation.trading.order_state import OrderTracker


def drawn_life(random: Random, order: Order) -> tuple[list[Fill | OrderReport], OrderState]:
    """Draw what a venue tells of an order's life, in order, and where it ends."""
    lots = int(order.intent.size * 100)
    events: list[Fill | OrderReport] = [made_report(order, OrderState.OPEN, 1, Decimal(0))]
    done, now = 0, 1
    for trade_id in range(1, random.randint(0, 5) + 1):
        part = random.randint(1, lots)
        if done + part > lots:
            break
        done, now = done + part, now + random.randint(0, 2)
        price = Decimal(random.randint(1, 10**6)).scaleb(-2)
        fill = made_fill(
            trade_id, Side.BUY, Decimal(part).scaleb(-2), price, event_ms=now, fee=Decimal("0.01")
        )
        state = OrderState.FILLED if done == lots else OrderState.PARTIALLY_FILLED
        events += [fill, made_report(order, state, now, Decimal(done).scaleb(-2))]
    if done == lots:
        return events, OrderState.FILLED
    if random.random() < 0.5:
        final = random.choice((OrderState.CANCELLED, OrderState.EXPIRED))
        return [*events, made_report(order, final, now, Decimal(done).scaleb(-2))], final
    return events, OrderState.PARTIALLY_FILLED if done else OrderState.OPEN


def check_life(random: Random) -> None:
    order = made_order(Decimal(random.randint(1, 1000)).scaleb(-2))
    events, end = drawn_life(random, order)
    tracker = OrderTracker(order)
    tracker.take_note(OrderNote(order.client_order_id, OrderState.SENT, ""))
    heard = events + [random.choice(events) for _ in range(random.randint(0, 4))]
    random.shuffle(heard)
    new = 0
    for event in heard:
        if isinstance(event, Fill):
            new += tracker.take_fill(event)
        else:
            tracker.take_report(event)
        if random.random() < 0.2:  # the answer to the request comes, or is given up, whenever it likes
            note = random.choice((OrderState.SENT, OrderState.UNKNOWN))
            tracker.take_note(OrderNote(order.client_order_id, note, ""))

    fills = [event for event in events if isinstance(event, Fill)]
    result = tracker.order
    assert result.state is end
    assert new == len(fills)
    assert Fraction(result.filled_size) == sum(Fraction(fill.size) for fill in fills)
    assert result.missing_size == 0
    assert dict(result.fees).get("USDT", Decimal(0)) == sum((fill.fee for fill in fills), Decimal(0))
    if fills:
        paid = sum(Fraction(fill.size) * Fraction(fill.price) for fill in fills)
        assert result.average_price is not None
        assert abs(Fraction(result.average_price) - paid / Fraction(result.filled_size)) < Fraction(1, 10**40)


def test_late_reordered_and_repeated_news_lead_to_the_same_order() -> None:
    for seed in range(SEQUENCES):
        try:
            check_life(Random(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def test_what_is_final_is_not_undone_by_a_late_word_that_it_works() -> None:
    order = made_order(Decimal(1))
    tracker = OrderTracker(order)
    tracker.take_report(made_report(order, OrderState.CANCELLED, 5, Decimal(0)))
    tracker.take_report(made_report(order, OrderState.OPEN, 9, Decimal(0)))

    assert tracker.order.state is OrderState.CANCELLED


def test_a_fill_after_the_cancel_counts_and_keeps_the_order_final() -> None:
    order = made_order(Decimal(2))
    tracker = OrderTracker(order)
    tracker.take_report(made_report(order, OrderState.CANCELLED, 5, Decimal("0.5")))
    assert tracker.order.missing_size == Decimal("0.5")

    assert tracker.take_fill(made_fill(1, Side.BUY, Decimal("0.5"), Decimal(100)))
    assert tracker.order.state is OrderState.CANCELLED
    assert tracker.order.missing_size == 0
    assert tracker.order.remaining_size == 0


def test_a_fill_proves_an_order_that_was_taken_for_rejected_or_absent() -> None:
    for state in (OrderState.REJECTED, OrderState.ABSENT, OrderState.UNKNOWN):
        order = made_order(Decimal(2))
        tracker = OrderTracker(order)
        tracker.take_note(OrderNote(order.client_order_id, state, "no answer"))
        assert tracker.order.state is state

        tracker.take_fill(made_fill(1, Side.BUY, Decimal(1), Decimal(100)))

        assert tracker.order.state is OrderState.PARTIALLY_FILLED
        tracker.take_report(made_report(order, OrderState.REJECTED, 5, Decimal(0)))
        assert tracker.order.state is OrderState.PARTIALLY_FILLED


def test_the_average_of_an_inverse_order_is_what_its_coin_was_worth() -> None:
    order = made_order(Decimal(200))
    tracker = OrderTracker(order, ContractKind.INVERSE)
    tracker.take_fill(made_fill(1, Side.BUY, Decimal(100), Decimal(50)))
    tracker.take_fill(made_fill(2, Side.BUY, Decimal(100), Decimal(100)))

    average = tracker.order.average_price
    assert average is not None
    assert abs(average - Decimal(200) / Decimal(3)) < Decimal("1e-20")  # 200 contracts for 2 + 1 coins


def test_a_cancel_that_was_asked_for_is_remembered() -> None:
    order = made_order(Decimal(1))
    tracker = OrderTracker(order)
    tracker.take_note(OrderNote(order.client_order_id, OrderState.SENT, ""))
    tracker.take_note(OrderNote(order.client_order_id, None, "cancel asked for", cancels=True))
    tracker.take_note(OrderNote(order.client_order_id, OrderState.SENT, ""))

    assert tracker.order.cancel_asked
    failed = OrderTracker(tracker.order)
    failed.take_note(OrderNote(order.client_order_id, None, "the venue cannot be reached"))
    assert not failed.order.cancel_asked
    assert tracker.order.state is OrderState.SENT
