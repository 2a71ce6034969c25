"""The calendar: the trader's events, when they occur, and what holds for a market now."""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import msgspec

from workstation.errors import BadFigure, DataDirectoryError
from workstation.events.event import (
    EFFECTS,
    MOST_DURATION_S,
    MOST_EVENTS,
    MOST_WINDOW_M,
    CalendarEvent,
    Effect,
    Occurrence,
    occurrence_of,
)
from workstation.events.files import CalendarFile, Import, load_calendar, save_calendar
from workstation.events.imports import ImportDraft
from workstation.events.recurrence import check_rule, starts, zone_of

BLOCK_MS = 32 * 86_400_000
"""Occurrences are reckoned for so much time at once."""
MOST_UNDO = 50
_DAY_MS = 86_400_000
_HELD_BLOCKS = 24
_WARM_BLOCKS = 4
_LONGEST_MS = MOST_DURATION_S * 1000 + MOST_WINDOW_M * 60_000
COMPLETE_DAYS = 7
"""So many days from today, UTC, the trader vouches for when saying that no event is missing."""
_Near = tuple[tuple[Occurrence, ...], tuple[Occurrence, ...], bool]
"""What may be in force within a minute, what comes and does more than tell, and whether anything comes."""


@dataclass(frozen=True, slots=True)
class EventStanding:
    """What the calendar says of a market at a moment.

    Attributes:
        effect: of the strictest window in force; None while there is none.
        occurrence: that it comes from; of several that are as strict, the one that holds longest.
        next: the next event to start that does more than tell; None if none is known of.
        held: every window in force, the strictest first.
    """

    effect: Effect | None
    occurrence: Occurrence | None
    next: Occurrence | None
    held: tuple[Occurrence, ...] = ()


