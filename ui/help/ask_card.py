"""The card of a figure: what it is, its value now, its formula and source, and the way to its page."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.format import NO_FIGURE
from ui.help.answer import Answer
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, ui_font

WIDTH_PX = 380
GAP_PX = 8


class AskCard(QFrame):
    """Stands beside a figure; its words can be selected."""

    page_wanted = Signal(str)
    """The page of help, with its anchor."""
    copy_wanted = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._window = themes, parent
        self.answer: Answer | None = None
        self.name = self._label("", BODY_PX, 600)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self.hint = self._label("", AGE_PX)
        self.page = self._button("Open the page", lambda: self._open())
        self.copy = self._button("Copy", self.copy_wanted.emit)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.copy)
        foot.addWidget(self.page)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(8)
        layout.addWidget(self.name)
        layout.addLayout(self._grid)
        layout.addLayout(foot)
        layout.addWidget(self.hint)
        self.setFixedWidth(WIDTH_PX)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()

    def show_answer(self, answer: Answer, beside: QRect, hint: str) -> None:
        """Say this beside a place of the window, below it where there is room."""
        if answer == self.answer and hint == self.hint.text() and self.isVisible():
            self.move(self._place(beside))
            return
        theme = self._themes.theme
        muted = f"color: {theme.muted.name()};"
        self.answer = answer
        self.setStyleSheet(
            f"AskCard {{ background: {theme.control.name()}; border: 1px solid {theme.accent.name()};"
            " border-radius: 8px; }"
        )
        self.name.setText(answer.name)
        self.hint.setText(hint)
        self.hint.setStyleSheet(muted)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, (label, words) in enumerate(answer.lines()):
            title = self._label(label, HEADER_PX)
            title.setStyleSheet(muted)
            title.setAlignment(Qt.AlignmentFlag.AlignTop)
            is_value = label == "Now"
            text = self._label(words, BODY_PX if is_value else HEADER_PX, 600 if is_value else 400)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            doubted = label in ("Unknown", "Doubt") or (is_value and words == NO_FIGURE)
            text.setStyleSheet(f"color: {(theme.warn if doubted else theme.text).name()};")
            self._grid.addWidget(title, row, 0)
            self._grid.addWidget(text, row, 1)
            for label_shown in (title, text):
                label_shown.show()  # a layout shows what joins a card that is open only later, unmeasured
        self._layout.activate()
        self.resize(
            WIDTH_PX, self.heightForWidth(WIDTH_PX) if self.hasHeightForWidth() else self.sizeHint().height()
        )
        self.move(self._place(beside))
        self.show()
        self.raise_()

    def _place(self, beside: QRect) -> QPoint:
        room = self._window.rect().adjusted(GAP_PX, GAP_PX, -GAP_PX, -GAP_PX)
        x = min(max(room.left(), beside.left()), room.right() - self.width())
        below = beside.bottom() + GAP_PX
        above = beside.top() - GAP_PX - self.height()
        y = below if below + self.height() <= room.bottom() or above < room.top() else above
        return QPoint(max(room.left(), x), max(room.top(), min(y, room.bottom() - self.height())))

    def _open(self) -> None:
        if self.answer is not None:
            self.page_wanted.emit(self.answer.page)

    def _label(self, words: str, px: int, weight: int = 400) -> QLabel:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(px, weight))
        return label

    def _button(self, words: str, pressed: object) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(pressed)
        return button
