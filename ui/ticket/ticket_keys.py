"""What the keys of a ticket do: letters are the panel's, also within fields of figures."""

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.keys.hand import OF_FIGURES
from ui.ticket.checklist_view import ChecklistView
from ui.ticket.draft import Draft, EntryKind
from ui.ticket.send_bar import SendBar
from ui.ticket.setup_line import SetupLine
from workstation.model.orders import Side, TimeInForce

KEYS = (
    ("B / S", "Buy, sell: take the ticket up at the best price"),
    ("U", "Choose the setup: ↑ ↓, Enter"),
    ("C", "The checklist, to what is not answered; ↑ ↓ choose a row"),
    ("Space / N", "In it: answer the row yes, no"),
    ("1 2 3 4 5", "In it: how it feels"),
    ("Del", "In it: take the answer back"),
    ("↑ ↓", "A tick, in a field; with Shift ten"),
    ("T", "Edit the checklist"),
    ("P / R", "Post-only, reduce-only"),
    ("L / H / G / M", "Limit, two halves, ladder, market"),
    ("Ctrl+Enter", "Send"),
    ("Ctrl+O", "Override, with a reason and a wait"),
    ("Esc", "Back: out of the field, the override, the ticket"),
)
"""Each key and what it does."""

_KINDS = {
    Qt.Key.Key_L: EntryKind.LIMIT,
    Qt.Key.Key_H: EntryKind.HALVES,
    Qt.Key.Key_G: EntryKind.LADDER,
    Qt.Key.Key_M: EntryKind.MARKET,
}


class KeyedTicket(Protocol):
    """What keys ask of a ticket panel."""

    send_bar: SendBar
    head: SetupLine
    checklist: ChecklistView

    @property
    def draft(self) -> Draft: ...
    def edit(self, **changes: object) -> None: ...
    def focus_side(self, side: Side) -> None: ...
    def edit_checklist(self) -> None: ...
    def back_out(self) -> None: ...
    def refresh(self) -> None: ...
    def setFocus(self) -> None: ...


class TicketKeys(QObject):
    """Takes keys for a panel, also those pressed in its fields."""

    def __init__(self, panel: KeyedTicket, parent: QWidget) -> None:
        """Take them for `panel`, which is `parent` too."""
        super().__init__(parent)
        self._panel = panel

    def take(self, event: QKeyEvent) -> bool:
        """Do what a key means that no field has taken; False if it means nothing."""
        panel, key = self._panel, event.key()
        with_ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and with_ctrl:
            panel.send_bar.button.click()
        elif event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        elif key == Qt.Key.Key_B:
            panel.focus_side(Side.BUY)
        elif key == Qt.Key.Key_S:
            panel.focus_side(Side.SELL)
        elif key == Qt.Key.Key_U:
            panel.head.open_list()
        elif key == Qt.Key.Key_C:
            panel.checklist.ask()
        elif key == Qt.Key.Key_T:
            panel.edit_checklist()
        elif key == Qt.Key.Key_P:
            panel.edit(post_only=not panel.draft.post_only, time_in_force=TimeInForce.GTC)
        elif key == Qt.Key.Key_R:
            panel.edit(reduce_only=not panel.draft.reduce_only)
        elif key in _KINDS:
            panel.edit(kind=_KINDS[Qt.Key(key)])
        elif key == Qt.Key.Key_Escape:
            panel.back_out()
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        panel = self._panel
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and watched is not panel.checklist.editor:
                if watched is panel.send_bar.reason:
                    panel.send_bar.give_up()
                    panel.refresh()
                panel.setFocus()
                return True
            with_ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and with_ctrl:
                panel.send_bar.button.click()
                return True
            # In a field of figures letters mean nothing: they are the panel's.
            is_letter = event.text().isalpha() and not event.modifiers()
            if is_letter and watched.property(OF_FIGURES) and self.take(event):
                return True
        return False
