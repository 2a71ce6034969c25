"""The trader's own fills and prices, painted on the price pane."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.charting.own_trades import OwnLine
from ui.theme import AGE_PX, Theme, mix, ui_font
from ui.widgets.plot_overlay import PlotOverlay
from workstation.model.orders import Fill, Side

REACH_PX = 6.0
"""Half the width of a fill's triangle; as near the pointer must be to ask what it is."""
CLEAR_PX = 3.0
"""Between a fill's price and its triangle: the bar's end stays in sight."""
BOX_PX = 16
MOST_FILLS = 2_000
"""The newest are painted; a chart with more of them is nothing but them."""


class OwnTradesItem(PlotOverlay):
    """A triangle under every buy and over every sale, tip at its price; a line for each own price."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._font = ui_font(AGE_PX, 600)
        self._metrics = QFontMetricsF(self._font)
        self._fills: Sequence[Fill] = ()
        self._times = np.empty(0)
        self._lines: tuple[OwnLine, ...] = ()

    @property
    def lines(self) -> tuple[OwnLine, ...]:
        """The lines shown."""
        return self._lines

    def show_own(self, fills: Sequence[Fill], lines: Sequence[OwnLine]) -> None:
        """Show these; nothing is painted anew if they are the same."""
        fills = fills[-MOST_FILLS:]
        same = len(fills) == len(self._fills) and (not fills or fills[-1] == self._fills[-1])
        if same and tuple(lines) == self._lines:
            return
        self._fills, self._lines = tuple(fills), tuple(lines)
        self._times = np.array([fill.event_ms for fill in fills], np.float64)
        self.update()

    def fill_at(self, position: QPointF) -> Fill | None:
        """The fill whose triangle is under the pointer, widget pixels; None where there is none."""
        for fill, x, y in self._in_view():
            middle = y + (CLEAR_PX + REACH_PX) * (1 if fill.side is Side.BUY else -1)
            if abs(position.x() - x) <= REACH_PX + 2 and abs(position.y() - middle) <= REACH_PX + 2:
                return fill
        return None

    def _in_view(self) -> list[tuple[Fill, float, float]]:
        """The fills in view with their pixels, the newest first."""
        mapping = self.mapping
        first, end = np.searchsorted(self._times, (mapping.from_ms, mapping.to_ms))
        return [
            (fill, mapping.x(fill.event_ms), mapping.y(float(fill.price)))
            for fill in reversed(self._fills[first:end])
            if mapping.low <= float(fill.price) <= mapping.high
        ]

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if not self._lines and not self._fills:
            return
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.mapping.width, self.mapping.height))
        painter.setFont(self._font)
        for line, box in self.boxes():
            self._paint_line(painter, line, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for fill, x, y in self._in_view():
            self._paint_fill(painter, fill, x, y)
        painter.restore()

    def boxes(self) -> list[tuple[OwnLine, QRectF]]:
        """The lines in view and where their words stand: at the right, beside those that are there."""
        mapping = self.mapping
        placed: list[tuple[OwnLine, QRectF]] = []
        for line in self._lines:
            if not mapping.low <= line.price <= mapping.high:
                continue
            width = self._metrics.horizontalAdvance(line.words) + 12
            top = round(mapping.y(line.price)) - BOX_PX / 2
            box = QRectF(max(0.0, mapping.width - width - 4), top, width, BOX_PX)
            for _, other in sorted(placed, key=lambda item: -item[1].left()):
                if box.intersects(other):
                    box.moveRight(other.left() - 4)
            placed.append((line, box))
        return placed

    def _paint_line(self, painter: QPainter, line: OwnLine, box: QRectF) -> None:
        mapping, theme = self.mapping, self.theme
        color, y = getattr(theme, line.role), round(mapping.y(line.price))
        pen = QPen(color, 1)
        if line.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(0, y, round(mapping.width), y)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(theme.panel, color, 0.22) if line.dashed else color)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(color if line.dashed else theme.on_accent)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line.words)

    def _paint_fill(self, painter: QPainter, fill: Fill, x: float, y: float) -> None:
        theme, buys = self.theme, fill.side is Side.BUY
        away = 1 if buys else -1
        tip, base = y + away * CLEAR_PX, y + away * (CLEAR_PX + 2 * REACH_PX)
        # A rim in the panel's colour keeps it apart from bars of the same colour.
        painter.setPen(QPen(theme.danger if fill.is_liquidation else theme.text, 1))
        painter.setBrush(theme.up if buys else theme.down)
        corners = [QPointF(x, tip), QPointF(x - REACH_PX, base), QPointF(x + REACH_PX, base)]
        painter.drawPolygon(QPolygonF(corners))
