"""Longs for each short over a month: of all accounts and of the largest, with the usual band, and now."""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import format
from ui.derivatives.plot import (
    AXIS_PX,
    LEFT,
    Plot,
    paint_tag,
    paint_time_scale,
    paint_value_scale,
    paint_words,
)
from ui.derivatives.plot_widget import PlotWidget
from ui.theme import Theme, tint
from workstation.analytics.time_share import share_below
from workstation.market.state import SymbolState

HEAD_PX = 20
SCALE_PX = 58
LEAST_HOURS = 72
ROUND = (0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
"""Ratios that are written beside the scale, which counts their logarithms: half is as far as double."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RatioReading:
    """The ratios of one symbol.

    Attributes:
        times: (n,) UTC ms, rising; the newest is now.
        accounts: (n,) accounts with a long / accounts with a short.
        tops: (n,) the same of the largest accounts in size; nan where the venue does not say.
        percentile: share of the hours with a lower ratio than now; None with too few.
        band: P5 and P95 of the hours; None with too few.
        days: how far the hours reach back.
    """

    times: NDArray[np.int64]
    accounts: Floats
    tops: Floats
    percentile: float | None
    band: tuple[float, float] | None
    days: float

    @property
    def words(self) -> str:
        """What it says, in a line."""
        ratio = float(self.accounts[-1])
        parts = [f"{ratio:.2f} accounts long for each short ({ratio / (1 + ratio) * 100:.0f} % long)"]
        if self.percentile is not None:
            parts.append(f"P {self.percentile * 100:.0f} of {self.days:.0f} d")
        if self.tops[-1] == self.tops[-1]:
            parts.append(f"largest, by size {self.tops[-1]:.2f}")
        return " · ".join(parts)


def read_ratios(state: SymbolState) -> RatioReading | None:
    """Gather what is known of a symbol's ratios; None where the venue has told none."""
    told = [item for item in state.past.long_short if item.accounts > 0]
    now = state.long_short
    hours = np.array([float(item.accounts) for item in told])
    if now is not None and now.accounts > 0 and (not told or now.event_ms > told[-1].event_ms):
        told.append(now)
    if not told:
        return None
    accounts = np.array([float(item.accounts) for item in told])
    tops = np.array([float(item.top_positions or np.nan) for item in told])
    times = np.array([item.event_ms for item in told], np.int64)
    percentile, band = None, None
    if len(hours) >= LEAST_HOURS:
        percentile = share_below(np.sort(hours), float(accounts[-1]))
        low, high = np.quantile(hours, (0.05, 0.95)).tolist()
        band = low, high
    days = (int(times[-1]) - int(times[0])) / 86_400_000
    return RatioReading(times, accounts, tops, percentile, band, days)


class RatioView(PlotWidget):
    """Paints both lines and their words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Long/short ratio", (360, 120), (120, 0), parent)
        self.reading: RatioReading | None = None
        self._words = ""

    def show_reading(self, reading: RatioReading | None, words: str) -> None:
        """Show a reading, or why there is none."""
        if reading is not self.reading or words != self._words:
            self.reading, self._words = reading, words
            self.setToolTip("" if reading is None else reading.words)
            self.update()

    def _plot(self, reading: RatioReading) -> Plot | None:
        area = QRectF(8, HEAD_PX + 2, self.width() - SCALE_PX - 8, self.height() - HEAD_PX - AXIS_PX - 4)
        if area.width() < 40 or area.height() < 16 or len(reading.times) < 2:
            return None
        lines = np.log(np.concatenate((reading.accounts, reading.tops[reading.tops > 0])))
        low, high = min(-0.05, float(lines.min())), max(0.05, float(lines.max()))
        pad = (high - low) * 0.08
        return Plot(area, float(reading.times[0]), float(reading.times[-1]), low - pad, high + pad)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, reading = self._theme, self.reading
        painter.fillRect(self.rect(), theme.panel)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawLine(0, 0, self.width(), 0)
        painter.setFont(self._small)
        if reading is None:
            if self.height() > HEAD_PX:
                paint_words(painter, theme, QRectF(self.rect()), self._words)
            else:
                painter.setPen(theme.muted)
                painter.drawText(QRectF(10, 0, self.width() - 12, HEAD_PX), LEFT, self._words)
            return
        self._paint_head(painter, reading)
        plot = self._plot(reading)
        if plot is None:
            return
        values = [log(ratio) for ratio in ROUND if plot.low < log(ratio) < plot.high]
        shown = [value for value in values if abs(plot.y(value) - plot.y(0)) > 12 or value == 0]
        shown = _spread_out(shown, plot)
        paint_value_scale(painter, plot, theme, shown, lambda value: f"{exp(value):.2f}")
        if reading.band is not None:
            low, high = (plot.y(log(edge)) for edge in reading.band)
            box = QRectF(QPointF(plot.area.left(), high), QPointF(plot.area.right(), low))
            painter.fillRect(box, tint(theme.muted, 0.10))
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLine(QPointF(plot.area.left(), plot.y(0)), QPointF(plot.area.right(), plot.y(0)))
        times = reading.times.astype(np.float64)
        for line, color in ((reading.tops, theme.link_colors["violet"]), (reading.accounts, theme.accent)):
            painter.setPen(QPen(color, 1.3))
            for part in plot.line(times, np.log(line)):
                painter.drawPolyline(part)
        y = plot.y(log(float(reading.accounts[-1])))
        paint_tag(
            painter, plot.area.right() + 3, y, f"{reading.accounts[-1]:.2f}", theme.accent, theme.on_accent
        )
        paint_time_scale(painter, plot, theme, self.height())
        self._paint_pointer(painter, plot, reading)

    def _paint_head(self, painter: QPainter, reading: RatioReading) -> None:
        theme, x = self._theme, 10.0
        ratio = float(reading.accounts[-1])
        parts = [("Long/short", "", None), ("accounts", f"{ratio:.2f}", theme.accent)]
        if reading.tops[-1] == reading.tops[-1]:
            parts.append(("largest, by size", f"{reading.tops[-1]:.2f}", theme.link_colors["violet"]))
        if reading.percentile is not None:
            parts.append(("", f"P {reading.percentile * 100:.0f} of {reading.days:.0f} d", None))
        for title, text, color in parts:
            wide = self._small_metrics.horizontalAdvance(title + text) + (30 if color is not None else 16)
            if x + wide > self.width():
                break
            if color is not None:
                painter.setPen(QPen(color, 2))
                painter.drawLine(QPointF(x, HEAD_PX / 2), QPointF(x + 9, HEAD_PX / 2))
                x += 13
            painter.setPen(theme.muted)
            painter.drawText(QRectF(x, 0, 300, HEAD_PX), LEFT, title)
            x += self._small_metrics.horizontalAdvance(title) + (5 if title else 0)
            painter.setPen(theme.text)
            painter.drawText(QRectF(x, 0, 300, HEAD_PX), LEFT, text)
            x += self._small_metrics.horizontalAdvance(text) + 14

    def _paint_pointer(self, painter: QPainter, plot: Plot, reading: RatioReading) -> None:
        pointer, at_ms = self.pointed(plot), self.pointed_at(plot)
        if pointer is None or at_ms is None:
            return
        place = int(np.argmin(np.abs(reading.times - at_ms)))
        when = float(reading.times[place])
        words = f"{format.utc_date(when)[5:]} {format.utc_time(when)[:5]}  {reading.accounts[place]:.2f}"
        if reading.tops[place] == reading.tops[place]:
            words += f"  largest {reading.tops[place]:.2f}"
        self.paint_pointed_line(painter, plot, pointer.x())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self.paint_tip(painter, plot, pointer.x(), plot.area.top() + 1, words)


def _spread_out(values: list[float], plot: Plot) -> list[float]:
    """Values whose words do not touch, 0 first of all."""
    kept: list[float] = []
    for value in sorted(values, key=abs):
        if all(abs(plot.y(value) - plot.y(other)) >= 14 for other in kept):
            kept.append(value)
    return kept
