"""The button whose menu lists the changes of a checklist: when, which version, and why."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from ui import format
from ui.theme import HEADER_PX, ui_font
from workstation.trading.checklist_book import TemplateChange

MOST_CHANGES = 20


class ChangesButton(QPushButton):
    """Offers every state that was kept."""

    wanted = Signal(object)
    """The `TemplateChange` to be brought back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Changes", parent)
        self.setAutoDefault(False)
        self.setToolTip("What was changed when, and why; choose one to bring it back")
        self.setFont(ui_font(HEADER_PX))
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)

    def show_changes(self, changes: Sequence[TemplateChange]) -> None:
        """Offer these, the newest first."""
        self._menu.clear()
        for change in reversed(changes[-MOST_CHANGES:]):
            when = f"{format.utc_date(change.time_ms)} {format.utc_time(change.time_ms)}"
            what = f"v{change.version}" if change.version else "removed"
            action = self._menu.addAction(f"{when}   {what}   {change.reason[:80]}")
            action.setEnabled(bool(change.after))
            action.setToolTip("Bring it back into the fields; nothing is kept until it is saved")
            action.triggered.connect(partial(self.wanted.emit, change))
        self.setEnabled(bool(changes))
        self.setText(f"Changes {len(changes)}" if changes else "Changes")
