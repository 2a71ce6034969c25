"""Buttons in a panel's header of which one is down: spans, measures, whatever one of several is shown of."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget


def choice_buttons(
    choices: Mapping[str, tuple[str, str]], choose: Callable[[str], None], parent: QWidget
) -> dict[str, QToolButton]:
    """Return a button for each choice, by its key; pressing one takes the others up.

    Args:
        choices: by key, what stands on the button and its tip.
        choose: called with the key of the one that was pressed.
    """
    group = QButtonGroup(parent)
    buttons: dict[str, QToolButton] = {}
    for key, (text, tip) in choices.items():
        button = buttons[key] = QToolButton(parent)
        button.setText(text)
        button.setCheckable(True)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(partial(_choose, choose, key))
        group.addButton(button)
    return buttons


def _choose(choose: Callable[[str], None], key: str, _checked: bool = False) -> None:
    choose(key)
