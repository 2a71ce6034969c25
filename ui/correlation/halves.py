"""What each half of the matrix shows: correlations below the diagonal, those or another view above."""

from enum import Enum

import numpy as np

from ui.correlation.source import Correlations
from ui.correlation.tiles import DELTA, FAINT, PLAIN, Kinds
from workstation.analytics.correlation_matrix import Floats, Method
from workstation.analytics.correlation_pairs import Marks


class Upper(Enum):
    """What stands above the diagonal."""

    MIRROR = "mirror"
    NET = "net"
    CHANGE = "change"


def upper_possible(found: Correlations, upper: Upper) -> bool:
    """Whether there is anything to show of that: BTC is followed, the longer window holds more bars."""
    if upper is Upper.NET:
        return found.net is not None
    return upper is Upper.MIRROR or bool(np.isfinite(found.change).any())


def upper_shown(found: Correlations, upper: Upper) -> Upper:
    """What stands above the diagonal when that is asked for."""
    return upper if upper_possible(found, upper) else Upper.MIRROR


def halves(found: Correlations, order: tuple[int, ...], upper: Upper) -> tuple[Floats, Kinds]:
    """Return what every cell shows (k, k), rows in this order, and how: plain, faint or as a change.

    Faint are pairs that do not hold at a false discovery rate of 5 %, where the method can tell, and changes
    that the interval of the window's own correlation spans.
    """
    rows = np.ix_(order, order)
    tested = found.method in (Method.PEARSON, Method.SPEARMAN)
    values, kinds = found.values, _kinds(found.holds, tested)
    upper = upper_shown(found, upper)
    if upper is Upper.MIRROR:
        return values[rows], kinds[rows]
    values, kinds = values[rows], kinds[rows]
    above = np.triu(np.ones(values.shape, np.bool_), 1)
    if upper is Upper.NET:
        assert found.net is not None
        other, other_kinds = found.net, _kinds(found.net_holds, tested)
    else:
        before = found.values - found.change
        within = (found.low <= before) & (before <= found.high)
        other, other_kinds = found.change, DELTA + within * FAINT
    np.copyto(values, other[rows], where=above)
    np.copyto(kinds, other_kinds[rows], where=above)
    return values, kinds


def _kinds(holds: Marks, tested: bool) -> Kinds:
    return np.where(holds, PLAIN, FAINT) if tested else np.full(holds.shape, PLAIN)
