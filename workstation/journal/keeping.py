"""Keeps what is wanted of trades later: pins their ticks, measures them, reckons their plans left alone."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import msgspec

from workstation.errors import PreflightError
from workstation.journal.counterfactuals import passive
from workstation.journal.excursions import excursions, unmeasured
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.journal.exports import write_whole
from workstation.journal.journal import Journal
from workstation.journal.time_machine import AFTER_MS, BEFORE_MS
from workstation.market.past_reader import Job
from workstation.model.journal import Excursion, RoundTrip
from workstation.ports import History, MomentHistory, Pin, PinStore
from workstation.store.journal_schema import JOURNAL_FOLDER

log = logging.getLogger(__name__)

MEASURED_AT_ONCE = 40
PASSIVE_AT_ONCE = 2
"""What is reckoned on the recorded book takes a tenth of a second each, on a thread that others wait for."""
AGAIN_S = 10.0
"""A trade that was closed just now is on the tape a moment later."""
MOST_TRIES, NEWEST = 3, 5
"""So often the newest trips are looked for on the tape; older ones once in a run."""

KEPT_EVERY = 25
"""Batches of reckoned plans until they are written down; what a kill loses is reckoned again."""
PASSIVE_FILE = "passive.json"

_PINNED, _OPEN = "trade", "open trade"
_FOR_EVER_MS = 2**62


def pins_of(trip: RoundTrip) -> Pin:
    """Return the stretch around a trade that must stay in the store; of an open one all that follows."""
    name, to_ms = (_OPEN, _FOR_EVER_MS) if trip.closed_ms is None else (_PINNED, trip.closed_ms + AFTER_MS)
    return Pin(trip.venue, trip.symbol, trip.opened_ms - BEFORE_MS, to_ms, f"{name} {trip.trip_id}")


def pin_trips(history: History, store: PinStore, trips: Iterable[RoundTrip]) -> int:
    """Pin the ticks of trades wherever something is recorded of them; return how many pins are new.

    Nothing is unpinned but the pin of a trade that was open and has been closed, once the other one stands.
    """
    there = {pin.reason for pin in history.pins()}
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    new: list[Pin] = []
    closed: list[str] = []
    for trip in trips:
        pin = pins_of(trip)
        was_open = f"{_OPEN} {trip.trip_id}"
        if pin.reason != was_open and was_open in there:
            closed.append(was_open)
        if pin.reason in there:
            continue
        market = (trip.venue, trip.symbol)
        if market not in spans:
            spans[market] = _spans(cast(MomentHistory, history), *market)
        is_recorded = any(first < pin.to_ms and pin.from_ms <= last for first, last in spans[market])
        if is_recorded or trip.closed_ms is None:
            new.append(pin)
    if new:
        store.pin(*new)
    for reason in closed:
        store.unpin(reason)
    return len(new)


def _spans(history: MomentHistory, venue: str, symbol: str) -> list[tuple[int, int]]:
    return [
        (min(time for time in (row[1], row[3]) if time), max(row[2], row[4]))
        for row in history.event_spans(venue, symbol)
    ]


@dataclass(frozen=True, slots=True)
class _Pinned:
    version: int
    failed: str = ""


@dataclass(frozen=True, slots=True)
class _Measured:
    asked: tuple[RoundTrip, ...]
    found: tuple[tuple[str, Excursion], ...]


@dataclass(frozen=True, slots=True)
class _Passive:
    asked: tuple[RoundTrip, ...]
    found: tuple[tuple[str, float], ...]


class TripKeeping:
    """Asks a reader of the stored past for what trips lack: a `Wanting`, for the store of one market.

    Attributes:
        error: why nothing can be read; empty while all is well.
        passive_r: R of each closed trip's plan left alone, by trip id, as far as it has been reckoned.
        passive_version: grows with it.
    """

    def __init__(self, journal: Journal) -> None:
        """Look after the trips of a journal; nothing is pinned before `use`."""
        self.error = ""
        self._file = journal.data_dir / JOURNAL_FOLDER / PASSIVE_FILE
        self.passive_r: dict[str, float] = _kept(self._file)
        self.passive_version = 0
        self._journal = journal
        self._store: PinStore | None = None
        self._seen = self._pinned = -1
        self._pin_again_s = 0.0
        self._failed = ""
        self._unmeasured: list[RoundTrip] = []
        self._unreckoned: list[RoundTrip] = []
        self._tries: dict[str, int] = {}
        self._again_s: dict[str, float] = {}
        self._reckoned = set(self.passive_r)
        self._batches = 0

    def use(self, store: PinStore | None) -> None:
        """Pin ticks in another store from now on, and ask its reader; None pins nothing."""
        self._store = store
        self._pinned = -1
        self._pin_again_s = 0.0
        self.error = ""

    @property
    def passive_waiting(self) -> int:
        """How many plans left alone are still to be reckoned."""
        return len(self._unreckoned)

    def jobs(self, now: float) -> list[Job]:
        """What is lacking, the most wanted first."""
        journal = self._journal
        if journal.version != self._seen:
            self._look()
        found: list[Job] = []
        is_due = self._pinned != self._seen and now >= self._pin_again_s
        if self._store is not None and is_due and journal.trips():
            trips = tuple(one.trip for one in journal.trips())
            found.append((("pins", self._seen), partial(_pin, self._store, trips, self._seen)))
        due = [trip for trip in self._unmeasured if self._again_s.get(trip.trip_id, 0.0) <= now]
        if due and not journal.is_read_only:
            batch = tuple(due[:MEASURED_AT_ONCE])
            found.append((("excursions", batch[0].trip_id, len(batch)), partial(_measure, batch)))
        if self._unreckoned:
            some = tuple(self._unreckoned[:PASSIVE_AT_ONCE])
            is_kept = self._batches % KEPT_EVERY == 0 or len(some) == len(self._unreckoned)
            keep = self._file if is_kept and not journal.is_read_only else None
            found.append((("passive", some[0].trip_id), partial(_reckon, some, dict(self.passive_r), keep)))
        return found

    def put(self, found: object, now: float) -> None:
        """Take in what a job found."""
        if isinstance(found, _Pinned):
            self._pin_again_s = now + AGAIN_S
            if not found.failed:
                self._pinned = found.version
            elif found.failed != self._failed:
                log.error("ticks of trades are not pinned: %s", found.failed)
            self._failed = found.failed
        elif isinstance(found, _Measured):
            self._take_measured(found, now)
        elif isinstance(found, _Passive):
            self._batches += 1
            # Some may have been removed while they were reckoned.
            self.passive_r.update((key, r) for key, r in found.found if self._journal.trip(key) is not None)
            self.passive_version += bool(found.found)
            self._reckoned.update(trip.trip_id for trip in found.asked)
            self._unreckoned = [one for one in self._unreckoned if one.trip_id not in self._reckoned]

    def forget(self, account: str) -> None:
        """Let go of what was reckoned of an account, which is gone; not for the window's thread.

        Raises:
            StoreFull, DataDirectoryError: the file still has it.
        """
        kept = {key: r for key, r in self.passive_r.items() if not key.startswith(f"{account}|")}
        gone = len(self.passive_r) - len(kept)
        self.passive_r = kept
        self._reckoned = {key for key in self._reckoned if not key.startswith(f"{account}|")}
        self.passive_version += 1
        if gone or self._file.exists():
            write_whole(self._file, msgspec.json.encode(kept))

    def _look(self) -> None:
        self._seen = self._journal.version
        trips = self._journal.trips()
        lacking = unmeasured(reversed(trips))
        self._unmeasured = [
            one
            for place, one in enumerate(lacking)
            if self._tries.get(one.trip_id, 0) < (MOST_TRIES if place < NEWEST else 1)
        ]
        self._unreckoned = [
            one.trip
            for one in reversed(trips)
            if one.trip.closed_ms is not None
            and one.trip.planned is not None
            and one.trip.initial_risk
            and one.trip.trip_id not in self._reckoned
        ]

    def _take_measured(self, found: _Measured, now: float) -> None:
        known = dict(found.found)
        for trip in found.asked:
            excursion = known.get(trip.trip_id)
            if excursion is not None:
                there = self._journal.trip(trip.trip_id)
                if there is not None and there.excursion != excursion:
                    self._journal.save_excursion(trip.trip_id, excursion)
            self._tries[trip.trip_id] = self._tries.get(trip.trip_id, 0) + 1
            self._again_s[trip.trip_id] = now + AGAIN_S
        self._look()


def _pin(store: PinStore, trips: Sequence[RoundTrip], version: int, history: History) -> _Pinned:
    try:
        pin_trips(history, store, trips)
    except PreflightError as error:
        return _Pinned(version, str(error))
    return _Pinned(version)


def _measure(trips: tuple[RoundTrip, ...], history: History) -> _Measured:
    return _Measured(trips, tuple(excursions(cast(MomentHistory, history), trips)))


def _reckon(
    trips: tuple[RoundTrip, ...], known: dict[str, float], keep: Path | None, history: History
) -> _Passive:
    terms = [terms_of(trip, contract_of_trip(history, trip)) for trip in trips]
    rows = passive(cast(MomentHistory, history), trips, terms)
    found = [(key, float(row.r_multiple)) for key, row in rows if row.is_known and row.r_multiple is not None]
    if keep is not None:
        with suppress(PreflightError):  # it can be reckoned again; nothing else shall wait for a full disk
            write_whole(keep, msgspec.json.encode(known | dict(found)))
    return _Passive(trips, tuple(found))


def _kept(path: Path) -> dict[str, float]:
    """What an earlier run reckoned; nothing where that cannot be read: it can be reckoned again."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, float])
    except (OSError, msgspec.MsgspecError):
        return {}
