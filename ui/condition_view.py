"""What a panel shows in place of its body when there is nothing to show: what is so, and what to do."""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

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


class ConditionView(QWidget):
    """A drawn sign, a title, a sentence and a hint in the middle of a calm surface."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.condition = Condition.LOADING
        self.sentence = ""
        self.hint = ""

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_condition(self, condition: Condition, sentence: str, hint: str) -> None:
        """Say that `condition` is so, `sentence` why, `hint` what to do. All plain text."""
        self.condition, self.sentence, self.hint = condition, sentence, hint
        self.setAccessibleName(" ".join(filter(None, (condition.value + ".", sentence, hint))))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
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
        if sign:
            self._draw_sign(painter, QPointF(self.width() / 2, top + 11))
        for text, font, color, below, text_height in placed:
            painter.setFont(font)
            painter.setPen(color)
            painter.drawText(QRectF(left, top + sign + below, width, text_height), int(_WRAP), text)

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
