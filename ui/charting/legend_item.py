"""Legends: one line for each study at the head of its pane, with its values, and signs to change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from ui.charting.pane import Figure
from ui.charting.role_colors import role_color
from ui.theme import AGE_PX, Theme, tint, ui_font
from ui.widgets.plot_overlay import reported
from ui.widgets.text_widths import TextWidths

ROW_PX = 18
LEFT_PX = 6
TOP_PX = 5
PAD_PX = 5
SIGN_PX = 16
SWATCH_PX = 8

SIGNS = {
    "edit": "Change this study",
    "up": "Move this pane up",
    "down": "Move this pane down",
    "remove": "Take it off the chart",
}
"""The signs a row may have, and what their tool tips say."""


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One line of a legend.

    Attributes:
        key: what it stands for.
        title: its name.
        figures: its values.
        left, top: where it begins, widget pixels.
        signs: keys of SIGNS that it offers, from left to right.
        tip: one sentence on what it shows.
    """

    key: str
    title: str
    figures: tuple[Figure, ...]
    left: float
    top: float
    signs: tuple[str, ...] = ()
    tip: str = ""


class LegendItem(QGraphicsObject):
    """Paints rows over a plot and hears clicks on them."""

    asked = Signal(str, str)
    """A row's key and the sign that was clicked; "edit" for a click on the row itself."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._width_of = TextWidths(self._metrics)
        self._rows: tuple[LegendRow, ...] = ()
        self._width = 0.0
        self._hovered = ""
        self.setZValue(150)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def rows(self) -> tuple[LegendRow, ...]:
        """What is shown."""
        return self._rows

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def set_rows(self, rows: Sequence[LegendRow], width: float) -> None:
        """Show these rows in a plot so wide; what has not changed is not painted again."""
        rows = tuple(rows)
        if width != self._width or [(row.key, row.left, row.top) for row in rows] != [
            (row.key, row.left, row.top) for row in self._rows
        ]:
            self.prepareGeometryChange()
            self._rows, self._width = rows, width
            self.update()
            return
        for before, row in zip(self._rows, rows, strict=True):
            if before != row:
                self.update(self.row_rect(before) | self.row_rect(row))
        self._rows = rows

    def row_rect(self, row: LegendRow) -> QRectF:
        """Where a row is painted; with its signs while the pointer is on it."""
        width = self._text_width(row)
        if row.key == self._hovered:
            width += SIGN_PX * len(row.signs)
        return QRectF(row.left, row.top, min(width, max(0.0, self._width - row.left - LEFT_PX)), ROW_PX)

    def sign_rect(self, row: LegendRow, sign: str) -> QRectF:
        """Where a sign of a row is painted while the pointer is on the row."""
        right = self.row_rect(row).right()
        left = right - SIGN_PX * (len(row.signs) - row.signs.index(sign))
        return QRectF(left, row.top, SIGN_PX, ROW_PX)

    def _text_width(self, row: LegendRow) -> float:
        width = PAD_PX + self._width_of(row.title) + PAD_PX
        for figure in row.figures:
            width += (SWATCH_PX + 4 if figure.role else 0) + self._advance(figure) + 2 * PAD_PX
        return width

    def _advance(self, figure: Figure) -> float:
        # As wide as any value of as many digits: nothing moves when a digit does.
        return self._width_of(figure.text.translate(_ANY_DIGIT))

    # The mouse.

    def boundingRect(self) -> QRectF:
        bottom = max((row.top + ROW_PX for row in self._rows), default=0.0)
        return QRectF(0, 0, self._width, bottom)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        for row in self._rows:
            if row.signs:
                path.addRect(self.row_rect(row))
        return path

    def hoverMoveEvent(self, event: Any) -> None:
        self._hover(event.pos())

    def hoverEnterEvent(self, event: Any) -> None:
        self._hover(event.pos())

    def hoverLeaveEvent(self, _event: Any) -> None:
        self._hover(None)

    def _hover(self, position: QPointF | None) -> None:
        row = None if position is None else self._row_at(position)
        key = "" if row is None else row.key
        if key != self._hovered:
            self.prepareGeometryChange()
            self._hovered = key
            self.update()
        if row is None or position is None:
            self.setToolTip("")
            return
        sign = next((sign for sign in row.signs if self.sign_rect(row, sign).contains(position)), "")
        names = (
            ", ".join(figure.name for figure in row.figures if figure.name) if len(row.figures) > 1 else ""
        )
        self.setToolTip(SIGNS[sign] if sign else "\n".join(words for words in (row.tip, names) if words))

    def _row_at(self, position: QPointF) -> LegendRow | None:
        return next((row for row in self._rows if row.signs and self.row_rect(row).contains(position)), None)

    def mouseClickEvent(self, event: Any) -> None:
        """A click of the left button asks for what lies under it (pyqtgraph's call)."""
        row = self._row_at(QPointF(event.scenePos()))
        if row is None or event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        at = QPointF(event.scenePos())
        self._hovered = row.key
        sign = next((sign for sign in row.signs if self.sign_rect(row, sign).contains(at)), "edit")
        self.asked.emit(row.key, sign)

    # Painting.

    @reported
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        theme, metrics = self._theme, self._metrics
        painter.setFont(self._font)
        baseline = round((ROW_PX + metrics.ascent() - metrics.descent()) / 2)
        for row in self._rows:
            rect, hovered = self.row_rect(row), row.key == self._hovered
            if not rect.intersects(option.exposedRect):
                continue
            painter.setClipRect(rect)
            # What lies behind must not make the figures unreadable.
            painter.fillRect(rect, theme.control if hovered else tint(theme.panel, 0.72))
            x = rect.left() + PAD_PX
            painter.setPen(theme.text if hovered else theme.muted)
            painter.drawText(QPointF(x, row.top + baseline), row.title)
            x += self._width_of(row.title) + PAD_PX
            for figure in row.figures:
                swatch_px = SWATCH_PX + 4 if figure.role else 0
                if x + PAD_PX + swatch_px + self._width_of(figure.text) > rect.right():
                    break  # a figure is shown whole or not at all
                x += PAD_PX
                if figure.role:
                    swatch = QRectF(x, row.top + (ROW_PX - SWATCH_PX) / 2, SWATCH_PX, SWATCH_PX)
                    painter.fillRect(swatch, role_color(theme, figure.role))
                    x += SWATCH_PX + 4
                painter.setPen(theme.text)
                painter.drawText(QPointF(x, row.top + baseline), figure.text)
                x += self._advance(figure) + PAD_PX
            if hovered:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                for sign in row.signs:
                    box = self.sign_rect(row, sign)
                    painter.fillRect(box, theme.control)
                    paint_sign(painter, sign, box.center(), theme.text)


def paint_sign(painter: QPainter, sign: str, middle: QPointF, color: QColor) -> None:
    """Paint one of SIGNS about a point."""
    painter.setPen(QPen(color, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = middle.x(), middle.y()
    if sign == "remove":
        painter.drawLine(QPointF(x - 3.5, y - 3.5), QPointF(x + 3.5, y + 3.5))
        painter.drawLine(QPointF(x - 3.5, y + 3.5), QPointF(x + 3.5, y - 3.5))
    elif sign in ("up", "down"):
        tip = -3 if sign == "up" else 3
        painter.drawPolyline(
            [QPointF(x - 4, y - tip / 2), QPointF(x, y + tip / 2), QPointF(x + 4, y - tip / 2)]
        )
    else:
        # Two sliders: what can be set.
        for offset, knob in ((-2.5, -1.5), (2.5, 1.5)):
            painter.drawLine(QPointF(x - 4.5, y + offset), QPointF(x + 4.5, y + offset))
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x + knob, y + offset), 1.6, 1.6)


_ANY_DIGIT = str.maketrans("123456789", "000000000")
