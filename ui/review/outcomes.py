"""Has the other exits of round trips reckoned from what is stored, on a thread of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import cast

from workstation.journal.counterfactuals import CounterfactualTable, counterfactuals
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.market.past_reader import Job, PastReader
from workstation.model.journal import RoundTrip
from workstation.ports import History, MomentHistory
from workstation.runtime.clock import SystemClock

MOST_KEPT = 200


@dataclass(eq=False, slots=True)
class _Reckoning:
    """One round trip being reckoned: the thread that reads puts a whole table in place of the one before."""

    trip: RoundTrip
    table: CounterfactualTable | None = None
    stopped: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class _Done:
    reckoning: _Reckoning
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
        self._wanted: _Reckoning | None = None
        self._kept: dict[str, _Reckoning] = {}

    def look(self, trip: RoundTrip) -> CounterfactualTable | None:
        """What is known of a round trip so far; None before its first row. Ask again at the next refresh.

        What is being reckoned of another one is stopped.
        """
        wanted = self._wanted
        if wanted is None or wanted.trip is not trip:
            self.stop()
            kept = self._kept.get(trip.trip_id)
            self._wanted = wanted = kept if kept is not None and kept.trip is trip else _Reckoning(trip)
        self._reader.follow(self)
        return wanted.table

    def stop(self) -> None:
        """Reckon no further; the rows that are known stay."""
        if self._wanted is not None:
            self._wanted.stopped.set()

    def go_on(self) -> None:
        """Reckon what was stopped from the beginning."""
        if self._wanted is not None and self._wanted.stopped.is_set():
            self._wanted = _Reckoning(self._wanted.trip)

    @property
    def is_stopped(self) -> bool:
        """Whether the round trip that is looked at was stopped before its last row."""
        wanted = self._wanted
        if wanted is None or not wanted.stopped.is_set():
            return False
        return wanted.table is None or not wanted.table.is_whole

    def close(self) -> None:
        """End reading and give the cursor back."""
        self.stop()
        self._reader.close()

    # `workstation.market.past_reader.Wanting`.

    def jobs(self, now: float) -> list[Job]:
        """The round trip that is looked at, unless it is known or was stopped."""
        del now
        wanted = self._wanted
        if wanted is None or wanted.stopped.is_set() or self._is_kept(wanted):
            return []
        return [((wanted.trip.trip_id, id(wanted)), partial(_reckon, wanted))]

    def put(self, found: object, now: float) -> None:
        """Keep what was reckoned."""
        del now
        if isinstance(found, _Done):
            found.reckoning.table = found.table
            if not found.table.is_whole:
                return
            trip_id = found.reckoning.trip.trip_id
            self._kept.pop(trip_id, None)
            self._kept[trip_id] = found.reckoning
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def _is_kept(self, reckoning: _Reckoning) -> bool:
        return self._kept.get(reckoning.trip.trip_id) is reckoning


def _reckon(reckoning: _Reckoning, history: History) -> _Done:
    """On the thread that reads."""

    def heard(table: CounterfactualTable) -> None:
        reckoning.table = table

    trip = reckoning.trip
    terms = terms_of(trip, contract_of_trip(history, trip))
    moments = cast(MomentHistory, history)
    table = counterfactuals(moments, trip, terms, heard, reckoning.stopped.is_set)
    return _Done(reckoning, table)
