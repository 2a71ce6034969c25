"""Settled funding as columns, comparable over changing intervals: ranks, bands, windows of eight hours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.model.history import FundingSettlement

HOUR_MS = 3_600_000
DISPLAY_HOURS = 8
LONGEST_INTERVAL_H = 8.0
"""No venue settles less often: what is further apart has a settlement missing between."""

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class IntervalChange:
    """A venue began to settle at another interval.

    Attributes:
        settled_ms: the first settlement at the new interval.
        before_h, after_h: hours between settlements.
    """

    settled_ms: int
    before_h: float
    after_h: float


@dataclass(frozen=True, slots=True, eq=False)
class FundingHistory:
    """Settlements of one symbol, oldest first.

    Attributes:
        times: (n,) venue's ms of each.
        rates: (n,) fraction of the notional that longs paid, for the hours of that very settlement.
        hours: (n,) since the settlement before it, as the venue's interval was then.
    """

    times: Times
    rates: Floats
    hours: Floats

    @classmethod
    def of(cls, settlements: Sequence[FundingSettlement]) -> "FundingHistory":
        """Return the columns of settlements, whose order does not matter.

        One that follows missing ones is given the interval around it: sixteen hours are two of eight, and
        three among ones are a hole, because an interval that has changed stays so for a while.
        """
        known = {item.settled_ms: item for item in settlements}
        ordered = [known[at_ms] for at_ms in sorted(known)]
        hours = np.array([item.interval_hours for item in ordered], np.float64)
        usual = DISPLAY_HOURS * 1.0
        sound = hours[(hours > 0) & (hours <= LONGEST_INTERVAL_H)]
        if len(sound):
            usual = float(sound[0])
        for place, interval in enumerate(hours.tolist()):
            if 0 < interval <= LONGEST_INTERVAL_H:
                usual = interval
            else:
                hours[place] = usual
        alone = np.flatnonzero((hours[1:-1] > hours[:-2]) & (hours[:-2] == hours[2:])) + 1
        hours[alone] = hours[alone - 1]
        return cls(
            np.array([item.settled_ms for item in ordered], np.int64),
            np.array([float(item.rate) for item in ordered], np.float64),
            hours,
        )

    def __len__(self) -> int:
        return len(self.times)

    def since(self, from_ms: int) -> "FundingHistory":
        """Return the settlements from a moment on."""
        first = int(np.searchsorted(self.times, from_ms))
        return FundingHistory(self.times[first:], self.rates[first:], self.hours[first:])

    def joined(self, other: "FundingHistory") -> "FundingHistory":
        """Return both as one by time; of the same moment the other's."""
        times = np.concatenate((other.times, self.times))
        moments, places = np.unique(times, return_index=True)
        rates = np.concatenate((other.rates, self.rates))[places]
        return FundingHistory(moments, rates, np.concatenate((other.hours, self.hours))[places])

    @property
    def per_8h(self) -> Floats:
        """(n,) each rate for eight hours, linearly."""
        return self.rates * DISPLAY_HOURS / self.hours

    def percentile(self, rate_8h: float) -> float | None:
        """Return the share of time for which a lower rate was settled; ties count half, None without a past.

        Settlements count by their hours, so a week settled hourly does not outweigh a year settled by eight.
        """
        total = float(self.hours.sum())
        if not total:
            return None
        past = self.per_8h
        below = float(self.hours[past < rate_8h].sum())
        return (below + float(self.hours[past == rate_8h].sum()) / 2) / total

    def quantile(self, share: float) -> float | None:
        """Return the rate for eight hours that `share` of the time lay below; None without a past."""
        if not len(self):
            return None
        past = self.per_8h
        order = np.argsort(past, kind="stable")
        reached = np.cumsum(self.hours[order]) / self.hours.sum()
        place = min(int(np.searchsorted(reached, share - 1e-12)), len(order) - 1)
        return float(past[order[place]])

    def changes(self) -> tuple[IntervalChange, ...]:
        """Return every change of the interval, oldest first."""
        places = np.flatnonzero(np.diff(self.hours)) + 1
        return tuple(
            IntervalChange(int(self.times[at]), float(self.hours[at - 1]), float(self.hours[at]))
            for at in places
        )

    def by_window(self) -> tuple[Times, Floats, Floats]:
        """Return what longs paid in each window of eight hours, so that venues of other intervals compare.

        Returns:
            (m,) when each window with a settlement ends; (m,) the sum of its rates; (m,) the hours that they
            cover, which are fewer than eight where settlements are missing or still to come.
        """
        step = DISPLAY_HOURS * HOUR_MS
        # A settlement pays for the hours before it: that of 08:00 belongs to the window that ends there.
        ends = -(-self.times // step) * step
        windows, where = np.unique(ends, return_inverse=True)
        sums = np.bincount(where, self.rates, len(windows)).astype(np.float64)
        covered = np.bincount(where, self.hours, len(windows)).astype(np.float64)
        return windows, sums, covered

    def paid_by_long(self, notional: float, from_ms: int) -> float:
        """Return what a long of a steady notional has paid since a moment; negative: it received."""
        return notional * float(self.since(from_ms).rates.sum())
