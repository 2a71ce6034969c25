"""True range and its Wilder average, on candle arrays."""

import numpy as np
from numpy.typing import NDArray

from workstation.errors import BadFigure

Floats = NDArray[np.float64]


def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """Return the true range of each candle in price units; the first has no close before it: high − low.

    Args:
        high, low, close: (n,), oldest first.
    """
    if not len(high) == len(low) == len(close):
        raise BadFigure("candles", "Highs, lows and closes must be equally many")
    spans: Floats = high - low
    if len(close) > 1:
        before = close[:-1]
        beyond = np.maximum(np.abs(high[1:] - before), np.abs(low[1:] - before))
        spans[1:] = np.maximum(spans[1:], beyond)
    return spans


def wilder_atr(high: Floats, low: Floats, close: Floats, periods: int = 14) -> Floats:
    """Return the average true range of each candle, (n,) in price units; nan before there are enough.

    Args:
        high, low, close: as in `true_range`.
        periods: n; the first value is the mean of n true ranges, then ((n − 1) · before + range) / n.

    Source: J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978).
    """
    if periods < 1:
        raise BadFigure("periods", "An average takes one candle at least")
    ranges = true_range(high, low, close)
    averages = np.full(len(ranges), np.nan)
    if len(ranges) < periods:
        return averages
    average = float(ranges[:periods].mean())
    averages[periods - 1] = average
    for index in range(periods, len(ranges)):
        average = ((periods - 1) * average + float(ranges[index])) / periods
        averages[index] = average
    return averages


def rolling_mean(values: Floats, periods: int) -> Floats:
    """Return the mean of the last `periods` values at each place, nan until there are so many known ones."""
    if periods < 1:
        raise BadFigure("periods", "An average takes one value at least")
    means = np.full(len(values), np.nan)
    if len(values) >= periods:
        means[periods - 1 :] = np.lib.stride_tricks.sliding_window_view(values, periods).mean(axis=1)
    return means
