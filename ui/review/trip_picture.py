"""What a round trip looks like on a plot: its lines as they stood, its fills, and how far price went."""

from decimal import Decimal
from itertools import pairwise

from ui.positions.figures import exact, signed
from ui.review.trip_items import FillSign, Note, Step, TripPicture
from ui.review.trip_words import price_places
from workstation.journal.own_orders import OwnOrder
from workstation.journal.trip_machine import TripMachine
from workstation.model.journal import ReviewedTrip, TripFill

TOGETHER_MS = 1_000
"""Trades of one order within a second are one fill to the eye."""
_ROLES = {"stop": "down", "entry": "accent"}


def trip_picture(one: ReviewedTrip, machine: TripMachine) -> TripPicture:
    """The lines, fills and notes of a round trip, from the beginning to the end of its time machine."""
    trip, end_ms = one.trip, machine.to_ms
    closed_ms = trip.closed_ms or end_ms
    planned = trip.planned
    bracket = None if planned is None else planned.bracket
    entry = float(trip.entry_price)
    steps = [Step(trip.opened_ms, closed_ms, entry, "accent", dashed=True)]
    lines = machine.lines
    for line in lines:
        role = _ROLES.get(line.name, "up")
        steps.append(Step(line.from_ms, line.to_ms or end_ms, float(line.price), role, line.name == "entry"))
    if not lines and bracket is not None:
        # What was planned stands for what is not known of the orders.
        steps.append(Step(trip.opened_ms, closed_ms, float(bracket.stop_price), "down", dashed=True))
        steps += [Step(trip.opened_ms, closed_ms, float(t.price), "up", dashed=True) for t in bracket.targets]
    liquidation = machine.moment().liquidation_price
    if liquidation is not None:
        steps.append(Step(trip.opened_ms, closed_ms, float(liquidation), "danger", dashed=True))
    return TripPicture(
        tuple(steps),
        tuple(_fill_signs(one, machine.orders)),
        tuple(_notes(one, machine)),
        (trip.opened_ms, closed_ms),
        entry,
        None if bracket is None else float(bracket.stop_price),
        None if bracket is None or not bracket.targets else float(bracket.targets[-1].price),
    )


def _fill_signs(one: ReviewedTrip, orders: tuple[OwnOrder, ...]) -> list[FillSign]:
    """A sign for each order that was filled at a moment, however many trades it took."""
    gathered: dict[tuple[str, int], list[TripFill]] = {}
    for part in one.trip.parts:
        second = part.fill.event_ms // TOGETHER_MS
        gathered.setdefault((part.fill.client_order_id or str(part.fill.trade_id), second), []).append(part)
    return [_fill_sign(parts, one, orders) for parts in gathered.values()]


def _fill_sign(parts: list[TripFill], one: ReviewedTrip, orders: tuple[OwnOrder, ...]) -> FillSign:
    fill = parts[-1].fill
    size = sum((part.size for part in parts), Decimal(0))
    price = sum((part.size * part.fill.price for part in parts), Decimal(0)) / size
    order = next((order for order in orders if order.client_order_id == fill.client_order_id), None)
    leg = "" if order is None else order.intent.leg
    why = "liquidation" if fill.is_liquidation else leg
    words = f"{fill.side.value} {size.normalize():f} @ {exact(price, price_places(one.trip))} {why}"
    return FillSign(fill.event_ms, float(price), fill.side.sign, words.strip())


def _notes(one: ReviewedTrip, machine: TripMachine) -> list[Note]:
    trip, places = one.trip, price_places(one.trip)
    notes = []
    stops = [line for line in machine.lines if line.name == "stop"]
    for before, line in pairwise(stops):
        if line.price != before.price:
            notes.append(
                Note(line.from_ms, float(line.price), f"stop to {exact(line.price, places)}", "down")
            )
    if one.excursion is not None:
        found, risk = one.excursion, trip.initial_risk
        for name, ms, price, money, role in (
            ("MAE", found.mae_ms, found.mae_price, found.mae_pnl, "down"),
            ("MFE", found.mfe_ms, found.mfe_price, found.mfe_pnl, "up"),
        ):
            in_r = "" if not risk else f" · {money / float(risk):+.2f} R".replace("-", "−")
            away = trip.direction.sign * (price - float(trip.entry_price))
            text = f"{name} {away:+.{min(places, 4)}f}{in_r}".replace("-", "−")
            notes.append(Note(ms, price, text, role))
    return notes


def result_words(one: ReviewedTrip) -> str:
    """What it brought: "closed +1.14 R"."""
    r = one.trip.r_multiple
    return f"closed {signed(r)} R" if r is not None else f"closed {signed(one.trip.net_pnl)}"
