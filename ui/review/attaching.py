"""Keeps pictures and files with a round trip: written on a thread of their own, then named in its note."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from ui.review.shots import png_bytes
from workstation.errors import PreflightError
from workstation.journal.journal import Journal
from workstation.model.journal import Attachment

log = logging.getLogger(__name__)


class Attaching(QObject):
    """Takes files and pictures; what goes wrong is told."""

    told = Signal(str, bool)
    """A sentence, and whether it is a failure."""
    _kept = Signal(str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._journal: Journal | None = None
        self._threads = ThreadPoolExecutor(1, "attachments")
        self._kept.connect(self._name)

    def use(self, journal: Journal | None) -> None:
        """Keep with this journal from now on."""
        self._journal = journal

    def add_file(self, trip_id: str, path: Path) -> None:
        """Keep a file with a round trip."""
        self._start(trip_id, lambda journal: journal.attach(path))

    def add_picture(self, trip_id: str, image: QImage, name: str) -> None:
        """Keep a picture with a round trip."""
        self._start(trip_id, lambda journal: journal.attach(png_bytes(image), name))

    def remove(self, trip_id: str, attachment: Attachment) -> None:
        """Name a file no more; it stays on the disk, so that this can be undone."""
        journal = self._journal
        if journal is not None:
            note = journal.note(trip_id)
            left = tuple(one for one in note.attachments if one != attachment)
            self._save(journal, lambda: journal.save_note(replace(note, attachments=left)))

    def put_away(self) -> None:
        """Finish what is being written, and end the thread."""
        self._threads.shutdown(wait=True)

    def _start(self, trip_id: str, keep: Callable[[Journal], Attachment]) -> None:
        journal = self._journal
        if journal is not None and trip_id:
            self._threads.submit(self._keep, journal, trip_id, keep)

    def _keep(self, journal: Journal, trip_id: str, keep: Callable[[Journal], Attachment]) -> None:
        result: Attachment | str
        try:
            result = keep(journal)
        except PreflightError as error:
            result = str(error)
        except Exception as error:
            log.exception("an attachment could not be kept")
            result = f"{type(error).__name__}: {error}"
        with suppress(RuntimeError):  # the panel was closed meanwhile
            self._kept.emit(trip_id, result)

    def _name(self, trip_id: str, result: object) -> None:
        journal = self._journal
        if isinstance(result, str):
            self.told.emit(f"Not added: {result}", True)
        elif journal is not None and isinstance(result, Attachment):
            note, name = journal.note(trip_id), result.name
            if any(one.sha256 == result.sha256 for one in note.attachments):
                self.told.emit(f"{name} is here already.", False)
                return
            named = replace(note, attachments=(*note.attachments, result))
            if self._save(journal, lambda: journal.save_note(named)):
                self.told.emit(f"Added {name}.", False)

    def _save(self, _journal: Journal, save: Callable[[], object]) -> bool:
        try:
            save()
        except PreflightError as error:
            self.told.emit(str(error), True)
            return False
        return True
