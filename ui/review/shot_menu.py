"""What can be done with a picture or file of an entry: open it, save a copy, take it out."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from workstation.model.journal import Attachment


class ShotMenu(QObject):
    """Opens a menu over a thumbnail."""

    open_wanted = Signal(object)
    removal_wanted = Signal(object)
    told = Signal(str)
    """Why a copy could not be saved."""

    def __init__(self, panel: QWidget, path_of: Callable[[Attachment], Path | None]) -> None:
        super().__init__(panel)
        self._panel, self._path_of = panel, path_of

    def open(self, one: Attachment, where: QPoint) -> None:
        """Offer what can be done with one."""
        menu = QMenu(self._panel)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open").triggered.connect(lambda: self.open_wanted.emit(one))
        menu.addAction("Save as…").triggered.connect(lambda: self.save(one))
        menu.addSeparator()
        removal = menu.addAction("Take it out of the entry\tDel")
        removal.triggered.connect(lambda: self.removal_wanted.emit(one))
        menu.popup(where)

    def save(self, one: Attachment) -> None:
        """Ask where a copy is to be saved; it is never opened by anything here."""
        source = self._path_of(one)
        if source is None or not source.is_file():
            self.told.emit(f"{one.name} is not there any more.")
            return
        dialog = QFileDialog(self._panel, "Save as", one.name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self._copy(source, Path(name)))
        dialog.open()

    def _copy(self, source: Path, target: Path) -> None:
        try:
            target.write_bytes(source.read_bytes())
        except OSError as error:
            self.told.emit(f"{target.name} could not be written: {error.strerror}")
