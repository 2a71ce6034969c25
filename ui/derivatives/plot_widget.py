"""What every painted plot of derivatives has in common: its theme, its fonts, and the pointer over it."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.derivatives.plot import LEFT, Plot
from ui.theme import AGE_PX, Theme, tint, ui_font

TIP_PX = 18


class PlotWidget(QWidget):
    """A plot that follows the pointer; what it shows is painted by whoever is one."""

    def __init__(
        self, theme: Theme, name: str, usual: tuple[int, int], least: tuple[int, int], parent: QWidget | None
    ) -> None:
        """Begin empty.

        Args:
            name: read out by screen readers.
            usual, least: width and height that it asks for, px.
        """
        super().__init__(parent)
        self._theme = theme
        self._usual, self._least = QSize(*usual), QSize(*least)
        self._pointer: QPointF | None = None
        self._small = ui_font(AGE_PX)
        self._small_metrics = QFontMetricsF(self._small)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        return self._usual

    def minimumSizeHint(self) -> QSize:
        return self._least

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def pointed(self, plot: Plot) -> QPointF | None:
        """Where the pointer is, if it is over the plot."""
        pointer = self._pointer
        return pointer if pointer is not None and plot.area.contains(pointer) else None

    def pointed_at(self, plot: Plot) -> float | None:
        """What lies under the pointer along the plot; None while it is elsewhere."""
        pointer = self.pointed(plot)
        if pointer is None:
            return None
        share = (pointer.x() - plot.area.left()) / plot.area.width()
        return plot.left + share * (plot.right - plot.left)

    def paint_pointed_line(self, painter: QPainter, plot: Plot, x: float) -> None:
        """Paint the line up and down through a pixel."""
        painter.setPen(QPen(tint(self._theme.text, 0.4), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()))

    def paint_tip(self, painter: QPainter, plot: Plot, x: float, top: float, words: str) -> None:
        """Paint words beside a pixel, within the plot's left and right edge."""
        painter.setFont(self._small)
        width = self._small_metrics.horizontalAdvance(words) + 12
        left = max(plot.area.left(), min(x + 8, plot.area.right() - width))
        box = QRectF(left, top, width, TIP_PX)
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
