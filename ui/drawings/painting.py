"""Paints drawings: all of them once per view, and above them the one that is being worked on."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.drawings.display_list import DisplayList, color_of, display_list, paint_list
from ui.drawings.shapes import (
    LABEL_LEFT_PX,
    Shape,
    is_near,
    label_font,
    shape_of,
)
from ui.theme import Theme
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from workstation.model.drawings import Drawing, DrawingKind

HANDLE_PX = 4.0


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


class DrawingLayer(PlotOverlay):
    """All drawings of a market: a settled layer of a chart, or an overlay where all else is one too."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.drawings: tuple[Drawing, ...] = ()
        self.decimals = 2
        self.label_left = LABEL_LEFT_PX
        self.left_out: Set[str] = frozenset()
        """Ids of drawings that someone else paints."""
        self._key: object = None
        self._list = DisplayList()

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        """Paint every drawing that can be seen."""
        if not self.drawings:
            return
        # Levels look the same at all times: a depth map that scrolls on paints the same list again.
        view: object = mapping
        if all(drawing.kind is DrawingKind.LEVEL for drawing in self.drawings):
            view = (mapping.low, mapping.high, mapping.width, mapping.height)
        key = (view, theme, self.drawings, self.left_out, self.decimals, self.label_left)
        if key != self._key:
            self._key, self._list = key, self._make_list(mapping, theme)
        paint_list(painter, self._list, mapping, theme)

    def _make_list(self, mapping: PlotMapping, theme: Theme) -> DisplayList:
        seen = [
            (drawing, shape_of(drawing, mapping, self.decimals, self.label_left))
            for drawing in self.drawings
            if drawing.visible and drawing.drawing_id not in self.left_out and is_near(drawing, mapping)
        ]
        return display_list(seen, theme)

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
        paint_list(painter, display_list(seen, theme), mapping, theme)
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
