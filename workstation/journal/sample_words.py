"""The notes of the sample journal: neutral sentences that fit how each trade went."""

import numpy as np

from workstation.journal.sample_plans import Mood
from workstation.journal.sample_trades import SampleTrip
from workstation.model.journal import Feelings, Tag, TagGroup, TripNote

_LEFT = 6
"""The newest trips wait for their review."""

_FEELINGS = {
    Mood.PLAN: (1, 2, 1),
    Mood.EVEN: (2, 2, 2),
    Mood.EARLY: (3, 4, 3),
    Mood.LOOSE: (4, 3, 3),
    Mood.TILT: (4, 3, 5),
}
"""Tension, doubt, urge before it."""

_WENT = {
    "stop": ("The stop was reached; the loss is the one that was planned.", "Stopped out, as planned."),
    "target": ("Both targets were filled without a hand on it.", "The targets did the work."),
    "by hand": ("Closed by hand after a part of the profit had gone.", "Out early, by hand."),
    "time": (
        "Neither stop nor target within the day; closed.",
        "Nothing came of it in a day.",
    ),
}
_MOODS = {
    Mood.PLAN: ("", "The plan was written before the entry and left alone.", "Nothing to change."),
    Mood.EVEN: ("The stop went to the entry after +1 R.", "After +1 R nothing could be lost any more."),
    Mood.EARLY: (
        "The exit was not in the plan. **What would the plan have brought?** See the other exits.",
        "Fear of giving back decided, not the plan.",
    ),
    Mood.LOOSE: (
        "The stop was moved away when price came near. The loss grew by more than half.",
        "The level was drawn anew to fit the position.",
    ),
    Mood.TILT: (
        "Taken in haste, larger than usual, against a row of the checklist.",
        "Soon after the trade before; the checklist said no.",
    ),
}
_MISTAKES = {
    Mood.EARLY: "closed early",
    Mood.LOOSE: "moved the stop",
    Mood.TILT: "overrode the checklist",
}
_BROKEN = {
    Mood.EARLY: "Leave targets alone",
    Mood.LOOSE: "Never move a stop away",
    Mood.TILT: "No entry against the checklist",
}
_EMOTIONS = {
    Mood.PLAN: ("calm",),
    Mood.EVEN: ("calm", "careful"),
    Mood.EARLY: ("afraid of giving back",),
    Mood.LOOSE: ("hoping", "tense"),
    Mood.TILT: ("impatient", "making it back"),
}
_CONDITIONS = ("trend", "range", "breakout", "thin book")


def sample_notes(
    account: str, venue: str, trips: list[SampleTrip], random: np.random.Generator
) -> list[TripNote]:
    """Return a note for each trade but the newest few.

    Args:
        account: key of the account.
        venue: of the trades.
        trips: as they were traded, in any order.
        random: chooses among sentences.
    """
    ordered = sorted(trips, key=lambda trip: trip.closed_ms)
    return [_note(account, venue, trip, random) for trip in ordered[:-_LEFT]]


def _note(account: str, venue: str, trip: SampleTrip, random: np.random.Generator) -> TripNote:
    mood = trip.plan.mood
    sentences = (_one(_WENT[trip.ended], random), _one(_MOODS[mood], random))
    tags = {Tag(TagGroup.EMOTION, _one(_EMOTIONS[mood], random))}
    if random.random() < 0.7:
        tags.add(Tag(TagGroup.CONDITION, _one(_CONDITIONS, random)))
    if mood in _MISTAKES:
        tags.add(Tag(TagGroup.MISTAKE, _MISTAKES[mood]))
    followed = mood not in _BROKEN
    during = (1, 0, 0) if trip.r > 0 else (1, 1, 1)
    after = (-1, -1, 0) if trip.r > 0 else (1, 0, 1)
    reviewed_ms = trip.closed_ms + int(random.integers(2, 30)) * 3_600_000
    return TripNote(
        f"{account}|{venue}|{trip.plan.intent.symbol}|{trip.trade_id}",
        tags=frozenset(tags),
        before=_felt(mood, (0, 0, 0), random),
        during=_felt(mood, during, random),
        after=_felt(mood, after, random),
        text=" ".join(filter(None, sentences)),
        followed=followed,
        broken="" if followed else _BROKEN[mood],
        reviewed_ms=reviewed_ms,
        edited_ms=reviewed_ms,
    )


def _felt(mood: Mood, more: tuple[int, int, int], random: np.random.Generator) -> Feelings:
    off = random.integers(-1, 2, 3)
    tension, doubt, urge = (
        min(5, max(1, level + added + int(by)))
        for level, added, by in zip(_FEELINGS[mood], more, off, strict=True)
    )
    return Feelings(tension, doubt, urge)


def _one(words: tuple[str, ...], random: np.random.Generator) -> str:
    return words[int(random.integers(len(words)))]
