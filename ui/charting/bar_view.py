"""The bars of a chart for its items: where each lies, and fewer, coarser ones where many share a pixel."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ui.widgets.plot_mapping import Floats, PlotMapping
from workstation.market.candles import CANDLE
from workstation.model.columns import Records

GROUP = 4
"""Bars of one level that make one of the next coarser level."""
FEWEST_A_PX = 2
"""A level is used when at least so many of its bars share a pixel: nothing lies half a pixel off."""
BODY_SHARE = 0.74
"""Share of a bar's pitch that its body fills."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of some bars: each of them, or one for each pixel column if they are denser.

    Attributes:
        center: pixel column of the bar's middle, whole numbers.
        open, high, low, close, volume: float64; of a column, the first open, the extremes, the last close and
            the greatest volume.
    """

    center: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.center)


@dataclass(frozen=True, slots=True)
class Group:
    """How bars are gathered that are denser than pixels.

    Attributes:
        level: how coarse; the same level always has the same groups.
        starts, lefts: (n,) index of each group's first bar, and its position.
        end: the bar behind the last group's last.
        begin, stop: the groups that are meant, begin … stop - 1.
    """

    level: int
    starts: npt.NDArray[np.int64]
    lefts: Floats
    end: int
    begin: int
    stop: int


class BarView:
    """The bars shown, oldest first, and their coarser levels, which grow with them.

    Every bar but the newest is settled: it changes only when `settled` does.
    """

    def __init__(self) -> None:
        self.rows: Records = np.empty(0, CANDLE)
        """Rows of CANDLE."""
        self.pitch = 1_000.0
        """Positions from bar to bar: the timeframe in ms, or 1 where bars are counted."""
        self.counted = False
        """Bars lie one beside the other, however long each took; else each lies where its time is."""
        self.settled: object = None
        """Compares equal while nothing but the newest bar has changed and bars were only added."""
        self._levels: list[_Level] = []
        self._between: tuple[object, tuple[int, int]] = (None, (0, 0))

    def __len__(self) -> int:
        return len(self.rows)

    def update(self, rows: Records, pitch: float, settled: object, *, counted: bool = False) -> None:
        """Show these rows, which stay valid until the next call."""
        if settled != self.settled or (pitch, counted) != (self.pitch, self.counted):
            self._levels = []
            self._between = (None, (0, 0))
        self.rows, self.pitch, self.counted, self.settled = rows, pitch, counted, settled

    @property
    def positions(self) -> Sequence[int] | npt.NDArray[np.int64]:
        """Position of each bar's left edge."""
        return range(len(self.rows)) if self.counted else self.rows["open_ms"]

    def left(self, index: int) -> float:
        """Position of a bar's left edge."""
        return float(self.positions[index])

    def right_end(self) -> float:
        """Position of the newest bar's right edge."""
        return self.left(-1) + self.pitch

    def centers(self, first: int, end: int, mapping: PlotMapping) -> Floats:
        """Pixels of the middles of bars first … end - 1."""
        lefts = np.arange(first, end) if self.counted else self.rows["open_ms"][first:end]
        return mapping.xs_at(lefts + self.pitch / 2)

    def at(self, position: float) -> int | None:
        """The bar that a position falls into; None where there is none."""
        index = bisect_right(self.positions, position) - 1
        return index if index >= 0 and position < self.left(index) + self.pitch else None

    def visible(self, mapping: PlotMapping) -> tuple[int, int]:
        """The half-open range of the bars of which something is in view."""
        return self.between(mapping.left, mapping.right)

    def between(self, left: float, right: float) -> tuple[int, int]:
        """The half-open range of the bars of which something lies between two positions."""
        key = (left, right, len(self.rows), self.settled)
        if key != self._between[0]:  # asked for by every item of a frame
            # bisect on the column: a search by numpy would first copy the strided column whole.
            positions = self.positions
            found = bisect_right(positions, left - self.pitch), bisect_left(positions, right)
            self._between = key, found
        return self._between[1]

    def extremes(self, first: int, end: int, per_px: float) -> tuple[float, float, float]:
        """Lowest low, highest high and greatest volume of some bars, of which there is at least one.

        Args:
            first, end: bars first … end - 1.
            per_px: positions in one pixel. Zoomed out, bars half a pixel beyond the edges may be among them.
        """
        lows, highs, volumes = [], [], []
        settled = min(end, len(self.rows) - 1)
        if settled > first:
            columns = self._columns(first, settled, per_px)
            lows.append(columns.low.min())
            highs.append(columns.high.max())
            volumes.append(columns.volume.max())
        if end == len(self.rows):
            newest = self.rows[-1]
            lows.append(newest["low"])
            highs.append(newest["high"])
            volumes.append(newest["volume"])
        return float(min(lows)), float(max(highs)), float(max(volumes))

    def drawn(self, first: int, end: int, mapping: PlotMapping) -> Drawn:
        """What to draw of bars first … end - 1, at least one, all settled or only the newest."""
        columns = self._columns(first, end, mapping.per_px)
        center = np.floor(mapping.xs_at(columns.left + self.pitch / 2))
        if self.pitch >= mapping.per_px or len(center) < 2:
            return Drawn(center, columns.open, columns.high, columns.low, columns.close, columns.volume)
        starts = np.concatenate(([0], np.flatnonzero(np.diff(center)) + 1))
        ends = np.append(starts[1:], len(center)) - 1
        return Drawn(
            center[starts],
            columns.open[starts],
            np.maximum.reduceat(columns.high, starts),
            np.minimum.reduceat(columns.low, starts),
            columns.close[ends],
            np.maximum.reduceat(columns.volume, starts),
        )

    def body_width(self, mapping: PlotMapping) -> int:
        """Width of a bar's body: odd, so that the wick is in its middle, and clear of the next bar's."""
        width = max(1, int(self.pitch / mapping.per_px * BODY_SHARE))
        return width if width % 2 else width - 1

    def group(self, first: int, end: int, mapping: PlotMapping) -> Group | None:
        """How to gather bars first … end - 1; None where each can be looked at."""
        number = self._level_for(mapping.per_px)
        if not number or end > len(self.rows) - 1 or end <= first:
            return None
        level = self._level(number)
        begin, stop = level.range_of(first, end)
        return Group(number, level.start, level.left, level.end, begin, stop)

    def _level_for(self, per_px: float) -> int:
        bars_a_px = per_px / self.pitch
        level = 0
        while GROUP ** (level + 1) * FEWEST_A_PX <= bars_a_px:
            level += 1
        return level

    def _columns(self, first: int, end: int, per_px: float) -> "_Level":
        """The columns of bars first … end - 1, or of the coarsest level that tells them as well."""
        level = self._level_for(per_px)
        if not level or end > len(self.rows) - 1:
            lefts = np.arange(first, end) if self.counted else self.rows["open_ms"][first:end]
            return _Level.of_rows(self.rows[first:end], lefts)
        return self._level(level).cut(first, end)

    def _level(self, number: int) -> "_Level":
        """The level that gathers GROUP ** number bars, up to date."""
        settled = len(self.rows) - 1
        while len(self._levels) < number:
            self._levels.append(_Level.empty())
        for index in range(number):
            coarse = self._levels[index]
            if coarse.end == settled:
                continue
            span = self.pitch * GROUP ** (index + 1)
            # The last group may have been cut short: it is gathered again.
            kept = max(0, len(coarse) - 1)
            start = int(coarse.start[kept]) if len(coarse) else 0
            if index:
                finer = self._levels[index - 1].cut(start, settled)
            else:
                lefts = np.arange(start, settled) if self.counted else self.rows["open_ms"][start:settled]
                finer = _Level.of_rows(self.rows[start:settled], lefts, start)
            self._levels[index] = coarse.extended(kept, finer.gathered(span), settled)
        return self._levels[number - 1]


