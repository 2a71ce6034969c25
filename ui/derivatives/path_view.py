"""The mean path of the price around past settlements, with its interval, its quartiles and its count."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.derivatives.funding_tiles import rate_text
from ui.derivatives.plot import (
    AXIS_PX,
    LEFT,
    RIGHT,
    Floats,
    Plot,
    paint_value_scale,
    paint_words,
    polygon,
    steps,
)
from ui.theme import AGE_PX, Theme, tint, ui_font
from workstation.analytics.settlement_paths import SettlementPath

HEAD_PX = 20
SCALE_PX = 58
MINUTE_MS = 60_000


class PathView(QWidget):
    """Paints a path from an hour before a settlement to an hour after it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.path: SettlementPath | None = None
        self.words = ""
        self._which = ""
        self._font = ui_font(AGE_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Price around past settlements")

    def sizeHint(self) -> QSize:
        return QSize(240, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 0)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_path(self, path: SettlementPath | None, which: str, words: str) -> None:
        """Show a path.

        Args:
            which: settlements it is of, "all settlements".
            words: why there is none, a sentence.
        """
        if (path, which, words) != (self.path, self._which, self.words):
            self.path, self._which, self.words = path, which, words
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, path = self._theme, self.path
        painter.fillRect(self.rect(), theme.panel)
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        metrics = QFontMetricsF(self._font)
        head = QRectF(8, 0, self.width() - 16, HEAD_PX)
        if path is None:
            painter.drawText(head, LEFT, "Price around settlements")
            paint_words(painter, theme, QRectF(0, HEAD_PX, self.width(), self.height() - HEAD_PX), self.words)
            return
        count = f"n {path.count}"
        painter.drawText(head, RIGHT, count)
        words = f"Price around {self._which}, %"
        room = head.width() - metrics.horizontalAdvance(count) - 8
        painter.drawText(head, LEFT, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room))
        area = QRectF(8, HEAD_PX + 2, self.width() - SCALE_PX - 8, self.height() - HEAD_PX - AXIS_PX - 4)
        if area.width() < 30 or area.height() < 20:
            return
        low = float(min(path.lower.min(), path.low.min(), 0.0))
        high = float(max(path.upper.max(), path.high.max(), 0.0))
        pad = (high - low) * 0.08 or 1e-5
        minutes = path.offsets_ms / MINUTE_MS
        plot = Plot(area, float(minutes[0]), float(minutes[-1]), low - pad, high + pad)
        values = steps(plot.low, plot.high, max(2, int(area.height() / 30)))
        decimals = 2 if plot.high - plot.low > 0.002 else 3
        paint_value_scale(painter, plot, theme, values, lambda value: rate_text(value, decimals))
        self._paint_band(painter, plot, minutes, path.lower, path.upper, 0.10)
        self._paint_band(painter, plot, minutes, path.low, path.high, 0.28)
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLine(QPointF(area.left(), plot.y(0)), QPointF(area.right(), plot.y(0)))
        painter.setPen(QPen(theme.warn, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(plot.x(0), area.top()), QPointF(plot.x(0), area.bottom()))
        painter.setPen(QPen(theme.accent, 1.6))
        for line in plot.line(minutes, path.mean):
            painter.drawPolyline(line)
        painter.setPen(theme.muted)
        every = 30 if area.width() > 230 else 60
        for minute in range(-60, 61, every):
            text = minutes_text(minute)
            width = metrics.horizontalAdvance(text)
            x = min(max(area.left(), plot.x(minute) - width / 2), area.right() - width + 12)
            painter.drawText(QPointF(x, self.height() - 4), text)

    def _paint_band(
        self, painter: QPainter, plot: Plot, minutes: Floats, low: Floats, high: Floats, alpha: float
    ) -> None:
        along = np.concatenate((minutes, minutes[::-1]))
        up = np.concatenate((high, low[::-1]))
        xs = plot.area.left() + (along - plot.left) / (plot.right - plot.left) * plot.area.width()
        ys = plot.area.bottom() - (up - plot.low) / (plot.high - plot.low) * plot.area.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(self._theme.accent, alpha))
        painter.drawPolygon(polygon(xs, ys))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def minutes_text(minute: int) -> str:
    """Minutes from the settlement: "−60", "0", "+30 m"."""
    return "0" if not minute else f"+{minute} m" if minute > 0 else f"\u2212{-minute} m"
