"""What is being written about a round trip or a day: kept as it is written, and undone step by step."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.errors import PreflightError
from workstation.journal.journal import Journal
from workstation.model.journal import Diary, TripNote

Words = TypeVar("Words", TripNote, Diary)

TYPED_AFTER_MS = 400
"""A pause in typing until what was typed is kept."""
RUN_ENDS_MS = 4_000
"""A longer pause ends a run of typing, which is taken back as one."""


class DraftSignals(QObject):
    """What a draft tells; a generic class cannot have signals of its own."""

    changed = Signal()
    """What is written is another, by whatever hand but the one that is writing."""
    state_changed = Signal()
    """It is kept, waits for it, or cannot be kept."""


class Draft(Generic[Words]):
    """One note or diary under the trader's hands.

    What changes with a click is kept at once, what is typed after a short pause, at the latest when another
    thing is opened. Reading it back while nothing waits shows what other panels have changed.
    """

    def __init__(
        self,
        parent: QObject,
        read: Callable[[Journal, str], Words],
        save: Callable[[Journal, Words, bool], "Future[None]"],
    ) -> None:
        """Begin with nothing open.

        Args:
            parent: ends its timers.
            read: what is kept of a thing, by its key.
            save: keeps it; the last argument says that it goes on from the change before.
        """
        self.signals = DraftSignals(parent)
        self._read: Callable[[Journal, str], Words] = read
        self._save: Callable[[Journal, Words, bool], Future[None]] = save
        self._journal: Journal | None = None
        self._key = ""
        self._kept: Words | None = None
        self._waiting: dict[str, Any] = {}
        self._in_run = False
        self._pending: Future[None] | None = None
        self.trouble = ""
        """Why the newest change is not kept, one sentence; empty while all is well."""
        self._soon = _timer(parent, TYPED_AFTER_MS, self.flush)
        self._run = _timer(parent, RUN_ENDS_MS, self.end_run)

    @property
    def key(self) -> str:
        """What it is about; "" while nothing is open."""
        return self._key

    @property
    def words(self) -> Words | None:
        """What is written now; None while nothing is open."""
        return replace(self._kept, **self._waiting) if self._waiting and self._kept else self._kept

    @property
    def is_kept(self) -> bool:
        """Whether everything that was written is on the disk."""
        if self._waiting or self.trouble:
            return False
        return self._pending is None or self._pending.done()

    def open(self, journal: Journal | None, key: str) -> None:
        """Keep what is open, and go on with another thing."""
        if (journal, key) == (self._journal, self._key):
            return
        self.flush()
        if self._waiting:
            return  # what could not be kept stays under the trader's eyes
        self.end_run()
        self._journal, self._key = journal, key
        self._kept = None if journal is None or not key else self._read(journal, key)
        self.trouble = ""
        self.signals.changed.emit()
        self.signals.state_changed.emit()

    def change(self, *, typed: bool = False, **fields: Any) -> None:
        """Write these fields; a click is kept at once, typing after a pause."""
        words = self.words
        if words is None or all(getattr(words, name) == value for name, value in fields.items()):
            return
        if not typed:
            self.flush()  # as a change of its own, which is taken back by itself
            self.end_run()
        self._waiting.update(fields)
        if typed:
            self._soon.start()
            self.signals.state_changed.emit()
        else:
            self.flush()
            self.end_run()
            self.signals.changed.emit()

    def flush(self) -> None:
        """Keep what was written, now."""
        self._soon.stop()
        if not self._waiting or self._journal is None:
            return
        # Onto what is kept by now: others may have written other fields meanwhile.
        words = replace(self._read(self._journal, self._key), **self._waiting)
        try:
            self._pending = self._save(self._journal, words, self._in_run)
        except PreflightError as error:
            self.trouble = str(error)
        else:
            self._waiting.clear()
            self.trouble = ""
            self._kept = self._read(self._journal, self._key)
            self._in_run = True
            self._run.start()
        self.signals.state_changed.emit()

    def end_run(self) -> None:
        """What is typed from now on is taken back by itself."""
        self._run.stop()
        self._in_run = False

    def follow(self) -> None:
        """Take over what was changed elsewhere, and learn whether the newest change reached the disk."""
        if self._pending is not None and self._pending.done():
            error = self._pending.exception()
            self._pending = None
            self.trouble = "" if error is None else str(error)
            self.signals.state_changed.emit()
        if self._journal is None or not self._key:
            return
        kept = self._read(self._journal, self._key)
        if kept != self._kept:
            self._kept = kept
            self.signals.changed.emit()

    def go_back(self, *, undo: bool) -> str:
        """Undo the newest change of the journal, or do it again; return what it was, or why it cannot be."""
        if self._journal is None:
            return ""
        self.flush()
        self.end_run()
        try:
            what = self._journal.undo() if undo else self._journal.redo()
        except PreflightError as error:
            return str(error)
        self.follow()
        if what is None:
            return "There is nothing to undo." if undo else "There is nothing to do again."
        return f"Undone: {what}" if undo else f"Done again: {what}"


def _timer(parent: QObject, after_ms: int, run: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(after_ms)
    timer.timeout.connect(run)
    return timer
