"""The panes below the price: how they share the height, what is painted in them, and what sizes them."""

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui.charting.bar_view import BarView
from ui.charting.pane import Pane
from ui.theme import AGE_PX, Theme, mix, tint, ui_font
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from ui.widgets.text_widths import TextWidths
from ui.widgets.time_axis import TIME_AXIS_HEIGHT
from ui.widgets.time_price_plot import TimePricePlot

MOST_SHARE = 0.72
"""All panes together leave the price at least the rest of the height."""
LEAST_PX = 30
"""A pane that would be lower is left out until there is room."""
LEAST_SHARE, GREATEST_SHARE = 0.04, 0.6
HANDLE_PX = 7
TAG_PX = 16
AXIS_PAD_PX = 8
UNIT_FROM_PX = 54
"""Height of a pane from which its unit has a line at the top of its scale."""


class PaneStack(QObject):
    """Panes by key, from top to bottom."""

    changed = Signal()
    """Panes have come, gone, moved or been sized."""

    def __init__(self, plot: TimePricePlot, bars: BarView) -> None:
        super().__init__(plot)
        self._plot, self._bars = plot, bars
        self._panes: list[Pane] = []
        self._handles: list[_Handle] = []
        self._shown_count = 0
        self._newest = _Newest(plot.theme, self, bars)
        self._frame = _Frame(plot.theme, self)
        plot.add_settled(self)
        plot.add_overlay(self._newest)
        plot.add_overlay(self._frame, 103)
        plot.pointed.connect(self._frame.point_at)

    def __iter__(self) -> Iterator[Pane]:
        return iter(self._panes)

    def __len__(self) -> int:
        return len(self._panes)

    @property
    def shown(self) -> list[Pane]:
        """Those that there is room for, from top to bottom."""
        return [pane for pane in self._panes if pane.height > 0]

    def pane(self, key: str) -> Pane | None:
        """The pane of that key; None if there is none."""
        return next((pane for pane in self._panes if pane.key == key), None)

    def add(self, pane: Pane) -> None:
        """Add a pane at the bottom."""
        self._panes.append(pane)
        self._renew_handles()
        self._lay_out()

    def remove(self, key: str) -> None:
        """Take a pane away; nothing happens if there is none of that key."""
        self._panes = [pane for pane in self._panes if pane.key != key]
        self._renew_handles()
        self._lay_out()

    def move(self, key: str, places: int) -> None:
        """Move a pane so many places down (below 0 up), as far as there are others."""
        index = next(index for index, pane in enumerate(self._panes) if pane.key == key)
        pane = self._panes.pop(index)
        self._panes.insert(max(0, index + places), pane)
        self._lay_out()

    def arrange(self, shares: Sequence[tuple[str, float]]) -> None:
        """Put the panes into this order, at these shares of the height; those not named go behind."""
        rank = {key: place for place, (key, _) in enumerate(shares)}
        given = dict(shares)
        self._panes.sort(key=lambda pane: rank.get(pane.key, len(rank)))
        for pane in self._panes:
            pane.share = given.get(pane.key, pane.share)
        self._lay_out()

    def refresh(self) -> bool:
        """The newest bar is another: repaint what it touches; True if a scale has changed with it."""
        rescaled = False
        for pane in self.shown:
            rescaled |= pane.fit(self._bars, self._plot.mapping)
        self._newest.refresh()
        if rescaled:
            self._frame.update()
        return rescaled

    def drag(self, pane: Pane, dy: float) -> None:
        """Move a pane's upper edge so many px down; the pane above gives or takes the room."""
        share = dy / max(1.0, self._plot.mapping.lower_bottom)
        index = self._panes.index(pane)
        above = self._panes[index - 1] if index else None
        least = LEAST_PX / max(1.0, self._plot.mapping.lower_bottom)
        share = min(share, pane.share - least)
        if above is not None:
            share = max(share, least - above.share)
            above.share += share
        pane.share = min(pane.share - share, GREATEST_SHARE)
        self._lay_out()

    def place(self, mapping: PlotMapping) -> None:
        """Share the room below the price out among the panes and fit their scales."""
        room = mapping.lower_bottom - mapping.lower_top
        shown = self._fitting(mapping.lower_bottom)
        whole = sum(pane.share for pane in shown)
        edge = mapping.lower_top
        for pane in self._panes:
            if pane not in shown:
                pane.top = pane.bottom = 0.0
        for number, pane in enumerate(shown):
            last = number == len(shown) - 1
            pane.top = edge
            pane.bottom = mapping.lower_bottom if last else round(edge + room * pane.share / whole)
            edge = pane.bottom + 1
            pane.fit(self._bars, mapping)
        for handle in self._handles:
            handle.place(mapping.width)
        if len(shown) != self._shown_count:  # another height has room for more of them, or fewer
            self._shown_count = len(shown)
            self._plot.set_lower_share(min(MOST_SHARE, whole))

    def _fitting(self, height: float) -> list[Pane]:
        """The panes for which there is room in a plot so high: those further down are left out first."""
        shown = list(self._panes)
        while shown:
            whole = sum(pane.share for pane in shown)
            scale = min(1.0, MOST_SHARE / whole)
            if min(pane.share for pane in shown) * scale * height >= LEAST_PX:
                break
            shown.pop()
        return shown

    def _renew_handles(self) -> None:
        scene = self._plot.scene()
        for handle in self._handles:
            scene.removeItem(handle)
        self._handles = [_Handle(self, pane) for pane in self._panes]
        for handle in self._handles:
            scene.addItem(handle)

    def _lay_out(self) -> None:
        shown = self._fitting(max(1.0, float(self._plot.height() - TIME_AXIS_HEIGHT)))
        self._shown_count = len(shown)
        self._plot.set_lower_share(min(MOST_SHARE, sum(pane.share for pane in shown)))
        self.place(self._plot.mapping)
        self._frame.update()
        self._plot.repaint_settled()
        self.changed.emit()

    # What is painted once per view.

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        """Paint every pane's grid and every bar but the newest."""
        first, end = self._bars.visible(mapping)
        end = min(end, len(self._bars) - 1)
        quiet = mix(theme.panel, theme.hairline, 0.6)
        for pane in self.shown:
            painter.fillRect(QRectF(0, pane.top - 1, mapping.width, 1), theme.hairline)
            for value in pane.ticks():
                painter.fillRect(QRectF(0, round(pane.y(value)), mapping.width, 1), quiet)
            for value in () if pane.empty else pane.guides:
                painter.fillRect(QRectF(0, round(pane.y(value)), mapping.width, 1), theme.hairline)
            paint_pane(painter, pane, mapping, theme, first, end)


