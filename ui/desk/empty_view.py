"""What a window without a panel shows: that it is empty, and how to fill it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import BODY_PX, HEADER_PX, PANEL_RADIUS, ThemeSource, ui_font

TITLE = "No panel in this window"
HINT = "Drag one here, or add one."


class EmptyView(QWidget):
    """A calm surface with two lines and a button."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAccessibleName(f"{TITLE}. {HINT}")
        self.add_button = QPushButton("Add a panel", self)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        size = self.add_button.sizeHint()
        self.add_button.setGeometry(
            (self.width() - size.width()) // 2, self.height() // 2 + 30, size.width(), size.height()
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(QRectF(self.rect()), PANEL_RADIUS, PANEL_RADIUS)
        middle = self.height() / 2
        for text, font, color, top in (
            (TITLE, ui_font(BODY_PX, 600), theme.text, middle - 24),
            (HINT, ui_font(HEADER_PX), theme.muted, middle),
        ):
            painter.setFont(font)
            painter.setPen(color)
            painter.drawText(QRectF(8, top, self.width() - 16, 22), Qt.AlignmentFlag.AlignCenter, text)
