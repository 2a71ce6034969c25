"""How much of a chart's past is there: a quiet line in its corner while some of it is being fetched."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import AGE_PX, Theme, tint, ui_font
from workstation.market.backfill import BackfillProgress

HEIGHT_PX = 22
BAR_PX = 60
WIDEST_PX = 560


class HistoryNote(QWidget):
    """Words and a bar while the past is fetched; words alone when it cannot be; nothing when it is there."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._font = ui_font(AGE_PX)
        self._shown: tuple[str, float | None] = ("", None)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(0, HEIGHT_PX)
        self.hide()

    @property
    def words(self) -> str:
        """What is said; "" for nothing."""
        return self._shown[0]

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self._theme = theme
        self.update()

    def show_progress(self, progress: BackfillProgress | None) -> None:
        """Say how far it is."""
        if progress is None or (progress.finished and not progress.words):
            shown: tuple[str, float | None] = ("", None)
        elif progress.words:
            shown = (f"No more history: {progress.words}", None)
        else:
            share = int(progress.share * 100) / 100
            shown = (f"History {share * 100:.0f} %", share)
        if shown == self._shown:
            return
        self._shown = shown
        self.setAccessibleName(shown[0])
        self.setVisible(bool(shown[0]))
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        words, share = self._shown
        width = QFontMetricsF(self._font).horizontalAdvance(words) + 16
        return QSize(round(min(WIDEST_PX, width + (0 if share is None else BAR_PX + 8))), HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, (words, share) = self._theme, self._shown
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(theme.control, 0.9))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        room = QRectF(8, 0, self.width() - 16 - (0 if share is None else BAR_PX + 8), self.height())
        text = QFontMetricsF(self._font).elidedText(words, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        if share is not None:
            left, middle = self.width() - BAR_PX - 8, self.height() / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.hairline)
            painter.drawRoundedRect(QRectF(left, middle - 2, BAR_PX, 4), 2, 2)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(QRectF(left, middle - 2, max(4.0, BAR_PX * share), 4), 2, 2)
