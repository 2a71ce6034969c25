"""Events in words: whom they concern, how they repeat, what a tip says of one."""

from ui import format
from workstation.events.calendar import EventStanding
from workstation.events.event import CalendarEvent, Occurrence
from workstation.events.words import rule_words, standing_words, when_words

NOTHING = (
    "The calendar is empty, so the checklist cannot say whether an event is near.\n"
    "Insert adds one, I imports a calendar (ICS) or a table (CSV); or drop the file here.\n"
    "L says that none is missing for the next week; that is written down."
)
KIND_WORDS = {
    "macro": "Macro",
    "earnings": "Earnings",
    "unlock": "Unlock",
    "upgrade": "Upgrade",
    "maintenance": "Maintenance",
    "other": "Other",
    "moon": "Moon",
}
_OFTEN = {
    "FREQ=DAILY": "daily",
    "FREQ=WEEKLY": "weekly",
    "FREQ=MONTHLY": "monthly",
    "FREQ=YEARLY": "yearly",
    "FREQ=HOURLY": "hourly",
}


def concerns_words(event: CalendarEvent) -> str:
    """Whom an event concerns: "all symbols", "WLD", "sector ai"."""
    if event.scope == "all":
        return "all symbols"
    names = ", ".join(event.names)
    return f"sector {names}" if event.scope == "sector" else names


def repeat_words(event: CalendarEvent) -> str:
    """How an event repeats; a dash for one that does not."""
    if not event.repeat:
        return format.NO_FIGURE
    first = event.repeat.split(";")[0].upper().removeprefix("RRULE:")
    words = _OFTEN.get(first, "repeats")
    return words if event.repeat.upper() in _OFTEN else f"{words}, by rule"


def moment_words(ms: int) -> str:
    """A moment with its day, UTC: "2026-10-20 18:00"."""
    return f"{format.utc_date(ms)} {format.utc_time(ms)[:5]}"


def window_words(one: Occurrence) -> str:
    """The window of an event and what it does: "16:00 to 20:00 UTC: no entry"."""
    if one.effect == "note":
        return "Note only: it blocks nothing"
    days = "" if format.utc_date(one.from_ms) == format.utc_date(one.until_ms) else " the next day"
    said = f"{format.utc_time(one.from_ms)[:5]} to {format.utc_time(one.until_ms)[:5]}{days} UTC"
    return f"{said}: {rule_words(one)}"


def tip_words(one: Occurrence, now_ms: int) -> str:
    """Everything about an event, line by line."""
    event = one.event
    lines = [
        event.title,
        f"{moment_words(one.start_ms)} UTC, {when_words(one, now_ms).removeprefix(event.title).strip()}",
        f"{KIND_WORDS[event.kind]}, {concerns_words(event)}",
        window_words(one),
    ]
    if event.zone not in ("UTC", ""):
        lines.append(f"By the clocks of {event.zone}")
    if event.repeat:
        lines.append(f"Repeats: {event.repeat}")
    if event.note:
        lines.append(event.note[:300])
    return "\n".join(lines)


def detail_words(
    standing: EventStanding, symbol: str, now_ms: int, *, is_known: bool
) -> list[tuple[str, str]]:
    """What holds for a market now, and what comes next, each with its colour."""
    if not is_known:
        return [("nothing entered ahead: the checklist has no data", "warn")]
    words = standing_words(standing, now_ms)
    if words:
        return [(words, "danger" if standing.effect == "no entry" else "warn")]
    if standing.next is None:
        return [(f"{symbol} clear, nothing ahead", "muted")]
    return [(f"{symbol} clear, {when_words(standing.next, now_ms)}", "muted")]
