"""The twin of an order: how the trader's last entries like it ended, quick enough for the ticket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from workstation.analytics.performance import FEW
from workstation.journal.statistics.figure import Estimate, mean_of, plain, share_of
from workstation.journal.statistics.table import Flags, Places, TripTable
from workstation.model.journal import Direction

LAST = 20
"""Entries that are shown."""

ENOUGH = 10
"""Entries that a narrower likeness must have to be preferred to a wider one."""

CLOSE = 0.5
"""Share of the conditions, known then and now, that must agree."""

_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Like:
    """What is about to be entered.

    Attributes:
        setup: name of its checklist template.
        direction: long or short.
        symbol: the venue's spelling.
        conditions: words by name, as in `ReviewedTrip`; empty is not compared.
    """

    setup: str
    direction: Direction
    symbol: str
    conditions: Mapping[str, str] = field(default_factory=dict)


class Likeness(Enum):
    """How wide was looked, narrowest first; always the same setup and side."""

    SYMBOL = "same symbol"
    GROUP = "same group of symbols"
    SETUP = "any symbol"


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """How the last entries like it ended.

    Attributes:
        places: of the trips in the table, newest last.
        likeness: how wide was looked.
        in_like_conditions: whether they were also entered in like conditions.
        win_rate: with Wilson's 95 % interval.
        mean_r: with Student's 95 % interval; n counts those with an R.
        worst_r: None where no R is known.
        held: median time held, milliseconds.
    """

    places: Places
    likeness: Likeness
    in_like_conditions: bool
    win_rate: Estimate
    mean_r: Estimate
    worst_r: float | None
    held: Estimate

    @property
    def count(self) -> int:
        """Entries like it."""
        return len(self.places)

    @property
    def few(self) -> bool:
        """Whether they are less than 30."""
        return self.count < FEW


def twin(
    table: TripTable,
    like: Like,
    *,
    last: int = LAST,
    group_of: Callable[[str], str] = lambda symbol: symbol,
) -> Twin:
    """Return how the last entries with the same setup and side ended, the nearest likeness that has enough.

    Args:
        table: closed round trips of one kind of account.
        last: entries to show.
        group_of: the group (sector) of a symbol; without it, groups are not told apart from symbols.
    """
    same = (table.setup.codes == table.setup.code(like.setup)) & (table.sign == like.direction.sign)
    likeness, found = _nearest(table, like, same, group_of)
    close = _in_like_conditions(table, like, found)
    places = (found if close is None else close)[-last:]
    r = table.r[places]
    r = r[np.isfinite(r)]
    held = (table.closed_ms - table.opened_ms)[places]
    return Twin(
        places,
        likeness,
        close is not None,
        share_of(table.money[places] > 0),
        mean_of(r),
        float(r.min()) if len(r) else None,
        plain(float(np.median(held)) if len(held) else None, len(held)),
    )


def _nearest(
    table: TripTable, like: Like, same: Flags, group_of: Callable[[str], str]
) -> tuple[Likeness, Places]:
    own = np.flatnonzero(same & (table.symbol.codes == table.symbol.code(like.symbol)))
    if len(own) >= ENOUGH:
        return Likeness.SYMBOL, own
    group = group_of(like.symbol)
    # The last place is that of the code −1, a trip without a symbol.
    inside = np.array([*(group_of(name) == group for name in table.symbol.names), False])
    related = np.flatnonzero(same & inside[table.symbol.codes])
    if len(related) >= ENOUGH:
        return _named(related, own, related)
    return _named(np.flatnonzero(same), own, related)


def _named(found: Places, own: Places, related: Places) -> tuple[Likeness, Places]:
    """Say how wide was looked by what was found: a wider look that finds no more is none."""
    if len(found) == len(own):
        return Likeness.SYMBOL, found
    return (Likeness.GROUP if len(found) == len(related) else Likeness.SETUP), found


def _in_like_conditions(table: TripTable, like: Like, found: Places) -> Places | None:
    """Return the newest of them in like conditions; None where too few are known to be."""
    if not like.conditions:
        return None
    close = []
    for place in found[-_LOOKED_AT:].tolist():
        then = table.trips[place].conditions
        both = [then[name] == word for name, word in like.conditions.items() if word and then.get(name)]
        if both and sum(both) >= CLOSE * len(both):
            close.append(place)
    return np.array(close, dtype=np.intp) if len(close) >= ENOUGH else None
