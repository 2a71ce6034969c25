"""What a heatmap reads: the live depth grid and the stored columns before it, as one map of cells."""

from math import ceil, floor

import numpy as np
import numpy.typing as npt

from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.depth_level import (
    UNKNOWN_CODE,
    DepthLevel,
    Numbers,
    base_buckets,
    common_bin_size,
    level_codes,
    level_columns,
)
from workstation.market.depth_past import DepthPast
from workstation.market.ranges import Range
from workstation.market.size_code import SizeCodes

Floats = npt.NDArray[np.float64]


class DepthMap:
    """A market's depth from the oldest stored to now, read by levels.

    A column of a level comes from the grid where that holds the end of its time, else from the store: they
    were the same cells when it was stored, so there is no joint to see. After the grid's newest column there
    is nothing, whatever is stored: a replay does not know its future.

    Attributes:
        grid: the live grid; None while there is no book.
        past: what is stored before it; None where nothing is.
        bin_size: what levels count their bins in: the smallest size that every column in view, as it was
            recorded, makes whole cells of. Set by `look`.
    """

    def __init__(self, grid: DepthGrid | None, past: DepthPast | None = None) -> None:
        self.grid = grid
        self.past = past
        self.bucket_ms = BUCKET_MS
        self.bin_size = grid.bin_size if grid is not None else 1.0
        self._sizes: frozenset[float] = frozenset()
        self._live_since = self.live[0] * self.bucket_ms
        """What came later than this was live here: it may not be read back yet, but is no gap for that."""

    @property
    def empty(self) -> bool:
        """There is no column at all."""
        return self.buckets[0] == self.buckets[1]

    @property
    def live(self) -> Range:
        """Half-open range of the buckets that the grid holds; (0, 0) without one."""
        return (0, 0) if self.grid is None else self.grid.buckets

    @property
    def buckets(self) -> Range:
        """Half-open range of the buckets from the oldest known to the newest."""
        first, end = self.live
        if self.past is not None and self.past.cover.from_ms < self.past.cover.to_ms:
            stored = self.past.cover.from_ms // self.bucket_ms
            if first == end:
                return stored, self.past.cover.to_ms // self.bucket_ms
            first = min(first, stored)
        return first, end

    @property
    def version(self) -> tuple[int, int]:
        """Grows with every change of the grid, and of what is read of the past."""
        return (
            -1 if self.grid is None else self.grid.version,
            -1 if self.past is None else self.past.version,
        )

    def look(self, from_ms: float, to_ms: float) -> None:
        """Choose the bin size for what is seen of a stretch of time."""
        sizes: set[float] = set()
        first, end = self.live
        if self.grid is not None and first * self.bucket_ms < to_ms and from_ms < end * self.bucket_ms:
            sizes.add(self.grid.bin_size)
        if self.past is not None:
            past_end = to_ms if first == end else min(to_ms, first * self.bucket_ms)
            if from_ms < past_end:
                sizes |= self.past.bin_sizes((int(from_ms), int(past_end)))
        if sizes and sizes != self._sizes:
            self._sizes = frozenset(sizes)
            self.bin_size = common_bin_size(sorted(sizes))

    def columns(self, level: DepthLevel) -> Range:
        """Half-open range of a level's column numbers from the oldest known to the newest."""
        first, end = self.buckets
        return first // level.buckets, -(-end // level.buckets)

    def columns_seen(self, buckets: int, from_ms: float, to_ms: float) -> Range:
        """Half-open range of the columns of so many buckets that a stretch of time shows."""
        first, end = self.columns(DepthLevel(buckets))
        column_ms = buckets * self.bucket_ms
        return max(first, floor(from_ms / column_ms)), min(end, ceil(to_ms / column_ms))

    def codes(self, level: DepthLevel, numbers: Numbers, lowest: int, count: int) -> SizeCodes:
        """(len(numbers), count) size codes of a level's cells, UNKNOWN_CODE where they cannot be known."""
        parts = self._parts(level, numbers)
        if self.grid is None or not len(parts[1]):
            assert self.past is not None or not len(parts[0])
            return self._past_codes(level, parts[0], lowest, count)
        live = level_codes(self.grid, level, parts[1], lowest, count, self.bin_size)
        if not len(parts[0]):
            return live
        return np.concatenate((self._past_codes(level, parts[0], lowest, count), live))

    def best(self, level: DepthLevel, numbers: Numbers) -> Floats:
        """(len(numbers), 2) best bid and ask at the end of a level's columns; nan where not known."""
        before, live = self._parts(level, numbers)
        best = np.full((len(numbers), 2), np.nan)
        if len(before) and self.past is not None:
            best[: len(before)] = self.past.best(level, before)
        if len(live) and self.grid is not None:
            first, end = level_columns(self.grid, level)
            held = (live >= first) & (live < end)
            rows = base_buckets(self.grid, level, live[held]) % self.grid.columns
            best[len(before) :][held] = self.grid.best[rows]
        return best

    def gaps(self, from_ms: float, to_ms: float) -> list[Range]:
        """Where in a stretch of time the book was not known, in ms, however short; stored gaps are whole."""
        first, end = self.live
        found: list[Range] = []
        if self.past is not None:
            past_end = (first if first < end else self.buckets[1]) * self.bucket_ms
            if first < end:
                past_end = min(past_end, max(self._live_since, self.past.cover.to_ms))
            found = self.past.gaps((int(from_ms), int(to_ms)), past_end)
        if self.grid is not None and first < end:
            start = max(first, int(from_ms // self.bucket_ms))
            stop = min(end, int(-(-to_ms // self.bucket_ms)))
            if start < stop:
                gap = self.grid.gap[np.arange(start, stop) % self.grid.columns]
                if not gap.any():
                    return found
                edges = np.flatnonzero(np.diff(gap, prepend=False, append=False)) + start
                found += [(a * self.bucket_ms, b * self.bucket_ms) for a, b in edges.reshape(-1, 2).tolist()]
        return found

    def past_in(self, from_ms: float, to_ms: float) -> Range | None:
        """What of a stretch of time lies before the grid, in ms; None where nothing does."""
        first, end = self.live
        past_end = int(to_ms) + 1 if first == end else min(int(to_ms) + 1, first * self.bucket_ms)
        return (int(from_ms), past_end) if from_ms < past_end else None

    def _parts(self, level: DepthLevel, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """Column numbers, ascending, split into those of the past and those of the grid."""
        first, end = self.live
        if first == end:
            return numbers, numbers[:0]
        split = int(np.searchsorted(numbers, first // level.buckets))
        return numbers[:split], numbers[split:]

    def _past_codes(self, level: DepthLevel, numbers: Numbers, lowest: int, count: int) -> SizeCodes:
        if self.past is None:
            return np.full((len(numbers), count), UNKNOWN_CODE, np.uint16)
        return self.past.codes(level, self.bin_size, numbers, lowest, count)
