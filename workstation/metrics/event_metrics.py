"""Metrics of the calendar: what is ahead of a market, and what that forbids."""

from workstation.events.calendar import EventStanding
from workstation.events.event import EFFECTS
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.metric import Metric, NoData, Unit

OWN_RULE = "a rule of Preflight's own"
FAR_H = 999.0
"""Stands for an event that is not in sight, so that a row which asks for distance passes."""
WINDOW_WORDS = ("clear", "noted", "reduced", "no entry")


def _standing(facts: SymbolFacts) -> EventStanding:
    calendar = facts.calendar
    if not facts.now_ms:
        raise NoData("The venue has not told its time yet")
    if calendar is None or not calendar.is_known(int(facts.now_ms)):
        empty = "is empty" if calendar is None or not calendar.events else "holds nothing from now on"
        raise NoData(f"The calendar {empty}: add or import dates there, or say that none is missing")
    instrument = facts.state.instrument
    return calendar.standing(instrument.symbol, instrument.base, facts.now_ms)


def _window(facts: SymbolFacts) -> float:
    effect = _standing(facts).effect
    return 0.0 if effect is None else 1.0 + EFFECTS.index(effect)


def _next_h(facts: SymbolFacts) -> float:
    ahead = _standing(facts).next
    return FAR_H if ahead is None else min(FAR_H, (ahead.start_ms - facts.now_ms) / HOUR_MS)


EVENT_METRICS: tuple[Metric, ...] = (
    Metric(
        "event_window",
        "Event window",
        "Event",
        Unit.WORD,
        ("calendar", "feed"),
        None,
        "the strictest window of the calendar's events that is in force for the symbol",
        OWN_RULE,
        _window,
        words=WINDOW_WORDS,
    ),
    Metric(
        "event_next_h",
        "Next event",
        "Next event",
        Unit.HOURS,
        ("calendar", "feed"),
        None,
        "hours until the next event that forbids or reduces entries; 999 where none is in sight",
        OWN_RULE,
        _next_h,
        1,
    ),
)
