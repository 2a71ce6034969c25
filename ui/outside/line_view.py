"""The line of one series from outside over time, with its newest value and what the pointer is on."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui import format
from ui.theme import AGE_PX, Theme, tint, ui_font
from ui.widgets.time_axis import crosshair_time, time_ticks
from workstation.outside.book import Series

SCALE_PX = 86
AXIS_PX = 20
SPANS_MS = (
    ("1 d", 86_400_000),
    ("1 w", 7 * 86_400_000),
    ("1 m", 30 * 86_400_000),
    ("1 y", 365 * 86_400_000),
    ("All", 0),
)
_LEVELS = 4

Place = Callable[[float], float]
"""The pixel of a moment, or of a value."""


class LineView(QWidget):
    """Paints a series; more values than pixels are drawn by the least and the most of each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._series: Series | None = None
        self._span_ms = 0
        self._now_ms = 0
        self._pointer_x: float | None = None
        self._stamp: object = None
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("The series over time")

    def sizeHint(self) -> QSize:
        return QSize(400, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_series(self, series: Series | None, span_ms: int, now_ms: int) -> None:
        """Show a series over a span up to now; 0 for all of it."""
        stamp = (id(series), 0 if series is None else series.looked_ms, span_ms, now_ms // 60_000)
        if stamp != self._stamp:
            self._stamp, self._series = stamp, series
            self._span_ms, self._now_ms = span_ms, now_ms
            self.update()

    def _bounds(self) -> tuple[float, float, float, float] | None:
        """(from, to, least, most) of what is shown; None where nothing is."""
        series = self._series
        if series is None or not len(series.times):
            return None
        to_ms = float(max(self._now_ms, int(series.times[-1])))
        from_ms = float(series.times[0]) if not self._span_ms else to_ms - self._span_ms
        if to_ms - from_ms < 60_000:
            from_ms = to_ms - 3_600_000
        first = max(0, int(series.times.searchsorted(from_ms)) - 1)
        shown = series.values[first:]
        least, most = float(shown.min()), float(shown.max())
        pad = (most - least) * 0.08 or abs(most) * 0.01 or 1.0
        return from_ms, to_ms, least - pad, most + pad

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), theme.panel)
        painter.setFont(self._font)
        bounds, series = self._bounds(), self._series
        if bounds is None or series is None:
            painter.setPen(theme.muted)
            words = "Choose a series above" if series is None else "Nothing has come yet"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        from_ms, to_ms, least, most = bounds
        area = QRectF(8, 6, self.width() - SCALE_PX - 8, self.height() - AXIS_PX - 8)

        def x_of(ms: float) -> float:
            return area.left() + (ms - from_ms) / (to_ms - from_ms) * area.width()

        def y_of(value: float) -> float:
            return area.bottom() - (value - least) / (most - least) * area.height()

        decimals = series.source.decimals
        for step in range(_LEVELS + 1):
            value = least + (most - least) * step / _LEVELS
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(area.left(), y_of(value)), QPointF(area.right(), y_of(value)))
            painter.setPen(theme.muted)
            painter.drawText(QPointF(area.right() + 6, y_of(value) + 4), format.price(value, decimals))
        for tick in time_ticks(from_ms, to_ms, area.width(), self._metrics.horizontalAdvance):
            width = self._metrics.horizontalAdvance(tick.text)
            x = x_of(tick.at)
            if x - width / 2 >= 0 and x + width / 2 <= area.right() + 20:
                painter.setPen(theme.text if tick.major else theme.muted)
                painter.drawText(QPointF(x - width / 2, self.height() - 6), tick.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area.adjusted(-2, -2, 2, 2))
        self._paint_line(painter, series, from_ms, x_of, y_of)
        painter.restore()
        self._paint_newest(painter, series, area, y_of(float(series.values[-1])))
        self._paint_pointer(painter, series, area, from_ms, to_ms, x_of, y_of)

    def _paint_line(
        self, painter: QPainter, series: Series, from_ms: float, x_of: Place, y_of: Place
    ) -> None:
        first = max(0, int(series.times.searchsorted(from_ms)) - 1)
        times, values = series.times[first:], series.values[first:]
        most_points = max(2, 4 * self.width())
        if len(times) > most_points:
            # Of each pixel's worth of values the least and the most: what is between them cannot be seen.
            parts = np.array_split(np.arange(len(times)), most_points // 2)
            picks = [
                part[place]
                for part in parts
                for place in sorted((values[part].argmin(), values[part].argmax()))
            ]
            times, values = times[picks], values[picks]
        points = [
            QPointF(x_of(at), y_of(value)) for at, value in zip(times.tolist(), values.tolist(), strict=True)
        ]
        painter.setPen(QPen(self._theme.accent, 1.4))
        if len(points) == 1:
            painter.drawEllipse(points[0], 2.5, 2.5)
        else:
            painter.drawPolyline(QPolygonF(points))

    def _paint_newest(self, painter: QPainter, series: Series, area: QRectF, y: float) -> None:
        theme = self._theme
        text = format.price(series.newest, series.source.decimals)
        box = QRectF(area.right() + 2, y - 8, SCALE_PX - 6, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.on_accent)
        painter.drawText(QPointF(box.left() + 4, y + 4), text)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_pointer(
        self,
        painter: QPainter,
        series: Series,
        area: QRectF,
        from_ms: float,
        to_ms: float,
        x_of: Place,
        y_of: Place,
    ) -> None:
        if self._pointer_x is None or not area.left() <= self._pointer_x <= area.right():
            return
        theme = self._theme
        at_ms = from_ms + (self._pointer_x - area.left()) / area.width() * (to_ms - from_ms)
        place = int(series.times.searchsorted(at_ms, side="right")) - 1
        if place < 0:
            return
        ms, value = int(series.times[place]), float(series.values[place])
        point = QPointF(x_of(ms), y_of(value))
        painter.setPen(QPen(tint(theme.text, 0.5), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(point.x(), area.top()), QPointF(point.x(), area.bottom()))
        painter.setPen(QPen(theme.text, 1.4))
        painter.drawEllipse(point, 3, 3)
        unit = f" {series.source.unit}" if series.source.unit else ""
        when = crosshair_time(ms, (to_ms - from_ms) / max(1.0, area.width()))
        said = f"{when}  {format.price(value, series.source.decimals)}{unit}"
        width = self._metrics.horizontalAdvance(said) + 12
        left = min(max(area.left(), point.x() + 8), area.right() - width)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.control)
        painter.drawRoundedRect(QRectF(left, area.top(), width, 18), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.text)
        painter.drawText(QPointF(left + 6, area.top() + 13), said)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer_x = event.position().x()
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._pointer_x = None
        self.update()
