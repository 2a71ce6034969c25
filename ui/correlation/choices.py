"""A row of buttons in groups, one pressed in each: the choices of a wide panel, seen at once."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

Choice = TypeVar("Choice")


class ChoiceGroup(QWidget, Generic[Choice]):
    """Buttons of which one is pressed."""

    def __init__(
        self, choices: Sequence[tuple[Choice, str, str]], choose: Callable[[Choice], None], name: str
    ) -> None:
        """Offer choices.

        Args:
            choices: (choice, title, tool tip). choose: told of the one that was pressed.
            name: of the group, for those who hear the window.
        """
        super().__init__()
        self.setAccessibleName(name)
        self._buttons: dict[Choice, QToolButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        group = QButtonGroup(self)
        for choice, title, tip in choices:
            button = self._buttons[choice] = QToolButton(self)
            button.setText(title)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, choice=choice: choose(choice))
            group.addButton(button)
            layout.addWidget(button)

    def show_choice(self, chosen: Choice, possible: Callable[[Choice], bool] = lambda _: True) -> None:
        """Press the button of what is chosen, and let those be pressed that can be."""
        for choice, button in self._buttons.items():
            button.setChecked(choice == chosen)
            button.setEnabled(choice == chosen or possible(choice))

    def name_choice(self, choice: Choice, title: str) -> None:
        """Put another title on a button."""
        self._buttons[choice].setText(title)
