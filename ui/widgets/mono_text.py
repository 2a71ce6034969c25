"""Figures in the monospace of ladder and tape, set on whole pixels, and the mark of a taker's side."""

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from ui.format import THIN_SPACE
from ui.theme import HEADER_PX, mono_font


class MonoText:
    """Sets texts whose width is known without measuring them.

    On whole pixels because Qt then reuses one picture of each glyph; with the font's own space because it has
    no thin one and Qt would look for it in other fonts at every drawing.
    """

    def __init__(self) -> None:
        self.font: QFont = mono_font(HEADER_PX)
        self.strong: QFont = mono_font(HEADER_PX, 500)
        metrics = QFontMetricsF(self.font)
        self.digit = metrics.horizontalAdvance("0")
        """Width of a digit, px."""
        self._cap = metrics.capHeight()

    def baseline(self, row_height: int) -> int:
        """How far below a row's top its text stands, px."""
        return round((row_height + self._cap) / 2)

    def left(self, painter: QPainter, x: float, line: int, text: str) -> None:
        """Set a text from `x` rightwards on the baseline `line`, in the painter's font and pen."""
        painter.drawText(round(x), line, text.replace(THIN_SPACE, " "))

    def right(self, painter: QPainter, x: float, line: int, text: str) -> None:
        """Set a text so that it ends at `x`."""
        painter.drawText(round(x - len(text) * self.digit), line, text.replace(THIN_SPACE, " "))


def paint_side(painter: QPainter, side: int, left: int, middle: int, color: QColor) -> None:
    """A triangle, up for a purchase (+1), down for a sale (-1), 7 px wide, in whole pixels."""
    for line in range(4):
        inset = 3 - line if side > 0 else line
        painter.fillRect(left + inset, middle - 2 + line, 7 - 2 * inset, 1, color)
