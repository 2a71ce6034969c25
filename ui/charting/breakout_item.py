"""Breakouts on a chart: the level that broke, the candles of each stage, and how far the breakout has come.

How to host one::

    item = BreakoutItem(theme)
    plot.add_overlay(item, 2)
    item.set_breakouts(watch.breakouts, decimals)      # whenever `BreakoutWatch.refresh` says so
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.theme import AGE_PX, Theme, tint, ui_font
from ui.widgets.plot_overlay import PlotOverlay
from workstation.analytics.breakout import Breakout, Event, Stage

MARK_PX = 7.0
LABEL_PX = 15.0
OFF_PX = 16.0
"""A stage's mark stands so far from the price of its candle."""


def words(breakout: Breakout, decimals: int) -> str:
    """Return what is said of a breakout: "level 61 654 · broke with 1.8 × volume · retest 1 of 2"."""
    way = "" if breakout.direction > 0 else " down"
    parts = [
        f"level {format.price(breakout.level, decimals)}",
        f"broke{way} with {breakout.multiple:.1f} × volume",
    ]
    if breakout.retests or breakout.stage in (Stage.HOLDING, Stage.CONFIRMED):
        parts.append(f"retest {breakout.retests} of {breakout.wanted}")
    elif breakout.stage is Stage.PULLBACK:
        parts.append("pulled back to it")
    if breakout.stage.is_over:
        parts.append(breakout.stage.value)
    return " · ".join(parts)


class BreakoutItem(PlotOverlay):
    """Paints the newest breakout of each level."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.decimals = 2
        """Digits of prices."""
        self.bar_ms = 60_000
        """Length of a candle: marks stand in its middle."""
        self._breakouts: tuple[Breakout, ...] = ()
        self._font = ui_font(AGE_PX)
        self._strong = ui_font(AGE_PX, 600)
        self._metrics = QFontMetricsF(self._font)

    def set_breakouts(self, breakouts: tuple[Breakout, ...], bar_ms: int, decimals: int) -> None:
        """Show these."""
        shown = (breakouts, bar_ms, decimals)
        if shown != (self._breakouts, self.bar_ms, self.decimals):
            self._breakouts, self.bar_ms, self.decimals = shown
            self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if not self._breakouts:
            return
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.mapping.width, self.mapping.height))
        taken: list[QRectF] = []
        # Those that go on come last: above, and first to have their words.
        for breakout in sorted(self._breakouts, key=lambda item: (item.stage.is_over, -item.broke_ms)):
            self._paint_breakout(painter, breakout, taken)
        painter.restore()

    def _paint_breakout(self, painter: QPainter, breakout: Breakout, taken: list[QRectF]) -> None:
        mapping, theme = self.mapping, self.theme
        begin = mapping.x(breakout.broke_ms + self.bar_ms / 2)
        end = mapping.width
        if breakout.stage.is_over:
            end = min(end, mapping.x(breakout.events[-1].open_ms + self.bar_ms / 2))
        y = round(mapping.y(breakout.level))
        if end < 0 or begin > mapping.width or not 0 <= y <= mapping.height:
            return
        color = theme.dim if breakout.stage.is_over else theme.warn
        painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(max(begin, 0.0), y), QPointF(end, y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        below: dict[int, int] = {}  # marks of one candle stand one beyond the other
        for event in breakout.events:
            place = below[event.open_ms] = below.get(event.open_ms, 0) + 1
            self._paint_event(painter, breakout, event, place, color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._label(painter, breakout, max(begin, 0.0), y, taken)

    def _paint_event(
        self, painter: QPainter, breakout: Breakout, event: Event, place: int, color: QColor
    ) -> None:
        mapping, theme, side = self.mapping, self.theme, breakout.direction
        x = mapping.x(event.open_ms + self.bar_ms / 2)
        if not -MARK_PX <= x <= mapping.width + MARK_PX:
            return
        # Beyond the candle, on the side that the market came from.
        y = mapping.y(event.price) + side * OFF_PX * place
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(theme.panel)
        if event.stage is Stage.BROKEN:
            y = mapping.y(breakout.level)
            painter.setBrush(color)
            tip = -side * MARK_PX
            painter.drawPolygon(
                QPolygonF([QPointF(x - MARK_PX, y - tip), QPointF(x, y + tip), QPointF(x + MARK_PX, y - tip)])
            )
            return
        painter.drawEllipse(QPointF(x, y), MARK_PX + 2, MARK_PX + 1)
        text = {
            Stage.PULLBACK: "P",
            Stage.HOLDING: f"R{event.retests}",
            Stage.CONFIRMED: "✓",
            Stage.FAILED: "✕",
            Stage.EXPIRED: "–",
        }[event.stage]
        painter.setFont(self._strong)
        painter.setPen(theme.muted if breakout.stage.is_over else theme.text)
        painter.drawText(QRectF(x - 12, y - 8, 24, 16), Qt.AlignmentFlag.AlignCenter, text)

    def _label(
        self, painter: QPainter, breakout: Breakout, begin: float, y: float, taken: list[QRectF]
    ) -> None:
        text = words(breakout, self.decimals)
        width = self._metrics.horizontalAdvance(text) + 8
        left = min(begin + MARK_PX + 6, self.mapping.width - width - 4)
        # Below the line before above it: there the level's own name stands.
        for top in (y + 3, y - LABEL_PX - 2, y - 2 * LABEL_PX - 4, y + LABEL_PX + 5):
            box = QRectF(max(left, 4.0), top, width, LABEL_PX)
            inside = 0 <= top <= self.mapping.height - LABEL_PX
            if inside and not any(box.intersects(other) for other in taken):
                break
        else:
            return
        taken.append(box)
        painter.fillRect(box, tint(self.theme.panel, 0.8))
        painter.setFont(self._font)
        painter.setPen(self.theme.muted if breakout.stage.is_over else self.theme.warn)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
