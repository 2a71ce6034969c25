"""Runs of wins and losses, and how long a run chance alone would give."""

from math import exp

import numpy as np

from workstation.journal.statistics.table import Flags

_EXACT_UP_TO = 5_000


def longest_run(flags: Flags) -> int:
    """Return how many in a row are true at most."""
    if not len(flags):
        return 0
    breaks = np.flatnonzero(~np.concatenate(([False], flags, [False])))
    return int(np.diff(breaks).max()) - 1


def chance_band(n: int, rate: float, low: float = 0.05, high: float = 0.95) -> tuple[int, int]:
    """Return quantiles of the longest run among n independent trials.

    Args:
        n: trials. rate: of a hit, within 0 to 1. low, high: probabilities of the quantiles.
    """
    return _quantile(n, rate, low), _quantile(n, rate, high)


def longest_run_probability(n: int, rate: float, longest: int) -> float:
    """Return the probability that no run of hits is longer than `longest`.

    Exact by recursion; beyond 5,000 trials the Poisson limit of runs' beginnings, which is then within 0.002.

    Source: Feller, "An Introduction to Probability Theory", vol. 1, XIII.7; Arratia, Goldstein & Gordon 1990.
    """
    length = longest + 1
    if length > n or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    run = rate**length
    if n > _EXACT_UP_TO:
        return exp(-run * (1 + (n - length) * (1 - rate)))
    none = [1.0] * length + [1.0 - run]
    begins = (1 - rate) * run
    for trial in range(length + 1, n + 1):
        none.append(none[trial - 1] - begins * none[trial - length - 1])
    return none[n]


def _quantile(n: int, rate: float, probability: float) -> int:
    if rate >= 1:
        return n
    under, reached = -1, 1
    while reached < n and longest_run_probability(n, rate, reached) < probability:
        under, reached = reached, min(n, 2 * reached)
    while reached - under > 1:
        middle = (under + reached) // 2
        if longest_run_probability(n, rate, middle) < probability:
            under = middle
        else:
            reached = middle
    return reached
