"""One pair of the matrix: how its correlation went, and its returns against each other."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui import format
from ui.correlation.cell_text import base_name
from ui.correlation.source import Correlations
from ui.theme import AGE_PX, Theme, tint, ui_font
from workstation.analytics.correlation import beta
from workstation.analytics.correlation_matrix import Floats, rolling_correlation

HEAD_PX = 22
AXIS_PX = 18
SCATTER_FROM_PX = 260
"""Width from which the scatter has room beside the course."""


class PairView(QWidget):
    """Shows Pearson's correlation of a pair over the window as it rolled, and the window's returns."""

    closed = Signal()
    """The trader is done with this pair."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._names = ("", "")
        self._span = self._reference = self._bar = ""
        self._course: Floats = np.zeros(0)
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
        self._course = rolling_correlation(x, y, found.span.bars)[found.span.bars - 1 :]
        window = found.returns[-found.span.bars :][:, columns]
        self._returns = window[np.isfinite(window).all(axis=1)]
        self._slope = beta(self._returns[:, 0], self._returns[:, 1])
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
        wordings = (
            f"Pearson over {self._span}, rolled bar by bar · β {format.price(self._slope, 2)}"
            f" · {self._bar} returns, n {len(self._returns)}",
            f"ρ over {self._span} · β {format.price(self._slope, 2)} · n {len(self._returns)}",
            f"β {format.price(self._slope, 2)}",
        )
        fit = QFontMetricsF(self._font)
        words = next((text for text in wordings if fit.horizontalAdvance(text) <= rest.width()), "")
        painter.drawText(rest, _LEFT, words)
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
        values = self._course[known]
        least, most = float(values.min()), float(values.max())
        room = max(0.05, (most - least) * 0.12)
        least, most = max(-1.0, least - room), min(1.0, most + room)
        x = box.left() + known / max(1, len(self._course) - 1) * box.width()
        y = box.bottom() - (values - least) / (most - least) * box.height()
        for value in (least, (least + most) / 2, most):
            at = box.bottom() - (value - least) / (most - least) * box.height()
            painter.setPen(QPen(self._theme.hairline, 1))
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
            painter.setPen(self._theme.muted)
            label = QRectF(box.right() + 3, min(max(at - 8, box.top() - 4), box.bottom() - 10), 34, 16)
            painter.drawText(label, _LEFT, format.price(value, 2))
        painter.setPen(QPen(self._theme.accent, 1.4))
        for part in np.split(np.arange(len(known)), np.flatnonzero(np.diff(known) > 1) + 1):
            painter.drawPolyline(_polygon(x[part], y[part]))
        painter.setBrush(self._theme.accent)
        painter.drawEllipse(QPointF(float(x[-1]), float(y[-1])), 2.0, 2.0)
        painter.setPen(self._theme.muted)
        axis = QRectF(box.left(), box.bottom() + 2, box.width(), AXIS_PX - 2)
        painter.drawText(axis, _LEFT, self._moment(len(self._course) - 1))
        painter.drawText(axis, _RIGHT, self._moment(0))

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
        pen = QPen(tint(self._theme.accent, 0.55), 2.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(_polygon(x, y))
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


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
