"""Rows of chips under a name each: choices with how much each would show, by mouse and keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.review.plain_tip import plain_tip
from ui.theme import HEADER_PX, Density, Theme, mix, ui_font
from ui.widgets.text_widths import TextWidths

GAP = 4
PADDING = 7
NARROW_PX = 300
"""Below this width names stand over their chips, not beside them."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice.

    Attributes:
        key: what it is called when it is clicked.
        words: on it.
        count: how much it would show; None for a choice that counts nothing.
        is_on: it is chosen.
        token: theme's token of its words.
        opens: it opens a menu.
        tip: its tool tip, plain text.
    """

    key: str
    words: str
    count: int | None = None
    is_on: bool = False
    token: str = "text"
    opens: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class ChipRow:
    """Choices that belong together, under a name."""

    key: str
    name: str
    chips: tuple[Chip, ...]


class ChipRows(QWidget):
    """Paints rows of chips that wrap, as high as they need."""

    clicked = Signal(str, str)
    """Keys of the row and the chip."""

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._font = ui_font(HEADER_PX)
        self._metrics = QFontMetricsF(self._font)
        self._width_of = TextWidths(self._metrics)
        self._rows: tuple[ChipRow, ...] = ()
        self._placed: list[tuple[int, int, QRectF]] = []
        self._names: list[tuple[int, QRectF]] = []
        self._current = 0
        self._hovered = -1
        self._height = 0
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._theme = theme
        self._chip_px = density.control_height - 1
        self._pad = density.padding + 2
        self._lay_out()

    def set_rows(self, rows: Sequence[ChipRow]) -> None:
        """Show these rows."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self._lay_out()

    @property
    def rows(self) -> tuple[ChipRow, ...]:
        """The rows shown."""
        return self._rows

    def rect_of(self, row: str, chip: str) -> QRectF:
        """Where a chip is.

        Raises:
            StopIteration: there is none of these keys.
        """
        return next(
            rect
            for at, place, rect in self._placed
            if self._rows[at].key == row and self._rows[at].chips[place].key == chip
        )

    # Room.

    def _chip_width(self, chip: Chip) -> float:
        width = self._width_of(chip.words) + 2 * PADDING
        if chip.count is not None:
            width += self._width_of(f" {chip.count}") + 1
        return width + (11 if chip.opens else 0)

    def _lay_out(self) -> None:
        self._placed, self._names = [], []
        beside = self.width() >= NARROW_PX
        name_px = max((self._width_of(row.name) + 10 for row in self._rows), default=0.0)
        left = self._pad + (name_px if beside else 0.0)
        right = max(left + 60.0, float(self.width() - self._pad))
        step = self._chip_px + GAP
        y = 2.0
        for at, row in enumerate(self._rows):
            self._names.append((at, QRectF(self._pad, y, name_px if beside else right, self._chip_px)))
            if not beside and row.name:
                y += self._chip_px - 4
            x = left
            for place, chip in enumerate(row.chips):
                width = min(self._chip_width(chip), right - left)
                if x > left and x + width > right:
                    x, y = left, y + step
                self._placed.append((at, place, QRectF(x, y, width, self._chip_px)))
                x += width + GAP
            y += step
        self._current = min(self._current, max(0, len(self._placed) - 1))
        if round(y) != self._height:
            self._height = round(y)
            self.setFixedHeight(self._height)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self._height)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        for at, rect in self._names:
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self._rows[at].name)
        for number, (at, place, rect) in enumerate(self._placed):
            focused = self.hasFocus() and number == self._current
            self._paint_chip(painter, self._rows[at].chips[place], rect, number == self._hovered, focused)

    def _paint_chip(self, painter: QPainter, chip: Chip, rect: QRectF, hovered: bool, focused: bool) -> None:
        theme = self._theme
        back = mix(theme.control, theme.accent, 0.28) if chip.is_on else theme.panel
        if hovered:
            back = mix(back, theme.text, 0.07)
        painter.setPen(QPen(theme.accent if focused else theme.hairline, 1))
        painter.setBrush(back)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        count = "" if chip.count is None else f" {chip.count}"
        room = inner.width() - self._width_of(count) - (11 if chip.opens else 0)
        words = chip.words
        if self._width_of(words) > room + 1:
            words = self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.setPen(getattr(theme, chip.token))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, words)
        if count:
            painter.setPen(theme.text if chip.is_on else theme.muted)
            inner.setLeft(inner.left() + self._width_of(words) + 1)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, count)
        if chip.opens:
            x, y = rect.right() - PADDING - 6, rect.center().y()
            painter.setPen(QPen(theme.muted, 1.2))
            painter.drawPolyline([_at(x, y - 1.5), _at(x + 3, y + 1.5), _at(x + 6, y - 1.5)])

    # Mouse and keys.

    def _number_at(self, event: QMouseEvent | QHelpEvent) -> int:
        at = event.position() if isinstance(event, QMouseEvent) else event.pos().toPointF()
        return next((number for number, (_, _, rect) in enumerate(self._placed) if rect.contains(at)), -1)

    def _click(self, number: int) -> None:
        at, place, _ = self._placed[number]
        self._current = number
        self.clicked.emit(self._rows[at].key, self._rows[at].chips[place].key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self._number_at(event)
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(Qt.CursorShape.PointingHandCursor if hovered >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event)
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._click(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        rows = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        key = Qt.Key(event.key())
        if not self._placed or event.modifiers():
            super().keyPressEvent(event)
        elif key in steps:
            self._current = (self._current + steps[key]) % len(self._placed)
            self.update()
        elif key in rows:
            self._go_row(rows[key])
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._click(self._current)
        else:
            super().keyPressEvent(event)

    def _go_row(self, rows: int) -> None:
        at = (self._placed[self._current][0] + rows) % len(self._rows)
        found = next((number for number, placed in enumerate(self._placed) if placed[0] == at), None)
        if found is not None:
            self._current = found
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._number_at(event)
            chip = None
            if number >= 0:
                at, place, _ = self._placed[number]
                chip = self._rows[at].chips[place]
            QToolTip.showText(event.globalPos(), plain_tip("" if chip is None else chip.tip), self)
            return True
        return super().event(event)


def _at(x: float, y: float) -> QPointF:
    return QPointF(x, y)
