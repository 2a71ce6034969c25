"""The key card: the keys of the panel under the pointer and of the desk, shown by `?`."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, mono_font, ui_font

Keys = Sequence[tuple[str, str]]
"""(key, what it does)."""


class KeyCard(QFrame):
    """Lists keys over the window until a key or a click puts it away."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._themes = themes
        self._focus_before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(6)
        self.hide()

    def open(self, groups: Sequence[tuple[str, Keys]]) -> None:
        """Show groups of keys under their titles, side by side."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        theme = self._themes.theme
        self.setStyleSheet(
            f"KeyCard {{ background: {theme.control.name()}; border: 1px solid {theme.hairline.name()};"
            " border-radius: 8px; }"
        )
        for place, (title, keys) in enumerate(group for group in groups if group[1]):
            column = place * 2
            heading = self._label(title, theme.text.name())
            heading.setFont(ui_font(BODY_PX, 600))
            self._grid.addWidget(heading, 0, column, 1, 2)
            for row, (key, does) in enumerate(keys, start=1):
                name = self._label(key, theme.accent.name())
                name.setFont(mono_font(HEADER_PX))
                self._grid.addWidget(name, row, column)
                self._grid.addWidget(self._label(does, theme.text.name()), row, column + 1)
        foot = self._label("Any key puts this card away", theme.muted.name())
        foot.setFont(ui_font(AGE_PX))
        self._grid.addWidget(foot, self._grid.rowCount(), 0, 1, -1)
        self._focus_before = self.window().focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Put the card away; the keyboard goes back to where it was."""
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """Take the middle of the window."""
        self.adjustSize()
        around = self._window.rect()
        self.move((around.width() - self.width()) // 2, max(40, (around.height() - self.height()) // 2))

    def event(self, event: QEvent) -> bool:
        """Any key or click puts the card away and does nothing else."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta):
                self.dismiss()
            return True
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self.dismiss()
            return True
        return super().event(event)

    def _label(self, text: str, color: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setStyleSheet(f"color: {color};")
        return label
