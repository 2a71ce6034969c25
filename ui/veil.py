"""The veil over a body whose data are old: what it shows was so once, and one line says since when."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import HEADER_PX, Theme, mix, tint, ui_font

STRIP_PX = 24
MOST_LINES = 3
PALENESS = 0.5
"""How much of the surface lies over the body: its figures can be read, and are not taken for live."""


class Veil(QWidget):
    """Lies over a panel's body, out of the mouse's way."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._token = "warn"
        self._font = ui_font(HEADER_PX, 500)
        self.words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def say(self, words: str, token: str) -> None:
        """Lie over the body with these words, in the colour of that token of the theme."""
        if (words, token) != (self.words, self._token):
            self.words, self._token = words, token
            self.setAccessibleName(words)
            self.update()
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        color = getattr(theme, self._token)
        painter = QPainter(self)
        painter.fillRect(event.rect(), tint(theme.panel, PALENESS))
        room = QRectF(12, 0, self.width() - 20, MOST_LINES * STRIP_PX)
        text = QFontMetricsF(self._font).boundingRect(room, int(Qt.TextFlag.TextWordWrap), self.words)
        height = min(round(text.height()) + STRIP_PX // 3, MOST_LINES * STRIP_PX)
        if event.rect().top() >= height:
            return
        painter.fillRect(0, 0, self.width(), height, mix(theme.panel, color, 0.18))
        painter.fillRect(0, 0, 3, height, color)
        painter.setFont(self._font)
        painter.setPen(theme.text)
        room.setHeight(height)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter), self.words)
