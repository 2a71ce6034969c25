"""How far the stored depth in view is read: a quiet line under the legend, and nothing once it is there."""

import time

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import AGE_PX, Theme, tint, ui_font

SHOWN_AFTER_S = 0.2
"""What is read sooner than this needs no progress."""
HEIGHT_PX = 20
BAR_PX = 60
TOP_PX = 30
WIDEST_PX = 520


class PastNote(QWidget):
    """Words and a bar while depth is read; the reason where it cannot be."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._since: float | None = None
        self._width = 0.0
        self.words = ""
        self.share = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def place(self, width: float) -> None:
        """The plot is this wide, px."""
        self._width = width
        self._lay_out()

    def show_share(self, share: float, error: str) -> None:
        """Say how much of what is in view has been read, 0 … 1, or why no more can be."""
        now = time.monotonic()
        if share >= 1.0:
            self._since = None
        elif self._since is None:
            self._since = now
        late = self._since is not None and now - self._since >= SHOWN_AFTER_S
        words = f"No older depth: {error}" if error else "Reading stored depth" if late else ""
        if (words, share) != (self.words, self.share):
            self.words, self.share = words, share
            self.setAccessibleName(words)
            self._lay_out()
            self.setVisible(bool(words))
            self.update()

    @property
    def _bar(self) -> int:
        return 0 if self.share >= 1.0 else BAR_PX + 8

    def _lay_out(self) -> None:
        width = QFontMetricsF(self._font).horizontalAdvance(self.words) + 16 + self._bar
        self.setGeometry(6, TOP_PX, round(min(WIDEST_PX, width, max(1.0, self._width - 12))), HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(theme.panel, 0.86))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        room = QRectF(8, 0, self.width() - 16 - self._bar, self.height())
        text = QFontMetricsF(self._font).elidedText(self.words, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        if self._bar:
            left, middle = self.width() - BAR_PX - 8, self.height() / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.hairline)
            painter.drawRoundedRect(QRectF(left, middle - 2, BAR_PX, 4), 2, 2)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(QRectF(left, middle - 2, max(4.0, BAR_PX * self.share), 4), 2, 2)
