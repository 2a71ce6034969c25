"""Says at the top of the window that a weekly review waits, and opens it; hidden while none does."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.rituals.ritual_words import due_words
from ui.services import PanelServices
from ui.theme import HEADER_PX, ui_font
from ui.top_bar import TopBarHint
from workstation.journal.accounts import without_sample
from workstation.journal.rituals.week import due_review

_TITLE = "Weekly review "
EVERY_S = 2.0
NARROW_PX, WIDE_PX = 1_150, 1_500
"""Widths of the window from which there is room for it at all, and for its day."""


class WeekHint(TopBarHint):
    """Looks at the journal now and then."""

    wanted = Signal()

    def __init__(self, services: PanelServices, weekday: Callable[[], int], parent: QWidget) -> None:
        """Look at a journal for reviews on a weekday, 0 is Monday."""
        super().__init__(parent)
        self._services, self._weekday = services, weekday
        self._font, self._strong = ui_font(HEADER_PX), ui_font(HEADER_PX, 600)
        self._due = float("-inf")
        self._words, self._token = "", "warn"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip("Begin the weekly review, or go on with it")
        self.clicked.connect(self.wanted)
        services.themes.changed.connect(lambda _theme: self.update())
        self.hide()

    @property
    def words(self) -> str:
        """What it says; empty while nothing waits."""
        return _TITLE + self._words if self._words else ""

    def refresh(self) -> None:
        """Look whether a review waits, every two seconds."""
        now = self._services.workstation.clock.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY_S
        journal, words, token = self._services.journal, "", "warn"
        width = self.window().width()
        if journal is not None and width >= NARROW_PX:
            now_ms = self._services.workstation.clock.now_ms()
            trips = without_sample(journal.trips())
            due = due_review(now_ms, trips, journal.rituals.weeks(), self._weekday())
            if due is not None:
                words, token = due_words(due)
                words = words if width >= WIDE_PX else words.partition(",")[0].partition(" since")[0]
        if (words, token) != (self._words, self._token):
            self._words, self._token = words, token
            self.setAccessibleName(self.words)
            self.updateGeometry()
            self.update()
        self.setVisible(bool(words))

    def sizeHint(self) -> QSize:
        title = QFontMetricsF(self._font).horizontalAdvance(_TITLE)
        return QSize(round(title + QFontMetricsF(self._strong).horizontalAdvance(self._words)) + 14, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._services.themes.theme
        if self.underMouse() or self.hasFocus():
            painter.fillRect(self.rect().adjusted(0, 6, 0, -6), theme.control)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._font)
        painter.setPen(theme.muted)
        title = QFontMetricsF(self._font).horizontalAdvance(_TITLE)
        painter.drawText(QRectF(6, 0, title + 2, self.height()), middle, _TITLE)
        painter.setFont(self._strong)
        painter.setPen(getattr(theme, self._token))
        painter.drawText(QRectF(6 + title, 0, self.width(), self.height()), middle, self._words)
