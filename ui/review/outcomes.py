"""Has the other exits of round trips reckoned from what is stored, on a thread of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from workstation.journal.counterfactuals import CounterfactualTable, counterfactuals
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.market.past_reader import Job, PastReader
from workstation.model.journal import RoundTrip
from workstation.ports import History, MomentHistory
from workstation.runtime.clock import SystemClock

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Reckoned:
    trip: RoundTrip
    table: CounterfactualTable


class Outcomes:
    """Other exits by round trip; those that were looked at last are kept. A `Wanting` of the stored past.

    Attributes:
        error: why nothing can be read, one sentence; empty while all is well.
    """

    def __init__(self, reader: Callable[[], History]) -> None:
        """Read with cursors that `reader` gives."""
        self.error = ""
        self._reader = PastReader(reader, SystemClock())
        self._wanted: RoundTrip | None = None
        self._kept: dict[str, _Reckoned] = {}

    def look(self, trip: RoundTrip) -> CounterfactualTable | None:
        """What is known of a round trip; None while it is being reckoned. Ask again at the next refresh."""
        self._wanted = trip
        self._reader.follow(self)
        found = self._kept.get(trip.trip_id)
        return found.table if found is not None and found.trip is trip else None

    def close(self) -> None:
        """End reading and give the cursor back."""
        self._reader.close()

    # `workstation.market.past_reader.Wanting`.

    def jobs(self, now: float) -> list[Job]:
        """The round trip that is looked at, unless it is known."""
        del now
        trip = self._wanted
        known = None if trip is None else self._kept.get(trip.trip_id)
        if trip is None or (known is not None and known.trip is trip):
            return []
        return [((trip.trip_id, id(trip)), partial(_reckon, trip))]

    def put(self, found: object, now: float) -> None:
        """Keep what was reckoned."""
        del now
        if isinstance(found, _Reckoned):
            self._kept.pop(found.trip.trip_id, None)
            self._kept[found.trip.trip_id] = found
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]


def _reckon(trip: RoundTrip, history: History) -> _Reckoned:
    terms = terms_of(trip, contract_of_trip(history, trip))
    return _Reckoned(trip, counterfactuals(cast(MomentHistory, history), trip, terms))
