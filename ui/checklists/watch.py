"""Looks after the files of checklists while the desk runs: takes in what changed, tells what is broken."""

from PySide6.QtCore import QObject, QTimer

from ui.services import PanelServices
from workstation.runtime.bus import Fault
from workstation.trading.checklist_files import BrokenFile

LOOK_MS = 1_000


class ChecklistWatch(QObject):
    """Looks once a second; that reads no more than the times of the trader's own files."""

    def __init__(self, services: PanelServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._told: set[BrokenFile] = set()
        timer = QTimer(self)
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(self.look)
        timer.start()

    def look(self) -> None:
        """Take in files that changed, and tell each that cannot be read once."""
        trading = self._services.trading
        if trading is None:
            return
        book = trading.checklists.book
        book.look()
        broken = set(book.templates.broken)
        for one in sorted(broken - self._told, key=str):
            self._services.workstation.bus.publish(Fault("Checklist", str(one)))
        self._told = broken
