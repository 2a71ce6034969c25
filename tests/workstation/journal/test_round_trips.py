"""Round trips come to what the portfolio comes to, by another path, in whatever order fills arrive."""

import os
from dataclasses import replace
from decimal import Context, Decimal, localcontext
from random import Random

import pytest

from tests.workstation.trading.made import ASSET, SYMBOL, VENUE, delivered, drawn_fills, made_fill
from tests.workstation.trading.market_made import CONTRACT
from workstation.journal.round_trips import TripFold, round_trips
from workstation.journal.trip_events import TripEvent
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms, Direction, RoundTrip
from workstation.model.ledger import PositionAdopted
from workstation.model.orders import Bracket, Fill, OrderIntent, OrderKind, Purpose, Side
from workstation.model.positions import FundingPayment, PaymentKind
from workstation.trading.plan import lost_at_stop
from workstation.trading.position_book import PositionBook

SEQUENCES = int(os.environ.get("PREFLIGHT_SEQUENCES", "400"))
NAME = (VENUE, SYMBOL)


def terms(kind: ContractKind = ContractKind.LINEAR, size: str = "1", taker: str = "0") -> ContractTerms:
    return ContractTerms(VENUE, SYMBOL, ASSET, Decimal(size), kind, Decimal(taker))


def fill(number: int, side: Side, size: str, price: str, **more: object) -> Fill:
    return made_fill(number, side, Decimal(size), Decimal(price), **more)  # type: ignore[arg-type]


def paid(event_ms: int, amount: str, kind: PaymentKind = PaymentKind.FUNDING) -> FundingPayment:
    return FundingPayment(VENUE, SYMBOL, event_ms, Decimal(amount), ASSET, kind=kind)


def drawn_events(random: Random) -> list[TripEvent]:
    events: list[TripEvent] = list(drawn_fills(random, 25))
    last = events[-1].event_ms
    for event_ms in random.sample(range(last + 2), min(3, last)):
        events.append(paid(event_ms, f"{random.randint(-900, 900)}e-4", random.choice(list(PaymentKind))))
    if random.random() < 0.3:
        size, price = Decimal(random.randint(-300, 300)).scaleb(-1), Decimal(random.randint(1, 999))
        events.append(PositionAdopted(VENUE, SYMBOL, random.randint(0, last), size, price))
    return events


def check_sequence(random: Random) -> None:
    kind = random.choice((ContractKind.LINEAR, ContractKind.INVERSE))
    contract_size = random.choice(("1", "0.01", "100"))
    events = drawn_events(random)
    book = PositionBook(VENUE, SYMBOL, ASSET, Decimal(contract_size), kind)
    for event in events:
        if isinstance(event, Fill):
            book.take_fill(event)
        elif isinstance(event, FundingPayment):
            book.take_funding(event)
        else:
            book.take_over(event)

    late = list(delivered(random, events))  # type: ignore[arg-type]
    fold, known = TripFold("a", terms(kind, contract_size)), list[RoundTrip]()
    while late:
        cut = random.randint(1, len(late))
        unchanged = fold.take(late[:cut])
        assert fold.trips()[:unchanged] == known[:unchanged]  # what is said to be as before is as before
        known = fold.trips()
        del late[:cut]

    trips, state = fold.trips(), book.state
    assert trips == round_trips("a", events, {NAME: terms(kind, contract_size)})
    total = state.total_realised - state.total_fees + state.total_funding
    assert sum((trip.net_pnl for trip in trips), fold.loose) == total
    assert sum((trip.pnl for trip in trips), Decimal(0)) == state.total_realised
    closed = [trip for trip in trips if not trip.is_open]
    alike = [(trip.opened_ms, trip.closed_ms, trip.side) for trip in book.round_trips()]
    assert [(one.opened_ms, one.closed_ms, one.direction.sign) for one in closed] == alike
    assert len(trips) - len(closed) == bool(state.size)
    parts: dict[int, list[Decimal]] = {}
    for trip in trips:
        assert trip.pnl == sum((part.pnl for part in trip.parts), Decimal(0))
        for part in trip.parts:
            parts.setdefault(part.fill.trade_id, []).append(part.size)
            parts.setdefault(-part.fill.trade_id, []).append(part.fee)
    for event in events:
        if isinstance(event, Fill):
            assert sum(parts[event.trade_id]) == event.size
            assert sum(parts[-event.trade_id]) == event.fee


def test_trips_add_up_to_the_portfolio_in_any_order_of_arrival_and_in_any_pieces() -> None:
    random = Random(20_261_121)
    for _ in range(SEQUENCES):
        with localcontext(Context(prec=60)):  # sums of the test itself must not round
            check_sequence(random)


def test_a_fill_that_turns_a_position_is_in_two_trips_and_its_fee_is_split_exactly() -> None:
    turn = fill(2, Side.SELL, "3", "110", fee=Decimal("0.1"))
    long, short = round_trips(
        "a", [fill(1, Side.BUY, "1", "100"), turn, fill(3, Side.BUY, "2", "105")], {NAME: terms()}
    )
    assert (long.direction, long.pnl, long.closed_ms) == (Direction.LONG, 10, 2)
    assert (short.direction, short.pnl, short.opened_ms) == (Direction.SHORT, 10, 2)
    assert [part.size for trip in (long, short) for part in trip.parts if part.fill is turn] == [1, 2]
    assert long.fees + short.fees == turn.fee
    assert long.fees == Decimal("0.033333333333333333")  # a third of it closed
    assert (long.trip_id, short.trip_id) == (f"a|{VENUE}|{SYMBOL}|1", f"a|{VENUE}|{SYMBOL}|2")


