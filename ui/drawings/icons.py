"""The signs of the drawing tools: thin strokes on the desk's grid of 16 px, sharp at every scale."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from ui.glyphs import GRID

SCALE = 3
STROKE_PX = 1.3


def tool_icon(name: str, color: QColor) -> QIcon:
    """The sign `name`, a key of `SIGNS`, in one colour."""
    pixmap = QPixmap(GRID * SCALE, GRID * SCALE)
    pixmap.setDevicePixelRatio(SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, STROKE_PX)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    SIGNS[name](painter)
    painter.end()
    return QIcon(pixmap)


def swatch_icon(color: QColor, ring: QColor | None) -> QIcon:
    """A disc of one colour, with a ring about it if that is the one chosen."""
    pixmap = QPixmap(GRID * SCALE, GRID * SCALE)
    pixmap.setDevicePixelRatio(SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(QPointF(8, 8), 4.5, 4.5)
    if ring is not None:
        painter.setPen(QPen(ring, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(8, 8), 7, 7)
    painter.end()
    return QIcon(pixmap)


def width_icon(width: int, color: QColor) -> QIcon:
    """A line of one of the widths."""
    pixmap = QPixmap(GRID * SCALE, GRID * SCALE)
    pixmap.setDevicePixelRatio(SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.fillRect(QRectF(2, 8 - width / 2, 12, width), color)
    painter.end()
    return QIcon(pixmap)


def _dot(painter: QPainter, x: float, y: float) -> None:
    painter.save()
    painter.setBrush(painter.pen().color())
    painter.drawEllipse(QPointF(x, y), 1.2, 1.2)
    painter.restore()


def _level(painter: QPainter) -> None:
    painter.drawLine(QPointF(1.5, 8), QPointF(14.5, 8))
    _dot(painter, 8, 8)


def _trend(painter: QPainter) -> None:
    painter.drawLine(QPointF(3, 12.5), QPointF(13, 3.5))
    _dot(painter, 3, 12.5)
    _dot(painter, 13, 3.5)


def _ray(painter: QPainter) -> None:
    painter.drawLine(QPointF(2.5, 12.5), QPointF(14.5, 3))
    _dot(painter, 2.5, 12.5)
    _dot(painter, 8, 8.15)


def _rectangle(painter: QPainter) -> None:
    painter.drawRect(QRectF(2.5, 4, 11, 8))
    _dot(painter, 2.5, 12)
    _dot(painter, 13.5, 4)


def _fibonacci(painter: QPainter) -> None:
    for y, left in ((2.5, 2.0), (6.0, 5.0), (9.0, 5.0), (13.5, 2.0)):
        painter.drawLine(QPointF(left, y), QPointF(14, y))
    painter.drawLine(QPointF(2, 2.5), QPointF(2, 13.5))


def _text(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(3, 5), QPointF(3, 3), QPointF(13, 3), QPointF(13, 5)])
    painter.drawLine(QPointF(8, 3), QPointF(8, 13.5))
    painter.drawLine(QPointF(6, 13.5), QPointF(10, 13.5))


def _measured_move(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(1.5, 14), QPointF(6, 6.5), QPointF(9, 10.5), QPointF(13.5, 2.5)])
    painter.drawPolyline([QPointF(10.3, 3), QPointF(13.5, 2.5), QPointF(14.3, 5.6)])


def _magnet(painter: QPainter) -> None:
    path = QPainterPath(QPointF(3, 2.5))
    path.lineTo(3, 8)
    path.arcTo(QRectF(3, 3, 10, 10), 180, 180)
    path.lineTo(13, 2.5)
    path.lineTo(9.8, 2.5)
    path.lineTo(9.8, 8)
    path.arcTo(QRectF(6.2, 6.2, 3.6, 3.6), 0, -180)
    path.lineTo(6.2, 2.5)
    path.closeSubpath()
    painter.drawPath(path)
    painter.drawLine(QPointF(3, 5.2), QPointF(6.2, 5.2))
    painter.drawLine(QPointF(9.8, 5.2), QPointF(13, 5.2))


def _eye(painter: QPainter) -> None:
    path = QPainterPath(QPointF(1.5, 8))
    path.cubicTo(4.5, 3.2, 11.5, 3.2, 14.5, 8)
    path.cubicTo(11.5, 12.8, 4.5, 12.8, 1.5, 8)
    painter.drawPath(path)
    painter.drawEllipse(QPointF(8, 8), 2, 2)


def _eye_off(painter: QPainter) -> None:
    _eye(painter)
    painter.drawLine(QPointF(3, 13.5), QPointF(13, 2.5))


def _lock(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(3.5, 7, 9, 6.5), 1.2, 1.2)
    painter.drawArc(QRectF(5, 2.5, 6, 8), 0, 180 * 16)


def _trash(painter: QPainter) -> None:
    painter.drawLine(QPointF(2.5, 4), QPointF(13.5, 4))
    painter.drawPolyline([QPointF(6, 4), QPointF(6, 2.3), QPointF(10, 2.3), QPointF(10, 4)])
    painter.drawPolyline([QPointF(4, 4), QPointF(4.7, 13.7), QPointF(11.3, 13.7), QPointF(12, 4)])


def _copy(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(5.5, 5.5, 8, 8), 1, 1)
    painter.drawPolyline([QPointF(10.5, 2.5), QPointF(2.5, 2.5), QPointF(2.5, 10.5)])


def _pencil(painter: QPainter) -> None:
    painter.drawPolygon(
        [QPointF(2.5, 13.5), QPointF(3.5, 10), QPointF(11, 2.5), QPointF(13.5, 5), QPointF(6, 12.5)]
    )
    painter.drawLine(QPointF(9.2, 4.3), QPointF(11.7, 6.8))


def _fold(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(9.5, 4), QPointF(5.5, 8), QPointF(9.5, 12)])


SIGNS: dict[str, Callable[[QPainter], None]] = {
    "level": _level,
    "trend": _trend,
    "ray": _ray,
    "rectangle": _rectangle,
    "fibonacci": _fibonacci,
    "text": _text,
    "measured_move": _measured_move,
    "magnet": _magnet,
    "eye": _eye,
    "eye_off": _eye_off,
    "lock": _lock,
    "trash": _trash,
    "copy": _copy,
    "pencil": _pencil,
    "fold": _fold,
}
"""The signs by name; the tools' names are those of `DrawingKind`."""
