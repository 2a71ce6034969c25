"""What is ours on a ladder: working orders with their place in the queue, and entries of positions."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from ui.theme import AGE_PX, Theme, mix, ui_font

PADDING = 8


@dataclass(frozen=True, slots=True)
class OwnMark:
    """One row that is ours.

    Attributes:
        price: of the order or the entry.
        side: +1 bought or buying, −1 sold or selling; the words stand on the other side, which is empty.
        words: as shown: "0.554 queue 3.1", "entry 0.05".
        is_order: it works; else a position was entered here.
    """

    price: float
    side: int
    words: str
    is_order: bool


class OwnPainter:
    """Frames rows that are ours, in one theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._font = ui_font(AGE_PX, 600)
        self._metrics = QFontMetricsF(self._font)

    def paint(
        self, painter: QPainter, marks: Iterable[tuple[int, OwnMark]], width: int, head: int, row_height: int
    ) -> None:
        """Frame the rows of these marks, each given with the number of its row in view."""
        theme = self._theme
        for row, mark in marks:
            color = theme.accent if mark.is_order else theme.muted
            y = head + row * row_height
            painter.setPen(QPen(color, 1))
            if mark.is_order:
                painter.drawRect(0, y, width - 1, row_height - 1)
            else:
                painter.drawLine(0, y + row_height - 1, width - 1, y + row_height - 1)
            if not mark.words:
                continue
            text_width = self._metrics.horizontalAdvance(mark.words)
            left = width - PADDING - text_width if mark.side > 0 else float(PADDING)
            back = mix(theme.panel, theme.accent, 0.10) if mark.is_order else theme.panel
            painter.fillRect(QRectF(left - 4, y + 2, text_width + 8, row_height - 4), back)
            painter.setFont(self._font)
            line = y + (row_height + self._metrics.capHeight()) / 2
            painter.drawText(round(left), round(line), mark.words)