def paint_pane(
    painter: QPainter, pane: Pane, mapping: PlotMapping, theme: Theme, first: int, end: int
) -> None:
    """Paint bars first … end - 1 of everything in a pane."""
    if end <= first or pane.empty:
        return
    own = pane.mapping(mapping)
    painter.save()
    painter.translate(0, pane.top)
    painter.setClipRect(QRectF(0, 0, own.width, own.height))
    for layer in pane.layers:
        layer.paint_wash(painter, own, theme, first, end)
    for layer in pane.layers:
        layer.paint(painter, own, theme, first, end)
    painter.restore()


class _Newest(PlotOverlay):
    """The newest bar in every pane."""

    def __init__(self, theme: Theme, stack: PaneStack, bars: BarView) -> None:
        super().__init__(theme)
        self._stack, self._bars = stack, bars
        self._strip = QRectF()

    def refresh(self) -> None:
        """The newest bar is another."""
        strip = self._newest_strip()
        self.update(self._strip)
        self.update(strip)
        self._strip = strip

    def view_changed(self, mapping: PlotMapping) -> None:
        super().view_changed(mapping)
        self._stack.place(mapping)
        self._strip = self._newest_strip()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        count = len(self._bars)
        if self._strip.isEmpty() or not count:
            return
        for pane in self._stack.shown:
            paint_pane(painter, pane, self.mapping, self.theme, count - 1, count)

    def _newest_strip(self) -> QRectF:
        bars, mapping = self._bars, self.mapping
        if not len(bars):
            return QRectF()
        # Lines come from the bar before.
        left = mapping.x_at(bars.left(max(-2, -len(bars))))
        right = mapping.x_at(bars.right_end())
        strip = QRectF(
            int(left) - 2, mapping.lower_top, int(right - left) + 5, mapping.lower_bottom - mapping.lower_top
        )
        return strip & QRectF(0, mapping.lower_top, mapping.width, mapping.lower_bottom - mapping.lower_top)


