"""The workspace that is open: brought up, kept as it changes, and fitted to the monitors that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen

from ui.desk.schema import MAIN, MOST_ARRANGEMENTS, Arrangement, Unusable, Workspace, pruned
from ui.desk.screens import Place, Screen, fit, live_screens, place_of, same_set
from ui.desk.tree import Node
from ui.desk.workbench import Standing, Workbench
from ui.desk.workspace_file import Earlier, LayoutUnusable
from ui.desk.workspaces import SHIPPED, Entry, WorkspaceError, Workspaces, shipped

SAVE_AFTER_MS = 1_500
"""Quiet time after a change until it is saved."""
LOOK_EVERY_MS = 30_000
"""How often the workspace is saved if a panel's view is another: views change without a word."""
SETTLE_MS = 400
"""Time that monitors are given to settle: one that is unplugged changes the set several times."""


class DeskSession(QObject):
    """Opens one workspace after another on the same workbench."""

    changed = Signal()
    """Another workspace is open, or the list of them is another."""

    def __init__(
        self, bench: Workbench, workspaces: Workspaces, screens: Callable[[], Sequence[Screen]] = live_screens
    ) -> None:
        super().__init__(bench)
        self.bench = bench
        self.workspaces = workspaces
        self.key = SHIPPED[0]
        self._name = ""
        self._screens_now = screens
        self._screens = tuple(screens())
        self._arrangements: tuple[Arrangement, ...] = ()
        self._saved: Workspace | None = None
        self._is_open = False
        self._save_soon = _timer(self, SAVE_AFTER_MS, self.save, once=True)
        self._look = _timer(self, LOOK_EVERY_MS, self.save, once=False)
        self._settle = _timer(self, SETTLE_MS, self.fit_screens, once=True)
        bench.changed.connect(self._note_change)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._screen_came)
        application.screenRemoved.connect(self._screens_changed)
        application.primaryScreenChanged.connect(self._screens_changed)
        for screen in application.screens():
            self._watch_screen(screen)

    @property
    def name(self) -> str:
        """Name of the workspace that is open."""
        return self._name

    @property
    def entry(self) -> Entry:
        """The workspace that is open."""
        return Entry(self.key, self._name)

    # Opening.

    def open(self, key: str, size: QSize | None = None) -> None:
        """Bring up a workspace as it was left; as shipped if it never was, or cannot be.

        Args:
            key: of a workspace; one that is gone stands for the first.
            size: of the main window, if it is to differ from the one it was left with.
        """
        if self.workspaces.entry(key) is None:
            key = SHIPPED[0]
        file = self.workspaces.file(key)
        try:
            workspace = file.load()
        except LayoutUnusable as error:
            self.bench.say(str(error))
            workspace = None
        self.key = key
        self._show(workspace or self.workspaces.default(key), size)
        self._is_open = True
        self._look.start()
        self._save_soon.start()  # where windows stand is known once they have been shown
        self.changed.emit()

    def switch(self, key: str) -> None:
        """Keep the workspace that is open, and bring up another."""
        if key != self.key and self.workspaces.entry(key) is not None:
            self.save()
            self.open(key)

    def _show(self, workspace: Workspace, size: QSize | None = None) -> None:
        was_open, self._is_open = self._is_open, False
        self._name = workspace.name
        self._screens = tuple(self._screens_now())
        self._arrangements = workspace.arrangements
        self.bench.forget_changes()
        self.bench.maker.restore_links(workspace.links)
        places = self._fitted(self._screens)
        if size is not None:
            places.pop(MAIN, None)
            self.bench.main.resize(size)
        self.bench.main.area.shipped = _main_root(shipped(self.key)) if self.key in SHIPPED else None
        self.bench.show(Standing(workspace.windows, workspace.panels, places), anew=True)
        self.bench.closed = list(workspace.closed)
        self._saved = None
        self._is_open = was_open

    def _fitted(self, screens: Sequence[Screen]) -> dict[str, Place]:
        """The places of the windows on these monitors: as they were there, else as they were last, moved."""
        same = next((one for one in reversed(self._arrangements) if same_set(one.screens, screens)), None)
        known = same or (self._arrangements[-1] if self._arrangements else None)
        if known is None:
            return {}
        rects = fit(known.windows, known.screens, screens)
        return {name: place_of(rect, screens) for name, rect in rects.items()}

    # Keeping.

    def standing(self) -> Workspace:
        """The open workspace as it stands now."""
        now = self.bench.standing()
        if self._is_settled():
            self._note_places(dict(now.places))
        maker = self.bench.maker
        return pruned(
            Workspace(
                self._name,
                now.windows,
                dict(now.panels),
                maker.saved_links(),
                self._arrangements,
                tuple(self.bench.closed),
            )
        )

    def save(self, *, durably: bool = False) -> None:
        """Keep the workspace as it stands, if that differs from what is kept; a failure is reported.

        Args:
            durably: wait until the disk has it, which would hold up a market that is running.
        """
        self._save_soon.stop()
        if not self._is_open:
            return
        workspace = self.standing()
        if workspace == self._saved:
            return
        file = self.workspaces.file(self.key)
        try:
            file.save(workspace, durably=durably)
        except (OSError, TypeError, Unusable) as error:
            self.bench.say(f"The layout could not be saved to {file.path}: {error}")
        # Told once: the next change is tried again.
        self._saved = workspace

    def stop(self) -> None:
        """Keep nothing from now on: the desk is being put away."""
        self._is_open = False
        for timer in (self._save_soon, self._look, self._settle):
            timer.stop()

    def _note_change(self) -> None:
        if self._is_open:
            self._save_soon.start()

    def _note_places(self, places: dict[str, Place]) -> None:
        others = tuple(one for one in self._arrangements if not same_set(one.screens, self._screens))
        kept = (*others, Arrangement(self._screens, places))
        self._arrangements = kept[-MOST_ARRANGEMENTS:]

    # What the trader does with workspaces.

    def save_as(self, name: str) -> None:
        """Keep how everything stands under a new name, and go on in that.

        Raises:
            WorkspaceError: the name is taken or unusable, or nothing can be written.
        """
        self.save()
        self.key = self.workspaces.create(name, self.standing())
        self._name = self.workspaces.usable_name(name, of=self.key)
        self._saved = None
        self.changed.emit()

    def duplicate(self) -> None:
        """Go on in a copy of this workspace."""
        self.save_as(self.workspaces.free_name(self._name))

    def rename(self, name: str) -> None:
        """Give this workspace, an own one, another name.

        Raises:
            WorkspaceError: the name is taken or unusable, or nothing can be written.
        """
        self.workspaces.rename(self.key, name, self.standing())
        self._name = self.workspaces.usable_name(name, of=self.key)
        self._saved = None
        self.changed.emit()

    def delete(self) -> None:
        """Put this workspace, an own one, away and go on in the first; it can be brought back."""
        self.save()
        try:
            self.workspaces.delete(self.key)
        except WorkspaceError as error:
            self.bench.say(str(error))
            return
        self._is_open = False
        self.open(SHIPPED[0])

    def bring_back(self, key: str) -> None:
        """Undo the deletion of a workspace, and go on in it."""
        self._try(lambda: self.switch(self.workspaces.bring_back(key)))

    def reset(self) -> None:
        """Let this workspace, a shipped one, stand as shipped; how it stood is kept as an earlier state."""
        self._keep_state()
        standing = self.bench.standing()
        default = self.workspaces.default(self.key)
        self._show(msgspec.structs.replace(default, arrangements=self._arrangements))
        self.bench.remember("resetting the layout", standing)
        self.save()

    def go_back(self, earlier: Earlier) -> None:
        """Let this workspace stand as it once did; how it stood until now is kept, too."""
        try:
            workspace = self.workspaces.file(self.key).load_earlier(earlier)
        except LayoutUnusable as error:
            self.bench.say(str(error))
            return
        self._keep_state()
        self._show(msgspec.structs.replace(workspace, name=self._name))
        self.save()

    def _keep_state(self) -> None:
        self.save()
        try:
            self.workspaces.file(self.key).keep()
        except OSError as error:
            self.bench.say(f"The layout until now could not be kept: {error.strerror}.")

    def import_file(self, path: str) -> None:
        """Take a workspace from a file, and go on in it."""
        self._try(lambda: self.switch(self.workspaces.import_file(Path(path))))

    def export_file(self, path: str) -> None:
        """Write the workspace as it stands to a file."""
        self._try(lambda: self.workspaces.export_file(self.standing(), Path(path)))

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except WorkspaceError as error:
            self.bench.say(str(error))

    # Monitors.

    def _is_settled(self) -> bool:
        """No monitor has come or gone that the windows have not been fitted to yet."""
        return same_set(self._screens_now(), self._screens)

    def fit_screens(self) -> None:
        """The monitors may be others: stand as on these, or as near to it as they allow."""
        screens = tuple(self._screens_now())
        if not screens or not self._is_open:
            return
        if same_set(screens, self._screens):
            # Bars of the system may have come or gone: nothing may lie under them.
            self._screens = screens
            rects = fit(self.bench.standing().places, screens, screens)
        else:
            self._screens = screens
            rects = fit({**self.bench.standing().places, **self._fitted(screens)}, screens, screens)
        for name, rect in rects.items():
            window = self.bench.windows.get(name)
            if window is not None and window.rect_now() != rect:
                window.stand(rect)
        self._note_change()

    def _screen_came(self, screen: QScreen) -> None:
        self._watch_screen(screen)
        self._screens_changed()

    def _watch_screen(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._screens_changed)
        screen.availableGeometryChanged.connect(self._screens_changed)

    def _screens_changed(self, _what: object = None) -> None:
        self._settle.start()


def _main_root(workspace: Workspace) -> Node | None:
    return next(window.root for window in workspace.windows if window.id == MAIN)


def _timer(parent: QObject, after_ms: int, do: Callable[[], None], *, once: bool) -> QTimer:
    made = QTimer(parent)
    made.setInterval(after_ms)
    made.setSingleShot(once)
    made.timeout.connect(do)
    return made
