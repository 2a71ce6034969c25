"""What the windows of the journal's files share: a sheet with a status line, progress and buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui.journal_files.task import Task
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, ui_font


class Sheet(QDialog):
    """Not modal. Esc cancels what is under way, then closes; Enter presses the button that is meant."""

    def __init__(self, title: str, themes: ThemeSource, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{title} · Preflight")
        self.themes = themes
        self._muted: list[QLabel] = []
        self._tone = "muted"
        self.task = Task(self)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        self.status = self.words("", BODY_PX)
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1_000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.progress.hide()
        self.close_button = self.button("Close", self.back_out)
        self.foot = QHBoxLayout()
        self.foot.addStretch(1)
        self.foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addLayout(self.body, 1)
        layout.addWidget(self.status)
        layout.addWidget(self.progress)
        layout.addLayout(self.foot)
        self.task.progressed.connect(lambda share: self.progress.setValue(round(share * 1_000)))
        self.task.done.connect(lambda _result: self.busy(False))
        self.task.failed.connect(self._failed)
        themes.changed.connect(self.dress)

    def words(self, text: str, px: int = HEADER_PX, *, muted: bool = False, weight: int = 400) -> QLabel:
        """A line of plain text."""
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(px, weight))
        if muted:
            self._muted.append(label)
            label.setStyleSheet(f"color: {self.themes.theme.muted.name()};")
        return label

    def heading(self, text: str) -> QLabel:
        """The title of a part of the sheet."""
        return self.words(text, AGE_PX, muted=True)

    def button(self, text: str, pressed: object, *, is_main: bool = False) -> QPushButton:
        """A button; the one that is meant has the accent and answers to Enter."""
        made = QPushButton(text, self)
        made.setAutoDefault(is_main)
        made.setDefault(is_main)
        made.clicked.connect(pressed)
        made.setProperty("main", is_main)
        return made

    def say(self, text: str, tone: str = "muted") -> None:
        """Say something on the status line; `tone` is a token of the theme."""
        self._tone = tone
        self.status.setText(text)
        self.dress()

    def busy(self, is_busy: bool) -> None:
        """Show that something is under way."""
        self.progress.setVisible(is_busy)
        self.progress.setValue(0)
        self.close_button.setText("Cancel" if is_busy else "Close")

    def _failed(self, why: str) -> None:
        self.busy(False)
        self.say(why, "danger")

    def dress(self, _theme: Theme | None = None) -> None:
        """Take the theme's colours."""
        theme = self.themes.theme
        for label in self._muted:
            label.setStyleSheet(f"color: {theme.muted.name()};")
        self.status.setStyleSheet(f"color: {getattr(theme, self._tone).name()};")
        self.setStyleSheet(
            f"QProgressBar {{ background: {theme.hairline.name()}; border: none; border-radius: 2px; }}"
            f" QProgressBar::chunk {{ background: {theme.accent.name()}; border-radius: 2px; }}"
            f' QPushButton[main="true"]:enabled {{ background: {theme.accent.name()};'
            f" color: {theme.on_accent.name()}; border-color: {theme.accent.name()}; }}"
            f' QPushButton[main="true"]:focus {{ border-color: {theme.text.name()}; }}'
            f" QTableWidget {{ background: {theme.panel.name()};"
            f" border: 1px solid {theme.hairline.name()}; }} QTableWidget::item {{ padding: 0px 8px; }}"
            " QHeaderView::section { padding: 0px 8px; }"
        )

    def back_out(self) -> None:
        """End what is under way, or close."""
        if self.task.is_running:
            self.task.cancel()
            self.busy(False)
            self.say("Cancelled; nothing was changed.")
        else:
            self.done(0)

    def reject(self) -> None:
        self.back_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_out()
            return
        super().keyPressEvent(event)

    def put_away(self) -> None:
        """End what is under way: the desk closes."""
        self.task.cancel()
        self.done(0)
