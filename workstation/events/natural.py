"""What takes place by itself: the phases of the moon, and the settlements of funding."""

from collections.abc import Iterator
from datetime import UTC, datetime

from workstation.analytics.moon import MoonPhase, phases_between
from workstation.errors import BadFigure
from workstation.events.event import CalendarEvent, Occurrence, occurrence_of
from workstation.model.derivatives import FundingRate

MOON = "moon"
_TITLES = {
    MoonPhase.NEW: "New moon",
    MoonPhase.FIRST_QUARTER: "First quarter",
    MoonPhase.FULL: "Full moon",
    MoonPhase.LAST_QUARTER: "Last quarter",
}
_NOTE = "An experiment to be judged like every other signal: it blocks nothing."
_MOST = 1_000


def moon_between(from_ms: int, to_ms: int) -> list[Occurrence]:
    """The phases of the moon with from_ms ≤ time < to_ms; none before 1972."""
    try:
        phases = list(phases_between(from_ms, to_ms))
    except BadFigure:
        return []
    found = []
    for phase in phases:
        start = datetime.fromtimestamp(phase.time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        event = CalendarEvent(
            f"moon-{phase.phase.value}", _TITLES[phase.phase], start, kind="moon", note=_NOTE
        )
        found.append(occurrence_of(event, phase.time_ms))
    return found


def settlements(funding: FundingRate, from_ms: int, to_ms: int) -> Iterator[int]:
    """Yield when funding settles with from_ms ≤ time < to_ms, by the interval that is in force now."""
    step_ms = round(funding.interval_hours * 3_600_000)
    if step_ms <= 0 or funding.next_funding_ms <= 0:
        return
    first = funding.next_funding_ms - (funding.next_funding_ms - from_ms) // step_ms * step_ms
    for count in range(min(_MOST, max(0, -(-(to_ms - first) // step_ms)))):
        yield first + count * step_ms
