"""A field for Markdown that grows with its text, and shows it read while nobody writes."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QStackedLayout, QWidget

from ui.review.markdown_view import MarkdownView
from ui.theme import BODY_PX, Theme, ui_font

LEAST_PX, MOST_PX = 84, 420


class NoteEdit(QWidget):
    """Reads as Markdown; a click or the keyboard makes it a plain field, leaving it makes it read again."""

    typed = Signal(str)
    left = Signal()
    """The keyboard has gone elsewhere: what was typed is a change of its own."""
    mode_changed = Signal()

    def __init__(self, name: str, hint: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = MarkdownView(theme, self)
        self.view.setAccessibleName(name)
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.installEventFilter(self)
        self.field = QPlainTextEdit(self)
        self.field.setAccessibleName(f"{name}, Markdown")
        self.field.setPlaceholderText(hint)
        self.field.setFont(ui_font(BODY_PX))
        self.field.setTabChangesFocus(True)
        self.field.document().setDocumentMargin(8)
        self.field.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._typed)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.field)
        self._stack.addWidget(self.view)
        self._text = ""
        self._quiet = False
        self.view.edit_wanted.connect(self.edit)
        self.view.height_changed.connect(self._grow)
        self.field.document().documentLayout().documentSizeChanged.connect(lambda _size: self._grow())
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.view.set_theme(theme)
        self.field.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.control.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.hairline.name()}; border-radius: 4px; }}"
            f" QPlainTextEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )

    @property
    def is_read(self) -> bool:
        """It shows the text as it reads, not as it is typed."""
        return self._stack.currentWidget() is self.view

    def show_text(self, text: str) -> None:
        """Show another text; one that is only typed here stays under the cursor."""
        if text == self._text and text == self.field.toPlainText():
            return
        self._text = text
        self._quiet = True
        at = self.field.textCursor().position()
        self.field.setPlainText(text)
        if self.field.hasFocus():
            cursor = self.field.textCursor()
            cursor.setPosition(min(at, len(text)))
            self.field.setTextCursor(cursor)
        self._quiet = False
        if not self.field.hasFocus():
            self.read()

    def edit(self) -> None:
        """Show the text as it is typed, the keyboard at its end."""
        self._stack.setCurrentWidget(self.field)
        self.field.setFocus()
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self._grow()
        self.mode_changed.emit()

    def read(self) -> None:
        """Show the text as it reads; one without a letter stays a field."""
        if self._text.strip():
            self.view.show_markdown(self._text)
            self._stack.setCurrentWidget(self.view)
        else:
            self._stack.setCurrentWidget(self.field)
        self._grow()
        self.mode_changed.emit()

    def _typed(self) -> None:
        text = self.field.toPlainText()
        if not self._quiet and text != self._text:
            self._text = text
            self.typed.emit(text)

    def _grow(self) -> None:
        if self.is_read:
            height = self.view.document().size().height() + 4
        else:
            lines = self.field.document().size().height()
            height = lines * self.field.fontMetrics().lineSpacing() + 22
        wanted = round(min(MOST_PX, max(LEAST_PX, height)))
        if wanted != self.height():
            self.setFixedHeight(wanted)
        scrolls = (
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if height > MOST_PX
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.view.setVerticalScrollBarPolicy(scrolls)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            if event.reason() not in (
                Qt.FocusReason.PopupFocusReason,
                Qt.FocusReason.ActiveWindowFocusReason,
            ):
                self.left.emit()
                self.read()
        elif watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.read()
                (self.view if self.is_read else self).setFocus()
                self.left.emit()
                return True
        elif (
            watched is self.view
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
            and not event.modifiers()
        ):
            self.edit()
            return True
        return super().eventFilter(watched, event)
