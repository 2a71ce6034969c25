"""Moving averages: simple, exponential, weighted and Wilder's, worked out whole or continued from a place.

Every `fill_…` writes into a line that has one place for each value. With `since` only the places from there
on are written, from what stands before them: so the newest candle costs the same whatever lies behind it, and
a line continued is the line worked out anew. Places before an average has enough values are nan.
"""

import numpy as np
from numpy.typing import NDArray

from workstation.errors import BadFigure

Floats = NDArray[np.float64]

_BLOCK = 64
_CHUNK = 8_192  # windows at once: they are copied for some sums


def simple_average(values: Floats, periods: int) -> Floats:
    """Return the mean of the last `periods` values at each place."""
    line = np.empty(len(values))
    fill_simple(values, periods, line)
    return line


def exponential_average(values: Floats, periods: int) -> Floats:
    """Return the average in which the newest value weighs 2 / (periods + 1).

    The first value is the mean of the first `periods` values, as most charting programs have it.
    """
    line = np.empty(len(values))
    fill_exponential(values, periods, line)
    return line


def wilder_average(values: Floats, periods: int) -> Floats:
    """Return Wilder's average, in which the newest value weighs 1 / periods; it begins with a plain mean.

    Source: J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978).
    """
    line = np.empty(len(values))
    fill_wilder(values, periods, line)
    return line


def weighted_average(values: Floats, periods: int) -> Floats:
    """Return the average of the last `periods` values with weights 1, 2 … periods, the newest heaviest."""
    line = np.empty(len(values))
    fill_weighted(values, periods, line)
    return line


def fill_simple(values: Floats, periods: int, line: Floats, since: int = 0) -> None:
    """Continue a simple average."""
    for start, windows in _windows(values, periods, line, since):
        line[start : start + len(windows)] = windows.mean(axis=1)


def fill_weighted(values: Floats, periods: int, line: Floats, since: int = 0) -> None:
    """Continue a weighted average."""
    weights = np.arange(1.0, periods + 1)
    weights /= max(weights.sum(), 1.0)
    for start, windows in _windows(values, periods, line, since):
        line[start : start + len(windows)] = windows @ weights


def fill_deviation(values: Floats, periods: int, line: Floats, since: int = 0) -> None:
    """Continue the standard deviation of the last `periods` values, of the population as Bollinger has it."""
    for start, windows in _windows(values, periods, line, since):
        line[start : start + len(windows)] = windows.std(axis=1)


def fill_exponential(values: Floats, periods: int, line: Floats, since: int = 0, first: int = 0) -> None:
    """Continue an exponential average of values that begin at the place `first`."""
    _fill_recursive(values, periods, 2.0 / (periods + 1.0), line, since, first)


def fill_wilder(values: Floats, periods: int, line: Floats, since: int = 0, first: int = 0) -> None:
    """Continue Wilder's average of values that begin at the place `first`."""
    _fill_recursive(values, periods, 1.0 / max(periods, 1), line, since, first)


def _windows(values: Floats, periods: int, line: Floats, since: int) -> list[tuple[int, Floats]]:
    """The place and the windows of values of which the averages from there on are made."""
    _check(periods)
    first = periods - 1
    line[since:first] = np.nan
    start = max(since, first)
    if start >= len(values):
        return []
    windows = np.lib.stride_tricks.sliding_window_view(values[start - first :], periods)
    return [(start + at, windows[at : at + _CHUNK]) for at in range(0, len(windows), _CHUNK)]


def _fill_recursive(
    values: Floats, periods: int, weight: float, line: Floats, since: int, first: int
) -> None:
    _check(periods)
    seed = first + periods - 1
    line[since:seed] = np.nan
    if seed >= len(values):
        return
    if since <= seed:
        line[seed] = values[first : seed + 1].mean()
        since = seed + 1
    kept = 1.0 - weight
    if len(values) - since <= _BLOCK:
        average = float(line[since - 1])
        for place in range(since, len(values)):
            average = kept * average + weight * float(values[place])
            line[place] = average
        return
    # In blocks: within one, every average is a fixed sum of its values and of the average before the block.
    decay = kept ** np.arange(_BLOCK + 1)
    reach = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    weights = np.where(reach >= 0, decay[np.maximum(reach, 0)], 0.0) * weight
    whole = (len(values) - since) // _BLOCK * _BLOCK
    blocks = values[since : since + whole].reshape(-1, _BLOCK) @ weights.T
    carried = np.empty(len(blocks))
    average = float(line[since - 1])
    fade = float(decay[_BLOCK])
    for block, end in enumerate(blocks[:, -1].tolist()):
        carried[block] = average
        average = end + fade * average
    blocks += carried[:, None] * decay[1:]
    line[since : since + whole] = blocks.reshape(-1)
    _fill_recursive(values, periods, weight, line, since + whole, first)


def _check(periods: int) -> None:
    if periods < 1:
        raise BadFigure("periods", "An average takes one value at least")
