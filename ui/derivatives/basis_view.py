"""The prices of one contract in a line, and how far the mark stood from each over time."""

from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
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
from ui.derivatives.plot_widget import PlotWidget
from ui.theme import HEADER_PX, Theme, tint, ui_font
from workstation.analytics.basis_spread import BasisSpread
from workstation.analytics.term_structure import TermPoint

HEAD_PX = 26
SCALE_PX = 74
LOW_PX = 130
ONE_LINE_PX, WIDE_PX = 660, 1_240
"""From so wide on prices and deviations stand in one line, and all that is said of them."""
LEAST_RATE = 0.0006
"""The scale is never finer than to this, or noise would look like stress."""


def span_text(spread: BasisSpread) -> str:
    """The span that a percentile is of: what is known of it, where that is less."""
    known_h = spread.known_ms / 3_600_000
    if spread.known_ms >= spread.span_ms * 0.9:
        return "1 y" if spread.span_ms > 300 * 86_400_000 else f"{spread.span_ms / 86_400_000:.0f} d"
    return f"{known_h / 24:.0f} d" if known_h >= 48 else f"{known_h:.0f} h"


def dated_name(point: TermPoint) -> str:
    """A dated future by its delivery: "Dec 25"."""
    return f"{format.utc_date(point.expires_ms)[5:]} future"


def tip_lines(reading: BasisReading, spreads: tuple[BasisSpread, ...]) -> list[str]:
    """Everything that the head says in full."""
    lines = [f"Spot: {reading.spot_symbol or 'not known'}"]
    for spread in spreads:
        for name in NAMES:
            share = spread.percentile(name, reading.deviation(name))
            if share is not None:
                count = format.count(len(spread.ordered[name]))
                lines.append(f"Mark − {name}: P {share * 100:.0f} of {span_text(spread)}, {count} minutes")
    for point in reading.dated:
        lines.append(
            f"{point.symbol}: {rate_text(point.basis_rate, 3)} %, {rate_text(point.year_rate, 2)} % a year"
        )
    return [*lines, f"Premium index of the book: {reading.premium_words}"]


class BasisView(PlotWidget):
    """Paints prices, deviations and their history; each is painted anew only where it changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Mark against index, spot and last", (520, 190), (160, 80), parent)
        self._reading: BasisReading | None = None
        self._history: BasisHistory | None = None
        self._spreads: tuple[BasisSpread, ...] = ()
        self._decimals = 1
        self._whole = False
        self._font = ui_font(HEADER_PX)
        self._metrics = QFontMetricsF(self._font)

    @property
    def history(self) -> BasisHistory | None:
        """What is drawn."""
        return self._history

    @property
    def head_px(self) -> int:
        """Height of the lines above the plot."""
        return HEAD_PX if self.width() >= WIDE_PX or self.height() < LOW_PX else 2 * HEAD_PX

    @property
    def _is_low(self) -> bool:
        """There is room for the deviations alone."""
        return self.height() < LOW_PX and self.width() < ONE_LINE_PX

    def show_reading(
        self, reading: BasisReading, decimals: int, spreads: tuple[BasisSpread, ...] = ()
    ) -> None:
        """Show the prices of now, and where they stand in each of some spans of time."""
        if (reading, decimals, spreads) != (self._reading, self._decimals, self._spreads):
            self._reading, self._decimals, self._spreads = reading, decimals, spreads
            tip = "\n".join(tip_lines(reading, spreads))
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
        # Against spot where that is known: how unusual it is, in the longest span that says something.
        name = "spot" if isfinite(reading.deviation("spot")) else "index"
        for spread in self._spreads[:1]:
            share = spread.percentile(name, reading.deviation(name))
            if share is not None:
                text = f"P {share * 100:.0f}, {span_text(spread)}"
                parts.append((f"{name}:", text, "text" if 0.05 < share < 0.95 else "warn", None))
        for point in reading.dated[:1]:
            parts.append((dated_name(point), f"{rate_text(point.year_rate, 2)} %/y", "text", None))
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
        when = format.utc_time(at_ms)[:5]
        if history.bar_ms * len(history.starts) > 2 * 86_400_000:
            when = format.utc_date(at_ms)[5:]
        words = f"extreme {rate_text(value, 3)} % to {name}, {when}"
        width = self._small_metrics.horizontalAdvance(words)
        x = min(max(plot.area.left() + 4, plot.x(at_ms) + 8), plot.area.right() - width - 4)
        y = plot.area.top() + 12 if value < 0 else plot.area.bottom() - 6
        metrics = self._small_metrics
        label = QRectF(x, y - metrics.ascent(), width, metrics.height())
        painter.fillRect(label.adjusted(-3, 0, 3, 0), tint(self._theme.panel, 0.85))  # lines run here
        painter.setPen(self._theme.danger if abs(value) >= ALARM_RATE else self._theme.muted)
        painter.drawText(QPointF(x, y), words)

    def _paint_pointer(self, painter: QPainter, plot: Plot, history: BasisHistory) -> None:
        pointer, at_ms = self.pointed(plot), self.pointed_at(plot)
        if pointer is None or at_ms is None:
            return
        place = max(0, int(np.searchsorted(history.starts, at_ms, side="right")) - 1)
        starts_ms = float(history.starts[place])
        when = format.utc_time(starts_ms)
        if history.bar_ms * len(history.starts) > 2 * 86_400_000:
            when = f"{format.utc_date(starts_ms)[5:]} {when[:5]}"
        said = [f"{name} {rate_text(float(history.values[name][place]), 3)}" for name in NAMES]
        words = f"{when}  " + "  ".join(said)
        self.paint_pointed_line(painter, plot, pointer.x())
        self.paint_tip(painter, plot, pointer.x(), plot.area.top() + 14, words)
