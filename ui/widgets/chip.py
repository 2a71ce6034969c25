"""A small floating button over a view that has left the newest data: says so, and leads back."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.theme import AGE_PX, Theme, mix, ui_font

HEIGHT = 22


class Chip(QAbstractButton):
    """A pill in the accent colour that sits over a corner of its parent; hidden while it has no words."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX, 500)
        self._metrics = QFontMetricsF(self._font)
        # The view below keeps the keyboard: its own key does the same.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_words(self, words: str, corner: QPoint) -> None:
        """Show `words` with the pill's lower right corner at `corner`; no words hide it."""
        if not words:
            self.hide()
            return
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.resize(self.sizeHint())
            self.update()
        self.move(corner - QPoint(self.width(), HEIGHT))
        self.show()

    def sizeHint(self) -> QSize:
        # Widths in steps of four digits, so that a count that grows does not make the pill breathe.
        width = self._metrics.horizontalAdvance(self.text())
        step = 4 * self._metrics.horizontalAdvance("0")
        return QSize(round(-(-width // step) * step) + 18, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.accent, 1))
        painter.setBrush(mix(self._theme.panel, self._theme.accent, 0.34 if self.underMouse() else 0.22))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setFont(self._font)
        painter.setPen(self._theme.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
