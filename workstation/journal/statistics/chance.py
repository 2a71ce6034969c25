"""What chance alone would show: shuffled means, resampled means, and control over many questions at once."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.distributions import normal_cdf
from workstation.journal.statistics.table import Flags, Floats

LARGE = 100
"""Above so many trips a mean is drawn from its normal limit instead of from the trips."""

SHUFFLES = 4_999
DRAWS = 1_000
SEED = 20_240_808
FALSE_SHARE = 0.10
"""Of the groups that stand out, the share that may be luck on average."""


class Shuffled:
    """Means of groups of any size, drawn from the same trips without looking: no group is special."""

    def __init__(self, values: Floats, seed: int = SEED) -> None:
        """Shuffle the first places of the trips many times.

        Args:
            values: (n,) results, all known. seed: the same seed, the same answer.
        """
        self._values = values
        n = len(values)
        self._most = min(LARGE, max(0, n - 1))
        random = np.random.default_rng(seed)
        picked = np.empty((SHUFFLES, self._most), dtype=np.intp)
        for row in picked:
            row[:] = random.choice(n, self._most, replace=False)
        self._sums = np.cumsum(values[picked], axis=1, dtype=np.float64)

    def p_value(self, group: Floats) -> float:
        """Return how often as many trips drawn at random are at least as far from the mean of all.

        A two-sided permutation test; its normal limit, with the exact variance of a draw without replacement,
        where neither the group nor the rest is small.
        """
        n, k = len(self._values), len(group)
        if not 0 < k < n or np.ptp(self._values) == 0:
            return 1.0
        middle = float(self._values.mean())
        gap = abs(float(group.mean()) - middle)
        if k <= self._most:
            size, gaps = k, np.abs(self._sums[:, k - 1] / k - middle)
        elif n - k <= self._most:
            size = n - k
            gap *= k / size  # as far as the rest is on the other side
            gaps = np.abs(self._sums[:, size - 1] / size - middle)
        else:
            spread = float(self._values.std(ddof=1)) * sqrt((1 - k / n) / k)
            return 2 * (1 - normal_cdf(gap / spread))
        reached = np.count_nonzero(gaps >= gap * (1 - 1e-12) - 1e-15)
        return float(1 + reached) / (SHUFFLES + 1)


class Resampler:
    """Draws means of trips that might have been: bootstrap, with the same draws for every group."""

    def __init__(self, seed: int = SEED) -> None:
        """Draw what decides which trips are picked; two independent sets, for a group and for its rest."""
        random = np.random.default_rng(seed)
        self._picks = random.random((2, DRAWS, LARGE))
        self._normal = random.standard_normal((2, DRAWS))

    def means(self, values: Floats, which: int = 0) -> Floats:
        """Return resampled means of two values or more.

        The bootstrap's spread is too small by √((k − 1) / k), which is made good.
        """
        k = len(values)
        mean = float(values.mean())
        draws: Floats
        if k > LARGE:
            draws = float(values.std(ddof=1)) / sqrt(k) * self._normal[which]
        else:
            places = (self._picks[which, :, :k] * k).astype(np.intp)
            draws = (values[places].mean(axis=1) - mean) * sqrt(k / (k - 1))
        return mean + draws

    def mean_interval(self, values: Floats) -> tuple[float, float] | None:
        """Return the 95 % interval of a mean; None below two values."""
        return _middle(self.means(values)) if len(values) > 1 else None

    def gap_interval(self, group: Floats, rest: Floats) -> tuple[float, float] | None:
        """Return the 95 % interval of mean(group) − mean(rest); None where either has less than two."""
        if len(group) < 2 or len(rest) < 2:
            return None
        return _middle(self.means(group) - self.means(rest, 1))


def discoveries(p_values: Floats, false_share: float = FALSE_SHARE) -> Flags:
    """Return which of many questions stand out, so that only so large a share of them is luck on average.

    Args:
        p_values: (m,), nan where nothing was asked.

    Source: Benjamini & Hochberg 1995; holds also for questions that agree with one another.
    """
    asked = np.flatnonzero(np.isfinite(p_values))
    found: NDArray[np.bool_] = np.zeros(len(p_values), dtype=np.bool_)
    if not len(asked):
        return found
    order = asked[np.argsort(p_values[asked], kind="stable")]
    limits = false_share * np.arange(1, len(order) + 1) / len(order)
    below = np.flatnonzero(p_values[order] <= limits)
    if len(below):
        found[order[: below[-1] + 1]] = True
    return found


def _middle(draws: Floats) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
