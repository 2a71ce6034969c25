"""The few signs of the desk, drawn as paths: sharp at every scale, in the theme's colours."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPixmap, QPolygonF

GRID = 16
"""Signs are drawn on a square of this many px."""


def icon(name: str, color: QColor, disabled: QColor | None = None) -> QIcon:
    """The sign `name` (a key of `_DRAWINGS`) in one colour, and in another while its button is disabled."""
    made = QIcon(_pixmap(name, color))
    if disabled is not None:
        made.addPixmap(_pixmap(name, disabled), QIcon.Mode.Disabled)
    return made


def paint_brand(painter: QPainter, box: QRectF, color: QColor) -> None:
    """The mark of the desk: a climb that clears its bar."""
    path = QPainterPath()
    path.addPolygon(
        QPolygonF(
            [QPointF(8, 2.2), QPointF(14.2, 13.2), QPointF(10.2, 13.2), QPointF(8, 9.2), QPointF(5.8, 13.2)]
        )
    )
    path.lineTo(1.8, 13.2)
    path.closeSubpath()
    painter.save()
    painter.translate(box.topLeft())
    painter.scale(box.width() / GRID, box.height() / GRID)
    painter.fillPath(path, color)
    painter.restore()


def _pixmap(name: str, color: QColor) -> QPixmap:
    scale = 3  # enough for any display; Qt scales down
    pixmap = QPixmap(GRID * scale, GRID * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    _DRAWINGS[name](painter)
    painter.end()
    return pixmap


def _triangle(painter: QPainter, left: float, width: float) -> None:
    painter.drawPolygon([QPointF(left, 3), QPointF(left + width, 8), QPointF(left, 13)])


def _play(painter: QPainter) -> None:
    _triangle(painter, 4.5, 8.5)


def _pause(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(4, 3, 3, 10), 1, 1)
    painter.drawRoundedRect(QRectF(9, 3, 3, 10), 1, 1)


def _step(painter: QPainter) -> None:
    _triangle(painter, 3.5, 6.5)
    painter.drawRoundedRect(QRectF(10.5, 3, 2, 10), 1, 1)


def _restart(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(3.5, 3, 2, 10), 1, 1)
    painter.drawPolygon([QPointF(12.5, 3), QPointF(6, 8), QPointF(12.5, 13)])


def _menu(painter: QPainter) -> None:
    for y in (4.0, 7.5, 11.0):
        painter.drawRoundedRect(QRectF(3, y, 10, 1.4), 0.7, 0.7)


def _close(painter: QPainter) -> None:
    painter.translate(8, 8)
    painter.rotate(45)
    painter.drawRoundedRect(QRectF(-5, -0.7, 10, 1.4), 0.7, 0.7)
    painter.drawRoundedRect(QRectF(-0.7, -5, 1.4, 10), 0.7, 0.7)


_DRAWINGS: dict[str, Callable[[QPainter], None]] = {
    "play": _play,
    "pause": _pause,
    "step": _step,
    "restart": _restart,
    "menu": _menu,
    "close": _close,
}
