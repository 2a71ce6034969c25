"""One of several, side by side: the sides and the kinds of entry of a ticket."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ui.theme import AGE_PX, HEADER_PX, Theme, mix, ui_font

LEAST_PX = 24
PADDING_PX = 12


class Segments(QWidget):
    """Buttons of which one is chosen."""

    chosen = Signal(int)
    """Place of the one that was clicked."""

    def __init__(self, choices: Sequence[tuple[str, str, str]], parent: QWidget) -> None:
        """Show choices.

        Args:
            choices: words, key, and the words where there is little room.
        """
        super().__init__(parent)
        self._choices = choices
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(2)
        for place, (words, key, _) in enumerate(choices):
            button = QToolButton(self)
            button.setText(words)
            button.setCheckable(True)
            button.setFont(ui_font(HEADER_PX, 500))
            button.setMinimumWidth(LEAST_PX)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setToolTip(f"{words} ({key})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, place)
            row.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the short words of all where one of the long ones does not fit."""
        super().resizeEvent(event)
        metrics = QFontMetricsF(ui_font(HEADER_PX, 500))
        room = (self.width() - 20) / len(self._choices) - PADDING_PX
        is_tight = any(metrics.horizontalAdvance(words) > room for words, _, _ in self._choices)
        for button, (words, _, short) in zip(self.buttons(), self._choices, strict=True):
            button.setText(short if is_tight else words)
            button.setFont(ui_font(AGE_PX if is_tight else HEADER_PX, 500))

    def buttons(self) -> list[QToolButton]:
        """The buttons from left to right."""
        return [button for button in self._group.buttons() if isinstance(button, QToolButton)]

    def show_choice(self, place: int) -> None:
        """Mark the one that is chosen."""
        button = self._group.button(place)
        if not button.isChecked():
            button.setChecked(True)

    def dress(self, theme: Theme, colors: Sequence[QColor]) -> None:
        """Use a theme, with the colour of each when it is chosen."""
        for button, color in zip(self.buttons(), colors, strict=True):
            button.setStyleSheet(
                f"QToolButton {{ background: {theme.control.name()}; color: {theme.muted.name()}; }}"
                f"QToolButton:checked {{ background: {mix(theme.control, color, 0.34).name()};"
                f" color: {theme.text.name()}; }}"
                f"QToolButton:focus {{ border-color: {theme.accent.name()}; }}"
            )
