"""The crosshair: two hairlines where this or a linked panel's pointer is."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme, tint
from ui.widgets.plot_overlay import PlotOverlay


class CrosshairLines(PlotOverlay):
    """A vertical line through all panes and a horizontal one through the price pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.time_ms: float | None = None
        self.price: float | None = None

    def set_position(self, time_ms: float | None, price: float | None) -> None:
        """Move to a moment and a price; None leaves out that line."""
        if (time_ms, price) == (self.time_ms, self.price):
            return
        before = self.lines()
        self.time_ms, self.price = time_ms, price
        after = self.lines()
        if after != before:
            for rect in (*before, *after):
                self.update(rect)

    def lines(self) -> list[QRectF]:
        """The lines in view, as rectangles of one pixel's width."""
        mapping = self.mapping
        lines = []
        if self.time_ms is not None and mapping.from_ms <= self.time_ms <= mapping.to_ms:
            lines.append(QRectF(round(mapping.x(self.time_ms)), 0, 1, mapping.lower_bottom))
        if self.price is not None and mapping.low <= self.price <= mapping.high:
            lines.append(QRectF(0, round(mapping.y(self.price)), mapping.width, 1))
        return lines

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        # Seen through: the line must not hide the wick that it stands on.
        color = tint(self.theme.muted, 0.6)
        for line in self.lines():
            painter.fillRect(line, color)
