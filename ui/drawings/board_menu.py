"""What a click with the right button on a drawing offers."""

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from ui.drawings.editor import alert_words
from workstation.model.drawings import Drawing, DrawingKind
from workstation.model.levels import AlertTrigger


class Board(Protocol):
    """What the menu does, on what is selected unless it is given a drawing."""

    @property
    def timeframe_ms(self) -> int: ...
    def edit(self, drawing: Drawing) -> None: ...
    def set_alert(self, drawing: Drawing, trigger: AlertTrigger | None) -> None: ...
    def lock_selected(self) -> None: ...
    def duplicate_selected(self) -> None: ...
    def copy_selected(self) -> None: ...
    def hide_selected(self) -> None: ...
    def delete_selected(self) -> None: ...


def menu_of(drawing: Drawing, board: Board, parent: QWidget) -> QMenu:
    """The menu of a drawing, which is selected; it goes when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Edit…\tEnter").triggered.connect(lambda: board.edit(drawing))
    if drawing.kind is DrawingKind.LEVEL:
        alerts = menu.addMenu("Alert")
        now = None if drawing.alert is None else drawing.alert.trigger
        for trigger in (None, *AlertTrigger):
            action = alerts.addAction(alert_words(trigger, board.timeframe_ms))
            action.setCheckable(True)
            action.setChecked(trigger is now)
            action.triggered.connect(lambda _=False, trigger=trigger: board.set_alert(drawing, trigger))
    for name, run in (
        ("Unlock\tL" if drawing.locked else "Lock\tL", board.lock_selected),
        ("Duplicate\tCtrl+D", board.duplicate_selected),
        ("Copy\tCtrl+C", board.copy_selected),
        ("Hide", board.hide_selected),
        ("Delete\tDel", board.delete_selected),
    ):
        menu.addAction(name).triggered.connect(lambda _=False, run=run: run())
    return menu
