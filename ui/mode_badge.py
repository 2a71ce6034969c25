"""The badge that says what kind of market is open: in every window, always."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.markets import Mode
from ui.theme import HEADER_PX, ThemeSource, tint, ui_font


class ModeBadge(QWidget):
    """Says in words, colour and shape what kind of market this is."""

    def __init__(self, mode: Mode, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._font = ui_font(HEADER_PX, 600)
        self.set_mode(mode)
        themes.changed.connect(self._dress)

    def set_mode(self, mode: Mode) -> None:
        """Say this from now on."""
        self.mode = mode
        self.setFixedSize(round(QFontMetricsF(self._font).horizontalAdvance(mode.words)) + 24, 26)
        self.setAccessibleName(f"Mode: {mode.words}. {mode.meaning}")
        self.setToolTip(mode.meaning)
        self.update()

    def _dress(self) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        color = getattr(theme, self.mode.token)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1))
        painter.setBrush(color if self.mode.solid else tint(color, 0.12))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._font)
        painter.setPen(theme.on_accent if self.mode.solid else color)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.mode.words)
