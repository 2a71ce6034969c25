"""Asks for a name within the window: Enter takes it, Esc leaves, and the market goes on meanwhile."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, ui_font

TOP_PX = 64
WIDTH_PX = 420


class NamePrompt(QFrame):
    """One field over the window, the question above it and what is wrong with the answer below."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._themes = themes
        self._take: Callable[[str], None] = _nothing
        self._focus_before: QWidget | None = None
        self.setAutoFillBackground(True)
        self.question = QLabel(self)
        self.question.setFont(ui_font(HEADER_PX, 600))
        self.field = QLineEdit(self)
        self.field.setFont(ui_font(BODY_PX))
        self.field.setMaxLength(60)
        self.field.installEventFilter(self)
        self.words = QLabel(self)
        self.words.setFont(ui_font(AGE_PX))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        for part in (self.question, self.field, self.words):
            layout.addWidget(part)
        themes.changed.connect(self._dress)
        self._dress()
        self.hide()

    def ask(self, question: str, proposal: str, take: Callable[[str], None]) -> None:
        """Ask, with an answer proposed.

        Args:
            question: above the field.
            proposal: selected in it.
            take: is given the answer; a `ValueError` that it raises is shown and asks on.
        """
        self._take = take
        self._focus_before = self.window().focusWidget()
        self.question.setText(question)
        self.field.setAccessibleName(question)
        self.field.setText(proposal)
        self.field.selectAll()
        self._say("Enter takes it, Esc leaves everything as it is.")
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Leave without doing anything; the keyboard goes back to where it was."""
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """Take the place that the window's present size gives."""
        width = min(WIDTH_PX, self._window.width() - 32)
        self.setGeometry((self._window.width() - width) // 2, TOP_PX, width, self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Esc in the field, and the keyboard gone elsewhere."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._answer()
                return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self.underMouse():
            self.hide()
        return super().eventFilter(watched, event)

    def _answer(self) -> None:
        try:
            self._take(self.field.text())
        except ValueError as error:
            self._say(str(error), wrong=True)
            self.place()
        else:
            self.dismiss()

    def _say(self, words: str, *, wrong: bool = False) -> None:
        theme = self._themes.theme
        self.words.setText(words)
        self.words.setStyleSheet(f"color: {(theme.danger if wrong else theme.muted).name()};")

    def _dress(self) -> None:
        theme = self._themes.theme
        self.setStyleSheet(
            f"NamePrompt {{ background: {theme.control.name()}; border: 1px solid {theme.hairline.name()};"
            f" border-radius: 8px; }} QLineEdit {{ background: {theme.panel.name()}; min-height: 28px; }}"
        )


def _nothing(_answer: str) -> None:
    """Takes no answer: nothing has been asked."""
