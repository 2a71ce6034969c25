"""The key card: the keys of the panel under the pointer and of the desk, shown by `?`."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui.theme import AGE_PX, BODY_PX, HEADER_PX, ThemeSource, mono_font, ui_font

TOP_PX = 40
STEP_PX = 48

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
        self._page = QWidget()
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._page)
        self._foot = QLabel("Any key puts this card away", self)
        self._foot.setFont(ui_font(AGE_PX))
        around = QVBoxLayout(self)
        around.setContentsMargins(20, 16, 8, 12)
        around.addWidget(self._scroll, 1)
        around.addWidget(self._foot)
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(0, 0, 12, 0)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(6)
        self.hide()

    def open(self, groups: Sequence[tuple[str, Keys]]) -> None:
        """Show groups of keys under their titles, side by side."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        theme = self._themes.theme
        self.setStyleSheet(
            f"KeyCard {{ background: {theme.control.name()}; border: 1px solid {theme.hairline.name()};"
            " border-radius: 8px; }"
            f" QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.control.name()}; }}"
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
        self._foot.setStyleSheet(f"color: {theme.muted.name()};")
        self._scroll.verticalScrollBar().setValue(0)
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
        """Take the middle of the window, and no more than there is of it: the rest is scrolled to."""
        around = self._window.rect()
        need = self._page.sizeHint()
        height = need.height() + self._foot.sizeHint().height() + 40
        room = around.height() - 2 * TOP_PX
        self.resize(min(need.width() + 40, around.width() - 16), min(height, room))
        is_cut = height > room
        self._foot.setText(f"{'↑ ↓ scroll; any other' if is_cut else 'Any'} key puts this card away")
        self.move((around.width() - self.width()) // 2, max(TOP_PX, (around.height() - self.height()) // 2))

    def event(self, event: QEvent) -> bool:
        """Any key or click puts the card away and does nothing else; arrows scroll what is cut off."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            bar = self._scroll.verticalScrollBar()
            step = {
                Qt.Key.Key_Up: -STEP_PX,
                Qt.Key.Key_Down: STEP_PX,
                Qt.Key.Key_PageUp: -bar.pageStep(),
                Qt.Key.Key_PageDown: bar.pageStep(),
            }.get(Qt.Key(event.key()))
            if step is not None and bar.maximum() > 0:
                bar.setValue(bar.value() + step)
            elif event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta):
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
