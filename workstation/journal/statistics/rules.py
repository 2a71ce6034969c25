"""The rule ledger: what each row of a checklist, and each time it was overridden, earned or cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workstation.analytics.performance import FEW
from workstation.journal.statistics.chance import Resampler
from workstation.journal.statistics.figure import Estimate
from workstation.journal.statistics.overrides import AGAINST, rules_of
from workstation.journal.statistics.table import Floats, TripTable
from workstation.model.missed import MissedTrade


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What one rule has done, in R per trip.

    Attributes:
        rule: key of the row, or field of the gate.
        passed, overridden: mean R of the trips on which it passed, and of those on which it was overridden;
            n counts those with an R, the interval is a bootstrap's.
        passed_count, overridden_count: trips, with or without R.
        gap_r: R of an overridden trip above that of a passed one; None where either has no R.
        gap_low, gap_high: its 95 % bootstrap interval; None below two trips on either side.
        total_r: Σ R of the overridden trips: what overriding earned (above 0) or cost (below).
        blocked: mean R, in the shadow, of trades that it blocked.
        saved_r: −Σ of those: what the rule saved (above 0) or cost by blocking.
        unresolved_count: blocked trades whose end in the shadow is not known.
    """

    rule: str
    passed: Estimate
    overridden: Estimate
    passed_count: int
    overridden_count: int
    gap_r: float | None
    gap_low: float | None
    gap_high: float | None
    total_r: float | None
    blocked: Estimate
    saved_r: float | None
    unresolved_count: int

    @property
    def few(self) -> bool:
        """Whether the overridden ones with R, which decide, are below 30."""
        return self.overridden.n < FEW

    @property
    def blocked_few(self) -> bool:
        """Whether the blocked ones that were followed to an end are below 30."""
        return self.blocked.n < FEW


def rule_ledger(
    table: TripTable, missed: Sequence[MissedTrade] = (), outcomes: Mapping[str, float] | None = None
) -> tuple[RuleLine, ...]:
    """Return one line for every rule that was judged, overridden, or blocked a trade; most overridden first.

    Args:
        table: closed round trips.
        missed: trades that never became a position. Those without a refusal were blocked by no rule.
        outcomes: R in the shadow by intent id; a trade blocked by several rules counts with each of them.
    """
    passed: dict[str, list[int]] = defaultdict(list)
    overridden: dict[str, list[int]] = defaultdict(list)
    for place, (one, against) in enumerate(zip(table.trips, table.overridden, strict=True)):
        for rule in against:
            overridden[rule].append(place)
        for rule in {row.row for row in one.evidence if row.state not in AGAINST} - against:
            passed[rule].append(place)
    blocked: dict[str, list[float]] = defaultdict(list)
    ends = outcomes or {}
    for trade in missed:
        for rule in rules_of(refusal.field for refusal in trade.refusals):
            blocked[rule].append(ends.get(trade.intent.intent_id, float("nan")))
    resampler = Resampler()
    rules = sorted(passed.keys() | overridden.keys() | blocked.keys())
    rules.sort(key=lambda rule: -len(overridden[rule]))
    return tuple(
        _line(resampler, table.r, rule, passed[rule], overridden[rule], blocked[rule]) for rule in rules
    )


def _line(
    resampler: Resampler, r: Floats, rule: str, passed: list[int], overridden: list[int], shadow: list[float]
) -> RuleLine:
    kept, lifted = _known(r[passed]), _known(r[overridden])
    stopped = _known(np.array(shadow, dtype=np.float64))
    gap = float(lifted.mean() - kept.mean()) if len(lifted) and len(kept) else None
    low, high = resampler.gap_interval(lifted, kept) or (None, None)
    return RuleLine(
        rule,
        _resampled(resampler, kept),
        _resampled(resampler, lifted),
        len(passed),
        len(overridden),
        gap,
        low,
        high,
        float(lifted.sum()) if len(lifted) else None,
        _resampled(resampler, stopped),
        -float(stopped.sum()) if len(stopped) else None,
        len(shadow) - len(stopped),
    )


def _known(values: Floats) -> Floats:
    known: Floats = values[np.isfinite(values)]
    return known


def _resampled(resampler: Resampler, values: Floats) -> Estimate:
    if not len(values):
        return Estimate(None, 0)
    return Estimate(float(values.mean()), len(values), *(resampler.mean_interval(values) or (None, None)))