@dataclass(frozen=True, slots=True)
class _Level:
    """Columns of bars, or of groups of bars that share a stretch of the axis."""

    start: npt.NDArray[np.int64]  # index of each one's first bar
    end: int  # the bar behind the last one's last
    left: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def empty(cls) -> "_Level":
        none = np.empty(0)
        return cls(np.empty(0, np.int64), 0, none, none, none, none, none, none)

    @classmethod
    def of_rows(cls, rows: Records, lefts: npt.NDArray[np.int64], first: int = 0) -> "_Level":
        named = (np.ascontiguousarray(rows[name]) for name in ("open", "high", "low", "close", "volume"))
        return cls(np.arange(first, first + len(rows)), first + len(rows), lefts.astype(np.float64), *named)

    def range_of(self, first: int, end: int) -> tuple[int, int]:
        """The half-open range of the groups that hold bars first … end - 1."""
        begin = max(0, int(np.searchsorted(self.start, first, "right")) - 1)
        return begin, int(np.searchsorted(self.start, end, "left"))

    def cut(self, first: int, end: int) -> "_Level":
        """Only the groups that hold bars first … end - 1; the first may reach further back."""
        part = slice(*self.range_of(first, end))
        return _Level(
            self.start[part],
            min(end, self.end),
            self.left[part],
            self.open[part],
            self.high[part],
            self.low[part],
            self.close[part],
            self.volume[part],
        )

    def gathered(self, span: float) -> "_Level":
        """Groups of those that lie in the same stretch of `span` positions."""
        starts = np.concatenate(([0], np.flatnonzero(np.diff(self.left // span)) + 1))
        ends = np.append(starts[1:], len(self)) - 1
        return _Level(
            self.start[starts],
            self.end,
            self.left[starts],
            self.open[starts],
            np.maximum.reduceat(self.high, starts),
            np.minimum.reduceat(self.low, starts),
            self.close[ends],
            np.maximum.reduceat(self.volume, starts),
        )

    def extended(self, kept: int, more: "_Level", end: int) -> "_Level":
        """The first `kept` groups, then `more`."""
        names = ("left", "open", "high", "low", "close", "volume")
        joined = (np.concatenate((getattr(self, name)[:kept], getattr(more, name))) for name in names)
        return _Level(np.concatenate((self.start[:kept], more.start)), end, *joined)
