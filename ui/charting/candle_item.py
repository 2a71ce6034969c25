"""The bars of the price pane, candles or a line: settled ones painted once per view, the newest by itself."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.charting.bar_view import BarView, Drawn
from ui.theme import Theme
from ui.widgets.plot_mapping import Floats, PlotMapping
from ui.widgets.plot_overlay import PlotOverlay

LEAST_HOLLOW_PX = 3
"""Bodies from this width can have an inside."""


class BarStyle(StrEnum):
    """How bars are drawn; the word in layouts."""

    CANDLES = "candles"
    HEIKIN_ASHI = "heikin-ashi"
    LINE = "line"


def candle_rects(drawn: Drawn, width: int, mapping: PlotMapping) -> tuple[Floats, npt.NDArray[np.bool_]]:
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


class RectBatch:
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


def draw_polyline(painter: QPainter, points: Floats) -> None:
    """Draw a line through rows of (x, y) with the painter's pen."""
    if len(points) > 1:
        painter.drawPolyline(pg.functions.arrayToQPolygonF(points[:, 0], points[:, 1]))


class CandleItem(PlotOverlay):
    """A settled layer with every bar but the newest, and an overlay with the newest."""

    def __init__(self, theme: Theme, bars: BarView) -> None:
        super().__init__(theme)
        self.bars = bars
        self.style = BarStyle.CANDLES
        self._newest_rect = QRectF()
        self._painted: object = None
        self._rects = RectBatch()

    def refresh(self) -> bool:
        """Paint the newest bar; True if settled bars in view are others than those last painted."""
        newest = self._newest_area()
        self.update(self._newest_rect)
        self.update(newest)
        self._newest_rect = newest
        return self._settled_key() != self._painted

    def view_changed(self, mapping: PlotMapping) -> None:
        super().view_changed(mapping)
        self._newest_rect = self._newest_area()

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        self._painted = self._settled_key()
        first, end = self.bars.visible(mapping)
        self._draw(painter, first, min(end, len(self.bars) - 1), mapping, theme)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if not self._newest_rect.isEmpty():
            count = len(self.bars)
            self._draw(painter, count - 1, count, self.mapping, self.theme)

    def _draw(self, painter: QPainter, first: int, end: int, mapping: PlotMapping, theme: Theme) -> None:
        if end <= first:
            return
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        if self.style is BarStyle.LINE:
            self._draw_line(painter, first, end, mapping, theme)
            return
        drawn = self.bars.drawn(first, end, mapping)
        width = self.bars.body_width(mapping)
        rects, rises = candle_rects(drawn, width, mapping)
        self._rects.draw(painter, rects[rises], theme.up)
        self._rects.draw(painter, rects[~rises], theme.down)
        if theme.hollow_rises and width >= LEAST_HOLLOW_PX:
            bodies = rects[len(drawn) :][rises[len(drawn) :]]
            insides = bodies[bodies[:, 3] > 2] + (1.0, 1.0, -2.0, -2.0)
            self._rects.draw(painter, insides, theme.panel)

    def _draw_line(self, painter: QPainter, first: int, end: int, mapping: PlotMapping, theme: Theme) -> None:
        # From the close before, so that the pieces meet.
        drawn = self.bars.drawn(max(0, first - 1), end, mapping)
        if self.bars.pitch >= mapping.per_px:
            points = np.column_stack((drawn.center, mapping.ys(drawn.close)))
        else:
            # A column's extremes between its first and last price: no spike is lost.
            points = np.empty((4 * len(drawn), 2))
            points[:, 0] = np.repeat(drawn.center, 4)
            for place, values in enumerate((drawn.open, drawn.low, drawn.high, drawn.close)):
                points[place::4, 1] = mapping.ys(values)
        np.clip(points[:, 1], -2.0, mapping.height + 2.0, out=points[:, 1])
        painter.setPen(theme.text)
        draw_polyline(painter, np.rint(points))

    def _settled_key(self) -> object:
        first, end = self.bars.visible(self.mapping)
        return self.bars.settled, self.bars.counted, self.style, first, min(end, len(self.bars) - 1)

    def _newest_area(self) -> QRectF:
        """The columns that the newest bar may touch; empty while it is out of view."""
        bars, mapping = self.bars, self.mapping
        if not len(bars):
            return QRectF()
        center = mapping.x_at(bars.left(-1) + bars.pitch / 2)
        width = bars.body_width(mapping)
        left = int(center) - width // 2 - 1
        if self.style is BarStyle.LINE and len(bars) > 1:
            left = min(left, int(mapping.x_at(bars.left(-2) + bars.pitch / 2)) - 1)
        strip = QRectF(left, 0, int(center) + width // 2 + 2 - left, mapping.height)
        return strip & QRectF(0, 0, mapping.width, mapping.height)
