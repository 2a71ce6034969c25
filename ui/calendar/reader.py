"""Reads a file of events in a thread, so that a large one holds up nothing."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workstation.errors import BadFigure
from workstation.events.event import CalendarEvent
from workstation.events.imports import ImportDraft, read_import
from workstation.events.reading import MOST_BYTES


class ImportReader(QObject):
    """Reads one file after another; the newest asked for is the one that is told."""

    told = Signal(object, str)
    """The `ImportDraft`, or None and a sentence on why the file cannot be used."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: ThreadPoolExecutor | None = None
        self._newest: Future[tuple[ImportDraft | None, str]] | None = None

    @property
    def is_busy(self) -> bool:
        """A file is being read."""
        return self._newest is not None and not self._newest.done()

    def read(
        self,
        path: Path,
        held: Mapping[str, CalendarEvent],
        zone: str,
        prepare: Callable[[ImportDraft], None],
    ) -> None:
        """Read a file; `told` says what is in it.

        Args:
            prepare: what is to be done with it in the thread before that.
        """
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, "import of events")
        reading = self._newest = self._worker.submit(_read, path, dict(held), zone, prepare)
        reading.add_done_callback(self._done)

    def close(self) -> None:
        """Read no more; nothing is told after this."""
        self._newest = None
        if self._worker is not None:
            self._worker.shutdown(wait=True, cancel_futures=True)

    def _done(self, reading: "Future[tuple[ImportDraft | None, str]]") -> None:
        # In the thread that read: the signal crosses over to the window's.
        if reading is self._newest and not reading.cancelled():
            self.told.emit(*reading.result())


def _read(
    path: Path, held: Mapping[str, CalendarEvent], zone: str, prepare: Callable[[ImportDraft], None]
) -> tuple[ImportDraft | None, str]:
    try:
        if not path.is_file():
            return None, f"There is no file {path}"
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        draft = read_import(path.name, content, held, zone)
        prepare(draft)
        return draft, ""
    except BadFigure as error:
        return None, f"{path.name}: {error}"
    except OSError as error:
        return None, f"{path} cannot be read: {error.strerror}"
