"""Reads events from a table: a line of titles, then one event a line, in the spellings that people use."""

import csv
from datetime import UTC, datetime
from io import StringIO

import msgspec

from workstation.errors import BadFigure
from workstation.events.event import (
    EFFECTS,
    KINDS,
    MOST_EVENTS,
    MOST_TITLE,
    CalendarEvent,
    WindowRule,
    new_event_id,
)
from workstation.events.reading import MOST_COMPLAINTS, Complaint, identity, kind_of
from workstation.events.recurrence import zone_named
from workstation.model.text import printable

_LOCAL = "%Y-%m-%dT%H:%M:%S"
_COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("title", "event", "name", "summary", "subject"),
    "start": ("start", "datetime", "when", "start date", "date"),
    "time": ("time", "start time"),
    "zone": ("zone", "timezone", "time zone", "tz"),
    "duration": ("duration_min", "duration", "minutes"),
    "kind": ("kind", "type", "category"),
    "scope": ("symbols", "symbol", "scope", "coins", "coin"),
    "sector": ("sector",),
    "rule": ("rule", "effect"),
    "before": ("before_min", "before"),
    "after": ("after_min", "after"),
    "cut": ("size_cut_pct", "size_cut"),
    "leverage": ("max_leverage", "leverage"),
    "uid": ("uid", "id"),
    "note": ("note", "notes", "description"),
}
_FORMATS = ("%d.%m.%Y %H:%M", "%d %b %Y %H:%M", "%Y/%m/%d %H:%M", "%d.%m.%Y", "%d %b %Y", "%Y/%m/%d")


def read_csv(text: str, zone: str = "UTC") -> tuple[list[CalendarEvent], list[Complaint]]:
    """Return the events of a table, and what had to be left out.

    Args:
        text: of the whole file; commas, semicolons or tabs between cells.
        zone: whose clocks times without a zone go by.

    Raises:
        BadFigure: it has no columns for a title and a start.
    """
    zone_named(zone)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    events: dict[str, CalendarEvent] = {}
    complaints: list[Complaint] = []
    places: dict[str, int] = {}
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            complaints.append(Complaint(rows.line_num, f"The line cannot be read: {error}"))
            continue
        if row is None:
            break
        if not any(cell.strip() for cell in row):
            continue
        if not places:
            places = _places(row)
            continue
        try:
            event = _event({name: row[at].strip() for name, at in places.items() if at < len(row)}, zone)
        except (BadFigure, ValueError) as error:
            complaints.append(Complaint(rows.line_num, printable(str(error))))
            continue
        if len(events) == MOST_EVENTS:
            complaints.append(
                Complaint(rows.line_num, f"More than {MOST_EVENTS} events: the rest is left out")
            )
            break
        events[event.uid] = event
    if not places:
        raise BadFigure("file", "The file is empty")
    return list(events.values()), complaints[:MOST_COMPLAINTS]


def _places(titles: list[str]) -> dict[str, int]:
    plain = [title.strip().casefold() for title in titles]
    places = {
        name: next((plain.index(word) for word in words if word in plain), -1)
        for name, words in _COLUMNS.items()
    }
    found = {name: place for name, place in places.items() if place >= 0}
    if "title" not in found or "start" not in found:
        raise BadFigure("file", 'The first line must name the columns, "title" and "start" among them')
    return found


def _event(cells: dict[str, str], default_zone: str) -> CalendarEvent:
    title = printable(cells.get("title", "")).strip()[:MOST_TITLE]
    if not title:
        raise BadFigure("title", "It has no title")
    told = f"{cells.get('start', '')} {cells.get('time', '')}".strip()
    moment, has_time = _moment(told)
    zone = cells.get("zone") or default_zone
    zone_named(zone)
    if moment.tzinfo is not None:
        moment, zone = moment.astimezone(UTC).replace(tzinfo=None), "UTC"
    kind = cells.get("kind", "").casefold()
    if kind and kind not in KINDS:
        kind = kind_of(title, kind)
    start = moment.strftime(_LOCAL)
    scope, names = _scope(cells)
    return msgspec.convert(
        {
            "event_id": new_event_id(),
            "title": title,
            "start": start,
            "zone": zone,
            "all_day": not has_time,
            "duration_s": 86_400 if not has_time else round(_number(cells, "duration", 0.0) * 60),
            "kind": kind or kind_of(title),
            "scope": scope,
            "names": names,
            "rule": _rule(cells),
            "uid": cells.get("uid") or identity(title, start, zone),
            "note": cells.get("note", "")[:2_000],
        },
        CalendarEvent,
    )


def _scope(cells: dict[str, str]) -> tuple[str, list[str]]:
    sector = cells.get("sector", "")
    told = sector or cells.get("scope", "")
    names = [name for name in told.replace(";", " ").replace(",", " ").replace("|", " ").split() if name]
    if not names or [name.casefold() for name in names] == ["all"]:
        return "all", []
    return ("sector" if sector else "symbols"), names


def _rule(cells: dict[str, str]) -> WindowRule | None:
    effect = cells.get("rule", "").casefold().replace("_", " ")
    if not effect:
        return None
    if effect not in EFFECTS:
        raise BadFigure("rule", f"The rule {effect!r} is none of: {', '.join(EFFECTS)}")
    leverage = _number(cells, "leverage", 5.0)
    return msgspec.convert(
        {
            "effect": effect,
            "before_m": _number(cells, "before", 120.0),
            "after_m": _number(cells, "after", 120.0),
            "size_cut_rate": _number(cells, "cut", 40.0) / 100,
            "most_leverage": leverage,
        },
        WindowRule,
    )


def _number(cells: dict[str, str], name: str, usual: float) -> float:
    told = cells.get(name, "")
    if not told:
        return usual
    try:
        return float(told.rstrip("%x× ").replace(",", "."))
    except ValueError:
        raise BadFigure(name, f"{told!r} is no number") from None


def _moment(told: str) -> tuple[datetime, bool]:
    """A moment, and whether it has a time of day."""
    try:
        return datetime.fromisoformat(told), len(told) > 10
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return datetime.strptime(told, form), "%H" in form  # noqa: DTZ007 - clocks of a zone
        except ValueError:
            continue
    raise BadFigure("start", f"{told!r} is no date: write one such as 2026-03-18T18:00")
