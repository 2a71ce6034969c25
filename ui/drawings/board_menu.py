"""What a click with the right button on a drawing offers."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from ui.drawings.actions import DrawingActions
from ui.drawings.editor import alert_words
from ui.drawings.toolbar import ALERT_KEY
from workstation.model.drawings import Drawing, DrawingKind
from workstation.model.levels import AlertTrigger


def menu_of(
    drawing: Drawing, actions: DrawingActions, edit: Callable[[Drawing], object], parent: QWidget
) -> QMenu:
    """The menu of a drawing, which is selected; `edit` opens its sheet. It goes when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Edit…\tEnter").triggered.connect(lambda: edit(drawing))
    if drawing.kind is DrawingKind.LEVEL:
        alerts = menu.addMenu(f"Alert ({ALERT_KEY})")
        now = None if drawing.alert is None else drawing.alert.trigger
        for trigger in (None, *AlertTrigger):
            action = alerts.addAction(alert_words(trigger, actions.timeframe_ms))
            action.setCheckable(True)
            action.setChecked(trigger is now)
            action.triggered.connect(lambda _=False, trigger=trigger: actions.set_alert(drawing, trigger))
    for name, run in (
        ("Unlock\tL" if drawing.locked else "Lock\tL", actions.lock),
        ("Duplicate\tCtrl+D", actions.duplicate),
        ("Copy\tCtrl+C", actions.copy),
        ("Hide", actions.hide),
        ("Delete\tDel", actions.delete),
    ):
        menu.addAction(name).triggered.connect(lambda _=False, run=run: run())
    return menu
