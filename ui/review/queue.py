"""Which round trip waits for its review next, in the list as it is in view."""

from ui.review.selection import TripSelection
from workstation.journal.journal import Journal


def next_unreviewed(journal: Journal, selection: TripSelection) -> str:
    """Id of the next closed one without a review behind the one chosen, else from the top; "" for none."""
    order, place = selection.order, selection.place
    behind = 0 if place is None else place + 1
    for trip_id in (*order[behind:], *order[:behind]):
        one = journal.trip(trip_id)
        if (
            one is not None
            and not one.note.reviewed_ms
            and not one.trip.is_open
            and trip_id != selection.trip_id
        ):
            return trip_id
    return ""
