"""What the trader does with panels and windows: add, close, move, open again."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QMenu

from ui.desk import tree
from ui.desk.desk_window import DeskWindow
from ui.desk.panel_drag import PanelDrag
from ui.desk.schema import MAIN, MOST_CLOSED, MOST_WINDOWS, Closed, SavedPanel
from ui.desk.screens import CASCADE_PX, LEAST_HEIGHT, LEAST_WIDTH, Rect, fit, live_screens, place_of
from ui.desk.side_window import SideWindow
from ui.desk.tree import Node, Side
from ui.desk.workbench import NEW_WINDOW, Workbench, has_focus, window_name
from ui.panel import Panel


class DeskActions:
    """Changes the workbench one step at a time; each step can be taken back."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._drag = PanelDrag(bench, self.drop, self.pop_out)
        bench.equip_panel = self._equip_panel
        bench.window_opened.connect(self._equip_window)

    def _equip_panel(self, panel: Panel) -> None:
        name, header = panel.instance_id, panel.header
        header.pop_out_requested.connect(lambda: self.pop_out(name))
        header.double_clicked.connect(lambda: self.toggle_zoom(name))
        header.close_requested.connect(lambda: self.close_panel(name))
        header.duplicate_requested.connect(lambda: self.duplicate(name))
        self._drag.watch(panel)
        menu = header.window_menu
        if menu is not None:
            menu.aboutToShow.connect(lambda: self._fill_window_menu(menu, name))

    def _equip_window(self, window: SideWindow) -> None:
        window.close_wanted.connect(lambda: self.close_window(window.window_id))

    def _fill_window_menu(self, menu: QMenu, panel_id: str) -> None:
        menu.clear()
        here = self.bench.window_of(panel_id)
        for window_id, window in self.bench.windows.items():
            if window is not here:
                menu.addAction(window_name(window_id)).triggered.connect(
                    lambda _=False, window_id=window_id: self.move_to_window(panel_id, window_id)
                )
        menu.addAction("New window").triggered.connect(lambda: self.pop_out(panel_id))

    # Panels.

    def show_kind(self, kind: str) -> None:
        """Bring up the panel of that kind, the next one if it has the keyboard; add one if there is none."""
        there = self.bench.of_kind(kind)
        if not there:
            self.add(kind)
            return
        now = next((place for place, panel in enumerate(there) if has_focus(panel)), -1)
        at = now + 1
        self.bench.bring_up(there[at % len(there)].instance_id)

    def add(self, kind: str, saved: SavedPanel | None = None) -> str | None:
        """Add a panel where there is room in the window in front; return its id, None if there is not."""
        if not self.bench.has_room():
            return None
        self.bench.remember(f"adding {self.bench.maker.kinds[kind].title}")
        window, near = self.bench.current_window(), self.bench.current()
        near_id = (
            near.instance_id
            if near is not None and self.bench.window_of(near.instance_id) is window
            else None
        )
        panel_id = self.bench.free_id(kind)
        self.bench.make(panel_id, saved or self._beginning(kind, near))
        self._place_new(window, panel_id, near_id)
        self.bench.bring_up(panel_id)
        return panel_id

    def _beginning(self, kind: str, near: Panel | None) -> SavedPanel:
        """A new panel joins the group of the panel that the trader works with."""
        return (
            SavedPanel(kind)
            if near is None or not near.link.color_name
            else SavedPanel(kind, near.link.color_name)
        )

    def duplicate(self, panel_id: str) -> str | None:
        """Add another panel with the same view and links, beside the one there is; return its id."""
        panel, window = self.bench.panels[panel_id], self.bench.window_of(panel_id)
        if window is None or not self.bench.has_room():
            return None
        self.bench.remember(f"duplicating {panel.name}")
        made = self.bench.free_id(panel.kind)
        self.bench.make(made, self.bench.maker.saved(panel))
        self._place_new(window, made, panel_id)
        self.bench.bring_up(made)
        return made

    def _place_new(self, window: DeskWindow, panel_id: str, near: str | None) -> None:
        room = window.area.roomiest(near)
        root = window.area.root
        if room is None:
            root = tree.at_edge(root, panel_id, "right")
        elif room[1] is None:
            root = tree.behind(root, room[0], panel_id)
        else:
            root = tree.beside(root, room[0], panel_id, room[1])
        self.bench.lay_out(window, root)

    def close_panel(self, panel_id: str) -> None:
        """Close a panel; it can be opened again. A window beside the main one goes with its last panel."""
        window = self.bench.window_of(panel_id)
        if window is None or panel_id not in self.bench.panels:
            return
        if window is not self.bench.main and self._is_alone(panel_id, window):
            self.close_window(window.window_id)
            return
        panel = self.bench.panels[panel_id]
        self.bench.remember(f"closing {panel.name}")
        before = window.area.root
        self._note_closed(Closed(window.window_id, {panel_id: self.bench.maker.saved(panel)}, before))
        self.bench.lay_out(window, tree.without(before, panel_id))
        self.bench.unmake(panel_id)

    def _is_alone(self, panel_id: str, window: DeskWindow) -> bool:
        """Whether a window shows no other panel."""
        return [name for name in tree.panels_of(window.area.root) if name in self.bench.panels] == [panel_id]

    def move(self, panel_id: str, side: Side) -> None:
        """Let a panel change places with its neighbour on one side; without one, go along that edge."""
        window = self.bench.window_of(panel_id)
        if window is None:
            return
        neighbour = window.area.neighbour(panel_id, side)
        root = window.area.root
        self.bench.remember(f"moving {self.bench.panels[panel_id].name}")
        self.bench.lay_out(
            window,
            tree.at_edge(root, panel_id, side)
            if neighbour is None
            else tree.swapped(root, panel_id, neighbour),
        )
        self.bench.bring_up(panel_id)

    def focus_next(self, step: int) -> None:
        """Give the keyboard to the next panel in front of its window, or the one before."""
        shown = [
            stack.shown.instance_id for window in self.bench.windows.values() for stack in window.area.stacks
        ]
        if shown:
            now = self.bench.current()
            at = (
                shown.index(now.instance_id)
                if now is not None and now.instance_id in shown
                else -max(step, 0)
            )
            self.bench.bring_up(shown[(at + step) % len(shown)])

    def drop(self, panel_id: str, window: DeskWindow, change: Callable[[Node | None], Node]) -> None:
        """Put a panel into another place, in the same window or another."""
        source = self.bench.window_of(panel_id)
        if source is None:
            return
        self.bench.remember(f"moving {self.bench.panels[panel_id].name}")
        self._move_between(panel_id, source, window, change)
        self.bench.bring_up(panel_id)

    def _move_between(
        self, panel_id: str, source: DeskWindow, target: DeskWindow, change: Callable[[Node | None], Node]
    ) -> None:
        self.bench.lay_out(target, change(target.area.root))
        if source is not target:
            self.bench.lay_out(source, tree.without(source.area.root, panel_id))
            if source is not self.bench.main and source.area.root is None:
                self.bench.remove_window(source)

    def toggle_zoom(self, panel_id: str) -> None:
        """Let a panel fill its window for now, or bring the others back."""
        window = self.bench.window_of(panel_id)
        if window is not None and panel_id in self.bench.panels:
            window.area.zoom(panel_id if window.area.zoomed is None else None)
            self.bench.bring_up(panel_id)

    # Windows.

    def to_next_screen(self, window: DeskWindow) -> None:
        """Move a window to the next monitor, as large a part of it as it had of this one."""
        screens = live_screens()
        place = place_of(window.rect_now(), screens)
        at = next(number for number, screen in enumerate(screens) if screen.name == place.screen)
        new = screens[(at + 1) % len(screens)]
        moved = msgspec.structs.replace(screens[at], name=new.name)
        place = msgspec.structs.replace(place, screen=new.name)
        window.stand(fit({window.window_id: place}, (moved,), (new,))[window.window_id])

    def new_window(self) -> DeskWindow | None:
        """Open an empty window; None if there are too many."""
        if len(self.bench.windows) >= MOST_WINDOWS:
            self.bench.say(f"There are {MOST_WINDOWS} windows; close one first.")
            return None
        self.bench.remember("opening a window")
        over = self.bench.current_window()
        at = over.pos() + QPoint(2 * CASCADE_PX, 2 * CASCADE_PX)
        window = self.bench.open_window(
            self.bench.free_window_id(), Rect(at.x(), at.y(), NEW_WINDOW.width(), NEW_WINDOW.height())
        )
        self.bench.tell()
        return window

    def pop_out(self, panel_id: str, at: QPoint | None = None) -> DeskWindow | None:
        """Move a panel to a window of its own, as large as it is, there or beside where it was."""
        panel, source = self.bench.panels[panel_id], self.bench.window_of(panel_id)
        if source is None or len(self.bench.windows) >= MOST_WINDOWS:
            self.bench.say(f"There are {MOST_WINDOWS} windows; close one first.")
            return None
        if source is not self.bench.main and self._is_alone(panel_id, source):
            if at is not None:
                source.stand(
                    self.bench.on_screen(Rect(at.x() - 60, at.y() - 20, source.width(), source.height()))
                )
            return source
        self.bench.remember(f"moving {panel.name} to a window")
        corner = panel.mapToGlobal(QPoint(CASCADE_PX, CASCADE_PX)) if at is None else at - QPoint(60, 20)
        size = panel.size().expandedTo(QSize(LEAST_WIDTH, LEAST_HEIGHT))
        window = self.bench.open_window(
            self.bench.free_window_id(), Rect(corner.x(), corner.y(), size.width(), size.height())
        )
        self._move_between(panel_id, source, window, lambda _root: tree.Stack((panel_id,)))
        self.bench.bring_up(panel_id)
        return window

    def move_to_window(self, panel_id: str, window_id: str) -> None:
        """Move a panel to a window that is open, where there is room."""
        target, source = self.bench.windows[window_id], self.bench.window_of(panel_id)
        if source is None or source is target:
            return
        self.bench.remember(f"moving {self.bench.panels[panel_id].name} to {window_name(window_id)}")
        room = target.area.roomiest(None)

        def change(root: Node | None) -> Node:
            if room is None:
                return tree.at_edge(root, panel_id, "right")
            name, side = room
            return (
                tree.behind(root, name, panel_id) if side is None else tree.beside(root, name, panel_id, side)
            )

        self._move_between(panel_id, source, target, change)
        self.bench.bring_up(panel_id)

    def close_window(self, window_id: str) -> None:
        """Close a window and the panels in it, without a question: it can be opened again."""
        window = self.bench.windows.get(window_id)
        if window is None or window is self.bench.main:
            return
        self.bench.remember(f"closing {window_name(window_id)}")
        names = list(tree.panels_of(window.area.root))
        if names:
            panels = {name: self.bench.saved(name) for name in names}
            place = place_of(window.rect_now(), live_screens())
            self._note_closed(Closed(window_id, panels, window.area.root, whole=True, place=place))
        self.bench.lay_out(window, None)
        for name in names:
            self.bench.unmake(name)
        self.bench.remove_window(window)

    def reopen(self) -> None:
        """Open again what was closed last."""
        if not self.bench.closed or not self.bench.has_room():
            return
        gone = self.bench.closed.pop()
        self.bench.remember("opening again")
        names = {name: self.bench.free_id(saved.kind, name) for name, saved in gone.panels.items()}
        window = self.bench.windows.get(gone.window)
        if gone.whole or window is None:
            screens = live_screens()
            rect = Rect(80, 80, NEW_WINDOW.width(), NEW_WINDOW.height())
            if gone.place is not None:
                rect = fit({gone.window: gone.place}, screens, screens)[gone.window]
            window_id = gone.window if window is None and gone.window != MAIN else self.bench.free_window_id()
            window = self.bench.open_window(window_id, rect)
            root = tree.only(gone.before, set(gone.panels))
        elif tree.without(gone.before, next(iter(gone.panels))) == window.area.root:
            root = gone.before
        else:
            root = None
        for name, saved in gone.panels.items():
            self.bench.make(names[name], saved)
        if root is not None:
            self.bench.lay_out(window, tree.renamed(root, names))
        else:
            for name in names.values():
                self._place_new(window, name, None)
        self.bench.bring_up(next(iter(names.values())))

    def _note_closed(self, closed: Closed) -> None:
        self.bench.closed = [*self.bench.closed[-MOST_CLOSED + 1 :], closed]
