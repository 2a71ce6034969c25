"""A small plot: where values and moments lie in pixels, its grid, its labels and its tags."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from ui.theme import AGE_PX, Theme, ui_font
from ui.widgets.time_axis import time_ticks

AXIS_PX = 18
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle with a scale on each side.

    Attributes:
        area: of the plot itself, px.
        left, right: what lies on its left and right edge.
        low, high: what lies on its lower and upper edge.
    """

    area: QRectF
    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        """The pixel of a value along."""
        return self.area.left() + (value - self.left) / (self.right - self.left) * self.area.width()

    def y(self, value: float) -> float:
        """The pixel of a value upward."""
        return self.area.bottom() - (value - self.low) / (self.high - self.low) * self.area.height()

    def line(self, xs: Floats, ys: Floats) -> list[QPolygonF]:
        """The polylines of a series, broken where it is nan."""
        along = self.area.left() + (xs - self.left) / (self.right - self.left) * self.area.width()
        up = self.area.bottom() - (ys - self.low) / (self.high - self.low) * self.area.height()
        known = np.isfinite(up)
        cuts = np.flatnonzero(np.diff(known)) + 1
        return [
            polygon(along[part], up[part])
            for part in np.split(np.arange(len(up)), cuts)
            if len(part) and known[part[0]]
        ]


def polygon(xs: Floats, ys: Floats) -> QPolygonF:
    """The points of two arrays of pixels."""
    return QPolygonF([QPointF(*point) for point in zip(xs.tolist(), ys.tolist(), strict=True)])


def steps(low: float, high: float, most: int) -> list[float]:
    """Round values between two, at most so many: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low or most < 1:
        return []
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def paint_value_scale(
    painter: QPainter, plot: Plot, theme: Theme, values: list[float], words: Callable[[float], str]
) -> None:
    """Paint grid lines across, and what they stand for to the right of the plot."""
    for value in values:
        y = plot.y(value)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(QPointF(plot.area.left(), y), QPointF(plot.area.right(), y))
        painter.setPen(theme.muted)
        painter.drawText(QRectF(plot.area.right() + 6, y - 8, 80, 16), LEFT, words(value))


def paint_time_scale(painter: QPainter, plot: Plot, theme: Theme, bottom: float) -> None:
    """Paint the labels of time below a plot, whose left and right are UTC ms."""
    metrics = QFontMetricsF(painter.font())
    for tick in time_ticks(plot.left, plot.right, plot.area.width(), metrics.horizontalAdvance):
        width = metrics.horizontalAdvance(tick.text)
        x = plot.x(tick.at)
        if x - width / 2 >= 0 and x + width / 2 <= plot.area.right() + 24:
            painter.setPen(theme.text if tick.major else theme.muted)
            painter.drawText(QPointF(x - width / 2, bottom - 4), tick.text)


def paint_tag(painter: QPainter, x: float, y: float, words: str, back: QColor, ink: QColor) -> QRectF:
    """Paint a filled label whose left middle is there; return its box."""
    metrics = QFontMetricsF(painter.font())
    box = QRectF(x, y - 8, metrics.horizontalAdvance(words) + 10, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(box, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(ink)
    painter.drawText(box, CENTER, words)
    return box


def paint_words(painter: QPainter, theme: Theme, box: QRectF, words: str) -> None:
    """Paint a sentence in place of a plot."""
    if box.height() < 24:
        return
    painter.setFont(ui_font(AGE_PX))
    painter.setPen(theme.muted)
    painter.drawText(box.adjusted(12, 4, -12, -4), CENTER | Qt.TextFlag.TextWordWrap, words)
