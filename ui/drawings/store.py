"""The drawings that every chart of the desk shares: who changes one is seen by all at once."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workstation.store.drawing_book import DrawingBook
from workstation.store.drawing_files import DrawingFiles

FOLDER = "drawings"


class DrawingStore(QObject):
    """The book of drawings with Qt's signals."""

    changed = Signal(str, str)
    """Venue and symbol of the market whose drawings are others."""
    troubled = Signal(str)
    """What could not be read or kept, in one sentence; comes on the window's thread."""

    def __init__(self, data_dir: Path | None = None, parent: QObject | None = None) -> None:
        """Keep drawings below the data directory; without one they last as long as the program runs."""
        super().__init__(parent)
        files = None if data_dir is None else DrawingFiles(data_dir / FOLDER)
        self.book = DrawingBook(files, self.troubled.emit)
        self.book.subscribe(self.changed.emit)

    def close(self) -> None:
        """Write what is left."""
        self.book.close()
