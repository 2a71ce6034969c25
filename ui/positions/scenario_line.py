"""The line in which a scenario of the trader's own is typed."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme import HEADER_PX, ui_font


def scenario_line(name: str, hint: str, take: Callable[[], None], parent: QWidget) -> QLineEdit:
    """Return the line, hidden until it is asked for; Enter takes what is in it."""
    line = QLineEdit(parent)
    line.setPlaceholderText(hint)
    line.setAccessibleName(name)
    line.setFont(ui_font(HEADER_PX))
    line.returnPressed.connect(take)
    line.hide()
    return line
