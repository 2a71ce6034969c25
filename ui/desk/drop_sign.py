"""Where a panel that is being dragged would go, drawn over the panels that are there."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import HEADER_PX, PANEL_RADIUS, ThemeSource, tint, ui_font


class DropSign(QWidget):
    """A rectangle in the accent, and the panel's name in it."""

    def __init__(self, themes: ThemeSource, area: QWidget) -> None:
        super().__init__(area)
        self._themes = themes
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, rect: QRect, words: str) -> None:
        """Lie over `rect` of the area."""
        self._words = words
        self.setGeometry(rect)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent, 2))
        painter.setBrush(tint(theme.accent, 0.2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), PANEL_RADIUS, PANEL_RADIUS)
        painter.setFont(ui_font(HEADER_PX, 600))
        painter.setPen(theme.text)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
