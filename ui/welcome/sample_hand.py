"""Adds and removes the sample journal beside the desk, and shows it in review."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from ui.journal_files.task import Task
from ui.review.trip_filter import TripFilter
from ui.services import PanelServices
from workstation.journal.accounts import SAMPLE_FOLDER
from workstation.journal.sample import add_sample, has_sample, remove_sample
from workstation.model.journal import AccountKind
from workstation.runtime.bus import Fault

REMOVE_WORDS = (
    "All of its made-up trades, prices and notes go, also what you wrote on them. "
    "Your own trades and words are not touched."
)


class SampleHand(QObject):
    """One thing at a time, on a thread of its own."""

    changed = Signal()
    """It was added or removed, or that has begun or failed."""

    def __init__(self, services: PanelServices, window: QWidget) -> None:
        super().__init__(window)
        self._services, self._window = services, window
        self._is_adding = False
        self._box: QMessageBox | None = None
        self.trouble = ""
        """Why the last try came to nothing; empty where it did not."""
        self._task = Task(self)
        self._task.done.connect(self._done)
        self._task.failed.connect(self._failed)

    @property
    def is_there(self) -> bool:
        """Whether the journal has it."""
        journal = self._services.journal
        return journal is not None and has_sample(journal.data_dir)

    @property
    def is_busy(self) -> bool:
        """Whether it is being added or removed."""
        return self._task.is_running

    @property
    def can_be_changed(self) -> bool:
        """Whether it could be added or removed now."""
        journal = self._services.journal
        return journal is not None and not journal.is_read_only and not self.is_busy

    def add(self) -> None:
        """Add it, and show it in the lists of review when it is there."""
        journal, store = self._services.journal, self._services.workstation.store
        if journal is None or not self.can_be_changed or self.is_there:
            return
        self._begin(adding=True)
        self._task.start(lambda _progress, _cancelled: add_sample(journal, store))
        self.changed.emit()

    def ask_to_remove(self) -> None:
        """Ask whether it is to go; nothing waits for the answer."""
        if not self.can_be_changed or not self.is_there or self._box is not None:
            return
        journal = self._services.journal
        count = 0 if journal is None else len(journal.trips(SAMPLE_FOLDER))
        box = self._box = QMessageBox(self._window)
        box.setWindowTitle("Sample journal · Preflight")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(
            f"Remove the sample journal with its {count} trades?" if count else "Remove the sample journal?"
        )
        box.setInformativeText(REMOVE_WORDS)
        box.setStandardButtons(QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel)
        remove = box.button(QMessageBox.StandardButton.Discard)
        remove.setText("Remove it")
        remove.clicked.connect(self.remove)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.finished.connect(self._answered)
        box.open()

    def remove(self) -> None:
        """Remove it wholly."""
        journal, store = self._services.journal, self._services.workstation.store
        keeping = self._services.keeping
        if journal is None or not self.can_be_changed:
            return
        self._begin(adding=False)
        self._task.start(lambda _progress, _cancelled: remove_sample(journal, store, keeping))
        self.changed.emit()

    def show(self) -> None:
        """Narrow review and statistics down to it."""
        self._services.selection.set_wanted(TripFilter(kind=AccountKind.SAMPLE))

    def _begin(self, *, adding: bool) -> None:
        self._is_adding, self.trouble = adding, ""

    def _answered(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
            self._box = None

    def _done(self, _result: object) -> None:
        selection = self._services.selection
        if self._is_adding:
            self.show()
        elif selection.wanted.kind is AccountKind.SAMPLE:
            selection.set_wanted(TripFilter())
        self.changed.emit()

    def _failed(self, words: str) -> None:
        self.trouble = words
        self._services.workstation.bus.publish(Fault("Sample journal", words))
        self.changed.emit()
