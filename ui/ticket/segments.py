"""One of several, side by side: the sides and the kinds of entry of a ticket."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ui.theme import HEADER_PX, Theme, mix, ui_font


class Segments(QWidget):
    """Buttons of which one is chosen."""

    chosen = Signal(int)
    """Place of the one that was clicked."""

    def __init__(self, choices: Sequence[tuple[str, str]], parent: QWidget) -> None:
        """Show choices.

        Args:
            choices: words and key of each.
        """
        super().__init__(parent)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(2)
        for place, (words, key) in enumerate(choices):
            button = QToolButton(self)
            button.setText(words)
            button.setCheckable(True)
            button.setFont(ui_font(HEADER_PX, 500))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setToolTip(f"{words} ({key})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, place)
            row.addWidget(button)
        self._group.idClicked.connect(self.chosen)

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
