"""What a panel shows in place of its body when there is nothing to show: what is so, and what to do."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import BODY_PX, HEADER_PX, Theme, ui_font


class Condition(Enum):
    """The state of what a panel shows; the value is the title that stands in place of the body."""

    EMPTY = "Nothing to show"
    LOADING = "Waiting for data"
    LIVE = "Live"
    STALE = "Stale"
    DISCONNECTED = "Disconnected"
    ERROR = "This panel cannot be shown"


COVERED = frozenset({Condition.EMPTY, Condition.LOADING, Condition.DISCONNECTED, Condition.ERROR})
"""The conditions under which the body would show nothing, or nothing true."""

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


class _Line(NamedTuple):
    text: str
    font: QFont
    color: QColor
    room: QRectF


class ConditionView(QWidget):
    """A drawn sign, a title, a sentence and a hint in the middle of a calm surface."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.condition = Condition.LOADING
        self.sentence = ""
        self.hint = ""
        self.button: QPushButton | None = None
        """What can be done about it at once; None where nothing was offered."""

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_condition(self, condition: Condition, sentence: str, hint: str) -> None:
        """Say that `condition` is so, `sentence` why, `hint` what to do. All plain text."""
        self.condition, self.sentence, self.hint = condition, sentence, hint
        self.setAccessibleName(" ".join(filter(None, (condition.value + ".", sentence, hint))))
        self._place_button()
        self.update()

    def offer(self, words: str, do: Callable[[], object]) -> None:
        """Offer a button below what is said while that is `Condition.EMPTY`; call once."""
        self.button = QPushButton(words, self)
        self.button.setFont(ui_font(HEADER_PX))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(do)
        self._place_button()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def _place_button(self) -> None:
        if self.button is None:
            return
        lines, _ = self._lines()
        self.button.adjustSize()
        top = round(lines[-1].room.bottom()) + 10
        fits = top + self.button.height() <= self.height() and self.button.width() + 8 <= self.width()
        self.button.move((self.width() - self.button.width()) // 2, top)
        self.button.setVisible(fits and self.condition is Condition.EMPTY)

    def _lines(self) -> tuple[list[_Line], float]:
        """What is written where, and where the sign stands above it; 0 where there is no room for it."""
        width = min(360.0, self.width() - 24.0)
        left = (self.width() - width) / 2
        title_color = self._theme.danger if self.condition is Condition.ERROR else self._theme.text
        lines = [
            (self.condition.value, ui_font(BODY_PX, 600), title_color, 4.0),
            (self.sentence, ui_font(HEADER_PX), self._theme.muted, 8.0),
            (self.hint, ui_font(HEADER_PX), self._theme.accent, 0.0),
        ]
        placed = []
        height = 0.0
        for text, font, color, gap in lines:
            if text:
                box = QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1000), int(_WRAP), text)
                placed.append((text, font, color, height, box.height()))
                height += box.height() + gap
        sign = 36.0 if self.height() > height + 60 else 0.0
        top = max(4.0, (self.height() - height - sign) / 2)
        return [
            _Line(text, font, color, QRectF(left, top + sign + below, width, text_height))
            for text, font, color, below, text_height in placed
        ], top + 11 if sign else 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines, sign = self._lines()
        if sign:
            self._draw_sign(painter, QPointF(self.width() / 2, sign))
        for line in lines:
            painter.setFont(line.font)
            painter.setPen(line.color)
            painter.drawText(line.room, int(_WRAP), line.text)

    def _draw_sign(self, painter: QPainter, at: QPointF) -> None:
        """A shape for each condition, so that colour is never the only sign."""
        color = self._theme.danger if self.condition is Condition.ERROR else self._theme.dim
        painter.setPen(QPen(color, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = at.x(), at.y()
        if self.condition is Condition.LOADING:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            for shift in (-9, 0, 9):
                painter.drawEllipse(QPointF(x + shift, y), 2.0, 2.0)
        elif self.condition is Condition.DISCONNECTED:
            for side in (-1, 1):
                painter.drawEllipse(QPointF(x + side * 8, y), 3.5, 3.5)
                painter.drawLine(QPointF(x + side * 12, y), QPointF(x + side * 18, y))
            painter.drawLine(QPointF(x - 3, y + 7), QPointF(x + 3, y - 7))
        elif self.condition is Condition.ERROR:
            painter.drawPolygon([QPointF(x, y - 10), QPointF(x + 11, y + 9), QPointF(x - 11, y + 9)])
            painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))
            painter.drawPoint(QPointF(x, y + 6))
        else:
            for row, length in enumerate((20, 14, 17)):
                painter.drawLine(QPointF(x - 10, y - 6 + row * 6), QPointF(x - 10 + length, y - 6 + row * 6))