def test_fees_in_another_coin_are_kept_apart_and_never_turned_into_money() -> None:
    events = [
        fill(1, Side.BUY, "1", "100", fee=Decimal("0.003"), fee_asset="BNB"),
        fill(2, Side.SELL, "1", "110", fee=Decimal("0.05")),
    ]
    (trip,) = round_trips("a", events, {NAME: terms()})
    assert (trip.fees, trip.net_pnl) == (Decimal("0.05"), Decimal("9.95"))
    assert trip.other_fees == (("BNB", Decimal("0.003")),)


def test_funding_belongs_to_what_was_held_even_if_it_is_told_after_the_close() -> None:
    fold = TripFold("a", terms())
    fold.take([paid(0, "-1"), fill(1, Side.BUY, "1", "100"), paid(2, "-3"), fill(3, Side.SELL, "1", "100")])
    assert fold.take([paid(4, "-5")]) == 0
    assert (fold.trips()[0].funding, fold.loose) == (-8, -1)


def test_a_liquidation_is_named_and_what_insurance_took_is_a_fee() -> None:
    events = [
        fill(1, Side.BUY, "1", "100"),
        paid(2, "-7", PaymentKind.INSURANCE),
        Fill(
            VENUE, SYMBOL, 2, "", "8", Side.SELL, Decimal(60), Decimal(1), Decimal(0), ASSET, False, 2, True
        ),
    ]
    (trip,) = round_trips("a", events, {NAME: terms()})
    assert trip.is_liquidated
    assert (trip.pnl, trip.fees, trip.funding, trip.net_pnl) == (-40, 7, 0, -47)


def test_a_long_and_a_short_held_at_once_are_trips_of_their_own() -> None:
    def leg(number: int, side: Side, price: str, held: str) -> Fill:
        return replace(fill(number, side, "1", price), position_side=held)

    events = [
        leg(1, Side.BUY, "100", "long"), leg(2, Side.SELL, "100", "short"),
        FundingPayment(VENUE, SYMBOL, 3, Decimal(2), ASSET, Decimal("0.01")),
        leg(4, Side.SELL, "110", "long"), leg(5, Side.BUY, "120", "short"),
    ]  # fmt: skip
    long, short = round_trips("a", events, {NAME: terms()})
    assert (long.direction, long.net_pnl) == (Direction.LONG, 10)
    assert (short.direction, short.net_pnl, short.funding) == (Direction.SHORT, -18, 2)


@pytest.mark.parametrize("kind", [ContractKind.LINEAR, ContractKind.INVERSE])
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_the_initial_risk_is_what_the_first_stop_would_have_cost(kind: ContractKind, side: Side) -> None:
    stop = Decimal(60_000) - side.sign * 1_200
    order = OrderIntent(
        VENUE, SYMBOL, side, OrderKind.LIMIT, Decimal(2), Purpose.OPEN,
        price=Decimal(60_000), bracket=Bracket(stop), setup="retest", intent_id="i" * 32,
    )  # fmt: skip
    contract = replace(CONTRACT, rules=replace(CONTRACT.rules, kind=kind))
    lost = lost_at_stop(contract, side.sign * Decimal(2), Decimal(60_000), stop, Decimal(0))
    worth = Decimal(2) / 60_000 if kind is ContractKind.INVERSE else Decimal(120_000)
    fee = worth * CONTRACT.taker_rate
    events = [
        fill(1, side, "1", "60000", fee=fee / 2, client_order_id="c"),
        fill(2, side, "1", "60000", fee=fee / 2, client_order_id="c"),
        fill(3, side.opposite, "2", "60000"),
    ]
    by = {NAME: terms(kind, taker=str(CONTRACT.taker_rate))}
    (trip,) = round_trips("a", events, by, {"c": order})
    assert trip.initial_risk is not None
    assert abs(trip.initial_risk - lost) < Decimal("1e-15")
    assert (trip.setup, trip.planned, trip.intent_ids) == ("retest", order, ("i" * 32,))
    (unplanned,) = round_trips("a", events, by)
    assert unplanned.initial_risk is None
    # A second order with a stop half as far away: each part is lost at its own.
    nearer = replace(order, bracket=Bracket((stop + 60_000) / 2), intent_id="j" * 32)
    events[1] = replace(events[1], client_order_id="d")
    (both,) = round_trips("a", events, by, {"c": order, "d": nearer})
    half = lost_at_stop(contract, side.sign * Decimal(1), Decimal(60_000), (stop + 60_000) / 2, Decimal(0))
    assert both.initial_risk is not None
    assert abs(both.initial_risk - lost / 2 - half) < Decimal("1e-15")
    assert (both.planned, both.intent_ids) == (order, ("i" * 32, "j" * 32))


def test_a_position_taken_over_begins_a_trip_without_fills() -> None:
    adopted = PositionAdopted(VENUE, SYMBOL, 5, Decimal("-2"), Decimal(100))
    (trip,) = round_trips("a", [adopted, fill(9, Side.BUY, "2", "90")], {NAME: terms()})
    assert (trip.direction, trip.size, trip.entry_price, trip.pnl) == (Direction.SHORT, 2, 100, 20)
    assert (trip.opened_ms, trip.closed_ms, len(trip.parts)) == (5, 9, 1)
