"""Coarser depth cells, derived from a depth grid by the same law as its own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workstation.market.depth_grid import DepthGrid
from workstation.market.size_code import SizeCodes, decode, encode

UNKNOWN_CODE = 1
"""Not a size: the cell lies outside what the grid holds, outside its column's prices, or in a gap.

The code's own size, 2^-128, rests on no venue.
"""

BUCKET_STEPS = (1, 2, 4, 10, 20, 60, 120)
"""Base buckets in a cell: of half a second, 0.5 s, 1 s, 2 s, 5 s, 10 s, 30 s, 1 m."""

BIN_STEPS = (1, 2, 5, 10, 20, 50, 100)

_SIZES = decode(np.arange(65_536).astype(np.uint16))

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DepthLevel:
    """How coarse cells are.

    Cell (K, B) of a level is the size resting in price bins B·bins up to (B + 1)·bins at the end of the last
    of the time buckets K·buckets up to (K + 1)·buckets, or now, while that has not ended: sizes add over
    prices, the end stands for its time, and no cell is a maximum or a sample.

    Attributes:
        buckets: base buckets in the time of one cell.
        bins: base bins in the height of one cell.
    """

    buckets: int = 1
    bins: int = 1


def level_for(bucket_px: float, bin_px: float) -> DepthLevel:
    """Return the finest level whose cells are at least a pixel wide and high.

    Args:
        bucket_px, bin_px: size of a base cell in device pixels.
    """
    return DepthLevel(_step(BUCKET_STEPS, bucket_px), _step(BIN_STEPS, bin_px))


def _step(steps: tuple[int, ...], cell_px: float) -> int:
    # A whisker of tolerance, so that a view laid out for whole pixels is not coarsened by rounding.
    return next((step for step in steps if step * cell_px >= 0.999), steps[-1])


def level_columns(grid: DepthGrid, level: DepthLevel) -> tuple[int, int]:
    """Return the half-open range of the level's column numbers that the grid can answer for."""
    first, end = grid.buckets
    # A column whose end has left the grid cannot be known; one that has only begun shows what is now.
    return first // level.buckets, -(-end // level.buckets)


def base_buckets(grid: DepthGrid, level: DepthLevel, numbers: Numbers) -> Numbers:
    """Return the base bucket that stands for each column of a level: its last, or the newest held."""
    return np.minimum(numbers * level.buckets + level.buckets - 1, grid.buckets[1] - 1)


def level_codes(grid: DepthGrid, level: DepthLevel, numbers: Numbers, lowest: int, count: int) -> SizeCodes:
    """Return (len(numbers), count) size codes of a level's cells, UNKNOWN_CODE where the grid cannot know.

    Args:
        numbers: column numbers of the level; those that the grid does not hold are unknown.
        lowest, count: range of the level's bins. A coarse bin that is not wholly inside its column's price
            window is unknown.
    """
    codes = np.full((len(numbers), count), UNKNOWN_CODE, np.uint16)
    first, end = level_columns(grid, level)
    rows = base_buckets(grid, level, numbers) % grid.columns
    known = (numbers >= first) & (numbers < end) & ~grid.gap[rows]
    windows = grid.first_bin[rows]
    step = level.bins
    # Columns share few windows: the grid moves its own only when the market leaves the middle half.
    for window in np.unique(windows[known]).tolist():
        low = max(lowest, -(-window // step))
        high = min(lowest + count, (window + grid.bins) // step)
        if low >= high:
            continue
        at = np.flatnonzero(known & (windows == window))
        bins = np.arange(low * step, high * step) % grid.bins
        cells = grid.codes[rows[at][:, None], bins]
        if step > 1:
            cells = encode(_SIZES[cells].reshape(len(at), high - low, step).sum(axis=2))
        codes[at, low - lowest : high - lowest] = cells
    return codes
