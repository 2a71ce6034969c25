"""The panels and windows that are open: made, laid out, shown all at once, and taken back a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QSize, Signal
from PySide6.QtGui import QCursor, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from ui.desk import tree
from ui.desk.desk_window import DeskWindow
from ui.desk.panel_maker import PanelMaker
from ui.desk.schema import MAIN, Closed, SavedPanel, SavedWindow
from ui.desk.screens import CASCADE_PX, Place, Rect, fit, live_screens, place_of
from ui.desk.side_window import SideWindow
from ui.desk.tree import MOST_PANELS, Node
from ui.panel import Panel
from workstation.runtime.bus import Fault

NEW_WINDOW = QSize(1000, 640)
MOST_UNDONE = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """Where everything stands: what can be shown again.

    Attributes:
        windows: the main window first.
        panels: by id, those that this version cannot show included.
        places: of the windows, by id.
    """

    windows: tuple[SavedWindow, ...]
    panels: Mapping[str, SavedPanel]
    places: Mapping[str, Place]


class Workbench(QObject):
    """Every open panel in one of the open windows."""

    changed = Signal()
    """Something that a workspace keeps is another."""
    filled = Signal()
    """Panels or windows were added, closed or moved."""
    window_opened = Signal(object)
    """A `SideWindow`, before it is shown: so that its buttons do something."""

    def __init__(self, main: DeskWindow, maker: PanelMaker, icon: QIcon | None = None) -> None:
        super().__init__(main)
        self.main = main
        self.maker = maker
        self.panels: dict[str, Panel] = {}
        self.windows: dict[str, DeskWindow] = {}
        """By id, the main one first."""
        self.closed: list[Closed] = []
        """What can be opened again, the one closed last at the end."""
        self.title: Callable[[str], str] = lambda window_id: f"Preflight · {window_name(window_id)}"
        """What the title of a window says."""
        self.equip_panel: Callable[[Panel], None] = lambda _panel: None
        """Given every new panel, so that its buttons do something."""
        self._undo: list[tuple[str, Standing]] = []
        self._icon = icon
        self._unknown: dict[str, SavedPanel] = {}
        self._last = ""
        self._is_shown = False
        self.adopt(main)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)

    # What there is.

    def current(self) -> Panel | None:
        """The panel that has the keyboard, else the one that had it last, else the one under the pointer."""
        focused = next((panel for panel in self.panels.values() if has_focus(panel)), None)
        return focused or self.panels.get(self._last) or self._pointed_at()

    def current_window(self) -> DeskWindow:
        """The window that the trader works in."""
        active = QApplication.activeWindow()
        return active if isinstance(active, DeskWindow) and active.window_id in self.windows else self.main

    def under_pointer(self) -> Panel | None:
        """The panel that the pointer is over, else the one that has the keyboard."""
        return self._pointed_at() or self.current()

    def _pointed_at(self) -> Panel | None:
        for panel in self.panels.values():
            if panel.isVisible() and panel.rect().contains(panel.mapFromGlobal(QCursor.pos())):
                return panel
        return None

    def window_of(self, panel_id: str) -> DeskWindow | None:
        """The window that a panel stands in; None if it is not open."""
        return next(
            (one for one in self.windows.values() if panel_id in set(tree.panels_of(one.area.root))), None
        )

    def of_kind(self, kind: str) -> list[Panel]:
        """The open panels of one kind, in the order of their numbers."""
        found = [panel for panel in self.panels.values() if panel.kind == kind]
        return sorted(found, key=lambda panel: (len(panel.instance_id), panel.instance_id))

    def bring_up(self, panel_id: str) -> None:
        """Show a panel in front of its tab mates, in the window in front, and give it the keyboard."""
        window = self.window_of(panel_id)
        if window is None or panel_id not in self.panels:
            return
        if window.area.zoomed not in (None, panel_id):
            window.area.zoom(None)
        window.area.bring_up(panel_id)
        if window.isMinimized():
            window.showNormal()
        window.raise_()
        window.activateWindow()
        give_keyboard(self.panels[panel_id])
        self._last = panel_id  # the system may take its time to let the window have the keyboard

    def say(self, words: str) -> None:
        """Tell the trader that something about the layout cannot be done."""
        self.main.services.workstation.bus.publish(Fault("Layout", words))

    # Making.

    def make(self, panel_id: str, saved: SavedPanel) -> None:
        """Make a panel, to be laid out next; one of an unknown kind keeps its place and is not shown."""
        if saved.kind not in self.maker.kinds:
            self._unknown[panel_id] = saved
            return
        panel = self.maker.make(panel_id, saved)
        self.panels[panel_id] = panel
        panel.link.sharing_changed.connect(self.changed)
        panel.link.symbol_changed.connect(self.changed)
        panel.link.timeframe_changed.connect(self.changed)
        self.equip_panel(panel)

    def unmake(self, panel_id: str) -> None:
        """Close a panel that has been taken out of its window."""
        self._unknown.pop(panel_id, None)
        panel = self.panels.pop(panel_id, None)
        if panel is not None:
            self.maker.unmake(panel)

    def saved(self, panel_id: str) -> SavedPanel:
        """How a panel stands, one of an unknown kind as it was found."""
        panel = self.panels.get(panel_id)
        return self._unknown[panel_id] if panel is None else self.maker.saved(panel)

    def lay_out(self, window: DeskWindow, root: Node | None, *, told: bool = True) -> None:
        """Let panels stand like that in a window; `told` is False while other windows are to follow."""
        if window.area.zoomed is not None:
            window.area.zoom(None)
        window.area.show_tree(root, self.panels)
        if told:
            self.tell()

    def tell(self) -> None:
        """Panels or windows are others: let everybody know."""
        self.filled.emit()
        self.changed.emit()

    def has_room(self) -> bool:
        """Whether another panel may be added; says so if not."""
        if len(self.panels) + len(self._unknown) < MOST_PANELS:
            return True
        self.say(f"There are {MOST_PANELS} panels; close one first.")
        return False

    def free_id(self, kind: str, wanted: str = "") -> str:
        """The id asked for, or the first that is free: the kind, then the kind and a number."""
        taken = self.panels.keys() | self._unknown.keys()
        if wanted and wanted not in taken:
            return wanted
        number, free = 1, kind
        while free in taken:
            number += 1
            free = f"{kind}-{number}"
        return free

    def free_window_id(self) -> str:
        """The first id that no window has."""
        number = 2
        while f"window-{number}" in self.windows:
            number += 1
        return f"window-{number}"

    # Windows.

    def open_window(self, window_id: str, rect: Rect) -> DeskWindow:
        """Open a window, as near to that place as the screens allow."""
        made = SideWindow(window_id, self.main.services, self.main.clock, self.main.commands, self._icon)
        self.adopt(made)
        self.window_opened.emit(made)
        made.setWindowTitle(self.title(window_id))
        made.bind_keys()
        made.stand(self.on_screen(rect))
        made.setFocus()  # else the first button has the keyboard, and Space would press it
        if self._is_shown:
            made.show()
            made.activateWindow()
        return made

    def adopt(self, window: DeskWindow) -> None:
        """Count a window in."""
        self.windows[window.window_id] = window
        window.place_changed.connect(self.changed)
        window.area.tree_changed.connect(self.changed)

    def remove_window(self, window: DeskWindow) -> None:
        """Close a window that holds no panel any more."""
        self.windows.pop(window.window_id, None)
        self.main.clock.remove(window)
        window.hide()
        window.deleteLater()
        self.tell()

    def on_screen(self, rect: Rect) -> Rect:
        """The place next to `rect` that lies wholly on a screen."""
        screens = live_screens()
        place = place_of(rect, screens)
        return fit({"window": place}, screens, screens)["window"]

    def show_windows(self) -> None:
        """Show every window, the main one last and in front."""
        self._is_shown = True
        for window in reversed(self.windows.values()):
            window.show()

    def put_away(self) -> None:
        """Hide every window."""
        for window in self.windows.values():
            window.hide()

    def remember(self, words: str, standing: Standing | None = None) -> None:
        """Keep how everything stands, or stood, for `undo`; `words` name what changes it."""
        self._undo = [*self._undo[-MOST_UNDONE + 1 :], (words, standing or self.standing())]

    @property
    def undo_words(self) -> str:
        """What `undo` takes back: "closing Chart 2"; "" for nothing."""
        return self._undo[-1][0] if self._undo else ""

    def undo(self) -> None:
        """Let everything stand as before the last change."""
        if self._undo:
            _, standing = self._undo.pop()
            self.closed = [gone for gone in self.closed if not set(gone.panels) & set(standing.panels)]
            self.show(standing, anew=False)

    def forget_changes(self) -> None:
        """Another workspace is shown: nothing of the last one is taken back."""
        self._undo = []

    # All at once.

    def standing(self) -> Standing:
        """How everything stands now."""
        screens = live_screens()
        windows = tuple(SavedWindow(name, window.area.kept) for name, window in self.windows.items())
        names = [name for window in windows for name in tree.panels_of(window.root)]
        return Standing(
            windows,
            {name: self.saved(name) for name in names},
            {name: place_of(window.rect_now(), screens) for name, window in self.windows.items()},
        )

    def show(self, standing: Standing, *, anew: bool) -> None:
        """Let everything stand like that.

        Args:
            standing: windows without a place stand where they are, or beside the main one.
            anew: make every panel anew; else those that are open stay as they look.
        """
        wanted = {name: saved for name, saved in standing.panels.items() if saved.kind in self.maker.kinds}
        kept = (
            set()
            if anew
            else {n for n, s in wanted.items() if n in self.panels and self.panels[n].kind == s.kind}
        )
        for window in self.windows.values():
            self.lay_out(window, None, told=False)
        for name in [name for name in self.panels if name not in kept]:
            self.unmake(name)
        # After those of before are gone: an id may have been a panel's that could be shown.
        self._unknown = {name: saved for name, saved in standing.panels.items() if name not in wanted}
        for name, saved in wanted.items():
            if name not in kept:
                self.make(name, saved)
        ids = {saved_window.id for saved_window in standing.windows}
        for window in [one for name, one in self.windows.items() if name not in ids]:
            self.remove_window(window)
        screens = live_screens()
        rects = fit(standing.places, screens, screens)
        for number, saved_window in enumerate(standing.windows):
            there = self.windows.get(saved_window.id)
            if there is None:
                at = self.main.pos() + QPoint(number * CASCADE_PX * 2, number * CASCADE_PX * 2)
                rect = rects.get(saved_window.id) or Rect(
                    at.x(), at.y(), NEW_WINDOW.width(), NEW_WINDOW.height()
                )
                there = self.open_window(saved_window.id, rect)
            elif anew and saved_window.id in rects:
                there.stand(rects[saved_window.id])
            self.lay_out(there, saved_window.root, told=False)
        self.tell()

    # The keyboard.

    def _focus_moved(self, _before: QWidget | None, _now: QWidget | None) -> None:
        for name, panel in self.panels.items():
            focused = has_focus(panel)
            panel.header.set_active(focused)
            if focused:
                self._last = name


def window_name(window_id: str) -> str:
    """What a window is called: "Main window", "Window 2"."""
    return "Main window" if window_id == MAIN else f"Window {window_id.removeprefix('window-')}"


def give_keyboard(panel: Panel) -> None:
    """Let a panel have the keyboard, even while the part that would take it is not shown."""
    proxy = panel.focusProxy()
    (panel if proxy is None or proxy.isVisibleTo(panel) else panel.header).setFocus()


def has_focus(panel: Panel) -> bool:
    """Whether the keyboard is in a panel."""
    focused = QApplication.focusWidget()
    return focused is not None and (focused is panel or panel.isAncestorOf(focused))
