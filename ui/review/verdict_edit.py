"""The verdict on the process: followed or not, and which rule was broken."""

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from ui.theme import BODY_PX, Density, Theme, mix, ui_font

LONGEST = 200


class VerdictEdit(QWidget):
    """Yes and No side by side; No asks for the rule. What is pressed already is taken back."""

    changed = Signal(object)
    """True, False, or None for no verdict."""
    broken_typed = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, density: Density, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel("Followed the process", self)
        self.words.setFont(ui_font(BODY_PX))
        self.yes, self.no = QPushButton("Yes", self), QPushButton("No", self)
        self.yes.setToolTip("The process was followed (Y)")
        self.no.setToolTip("It was not followed: name the rule (X)")
        for button, value in ((self.yes, True), (self.no, False)):
            button.setCheckable(True)
            button.setFont(ui_font(BODY_PX))
            button.setFixedWidth(64)
            button.clicked.connect(lambda _=False, value=value: self.answer(value))
        self.broken = QLineEdit(self)
        self.broken.setFont(ui_font(BODY_PX))
        self.broken.setMaxLength(LONGEST)
        self.broken.setPlaceholderText("Which rule was broken")
        self.broken.setAccessibleName("Which rule was broken")
        self._rules = QStringListModel(self)
        completer = QCompleter(self._rules, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.broken.setCompleter(completer)
        self.broken.textEdited.connect(self.broken_typed)
        completer.activated.connect(lambda text: self.broken_typed.emit(text))
        self.broken.editingFinished.connect(self.left)
        self._grid = QGridLayout(self)
        self._grid.setVerticalSpacing(4)
        self._grid.setHorizontalSpacing(4)
        self._grid.addWidget(self.words, 0, 0)
        self._grid.addWidget(self.yes, 0, 1)
        self._grid.addWidget(self.no, 0, 2)
        self._grid.addWidget(self.broken, 1, 0, 1, 3)
        self._grid.setColumnStretch(0, 1)
        self._followed: bool | None = None
        self.set_look(theme, density)
        self.show_verdict(None, "", ())

    def set_look(self, theme: Theme, density: Density) -> None:
        """Use these colours and heights from now on."""
        self._grid.setContentsMargins(density.padding + 2, 0, density.padding + 2, 0)
        for button, color in ((self.yes, theme.up), (self.no, theme.down)):
            back = mix(theme.control, color, 0.26)
            button.setStyleSheet(
                f"QPushButton:checked {{ background: {back.name()}; color: {color.name()}; "
                f"border-color: {color.name()}; }}"
            )

    def show_verdict(self, followed: bool | None, broken: str, rules: Sequence[str]) -> None:
        """Show this; `rules` complete what is typed."""
        self._followed = followed
        self.yes.setChecked(followed is True)
        self.no.setChecked(followed is False)
        self.yes.setText("✓ Yes" if followed is True else "Yes")
        self.no.setText("✕ No" if followed is False else "No")
        self.broken.setVisible(followed is False)
        if self.broken.text() != broken:
            self.broken.setText(broken)
        if list(rules) != self._rules.stringList():
            self._rules.setStringList(list(rules))

    def answer(self, value: bool) -> None:
        """Say yes or no; the same again takes it back."""
        followed = None if self._followed is value else value
        self.show_verdict(followed, self.broken.text(), self._rules.stringList())
        self.changed.emit(followed)
        if followed is False and not self.broken.text():
            self.broken.setFocus()
