"""A statistic that says what it rests on: value, interval, n, and why it is missing where it is."""

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from workstation.analytics.distributions import student_t_quantile, wilson_interval
from workstation.analytics.performance import FEW
from workstation.journal.statistics.definitions import Definition
from workstation.journal.statistics.table import Flags, Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval.

    Attributes:
        value: None where it is undefined.
        n: observations that it rests on.
        low, high: of the interval; None where there is none.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None

    @property
    def few(self) -> bool:
        """Whether n is below 30: then it says "few"."""
        return self.n < FEW


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic of the journal.

    Attributes:
        what: name, unit and formula.
        estimate: value, n and interval.
        reason: why there is no value, for the trader; empty where there is one.
        left_out: what n does not hold and why ("12 without a stop"); empty where it holds all.
    """

    what: Definition
    estimate: Estimate
    reason: str = ""
    left_out: str = ""

    @property
    def value(self) -> float | None:
        """Of the estimate; None where it is undefined, for its `reason`."""
        return self.estimate.value

    @property
    def n(self) -> int:
        """What it rests on: trips, or days of daily returns."""
        return self.estimate.n

    @property
    def few(self) -> bool:
        """Whether n is below 30."""
        return self.estimate.few


def mean_of(values: Floats) -> Estimate:
    """Return a mean with Student's 95 % interval, without an interval below two; nan is left out."""
    known = values[np.isfinite(values)]
    n = len(known)
    if not n:
        return Estimate(None, 0)
    mean = float(known.mean())
    if n < 2:
        return Estimate(mean, n)
    reach = student_t_quantile(n - 1) * float(known.std(ddof=1)) / sqrt(n)
    return Estimate(mean, n, mean - reach, mean + reach)


def share_of(flags: Flags) -> Estimate:
    """Return a share with Wilson's 95 % interval."""
    n = len(flags)
    if not n:
        return Estimate(None, 0)
    hits = int(np.count_nonzero(flags))
    return Estimate(hits / n, n, *wilson_interval(hits, n))


def plain(value: float | None, n: int) -> Estimate:
    """Return a value without an interval; what is not finite is undefined."""
    return Estimate(value if value is not None and isfinite(value) else None, n)
