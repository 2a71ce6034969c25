"""Gives the desk its help: F1 on any panel, the contents, and pages asked for from menus and dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QDialog

from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.help.asking import ASK_KEY, HELP_KEY, Asking
from ui.help.key_sheet import KeySheet
from ui.help.pages import Library
from ui.help.window import DEFAULT_SIZE, HelpWindow
from ui.keys.key_rows import KeyRow, ToldKeys, key_rows

KEYS_KEY = "Ctrl+/"
KEEP_AFTER_MS = 400
_REACHED = "helpReached"
"""Property of a window beside the desk that has the key of help already."""

_OF_DIALOGS = {
    "ChecklistWindow": "docs/checklists",
    "WeeklyWindow": "docs/rituals",
    "LossWindow": "docs/rituals",
    "PlaybookWindow": "docs/rituals",
    "ReadinessWindow": "docs/rituals",
    "CommitmentsWindow": "docs/rituals",
    "ImportWindow": "docs/import-export",
    "ExportWindow": "docs/import-export",
    "BackupWindow": "docs/import-export",
    "ShotWindow": "help/entry",
}
"""The page that help shows in a window beside the desk, by the window's class; others show the contents."""


class Help(QObject):
    """The help of one desk: its window while it is open, and the commands for it."""

    def __init__(self, desk: WholeDesk, size: QSize, keep_size: Callable[[QSize], None]) -> None:
        """Give the desk its commands.

        Args:
            size: of the window when it was last open; empty for its own.
            keep_size: remembers another.
        """
        super().__init__(desk.main)
        self._desk, self._size, self._keep_size = desk, size, keep_size
        self._window: HelpWindow | None = None
        self._library: Library | None = None
        self._keys: KeySheet | None = None
        self._told: dict[str, ToldKeys] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(KEEP_AFTER_MS)
        self._later.timeout.connect(lambda: self._keep_size(self._size))
        self.asking = Asking(desk, self._open, self)
        desk.services.show_help = self.open_panel
        desk.commands.add(
            Command(
                "Help on this panel", self.open_here, HELP_KEY, id="help.panel", words="manual guide page"
            ),
            Command(
                "What is this number?",
                self.asking.begin,
                ASK_KEY,
                id="help.figure",
                words="explain figure formula source help",
            ),
            Command(
                "All keys", self.open_keys, KEYS_KEY, id="help.keys", words="shortcuts sheet keyboard help"
            ),
            Command(
                "Help: contents", self.open_contents, id="help.contents", words="manual guide pages search"
            ),
        )
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # A window beside the desk gets the key when it first comes to the front.
        application.focusWindowChanged.connect(self._reach)

    @property
    def library(self) -> Library:
        """All pages, read when they are first asked for."""
        if self._library is None:
            self._library = Library(tuple(self._desk.bench.maker.kinds))
        return self._library

    def open_here(self) -> HelpWindow:
        """Show the page of the panel under the pointer, or of the one that has the keyboard."""
        panel = self._desk.bench.under_pointer()
        return self.open_contents() if panel is None else self.open_panel(panel.kind)

    def open_panel(self, kind: str, anchor: str = "") -> HelpWindow:
        """Show the page of a kind of panels."""
        return self._open(f"help/{kind}", anchor)

    def open_page(self, page_id: str, anchor: str = "") -> HelpWindow:
        """Show a page by its id."""
        return self._open(page_id, anchor)

    def open_contents(self) -> HelpWindow:
        """Show help where it was left, with every page listed."""
        window = self._open("", "")
        window.show_contents()
        window.list.setFocus()
        return window

    def open_keys(self, words: str = "") -> KeySheet:
        """Show the sheet of all keys, searched for these words."""
        if self._keys is None:
            desk = self._desk
            self._keys = KeySheet(self._key_rows, self._change_keys, desk.services.themes, desk.main)
            desk.commands.keymap.changed.connect(self._keys.refresh)
        self._keys.open_at(words)
        return self._keys

    def _key_rows(self) -> Iterator[tuple[KeyRow, ...]]:
        """All keys at once, then with what panels tell besides: one of a kind that is not open is made."""
        bench, commands = self._desk.bench, self._desk.commands
        kinds = tuple(bench.maker.kinds.values())
        self._told |= {panel.kind: ToldKeys.of(panel) for panel in bench.panels.values()}
        yield key_rows(commands, kinds, self._told, commands.keymap)
        for kind in kinds:
            if kind.kind not in self._told:
                panel = kind(self._desk.services)
                self._told[kind.kind] = ToldKeys.of(panel)
                panel.put_away()
                panel.deleteLater()
                yield key_rows(commands, kinds, self._told, commands.keymap)

    def _change_keys(self) -> None:
        command = next((one for one in self._desk.commands if one.id == "desk.keymap"), None)
        if command is not None:
            command.run()

    def _open(self, page_id: str, anchor: str) -> HelpWindow:
        if self._window is None:
            size = self._size if self._size.isValid() and not self._size.isEmpty() else DEFAULT_SIZE
            self._window = HelpWindow(self.library, self._desk.services.themes, size, self._desk.main)
            self._window.resized.connect(self._resized)
        self._window.open_at(self.library.pages.get(page_id), anchor)
        return self._window

    def _resized(self, size: QSize) -> None:
        self._size = size
        self._later.start()

    def _reach(self, _window: QWindow | None) -> None:
        dialog = QApplication.activeWindow()
        if not isinstance(dialog, QDialog) or isinstance(dialog, HelpWindow) or dialog.property(_REACHED):
            return
        dialog.setProperty(_REACHED, True)
        page_id = _OF_DIALOGS.get(type(dialog).__name__, "")
        shortcut = QShortcut(QKeySequence(HELP_KEY), dialog)
        shortcut.activated.connect(lambda: self._open(page_id, ""))
