"""The plot that charts and depth maps are made on: time to the right, price upwards, axes, grid, crosshair.

How to use it::

    plot = TimePricePlot(theme, lower_share=0.18)     # 0 for no lower panes
    plot.set_price_decimals(instrument.price_decimals)
    plot.add_settled(layer)                           # painted once per view, kept as pixels
    plot.add_overlay(overlay)                         # a PlotOverlay, repainted by itself
    plot.set_view(time=(from_ms, to_ms), price=(low, high))
    plot.repaint_settled()                            # after a settled layer's data changed
    plot.set_last_price(61_659.8)
    plot.pointer_moved.connect(...)                   # then plot.set_crosshair(time_ms, price)

Layers paint in widget pixels through `plot.mapping` (`x`, `y`, `xs`, `ys`, `time_at`, `price_at`): nothing is
transformed while painting, so lines are crisp and cheap. Items of pyqtgraph that live in data coordinates
(x in UTC ms, y in price) go to `plot.view_box.addItem(item)`; its ranges are the plot's.

The axis below counts moments in ms, or bars after `plot.set_bars(times)`: then a view's "time" is a range of
bars, and `mapping.x(time_ms)` still finds the pixel of a moment.

Mouse: the wheel zooms time about the cursor, with Ctrl price, with Shift it pans time; dragging pans time,
and price too while `price_free`; dragging or turning the wheel on an axis zooms it; a double click asks for
a reset.
"""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QWidget

from ui.theme import Theme
from ui.widgets.crosshair import CrosshairLines
from ui.widgets.grid_item import Grid
from ui.widgets.plot_mapping import BarMapping, Floats, PlotMapping, bar_time, zoomed
from ui.widgets.plot_mouse import MouseStrip, PlotTool, PlotViewBox, ToolHand
from ui.widgets.plot_overlay import PlotOverlay, SettledLayer, reported
from ui.widgets.price_axis import PriceAxis
from ui.widgets.price_tag import PriceLine, PriceTag
from ui.widgets.time_axis import TIME_AXIS_HEIGHT, TimeAxis, bar_ticks, time_ticks

RIGHT_MARGIN_PX = 48
"""Free space right of the newest data while a view follows it; the same in every panel."""
MARKET_LINES_Z = 30.0
"""Of the lines at mark and last price: under drawings and own lines, whose words they would strike out."""