class _Frame(PlotOverlay):
    """The scales beside the panes, and the crosshair's value in the pane that it is in."""

    def __init__(self, theme: Theme, stack: PaneStack) -> None:
        super().__init__(theme)
        self._stack = stack
        self._pointer_y: float | None = None
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._width_of = TextWidths(self._metrics)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def place(self, area: QRectF) -> None:
        # The scales stand right of the panes.
        super().place(area.adjusted(0, 0, 400, 0))

    def point_at(self, position: QPointF | None) -> None:
        """The pointer is there."""
        y = None
        if position is not None and 0 <= position.x() < self.mapping.width:
            y = next(
                (position.y() for pane in self._stack.shown if pane.top <= position.y() < pane.bottom), None
            )
        if y != self._pointer_y:
            before, self._pointer_y = self._pointer_y, y
            for at in (before, y):
                if at is not None:
                    self.update(QRectF(0, at - TAG_PX, self.area.width(), 2 * TAG_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        exposed = option.exposedRect
        if self._pointer_y is None and (
            exposed.right() < self.mapping.width or exposed.bottom() < self.mapping.lower_top
        ):
            return
        theme, metrics, left = self.theme, self._metrics, self.mapping.width
        widget = self.scene().views()[0].width() if self.scene() is not None else left
        right = widget - AXIS_PAD_PX
        painter.setFont(self._font)
        shift = (metrics.ascent() - metrics.descent()) / 2
        for pane in self._stack.shown:
            pointed = self._pointer_y is not None and pane.top <= self._pointer_y < pane.bottom
            tag_y = self._pointer_y if pointed and not pane.empty else None
            painter.setPen(theme.muted)
            free_from = pane.top
            if pane.unit and not pane.empty and pane.height >= UNIT_FROM_PX:
                unit = metrics.elidedText(pane.unit, Qt.TextElideMode.ElideRight, right - left - 3)
                painter.drawText(QPointF(right - self._width_of(unit), pane.top + 2 + metrics.ascent()), unit)
                free_from += 2 + metrics.height() * 1.5
            for value in pane.ticks():
                y, text = pane.y(value), pane.tick_text(value)
                if y >= free_from and (tag_y is None or abs(y - tag_y) > TAG_PX):
                    at = max(left + 3, right - self._width_of(text))
                    painter.drawText(QPointF(at, round(y + shift)), text)
            if tag_y is not None:
                painter.fillRect(QRectF(0, round(tag_y), left, 1), tint(theme.muted, 0.6))
                box = QRectF(left + 3, round(tag_y - TAG_PX / 2), widget - left - 6, TAG_PX)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.control)
                painter.drawRoundedRect(box, 3, 3)
                painter.setPen(theme.text)
                text = pane.text(pane.value_at(tag_y))
                at = max(left + 5, right - self._width_of(text))
                painter.drawText(QPointF(at, round(tag_y + shift)), text)


class _Handle(QGraphicsItem):
    """An unseen strip on a pane's upper edge, by which it is sized."""

    def __init__(self, stack: PaneStack, pane: Pane) -> None:
        super().__init__()
        self._stack, self._pane = stack, pane
        self._area = QRectF()
        self.setZValue(210)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setCursor(Qt.CursorShape.SplitVCursor)
        self.setToolTip("Drag to size the pane")

    def place(self, width: float) -> None:
        """Lie on the pane's upper edge."""
        self.prepareGeometryChange()
        pane = self._pane
        self._area = QRectF(0, pane.top - HANDLE_PX / 2, width, HANDLE_PX) if pane.height else QRectF()

    def boundingRect(self) -> QRectF:
        return self._area

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self._area)
        return path

    def paint(
        self, _painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """Never called: there is nothing to see."""

    def mouseDragEvent(self, event: Any) -> None:
        """Size the pane (pyqtgraph's call)."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            moved = QPointF(event.scenePos()) - QPointF(event.lastScenePos())
            self._stack.drag(self._pane, moved.y())
