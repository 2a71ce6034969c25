"""A small form for a span of days, opened over whatever asked for it."""

from datetime import UTC, datetime

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDateEdit, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from ui.review.trip_index import DAY_MS


class DateSpan(QFrame):
    """Two days and a button; Enter takes them, Esc leaves."""

    chosen = Signal(object, object)
    """UTC milliseconds: from the first day's start to the last day's end, which is not within."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.first, self.last = QDateEdit(self), QDateEdit(self)
        for field, name in ((self.first, "From"), (self.last, "To")):
            field.setDisplayFormat("yyyy-MM-dd")
            field.setCalendarPopup(False)
            field.setAccessibleName(name)
        self.button = QPushButton("Show", self)
        self.button.clicked.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        for widget in (QLabel("From", self), self.first, QLabel("to", self), self.last, self.button):
            layout.addWidget(widget)

    def open(self, span_ms: tuple[int, int], at: QPoint) -> None:
        """Ask for another span than this one (UTC milliseconds), with the upper left corner at `at`."""
        self.first.setDate(_date(span_ms[0]))
        self.last.setDate(_date(span_ms[1]))
        self.move(at)
        self.show()
        self.first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        first, last = sorted((self.first.date(), self.last.date()))
        self.hide()
        self.chosen.emit(_ms(first), _ms(last) + DAY_MS)


def _date(ms: int) -> QDate:
    date = datetime.fromtimestamp(ms / 1000, UTC)
    return QDate(date.year, date.month, date.day)


def _ms(date: QDate) -> int:
    return int(datetime(date.year(), date.month(), date.day(), tzinfo=UTC).timestamp() * 1000)
