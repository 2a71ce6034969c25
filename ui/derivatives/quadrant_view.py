"""The quadrants of price and open interest: a mark and name each, the way of the linked one."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from ui.derivatives.funding_tiles import rate_text
from ui.derivatives.plot import CENTER, LEFT, RIGHT, Floats, Plot, polygon, steps
from ui.derivatives.quadrants import BUILDS, RISES, Standing, quadrant_words, reach
from ui.theme import AGE_PX, Theme, tint, ui_font

SCALE_PX = 46
AXIS_PX = 18
MARK_PX = 5.0
NARROW_PX = 190
NO_PATH: tuple[Floats, Floats] = (np.zeros(0), np.zeros(0))


class QuadrantView(QWidget):
    """Paints the marks; names that would lie on one another are left to the tip."""

    chosen = Signal(str)
    """The symbol that was clicked, or stepped to with the arrows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.standings: tuple[Standing, ...] = ()
        self._linked = ""
        self._path = NO_PATH
        self._stamp: object = None
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Price and open interest")

    def sizeHint(self) -> QSize:
        return QSize(340, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_standings(
        self, standings: tuple[Standing, ...], linked: str, path: tuple[Floats, Floats]
    ) -> None:
        """Show the symbols, and the way of the linked one."""
        rounded = tuple(
            (one.symbol, round(one.price_rate * 2, 3), round(one.interest_rate * 2, 3), one.stale)
            for one in standings
        )
        stamp = (rounded, linked, path[0].tobytes(), path[1].tobytes())
        if stamp != self._stamp:
            self._stamp, self.standings, self._linked, self._path = stamp, standings, linked, path
            self.update()

    def _plot(self) -> Plot:
        along, up = reach(self.standings, self._path)
        area = QRectF(8, 6, self.width() - SCALE_PX - 8, self.height() - AXIS_PX - 8)
        return Plot(area, -along, along, -up, up)

    def _point(self, plot: Plot, one: Standing) -> tuple[QPointF, bool]:
        """Where a symbol stands; at the edge, and told so, where it lies beyond."""
        x = min(max(one.price_rate, plot.left * 0.97), plot.right * 0.97)
        y = min(max(one.interest_rate, plot.low * 0.97), plot.high * 0.97)
        return QPointF(plot.x(x), plot.y(y)), (x, y) != (one.price_rate, one.interest_rate)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        theme, plot = self._theme, self._plot()
        painter.fillRect(self.rect(), theme.panel)
        area = plot.area
        if area.width() < 40 or area.height() < 40:
            return
        zero = QPointF(plot.x(0), plot.y(0))
        painter.fillRect(QRectF(zero, area.topRight()).normalized(), tint(theme.up, 0.09))
        painter.fillRect(QRectF(area.topLeft(), zero).normalized(), tint(theme.down, 0.10))
        self._paint_scales(painter, plot)
        painter.setPen(QPen(theme.dim, 1))
        painter.drawLine(QPointF(area.left(), zero.y()), QPointF(area.right(), zero.y()))
        painter.drawLine(QPointF(zero.x(), area.top()), QPointF(zero.x(), area.bottom()))
        top, bottom = QRectF(area.left() + 6, area.top() + 2, area.width() - 12, 16), area.bottom() - 18
        low = QRectF(area.left() + 6, bottom, area.width() - 12, 16)
        for box, flag, words, color in (
            (top, LEFT, "new shorts", theme.down),
            (top, RIGHT, "new longs", theme.up),
            (low, LEFT, "longs leaving", theme.muted),
            (low, RIGHT, "shorts covering", theme.muted),
        ):
            if area.width() < NARROW_PX:
                words = words.split()[-1]
            painter.setPen(color)
            painter.drawText(box, flag, words)
        self._paint_path(painter, plot)
        corners = [
            QRectF(box.left() if left else box.right() - width, box.top(), width, box.height())
            for box in (top, low)
            for left, width in ((True, 76.0), (False, 88.0))
        ]
        self._paint_marks(painter, plot, corners)

    def _paint_scales(self, painter: QPainter, plot: Plot) -> None:
        theme, area = self._theme, plot.area
        for value in steps(plot.left, plot.right, max(2, int(area.width() / 62))):
            x = plot.x(value)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(theme.muted)
            if x < area.right() - 64:
                painter.drawText(
                    QRectF(x - 30, area.bottom() + 2, 60, AXIS_PX - 2), CENTER, _scale_text(value)
                )
        for value in steps(plot.low, plot.high, max(2, int(area.height() / 40))):
            y = plot.y(value)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.muted)
            if y > area.top() + 18:
                painter.drawText(QRectF(area.right() + 5, y - 8, SCALE_PX, 16), LEFT, _scale_text(value))
        painter.setPen(theme.muted)
        painter.drawText(QRectF(area.right() - 60, area.bottom() + 2, 60, AXIS_PX - 2), RIGHT, "Δ price %")
        painter.drawText(QRectF(area.right() + 5, area.top(), SCALE_PX, 16), LEFT, "Δ OI %")

    def _paint_path(self, painter: QPainter, plot: Plot) -> None:
        along, up = self._path
        if len(along) < 2:
            return
        xs = plot.area.left() + (along - plot.left) / (plot.right - plot.left) * plot.area.width()
        ys = plot.area.bottom() - (up - plot.low) / (plot.high - plot.low) * plot.area.height()
        painter.setPen(QPen(self._theme.accent, 1, Qt.PenStyle.DotLine))
        painter.drawPolyline(polygon(xs, ys))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.accent)
        for x, y in zip(xs[:-1].tolist(), ys[:-1].tolist(), strict=True):
            painter.drawEllipse(QPointF(x, y), 1.8, 1.8)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_marks(self, painter: QPainter, plot: Plot, taken: list[QRectF]) -> None:
        theme = self._theme
        ordered = sorted(self.standings, key=lambda one: one.symbol != self._linked)
        points = {one.symbol: self._point(plot, one) for one in ordered}
        boxes = [QRectF(point.x() - 6, point.y() - 6, 12, 12) for point, _ in points.values()]
        named = list(taken)
        for one in reversed(ordered):
            point, beyond = points[one.symbol]
            self._paint_mark(painter, one, point)
            if one.symbol == self._linked:
                painter.setPen(QPen(theme.accent, 1.6))
                painter.drawEllipse(point, 9, 9)
            if beyond:
                painter.setPen(QPen(theme.warn, 1.2))
                painter.drawEllipse(point, 7, 7)
        for one in ordered:
            point, _ = points[one.symbol]
            words = one.base
            width = self._metrics.horizontalAdvance(words) + 2
            gap = 12 if one.symbol == self._linked else 8
            for box in (
                QRectF(point.x() + gap, point.y() - 7, width, 14),
                QRectF(point.x() - gap - width, point.y() - 7, width, 14),
                QRectF(point.x() - width / 2, point.y() - gap - 13, width, 14),
                QRectF(point.x() - width / 2, point.y() + gap - 1, width, 14),
            ):
                clear = plot.area.contains(box) and not any(box.intersects(other) for other in named)
                if clear and not any(box.intersects(mark) for mark in boxes if not mark.contains(point)):
                    painter.setPen(
                        theme.accent
                        if one.symbol == self._linked
                        else theme.muted
                        if one.stale
                        else theme.text
                    )
                    painter.drawText(box, CENTER, words)
                    named.append(box)
                    break

    def _paint_mark(self, painter: QPainter, one: Standing, point: QPointF) -> None:
        """A triangle up where the price rose; filled where positions were opened."""
        theme, size = self._theme, MARK_PX
        if one.quadrant is None:
            painter.setPen(QPen(theme.muted, 1.4))
            painter.drawEllipse(point, 3, 3)
            return
        color = theme.up if one.quadrant in RISES else theme.down
        tip = -size if one.quadrant in RISES else size
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(tint(color, 0.5 if one.stale else 1.0) if one.quadrant in BUILDS else theme.panel)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(point.x(), point.y() + tip),
                    QPointF(point.x() - size, point.y() - tip * 0.8),
                    QPointF(point.x() + size, point.y() - tip * 0.8),
                ]
            )
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _nearest(self, at: QPointF) -> Standing | None:
        plot = self._plot()
        near = [
            ((point - at).manhattanLength(), place)
            for place, one in enumerate(self.standings)
            for point, _ in (self._point(plot, one),)
        ]
        return self.standings[min(near)[1]] if near and min(near)[0] < 18 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        one = self._nearest(event.position())
        if one is not None:
            self.chosen.emit(one.symbol)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        one = self._nearest(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if one is None else Qt.CursorShape.PointingHandCursor)
        QToolTip.showText(event.globalPosition().toPoint(), "" if one is None else tip_of(one), self)

    def leaveEvent(self, _event: QEvent) -> None:
        QToolTip.hideText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        if step is None or not self.standings:
            super().keyPressEvent(event)
            return
        symbols = [one.symbol for one in sorted(self.standings, key=lambda one: -one.price_rate)]
        place = symbols.index(self._linked) + step if self._linked in symbols else 0
        self.chosen.emit(symbols[place % len(symbols)])


def tip_of(one: Standing) -> str:
    """What a mark says under the pointer."""
    stale = ", old" if one.stale else ""
    return (
        f"{one.symbol}: {quadrant_words(one)}{stale}\n"
        f"price {rate_text(one.price_rate, 2)} %, open interest {rate_text(one.interest_rate, 2)} % in 24 h"
    )


def _scale_text(value: float) -> str:
    return (
        "0"
        if abs(value) < 1e-12
        else rate_text(value, 0 if abs(round(value * 100) - value * 100) < 1e-9 else 1)
    )
