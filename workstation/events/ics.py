"""Reads calendars in the format of RFC 5545, event by event, so that one that is broken harms no other."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import msgspec
from icalendar import Event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from workstation.errors import BadFigure
from workstation.events.event import (
    MOST_DURATION_S,
    MOST_EVENTS,
    MOST_TITLE,
    CalendarEvent,
    new_event_id,
)
from workstation.events.reading import MOST_COMPLAINTS, Complaint, identity, kind_of
from workstation.events.recurrence import check_rule, zone_named, zone_of
from workstation.model.text import printable

_LOCAL = "%Y-%m-%dT%H:%M:%S"
_MOST_DATES = 1_000


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one component, unfolded, and where it begins."""

    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"


def read_ics(text: str, zone: str = "UTC") -> tuple[list[CalendarEvent], list[Complaint]]:
    """Return the events of a calendar, and what had to be left out.

    Args:
        text: of the whole file.
        zone: whose clocks times without a zone, and days, go by.

    Raises:
        BadFigure: it is no calendar at all.
    """
    zone_named(zone)
    if "BEGIN:VCALENDAR" not in text.upper():
        raise BadFigure("file", "This is no calendar file: it has no VCALENDAR in it")
    complaints: list[Complaint] = []
    zones: dict[str, str] = {}
    blocks = []
    for name, block in _blocks(text, complaints):
        if name == "VTIMEZONE":
            zones |= {
                line.partition(":")[2].strip(): block.text
                for line in block.lines
                if line.upper().startswith("TZID")
            }
        else:
            blocks.append(block)
    if len(blocks) > MOST_EVENTS:
        complaints.append(Complaint(0, f"It has {len(blocks)} events; the first {MOST_EVENTS} are read"))
    events: dict[str, CalendarEvent] = {}
    changes: list[tuple[str, datetime, CalendarEvent | None]] = []
    for block in blocks[:MOST_EVENTS]:
        try:
            reader = _Reader(block, zones, zone)
            event, replaces, dropped = reader.read()
        except (BadFigure, msgspec.ValidationError) as error:
            complaints.append(Complaint(block.line, str(error)))
            continue
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError) as error:
            complaints.append(Complaint(block.line, f"The event cannot be read: {printable(str(error))}"))
            continue
        complaints += [Complaint(block.line, words) for words in reader.faults]
        if replaces is not None:
            changes.append((event.uid, replaces, None if dropped else event))
        elif not dropped:
            events[event.uid] = event
    return [*_with_changes(events, changes)], complaints[:MOST_COMPLAINTS]


def _with_changes(
    events: dict[str, CalendarEvent], changes: list[tuple[str, datetime, CalendarEvent | None]]
) -> Iterator[CalendarEvent]:
    """Take single times of a series out of it, and add what stands in their place."""
    for uid, moment, instead in changes:
        series = events.get(uid)
        if series is not None:
            wall = _wall(moment, zone_of(series), series)
            events[uid] = msgspec.structs.replace(series, left_out=tuple(sorted({*series.left_out, wall})))
        if instead is not None:
            single = msgspec.structs.replace(instead, uid=f"{uid}#{moment.isoformat()}", repeat="")
            events[single.uid] = single
    return iter(events.values())


