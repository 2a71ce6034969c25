"""Spread and imbalance of a book over time, from the columns of a depth map: live and stored are the same."""

import numpy as np
import numpy.typing as npt

from workstation.market.depth_level import UNKNOWN_CODE, DepthLevel, Numbers
from workstation.market.depth_map import DepthMap
from workstation.market.size_code import decode

NEAR_SHARE = 0.001
"""Imbalance is of what rests this near the middle, as a share of the price, on either side…"""
LEAST_BINS, MOST_BINS = 5, 100
"""…but of at least and at most so many price bins."""
_TOGETHER = 128

Floats = npt.NDArray[np.float64]

_SIZES = decode(np.arange(65_536).astype(np.uint16))
_SIZES[UNKNOWN_CODE] = 0.0


def book_series(source: DepthMap, buckets: int, numbers: Numbers) -> Floats:
    """Return (len(numbers), 2): spread as a fraction of the middle, and imbalance, at the end of columns.

    Imbalance is (bids − asks) / (bids + asks) of the sizes near the middle: 1 all bids, −1 all asks. Both are
    nan where the book is not known.

    Args:
        buckets: base buckets in a column.
        numbers: column numbers of that level, ascending.
    """
    series = np.full((len(numbers), 2), np.nan)
    for start in range(0, len(numbers), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        series[part] = _part(source, DepthLevel(buckets), numbers[part])
    return series


def _part(source: DepthMap, level: DepthLevel, numbers: Numbers) -> Floats:
    best = source.best(level, numbers)
    middle = best.mean(axis=1)
    series = np.column_stack(((best[:, 1] - best[:, 0]) / middle, np.full(len(numbers), np.nan)))
    known = np.flatnonzero(~np.isnan(middle))
    if not len(known):
        return series
    near = int(np.clip(NEAR_SHARE * middle[known[0]] / source.bin_size, LEAST_BINS, MOST_BINS))
    # The middle lies on the edge of a bin, so that no bin is of both sides: the nearest edge to it.
    edges = np.rint(middle[known] / source.bin_size).astype(np.int64)
    lowest, end = int(edges.min()) - near, int(edges.max()) + near
    sizes = _SIZES[source.codes(level, numbers[known], lowest, end - lowest)]
    sums = np.concatenate((np.zeros((len(known), 1)), np.cumsum(sizes, axis=1)), axis=1)
    rows, at = np.arange(len(known)), edges - lowest
    bids = sums[rows, at] - sums[rows, at - near]
    asks = sums[rows, at + near] - sums[rows, at]
    with np.errstate(invalid="ignore"):
        series[known, 1] = (bids - asks) / (bids + asks)
    return series
