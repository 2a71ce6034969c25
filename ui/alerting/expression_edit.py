"""The field in which an expression is typed: it completes metrics and marks what cannot be read."""

import re
from collections.abc import Iterable

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit, QStyle, QStyleOptionFrame, QWidget

from ui.theme import ThemeSource

_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*$")
SHORTEST = 2


class ExpressionEdit(QLineEdit):
    """A line edit for `workstation.alerts.expression`."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._wrong: tuple[int, int] | None = None
        self.setPlaceholderText("spread_bps > 20 and funding_8h_rate > 0.05 %")
        self.setAccessibleName("Expression")
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setWidget(self)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.activated[str].connect(self._insert)  # type: ignore[index]
        self.textEdited.connect(lambda _text: self._offer())

    def offer(self, metrics: Iterable[str]) -> None:
        """Complete these keys of metrics, and functions."""
        self._names.setStringList([*metrics, "abs(", "min(", "max("])

    def set_wrong(self, place: tuple[int, int] | None) -> None:
        """Underline the characters that an error concerns; None for none."""
        if place != self._wrong:
            self._wrong = place
            self.update()

    @property
    def _list(self) -> QAbstractItemView:
        popup = self._completer.popup()
        assert popup is not None
        return popup

    def _begun(self) -> str:
        match = _NAME.search(self.text()[: self.cursorPosition()])
        return match[0] if match else ""

    def _offer(self) -> None:
        begun = self._begun()
        if len(begun) < SHORTEST or begun in ("and", "or", "not"):
            self._list.hide()
            return
        self._completer.setCompletionPrefix(begun)
        if self._completer.completionCount() == 0 or self._completer.currentCompletion() == begun:
            self._list.hide()
        else:
            self._completer.complete()

    def _insert(self, name: str) -> None:
        end = self.cursorPosition()
        start = end - len(self._begun())
        self.setText(self.text()[:start] + name + self.text()[end:])
        self.setCursorPosition(start + len(name))
        self.textEdited.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steering = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab)
        if self._list.isVisible() and event.key() in steering:
            event.ignore()  # the list takes them
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._wrong is None:
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        at = self.cursorRect().center().x()
        metrics = self.fontMetrics()
        origin = at - metrics.horizontalAdvance(self.text()[: self.cursorPosition()])
        start, end = self._wrong
        left = origin + metrics.horizontalAdvance(self.text()[:start])
        right = origin + metrics.horizontalAdvance(self.text()[: max(end, start + 1)])
        painter = QPainter(self)
        painter.setClipRect(room)
        painter.setPen(QPen(self._themes.theme.danger, 2))
        y = room.bottom() - 2
        painter.drawLine(left, y, max(right, left + 6), y)
