"""What an import would do, before it does it: new events, changed ones, known ones, and complaints."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from workstation.errors import BadFigure
from workstation.events.csv_events import read_csv
from workstation.events.event import CalendarEvent, new_event_id
from workstation.events.ics import read_ics
from workstation.events.reading import Complaint, text_of


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """A file that was read, held against the calendar as it is.

    Attributes:
        name: of the file.
        import_id: that its events will carry.
        new: events that the calendar does not have.
        changed: events that it has otherwise; they keep their id, and the rule, scope and alerts given here.
        known: how many it has just so.
        complaints: what was left out, and why.
    """

    name: str
    import_id: str
    new: tuple[CalendarEvent, ...]
    changed: tuple[CalendarEvent, ...]
    known: int
    complaints: tuple[Complaint, ...]


def read_import(
    name: str, content: bytes, held: Mapping[str, CalendarEvent], zone: str = "UTC"
) -> ImportDraft:
    """Read a file of events, ICS or CSV, whichever it is.

    Args:
        name: of the file.
        content: of it.
        held: the calendar's imported events by their uid.
        zone: whose clocks times without a zone go by.

    Raises:
        BadFigure: nothing in it can be used as a calendar.
    """
    text = text_of(content)
    is_ics = name.lower().endswith((".ics", ".ical", ".ifb")) or "BEGIN:VCALENDAR" in text[:2_000].upper()
    events, complaints = (read_ics if is_ics else read_csv)(text, zone)
    if not events and not complaints:
        raise BadFigure("file", "There is no event in it")
    import_id = new_event_id()
    new, changed, known = [], [], 0
    for event in events:
        event = msgspec.structs.replace(event, source=import_id)
        before = held.get(event.uid)
        if before is None:
            new.append(event)
            continue
        merged = _merged(before, event)
        if msgspec.structs.replace(merged, source=before.source) == before:
            known += 1
        else:
            changed.append(merged)
    return ImportDraft(name, import_id, tuple(new), tuple(changed), known, tuple(complaints))


def _merged(before: CalendarEvent, event: CalendarEvent) -> CalendarEvent:
    """An event as the file has it now, with what the trader has made of it here."""
    touched: dict[str, object] = {"event_id": before.event_id, "alert_m": before.alert_m}
    if event.rule is None:
        touched["rule"] = before.rule
    if event.scope == "all":
        touched |= {"scope": before.scope, "names": before.names}
    if event.kind == "other":
        touched["kind"] = before.kind
    return msgspec.structs.replace(event, **touched)
