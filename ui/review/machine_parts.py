"""Parts of the time machine's panel: what stands on axes, ladder and bar."""

from decimal import Decimal

from ui import format
from ui.widgets.ladder_own import OwnMark
from ui.widgets.price_tag import PriceTag
from workstation.journal.moments import TripMoment
from workstation.journal.trip_machine import TripMachine
from workstation.model.journal import RoundTrip


def own_marks(machine: TripMachine, moment: TripMoment) -> list[OwnMark]:
    """The trader's orders that worked at the cursor, and the entry, for the ladder."""
    marks = []
    for order in machine.orders:
        intent = order.intent
        price = intent.trigger_price if intent.trigger_price is not None else intent.price
        if price is not None and order.works_at(moment.moment_ms):
            words = f"{intent.leg or intent.kind.value} {intent.size.normalize():f}"
            marks.append(OwnMark(float(price), intent.side.sign, words, True))
    if moment.entry_price is not None:
        side = 1 if moment.size > 0 else -1
        marks.append(OwnMark(float(moment.entry_price), side, "entry", False))
    return marks


def price_tags(moment: TripMoment) -> dict[str, PriceTag | None]:
    """What the axes of prices name at a moment: entry, stop, targets and the mark price."""

    def tag(price: Decimal | None, fill: str) -> PriceTag | None:
        return None if price is None else PriceTag(float(price), fill, "on_accent", yields=True)

    targets = moment.target_prices
    mark = None if moment.mark_price is None else PriceTag(float(moment.mark_price), "text", "panel")
    return {
        "entry": tag(moment.entry_price, "accent"),
        "stop": tag(moment.stop_price, "down"),
        "target 1": tag(targets[0] if targets else None, "up"),
        "target 2": tag(targets[1] if len(targets) > 1 else None, "up"),
        "now": mark,
    }


def span_of(machine: TripMachine) -> tuple[int, int]:
    """What the scrub bar stands for: the stored part of what can be gone to."""
    tape = machine.tape
    if tape is None or not tape.stretches:
        return machine.from_ms, machine.to_ms
    seconds = tape.seconds
    first = tape.stretches[0].from_ms if not len(seconds) else int(seconds["open_ms"][0])
    last = tape.stretches[-1].to_ms if not len(seconds) else int(seconds["open_ms"][-1]) + 1_000
    return max(machine.from_ms, first), min(machine.to_ms, last)


def place_words(trip: RoundTrip, moment_ms: int) -> str:
    """Where a moment lies: "12 s before the entry", "1 m 59 s in trade", "3 s after the exit"."""
    in_trade_s = (moment_ms - trip.opened_ms) / 1000
    if in_trade_s < 0:
        return f"{format.duration(-in_trade_s)} before the entry"
    if trip.closed_ms is not None and moment_ms > trip.closed_ms:
        return f"{format.duration((moment_ms - trip.closed_ms) / 1000)} after the exit"
    return f"{format.duration(in_trade_s)} in trade"
