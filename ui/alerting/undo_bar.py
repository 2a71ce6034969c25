"""A line that says what was removed, and takes it back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ui.theme import HEADER_PX, Theme, ui_font


class UndoBar(QWidget):
    """Hidden until something was removed."""

    wanted = Signal()
    """It is to be taken back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel("", self)
        self.words.setFont(ui_font(HEADER_PX))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton("Undo", self)
        self.button.setToolTip("Ctrl+Z")
        self.button.clicked.connect(self.wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 2, 6, 2)
        line.addWidget(self.words, 1)
        line.addWidget(self.button)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()

    def offer(self, said: str, *, undoable: bool) -> None:
        """Say what was done, and offer to take it back if that can be done here."""
        self.words.setText(said)
        self.words.setToolTip(said)
        self.button.setVisible(undoable)
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.setStyleSheet(f"UndoBar {{ background: {theme.control.name()}; }}")
