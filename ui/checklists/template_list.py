"""The list of checklists: shipped, the trader's own, begun, and files that cannot be read."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from ui.checklists.shelf import Shelf
from ui.theme import HEADER_PX, Theme, ui_font

_KEY = Qt.ItemDataRole.UserRole


class TemplateList(QListWidget):
    """One checklist a line, with where it comes from; a dot marks one that is not saved."""

    wanted = Signal(str)
    """Key of the checklist that was chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setAccessibleName("Checklists")
        self.setFont(ui_font(HEADER_PX))
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(lambda _now, _before: self._tell())

    def show_shelf(self, shelf: Shelf, theme: Theme) -> None:
        """Show what is on the shelf, and the one in hand chosen."""
        self.blockSignals(True)
        self._shown = shelf.key
        self.clear()
        for key in shelf.keys:
            kept, is_changed = shelf.kept(key), shelf.is_changed(key)
            origin = "yours" if shelf.is_own(key) else "shipped"
            kind = "not kept yet" if kept is None else f"{origin} · v{kept.version}"
            item = QListWidgetItem(f"{shelf.name(key) or 'Unnamed'}{' •' if is_changed else ''}\n{kind}")
            item.setData(_KEY, key)
            item.setToolTip("Changed and not saved yet" if is_changed else kind)
            self.addItem(item)
            if key == shelf.key:
                self.setCurrentItem(item)
        for broken in () if shelf.book is None else shelf.book.templates.broken:
            where = f"line {broken.line}" if broken.line else "cannot be read"
            item = QListWidgetItem(f"⚠ {broken.path.name}\n{where}: {broken.words}")
            item.setToolTip(str(broken))
            item.setForeground(theme.danger)
            item.setData(_KEY, "")
            self.addItem(item)
        self.blockSignals(False)

    def _tell(self) -> None:
        key = str(self.currentItem().data(_KEY)) if self.count() else ""
        if key and key != self._shown:
            # Not now: the list that is being walked is filled anew.
            QTimer.singleShot(0, self, lambda: self.wanted.emit(key))
