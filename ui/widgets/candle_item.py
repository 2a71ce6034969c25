"""Candles and their volume: the settled ones painted once per view, the newest one painted by itself."""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme, mix
from ui.widgets.plot_mapping import Floats, PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.candles import CANDLE
from workstation.model.columns import Records

BODY_SHARE = 0.74
"""Share of a candle's pitch that its body fills."""
VOLUME_SHARE = 0.45
"""How strongly volume is inked, between panel and candle."""
VOLUME_HEADROOM = 1.12
"""A fitted volume scale reaches this many times as high as the greatest bar…"""
VOLUME_KEPT_FILL = 0.5
"""…and is kept while the greatest bar fills at least this share of it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn of some candles: one bar for each, or one for each pixel column if they are denser.

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


def visible_range(rows: Records, timeframe_ms: int, from_ms: float, to_ms: float) -> tuple[int, int]:
    """Return the half-open range of the candles of which something lies between two moments."""
    opens = rows["open_ms"]
    # bisect on the column: a search by numpy would first copy the strided column whole.
    return bisect_right(opens, from_ms - timeframe_ms), bisect_left(opens, to_ms)


def bars(rows: Records, timeframe_ms: int, mapping: PlotMapping) -> Bars:
    """Return the bars of `rows` (of CANDLE, all drawn); extremes survive any zoom."""
    center = np.floor(mapping.xs(rows["open_ms"] + timeframe_ms / 2))
    if timeframe_ms >= mapping.ms_per_px or len(rows) < 2:
        return Bars(
            center,
            np.ascontiguousarray(rows["open"]),
            np.ascontiguousarray(rows["high"]),
            np.ascontiguousarray(rows["low"]),
            np.ascontiguousarray(rows["close"]),
            np.ascontiguousarray(rows["volume"]),
        )
    starts = np.concatenate(([0], np.flatnonzero(np.diff(center)) + 1))
    ends = np.append(starts[1:], len(rows)) - 1
    return Bars(
        center[starts],
        rows["open"][starts],
        np.maximum.reduceat(rows["high"], starts),
        np.minimum.reduceat(rows["low"], starts),
        rows["close"][ends],
        np.maximum.reduceat(rows["volume"], starts),
    )


def body_width(timeframe_ms: int, mapping: PlotMapping) -> int:
    """Width of a candle's body: odd, so that the wick is in its middle, and clear of the next candle's."""
    pitch = timeframe_ms / mapping.ms_per_px
    width = max(1, int(pitch * BODY_SHARE))
    return width if width % 2 else width - 1


def candle_rects(drawn: Bars, width: int, mapping: PlotMapping) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the rectangles (x, y, width, height) of wicks, then bodies, and which belong to a rise."""
    # Far outside is as good as just outside, and keeps the numbers small.
    top, bottom = -2.0, mapping.height + 2.0
    y_open, y_high, y_low, y_close = (
        np.clip(np.rint(mapping.ys(values)), top, bottom)
        for values in (drawn.open, drawn.high, drawn.low, drawn.close)
    )
    rises = drawn.close >= drawn.open
    count = len(drawn)
    if width == 1:
        rects = np.empty((count, 4))
        rects[:, 0], rects[:, 1], rects[:, 2] = drawn.center, y_high, 1.0
        rects[:, 3] = y_low - y_high + 1
        return rects, rises
    rects = np.empty((2 * count, 4))
    wicks, bodies = rects[:count], rects[count:]
    wicks[:, 0], wicks[:, 1], wicks[:, 2] = drawn.center, y_high, 1.0
    wicks[:, 3] = y_low - y_high + 1
    upper = np.minimum(y_open, y_close)
    bodies[:, 0], bodies[:, 1], bodies[:, 2] = drawn.center - width // 2, upper, width
    bodies[:, 3] = np.maximum(y_open, y_close) - upper + 1
    return rects, np.concatenate((rises, rises))


def volume_rects(drawn: Bars, width: int, mapping: PlotMapping, greatest: float) -> Floats:
    """Return the rectangles of the volume bars when the lower pane's upper edge stands for `greatest`."""
    rects = np.empty((len(drawn), 4))
    room = mapping.lower_bottom - mapping.lower_top
    height = np.ceil(np.minimum(drawn.volume / greatest, 1.0) * room) if greatest > 0 else 0.0
    rects[:, 0], rects[:, 2], rects[:, 3] = drawn.center - width // 2, width, height
    rects[:, 1] = mapping.lower_bottom - rects[:, 3]
    return rects


def volume_tick(greatest: float) -> float | None:
    """Return the round volume that labels a scale reaching up to `greatest`; None for an empty scale."""
    if not greatest > 0:
        return None
    below_top = 0.9 * greatest
    power = 10.0 ** math.floor(math.log10(below_top))
    return next((power * digit for digit in (5, 2) if power * digit <= below_top), power)


