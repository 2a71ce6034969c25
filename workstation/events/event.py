"""What the calendar holds: events, the windows around them, and the moments at which they occur."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import uuid4

import msgspec

Kind = Literal["macro", "earnings", "unlock", "upgrade", "maintenance", "other", "moon"]
KINDS: tuple[Kind, ...] = ("macro", "earnings", "unlock", "upgrade", "maintenance", "other")
"""Kinds that an event can be given; "moon" is reckoned, never entered."""

Effect = Literal["note", "reduce", "no entry"]
EFFECTS: tuple[Effect, ...] = ("note", "reduce", "no entry")
"""What a window does, from the mildest to the strictest."""

MOST_WINDOW_M = 7 * 24 * 60
MOST_DURATION_S = 31 * 86_400
MOST_EVENTS = 5_000
MOST_TITLE = 200

Minutes = Annotated[float, msgspec.Meta(ge=0, le=MOST_WINDOW_M)]
Text = Annotated[str, msgspec.Meta(max_length=2_000)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
LocalTime = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]


class WindowRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds around an event.

    Attributes:
        effect: "no entry"; "reduce", which cuts size and leverage; "note", which only tells.
        before_m, after_m: minutes before its start and after its end.
        size_cut_rate: of "reduce", by how much the risk of a trade is cut, a fraction.
        most_leverage: of "reduce", the highest leverage; None for no other than usual.
    """

    effect: Effect
    before_m: Minutes = 120.0
    after_m: Minutes = 120.0
    size_cut_rate: Annotated[float, msgspec.Meta(ge=0, le=0.95)] = 0.4
    most_leverage: Annotated[float, msgspec.Meta(ge=1, le=200)] | None = 5.0


NO_ENTRY = WindowRule("no entry")
NOTE = WindowRule("note", 0.0, 0.0)
RULE_OF_KIND: dict[Kind, WindowRule] = {
    "macro": NO_ENTRY,
    "earnings": NO_ENTRY,
    "unlock": NO_ENTRY,
    "upgrade": NO_ENTRY,
    "maintenance": NO_ENTRY,
    "other": NOTE,
    "moon": NOTE,
}
"""Nothing is entered within two hours of a major event."""


class CalendarEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One event, or a series of them.

    Attributes:
        event_id: its own for ever.
        title: in the trader's words, or the importer's.
        start: of the first, by the clocks of `zone`.
        zone: key of the time zone database; "" where `zone_rules` says what the clocks do.
        zone_rules: a VTIMEZONE component as it was imported, where its name is in no database.
        all_day: it is about a day, not a moment; without a rule of its own it is a note.
        duration_s: how long it lasts; 0 for a moment.
        kind: of event.
        scope: whom it concerns; `names` are symbols or coins, or the sectors.
        rule: its window; None takes that of its kind.
        repeat: an RRULE of RFC 5545 without its name; "" for once.
        added, left_out: further and missing starts of a series, by the clocks of `zone`.
        uid: by which an importer knows it.
        source: id of the import it came with; "" by hand.
        note: the trader's words.
        alert_m: minutes before its start at which it is told.
    """

    event_id: Name
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_TITLE)]
    start: LocalTime
    zone: Annotated[str, msgspec.Meta(max_length=64)] = "UTC"
    zone_rules: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    all_day: bool = False
    duration_s: Annotated[int, msgspec.Meta(ge=0, le=MOST_DURATION_S)] = 0
    kind: Kind = "other"
    scope: Literal["all", "symbols", "sector"] = "all"
    names: tuple[Name, ...] = ()
    rule: WindowRule | None = None
    repeat: Annotated[str, msgspec.Meta(max_length=500)] = ""
    added: tuple[LocalTime, ...] = ()
    left_out: tuple[LocalTime, ...] = ()
    uid: Annotated[str, msgspec.Meta(max_length=400)] = ""
    source: Annotated[str, msgspec.Meta(max_length=40)] = ""
    note: Text = ""
    alert_m: tuple[Minutes, ...] = (60.0, 10.0)

    @property
    def window(self) -> WindowRule:
        """The rule in force: its own, or that of its kind."""
        if self.rule is not None:
            return self.rule
        return NOTE if self.all_day else RULE_OF_KIND[self.kind]

    def concerns(self, symbol: str, base: str, sector: str) -> bool:
        """Whether it concerns a market."""
        if self.scope == "all":
            return True
        if self.scope == "sector":
            return sector.casefold() in (name.casefold() for name in self.names)
        return any(name.upper() in (symbol.upper(), base.upper()) for name in self.names)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that an event takes place.

    Attributes:
        event: which.
        start_ms, end_ms: UTC; equal for a moment.
        from_ms, until_ms: the window around it, half-open.
    """

    event: CalendarEvent
    start_ms: int
    end_ms: int
    from_ms: int
    until_ms: int

    @property
    def effect(self) -> Effect:
        """What its window does."""
        return self.event.window.effect

    def holds(self, time_ms: int) -> bool:
        """Whether its window is in force."""
        return self.from_ms <= time_ms < self.until_ms


def occurrence_of(event: CalendarEvent, start_ms: int) -> Occurrence:
    """Return an event at one of its starts, with its window."""
    rule, end_ms = event.window, start_ms + event.duration_s * 1000
    return Occurrence(
        event,
        start_ms,
        end_ms,
        start_ms - round(rule.before_m * 60_000),
        end_ms + round(rule.after_m * 60_000),
    )


def new_event_id() -> str:
    """An id that no event has."""
    return uuid4().hex[:16]