def _blocks(text: str, complaints: list[Complaint]) -> Iterator[tuple[str, _Block]]:
    """Yield every event and time zone of a file as its unfolded lines."""
    began, name, depth = 0, "", 0
    held: list[str] = []
    for number, line in _unfolded(text):
        word = line.strip().upper()
        if not name:
            if word in ("BEGIN:VEVENT", "BEGIN:VTIMEZONE"):
                began, name, depth, held = number, word[6:], 1, [line.strip()]
            continue
        if word == f"BEGIN:{name}":
            complaints.append(Complaint(began, "It never ends: the next begins within it"))
            began, depth, held = number, 1, [line.strip()]
            continue
        held.append(line)
        depth += word.startswith("BEGIN:") - word.startswith("END:")
        if word == f"END:{name}" or not depth:
            yield name, _Block(began, tuple(held))
            name = ""
    if name:
        complaints.append(Complaint(began, "It never ends: the file is cut off"))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines put together again, each with the number of its first."""
    number, whole = 0, ""
    for count, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and number:
            whole += line[1:]
            continue
        if whole:
            yield number, whole
        number, whole = count, line
    if whole:
        yield number, whole


class _Reader:
    """Turns one VEVENT into an event of ours."""

    def __init__(self, block: _Block, zones: dict[str, str], zone: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns of zones that it guesses as we do
            self._event: Any = Event.from_ical(block.text)
        self._zones = zones
        self._zone = zone

    def read(self) -> tuple[CalendarEvent, datetime | None, bool]:
        """Return the event, which time of a series it stands for if any, and whether it is cancelled."""
        found = self._event
        if "DTSTART" not in found:
            raise BadFigure("start", self._fault("DTSTART") or "It has no start (DTSTART)")
        begin = found["DTSTART"]
        if isinstance(begin, list):
            raise BadFigure("start", "It starts more than once")
        title = printable(str(found.get("SUMMARY", ""))).strip() or "Untitled"
        cancelled = str(found.get("STATUS", "")).upper() == "CANCELLED"
        all_day = not isinstance(begin.dt, datetime)
        zone, rules = (self._zone, "") if all_day else self._zone_of(begin)
        wall = begin.dt if not all_day else datetime.combine(begin.dt, time())
        wall = wall.replace(tzinfo=None, microsecond=0)
        draft = CalendarEvent(new_event_id(), "x", wall.strftime(_LOCAL), zone, rules, all_day=all_day)
        clocks = zone_of(draft)
        uid = printable(str(found.get("UID", ""))).strip()[:300] or identity(title, draft.start, zone)
        event = msgspec.structs.replace(
            draft,
            title=title[:MOST_TITLE],
            duration_s=self._duration_s(wall, clocks, all_day),
            kind=kind_of(title, self._categories()),
            repeat=self._repeat(),
            added=self._walls("RDATE", clocks, draft),
            left_out=self._walls("EXDATE", clocks, draft),
            uid=uid,
            note=str(found.get("DESCRIPTION", ""))[:2_000],
        )
        event = msgspec.convert(msgspec.to_builtins(event), CalendarEvent)
        if "RECURRENCE-ID" not in found:
            return event, None, cancelled
        moment = found["RECURRENCE-ID"].dt
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=clocks)
        return event, moment, cancelled

    @property
    def faults(self) -> list[str]:
        """Sentences about properties that could not be read, and are left out."""
        return [
            f"{one or 'A line'} cannot be read: {printable(str(words))}" for one, words in self._event.errors
        ]

    def _fault(self, name: str) -> str:
        return next((words for words in self.faults if words.startswith(f"{name} ")), "")

    def _zone_of(self, begin: Any) -> tuple[str, str]:
        """The zone that a start goes by: a name of the database, or the rules that came with the file."""
        name = str(begin.params.get("TZID", "")).strip().strip('"')
        if not name:
            return ("UTC", "") if begin.dt.tzinfo is not None else (self._zone, "")
        parts = name.strip("/").split("/")
        # Some programs put their own name before the one that everybody knows.
        for known in (WINDOWS_TO_OLSON.get(name, name), "/".join(parts[-2:]), "/".join(parts[-3:])):
            try:
                zone_named(known)
            except BadFigure:
                continue
            return known, ""
        if name in self._zones:
            return "", self._zones[name]
        raise BadFigure(
            "zone", f"Its time zone {printable(name)!r} is not known, and does not come with the file"
        )

    def _duration_s(self, wall: datetime, zone: tzinfo, all_day: bool) -> int:
        found = self._event
        if "DTEND" in found:
            end = found["DTEND"].dt
            if not isinstance(end, datetime):
                end = datetime.combine(end, time())
            if all_day or end.tzinfo is None:
                length = end.replace(tzinfo=None) - wall
            else:
                length = end.astimezone(UTC) - wall.replace(tzinfo=zone).astimezone(UTC)
        elif "DURATION" in found:
            length = found["DURATION"].dt
        else:
            length = timedelta(days=1) if all_day else timedelta()
        return min(MOST_DURATION_S, max(0, round(length.total_seconds())))

    def _categories(self) -> str:
        told = self._event.get("CATEGORIES", [])
        return " ".join(
            str(one) for one in (getattr(told, "cats", None) or (told if isinstance(told, list) else [told]))
        )

    def _repeat(self) -> str:
        rule = self._event.get("RRULE")
        if rule is None:
            fault = self._fault("RRULE")
            if fault:
                raise BadFigure("repeat", fault)
            return ""
        if isinstance(rule, list):
            raise BadFigure("repeat", "It has more than one repetition (RRULE)")
        text: str = rule.to_ical().decode()
        check_rule(text)
        return text

    def _walls(self, name: str, zone: tzinfo, event: CalendarEvent) -> tuple[str, ...]:
        told = self._event.get(name, [])
        found = set()
        for part in told if isinstance(told, list) else [told]:
            for one in part.dts[:_MOST_DATES]:
                moment = one.dt[0] if isinstance(one.dt, tuple) else one.dt
                found.add(_wall(moment, zone, event))
        return tuple(sorted(found))


def _wall(moment: date, zone: tzinfo, event: CalendarEvent) -> str:
    """A moment by an event's own clocks; a day stands for the event's time on it."""
    if not isinstance(moment, datetime):
        return f"{moment.isoformat()}{event.start[10:]}"
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    return moment.strftime(_LOCAL)
