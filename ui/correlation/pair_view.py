"""One pair of the matrix: how its correlation went, and its returns against each other."""

from collections.abc import Callable
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from ui import format
from ui.correlation.cell_text import base_name, cell_figure, crash_words, day_words
from ui.correlation.source import Correlations
from ui.theme import AGE_PX, Theme, tint, ui_font
from workstation.analytics.correlation import beta, pearson, spearman
from workstation.analytics.correlation_matrix import Floats, fisher_intervals, rolling_correlation

HEAD_PX = 22
AXIS_PX = 18
SCATTER_FROM_PX = 260
"""Width from which the scatter has room beside the course."""
TAG_PX = 62
SHORT_SHARE = 4
"""The quicker line's window is the fourth part of the other's."""
_DAY_MS = 86_400_000


class PairView(QWidget):
    """Shows the correlation of a pair as it rolled, over the window and a fourth of it, and its returns."""

    closed = Signal()
    """The trader is done with this pair."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._names = ("", "")
        self._span = self._reference = self._bar = ""
        self._course: Floats = np.zeros(0)
        self._quick: Floats = np.zeros(0)
        self._band: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))
        self._quick_title = ""
        self._facts: list[str] = []
        self._newest = np.zeros(0, np.bool_)
        self._crash_days_ms: tuple[int, ...] = ()
        self._r_squared = np.nan
        self._returns: Floats = np.zeros((0, 2))
        self._end_ms, self._step_ms = 0, 1
        self._slope = np.nan
        self.setAccessibleName("Course of a correlation")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumHeight(130)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_pair(self, found: Correlations, first: str, second: str) -> None:
        """Show a pair of what was found: the first goes up the scatter, the second along it."""
        columns = [found.symbols.index(symbol) for symbol in (first, second)]
        x, y = (found.returns[:, column] for column in columns)
        self._names = base_name(first), base_name(second)
        self._span, self._bar, self._reference = found.span.title, found.span.bar, found.span.reference
        bars = found.span.bars
        quick = max(10, bars // SHORT_SHARE)
        self._course = rolling_correlation(x, y, bars)[bars - 1 :]
        self._quick = rolling_correlation(x, y, quick)[bars - 1 :]
        self._band = fisher_intervals(self._quick, np.full(len(self._quick), quick))
        self._quick_title = _length(quick * found.span.timeframe_ms)
        window = found.returns[-bars:][:, columns]
        known = np.isfinite(window).all(axis=1)
        self._returns = window[known]
        self._newest = (np.arange(bars)[::-1] * found.span.timeframe_ms < _DAY_MS)[known]
        if found.span.timeframe_ms * bars <= 2 * _DAY_MS:
            self._newest[:] = False
        self._slope = beta(self._returns[:, 0], self._returns[:, 1])
        value, _ = pearson(self._returns[:, 0], self._returns[:, 1])
        self._r_squared = value * value
        self._crash_days_ms = found.crash_days_ms
        self._facts = _facts(found, columns[0], columns[1], self._returns)
        self._end_ms, self._step_ms = found.end_ms, found.span.timeframe_ms
        self.update()

    @property
    def course(self) -> Floats:
        """The rolling correlations shown, oldest first; nan where too little is known."""
        return self._course

    @property
    def title(self) -> str:
        """The head line's words."""
        return f"{self._names[0]} × {self._names[1]}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        if self._close_box.contains(event.position()):
            self.closed.emit()

    @property
    def _close_box(self) -> QRectF:
        return QRectF(self.width() - HEAD_PX, 0, HEAD_PX, HEAD_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.panel)
        painter.setPen(self._theme.hairline)
        painter.drawLine(0, 0, self.width(), 0)
        self._paint_head(painter)
        below = QRectF(0, HEAD_PX, self.width(), self.height() - HEAD_PX - AXIS_PX)
        scatter = min(below.height() * 1.4, below.width() * 0.42)
        if self.width() < SCATTER_FROM_PX:
            scatter = 0.0
        self._paint_course(painter, below.adjusted(8, 4, -scatter - 34, -2))
        if scatter:
            box = QRectF(below.right() - scatter + 20, below.top() + 4, scatter - 28, below.height() - 6)
            self._paint_scatter(painter, box)

    def _paint_head(self, painter: QPainter) -> None:
        painter.setFont(ui_font(AGE_PX, 600))
        painter.setPen(self._theme.text)
        metrics = QFontMetricsF(painter.font())
        line = QRectF(8, 0, self.width() - 16 - HEAD_PX, HEAD_PX)
        painter.drawText(line, _LEFT, self.title)
        left = metrics.horizontalAdvance(self.title) + 18
        painter.setFont(self._font)
        painter.setPen(self._theme.muted)
        rest = line.adjusted(left - 8, 0, 0, 0)
        fit = QFontMetricsF(self._font)
        what = f"rolling ρ · scatter of {self._bar} returns, {self._span}"
        facts = list(self._facts)
        while facts and fit.horizontalAdvance("   ".join(facts)) > rest.width():
            facts.pop()
        told = "   ".join(facts)
        if fit.horizontalAdvance(what) + fit.horizontalAdvance(told) + 20 <= rest.width():
            painter.drawText(rest, _LEFT, what)
        painter.setPen(self._theme.text)
        painter.drawText(rest.adjusted(0, 0, -8, 0), _RIGHT, told)
        box = self._close_box.adjusted(7, 7, -7, -7)
        painter.setPen(QPen(self._theme.muted, 1.4))
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())

    def _paint_course(self, painter: QPainter, box: QRectF) -> None:
        known = np.flatnonzero(np.isfinite(self._course))
        painter.setFont(self._font)
        if len(known) < 2 or box.width() < 40 or box.height() < 20:
            painter.setPen(self._theme.muted)
            words = f"A course needs more than {self._span} of both."
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
            return
        box = box.adjusted(0, 0, -(TAG_PX - 34), 0)
        shown = np.concatenate([self._course, self._quick, *self._band])
        shown = shown[np.isfinite(shown)]
        least, most = _round_scale(float(shown.min()), float(shown.max()))

        def height(values: Floats) -> Floats:
            found: Floats = box.bottom() - (values - least) / (most - least) * box.height()
            return found

        along = box.left() + np.arange(len(self._course)) / max(1, len(self._course) - 1) * box.width()
        step = 0.2 if most - least > 0.45 else 0.1 if most - least > 0.22 else 0.05
        for number in range(ceil(least / step - 1e-9), floor(most / step + 1e-9) + 1):
            value = number * step
            at = float(height(np.array([value]))[0])
            painter.setPen(QPen(self._theme.hairline, 1))
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
            painter.setPen(self._theme.muted)
            label = QRectF(box.right() + 5, min(max(at - 8, box.top() - 4), box.bottom() - 10), 40, 16)
            painter.drawText(label, _LEFT, format.price(value, 2))
        self._paint_crash_days(painter, box)
        self._paint_band(painter, along, height)
        lines = (
            (self._course, self._theme.text, 1.2, self._span),
            (self._quick, self._theme.accent, 1.4, self._quick_title),
        )
        tags = []
        for values, color, width, title in lines:
            there = np.flatnonzero(np.isfinite(values))
            if len(there) < 2:
                continue
            painter.setPen(QPen(color, width))
            for part in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
                painter.drawPolyline(_polygon(along[part], height(values[part])))
            y = float(height(values[there[-1:]])[0])
            tags.append((y, f"{title} {cell_figure(float(values[there[-1]]))}", color))
        self._paint_tags(painter, box, tags)
        painter.setPen(self._theme.muted)
        axis = QRectF(box.left(), box.bottom() + 2, box.width(), AXIS_PX - 2)
        painter.drawText(axis, _LEFT, self._moment(len(self._course) - 1))
        painter.drawText(axis, Qt.AlignmentFlag.AlignCenter, self._moment(len(self._course) // 2))
        painter.drawText(axis, _RIGHT, self._moment(0))

    def _paint_band(self, painter: QPainter, along: Floats, height: Callable[[Floats], Floats]) -> None:
        """The interval of the quicker line."""
        low, high = self._band
        known = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(self._theme.accent, 0.18))
        for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            if len(part) > 1:
                x = np.concatenate((along[part], along[part][::-1]))
                y = np.concatenate((height(low[part]), height(high[part])[::-1]))
                painter.drawPolygon(_polygon(x, y))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_crash_days(self, painter: QPainter, box: QRectF) -> None:
        whole = max(1, (len(self._course) - 1) * self._step_ms)
        for day_ms in self._crash_days_ms:
            share = 1 - (self._end_ms - day_ms) / whole
            if not 0 < share < 1:
                continue
            x = box.left() + share * box.width()
            painter.setPen(QPen(self._theme.danger, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.setPen(self._theme.muted)
            painter.drawText(QRectF(x - 64, box.bottom() - 15, 60, 14), _RIGHT, day_words(day_ms))

    def _paint_tags(self, painter: QPainter, box: QRectF, tags: list[tuple[float, str, QColor]]) -> None:
        """The newest figure of each line at the right, none over another."""
        last = box.top() - 20.0
        for y, words, color in sorted(tags, key=lambda tag: tag[0]):
            top = min(max(y - 8, last + 1), box.bottom() - 15)
            place = QRectF(box.right() + 2, top, TAG_PX + 6, 16)
            last = top + 16
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(place, 3, 3)
            painter.setPen(self._theme.on_accent if color == self._theme.accent else self._theme.window)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _moment(self, bars_ago: int) -> str:
        moment = self._end_ms - bars_ago * self._step_ms
        short = self._step_ms * len(self._course) < 86_400_000
        return format.utc_time(moment)[:5] if short else format.utc_date(moment)

    def _paint_scatter(self, painter: QPainter, box: QRectF) -> None:
        if len(self._returns) < 3 or box.width() < 30 or box.height() < 30:
            return
        up, along = self._returns[:, 0] * 100, self._returns[:, 1] * 100
        # A leap or two must not press all others into a point: they stand at the edge.
        reach_up, reach_along = (
            max(float(np.quantile(np.abs(side), 0.99)) * 1.1, 1e-6) for side in (up, along)
        )
        painter.setPen(QPen(self._theme.hairline, 1))
        middle = box.center()
        painter.drawLine(QPointF(box.left(), middle.y()), QPointF(box.right(), middle.y()))
        painter.drawLine(QPointF(middle.x(), box.top()), QPointF(middle.x(), box.bottom()))
        x = middle.x() + np.clip(along / reach_along, -1, 1) * box.width() / 2
        y = middle.y() - np.clip(up / reach_up, -1, 1) * box.height() / 2
        pen = QPen(tint(self._theme.muted, 0.6), 2.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(_polygon(x, y))
        painter.setPen(QPen(self._theme.accent, 1.3))
        for point in zip(x[self._newest].tolist(), y[self._newest].tolist(), strict=True):
            painter.drawEllipse(QPointF(*point), 2.6, 2.6)
        if np.isfinite(self._slope):
            painter.save()
            painter.setClipRect(box)
            painter.setPen(QPen(self._theme.text, 1.2))
            rise = self._slope * reach_along / reach_up * box.height() / 2
            shift = float(up.mean() - self._slope * along.mean()) / reach_up * box.height() / 2
            painter.drawLine(
                QPointF(box.left(), middle.y() + rise - shift),
                QPointF(box.right(), middle.y() - rise - shift),
            )
            painter.restore()
        painter.setPen(self._theme.muted)
        axis = QRectF(box.left() - 14, box.bottom() + 2, box.width() + 20, AXIS_PX - 2)
        painter.drawText(axis, _RIGHT, f"{self._names[1]} ±{reach_along:.2g} %")
        painter.drawText(box.adjusted(2, -2, 0, 0), _TOP, f"{self._names[0]} ±{reach_up:.2g} %")
        off = int(np.count_nonzero((np.abs(up) > reach_up) | (np.abs(along) > reach_along)))
        if off:
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(box, corner, f"{off} {'bar' if off == 1 else 'bars'} off scale")
        painter.setPen(self._theme.text)
        fit = f"β {format.price(self._slope, 2)} · r² {cell_figure(self._r_squared)}"
        painter.drawText(box.adjusted(2, 12, 0, 0), _TOP, fit)
        if self._newest.any():
            painter.setPen(self._theme.accent)
            painter.drawText(box.adjusted(2, 26, 0, 0), _TOP, "○ last 24 h")


def _facts(found: Correlations, row: int, column: int, returns: Floats) -> list[str]:
    """What the head tells of a pair, the most important first."""
    value, low, high = (float(of[row, column]) for of in (found.values, found.low, found.high))
    interval = f" [{cell_figure(low)}, {cell_figure(high)}]" if low == low else ""
    facts = [f"ρ {cell_figure(value)}{interval}" if value == value else "ρ not known"]
    rank, _ = spearman(returns[:, 0], returns[:, 1])
    if rank == rank:
        facts.append(f"Spearman {cell_figure(rank)}")
    if found.net is not None and found.net[row, column] == found.net[row, column]:
        facts.append(f"net of BTC {cell_figure(float(found.net[row, column]))}")
    if found.crash_days_ms:
        kept = found.returns[-found.span.bars :][~found.crash[-found.span.bars :]]
        without, _ = pearson(kept[:, row], kept[:, column])
        if without == without:
            facts.append(f"without {crash_words(found)} {cell_figure(without)}")
    return facts


def _round_scale(least: float, most: float) -> tuple[float, float]:
    """The tenths around both, within −1 and 1 and never nothing."""
    low, high = max(-1.0, np.floor(least * 10) / 10), min(1.0, np.ceil(most * 10) / 10)
    return (low, high) if high > low else (max(-1.0, low - 0.1), min(1.0, high + 0.1))


def _length(length_ms: int) -> str:
    """A window's length in its largest unit: "7.5 d", "22 h"."""
    for unit_ms, unit in ((_DAY_MS, "d"), (3_600_000, "h"), (60_000, "min")):
        if length_ms >= unit_ms:
            return f"{length_ms / unit_ms:.2g} {unit}"
    return f"{length_ms // 1000} s"


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
