"""The whole desk put together: main window, workbench, actions and session, and what concerns all windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu

from ui.commands import Command
from ui.desk.actions import DeskActions
from ui.desk.desk_window import DeskWindow
from ui.desk.panel_maker import PanelMaker
from ui.desk.schema import MAIN
from ui.desk.session import DeskSession
from ui.desk.side_window import SideWindow
from ui.desk.workbench import Workbench, window_name
from ui.desk.workspaces import Workspaces
from ui.frame_clock import FrameClock
from ui.keys.hand import KeyHand
from ui.keys.keymap import Keymap
from ui.keys.spelling import shown, with_keys_in_force
from ui.main_window import MainWindow
from ui.markets import Mode
from ui.panel import Panel
from ui.services import PanelServices
from workstation.market.state import MarketReset


class WholeDesk(QObject):
    """All windows, whichever panels are in them."""

    def __init__(
        self,
        services: PanelServices,
        clock: FrameClock,
        kinds: Sequence[type[Panel]],
        folder: Path,
        mode: Mode,
        icon: QIcon | None = None,
        keymap: Keymap | None = None,
    ) -> None:
        """Put the desk together, without a panel yet.

        Args:
            services: what panels may reach.
            clock: refreshes them.
            kinds: of panels that there are.
            folder: where workspaces are kept.
            mode: of the market that is open.
            icon: of every window.
            keymap: the trader's own keys; the defaults without one.
        """
        self.main = MainWindow(services, clock, mode, icon)
        super().__init__(self.main)
        self.services = services
        self.commands = self.main.commands
        if keymap is not None:
            self.commands.use(keymap)
        self.keys = KeyHand(self.commands, self)
        self.commands.keymap.changed.connect(self.bind_keys)
        self.bench = Workbench(self.main, PanelMaker(services, clock, kinds), icon)
        self.actions = DeskActions(self.bench)
        self.session = DeskSession(self.bench, Workspaces(folder))
        self._mode, self._market, self._market_kind = mode, "", ""
        self._workspace_commands: list[Command] = []
        self._make_workspace_commands: Callable[[], list[Command]] = list
        self._make_past_commands: Callable[[str], list[Command]] = _no_commands
        self._fill_menu: Callable[[QMenu, DeskWindow], None] = _leave_empty
        self._unsubscribe: Callable[[], None] = _nothing
        services.search = self.open_palette
        self.bench.window_opened.connect(self._equip)
        self.bench.title = self.title
        self.session.changed.connect(self._workspace_changed)
        tabs = self.main.top_bar.workspaces
        tabs.chosen.connect(self.session.switch)
        tabs.menu_wanted.connect(self._open_workspace_menu)
        self._listen()
        self.destroyed.connect(lambda: self._unsubscribe())

    # Commands.

    def use_commands(
        self,
        workspaces: Callable[[], list[Command]],
        past: Callable[[str], list[Command]],
        fill_menu: Callable[[QMenu, DeskWindow], None],
    ) -> None:
        """Say how commands of workspaces and of going back are made, and what menus hold; binds all keys."""
        self._make_workspace_commands, self._make_past_commands = workspaces, past
        self._fill_menu = fill_menu
        self.commands.add_source(past)
        self._fill_when_opened(self.main.top_bar.menu, self.main)
        self._workspace_changed()

    def bind_keys(self) -> None:
        """Put the commands on their keys in every window."""
        for window in self.bench.windows.values():
            window.bind_keys()
        self.keys.watch_tips(self.bench.windows.values())
        self.main.top_bar.show_search_key(shown(self.commands.key_now("Ctrl+K") or ""))

    def open_palette(self, words: str = "") -> None:
        """Show the palette of the window in front with these words typed."""
        self.bench.current_window().palette_box.open(words)

    def show_keys(self) -> None:
        """Show the keys of the panel under the pointer and those of the desk."""
        panel = self.bench.under_pointer()
        groups = [] if panel is None else [(panel.name, self.keys.key_words(panel))]
        window = None if panel is None else self.bench.window_of(panel.instance_id)
        (window or self.bench.current_window()).show_keys(groups)

    def toggle_full_screen(self) -> None:
        """Let the window in front fill its screen, or stop filling it."""
        self.bench.current_window().toggle_full_screen()

    def ask_name(self, question: str, proposal: str, take: Callable[[str], None]) -> None:
        """Ask for a name in the window in front."""
        self.bench.current_window().name_prompt.ask(question, proposal, take)

    # All windows.

    def show(self, key: str, size: QSize | None = None) -> None:
        """Bring up a workspace and show its windows; `size` is the main window's, if it is to differ."""
        self.session.open(key, size)
        self.bench.show_windows()
        self.main.activateWindow()
        self.main.setFocus()  # else the first button has the keyboard, and Space would press it

    def stand_first(self, size: QSize) -> None:
        """Give the main window the place that it has while nothing is known of where it stood."""
        self.main.resize(size)
        self.main.stand(self.bench.on_screen(self.main.rect_now()))

    def put_away(self) -> None:
        """Keep the workspace and hide every window."""
        self.session.save(durably=True)
        self.session.stop()
        self.bench.put_away()

    def close(self) -> None:
        """Let every window go; call once, when the program has stopped."""
        self.session.stop()
        self._unsubscribe()
        self._unsubscribe = _nothing
        for name in list(self.bench.panels):
            self.bench.unmake(name)
        for window in self.bench.windows.values():
            window.deleteLater()

    def show_market(self, kind: str, title: str, mode: Mode) -> None:
        """Another market is open: listen to it, and let every panel begin anew where it stands."""
        self._mode, self._market, self._market_kind = mode, title, kind
        self._listen()
        self.main.show_market(mode)
        self._retitle()
        for panel in self.bench.panels.values():
            panel.market_reset()
            panel.symbol_changed()
            panel.refresh()
            panel.update_condition()

    def title(self, window_id: str) -> str:
        """What a window's title says: workspace, window, and what market this is."""
        number = "" if window_id == MAIN else f" · {window_name(window_id)}"
        parts = ("Preflight", f"{self.session.name}{number}", self._market_kind, self._market)
        return " · ".join(part for part in parts if part)

    def _listen(self) -> None:
        """Hear what the open market's bus says, and no other's."""
        self._unsubscribe()
        bus = self.services.workstation.bus
        self.main.listen(bus)
        self._unsubscribe = bus.subscribe(MarketReset, self._market_reset)

    def _market_reset(self, event: MarketReset) -> None:
        for panel in self.bench.panels.values():
            if panel.link.symbol == event.symbol:
                panel.market_reset()

    def _equip(self, window: SideWindow) -> None:
        self._fill_when_opened(window.bar.menu, window)
        self._retitle_one(window)

    def _fill_when_opened(self, menu: QMenu, window: DeskWindow) -> None:
        def fill() -> None:
            menu.clear()
            self._fill_menu(menu, window)

        menu.aboutToShow.connect(fill)

    def _workspace_changed(self) -> None:
        entries = [(entry.key, entry.name) for entry in self.session.workspaces.entries()]
        self.main.top_bar.workspaces.set_entries(entries, self.session.key)
        self.commands.remove(*self._workspace_commands)
        self._workspace_commands = self._make_workspace_commands()
        self.commands.add(*self._workspace_commands)
        self.bind_keys()
        self._retitle()

    def _retitle(self) -> None:
        self.main.setWindowTitle(self.title(MAIN))
        for window in self.bench.windows.values():
            if isinstance(window, SideWindow):
                self._retitle_one(window)

    def _retitle_one(self, window: SideWindow) -> None:
        window.setWindowTitle(self.title(window.window_id))
        name = f"{self.session.name} · {window_name(window.window_id)}"
        window.bar.show_market(name, self._market, self._mode)

    def _open_workspace_menu(self, at: QPoint) -> None:
        menu = QMenu(self.main)
        self.main.top_bar.workspaces.fill(menu)
        for action in menu.actions():
            name, tab, key = action.text().partition("\t")
            action.setText(f"{name}{tab}{with_keys_in_force(key, self.commands.key_now)}")
        menu.addSeparator()
        for command in self._workspace_commands:
            if command.id.startswith("workspace.") and ".open." not in command.id and command.available():
                menu.addAction(command.name).triggered.connect(lambda _=False, run=command.run: run())
        if back := self._make_past_commands("back"):
            earlier = menu.addMenu("Go back")
            for command in back:
                earlier.addAction(command.name).triggered.connect(lambda _=False, run=command.run: run())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


def _nothing() -> None:
    """Ends no subscription."""


def _no_commands(_query: str) -> list[Command]:
    """Makes no commands: none have been given."""
    return []


def _leave_empty(_menu: QMenu, _window: DeskWindow) -> None:
    """Fills no menu: no commands have been given."""
