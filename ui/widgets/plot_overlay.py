"""What a plot is made of: settled layers painted once per view, and overlays repainted by themselves."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem

from ui.theme import Theme
from ui.widgets.plot_mapping import PlotMapping


class SettledLayer(Protocol):
    """Something that looks the same until the view or its data change; the plot keeps the painted pixels."""

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        """Paint in widget pixels, without antialiasing."""
        ...


def reported(paint: Callable[..., None]) -> Callable[..., None]:
    """Return `paint` without its errors: they are reported as any other, but never cross Qt.

    One that leaves a scene's painting while Qt goes on with the next item ends the program (PySide6 6.11).
    """

    @wraps(paint)
    def safe(*arguments: Any) -> None:
        try:
            paint(*arguments)
        except Exception as error:
            sys.excepthook(type(error), error, error.__traceback__)

    return safe


class PlotOverlay(QGraphicsItem):
    """An item in widget pixels above the settled layers, out of the mouse's way.

    `paint` sees `self.mapping` and `self.theme`. After a change call `update(rect)` with as small a rectangle
    as will do; the plot itself calls `view_changed` and repaints everything when its ranges or size change.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "paint" in cls.__dict__:
            cls.paint = reported(cls.__dict__["paint"])  # type: ignore[method-assign]

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.mapping = PlotMapping(0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0)
        self.area = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def place(self, area: QRectF) -> None:
        """Cover `area` of the widget."""
        if area != self.area:
            self.prepareGeometryChange()
            self.area = area

    def view_changed(self, mapping: PlotMapping) -> None:
        """The ranges or the size are others; everything is repainted afterwards."""
        self.mapping = mapping

    def boundingRect(self) -> QRectF:
        return self.area

    def shape(self) -> QPainterPath:
        return QPainterPath()
