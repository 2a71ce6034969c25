"""Correlations of every pair straight from ticks that come at different times, without a common grid."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Counts = NDArray[np.int64]


def tick_correlations(series: Sequence[tuple[Times, Floats]]) -> tuple[Floats, Counts]:
    """Return Hayashi and Yoshida's correlation (k, k) of every pair, and the returns of the shorter side.

    nan where one side has fewer than two ticks or stands still.

    Args:
        series: of each symbol its tick times, ascending and each once, and its prices, positive.

    Source: Hayashi & Yoshida 2005. A return over (a, b] times all returns of the other side that
    overlap it is that return times (next tick at or after b) − (last tick at or before a): summed over all
    pairs at once these are two products of matrices over the union of all times.
    """
    size = len(series)
    times = np.unique(np.concatenate([found for found, _ in series])) if size else np.zeros(0, np.int64)
    before, after = np.zeros((len(times), size)), np.zeros((len(times), size))
    begins, ends = np.zeros((len(times), size)), np.zeros((len(times), size))
    variance, ticks = np.zeros(size), np.array([len(found) for found, _ in series], np.int64)
    for column, (at, prices) in enumerate(series):
        if len(at) < 2:
            continue
        path = np.log(prices / prices[0])  # from nothing: the logs of prices themselves would lose digits
        moves = np.diff(path)
        variance[column] = moves @ moves
        places = np.searchsorted(times, at)
        begins[places[:-1], column] = moves
        ends[places[1:], column] = moves
        last = np.searchsorted(at, times, side="right") - 1
        before[:, column] = path[np.maximum(last, 0)]
        after[:, column] = path[np.minimum(np.searchsorted(at, times, side="left"), len(at) - 1)]
    covariance = ends.T @ after - begins.T @ before
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = covariance / np.sqrt(np.multiply.outer(variance, variance))
    # Mathematically the same both ways round; their mean is so to the last bit. It may leave [−1, 1].
    matrix = np.clip((matrix + matrix.T) / 2.0, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    unknown = variance <= 0
    matrix[unknown], matrix[:, unknown] = np.nan, np.nan
    returns = np.maximum(ticks - 1, 0)
    counts: Counts = np.minimum.outer(returns, returns)
    return matrix, counts
