"""Axes of small pictures: round figures, round moments, and lines thinned to what pixels can show."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10

import numpy as np
from PySide6.QtCore import QPointF

from workstation.journal.statistics.table import Floats

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Scale:
    """Values along a stretch of pixels.

    Attributes:
        low, high: values. start, end: their pixels; `end` may be the smaller one.
    """

    low: float
    high: float
    start: float
    end: float

    def px(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def many(self, values: Floats) -> Floats:
        """Pixels of values."""
        return self.start + (values - self.low) * ((self.end - self.start) / (self.high - self.low))

    def value(self, px: float) -> float:
        """The value of a pixel."""
        return self.low + (px - self.start) / (self.end - self.start) * (self.high - self.low)


def roomy(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """Two values with some room around them, unlike each other in any case."""
    room = (high - low) * share or abs(high) * 0.1 or 1.0
    return low - room, high + room


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round values between two, not more than so many."""
    if not high > low or most < 1:
        return []
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * 0.999)
    return [round(place * step, 12) + 0.0 for place in range(ceil(low / step), floor(high / step) + 1)]


def moments(first_ms: float, last_ms: float, most: int) -> list[tuple[float, str]]:
    """Round moments between two with their words, not more than so many: years, months, days or hours."""
    if last_ms <= first_ms or most < 1:
        return []
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (first_ms, last_ms))
    months = (last.year - first.year) * 12 + last.month - first.month
    if months >= 2:
        step = next(one for one in (1, 2, 3, 6, 12, 24, 60, 1_200) if months // one <= most)
        found = []
        count = first.year * 12 + first.month - 1
        for month in range(-(-(count + 1) // step) * step, last.year * 12 + last.month, step):
            at = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
            words = f"{at:%Y}" if at.month == 1 and (months > 12 or step >= 12) else f"{at:%b}"
            found.append((at.timestamp() * 1000, words))
        return found
    hours = (last_ms - first_ms) / 3_600_000
    step = next((one for one in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336) if hours / one <= most), 720)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    found = []
    while start <= last:
        if start >= first:
            found.append(
                (start.timestamp() * 1000, f"{start.day} {start:%b}" if step >= 24 else f"{start:%H:%M}")
            )
        start += timedelta(hours=step)
    return found


def thinned(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The points that a line of pixels needs: of each column the first, the extremes and the last."""
    if len(x) < 1_000:
        return x, y
    columns = x.astype(np.int64)
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    if len(x) < 4 * len(starts):
        return x, y
    ends = np.append(starts[1:], len(x)) - 1
    lows, highs = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    at = x[starts]
    return np.repeat(at, 4), np.column_stack((y[starts], lows, highs, y[ends])).ravel()


def stepped(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The corners of a line that keeps its value until the next one."""
    return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]


def points(x: Floats, y: Floats) -> list[QPointF]:
    """Points for a painter."""
    return [QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]
