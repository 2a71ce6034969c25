"""Paints drawings: all of them once per view, and above them the one that is being worked on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import hypot

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.drawings.shapes import BELL_PX, LABEL_LEFT_PX, Label, Line, Shape, label_font, label_rect, shape_of
from ui.theme import Theme, mix, tint
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from workstation.model.drawings import Drawing, DrawingColor, DrawingKind

AREA_SHARE = 0.09
FAINT_SHARE = 0.55
BACKING_SHARE = 0.72
HANDLE_PX = 4.0
LABEL_APART_PX = 13.0
"""Words nearer than this above or below others painted before are left out."""


@dataclass(frozen=True, slots=True)
class Note:
    """Figures beside the pointer while something is drawn or moved.

    Attributes:
        x, y: of the pointer, widget pixels.
        parts: words and the theme's token of their colour.
    """

    x: float
    y: float
    parts: tuple[tuple[str, str], ...]


def color_of(name: DrawingColor, theme: Theme) -> QColor:
    """The colour of a drawing's style in a theme."""
    if name == "violet":
        return theme.link_colors["violet"]
    color = getattr(theme, name)
    assert isinstance(color, QColor)
    return color


class DrawingLayer(PlotOverlay):
    """All drawings of a market: a settled layer of a chart, or an overlay where all else is one too."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.drawings: tuple[Drawing, ...] = ()
        self.decimals = 2
        self.label_left = LABEL_LEFT_PX
        self.left_out: Collection[str] = ()
        """Ids of drawings that someone else paints."""

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        """Paint every drawing that can be seen."""
        seen = [
            (drawing, shape_of(drawing, mapping, self.decimals, self.label_left))
            for drawing in self.drawings
            if drawing.visible and drawing.drawing_id not in self.left_out and _is_near(drawing, mapping)
        ]
        _paint_all(painter, seen, theme)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        self.paint_settled(painter, self.mapping, self.theme)


class WorkOverlay(PlotOverlay):
    """What is being drawn, moved or is selected: its shape, handles, figures, and where the magnet pulls."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.decimals = 2
        self.label_left = LABEL_LEFT_PX
        self._drawings: tuple[Drawing, ...] = ()
        self._handled: tuple[Drawing, ...] = ()
        self._note: Note | None = None
        self._pull: tuple[float, float, str] | None = None

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """What is painted here and nowhere else."""
        return self._drawings

    @property
    def note(self) -> Note | None:
        """The figures shown."""
        return self._note

    @property
    def pull(self) -> tuple[float, float, str] | None:
        """Where the magnet pulls to: pixel, and what lies there."""
        return self._pull

    def show(
        self,
        drawings: Sequence[Drawing] = (),
        handled: Sequence[Drawing] = (),
        note: Note | None = None,
        pull: tuple[float, float, str] | None = None,
    ) -> None:
        """Paint these drawings, the handles of those, figures, and a mark where the magnet pulls."""
        now = (tuple(drawings), tuple(handled), note, pull)
        if now != (self._drawings, self._handled, self._note, self._pull):
            self._drawings, self._handled, self._note, self._pull = now
            self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        mapping, theme = self.mapping, self.theme
        seen = [(item, shape_of(item, mapping, self.decimals, self.label_left)) for item in self._drawings]
        _paint_all(painter, seen, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for item in self._handled:
            shape = shape_of(item, mapping, self.decimals, self.label_left)
            _paint_handles(painter, item, shape, mapping, theme)
        if self._pull is not None:
            x, y, _what = self._pull
            painter.setPen(QPen(theme.text, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), 5, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._note is not None:
            _paint_note(painter, self._note, self._pull[2] if self._pull is not None else "", mapping, theme)


def _is_near(drawing: Drawing, mapping: PlotMapping) -> bool:
    """Whether any of a drawing may lie in view, as far as that is cheap to tell."""
    anchors = drawing.anchors
    if drawing.kind is DrawingKind.LEVEL:
        return mapping.low <= anchors[0].price <= mapping.high
    if drawing.kind in (DrawingKind.RAY, DrawingKind.MEASURED_MOVE):
        return True
    prices = [anchor.price for anchor in anchors]
    if drawing.kind is DrawingKind.FIBONACCI:
        prices = [prices[1] + (prices[0] - prices[1]) * ratio for ratio in (*drawing.ratios, 0.0, 1.0)]
    times = [anchor.time_ms for anchor in anchors]
    reach = 0.0 if drawing.kind is not DrawingKind.TEXT else 400 * mapping.ms_per_px
    return (
        min(prices) <= mapping.high
        and max(prices) >= mapping.low
        and min(times) <= mapping.to_ms
        and max(times) + reach >= mapping.from_ms
    )


def _paint_all(painter: QPainter, seen: Sequence[tuple[Drawing, Shape]], theme: Theme) -> None:
    """Paint shapes, those of one colour together: changing pens costs more than lines."""
    painter.setPen(Qt.PenStyle.NoPen)
    for drawing, shape in seen:
        wash = tint(color_of(drawing.style.color, theme), AREA_SHARE)
        for number, (left, top, right, bottom) in enumerate(shape.areas):
            if drawing.kind is not DrawingKind.FIBONACCI or number % 2 == 0:
                painter.fillRect(QRectF(left, top, right - left, bottom - top), wash)
    slanted: dict[tuple[DrawingColor, bool], list[QLineF]] = {}
    for drawing, shape in seen:
        color = color_of(drawing.style.color, theme)
        for line in shape.lines:
            if line[0] == line[2] or line[1] == line[3]:
                _fill_straight(painter, line, color, drawing.style.width)
            elif drawing.style.width == 1:
                slanted.setdefault((drawing.style.color, False), []).append(QLineF(*line))
            else:
                _fill_slanted(painter, line, color, drawing.style.width)
        for line in shape.faint:
            slanted.setdefault((drawing.style.color, True), []).append(QLineF(*line))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for (name, faint), lines in slanted.items():
        color = color_of(name, theme)
        painter.setPen(QPen(mix(theme.panel, color, FAINT_SHARE) if faint else color, 1))
        painter.drawLines(lines)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _paint_labels(painter, seen, theme)


def _fill_straight(painter: QPainter, line: Line, color: QColor, width: int) -> None:
    """A line along an axis, crisp on whole pixels."""
    x1, y1, x2, y2 = line
    before = (width - 1) // 2
    if y1 == y2:
        painter.fillRect(QRectF(round(x1), round(y1) - before, max(1, round(x2 - x1)), width), color)
    else:
        painter.fillRect(QRectF(round(x1) - before, round(y1), width, max(1, round(y2 - y1))), color)


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
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF(corners))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_labels(painter: QPainter, seen: Sequence[tuple[Drawing, Shape]], theme: Theme) -> None:
    painter.setFont(label_font())
    backing = tint(theme.panel, BACKING_SHARE)
    taken: dict[int, list[tuple[float, float]]] = {}
    # What was given a name or a bell speaks first where words lie too near to each other.
    for drawing, shape in sorted(seen, key=lambda pair: not (pair[0].name or pair[0].alert)):
        color = color_of(drawing.style.color, theme)
        for label in shape.labels:
            rect = label_rect(label)
            if label.boxed or _is_free(rect, taken):
                _paint_label(painter, label, rect, color, theme, backing)


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


def _paint_handles(
    painter: QPainter, drawing: Drawing, shape: Shape, mapping: PlotMapping, theme: Theme
) -> None:
    painter.setPen(QPen(color_of(drawing.style.color, theme), 1))
    painter.setBrush(theme.dim if drawing.locked else theme.panel)
    for x, y in shape.handles:
        if -HANDLE_PX <= x <= mapping.width and -HANDLE_PX <= y <= mapping.height:
            box = QRectF(round(x) - HANDLE_PX + 0.5, round(y) - HANDLE_PX + 0.5, 2 * HANDLE_PX, 2 * HANDLE_PX)
            if drawing.locked:
                painter.drawRect(box)
            else:
                painter.drawEllipse(box)


def _paint_note(painter: QPainter, note: Note, pulled: str, mapping: PlotMapping, theme: Theme) -> None:
    """Figures on a surface of their own, beside the pointer and always inside the pane."""
    parts = [*note.parts, *([(pulled, "muted")] if pulled else [])]
    painter.setFont(label_font())
    metrics = painter.fontMetrics()
    gap = 10
    widths = [metrics.horizontalAdvance(text) for text, _ in parts]
    lines: list[list[int]] = [[]]
    room = max(60.0, mapping.width - 24)
    for index, width in enumerate(widths):
        if lines[-1] and sum(widths[i] + gap for i in lines[-1]) + width > room:
            lines.append([])
        lines[-1].append(index)
    row = metrics.height() + 2
    width = max(sum(widths[i] + gap for i in line) for line in lines) - gap + 16
    height = row * len(lines) + 8
    left = min(max(4.0, note.x + 14), max(4.0, mapping.width - width - 4))
    top = note.y - height - 12
    if top < 4:
        top = min(note.y + 16, mapping.height - height - 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.hairline)
    painter.setBrush(theme.control)
    painter.drawRoundedRect(QRectF(round(left) + 0.5, round(top) + 0.5, width, height), 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for number, line in enumerate(lines):
        x = round(left) + 8
        baseline = round(top) + 4 + number * row + metrics.ascent() + 1
        for index in line:
            text, token = parts[index]
            painter.setPen(getattr(theme, token))
            painter.drawText(QPointF(x, baseline), text)
            x += widths[index] + gap
