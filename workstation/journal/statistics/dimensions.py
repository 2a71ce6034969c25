"""By what round trips are told apart: one mechanism for setup, hour, session, regime, rule and the rest."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from workstation.journal.conditions import FUNDING, MOON, SESSION, VOLATILITY
from workstation.journal.statistics.table import Floats, Places, Times, TripTable, Words
from workstation.model.journal import Direction, Feelings, ReviewedTrip, TagGroup

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SIDES = (Direction.LONG.value, Direction.SHORT.value)
HOURS = tuple(f"{hour:02d}" for hour in range(24))
LEVERAGE_EDGES = (1.0, 2.0, 5.0, 10.0, 20.0)
LEVERAGE_NAMES = ("≤ 1×", "1–2×", "2–5×", "5–10×", "10–20×", "> 20×")
HELD_EDGES_MS = (60_000.0, 5 * 60_000.0, 15 * 60_000.0, HOUR_MS * 1.0, HOUR_MS * 4.0, DAY_MS * 1.0)
HELD_NAMES = ("≤ 1 min", "1–5 min", "5–15 min", "15–60 min", "1–4 h", "4–24 h", "> 1 d")


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Which trips belong to which group; a trip may be in several, or in none.

    Attributes:
        names: of the groups, in the order to show them.
        trip, group: (m,) pairs of places in the table and in `names`.
    """

    names: tuple[str, ...]
    trip: Places
    group: Places


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to tell round trips apart.

    Attributes:
        key: by which it is asked for.
        title: for the trader.
        of: the groups of a table.
        overlaps: whether a trip can be in several groups, so that they do not add up.
    """

    key: str
    title: str
    of: Callable[[TripTable], Members]
    overlaps: bool = False


def _of_words(words: Words) -> Members:
    return _in_order(words.names, words.codes)


def _by_word(of: Callable[[ReviewedTrip], str]) -> Callable[[TripTable], Members]:
    return lambda table: _of_words(table.words(of))


def _by_several(
    of: Callable[[TripTable], Iterable[tuple[int, Collection[str]]]],
) -> Callable[[TripTable], Members]:
    def members(table: TripTable) -> Members:
        places: dict[str, int] = {}
        trip, group = [], []
        for place, words in of(table):
            for word in sorted(words):
                trip.append(place)
                group.append(places.setdefault(word, len(places)))
        return Members(tuple(places), np.array(trip, dtype=np.intp), np.array(group, dtype=np.intp))

    return members


def _in_order(names: tuple[str, ...], codes: Places) -> Members:
    """Return groups that keep their order whichever occur; those without a trip are left out."""
    trip = np.flatnonzero(codes >= 0)
    present = np.bincount(codes[trip], minlength=len(names)) > 0
    group = (np.cumsum(present) - 1)[codes[trip]]
    return Members(tuple(names[code] for code in np.flatnonzero(present)), trip, group)


def _bucketed(names: tuple[str, ...], edges: tuple[float, ...], values: Floats) -> Members:
    codes = np.searchsorted(np.array(edges), values, side="left")
    return _in_order(names, np.where(np.isfinite(values), codes, -1))


def _tags(group: TagGroup) -> Callable[[TripTable], Members]:
    def of(table: TripTable) -> Iterator[tuple[int, Collection[str]]]:
        tagged = [(place, one.note.tags) for place, one in enumerate(table.trips) if one.note.tags]
        return ((place, {tag.name for tag in tags if tag.group is group}) for place, tags in tagged)

    return _by_several(of)


def _condition(name: str) -> Callable[[TripTable], Members]:
    return _by_word(lambda one: one.conditions.get(name, ""))


def hours_of(times_ms: Times) -> Places:
    """Return the UTC hour of the day of each moment."""
    return (times_ms // HOUR_MS % 24).astype(np.intp)


def weekdays_of(times_ms: Times) -> Places:
    """Return the UTC day of the week of each moment, Monday 0; the day 0 of 1970 was a Thursday."""
    return ((times_ms // DAY_MS + 3) % 7).astype(np.intp)


def _feelings(table: TripTable) -> Iterator[tuple[int, Collection[str]]]:
    words: dict[tuple[int | None, ...], tuple[str, ...]] = {}  # they are few, and are told apart once each
    for place, one in enumerate(table.trips):
        before = one.note.before
        levels = (before.tension, before.doubt, before.urge)
        found = words.get(levels)
        if found is None:
            found = words[levels] = tuple(_feeling_words(before))
        if found:
            yield place, found


def _feeling_words(before: Feelings) -> Iterator[str]:
    for value, low, high in (
        (before.tension, "calm", "tense"),
        (before.doubt, "sure", "doubting"),
        (before.urge, "patient", "urge to act"),
    ):
        if value is not None and value != 3:
            yield low if value < 3 else high


def _rules(table: TripTable) -> Members:
    judged = np.array([bool(one.evidence) for one in table.trips], dtype=np.bool_)
    against = np.array([bool(rules) for rules in table.overridden], dtype=np.bool_)
    return _in_order(("all rules passed", "a rule overridden"), np.where(against, 1, np.where(judged, 0, -1)))


def _overridden(table: TripTable) -> list[tuple[int, Collection[str]]]:
    return [(place, rules) for place, rules in enumerate(table.overridden) if rules]


def _kind(table: TripTable) -> Members:
    words = {key: kind.value for key, kind in table.kinds.items()}
    return _of_words(table.words(lambda one: words.get(one.trip.account, "")))


def _leverage(table: TripTable) -> Members:
    return _bucketed(LEVERAGE_NAMES, LEVERAGE_EDGES, table.notional / table.balance)


def _held(table: TripTable) -> Members:
    return _bucketed(HELD_NAMES, HELD_EDGES_MS, (table.closed_ms - table.opened_ms).astype(np.float64))


DIMENSIONS = (
    Dimension("setup", "Setup", lambda table: _of_words(table.setup)),
    Dimension("symbol", "Symbol", lambda table: _of_words(table.symbol)),
    Dimension("side", "Side", lambda table: _in_order(SIDES, np.where(table.sign > 0, 0, 1))),
    Dimension("hour", "Hour, UTC", lambda table: _in_order(HOURS, hours_of(table.opened_ms))),
    Dimension("weekday", "Weekday, UTC", lambda table: _in_order(WEEKDAYS, weekdays_of(table.opened_ms))),
    Dimension("session", "Session", _condition(SESSION)),
    Dimension("feelings", "Feelings before", _by_several(_feelings), overlaps=True),
    Dimension("tag_setup", "Tag: setup", _tags(TagGroup.SETUP), overlaps=True),
    Dimension("tag_mistake", "Tag: mistake", _tags(TagGroup.MISTAKE), overlaps=True),
    Dimension("tag_emotion", "Tag: emotion", _tags(TagGroup.EMOTION), overlaps=True),
    Dimension("tag_condition", "Tag: condition", _tags(TagGroup.CONDITION), overlaps=True),
    Dimension("volatility", "Volatility regime", _condition(VOLATILITY)),
    Dimension("funding", "Funding regime", _condition(FUNDING)),
    Dimension("moon", "Moon, nearest phase", _condition(MOON)),
    Dimension("rules", "Rules", _rules),
    Dimension("overridden", "Rule overridden", _by_several(_overridden), overlaps=True),
    Dimension("account", "Account", _kind),
    Dimension("leverage", "Position value / balance", _leverage),
    Dimension("held", "Time held", _held),
)
"""Every dimension, in the order to offer them; times are those of the opening."""