class Calendar:
    """Every event, in memory and on disk. One thread changes it; a thread of its own writes it.

    Attributes:
        version: grows with every change.
        trouble: why the last change is not on disk, or why the file could not be used; "" if all is well.
        sector_of: the sector of a coin, for events of a sector.
    """

    def __init__(
        self,
        path: Path | None = None,
        kept: CalendarFile | None = None,
        sector_of: Callable[[str], str] | None = None,
    ) -> None:
        """Begin with what was kept.

        Args:
            path: of the file; None keeps nothing.
        """
        self._path = path
        self._kept = kept or CalendarFile()
        self._undo: list[tuple[str, CalendarFile]] = []
        self._blocks: dict[int, tuple[int, tuple[Occurrence, ...]]] = {}
        self._starts: dict[str, tuple[CalendarEvent, dict[int, tuple[int, ...]]]] = {}
        self._near: tuple[tuple[int, int], _Near] = ((-1, -1), ((), (), False))
        self._writer = ThreadPoolExecutor(1, "calendar") if path is not None else None
        self._lock = threading.Lock()
        self.version = 0
        self.trouble = ""
        self.sector_of: Callable[[str], str] = sector_of or _no_sector

    @classmethod
    def open(cls, path: Path, sector_of: Callable[[str], str] | None = None) -> "Calendar":
        """Return the calendar of a file; `trouble` says if that could not be used as it is."""
        kept, complaint = load_calendar(path)
        made = cls(path, kept, sector_of)
        made.trouble = complaint
        return made

    def warm(self, now_ms: int) -> None:
        """Reckon in the background what is asked for first."""
        if self._writer is not None:
            self._writer.submit(self.between, now_ms, now_ms + _WARM_BLOCKS * BLOCK_MS)

    def prepare(self, events: Iterable[CalendarEvent], now_ms: int) -> None:
        """Reckon when events take place that are about to be taken in; from any thread."""
        for event in events:
            for number in range(now_ms // BLOCK_MS - 2, now_ms // BLOCK_MS + 6):
                self._starts_of(event, number)

    # What it holds.

    @property
    def events(self) -> tuple[CalendarEvent, ...]:
        """Every event, in the order they were entered."""
        return self._kept.events

    @property
    def imports(self) -> tuple[Import, ...]:
        """Files that events came from, newest last."""
        return self._kept.imports

    @property
    def complete_until_ms(self) -> int:
        """Until when the trader has said that no event is missing; 0 where that was never said."""
        return self._kept.complete_until_ms

    def is_known(self, now_ms: int) -> bool:
        """Whether it can tell what a moment forbids: it was said to be complete, or an event lies ahead.

        A calendar that nobody has filled, or whose events are all over, vouches for nothing.
        """
        return now_ms < self._kept.complete_until_ms or self._around(now_ms)[2]

    @property
    def by_uid(self) -> Mapping[str, CalendarEvent]:
        """Imported events by the name that their file gives them."""
        return {event.uid: event for event in self._kept.events if event.uid}

    def event(self, event_id: str) -> CalendarEvent | None:
        """The event of that id; None if it is gone."""
        return next((event for event in self._kept.events if event.event_id == event_id), None)

    # Changing it.

    def put(self, event: CalendarEvent) -> None:
        """Add an event, or put it in the place of the one with its id.

        Raises:
            BadFigure: zone or repetition cannot be used, names are missing, or there are too many.
        """
        event = checked(event)
        known = self.event(event.event_id) is not None
        if not known and len(self.events) >= MOST_EVENTS:
            raise BadFigure("title", f"There are {MOST_EVENTS} events: remove some first")
        events = [event if one.event_id == event.event_id else one for one in self.events]
        self._change(
            f"{'Changed' if known else 'Added'}: {event.title}",
            events=tuple(events if known else [*events, event]),
        )

    def remove(self, event_ids: Iterable[str]) -> None:
        """Remove events."""
        ids = set(event_ids)
        gone = [event for event in self.events if event.event_id in ids]
        if gone:
            said = gone[0].title if len(gone) == 1 else f"{len(gone)} events"
            self._change(
                f"Removed: {said}", events=tuple(one for one in self.events if one.event_id not in ids)
            )

    def leave_out(self, occurrence: Occurrence) -> None:
        """Take one time of a series out of it."""
        event = occurrence.event
        zone = zone_of(event)
        wall = _local(occurrence.start_ms, zone)
        left_out = tuple(sorted({*event.left_out, wall}))
        events = tuple(
            msgspec.structs.replace(one, left_out=left_out) if one.event_id == event.event_id else one
            for one in self.events
        )
        self._change(f"Left out once: {event.title}", events=events)

    def take(self, draft: ImportDraft, now_ms: int) -> None:
        """Take in what was imported, as one step that can be undone.

        Raises:
            BadFigure: that would be too many events.
        """
        fresh = {event.event_id: event for event in draft.changed}
        events = [fresh.get(event.event_id, event) for event in self.events] + list(draft.new)
        if len(events) > MOST_EVENTS:
            raise BadFigure("file", f"There would be {len(events)} events; {MOST_EVENTS} are the most")
        count = len(draft.new) + len(draft.changed)
        receipt = Import(draft.import_id, draft.name, now_ms, count)
        self._change(
            f"Imported {count} from {draft.name}", events=tuple(events), imports=(*self.imports, receipt)
        )

    def remove_import(self, import_id: str) -> None:
        """Remove every event of an import, however long ago it was."""
        name = next((one.name for one in self.imports if one.import_id == import_id), "an import")
        self._change(
            f"Removed what came from {name}",
            events=tuple(event for event in self.events if event.source != import_id),
            imports=tuple(one for one in self.imports if one.import_id != import_id),
        )

    def looked_through(self, now_ms: int) -> int:
        """Note that the trader says: no event is missing for a week; return until when that holds."""
        until_ms = complete_until(now_ms)
        day = datetime.fromtimestamp(until_ms / 1000 - 1, UTC).date()
        self._change(f"Complete through {day}", looked_ms=max(1, now_ms), complete_until_ms=until_ms)
        return until_ms

    @property
    def undoable(self) -> str:
        """What `undo` would take back, in words; "" if there is nothing."""
        return self._undo[-1][0] if self._undo else ""

    def undo(self) -> str:
        """Take the last change back; return what it was, "" if there was none."""
        if not self._undo:
            return ""
        words, kept = self._undo.pop()
        self._use(kept)
        return words

    def _change(self, words: str, **changes: object) -> None:
        self._undo.append((words, self._kept))
        del self._undo[:-MOST_UNDO]
        self._use(msgspec.structs.replace(self._kept, **changes))

    def _use(self, kept: CalendarFile) -> None:
        self._kept = kept
        self.version += 1
        with self._lock:
            self._blocks.clear()
        if self._writer is not None:
            self._writer.submit(self._write, kept)

    def _write(self, kept: CalendarFile) -> None:
        assert self._path is not None
        if kept is not self._kept:
            return  # a later one is on its way
        try:
            save_calendar(self._path, kept)
            self.trouble = ""
        except DataDirectoryError as error:
            self.trouble = f"The calendar is not kept: {error}"

    def close(self) -> None:
        """Wait until everything is on disk."""
        if self._writer is not None:
            self._writer.shutdown()

    # When events take place.

    def between(self, from_ms: int, to_ms: int) -> list[Occurrence]:
        """Every occurrence that, with its window, touches from_ms ≤ time < to_ms, by its start."""
        blocks = range((from_ms - _LONGEST_MS) // BLOCK_MS, (to_ms + MOST_WINDOW_M * 60_000) // BLOCK_MS + 1)
        return [
            one
            for block in blocks
            for one in self._block(block)
            if min(one.from_ms, one.start_ms) < to_ms
            and (max(one.until_ms, one.end_ms) > from_ms or one.start_ms == from_ms)
        ]

    def standing(self, symbol: str, base: str, now_ms: int) -> EventStanding:
        """What holds for a market at a moment."""
        sector = self.sector_of(base)
        held_near, ahead_near, _ = self._around(now_ms)
        held = sorted(
            (one for one in held_near if one.holds(now_ms) and one.event.concerns(symbol, base, sector)),
            key=lambda one: (-EFFECTS.index(one.effect), -one.until_ms),
        )
        coming = (one for one in ahead_near if one.start_ms > now_ms)
        ahead = next((one for one in coming if one.event.concerns(symbol, base, sector)), None)
        if not held:
            return EventStanding(None, None, ahead)
        return EventStanding(held[0].effect, held[0], ahead, tuple(held))

    def _around(self, now_ms: int) -> _Near:
        """What may hold within the minute, and what comes: every symbol asks for it four times a second."""
        key = self.version, now_ms // 60_000
        if self._near[0] != key:
            minute = key[1] * 60_000
            found = self.between(minute, minute + BLOCK_MS)
            held = tuple(one for one in found if one.from_ms < minute + 60_000 and one.until_ms > minute)
            ahead = tuple(one for one in found if one.effect != "note" and one.start_ms > minute)
            reaches = found or self.between(minute, minute + _WARM_BLOCKS * BLOCK_MS)
            self._near = key, (held, ahead, bool(reaches))
        return self._near[1]

    def _block(self, number: int) -> tuple[Occurrence, ...]:
        held = self._blocks.get(number)
        if held is not None and held[0] == self.version:
            return held[1]
        version, events = self.version, self._kept.events
        block = tuple(
            sorted(
                (occurrence_of(event, ms) for event in events for ms in self._starts_of(event, number)),
                key=lambda one: (one.start_ms, one.event.title),
            )
        )
        with self._lock:
            if len(self._blocks) >= _HELD_BLOCKS:
                self._blocks.clear()
            if version == self.version:
                self._blocks[number] = version, block
        return block

    def _starts_of(self, event: CalendarEvent, number: int) -> tuple[int, ...]:
        """The starts of an event in a block: what an event was is kept until it is another."""
        held = self._starts.get(event.event_id)
        if held is None or held[0] is not event:
            held = self._starts[event.event_id] = event, {}
        found = held[1].get(number)
        if found is None:
            try:
                found = tuple(starts(event, number * BLOCK_MS, (number + 1) * BLOCK_MS))
            except (BadFigure, ValueError, OverflowError):
                found = ()  # checked when it was entered; a zone may have left the system since
            if len(held[1]) >= _HELD_BLOCKS:
                held[1].clear()
            held[1][number] = found
        return found


def complete_until(now_ms: int) -> int:
    """The midnight, UTC, until which the trader vouches when saying now that no event is missing."""
    return (now_ms // _DAY_MS + 1 + COMPLETE_DAYS) * _DAY_MS


def checked(event: CalendarEvent) -> CalendarEvent:
    """Return an event as it can be kept.

    Raises:
        BadFigure: zone or repetition cannot be used, or names are missing.
    """
    if event.scope != "all" and not event.names:
        raise BadFigure("names", "Which? Write symbols or coins, such as WLD or BTCUSDT")
    zone_of(event)
    if event.repeat:
        check_rule(event.repeat)
    try:
        return msgspec.convert(msgspec.to_builtins(event), CalendarEvent)
    except msgspec.ValidationError as error:
        raise BadFigure("title", str(error)) from None


def _no_sector(_base: str) -> str:
    return ""


def _local(time_ms: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(time_ms / 1000, zone).strftime("%Y-%m-%dT%H:%M:%S")
