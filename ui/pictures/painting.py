"""Paints a widget into a picture as it is on screen, at its dots or at twice as many, nothing hovered."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from ui.panel_header import PanelHeader

MOST_DOTS = 16_000
"""Of a picture's side: more is no picture that other programs open."""


def picture_of(widget: QWidget, *, twice: bool = False) -> QImage:
    """The widget as it is on screen, at the screen's dots or at two for each."""
    ratio = _ratio(widget, twice, widget.width(), widget.height())
    image = _blank(widget.size().width(), widget.size().height(), ratio)
    painter = QPainter(image)
    with _unhovered(widget):
        widget.render(painter, QPoint(0, 0), QRegion(), _WHOLE)
    painter.end()
    return image


def picture_of_all(windows: Iterable[QWidget], back: QColor, *, twice: bool = False) -> QImage:
    """Windows side by side as they stand on their monitors, `back` between them.

    Raises:
        ValueError: there is no window.
    """
    shown = list(windows)
    if not shown:
        raise ValueError("there is no window")
    whole = QRect()
    for window in shown:
        whole = whole.united(window.geometry())
    ratio = max(_ratio(window, twice, whole.width(), whole.height()) for window in shown)
    image = _blank(whole.width(), whole.height(), ratio)
    image.fill(back)
    painter = QPainter(image)
    for window in shown:
        with _unhovered(window):
            window.render(painter, window.geometry().topLeft() - whole.topLeft(), QRegion(), _WHOLE)
    painter.end()
    return image


_WHOLE = QWidget.RenderFlag.DrawWindowBackground | QWidget.RenderFlag.DrawChildren


def _ratio(widget: QWidget, twice: bool, width: int, height: int) -> float:
    wanted = widget.devicePixelRatioF() * (2 if twice else 1)
    return max(1.0, min(wanted, MOST_DOTS / max(width, height, 1)))


def _blank(width: int, height: int, ratio: float) -> QImage:
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black)
    return image


@contextmanager
def _unhovered(widget: QWidget) -> Iterator[None]:
    """Let no button of a header look as if the pointer were on it, though it may be there."""
    hover = Qt.WidgetAttribute.WA_UnderMouse
    hovered = [
        part
        for header in ([widget] if isinstance(widget, PanelHeader) else widget.findChildren(PanelHeader))
        for part in (header, *header.findChildren(QWidget))
        if part.testAttribute(hover)
    ]
    for part in hovered:
        part.setAttribute(hover, False)
    try:
        yield
    finally:
        for part in hovered:
            part.setAttribute(hover, True)
