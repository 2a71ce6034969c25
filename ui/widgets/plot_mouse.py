"""The mouse on a plot: what wheel, drag and double click do on its panes and axes."""

from dataclasses import dataclass
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneWheelEvent, QStyleOptionGraphicsItem, QWidget

from ui.widgets.plot_mapping import PlotMapping

NOTCH_FACTOR = 1.18
"""How much more one notch of the wheel shows."""
DRAG_FACTOR = 1.006
"""How much more one pixel of dragging along an axis shows."""
NOTCH_PAN_PX = 60.0


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """Where the mouse is on the price pane, and what is held.

    Attributes:
        x, y: widget pixels; outside the pane while a button is held.
        time_ms, price: the same in the market.
        button: the one that was pressed or let go; NoButton for a move.
        held: buttons that are down.
        keys: modifier keys that are down.
    """

    x: float
    y: float
    time_ms: float
    price: float
    button: Qt.MouseButton
    held: Qt.MouseButton
    keys: Qt.KeyboardModifier


class PlotTool(Protocol):
    """Something that may take the mouse on the price pane before the plot does.

    Each call returns whether the tool has taken the event. A press that it declines, and all until the
    button is let go, is the plot's: it pans. The crosshair moves in either case.
    """

    def press(self, point: PlotPoint) -> bool:
        """A button went down."""
        ...

    def move(self, point: PlotPoint) -> bool:
        """The pointer moved, no button held or one whose press was taken."""
        ...

    def release(self, point: PlotPoint) -> bool:
        """A button whose press was taken was let go."""
        ...

    def double_click(self, point: PlotPoint) -> bool:
        """A button went down a second time; if taken, its release comes like any other."""
        ...


class ToolHand:
    """Hands the mouse on the price pane to a tool, and remembers which presses it took."""

    def __init__(self) -> None:
        self.tool: PlotTool | None = None
        self._taken = False
        self._declined = False

    def press(self, mapping: PlotMapping, event: QMouseEvent, *, double: bool = False) -> bool:
        """A button went down in a plot; return whether the tool took it."""
        if self.tool is None or self._declined:
            return False
        point = _point(mapping, event)
        if not (0 <= point.x < mapping.width and 0 <= point.y < mapping.height):
            self._declined = True
            return False
        took = self.tool.double_click(point) if double else self.tool.press(point)
        self._taken, self._declined = took, not took
        return took

    def move(self, mapping: PlotMapping, event: QMouseEvent) -> bool:
        """The pointer moved; return whether the tool took that."""
        return self.tool is not None and not self._declined and self.tool.move(_point(mapping, event))

    def release(self, mapping: PlotMapping, event: QMouseEvent) -> bool:
        """A button was let go; return whether the tool had taken its press."""
        taken, self._taken = self._taken, False
        if event.buttons() == Qt.MouseButton.NoButton:
            self._declined = False
        if taken and self.tool is not None:
            self.tool.release(_point(mapping, event))
        return taken


def _point(mapping: PlotMapping, event: QMouseEvent) -> PlotPoint:
    at = event.position()
    return PlotPoint(
        at.x(),
        at.y(),
        mapping.time_at(at.x()),
        mapping.price_at(at.y()),
        event.button(),
        event.buttons(),
        event.modifiers(),
    )


class Movable(Protocol):
    """What the mouse can do to a plot; see `TimePricePlot`."""

    mapping: PlotMapping
    price_free: bool
    reset_requested: Any

    def pan_time(self, dx: float) -> None: ...
    def pan_price(self, dy: float) -> None: ...
    def zoom_time(self, factor: float, about_x: float | None = None) -> None: ...
    def zoom_price(self, factor: float, about_y: float | None = None) -> None: ...


class PlotViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """The price pane: it keeps the plot's ranges and hands the mouse to the plot."""

    def __init__(self, plot: Movable) -> None:
        super().__init__(enableMenu=False, enableMouse=False, defaultPadding=0)
        self._plot = plot
        self.disableAutoRange()
        self.setCursor(Qt.CursorShape.CrossCursor)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:  # noqa: ARG002
        """Zoom or pan; `axis` is pyqtgraph's word."""
        turn_wheel(self._plot, event)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: ARG002
        """Pan; `axis` is pyqtgraph's word."""
        pan_by_drag(self._plot, event, price=self._plot.price_free)

    def mouseClickEvent(self, event: Any) -> None:
        """Ask for a reset at a double click."""
        ask_for_reset(self._plot, event)


class MouseStrip(QGraphicsItem):
    """An unseen strip over an axis or the lower pane."""

    def __init__(self, plot: Movable, name: str) -> None:
        """Make the strip `name`: "price", "time" or "lower"."""
        super().__init__()
        self._plot = plot
        self._name = name
        self._area = QRectF()
        self.setZValue(200)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        shapes = {
            "price": Qt.CursorShape.SizeVerCursor,
            "time": Qt.CursorShape.SizeHorCursor,
            "lower": Qt.CursorShape.CrossCursor,
        }
        self.setCursor(shapes[name])

    def place(self, area: QRectF) -> None:
        """Cover `area` of the widget."""
        self.prepareGeometryChange()
        self._area = area

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

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        if self._name == "price":
            self._plot.zoom_price(NOTCH_FACTOR ** (-event.delta() / 120))
            event.accept()
        else:
            turn_wheel(self._plot, event)

    def mouseDragEvent(self, event: Any) -> None:
        """Zoom the axis, or pan on the lower pane."""
        if self._name == "lower":
            pan_by_drag(self._plot, event, price=False)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        moved = QPointF(event.scenePos()) - QPointF(event.lastScenePos())
        if self._name == "price":
            self._plot.zoom_price(DRAG_FACTOR ** moved.y())
        else:
            # The right edge stays: that is where now is.
            self._plot.zoom_time(DRAG_FACTOR ** -moved.x(), self._plot.mapping.width)

    def mouseClickEvent(self, event: Any) -> None:
        """Ask for a reset at a double click."""
        ask_for_reset(self._plot, event)


def turn_wheel(plot: Movable, event: QGraphicsSceneWheelEvent) -> None:
    """Zoom time about the cursor; with Ctrl price; with Shift, or a wheel turned sideways, pan time."""
    notches = event.delta() / 120
    at = event.scenePos()
    sideways = event.orientation() == Qt.Orientation.Horizontal
    if sideways or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        plot.pan_time(notches * NOTCH_PAN_PX)
    elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        plot.zoom_price(NOTCH_FACTOR**-notches, min(at.y(), plot.mapping.height))
    else:
        plot.zoom_time(NOTCH_FACTOR**-notches, at.x())
    event.accept()


def pan_by_drag(plot: Movable, event: Any, *, price: bool) -> None:
    """Move time, and with `price` price too, with the hand."""
    if event.button() != Qt.MouseButton.LeftButton:
        return
    event.accept()
    moved = QPointF(event.scenePos()) - QPointF(event.lastScenePos())
    if moved.x():
        plot.pan_time(moved.x())
    if price and moved.y():
        plot.pan_price(moved.y())


def ask_for_reset(plot: Movable, event: Any) -> None:
    """A double click of the left button asks for a reset."""
    if event.double() and event.button() == Qt.MouseButton.LeftButton:
        event.accept()
        plot.reset_requested.emit()
