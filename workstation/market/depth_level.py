"""Coarser depth cells, derived from a depth grid or from stored columns by the same law as its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

import numpy as np
import numpy.typing as npt

from workstation.market.depth_grid import DepthGrid
from workstation.market.size_code import SizeCodes, decode, encode
from workstation.ports import DepthColumns, KnownDepth

UNKNOWN_CODE = 1
"""Not a size: the cell lies outside what the grid holds, outside its column's prices, or in a gap.

The code's own size, 2^-128, rests on no venue.
"""

BUCKET_STEPS = (1, 2, 4, 10, 20, 60, 120, 240, 600, 1_800, 3_600, 7_200)
"""Base buckets in a cell: of half a second, 0.5 s … 5 s, 10 s, 30 s, 1 m, 2 m, 5 m, 15 m, 30 m, 1 h."""

STORED_STEPS = (1, 10, 120, 1_800)
"""Those of which the store keeps columns: any other is one of these, read every n-th column."""

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


def level_codes(
    grid: DepthGrid, level: DepthLevel, numbers: Numbers, lowest: int, count: int, bin_size: float = 0.0
) -> SizeCodes:
    """Return (len(numbers), count) size codes of a level's cells, UNKNOWN_CODE where the grid cannot know.

    Args:
        numbers: column numbers of the level; those that the grid does not hold are unknown.
        lowest, count: range of the level's bins. A coarse bin that is not wholly inside its column's price
            window is unknown.
        bin_size: what the level counts its bins in; 0 for the grid's own.
    """
    codes = np.full((len(numbers), count), UNKNOWN_CODE, np.uint16)
    step = own_bins(level.bins, bin_size or grid.bin_size, grid.bin_size)
    first, end = level_columns(grid, level)
    rows = base_buckets(grid, level, numbers) % grid.columns
    at = np.flatnonzero((numbers >= first) & (numbers < end) & ~grid.gap[rows])
    rows = rows[at]
    fill_codes(codes, at, grid.codes, rows, grid.first_bin[rows], step, lowest, in_ring=True)
    return codes


def fill_codes(
    codes: SizeCodes,
    at: Numbers,
    cells: SizeCodes,
    rows: Numbers,
    windows: Numbers,
    step: int,
    lowest: int,
    *,
    in_ring: bool,
) -> None:
    """Write the cells of some columns into `codes`, `step` bins of theirs a cell; 0 writes nothing.

    Args:
        codes: (columns, bins) to be written, from the bin `lowest` on.
        at, rows, windows: for each column its row in `codes`, its row in `cells` and its lowest bin.
        in_ring: bin b of a column stands at b modulo the number of bins; else its lowest bin is the first.
    """
    bins, count = cells.shape[1], codes.shape[1]
    if step <= 0:
        return
    # Columns share few windows: a grid moves its own only when the market leaves the middle half.
    for window in windows.tolist() if len(windows) == 1 else np.unique(windows).tolist():
        low = max(lowest, -(-window // step))
        high = min(lowest + count, (window + bins) // step)
        if low >= high:
            continue
        of_window = windows == window
        wanted = np.arange(low * step, high * step)
        part = cells[rows[of_window][:, None], wanted % bins if in_ring else wanted - window]
        if step > 1:
            part = encode(_SIZES[part].reshape(len(part), high - low, step).sum(axis=2))
        codes[at[of_window], low - lowest : high - lowest] = part


@lru_cache(maxsize=256)
def own_bins(bins: int, bin_size: float, own_size: float) -> int:
    """How many bins of `own_size` make `bins` of `bin_size`; 0 where they do not come out even."""
    own = bins * _fraction(bin_size) / _fraction(own_size)
    return own.numerator if own.denominator == 1 else 0


def common_bin_size(bin_sizes: Sequence[float]) -> float:
    """The smallest size that is a whole number of each of these: cells of it hold for all of them."""
    fractions = [_fraction(size) for size in bin_sizes]
    return lcm(*(f.numerator for f in fractions)) / gcd(*(f.denominator for f in fractions))


def _fraction(size: float) -> Fraction:
    return Fraction(repr(size))  # of the decimal text: 0.1 is a tenth


# Columns of the store.


def stored_step(level: DepthLevel) -> int:
    """The coarsest stored step that a level can be read from."""
    return max(step for step in STORED_STEPS if level.buckets % step == 0)


def columns_at_ends(columns: DepthColumns, step: int) -> DepthColumns:
    """Of base columns those that stand for buckets `step` times as long: the last of each, with its time."""
    numbers = columns.start_ms // columns.bucket_ms
    ends = (numbers + 1) % step == 0
    return DepthColumns(
        columns.bucket_ms * step,
        columns.bin_size,
        (numbers[ends] + 1 - step) * columns.bucket_ms,
        columns.first_bin[ends],
        columns.gap[ends],
        columns.cells[ends],
        columns.best[ends],
    )


def known_stretches(columns: DepthColumns) -> list[KnownDepth]:
    """The stretches of base columns without a gap; a bucket that has no column is one."""
    numbers = (columns.start_ms // columns.bucket_ms)[~columns.gap]
    if not len(numbers):
        return []
    cuts = np.flatnonzero(np.diff(numbers) != 1)
    starts = numbers[np.concatenate(([0], cuts + 1))]
    ends = numbers[np.concatenate((cuts, [len(numbers) - 1]))] + 1
    return [
        KnownDepth(start * columns.bucket_ms, end * columns.bucket_ms, columns.bin_size)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
