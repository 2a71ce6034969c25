"""Shapes sorted into the order in which painting them is cheap, and the painting of that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from ui.drawings.shapes import BELL_PX, Label, Line, Shape, label_font, label_rect
from ui.theme import Theme, mix, tint
from ui.widgets.plot_mapping import PlotMapping
from workstation.model.drawings import Drawing, DrawingColor, DrawingKind

AREA_SHARE = 0.09
FAINT_SHARE = 0.55
BACKING_SHARE = 0.72
MOST_SMOOTH = 60
"""Slanted lines; more of them are painted without smoothing."""
LABEL_APART_PX = 13.0
"""Words nearer than this above or below others painted before are left out."""


def color_of(name: DrawingColor, theme: Theme) -> QColor:
    """The colour of a drawing's style in a theme."""
    if name == "violet":
        return theme.link_colors["violet"]
    color = getattr(theme, name)
    assert isinstance(color, QColor)
    return color


@dataclass(slots=True)
class DisplayList:
    """Shapes in the order and the form that painting them takes; holds for one view and one theme."""

    washes: list[tuple[QRectF, QColor]] = field(default_factory=list)
    straight: dict[DrawingColor, list[QRectF]] = field(default_factory=dict)
    thick: list[tuple[Line, QColor, int]] = field(default_factory=list)
    slanted: dict[tuple[DrawingColor, bool], list[QLineF]] = field(default_factory=dict)
    labels: list[tuple[Label, QRectF, QColor]] = field(default_factory=list)


def display_list(seen: Sequence[tuple[Drawing, Shape]], theme: Theme) -> DisplayList:
    """Sort shapes into a list: washes below lines, lines of one colour together, words that have room."""
    made = DisplayList()
    for drawing, shape in seen:
        wash = tint(color_of(drawing.style.color, theme), AREA_SHARE)
        for number, (left, top, right, bottom) in enumerate(shape.areas):
            if drawing.kind is not DrawingKind.FIBONACCI or number % 2 == 0:
                made.washes.append((QRectF(left, top, right - left, bottom - top), wash))
    for drawing, shape in seen:
        color, width = color_of(drawing.style.color, theme), drawing.style.width
        for line in shape.lines:
            if line[0] == line[2] or line[1] == line[3]:
                made.straight.setdefault(drawing.style.color, []).append(_straight(line, width))
            elif width == 1:
                # Changing pens costs more than lines.
                made.slanted.setdefault((drawing.style.color, False), []).append(QLineF(*line))
            else:
                made.thick.append((line, color, width))
        for line in shape.faint:
            made.slanted.setdefault((drawing.style.color, True), []).append(QLineF(*line))
    taken: dict[int, list[tuple[float, float]]] = {}
    # What was given a name or a bell speaks first where words lie too near to each other.
    for drawing, shape in sorted(seen, key=lambda pair: not (pair[0].name or pair[0].alert)):
        for label in shape.labels:
            rect = label_rect(label)
            if label.boxed or _is_free(rect, taken):
                made.labels.append((label, rect, color_of(drawing.style.color, theme)))
    return made


def paint_list(painter: QPainter, made: DisplayList, mapping: PlotMapping, theme: Theme) -> None:
    """Paint a list on the view that it was made for."""
    for rect, color in made.washes:
        painter.fillRect(rect, color)
    painter.setPen(Qt.PenStyle.NoPen)
    for name, rects in made.straight.items():
        painter.setBrush(color_of(name, theme))
        painter.drawRects(rects)
    # Smooth lines cost three times as much, and where there are so many nobody sees it.
    smooth = sum(map(len, made.slanted.values())) <= MOST_SMOOTH
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line, color, width in made.thick:
        _fill_slanted(painter, line, color, width)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    for (name, faint), lines in made.slanted.items():
        color = color_of(name, theme)
        painter.setPen(QPen(mix(theme.panel, color, FAINT_SHARE) if faint else color, 1))
        painter.drawLines(lines)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if made.labels:
        # Words may be longer than the room beside them; they never lie on the axes.
        painter.save()
        painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
        painter.setFont(label_font())
        backing = tint(theme.panel, BACKING_SHARE)
        for label, rect, color in made.labels:
            _paint_label(painter, label, rect, color, theme, backing)
        painter.restore()


def _straight(line: Line, width: int) -> QRectF:
    """A line along an axis, crisp on whole pixels."""
    x1, y1, x2, y2 = line
    before = (width - 1) // 2
    if y1 == y2:
        return QRectF(round(x1), round(y1) - before, max(1, round(x2 - x1)), width)
    return QRectF(round(x1) - before, round(y1), width, max(1, round(y2 - y1)))


def _fill_slanted(painter: QPainter, line: Line, color: QColor, width: int) -> None:
    """A thick line as a filled area: Qt strokes those far slower."""
    x1, y1, x2, y2 = line
    length = hypot(x2 - x1, y2 - y1)
    across, down = (y1 - y2) / length * width / 2, (x2 - x1) / length * width / 2
    corners = [
        QPointF(x1 + across, y1 + down),
        QPointF(x2 + across, y2 + down),
        QPointF(x2 - across, y2 - down),
        QPointF(x1 - across, y1 - down),
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF(corners))


def _is_free(rect: QRectF, taken: dict[int, list[tuple[float, float]]]) -> bool:
    """Take the room of words by rows of `LABEL_APART_PX`; False where other words have it already."""
    left, right = rect.left(), rect.right()
    row = int(rect.center().y() / LABEL_APART_PX)
    if any(
        left < end and start < right for near in (row - 1, row, row + 1) for start, end in taken.get(near, ())
    ):
        return False
    taken.setdefault(row, []).append((left, right))
    return True


def _paint_label(
    painter: QPainter, label: Label, rect: QRectF, color: QColor, theme: Theme, backing: QColor
) -> None:
    if label.boxed:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(theme.control, 0.85))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        rect = rect.adjusted(6, 3, -6, -3)
    else:
        # Candles and other lines show through, but do not cut the words.
        painter.fillRect(rect.adjusted(-2, 1, 2, -1), backing)
    left = rect.left()
    if label.bell:
        paint_bell(painter, left, label.y - 9, color)
        left += BELL_PX
    painter.setPen(color)
    painter.drawText(QPointF(round(left), round(label.y)), label.text)


def paint_bell(painter: QPainter, x: float, y: float, color: QColor) -> None:
    """A bell of 10 px: something is told when the market comes here."""
    path = QPainterPath(QPointF(x + 1, y + 7.5))
    path.cubicTo(x + 2.5, y + 6, x + 2, y + 4, x + 2.3, y + 3)
    path.cubicTo(x + 2.7, y + 0.6, x + 7.3, y + 0.6, x + 7.7, y + 3)
    path.cubicTo(x + 8, y + 4, x + 7.5, y + 6, x + 9, y + 7.5)
    path.closeSubpath()
    path.addEllipse(QPointF(x + 5, y + 8.8), 1.3, 1.1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, color)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
