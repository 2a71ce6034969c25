"""The prices of one contract in a line, and how far the mark stood from each over time."""

from math import isfinite

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import format
from ui.derivatives.basis_reading import ALARM_RATE, NAMES, BasisHistory, BasisReading
from ui.derivatives.funding_tiles import rate_text
from ui.derivatives.plot import (
    AXIS_PX,
    LEFT,
    Plot,
    paint_tag,
    paint_time_scale,
    paint_value_scale,
    paint_words,
    steps,
)
from ui.theme import AGE_PX, HEADER_PX, Theme, tint, ui_font

HEAD_PX = 26
SCALE_PX = 74
LOW_PX = 130
LEAST_RATE = 0.0006
"""The scale is never finer than to this, or noise would look like stress."""


class BasisView(QWidget):
    """Paints prices, deviations and their history; each is painted anew only where it changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: BasisReading | None = None
        self._history: BasisHistory | None = None
        self._decimals = 1
        self._whole = False
        self._pointer: QPointF | None = None
        self._font, self._small = ui_font(HEADER_PX), ui_font(AGE_PX)
        self._metrics, self._small_metrics = QFontMetricsF(self._font), QFontMetricsF(self._small)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Mark against index, spot and last")

    def sizeHint(self) -> QSize:
        return QSize(520, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    @property
    def history(self) -> BasisHistory | None:
        """What is drawn."""
        return self._history

    @property
    def head_px(self) -> int:
        """Height of the lines above the plot."""
        return HEAD_PX if self.width() >= 660 or self._is_low else 2 * HEAD_PX

    @property
    def _is_low(self) -> bool:
        """There is room for the deviations alone."""
        return self.height() < LOW_PX and self.width() < 660

    def show_reading(self, reading: BasisReading, decimals: int) -> None:
        """Show the prices of now."""
        if (reading, decimals) != (self._reading, self._decimals):
            self._reading, self._decimals = reading, decimals
            tip = f"Premium index of the book: {reading.premium_words}"
            if tip != self.toolTip():
                self.setToolTip(tip)
            self.update(0, 0, self.width(), self.head_px)

    def show_history(self, history: BasisHistory | None, *, whole: bool) -> None:
        """Show deviations over time; `whole` puts both alarm lines on the scale."""
        if history is not self._history or whole != self._whole:
            self._history, self._whole = history, whole
            self.update()

    def _colors(self) -> dict[str, QColor]:
        theme = self._theme
        return {"index": theme.accent, "spot": theme.text, "last": theme.link_colors["violet"]}

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.panel)
        if event.rect().top() < self.head_px:
            self._paint_head(painter)
        if event.rect().bottom() >= self.head_px:
            self._paint_plot(painter)

    def _paint_head(self, painter: QPainter) -> None:
        theme, reading = self._theme, self._reading
        if reading is None:
            return
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(0, self.head_px - 1, self.width(), self.head_px - 1)
        painter.setFont(self._font)
        x = 10.0
        for title, value in (
            ("Mark", reading.mark),
            ("Index", reading.index),
            ("Spot", reading.spot),
            ("Last", reading.last),
        ):
            if self._is_low:
                break
            text = format.price(value, self._decimals)
            x = self._pair(painter, x, 0, title, text, "text" if isfinite(value) else "muted", None)
        one_line = self.head_px == HEAD_PX and not self._is_low
        parts: list[tuple[str, str, str, QColor | None]] = []
        for name in NAMES:
            deviation = reading.deviation(name)
            text = rate_text(deviation, 3) if isfinite(deviation) else "no data"
            token = "danger" if abs(deviation) >= ALARM_RATE else "text" if isfinite(deviation) else "muted"
            parts.append((f"\u2212 {name}", text, token, self._colors()[name]))
        premium = "no data" if reading.premium_rate is None else rate_text(reading.premium_rate, 3)
        parts.append(("premium", premium, "text" if reading.premium_rate is not None else "muted", None))
        y = 0 if one_line or self._is_low else HEAD_PX
        if one_line:
            widths = [
                self._metrics.horizontalAdvance(title + text) + (36 if color is not None else 22)
                for title, text, _, color in parts
            ]
            while parts and x + sum(widths) > self.width() - 4:
                parts.pop()
                widths.pop()
            x = self.width() - sum(widths) - 2
        else:
            x = 10.0
        for title, text, token, color in parts:
            if x + self._metrics.horizontalAdvance(title + text) + 20 > self.width() and not one_line:
                break
            x = self._pair(painter, x, y, title, text, token, color)

    def _pair(
        self, painter: QPainter, x: float, y: float, title: str, text: str, token: str, color: QColor | None
    ) -> float:
        """Paint a title and its figure; return where the next begins."""
        if color is not None:
            painter.setPen(QPen(color, 2))
            painter.drawLine(QPointF(x, y + HEAD_PX / 2), QPointF(x + 9, y + HEAD_PX / 2))
            x += 14
        painter.setPen(self._theme.muted)
        painter.drawText(QRectF(x, y, 200, HEAD_PX), LEFT, title)
        x += self._metrics.horizontalAdvance(title) + 6
        painter.setPen(getattr(self._theme, token))
        painter.drawText(QRectF(x, y, 200, HEAD_PX), LEFT, text)
        return x + self._metrics.horizontalAdvance(text) + 16

    def _plot(self) -> Plot | None:
        history = self._history
        top = self.head_px + 6
        area = QRectF(8, top, self.width() - SCALE_PX - 8, self.height() - top - AXIS_PX - 2)
        if history is None or area.width() < 40 or area.height() < 20:
            return None
        extreme = history.extreme()
        if extreme is None:
            return None
        sides = [side[name] for side in (history.low, history.high) for name in NAMES]
        known = np.concatenate([side[np.isfinite(side)] for side in sides])
        if self._whole:
            reach = max(ALARM_RATE, abs(extreme[1])) * 1.15
            low, high = -reach, reach
        else:
            low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
            room = max(LEAST_RATE - (high - low), 0.0) / 2 + (high - low) * 0.1
            low, high = low - room, high + room
        # A young history fills the plot, but for a tenth of the span at least.
        first = min(int(np.flatnonzero(np.isfinite(side))[0]) for side in sides if np.isfinite(side).any())
        left = float(history.starts[min(first, len(history.starts) * 9 // 10)])
        return Plot(area, left, float(history.starts[-1]) + history.bar_ms, low, high)

    def _paint_plot(self, painter: QPainter) -> None:
        theme, history, plot = self._theme, self._history, self._plot()
        painter.setFont(self._small)
        if plot is None and history is not None and history.extreme() is not None:
            return  # there is no room for it
        if plot is None or history is None:
            below = QRectF(0, self.head_px, self.width(), self.height() - self.head_px)
            paint_words(painter, theme, below, "Nothing is known of the mark price in this span yet.")
            return
        for side in (1, -1):
            y = plot.y(side * ALARM_RATE)
            if plot.area.top() - 1 <= y <= plot.area.bottom() + 1:
                edge = plot.area.top() if side > 0 else plot.area.bottom()
                beyond = QRectF(QPointF(plot.area.left(), edge), QPointF(plot.area.right(), y)).normalized()
                painter.fillRect(beyond, tint(theme.danger, 0.12))
        values = steps(plot.low, plot.high, max(2, int(plot.area.height() / 30)))
        shown = [value for value in values if abs(abs(value) - ALARM_RATE) > (plot.high - plot.low) * 0.06]
        decimals = 2 if plot.high - plot.low > 0.004 else 3
        paint_value_scale(painter, plot, theme, shown, lambda value: rate_text(value, decimals))
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLine(QPointF(plot.area.left(), plot.y(0)), QPointF(plot.area.right(), plot.y(0)))
        painter.save()
        painter.setClipRect(plot.area)
        colors = self._colors()
        middles = history.starts.astype(np.float64) + history.bar_ms / 2
        for name in ("last", "spot", "index"):
            self._paint_extremes(painter, plot, history, name, colors[name])
            painter.setPen(QPen(colors[name], 1.3))
            for line in plot.line(middles, history.values[name]):
                painter.drawPolyline(line)
        painter.restore()
        for side in (1, -1):
            y = plot.y(side * ALARM_RATE)
            if plot.area.top() - 1 <= y <= plot.area.bottom() + 1:
                painter.setPen(QPen(theme.danger, 1, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(plot.area.left(), y), QPointF(plot.area.right(), y))
                words = rate_text(side * ALARM_RATE, 2)
                paint_tag(painter, plot.area.right() + 3, y, words, theme.danger, theme.on_accent)
        paint_time_scale(painter, plot, theme, self.height())
        self._paint_extreme_words(painter, plot, history)
        self._paint_pointer(painter, plot, history)

    def _paint_extremes(
        self, painter: QPainter, plot: Plot, history: BasisHistory, name: str, color: QColor
    ) -> None:
        """What was reached within each bar, behind the lines."""
        low, high = history.low[name], history.high[name]
        width = max(1.0, plot.area.width() / len(low))
        painter.setPen(QPen(tint(color, 0.35), width))
        painter.drawLines(
            [
                point
                for place in np.flatnonzero(np.isfinite(low)).tolist()
                for x in (plot.x(float(history.starts[place]) + history.bar_ms / 2),)
                for point in (QPointF(x, plot.y(float(low[place]))), QPointF(x, plot.y(float(high[place]))))
            ]
        )

    def _paint_extreme_words(self, painter: QPainter, plot: Plot, history: BasisHistory) -> None:
        extreme = history.extreme()
        if extreme is None:
            return
        name, value, at_ms = extreme
        words = f"extreme {rate_text(value, 3)} % to {name}, {format.utc_time(at_ms)[:5]}"
        width = self._small_metrics.horizontalAdvance(words)
        x = min(max(plot.area.left() + 4, plot.x(at_ms) + 8), plot.area.right() - width - 4)
        y = plot.area.top() + 12 if value < 0 else plot.area.bottom() - 6
        painter.setPen(self._theme.danger if abs(value) >= ALARM_RATE else self._theme.muted)
        painter.drawText(QPointF(x, y), words)

    def _paint_pointer(self, painter: QPainter, plot: Plot, history: BasisHistory) -> None:
        if self._pointer is None or not plot.area.contains(self._pointer):
            return
        share = (self._pointer.x() - plot.area.left()) / plot.area.width()
        at_ms = plot.left + share * (plot.right - plot.left)
        place = max(0, int(np.searchsorted(history.starts, at_ms, side="right")) - 1)
        when = format.utc_time(float(history.starts[place]))
        said = [f"{name} {rate_text(float(history.values[name][place]), 3)}" for name in NAMES]
        words = f"{when}  " + "  ".join(said)
        x = self._pointer.x()
        painter.setPen(QPen(tint(self._theme.text, 0.4), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()))
        width = self._small_metrics.horizontalAdvance(words) + 12
        left = max(plot.area.left(), min(x + 8, plot.area.right() - width))
        box = QRectF(left, plot.area.top() + 14, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.control)
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._theme.text)
        painter.drawText(box.adjusted(6, 0, 0, 0), LEFT, words)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._pointer = None
        self.update()
