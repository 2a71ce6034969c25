"""Stored depth of one market as far as somebody looks at it: blocks of columns, bounded, of every level."""

from bisect import bisect_right
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from workstation.market.depth_grid import BUCKET_MS
from workstation.market.depth_level import (
    STORED_STEPS,
    UNKNOWN_CODE,
    DepthLevel,
    Numbers,
    fill_codes,
    own_bins,
    stored_step,
)
from workstation.market.ranges import Range, joined_ranges
from workstation.market.size_code import SizeCodes
from workstation.ports import DepthColumns, History, KnownDepth

BLOCK_COLUMNS = 512
BLOCKS_TOGETHER = 8
"""Neighbours that are asked for in one question: each costs some milliseconds however small it is."""
MOST_BLOCKS = 64
"""Blocks kept of one market, of about a megabyte each; those looked at last."""
COVER_AGE_S = 10.0
"""What is stored is looked up anew this often while it is looked at…"""
RESTING_COVER_AGE_S = 120.0
"""…and this often while only the present is."""
KEPT_CHANGES = 256

_NONE = -1

BlockKey = tuple[int, int]
"""Step of a level that is stored, and the block's number."""


@dataclass(frozen=True, slots=True, eq=False)
class DepthBlock:
    """The stored columns of BLOCK_COLUMNS neighbouring buckets of one level.

    Attributes:
        key: which.
        series: the columns, by recording and bin size.
        of_series, of_row: (BLOCK_COLUMNS,) where each column is; -1 where there is none.
        stored_to_ms: the store's newest depth when it was read: what came later is not in here.
    """

    key: BlockKey
    series: tuple[DepthColumns, ...]
    of_series: npt.NDArray[np.int32]
    of_row: npt.NDArray[np.int32]
    stored_to_ms: int

    @property
    def span_ms(self) -> Range:
        """The stretch of venue time that it covers."""
        return block_span(self.key)


@dataclass(frozen=True, slots=True)
class DepthCover:
    """What is stored of a market's depth.

    Attributes:
        from_ms, to_ms: from the oldest to the newest; equal where there is none.
        known: disjoint stretches without a gap, oldest first.
        bin_sizes: (stretch, bin size) as they were recorded.
    """

    from_ms: int
    to_ms: int
    known: tuple[Range, ...]
    bin_sizes: tuple[tuple[int, int, float], ...]


NOTHING = DepthCover(0, 0, (), ())


def block_span(key: BlockKey) -> Range:
    """The stretch of venue time of a block."""
    width_ms = key[0] * BLOCK_COLUMNS * BUCKET_MS
    return key[1] * width_ms, (key[1] + 1) * width_ms


def cover_of(known: Sequence[KnownDepth]) -> DepthCover:
    """What the store says it holds, put together."""
    if not known:
        return NOTHING
    ranges = joined_ranges([(stretch.from_ms, stretch.to_ms) for stretch in known])
    sizes: list[tuple[int, int, float]] = []
    for stretch in sorted(known, key=lambda stretch: stretch.from_ms):
        if sizes and sizes[-1][2] == stretch.bin_size:
            sizes[-1] = sizes[-1][0], max(sizes[-1][1], stretch.to_ms), stretch.bin_size
        else:
            sizes.append((stretch.from_ms, stretch.to_ms, stretch.bin_size))
    return DepthCover(ranges[0][0], ranges[-1][1], tuple(ranges), tuple(sizes))


def read_blocks(
    history: History, venue: str, symbol: str, keys: Sequence[BlockKey], stored_to_ms: int
) -> list[DepthBlock]:
    """Read blocks of one step that lie near one another, in one question.

    Raises:
        PreflightError: the store cannot be read.
    """
    spans = [block_span(key) for key in keys]
    stretch = min(start for start, _ in spans), max(end for _, end in spans)
    series = history.depth_level(venue, symbol, BUCKET_MS, keys[0][0], *stretch)
    return [_block(key, series, stored_to_ms) for key in keys]


def _block(key: BlockKey, series: Sequence[DepthColumns], stored_to_ms: int) -> DepthBlock:
    """The columns of a block; where recordings overlap, the later one's stands unless it is a gap."""
    parts: list[DepthColumns] = []
    of_series = np.full(BLOCK_COLUMNS, _NONE, np.int32)
    of_row = np.full(BLOCK_COLUMNS, _NONE, np.int32)
    for whole in series:
        start, end = np.searchsorted(whole.start_ms, block_span(key))
        if start == end:
            continue
        columns = _copied(whole, slice(int(start), int(end)))
        place = columns.start_ms // columns.bucket_ms - key[1] * BLOCK_COLUMNS
        rows = np.flatnonzero(~columns.gap | (of_series[place] == _NONE))
        of_series[place[rows]], of_row[place[rows]] = len(parts), rows
        parts.append(columns)
    return DepthBlock(key, tuple(parts), of_series, of_row, stored_to_ms)


