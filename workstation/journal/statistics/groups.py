"""Groups of round trips side by side: the same figures for each, and how far it stands out from the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workstation.analytics.performance import FEW
from workstation.journal.statistics.chance import Resampler, Shuffled, discoveries
from workstation.journal.statistics.dimensions import DIMENSIONS, Dimension
from workstation.journal.statistics.figure import Estimate, mean_of, share_of
from workstation.journal.statistics.table import Floats, Measure, Places, TripTable

LEAST_TESTED = 5
"""Trips below which nothing is said about a difference: hardly any could be told from luck."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a dimension.

    Attributes:
        name: of the group.
        count: trips.
        result: Σ of the measure over those of which it is known; None where money is not added up.
        win_rate: with Wilson's 95 % interval.
        mean: of the measure, with Student's 95 % interval; n counts those of which it is known.
        profit_factor: in the measure; None with no loss.
        gap: mean of the group − mean of the rest; None where either is empty.
        gap_low, gap_high: 95 % bootstrap interval; None below two trips on either side.
        p_value: of a permutation test that the group is like any other; None below five trips on either side.
        stands_out: whether it does, with one in ten of all that stand out being luck on average.
    """

    name: str
    count: int
    result: float | None
    win_rate: Estimate
    mean: Estimate
    profit_factor: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    p_value: float | None
    stands_out: bool = False

    @property
    def few(self) -> bool:
        """Whether it has less than 30 trips of which the measure is known."""
        return self.mean.n < FEW


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one dimension.

    Attributes:
        dimension: by what.
        groups: in its order.
        unknown_count: trips that are in no group.
        reason: why the measure says nothing; empty where it does.
    """

    dimension: Dimension
    groups: tuple[Group, ...]
    unknown_count: int
    reason: str = ""


def groups(
    table: TripTable, measure: Measure = Measure.R, dimensions: Sequence[Dimension] = DIMENSIONS
) -> tuple[Groups, ...]:
    """Return the groups of each dimension.

    All that are asked for in one call are judged together: the more groups, the further one must stand out.
    """
    values = table.results(measure)
    if measure is Measure.MONEY and table.mixed:
        values = np.full(len(table), np.nan)
    known = np.isfinite(values)
    shuffled, resampler = Shuffled(values[known]), Resampler()
    found = [_of_dimension(table, values, one, shuffled, resampler) for one in dimensions]
    flat = [group for one in found for group in one.groups]
    p_values = np.array([np.nan if group.p_value is None else group.p_value for group in flat])
    out = iter(discoveries(p_values))
    reason = ""
    if not known.any():
        reason = table.mixed if measure is Measure.MONEY else "The measure is known of none of these trips"
    return tuple(
        replace(
            one,
            groups=tuple(replace(group, stands_out=bool(next(out))) for group in one.groups),
            reason=reason,
        )
        for one in found
    )


def _of_dimension(
    table: TripTable, values: Floats, dimension: Dimension, shuffled: Shuffled, resampler: Resampler
) -> Groups:
    members = dimension.of(table)
    order = np.argsort(members.group, kind="stable")
    edges = np.searchsorted(members.group[order], np.arange(len(members.names) + 1))
    made = []
    for code, name in enumerate(members.names):
        places = members.trip[order[edges[code] : edges[code + 1]]]
        made.append(_group(table, values, name, places, shuffled, resampler))
    return Groups(dimension, tuple(made), len(table) - int(np.count_nonzero(np.bincount(members.trip))))


def _group(
    table: TripTable,
    values: Floats,
    name: str,
    places: Places,
    shuffled: Shuffled,
    resampler: Resampler,
) -> Group:
    inside = np.zeros(len(table), dtype=np.bool_)
    inside[places] = True
    known = np.isfinite(values)
    own, rest = values[inside & known], values[~inside & known]
    lost = -float(own[own < 0].sum())
    tested = len(own) >= LEAST_TESTED and len(rest) >= LEAST_TESTED
    low, high = resampler.gap_interval(own, rest) or (None, None)
    return Group(
        name,
        len(places),
        float(own.sum()) if len(own) else None,
        share_of(table.money[inside] > 0),
        mean_of(own),
        float(own[own > 0].sum()) / lost if lost else None,
        float(own.mean() - rest.mean()) if len(own) and len(rest) else None,
        low,
        high,
        shuffled.p_value(own) if tested else None,
    )
