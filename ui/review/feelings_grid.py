"""Feelings before, during and after, each from 1 to 5: painted scales that a click or a digit answers."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.theme import AGE_PX, HEADER_PX, Density, Theme, mix, ui_font
from workstation.model.journal import Feelings

STEPS = 5
STRONG = 4
"""From here on a feeling is shown as one to look at."""
CELL_PX, CELL_GAP = 12.0, 3.0


@dataclass(frozen=True, slots=True)
class Scale:
    """One feeling."""

    field: str
    low: str
    high: str


SCALES = (
    Scale("tension", "calm", "tense"),
    Scale("doubt", "sure", "doubt"),
    Scale("urge", "patient", "urge to act"),
)


class FeelingsGrid(QWidget):
    """A row a feeling, a column a time; arrows move, 1 to 5 answer, Delete takes the answer back."""

    answered = Signal(str, object)
    """Name of the time ("before" …), and the `Feelings` of it now."""

    def __init__(
        self, times: tuple[str, ...], theme: Theme, density: Density, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Feelings from 1 to 5")
        self._font, self._small = ui_font(HEADER_PX), ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self._times = times
        self._feelings = {time: Feelings() for time in times}
        self._row, self._column = 0, 0
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self._row_px = density.row_height - 4
        self._pad = density.padding + 2
        self.setFixedHeight(self._row_px * (len(SCALES) + 1) + 4)
        self.update()

    def show_feelings(self, feelings: dict[str, Feelings]) -> None:
        """Show these, by time."""
        if feelings != self._feelings:
            self._feelings = dict(feelings)
            self.update()

    def answer(self, row: int, column: int, value: int | None) -> None:
        """Answer a scale; what it says already takes the answer back."""
        time, scale = self._times[column], SCALES[row]
        before = self._feelings[time]
        value = None if getattr(before, scale.field) == value else value
        self._feelings[time] = replace(before, **{scale.field: value})
        self.update()
        self.answered.emit(time, self._feelings[time])

    # Room.

    def _left(self, column: int) -> float:
        """Where a column's cells begin; the words take what the columns leave."""
        room = self.width() - self._pad - self._words_px
        return self._words_px + room / len(self._times) * column

    @property
    def _words_px(self) -> float:
        return min(152.0, self.width() * 0.36)

    @property
    def _cell_px(self) -> float:
        room = (self.width() - self._pad - self._words_px) / len(self._times)
        return max(5.0, min(CELL_PX, (room - 22) / STEPS - CELL_GAP))

    def cell(self, row: int, column: int, value: int) -> QRectF:
        """Where the answer `value` (1 to 5) of a scale is."""
        left = self._left(column) + (value - 1) * (self._cell_px + CELL_GAP)
        return QRectF(left, (row + 1) * self._row_px + (self._row_px - 8) / 2, self._cell_px, 8)

    def _at(self, x: float, y: float) -> tuple[int, int, int] | None:
        row = int(y // self._row_px) - 1
        if not 0 <= row < len(SCALES) or x < self._words_px:
            return None
        for column in range(len(self._times)):
            value = int((x - self._left(column)) // (self._cell_px + CELL_GAP)) + 1
            if 1 <= value <= STEPS:
                return row, column, value
        return None

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(self._pad, 0, self._words_px, self._row_px), middle, "Feelings, 1 – 5")
        for column, time in enumerate(self._times):
            if len(self._times) > 1:
                painter.drawText(QRectF(self._left(column), 0, 90, self._row_px), middle, time)
        for row, scale in enumerate(SCALES):
            top = (row + 1) * self._row_px
            painter.setFont(self._font)
            painter.setPen(theme.muted)
            words = f"{scale.low} … {scale.high}"
            room = self._words_px - self._pad - 6
            if self._metrics.horizontalAdvance(words) > room:
                words = self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(self._pad, top, room + 4, self._row_px), middle, words)
            for column, time in enumerate(self._times):
                self._paint_scale(painter, row, column, getattr(self._feelings[time], scale.field))

    def _paint_scale(self, painter: QPainter, row: int, column: int, value: int | None) -> None:
        theme = self._theme
        color = theme.warn if (value or 0) >= STRONG else theme.accent
        for step in range(1, STEPS + 1):
            on = value is not None and step <= value
            painter.setPen(QPen(color if on else mix(theme.panel, theme.dim, 0.6), 1))
            painter.setBrush(color if on else theme.control)
            painter.drawRoundedRect(self.cell(row, column, step), 2, 2)
        last = self.cell(row, column, STEPS)
        if value is not None:
            painter.setPen(theme.text)
            painter.setFont(self._font)
            box = QRectF(last.right() + 6, (row + 1) * self._row_px, 14, self._row_px)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, str(value))
        if self.hasFocus() and (row, column) == (self._row, self._column):
            painter.setPen(QPen(theme.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            first = self.cell(row, column, 1)
            painter.drawRoundedRect(first.united(last).adjusted(-4, -4, 4, 4), 4, 4)

    # Mouse and keys.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._row, self._column = found[:2]
            self.answer(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        rows = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        columns = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
        elif key in rows and 0 <= self._row + rows[key] < len(SCALES):
            self._row += rows[key]
        elif key in columns and 0 <= self._column + columns[key] < len(self._times):
            self._column += columns[key]
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
            value = int(key) - int(Qt.Key.Key_0)
            if getattr(self._feelings[self._times[self._column]], SCALES[self._row].field) != value:
                self.answer(self._row, self._column, value)
            self._row = (self._row + 1) % len(SCALES)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_0):
            self.answer(self._row, self._column, None)
        else:
            super().keyPressEvent(event)
            return
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(event.pos().x(), event.pos().y())
            words = ""
            if found is not None:
                scale = SCALES[found[0]]
                words = f"{self._times[found[1]]}: {scale.low} 1 … {scale.high} 5"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)
