"""The page on which keys are chosen: found by name or by pressing one, recorded, swapped and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.commands import NEVER_WITHOUT_KEY
from ui.keys import keymap_file, spelling
from ui.keys.entries import DESK, KeyEntry, conflicts, shadows, taking
from ui.keys.key_field import KeyField
from ui.keys.keymap import Keymap
from ui.theme import HEADER_PX, Theme, ThemeSource, mono_font, ui_font
from workstation.errors import DataDirectoryError

_ID = Qt.ItemDataRole.UserRole


class KeysPage(QWidget):
    """Every command with its keys; what is chosen here holds at once."""

    def __init__(
        self,
        keymap: Keymap,
        find: Callable[[], list[KeyEntry]],
        place_names: Mapping[str, str],
        themes: ThemeSource,
        parent: QWidget | None = None,
    ) -> None:
        """Show what `find` returns.

        Args:
            keymap: is changed here.
            find: everything that can be put on keys, as it is now.
            place_names: titles of the kinds of panels.
        """
        super().__init__(parent)
        self._keymap, self._find, self._place_names, self._themes = keymap, find, place_names, themes
        self._entries: dict[str, KeyEntry] = {}
        self._wanted = ""
        self._pressed = ""
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search by name, place or key")
        self.search.setAccessibleName("Search keys")
        self.search.setClearButtonEnabled(True)
        self.search.textEdited.connect(self._search_typed)
        self.search_key = KeyField("Or press a key here", self)
        self.search_key.setFixedWidth(150)
        self.search_key.recorded.connect(self._search_pressed)
        self.search_key.left.connect(self._clear_search)
        self.list = QTreeWidget(self)
        self.list.setColumnCount(3)
        self.list.setHeaderLabels(["Does", "Where", "Keys"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName("Commands and their keys")
        head = self.list.header()
        head.setStretchLastSection(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
        head.resizeSection(1, 150)
        head.resizeSection(2, 160)
        self.list.currentItemChanged.connect(lambda _now, _before: self._chosen())
        self.field = KeyField("Press the new key", self)
        self.search.returnPressed.connect(self.field.setFocus)
        self.list.itemActivated.connect(lambda _item, _column: self.field.setFocus())
        self.field.setFixedWidth(170)
        self.field.recorded.connect(self._recorded)
        self.field.left.connect(self._leave_field)
        self.name = QLabel(self)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setFont(ui_font(HEADER_PX, 600))
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(34)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.swap = self._button("Swap", lambda: self._take(swap=True))
        self.take = self._button("Take it over", lambda: self._take(swap=False))
        self.clear = self._button("No key", self._unassign)
        self.reset = self._button("Reset", self._reset)
        self.undo = self._button("Undo", self._undo)
        self.reset_all = self._button("Reset all", self._reset_all)
        self.import_button = self._button("Import…", self._import)
        self.export_button = self._button("Export…", self._export)
        self._lay_out()
        keymap.changed.connect(self.refresh)
        themes.changed.connect(self._dress)
        self._dress(themes.theme)
        self.refresh()

    def refresh(self) -> None:
        """Show what can be put on keys now, and on which keys it is."""
        before = self.current_id
        self._entries = {entry.id: entry for entry in self._find()}
        self.list.clear()
        everything = list(self._entries.values())
        for entry in everything:
            if not self._answers(entry):
                continue
            keys = "   ".join(spelling.shown(key) for key in entry.keys)
            item = QTreeWidgetItem([entry.name, self._where(entry), keys])
            item.setData(0, _ID, entry.id)
            item.setFont(2, mono_font(HEADER_PX))
            rivals = [rival for key in entry.keys for rival in conflicts(key, entry, everything)]
            if rivals:
                item.setText(2, f"{keys}  ⚠")
                item.setForeground(2, self._themes.theme.warn)
                item.setToolTip(2, f"Also on this key: {', '.join(rival.name for rival in rivals)}")
            elif not entry.is_default:
                item.setForeground(2, self._themes.theme.accent)
                usual = ", ".join(spelling.shown(key) for key in entry.default) or "no key"
                item.setToolTip(2, f"By default: {usual}")
            self.list.addTopLevelItem(item)
            if entry.id == before:
                self.list.setCurrentItem(item)
        first = self.list.topLevelItem(0)
        if self.list.currentItem() is None and first is not None:
            self.list.setCurrentItem(first)
        self._chosen()

    @property
    def current_id(self) -> str:
        """Id of what is chosen in the list; "" for nothing."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, _ID))

    def choose(self, name: str) -> None:
        """Choose what has this id, if it is shown."""
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and item.data(0, _ID) == name:
                self.list.setCurrentItem(item)

    # Searching.

    def _answers(self, entry: KeyEntry) -> bool:
        if self._pressed:
            return self._pressed in entry.keys
        keys = " ".join(spelling.shown(key) for key in entry.keys)
        said = f"{entry.name} {self._where(entry)} {keys}".casefold()
        return all(word in said for word in self.search.text().casefold().split())

    def _search_typed(self) -> None:
        self._pressed = ""
        self.search_key.clear()
        self.refresh()

    def _search_pressed(self, key: str) -> None:
        self._pressed = key
        self.search.clear()
        self.refresh()

    def _clear_search(self) -> None:
        self._pressed = ""
        self.search_key.clear()
        self.search.clear()
        self.search.setFocus()
        self.refresh()

    def _where(self, entry: KeyEntry) -> str:
        if entry.places == (DESK,):
            return "Everywhere"
        where = ", ".join(self._place_names.get(place, place) for place in entry.places)
        return f"{where}, selected" if entry.with_selection else where

    # Choosing a key.

    def _chosen(self) -> None:
        self._wanted = ""
        self.field.clear()
        entry = self._entries.get(self.current_id)
        self.name.setText(entry.name if entry is not None else "Nothing answers to this")
        self._say("Press Enter, then the key it is to be on." if entry is not None else "")
        self._offer()

    def _recorded(self, key: str) -> None:
        entry = self._entries.get(self.current_id)
        if entry is None:
            return
        self._wanted = key
        rivals = conflicts(key, entry, self._entries.values())
        if entry.keys == (key,):
            self._say(f"{entry.name} is on {spelling.shown(key)} already.")
        elif rivals:
            names = ", ".join(f"“{rival.name}”" for rival in rivals)
            self._say(f"{spelling.shown(key)} is taken by {names}. Swap the two, or take it over.", warn=True)
        else:
            self._take(swap=False)
            return
        self._offer()

    def _take(self, *, swap: bool) -> None:
        entry, key = self._entries.get(self.current_id), self._wanted
        if entry is None or not key:
            return
        rivals = conflicts(key, entry, self._entries.values())
        change = dict(taking(key, entry, rivals, swap=swap))
        if change.get(NEVER_WITHOUT_KEY) == ():
            self._say(
                "The search for commands must keep a key: it finds all others. Swap instead.", warn=True
            )
            return
        others = shadows(key, entry, self._entries.values())
        said = f"{entry.name} is on {spelling.shown(key)} now."
        if rivals:
            lost = [rival.name for rival in rivals if not change[rival.id]]
            said += f" On no key any more: {', '.join(lost)}." if lost else ""
        if others:
            first, last = (entry, others[0]) if DESK not in entry.places else (others[0], entry)
            said += f" In {self._where(first)} it does “{first.name}”, elsewhere “{last.name}”."
        if spelling.types_in_fields(key):
            said += " On keyboards with AltGr this key may type a sign instead."
        self._change(change, said)

    def _unassign(self) -> None:
        entry = self._entries.get(self.current_id)
        if entry is not None and entry.id == NEVER_WITHOUT_KEY:
            self._say("The search for commands must keep a key: it finds all others.", warn=True)
        elif entry is not None:
            self._change({entry.id: ()}, f"{entry.name} is on no key; it stays in the palette.")

    def _reset(self) -> None:
        entry = self._entries.get(self.current_id)
        if entry is None:
            return
        rivals = [
            rival
            for key in entry.default
            for rival in conflicts(key, entry, self._entries.values())
            if not rival.is_default
        ]
        said = f"{entry.name} is on its default again."
        if rivals:
            said += f" {rivals[0].name} is on that key too: choose another for one of them."
        self._change({entry.id: None}, said, warn=bool(rivals))

    def _undo(self) -> None:
        self._do(self._keymap.undo, "Taken back.")

    def _reset_all(self) -> None:
        self._do(
            lambda: self._keymap.replace_all({}), "All keys are the defaults again; Undo brings yours back."
        )

    def _change(self, change: Mapping[str, tuple[str, ...] | None], said: str, *, warn: bool = False) -> None:
        self._do(lambda: self._keymap.change(change), said, warn=warn)

    def _do(self, change: Callable[[], None], said: str, *, warn: bool = False) -> None:
        try:
            change()
        except DataDirectoryError as error:
            said, warn = f"{said} It holds until Preflight is closed: {error}.", True
        self._say(said, warn=warn)
        self._offer()

    def _leave_field(self) -> None:
        self._chosen()
        self.list.setFocus()

    # Files.

    def _import(self) -> None:
        dialog = QFileDialog(self, "Import keys", "", "Keys (*.json)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.import_file)
        dialog.open()

    def import_file(self, name: str) -> None:
        """Take over the keys in a file; one that is no keymap changes nothing."""
        try:
            changes = keymap_file.read_file(Path(name))
        except (ValueError, FileNotFoundError) as error:
            self._say(f"{name} is no file of keys: {error}.", warn=True)
            return
        self._do(
            lambda: self._keymap.replace_all(changes), f"{len(changes)} keys taken over; Undo goes back."
        )

    def _export(self) -> None:
        dialog = QFileDialog(self, "Export keys", str(Path.home() / "preflight-keys.json"), "Keys (*.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_file)
        dialog.open()

    def export_file(self, name: str) -> None:
        """Write the keys that differ from the defaults."""
        try:
            Path(name).write_bytes(keymap_file.encode(self._keymap.changes))
        except OSError as error:
            self._say(f"{name} cannot be written: {error.strerror}.", warn=True)
        else:
            self._say(f"The keys are in {name}.")

    # Look.

    def _say(self, words: str, *, warn: bool = False) -> None:
        theme = self._themes.theme
        self.words.setText(words)
        self.words.setStyleSheet(f"color: {(theme.warn if warn else theme.muted).name()};")

    def _offer(self) -> None:
        entry = self._entries.get(self.current_id)
        rivals = conflicts(self._wanted, entry, self._entries.values()) if entry and self._wanted else []
        self.swap.setVisible(bool(rivals) and entry is not None and bool(entry.keys))
        self.take.setVisible(bool(rivals))
        self.field.setEnabled(entry is not None)
        self.clear.setEnabled(entry is not None and bool(entry.keys))
        self.reset.setEnabled(entry is not None and not entry.is_default)
        self.undo.setEnabled(self._keymap.can_undo)
        self.reset_all.setEnabled(bool(self._keymap.changes))

    def _dress(self, theme: Theme) -> None:
        self.list.setStyleSheet(
            f"QTreeWidget {{ border: 1px solid {theme.hairline.name()}; border-radius: 4px; }}"
            " QTreeWidget::item { padding: 3px 6px; }"
        )

    def _button(self, words: str, do: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: do())
        return button

    def _lay_out(self) -> None:
        top, record, last = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.search_key)
        record.addWidget(self.name, 1)
        for part in (self.swap, self.take, self.field, self.clear, self.reset):
            record.addWidget(part)
        for button in (self.undo, self.reset_all):
            last.addWidget(button)
        last.addStretch(1)
        for button in (self.import_button, self.export_button):
            last.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.list, 1)
        layout.addLayout(record)
        layout.addWidget(self.words)
        layout.addLayout(last)