class _RectBatch:
    """Rectangles in memory that Qt reads directly: a list of QRectF would cost more than the painting."""

    def __init__(self) -> None:
        self._array = PrimitiveArray(QRectF, 4)

    def draw(self, painter: QPainter, rects: Floats, color: QColor) -> None:
        """Fill rows of (x, y, width, height)."""
        if not len(rects):
            return
        self._array.resize(len(rects))
        self._array.ndarray()[:] = rects
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRects(*self._array.drawargs())


class CandleItem(PlotOverlay):
    """A settled layer with every candle but the newest, and an overlay with the newest."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._rows: Records = np.empty(0, CANDLE)
        self._timeframe_ms = 1_000
        self._painted: tuple[int, int, int] | None = None
        self._newest_rect = QRectF()
        self._batch = _RectBatch()
        self.greatest_volume = 0.0
        """What the upper edge of the volume pane stands for; 0 while there is nothing to show."""

    @property
    def rows(self) -> Records:
        """The candles shown, oldest first."""
        return self._rows

    def visible(self) -> Records:
        """The candles of which something is in view."""
        mapping = self.mapping
        first, end = visible_range(self._rows, self._timeframe_ms, mapping.from_ms, mapping.to_ms)
        return self._rows[first:end]

    def volume_y(self, volume: float) -> float:
        """Pixel of a volume in the lower pane."""
        room = self.mapping.lower_bottom - self.mapping.lower_top
        return self.mapping.lower_bottom - (
            volume / self.greatest_volume * room if self.greatest_volume else 0
        )

    def set_rows(self, rows: Records, timeframe_ms: int) -> bool:
        """Show rows of CANDLE.

        Returns:
            Whether settled candles in view are others than those last painted, so that the settled layers
            have to be painted anew.
        """
        self._rows, self._timeframe_ms = rows, timeframe_ms
        rescaled = self._fit_volume()
        newest = self._newest_area()
        if newest != self._newest_rect or not newest.isEmpty():
            self.update(self._newest_rect)
            self.update(newest)
            self._newest_rect = newest
        return rescaled or self._settled_key() != self._painted

    def view_changed(self, mapping: PlotMapping) -> None:
        super().view_changed(mapping)
        self._fit_volume()
        self._newest_rect = self._newest_area()

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        self._painted = self._settled_key()
        first, end = visible_range(self._rows, self._timeframe_ms, mapping.from_ms, mapping.to_ms)
        self._draw(painter, self._rows[first : min(end, len(self._rows) - 1)], mapping, theme)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if not self._newest_rect.isEmpty():
            self._draw(painter, self._rows[-1:], self.mapping, self.theme)

    def _draw(self, painter: QPainter, rows: Records, mapping: PlotMapping, theme: Theme) -> None:
        if not len(rows):
            return
        drawn = bars(rows, self._timeframe_ms, mapping)
        width = body_width(self._timeframe_ms, mapping)
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.lower_bottom))
        rises = drawn.close >= drawn.open
        volumes = volume_rects(drawn, width, mapping, self.greatest_volume)
        self._batch.draw(painter, volumes[rises], mix(theme.panel, theme.up, VOLUME_SHARE))
        self._batch.draw(painter, volumes[~rises], mix(theme.panel, theme.down, VOLUME_SHARE))
        rects, rises = candle_rects(drawn, width, mapping)
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        self._batch.draw(painter, rects[rises], theme.up)
        self._batch.draw(painter, rects[~rises], theme.down)

    def _settled_key(self) -> tuple[int, int, int]:
        """Changes whenever a settled candle in view does: a late trade raises the number of its trades."""
        mapping = self.mapping
        first, end = visible_range(self._rows, self._timeframe_ms, mapping.from_ms, mapping.to_ms)
        settled = self._rows[first : min(end, len(self._rows) - 1)]
        return first, len(settled), int(settled["trades"].sum())

    def _newest_area(self) -> QRectF:
        """The columns that the newest candle may touch; empty while it is out of view."""
        if not len(self._rows):
            return QRectF()
        center = self.mapping.x(float(self._rows["open_ms"][-1]) + self._timeframe_ms / 2)
        width = body_width(self._timeframe_ms, self.mapping)
        strip = QRectF(int(center) - width // 2 - 1, 0, width + 2, self.mapping.lower_bottom)
        return strip & QRectF(0, 0, self.mapping.width, self.mapping.lower_bottom)

    def _fit_volume(self) -> bool:
        """Fit the volume scale to what is in view; True if it is another."""
        visible = self.visible()
        greatest = float(visible["volume"].max()) if len(visible) else 0.0
        if VOLUME_KEPT_FILL * self.greatest_volume <= greatest <= self.greatest_volume:
            return False
        self.greatest_volume = greatest * VOLUME_HEADROOM
        return True
