"""Takes pictures: onto the clipboard, or into a folder under a name that says when and what."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtGui import QGuiApplication, QImage

from workstation import __version__

_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture shows, for its name and for who finds it later.

    Attributes:
        name: the panel's or the window's, "chart-2".
        venue: as it is called in the store; "" for no market.
        symbol: in the venue's spelling; "" for a whole window.
        time_ms: the market's time when it was taken, milliseconds since 1970 in UTC.
    """

    name: str
    venue: str
    symbol: str
    time_ms: int

    @property
    def time(self) -> datetime:
        """The market's time."""
        return datetime.fromtimestamp(self.time_ms / 1000, UTC)

    @property
    def file_name(self) -> str:
        """Market time, symbol and panel: names sort by time."""
        parts = (f"{self.time:%Y%m%d-%H%M%S}Z", _plain(self.symbol), _plain(self.name))
        return "-".join(part for part in parts if part) + ".png"


def _plain(words: str) -> str:
    return _UNSAFE.sub("-", words).strip("-")


class PictureTaker(QObject):
    """Keeps pictures; files are written on another thread, because a large one takes a tenth of a second."""

    saved = Signal(str)
    """Where a picture is now."""
    copied = Signal(str)
    """Name of what is on the clipboard."""
    failed = Signal(str)
    """Why a picture could not be kept, a sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = Path("pictures")
        """Where pictures go; made when the first one does."""
        self.twice = False
        """Two dots for each of the screen's."""
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(1)

    def copy(self, picture: QImage, subject: Subject) -> None:
        """Put a picture on the clipboard."""
        QGuiApplication.clipboard().setImage(picture)
        self.copied.emit(subject.name)

    def save(self, picture: QImage, subject: Subject) -> None:
        """Keep a picture in the folder, under its own name."""
        folder = self.folder

        def place() -> Path:
            folder.mkdir(parents=True, exist_ok=True)
            return _free(folder / subject.file_name)

        self._write(picture, subject, place)

    def save_as(self, picture: QImage, subject: Subject, path: Path) -> None:
        """Keep a picture in a file that the trader has named."""
        self._write(picture, subject, lambda: path)

    def finish(self) -> None:
        """Wait until every picture is written."""
        self._threads.waitForDone()

    def _write(self, picture: QImage, subject: Subject, place: Callable[[], Path]) -> None:
        told = picture.copy()
        told.setDevicePixelRatio(picture.devicePixelRatio())
        for key, value in (
            ("Software", f"Preflight {__version__}"),
            ("MarketTime", subject.time.isoformat(timespec="milliseconds")),
            ("Venue", subject.venue),
            ("Symbol", subject.symbol),
            ("Panel", subject.name),
        ):
            if value:
                told.setText(key, value)

        def write() -> None:
            path: Path | str = self.folder
            try:
                path = place()
                draft = path.with_name(path.name + ".part")
                if not told.save(str(draft), "PNG"):  # type: ignore[call-overload]
                    raise OSError(0, "it cannot be written there")
                draft.replace(path)
            except OSError as error:
                self.failed.emit(
                    f"The picture could not be kept in {path}: {error.strerror or error}. "
                    "Another folder is chosen in the settings (Ctrl+,)."
                )
            else:
                self.saved.emit(str(path))

        self._threads.start(write)


def _free(path: Path) -> Path:
    """The path, with a number if there is such a file already."""
    number = 1
    found = path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found
