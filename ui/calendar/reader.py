"""Reads a file of events in a thread, so that a large one holds up nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ui.beside import Lane, OneThread
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
        self._thread = OneThread("import of events")
        self._lane = Lane(self._thread, self)
        self._lane.told.connect(self._tell)

    @property
    def is_busy(self) -> bool:
        """A file is being read."""
        return self._lane.is_busy

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
        known = dict(held)
        self._lane.begin(lambda _wanted, _note: _read(path, known, zone, prepare))

    def close(self) -> None:
        """Read no more; nothing is told after this."""
        self._lane.call_off()
        self._thread.close(wait=True)

    def _tell(self, found: object) -> None:
        match found:
            case (draft, str(words)):
                self.told.emit(draft, words)
            case BaseException():
                self.told.emit(None, f"The file cannot be read: {type(found).__name__}: {found}")


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
