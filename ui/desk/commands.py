"""The commands of panels, windows, links and workspaces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from ui.commands import Command
from ui.desk.desk_window import DeskWindow
from ui.desk.screens import live_screens
from ui.desk.tree import Side
from ui.desk.whole import WholeDesk
from ui.desk.workbench import window_name
from ui.keys.spelling import shown
from ui.links import LINK_COLOR_NAMES
from ui.panel import Panel

PANEL_KEYS = 9
WORKSPACE_KEYS = 9
_SIDES: tuple[tuple[Side, str, str], ...] = (
    ("left", "left", "Ctrl+Shift+Left"),
    ("right", "right", "Ctrl+Shift+Right"),
    ("top", "up", "Ctrl+Shift+Up"),
    ("bottom", "down", "Ctrl+Shift+Down"),
)


def panel_commands(desk: WholeDesk) -> list[Command]:
    """What can be done with panels and windows."""
    actions, bench = desk.actions, desk.bench
    desk.commands.add_source(partial(_open_panels, desk))

    def of_current(do: Callable[[str], object]) -> Callable[[], None]:
        def run() -> None:
            panel = bench.current()
            if panel is not None:
                do(panel.instance_id)

        return run

    def has_current() -> bool:
        return bench.current() is not None

    def close_window() -> None:
        actions.close_window(bench.current_window().window_id)

    kinds = list(bench.maker.kinds.values())
    return [
        *(
            Command(
                f"Show {_lower(kind.title)}",
                partial(actions.show_kind, kind.kind),
                f"Ctrl+{place}" if place <= PANEL_KEYS else "",
                id=f"panel.{kind.kind}.show",
            )
            for place, kind in enumerate(kinds, start=1)
        ),
        *(
            Command(
                f"Add {_lower(kind.title)}",
                partial(actions.add, kind.kind),
                id=f"panel.{kind.kind}.add",
                words="new open another panel",
            )
            for kind in kinds
        ),
        Command("Close panel", of_current(actions.close_panel), "Ctrl+W", has_current, "panel.close"),
        Command(
            "Duplicate panel", of_current(actions.duplicate), "Ctrl+Shift+D", has_current, "panel.duplicate"
        ),
        Command(
            "Move panel to a window of its own",
            of_current(actions.pop_out),
            "Ctrl+Shift+O",
            has_current,
            "panel.pop_out",
        ),
        Command(
            "Fill the window with the panel, or bring the others back",
            of_current(actions.toggle_zoom),
            "Ctrl+M",
            has_current,
            "panel.zoom",
        ),
        Command("Next panel", partial(actions.focus_next, 1), "F6", id="panel.next"),
        Command("Previous panel", partial(actions.focus_next, -1), "Shift+F6", id="panel.previous"),
        *(
            Command(
                f"Move panel {word}",
                of_current(partial(_move, desk, side)),
                key,
                has_current,
                f"panel.move.{side}",
            )
            for side, word, key in _SIDES
        ),
        Command("New window", actions.new_window, "Ctrl+N", id="window.new"),
        Command(
            "Close window",
            close_window,
            "Ctrl+Shift+W",
            lambda: bench.current_window() is not bench.main,
            "window.close",
        ),
        Command(
            "Move window to the next screen",
            lambda: actions.to_next_screen(bench.current_window()),
            "",
            lambda: len(live_screens()) > 1,
            "window.next_screen",
        ),
        Command(
            "Reopen closed panel or window",
            actions.reopen,
            "Ctrl+Shift+T",
            lambda: bool(bench.closed),
            "layout.reopen",
        ),
        Command(
            "Undo layout change", bench.undo, "Ctrl+Alt+Z", lambda: bool(bench.undo_words), "layout.undo"
        ),
        *_link_commands(desk),
    ]


def _link_commands(desk: WholeDesk) -> list[Command]:
    bench = desk.bench

    def of_current(do: Callable[[Panel], object]) -> Callable[[], None]:
        def run() -> None:
            panel = bench.current()
            if panel is not None:
                do(panel)

        return run

    def is_linked() -> bool:
        panel = bench.current()
        return panel is not None and bool(panel.link.color_name)

    def has_current() -> bool:
        return bench.current() is not None

    return [
        Command(
            "Link of the panel",
            of_current(lambda panel: panel.header.link_button.showMenu()),
            "Ctrl+L",
            has_current,
            "link.menu",
        ),
        *(
            Command(
                f"Link panel to {name}" if name else "Put panel on its own",
                of_current(partial(_link_to, desk, name)),
                "",
                has_current,
                f"link.{name or 'none'}",
            )
            for name in (*LINK_COLOR_NAMES, "")
        ),
        Command(
            "Share or unshare the panel's symbol",
            of_current(lambda panel: panel.link.share(symbol=not panel.link.shares_symbol)),
            "",
            is_linked,
            "link.symbol",
        ),
        Command(
            "Share or unshare the panel's timeframe",
            of_current(lambda panel: panel.link.share(timeframe=not panel.link.shares_timeframe)),
            "",
            is_linked,
            "link.timeframe",
        ),
    ]


def _move(desk: WholeDesk, side: Side, panel_id: str) -> None:
    desk.actions.move(panel_id, side)


def _link_to(desk: WholeDesk, color_name: str, panel: Panel) -> None:
    panel.set_link(desk.services.links.group(color_name))


def _open_panels(desk: WholeDesk, query: str) -> list[Command]:
    """Bringing up a panel of which there are several, and moving the one in hand to another window."""
    if not query:
        return []
    bench = desk.bench
    found = [
        Command(f"Show {_lower(panel.name)} {panel.link.symbol}".rstrip(), partial(bench.bring_up, name))
        for name, panel in bench.panels.items()
        if len(bench.of_kind(panel.kind)) > 1
    ]
    panel = bench.current()
    if panel is not None:
        here = bench.window_of(panel.instance_id)
        found += [
            Command(
                f"Move panel to {_lower(window_name(window_id))}",
                partial(desk.actions.move_to_window, panel.instance_id, window_id),
            )
            for window_id, window in bench.windows.items()
            if window is not here
        ]
    return found


def workspace_commands(desk: WholeDesk) -> list[Command]:
    """What can be done with workspaces as they are now; made anew whenever they are others."""
    session = desk.session
    entries, own = session.workspaces.entries(), not session.entry.is_shipped
    commands = [
        Command(
            f"Workspace {entry.name}",
            partial(session.switch, entry.key),
            f"Ctrl+F{place}" if place <= WORKSPACE_KEYS else "",
            partial(_is_other, desk, entry.key),
            f"workspace.open.{place}",
        )
        for place, entry in enumerate(entries, start=1)
    ]
    commands.append(
        Command(
            "Save workspace as…",
            lambda: desk.ask_name(
                "Save the workspace as",
                session.workspaces.free_name(f"{session.name} copy" if not own else session.name),
                session.save_as,
            ),
            id="workspace.save_as",
        )
    )
    if own:
        commands += [
            Command(
                f"Rename workspace {session.name}…",
                lambda: desk.ask_name("Rename the workspace", session.name, session.rename),
                id="workspace.rename",
            ),
            Command(f"Delete workspace {session.name}", session.delete, id="workspace.delete"),
        ]
    else:
        commands.append(
            Command(
                f"Reset layout of {session.name}",
                session.reset,
                "Ctrl+0",
                id="workspace.reset",
                words="workspace default",
            )
        )
    return [
        *commands,
        Command("Duplicate workspace", session.duplicate, id="workspace.duplicate"),
        Command("Import workspace…", partial(_import, desk), id="workspace.import"),
        Command("Export workspace…", partial(_export, desk), id="workspace.export"),
    ]


def _is_other(desk: WholeDesk, key: str) -> bool:
    return desk.session.key != key


def past_layouts(desk: WholeDesk, query: str) -> list[Command]:
    """Earlier states of the open workspace and deleted workspaces, offered to whoever asks."""
    if not query:
        return []
    session = desk.session
    back = [
        Command(f"Go back to the layout of {_when(earlier.time)}", partial(session.go_back, earlier))
        for earlier in session.workspaces.file(session.key).earlier()
    ]
    return back + [
        Command(f"Bring back workspace {entry.name}", partial(session.bring_back, entry.key))
        for entry in session.workspaces.deleted()
    ]


def _when(time: datetime) -> str:
    return f"{time:%d %b %H:%M} UTC"


def _import(desk: WholeDesk) -> None:
    dialog = QFileDialog(desk.bench.current_window(), "Import a workspace", "", "Workspace (*.json)")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(desk.session.import_file)
    dialog.open()


def _export(desk: WholeDesk) -> None:
    proposal = str(Path.home() / f"preflight-{desk.session.key}.json")
    dialog = QFileDialog(desk.bench.current_window(), "Export the workspace", proposal, "Workspace (*.json)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("json")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(desk.session.export_file)
    dialog.open()


# Menus.

_MENU = (
    ("Windows", ("window.", "layout.", "panel.pop_out")),
    ("Workspace", ("workspace.",)),
    ("Look", ("look.",)),
)
_LAST = (
    *("desk.palette", "help.contents", "help.keys", "desk.keys", "welcome.open", "welcome.tour"),
    *("desk.full_screen", "desk.quit"),
)
"""The commonest commands, as they stand at the end of the menu."""


def fill_menu(desk: WholeDesk, menu: QMenu, _window: DeskWindow) -> None:
    """Put panels, windows, workspaces and the commonest commands into a window's menu."""
    adding = menu.addMenu("Add panel")
    commands = [command for command in desk.commands if command.id]
    for command in commands:
        if command.id.startswith("panel.") and command.id.endswith(".add"):
            _put(adding, command, command.name.removeprefix("Add ").capitalize())
    panels = menu.addMenu("Panels")
    for name, panel in desk.bench.panels.items():
        words = f"{panel.name} {panel.link.symbol}" if panel.of_symbol else panel.name
        panels.addAction(words.rstrip()).triggered.connect(
            lambda _=False, name=name: desk.bench.bring_up(name)
        )
    for title, prefixes in _MENU:
        part = menu.addMenu(title)
        for command in commands:
            if command.id.startswith(prefixes) and command.available():
                _put(part, command, command.name)
    menu.addSeparator()
    for command in sorted((one for one in commands if one.id in _LAST), key=lambda one: _LAST.index(one.id)):
        _put(menu, command, command.name)


def _put(menu: QMenu, command: Command, words: str) -> None:
    # The key is shown by hand: an action with a shortcut of its own would fight with the command's.
    text = f"{words}\t{shown(command.key)}" if command.key else words
    menu.addAction(text).triggered.connect(lambda _=False: command.run())


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
