"""Pictures and files of an entry: added by paste, drop or choice, looked at, and taken away."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.review.attaching import Attaching
from ui.review.entry_form import EntryForm
from ui.review.selection import TripSelection
from ui.review.shot_menu import ShotMenu
from ui.review.shot_window import ShotWindow
from ui.theme import ThemeSource
from workstation.journal.journal import Journal
from workstation.model.journal import Attachment


class EntryFiles(QObject):
    """Keeps what is given to the round trip that is chosen; what came of it is told."""

    told = Signal(str, bool)
    """A sentence, and whether it is a failure."""

    def __init__(
        self,
        form: EntryForm,
        selection: TripSelection,
        themes: ThemeSource,
        flush: Callable[[], object],
        parent: QWidget,
    ) -> None:
        """Serve a form.

        Args:
            flush: keeps what is being typed; asked before something is taken away.
        """
        super().__init__(parent)
        self._form, self._selection, self._themes, self._flush = form, selection, themes, flush
        self._parent = parent
        self.attaching = Attaching(self)
        self.attaching.told.connect(self.told)
        self.menu = ShotMenu(parent, form.path_of)
        self.menu.open_wanted.connect(self._open)
        self.menu.removal_wanted.connect(self._remove)
        self.menu.told.connect(lambda words: self.told.emit(words, True))
        shots = form.shots
        shots.opened.connect(self._open)
        shots.removed.connect(self._remove)
        shots.menu_asked.connect(self.menu.open)
        shots.files_dropped.connect(self._add_files)
        shots.picture_dropped.connect(lambda image: self._add_picture(image, "dropped.png"))
        form.add_wanted.connect(self.choose)

    def use(self, journal: Journal | None) -> None:
        """Keep with this journal from now on."""
        self.attaching.use(journal)

    def put_away(self) -> None:
        """Finish what is being written."""
        self._form.shots.put_away()
        self.attaching.put_away()

    def choose(self) -> None:
        """Ask for files to be kept."""
        dialog = QFileDialog(self._parent, "Add to the entry")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(["Pictures (*.png *.jpg *.jpeg *.webp *.gif)", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self._add_files([Path(name) for name in names]))
        dialog.open()

    def paste(self) -> None:
        """Keep what is on the clipboard: a picture, or files."""
        data = QGuiApplication.clipboard().mimeData()
        paths = _files_of(data)
        if data.hasImage():
            self._add_picture(QGuiApplication.clipboard().image(), "pasted.png")
        elif paths:
            self._add_files(paths)
        else:
            self.told.emit("There is no picture on the clipboard.", False)

    def _add_files(self, paths: list[Path]) -> None:
        for path in paths:
            self.attaching.add_file(self._selection.trip_id, path)

    def _add_picture(self, image: QImage, name: str) -> None:
        if not image.isNull():
            self.attaching.add_picture(self._selection.trip_id, image, name)

    def _open(self, one: Attachment) -> None:
        shown = self._form.shots.shown
        ShotWindow(shown, one, self._form.path_of, self._themes.theme, self._parent).show()

    def _remove(self, one: Attachment) -> None:
        self._flush()
        self.attaching.remove(self._selection.trip_id, one)
        self.told.emit(f"{one.name} is not part of the entry any more. Ctrl+Z brings it back.", False)


def _files_of(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
