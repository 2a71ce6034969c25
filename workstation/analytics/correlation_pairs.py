"""What stands of many pairs at once: which hold against luck, what is left net of one, days of a crash."""

from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Marks = NDArray[np.bool_]

FALSE_SHARE = 0.05
"""Of the pairs that are said to hold, so many may be false."""
CRASH_SPREADS = 12.0
"""A day is a crash if the median symbol moves by so many usual bars within one of its bars."""
_DAY_MS = 86_400_000


def holding(matrix: Floats, counts: Counts, share: float = FALSE_SHARE, *, given: int = 0) -> Marks:
    """Mark the pairs (k, k) that hold when at most a share of those marked may be false.

    All pairs are judged together; what is not known does not hold, the diagonal neither.

    Args:
        matrix: (k, k) correlations, nan where not known. counts: observations each stands on.
        given: symbols that were held fixed (partial correlations).

    Source: Fisher's z, |atanh ρ| · √(n − 3 − given), two-sided; Benjamini & Hochberg 1995.
    """
    rows, columns = np.triu_indices(len(matrix), 1)
    values, free = matrix[rows, columns], counts[rows, columns] - 3.0 - given
    known = np.flatnonzero(np.isfinite(values) & (free > 0))
    marks = np.zeros(matrix.shape, np.bool_)
    if not len(known):
        return marks
    inside = np.clip(np.abs(values[known]), 0.0, 1.0 - 1e-15)
    scores = np.arctanh(inside) * np.sqrt(free[known])
    p_values = np.array([erfc(score / sqrt(2.0)) for score in scores.tolist()])
    order = np.argsort(p_values, kind="stable")
    below = np.flatnonzero(p_values[order] <= share * np.arange(1, len(order) + 1) / len(order))
    if len(below):
        kept = known[order[: below[-1] + 1]]
        marks[rows[kept], columns[kept]] = marks[columns[kept], rows[kept]] = True
    return marks


def net_of(matrix: Floats, benchmark: int) -> Floats:
    """Partial correlations (k, k): what is left of each pair once a benchmark's part is taken out of both.

    nan in the benchmark's own row and column, where one of three is not known, and where a symbol is nothing
    but the benchmark.

    Source: ρ_xy·z = (ρ_xy − ρ_xz ρ_yz) / √((1 − ρ_xz²)(1 − ρ_yz²)).
    """
    beside = matrix[:, benchmark]
    left = 1.0 - beside * beside
    left[left < 1e-12] = np.nan
    with np.errstate(invalid="ignore"):
        found: Floats = (matrix - np.multiply.outer(beside, beside)) / np.sqrt(np.multiply.outer(left, left))
    found = np.clip(found, -1.0, 1.0)
    found[benchmark], found[:, benchmark] = np.nan, np.nan
    return found


def crash_rows(returns: Floats, end_ms: int, step_ms: int) -> Marks:
    """Mark the bars (n,) of UTC days on which the whole market fell or rose as it hardly ever does.

    Args:
        returns: (n, k) of equal bars, oldest first, nan where missing.
        end_ms: when the newest bar closed. step_ms: of a bar.

    Returns:
        All bars of each day with a bar in which the median symbol moved by more than `CRASH_SPREADS` times
        the usual bar (1.4826 × the median of how far it moves); none where bars are days or longer.
    """
    marks = np.zeros(len(returns), np.bool_)
    known = np.isfinite(returns).any(axis=1)
    if step_ms >= _DAY_MS or not known.any():
        return marks
    market = np.zeros(len(returns))
    market[known] = np.nanmedian(returns[known], axis=1)
    usual = 1.4826 * float(np.median(np.abs(market[known])))
    closes_ms = end_ms - np.arange(len(returns) - 1, -1, -1) * step_ms
    days = (closes_ms - 1) // _DAY_MS
    if usual > 0:
        marks = np.isin(days, days[np.abs(market) > CRASH_SPREADS * usual])
    return marks
