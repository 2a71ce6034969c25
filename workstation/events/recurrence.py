"""When an event takes place: times of a wall clock repeated as RFC 5545 says, then turned into UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrule, rrulestr
from icalendar import Timezone

from workstation.errors import BadFigure
from workstation.events.event import CalendarEvent

MOST_STARTS = 20_000
"""Of one series, counted from its beginning: a rule that ends after a count is walked from there."""
_STEPS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_SPARSE = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
_MOST_LISTED = 40  # values of one BY… part; more only make a rule dense


def zone_of(event: CalendarEvent) -> tzinfo:
    """Return the time zone that an event's clocks go by.

    Raises:
        BadFigure: there is no such zone.
    """
    return _custom_zone(event.zone_rules) if event.zone_rules else zone_named(event.zone)


def zone_named(key: str) -> tzinfo:
    """Return a zone of the database.

    Raises:
        BadFigure: it has none of that name.
    """
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadFigure("zone", f"There is no time zone {key!r}: write one such as Europe/London") from None


def starts(event: CalendarEvent, from_ms: int, to_ms: int) -> list[int]:
    """Return every start of an event with from_ms ≤ start < to_ms, UTC milliseconds, rising.

    A time that the clocks skip is taken by the offset before the gap, one that comes twice is the first, as
    RFC 5545 has it.

    Raises:
        BadFigure: zone or rule cannot be used.
    """
    zone = zone_of(event)
    first = datetime.fromisoformat(event.start)
    # A day more on both sides: no zone is farther from UTC.
    begin, end = (
        datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None) + timedelta(days=step)
        for ms, step in ((from_ms, -1), (to_ms, 1))
    )
    walls = {first, *map(datetime.fromisoformat, event.added)}
    if event.repeat:
        walls.update(_repeated(event.repeat, first, zone, begin, end))
    walls -= set(map(datetime.fromisoformat, event.left_out))
    found = {_utc_ms(wall, zone) for wall in walls if begin <= wall < end}
    return sorted(ms for ms in found if from_ms <= ms < to_ms)


def check_rule(text: str) -> None:
    """Check that a repetition can be used.

    Raises:
        BadFigure: it cannot be read, or repeats more often than hourly.
    """
    parts = _parts(text)
    if parts.get("FREQ") not in _SPARSE:
        raise BadFigure("repeat", "It must repeat yearly, monthly, weekly, daily or hourly, not oftener")
    if "BYSECOND" in parts or ("BYMINUTE" in parts and "," in parts["BYMINUTE"]):
        raise BadFigure("repeat", "It repeats oftener than hourly")
    if any(value.count(",") >= _MOST_LISTED for value in parts.values()):
        raise BadFigure("repeat", "It lists too many days")
    try:
        rrulestr(_without(text, "UNTIL"), dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 - clocks of a zone
        if "UNTIL" in parts:
            _until(parts["UNTIL"], UTC)
    except (ValueError, TypeError, OverflowError, KeyError, IndexError) as error:
        raise BadFigure("repeat", f"The repetition cannot be read: {error}") from None


def _repeated(text: str, first: datetime, zone: tzinfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the starts of a rule by the zone's clocks, none at or after `end`."""
    check_rule(text)
    parts = _parts(text)
    count = int(parts["COUNT"]) if "COUNT" in parts else None
    until = end
    if "UNTIL" in parts:
        until = min(until, _until(parts["UNTIL"], zone))
    rule: rrule = rrulestr(_without(text, "UNTIL", "COUNT"), dtstart=first)
    if count is None:
        # Not walked from its beginning, years ago: a whole number of steps is skipped.
        step = _STEPS.get(parts["FREQ"])
        if step is not None and first < begin:
            step *= int(parts.get("INTERVAL", "1"))
            first += max(0, (begin - first) // step - 1) * step
        rule = rule.replace(dtstart=first)
    # `until` bounds rules that never come true as well, such as the 30th of February.
    return islice(iter(rule.replace(until=until)), MOST_STARTS if count is None else min(count, MOST_STARTS))


def _utc_ms(wall: datetime, zone: tzinfo) -> int:
    return round(wall.replace(tzinfo=zone, fold=0).timestamp() * 1000)


def _until(text: str, zone: tzinfo) -> datetime:
    """The end of a rule by the zone's clocks, itself included."""
    digits = text.strip()
    if len(digits) == 8:
        day = date.fromisoformat(digits)
        return datetime(day.year, day.month, day.day, 23, 59, 59)  # noqa: DTZ001 - clocks of a zone
    moment = datetime.fromisoformat(digits)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo is not None else moment


def _parts(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.upper().removeprefix("RRULE:").split(";") if part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _without(text: str, *names: str) -> str:
    return ";".join(f"{name}={value}" for name, value in _parts(text).items() if name not in names)


@lru_cache(maxsize=64)
def _custom_zone(rules: str) -> tzinfo:
    try:
        read = Timezone.from_ical(rules)
        if not isinstance(read, Timezone):
            raise ValueError("there is no VTIMEZONE in it")
        zone: tzinfo = read.to_tz(lookup_tzid=False)
        zone.utcoffset(datetime(2024, 6, 1))  # noqa: DTZ001 - clocks of a zone
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise BadFigure("zone", f"The time zone that came with it cannot be read: {error}") from None
    return zone