class TimePricePlot(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """A view of time × price with room for panes below, its axes, and the hands to move it."""

    view_changed = Signal()
    """The ranges or the size are others, whoever changed them."""
    time_moved = Signal()
    """The user panned or zoomed time."""
    price_moved = Signal()
    """The user panned or zoomed price."""
    reset_requested = Signal()
    """A double click."""
    pointed = Signal(object)
    """Where the pointer is, a QPointF in widget pixels; None when it has left."""
    pointer_moved = Signal(object, object)
    """Moment (UTC ms) and price under the pointer, floats; None where it points at none."""

    def __init__(self, theme: Theme, *, lower_share: float = 0.0, parent: QWidget | None = None) -> None:
        """Make an empty plot.

        Args:
            theme: the colours to start with.
            lower_share: share of the height for panes below the price pane, 0 for none.
            parent: the widget it lives in.
        """
        # pyqtgraph's base calls resizeEvent while it is made.
        self._made = False
        super().__init__(parent, useOpenGL=False, background=None)
        self.theme = theme
        self.price_free = False
        """Dragging moves price too, not only time."""
        self.least_span_ms = 1_000.0
        """The user cannot zoom in on less time than this; in bars while those are counted."""
        self.greatest_span_ms = 10 * 365 * 86_400_000.0
        """The user cannot zoom out on more time than this; in bars while those are counted."""
        self._lower_share = lower_share
        self._bar_times: Floats | None = None
        self._settled: list[SettledLayer] = []
        self._overlays: list[PlotOverlay] = []
        self._pointer: QPointF | None = None
        self._axis_digits = ""
        self._hand = ToolHand()
        self.setCentralItem(None)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setAccessibleName("Price over time")

        self.view_box = PlotViewBox(self)
        self.scene().addItem(self.view_box)
        self.view_box.setRange(xRange=(0.0, 60_000.0), yRange=(0.0, 1.0), padding=0)
        self.view_box.sigRangeChanged.connect(self._on_range)
        self.mapping = PlotMapping(0.0, 60_000.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0)

        self.grid = Grid()
        self.add_settled(self.grid)
        self.price_line = PriceLine(theme)
        self.mark_line = PriceLine(theme, "accent", 0.3)
        self.crosshair = CrosshairLines(theme)
        self.price_axis = PriceAxis(theme)
        self.time_axis = TimeAxis(theme)
        # Lines of the market run under the words on own lines, axes and crosshair over everything.
        for depth, line in enumerate((self.mark_line, self.price_line)):
            self.add_overlay(line, MARKET_LINES_Z + depth)
        for depth, overlay in enumerate((self.crosshair, self.price_axis, self.time_axis)):
            self.add_overlay(overlay, 102 + depth)
        self._strips = {name: MouseStrip(self, name) for name in ("price", "time", "lower")}
        for strip in self._strips.values():
            self.scene().addItem(strip)
        self.scene().sigMouseMoved.connect(self.point_at)
        self._made = True
        self._lay_out()

    # What is shown.

    def add_settled(self, layer: SettledLayer) -> None:
        """Paint `layer` above the settled layers added before; the grid is the lowest."""
        self._settled.append(layer)
        self.repaint_settled()

    def add_overlay(self, overlay: PlotOverlay, z: float = 0.0) -> None:
        """Put an overlay over the settled layers; the axes and the crosshair have z from 100."""
        overlay.setZValue(z)
        overlay.theme = self.theme
        self._overlays.append(overlay)
        self.scene().addItem(overlay)
        self._place(overlay)
        overlay.view_changed(self.mapping)

    def repaint_settled(self) -> None:
        """Paint the settled layers anew: their data have changed."""
        self.resetCachedContent()
        self.viewport().update()

    def set_lower_share(self, share: float) -> None:
        """Give the panes below the price pane this share of the height, 0 for none."""
        if share != self._lower_share:
            self._lower_share = share
            self._lay_out()

    def set_bars(self, times: Floats | None) -> None:
        """Count bars that open at these moments evenly along the axis, or moments again with None.

        Set the view afterwards when one kind of axis takes the place of the other.
        """
        before, self._bar_times = self._bar_times, times
        if times is not before and (times is None or before is None or len(times) != len(before)):
            self._renew_mapping()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        for overlay in self._overlays:
            overlay.theme = theme
        self.repaint_settled()

    def set_price_decimals(self, decimals: int) -> None:
        """Write prices with this many digits behind the point."""
        if decimals != self.price_axis.decimals:
            self.price_axis.decimals = decimals
            self._lay_out()

    def set_last_price(self, price: float | None) -> None:
        """Draw the line and the tag of the last price there; None takes them away."""
        self.price_line.set_price(price)
        self.price_axis.set_tag("last", None if price is None else PriceTag(price, "text", "panel"))

    def set_mark_price(self, price: float | None) -> None:
        """Draw the line and the tag of the mark price there; None takes them away."""
        self.mark_line.set_price(price)
        tag = None if price is None else PriceTag(price, "control", "accent", label="M", yields=True)
        self.price_axis.set_tag("mark", tag)

    def set_crosshair(
        self, time_ms: float | None, price: float | None, *, named_ms: float | None = None
    ) -> None:
        """Show the crosshair, its moment (or `named_ms` instead) and its price; None leaves out that line."""
        self.crosshair.set_position(time_ms, price)
        self.time_axis.set_tag(time_ms, named_ms)
        self.price_axis.set_tag("pointer", None if price is None else PriceTag(price, "control", "text"))

    @property
    def tool(self) -> PlotTool | None:
        """The tool that may take the mouse before the plot does; None for none."""
        return self._hand.tool

    def set_tool(self, tool: PlotTool | None) -> None:
        """Let a tool take the mouse on the price pane before the plot does; None for none."""
        self._hand.tool = tool

    # The view.

    def set_view(
        self, *, time: tuple[float, float] | None = None, price: tuple[float, float] | None = None
    ) -> None:
        """Show these ranges (UTC ms, or bars; quote per base unit); None keeps what is shown."""
        now = self.mapping
        time = time or (now.left, now.right)
        price = price or (now.low, now.high)
        if (*time, *price) != (now.left, now.right, now.low, now.high):
            self.view_box.setRange(xRange=time, yRange=price, padding=0)

    def pan_time(self, dx: float) -> None:
        """Move what is shown `dx` px to the right, as the user does."""
        shift = -dx * self.mapping.per_px
        self.set_view(time=(self.mapping.left + shift, self.mapping.right + shift))
        self.time_moved.emit()

    def pan_price(self, dy: float) -> None:
        """Move what is shown `dy` px down, as the user does."""
        shift = dy * self.mapping.price_per_px
        self.set_view(price=(self.mapping.low + shift, self.mapping.high + shift))
        self.price_moved.emit()

    def zoom_time(self, factor: float, about_x: float | None = None) -> None:
        """Show `factor` times as much time as the user does; `about_x` px (the middle) keeps its moment."""
        now = self.mapping
        span = now.right - now.left
        factor = min(max(factor, self.least_span_ms / span), self.greatest_span_ms / span)
        about = now.left + (now.width / 2 if about_x is None else about_x) * now.per_px
        self.set_view(time=zoomed(now.left, now.right, factor, about))
        self.time_moved.emit()

    def zoom_price(self, factor: float, about_y: float | None = None) -> None:
        """Show `factor` times as much price as the user does; `about_y` px (the middle) keeps its price."""
        now = self.mapping
        least = 4 * 10.0**-self.price_axis.decimals
        factor = max(factor, least / (now.high - now.low))
        about = now.price_at(now.height / 2 if about_y is None else about_y)
        self.set_view(price=zoomed(now.low, now.high, factor, about))
        self.price_moved.emit()

    # How it hangs together.

    def _on_range(self, *_: object) -> None:
        digits = self._digits()
        if digits != self._axis_digits:
            self._lay_out()
        else:
            self._renew_mapping()

    def _digits(self) -> str:
        low, high = self.view_box.viewRange()[1]
        return f"{int(max(abs(low), abs(high)))} {self.price_axis.decimals}".translate(_ANY_DIGIT)

    def _lay_out(self) -> None:
        """Share the widget out among panes and axes."""
        low, high = self.view_box.viewRange()[1]
        self._axis_digits = self._digits()
        axis_width = self.price_axis.width_for(low, high)
        width = max(1.0, float(self.width() - axis_width))
        bottom = max(1.0, float(self.height() - TIME_AXIS_HEIGHT))
        height = float(round(bottom * (1 - self._lower_share)))
        self._panes = (width, height, min(height + 1, bottom) if self._lower_share else height, bottom)
        self.view_box.setGeometry(QRectF(0, 0, width, height))
        self._strips["price"].place(QRectF(width, 0, axis_width, height))
        self._strips["lower"].place(QRectF(0, height, width, bottom - height))
        self._strips["time"].place(QRectF(0, bottom, width, TIME_AXIS_HEIGHT))
        self._renew_mapping()
        for overlay in self._overlays:
            self._place(overlay)

    def _place(self, overlay: PlotOverlay) -> None:
        width, height, _lower_top, bottom = self._panes if self._made else (1.0, 1.0, 1.0, 1.0)
        if overlay is self.price_axis:
            overlay.place(QRectF(width, 0, self.width() - width, height))
        elif overlay is self.time_axis:
            overlay.place(QRectF(0, bottom, self.width(), TIME_AXIS_HEIGHT))
        else:
            overlay.place(QRectF(0, 0, width, bottom))

    def _renew_mapping(self) -> None:
        (left, right), (low, high) = self.view_box.viewRange()
        times, text_width = self._bar_times, self.time_axis.width_of
        mapping: PlotMapping
        if times is None or not len(times):
            mapping = PlotMapping(left, right, low, high, *self._panes)
            self.time_axis.ticks = time_ticks(left, right, mapping.width, text_width)
        else:
            edges = bar_time(times, left), bar_time(times, right)
            mapping = BarMapping(*edges, low, high, *self._panes, times, left, right)
            self.time_axis.ticks = bar_ticks(times, left, right, mapping.width, text_width)
        self.mapping = mapping
        for overlay in self._overlays:
            overlay.view_changed(mapping)
        self.grid.moments, self.grid.prices = self.time_axis.ticks, self.price_axis.ticks
        self.repaint_settled()
        self.view_changed.emit()
        if self._pointer is not None:
            self.point_at(self._pointer)

    def point_at(self, position: QPointF | None) -> None:
        """Tell who listens what lies under the pointer, in widget pixels; None when it has left."""
        self._pointer = position
        self.pointed.emit(position)
        time_ms = price = None
        if position is not None and 0 <= position.x() < self.mapping.width:
            if 0 <= position.y() < self.mapping.lower_bottom:
                time_ms = self.mapping.time_at(position.x())
            if 0 <= position.y() < self.mapping.height:
                price = self.mapping.price_at(position.y())
        self.pointer_moved.emit(time_ms, price)

    # Qt's calls.

    def close(self) -> bool:
        """Close as any widget does; pyqtgraph's own way takes the scene apart under living items."""
        return QWidget.close(self)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, self.theme.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for layer in self._settled:
            painter.save()
            reported(layer.paint_settled)(painter, self.mapping, self.theme)
            painter.restore()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._made:
            self._lay_out()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._hand.press(self.mapping, event):
            super().mousePressEvent(event)
        event.accept()  # what no item takes is not for the dock around the plot either

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._hand.move(self.mapping, event):
            self.point_at(event.position())
            event.accept()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._hand.release(self.mapping, event):
            super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._hand.press(self.mapping, event, double=True):
            super().mouseDoubleClickEvent(event)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # keys are the panel's

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        event.accept()  # never scrolls what is around it


_ANY_DIGIT = str.maketrans("123456789", "000000000")
