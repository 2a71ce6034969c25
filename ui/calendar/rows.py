"""Rows of the list: one for each time that an event takes place."""

from collections.abc import Sequence

from ui import format
from ui.calendar.words import KIND_WORDS, concerns_words, moment_words, repeat_words
from ui.widgets.table_rows import Cell, Column, Row
from workstation.events.event import Occurrence
from workstation.events.words import rule_words, span_words

COLUMNS = (
    Column("When, UTC", "When it takes place, UTC", 16, 0),
    Column("In", "How long until then, or since", 9, 1),
    Column("Event", "In your words, or the importer's", 26, 0, left=True),
    Column("Kind", "What kind of event it is", 12, 4, left=True),
    Column("Concerns", "Whose entries its window holds for", 14, 3, left=True),
    Column("Window", "What its window does", 16, 2, left=True),
    Column("Repeats", "How it repeats", 10, 5, left=True),
)
_TOKENS = {"no entry": "danger", "reduce": "warn", "note": "muted"}


def key_of(one: Occurrence) -> str:
    """The key of a row: what the filter looks in, and at its end which event it is and when."""
    event = one.event
    words = f"{event.title} {KIND_WORDS[event.kind]} {concerns_words(event)} {rule_words(one)}"
    return f"{words}\x1f{event.event_id}:{one.start_ms}"


def occurrence_of_key(key: str, shown: Sequence[Occurrence]) -> Occurrence | None:
    """The occurrence that a row stands for; None if it is gone."""
    wanted = key.rpartition("\x1f")[2]
    return next((one for one in shown if f"{one.event.event_id}:{one.start_ms}" == wanted), None)


def row_of(one: Occurrence, now_ms: int) -> Row:
    """The row of an occurrence."""
    event = one.event
    distance = one.start_ms - now_ms
    if distance > 0:
        away = span_words(distance)
    else:
        away = (
            "now"
            if now_ms <= max(one.end_ms, one.start_ms + 60_000)
            else f"{format.MINUS}{span_words(-distance)}"
        )
    holds = one.holds(now_ms) and one.effect != "note"
    token = _TOKENS[one.effect] if holds else "muted" if event.kind == "moon" else "text"
    return key_of(one), (
        Cell(
            moment_words(one.start_ms) if not event.all_day else f"{format.utc_date(one.start_ms)} day",
            one.start_ms,
            token,
        ),
        Cell(away, distance, token if holds else "muted"),
        Cell(event.title, event.title.casefold(), token),
        Cell(KIND_WORDS[event.kind], KIND_WORDS[event.kind], "muted"),
        Cell(concerns_words(event), concerns_words(event), "muted"),
        Cell(rule_words(one), rule_words(one), token if one.effect != "note" else "muted"),
        Cell(repeat_words(event), repeat_words(event), "muted"),
    )
