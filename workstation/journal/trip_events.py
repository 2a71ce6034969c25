"""What happens to positions, in the order of the venue's clock, and which position each event belongs to."""

from collections.abc import Collection, Iterable

from workstation.model.ledger import PositionAdopted
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment

TripEvent = Fill | FundingPayment | PositionAdopted
"""Whatever changes a position or what it brought."""

Leg = tuple[str, str, str]
"""Venue, symbol, and which of its positions: "long" or "short" where both are held at once, else empty."""

EventKey = tuple[int, int, int, str]
"""Time, rank, trade id, and what tells apart what is alike until then."""

BEFORE_ALL: EventKey = (-(2**63), 0, 0, "")
_FUNDING, _FILL, _ADOPTED = 0, 1, 2


def event_key(event: TripEvent) -> EventKey:
    """The order in which things happened at the venue, as in the portfolio.

    Within a millisecond payments come before fills, and a position taken over is what both led to.
    """
    if isinstance(event, Fill):
        return (event.event_ms, _FILL, event.trade_id, event.side.value)
    if isinstance(event, FundingPayment):
        return (event.event_ms, _FUNDING, 0, event.kind.value)
    return (event.event_ms, _ADOPTED, 0, "")


def legs(events: Iterable[TripEvent], known: Collection[Leg] = ()) -> dict[Leg, list[TripEvent]]:
    """Sort events by the position that they belong to.

    An account that holds a long and a short of a symbol at once has two positions there. Venues do not say
    which of them funding was paid on: it follows from the size it was reckoned on, or from its sign.

    Args:
        events: of one account, in any order.
        known: positions there have been before.
    """
    found: dict[Leg, list[TripEvent]] = {}
    others: list[FundingPayment | PositionAdopted] = []
    for event in events:
        if isinstance(event, Fill):
            leg = (event.venue, event.symbol, event.position_side)
            if leg in found:
                found[leg].append(event)
            else:
                found[leg] = [event]
        else:
            others.append(event)
    both = {leg[:2] for leg in (*known, *found) if leg[2]}
    for other in others:
        name = (other.venue, other.symbol)
        side = _side_of(other) if name in both else ""
        found.setdefault((*name, side), []).append(other)
    return found


def _side_of(event: FundingPayment | PositionAdopted) -> str:
    if isinstance(event, PositionAdopted):
        return "short" if event.size < 0 else "long"
    if event.position_size:
        return "short" if event.position_size < 0 else "long"
    # A positive rate is paid by longs and received by shorts.
    return "short" if event.rate and (event.rate > 0) == (event.amount > 0) else "long"
