"""True range and its Wilder average, on candle arrays."""

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.averages import fill_wilder
from workstation.errors import BadFigure

Floats = NDArray[np.float64]


def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """Return the true range of each candle in price units; the first has no close before it: high − low.

    Args:
        high, low, close: (n,), oldest first.
    """
    if not len(high) == len(low) == len(close):
        raise BadFigure("candles", "Highs, lows and closes must be equally many")
    ranges = np.empty(len(close))
    fill_true_range(high, low, close, ranges)
    return ranges


def fill_true_range(high: Floats, low: Floats, close: Floats, line: Floats, since: int = 0) -> None:
    """Continue the true range from a place on, see `workstation.analytics.averages`."""
    line[since:] = high[since:] - low[since:]
    later = max(since, 1)
    if later < len(close):
        before = close[later - 1 : -1]
        beyond = np.maximum(np.abs(high[later:] - before), np.abs(low[later:] - before))
        line[later:] = np.maximum(line[later:], beyond)


def wilder_atr(high: Floats, low: Floats, close: Floats, periods: int = 14) -> Floats:
    """Return the average true range of each candle, (n,) in price units; nan before there are enough.

    Args:
        high, low, close: as in `true_range`.
        periods: n; the first value is the mean of n true ranges, then ((n − 1) · before + range) / n.

    Source: J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978).
    """
    ranges = true_range(high, low, close)
    averages = np.empty(len(ranges))
    fill_wilder(ranges, periods, averages)
    return averages
