"""What each half of the matrix shows: correlations below the diagonal, those or another view above."""

from enum import Enum

import numpy as np

from ui.correlation.source import Correlations
from ui.correlation.tiles import DELTA, FAINT, PLAIN, Kinds
from workstation.analytics.correlation_matrix import Floats, Method


class Upper(Enum):
    """What stands above the diagonal."""

    MIRROR = "mirror"
    NET = "net"
    CHANGE = "change"


def upper_possible(found: Correlations, upper: Upper) -> bool:
    """Whether there is anything to show of that."""
    if upper is Upper.NET:
        return found.net is not None
    return upper is Upper.MIRROR or found.method is not Method.TICKS


def halves(found: Correlations, order: tuple[int, ...], upper: Upper) -> tuple[Floats, Kinds]:
    """Return what every cell shows (k, k), rows in this order, and how: plain, faint or as a change.

    Faint are pairs that do not hold at a false discovery rate of 5 %, where the method can tell, and changes
    that the interval of the window's own correlation spans.
    """
    rows = np.ix_(order, order)
    values = found.values[rows].copy()
    tested = found.method in (Method.PEARSON, Method.SPEARMAN)
    kinds = np.where(found.holds[rows] | (not tested), PLAIN, FAINT)
    if upper is Upper.MIRROR or not upper_possible(found, upper):
        return values, kinds
    above = np.triu_indices(len(values), 1)
    if upper is Upper.NET:
        assert found.net is not None
        values[above] = found.net[rows][above]
        kinds[above] = np.where(found.net_holds[rows] | (not tested), PLAIN, FAINT)[above]
        return values, kinds
    before = found.values - found.change
    within = (found.low <= before) & (before <= found.high)
    values[above] = found.change[rows][above]
    kinds[above] = (DELTA + np.where(within, FAINT, PLAIN))[rows][above]
    return values, kinds
