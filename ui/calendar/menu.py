"""What can be done with one event of the list."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from workstation.events.event import CalendarEvent
from workstation.events.files import Import


def event_menu(
    parent: QWidget,
    event: CalendarEvent,
    source: Import | None,
    *,
    edit: Callable[[], None],
    leave_out: Callable[[], None],
    remove: Callable[[], None],
    remove_import: Callable[[str], None],
) -> QMenu:
    """Return the menu of an event.

    Args:
        source: the import that it came with; None by hand.
        edit, leave_out, remove, remove_import: what its entries do.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Edit…\tE").triggered.connect(lambda: edit())
    if event.repeat:
        menu.addAction("Leave this time out\tShift+Delete").triggered.connect(lambda: leave_out())
    menu.addAction("Remove\tDelete").triggered.connect(lambda: remove())
    if source is not None:
        words = f"Remove all from {source.name}"
        menu.addAction(words).triggered.connect(lambda: remove_import(source.import_id))
    return menu