def _copied(columns: DepthColumns, part: slice) -> DepthColumns:
    """A copy, so that a block does not keep the memory of its neighbours."""
    return DepthColumns(
        columns.bucket_ms,
        columns.bin_size,
        columns.start_ms[part].copy(),
        columns.first_bin[part].copy(),
        columns.gap[part].copy(),
        columns.cells[part].copy(),
        columns.best[part].copy(),
    )


class DepthPast:
    """One market's stored depth for all that look at it; for one thread, the window's.

    Attributes:
        cover: what is stored, as far as that is known here.
        error: why no more of it can be read; empty while all is well.
    """

    def __init__(self, venue: str, symbol: str) -> None:
        self.venue, self.symbol = venue, symbol
        self.cover = NOTHING
        self.covered_at = float("-inf")
        """Monotonic seconds at which the cover was read."""
        self.error = ""
        self.version = 0
        self._blocks: OrderedDict[BlockKey, DepthBlock] = OrderedDict()
        self._wanted: dict[object, tuple[BlockKey, ...]] = {}
        self._ahead: dict[object, tuple[BlockKey, ...]] = {}  # beside what is wanted: read when nothing is
        self._changes: deque[tuple[int, Range]] = deque(maxlen=KEPT_CHANGES)

    # What is looked at.

    def want(self, who: object, level: DepthLevel, stretch: Range) -> None:
        """Have the blocks read that show a level in a stretch of time; what `who` wanted before is not."""
        step = stored_step(level)
        width_ms = step * BLOCK_COLUMNS * BUCKET_MS
        start, end = max(stretch[0], self.cover.from_ms), min(stretch[1], self.cover.to_ms)
        keys = [(step, number) for number in range(start // width_ms, -(-end // width_ms))]
        # The newest first: a view that moves back meets them first.
        self._wanted[who] = tuple(key for key in reversed(keys) if start < end)
        self._ahead[who] = ()
        if start < end:
            reach = -(-(end - start) // (2 * width_ms))  # half a view to either side, in blocks
            numbers = (
                *range(keys[0][1] - 1, keys[0][1] - 1 - reach, -1),
                *range(keys[-1][1] + 1, keys[-1][1] + 1 + reach),
            )
            held = range(self.cover.from_ms // width_ms, -(-self.cover.to_ms // width_ms))
            self._ahead[who] = tuple((step, number) for number in numbers if number in held)
        for key in self._wanted[who]:
            if key in self._blocks:
                self._blocks.move_to_end(key)

    def release(self, who: object) -> None:
        """Nothing is looked at by `who` any more."""
        self._wanted.pop(who, None)
        self._ahead.pop(who, None)
        if not self._wanted:
            self._blocks.clear()

    def lacking(self) -> list[BlockKey]:
        """Blocks that are wanted and not here, or read before all that is stored of them was.

        When there are none, those beside what is wanted, so that a view that moves on finds them.
        """
        for wishes in (self._wanted, self._ahead):
            lacking = [key for keys in wishes.values() for key in keys if self._lacks(key)]
            if lacking:
                return list(dict.fromkeys(lacking))
        return []

    def share_of(self, who: object) -> float:
        """How much of what `who` wants is here, 0 … 1."""
        wanted = self._wanted.get(who, ())
        return 1.0 if not wanted else 1 - sum(map(self._lacks, wanted)) / len(wanted)

    def _lacks(self, key: BlockKey) -> bool:
        block = self._blocks.get(key)
        end_ms = min(block_span(key)[1], self.cover.to_ms)
        return block is None or block.stored_to_ms < end_ms

    def jobs(self, now: float) -> list[tuple[Hashable, Callable[[History], object]]]:
        """What is to be read: what is stored, if that was looked up long ago, then what is lacking."""
        jobs: list[tuple[Hashable, Callable[[History], object]]] = []
        looked_at = any(self._wanted.values())
        if now - self.covered_at > (COVER_AGE_S if looked_at else RESTING_COVER_AGE_S):
            jobs.append(
                ("cover", lambda history: cover_of(history.depth_known(self.venue, self.symbol, BUCKET_MS)))
            )
        groups: dict[BlockKey, list[BlockKey]] = {}
        for step, number in self.lacking():
            groups.setdefault((step, number // BLOCKS_TOGETHER), []).append((step, number))
        return jobs + [(name, partial(self._read, keys, self.cover.to_ms)) for name, keys in groups.items()]

    def _read(self, keys: list[BlockKey], stored_to_ms: int, history: History) -> list[DepthBlock]:
        return read_blocks(history, self.venue, self.symbol, keys, stored_to_ms)

    # What has been read.

    def put(self, found: object, now: float) -> None:
        """Take in what was read: blocks, or what is stored."""
        if isinstance(found, DepthCover):
            self._put_cover(found, now)
        elif isinstance(found, list):
            for block in found:
                self._put_block(block)

    def _put_block(self, block: DepthBlock) -> None:
        self._blocks[block.key] = block
        self._blocks.move_to_end(block.key)
        self._changed(block.span_ms)
        wanted = {key for wishes in (self._wanted, self._ahead) for keys in wishes.values() for key in keys}
        for key in list(self._blocks):
            if len(self._blocks) <= max(MOST_BLOCKS, len(wanted)):
                break
            if key not in wanted:
                del self._blocks[key]

    def _put_cover(self, cover: DepthCover, at: float) -> None:
        self.covered_at = at
        if cover != self.cover:
            self.cover = cover
            self.version += 1

    def _changed(self, stretch: Range) -> None:
        self.version += 1
        self._changes.append((self.version, stretch))

    def changes_since(self, version: int) -> list[Range] | None:
        """Stretches of time that were read since a version; None where too many were."""
        if version < self.version - KEPT_CHANGES:
            return None
        return [stretch for at, stretch in self._changes if at > version]

    @property
    def nbytes(self) -> int:
        """Memory that the cells take."""
        return sum(part.cells.nbytes for block in self._blocks.values() for part in block.series)

    # Reading it.

    def codes(
        self, level: DepthLevel, bin_size: float, numbers: Numbers, lowest: int, count: int
    ) -> SizeCodes:
        """Size codes as `level_codes` gives them, UNKNOWN_CODE where nothing is known or not read yet."""
        codes = np.full((len(numbers), count), UNKNOWN_CODE, np.uint16)
        for columns, at, rows in self._columns(level, numbers):
            live = ~columns.gap[rows]
            step = own_bins(level.bins, bin_size, columns.bin_size)
            at, rows = at[live], rows[live]
            fill_codes(codes, at, columns.cells, rows, columns.first_bin[rows], step, lowest, in_ring=False)
        return codes

    def best(self, level: DepthLevel, numbers: Numbers) -> npt.NDArray[np.float64]:
        """(len(numbers), 2) best bid and ask at the end of a level's columns; nan where not known."""
        best = np.full((len(numbers), 2), np.nan)
        for columns, at, rows in self._columns(level, numbers):
            best[at] = columns.best[rows]
        return best

    def _columns(
        self, level: DepthLevel, numbers: Numbers
    ) -> Iterator[tuple[DepthColumns, Numbers, Numbers]]:
        """Where a level's columns are: columns, positions in `numbers`, rows of the columns.

        A finer block serves as well as the level's own: the column is the same.
        """
        left = np.ones(len(numbers), np.bool_)
        for step in reversed(STORED_STEPS):
            if level.buckets % step or not left.any():
                continue
            share = level.buckets // step
            own = numbers * share + share - 1
            for number in np.unique(own[left] // BLOCK_COLUMNS).tolist():
                block = self._blocks.get((step, number))
                if block is None:
                    continue
                at = np.flatnonzero(left & (own // BLOCK_COLUMNS == number))
                place = own[at] - number * BLOCK_COLUMNS
                found = block.of_series[place]
                for index, columns in enumerate(block.series):
                    of_index = found == index
                    if of_index.any():
                        yield columns, at[of_index], block.of_row[place[of_index]]
                left[at[found != _NONE]] = False

    def gaps(self, stretch: Range, end_ms: int) -> list[Range]:
        """Stretches that are not known, each whole, of which any part lies in a stretch of time.

        Args:
            end_ms: where what is stored ends; what comes after the newest stored is a gap up to there.
        """
        cover = self.cover
        if cover.from_ms >= cover.to_ms:
            return []
        found: list[Range] = []
        first = bisect_right(cover.known, stretch[0], key=lambda known: known[1])
        before_ms = cover.known[first - 1][1] if first else cover.from_ms
        for start, stop in (*cover.known[first:], (end_ms, end_ms)):
            if before_ms >= min(stretch[1], end_ms):
                break
            if before_ms < start:
                found.append((before_ms, min(start, end_ms)))
            before_ms = stop
        return found

    def bin_sizes(self, stretch: Range) -> set[float]:
        """The bin sizes that were recorded in a stretch of time."""
        return {size for start, end, size in self.cover.bin_sizes if start < stretch[1] and stretch[0] < end}
