"""The window: a dock for every panel it is given, and the bars around them. It names no panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStatusBar, QTabWidget, QVBoxLayout, QWidget

from ui.commands import CommandSet
from ui.dock import PanelDock
from ui.fault_bar import FaultBar
from ui.frame_clock import FrameClock
from ui.key_card import KeyCard
from ui.markets import Mode
from ui.palette import CommandPalette
from ui.panel import Panel, PanelServices
from ui.status_bar import StatusBar
from ui.theme import PANEL_GAP
from ui.top_bar import TopBar
from ui.workspace import (
    LAYOUT_VERSION,
    TRADE_LAYOUT,
    LayoutUnusable,
    SavedLink,
    SavedPanel,
    SavedWorkspace,
    WorkspaceFile,
    arrange,
    clamp_to_screen,
    digest,
)
from workstation.market.state import MarketReset
from workstation.runtime.bus import Fault

WORKSPACE_NAME = "Trade"
TOP_BAR_HZ = 10.0
STATUS_HZ = 1.0
_EVERY_AREA = Qt.DockWidgetArea.AllDockWidgetAreas


class MainWindow(QMainWindow):
    """Docks, bars, palette and keys; what the panels show is theirs alone."""

    closing = Signal()
    """The trader has closed the window; whoever runs it ends the program."""
    first_painted = Signal()
    """The first frame is on screen."""

    def __init__(
        self,
        services: PanelServices,
        clock: FrameClock,
        panels: Sequence[type[Panel]],
        file: WorkspaceFile,
        mode: Mode,
        icon: QIcon | None = None,
    ) -> None:
        super().__init__()
        self.services = services
        self.clock = clock
        self.commands = CommandSet()
        self._file = file
        self._painted = False
        self._unsubscribe: Callable[[], None] = _nothing
        self.setWindowTitle("Preflight")
        if icon is not None:
            self.setWindowIcon(icon)
        self.setObjectName("main")
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        self.setTabPosition(_EVERY_AREA, QTabWidget.TabPosition.North)
        self.setContentsMargins(PANEL_GAP, 0, PANEL_GAP, 0)
        self.top_bar = TopBar(services, WORKSPACE_NAME, mode, self)
        self.setMenuWidget(self.top_bar)
        self.fault_bar = FaultBar(services.themes, self)
        self.status_bar = StatusBar(services, clock, self)
        self._set_bottom()
        self.docks = {kind.kind: self._make_dock(kind) for kind in panels}
        self.palette_box = CommandPalette(self.commands, services.themes, self)
        self.key_card = KeyCard(services.themes, self)
        self.top_bar.palette_requested.connect(lambda: self.palette_box.open())
        services.search = self.palette_box.open
        clock.add(self.status_bar, self.status_bar.refresh, "Status bar", STATUS_HZ)
        clock.add(self.top_bar, self.top_bar.refresh, "Top bar", TOP_BAR_HZ)
        self._listen()
        self.destroyed.connect(lambda: self._unsubscribe())
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._mark_focus)

    def _make_dock(self, kind: type[Panel]) -> PanelDock:
        panel = kind(self.services)
        dock = PanelDock(panel, self.clock, self)
        dock.key_pressed.connect(self.keyPressEvent)
        self.clock.add_panel(panel)
        panel.symbol_changed()
        panel.update_condition()
        return dock

    def show_market(self, mode: Mode) -> None:
        """Another market is open: listen to it, and let every panel begin anew where it stands."""
        self._listen()
        self.top_bar.show_market(mode)
        self.status_bar.refresh()
        for dock in self.docks.values():
            dock.panel.market_reset()
            dock.panel.symbol_changed()
            dock.panel.refresh()
            dock.panel.update_condition()

    def _listen(self) -> None:
        """Hear what the open market's bus says, and no other's."""
        self._unsubscribe()
        bus = self.services.workstation.bus
        self.fault_bar.listen(bus)
        self.clock.use_bus(bus)
        self._unsubscribe = bus.subscribe(MarketReset, self._market_reset)

    def _set_bottom(self) -> None:
        bottom = QWidget(self)
        layout = QVBoxLayout(bottom)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.fault_bar)
        layout.addWidget(self.status_bar)
        bar = QStatusBar(self)
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(bottom, 1)
        self.setStatusBar(bar)

    def bind_keys(self) -> None:
        """Put the commands on their keys; call once, when all have been added.

        Keys with Ctrl and function keys work wherever the keyboard is. Plain keys come here only when nothing
        that has the keyboard wanted them, so that a field can be typed in and Space presses a button.
        """
        for command in self.commands:
            chord = "Ctrl+" in command.key or command.key[1:].isdigit()
            if chord:
                shortcut = QShortcut(QKeySequence(command.key), self)
                shortcut.activated.connect(command.run)

    # Layout.

    def reset_layout(self) -> None:
        """Put every panel back where the workspace has it, shown."""
        arrange(self, self.docks, TRADE_LAYOUT)
        # Qt settles nested docks only when it lays out the window; sizes given before that are forgotten.
        QTimer.singleShot(0, self, lambda: arrange(self, self.docks, TRADE_LAYOUT))

    def restore(self, size: QSize | None = None) -> None:
        """Stand as the window was left; in the default layout if it never was, or cannot be.

        Args:
            size: of the window, if it is to differ from the one it was left with.
        """
        try:
            saved = self._file.load()
        except LayoutUnusable as error:
            self.services.workstation.bus.publish(Fault("Layout", str(error), error))
            saved = None
        if saved is None:
            self.resize(size or self.size())
            self.reset_layout()
            return
        self._restore_settings(saved)
        self.restoreGeometry(saved.geometry)
        clamp_to_screen(self)
        # Before the docks: they are laid out for the size that the window has.
        self.resize(size or self.size())
        if not self.restoreState(saved.docks, LAYOUT_VERSION):
            message = "The saved layout is from another version of Qt; the default layout is shown."
            self.services.workstation.bus.publish(Fault("Layout", message))
            self.reset_layout()
            return
        for dock in self.docks.values():
            if dock.isFloating():
                clamp_to_screen(dock)

    def save(self) -> None:
        """Keep the window as it stands for the next run; a failure is reported, not raised."""
        geometry, docks = bytes(self.saveGeometry().data()), bytes(self.saveState(LAYOUT_VERSION).data())
        links = self.services.links
        panels = {
            kind: SavedPanel(dock.panel.link.color_name, dock.panel.save_state())
            for kind, dock in self.docks.items()
        }
        saved = SavedWorkspace(
            version=LAYOUT_VERSION,
            geometry=geometry,
            docks=docks,
            digest=digest(geometry, docks),
            panels=panels,
            links={link.color_name: SavedLink(link.symbol, link.timeframe_ms) for link in links},
        )
        try:
            self._file.save(saved)
        except (OSError, TypeError) as error:
            message = f"The layout could not be saved to {self._file.path}: {error}"
            self.services.workstation.bus.publish(Fault("Layout", message, error))

    def _restore_settings(self, saved: SavedWorkspace) -> None:
        """Links and views; what no longer exists is passed over."""
        links = self.services.links
        for color_name, kept in saved.links.items():
            link = links.group(color_name)
            if link is not None:
                link.set_timeframe(kept.timeframe_ms)
                if (
                    self.services.workstation.market.state(kept.symbol) is not None
                    or kept.symbol in self.services.wanted
                ):
                    link.set_symbol(kept.symbol)
        for kind, panel_saved in saved.panels.items():
            if kind in self.docks:
                panel = self.docks[kind].panel
                panel.set_link(links.group(panel_saved.link) or panel.link)
                panel.restore_state(panel_saved.view)

    def put_away(self) -> None:
        """Hide the window and the panels that float: those are windows of their own."""
        for dock in self.docks.values():
            if dock.isFloating():
                dock.hide()
        self.hide()

    # Keys.

    def focused_panel(self) -> Panel | None:
        """The panel that has the keyboard, if one has."""
        return next((dock.panel for dock in self.docks.values() if _has_focus(dock)), None)

    def panel_under_pointer(self) -> Panel | None:
        """The panel that the pointer is over, else the one that has the keyboard."""
        for dock in self.docks.values():
            if dock.isVisible() and dock.rect().contains(dock.mapFromGlobal(QCursor.pos())):
                return dock.panel
        return self.focused_panel()

    def show_keys(self) -> None:
        """Show the keys of the panel under the pointer and those of the desk."""
        panel = self.panel_under_pointer()
        desk = [
            (QKeySequence(command.key).toString(QKeySequence.SequenceFormat.NativeText), command.name)
            for command in self.commands
            if command.key and command.available()
        ]
        groups = [("Everywhere", desk)]
        if panel is not None:
            groups.insert(0, (panel.title, panel.keys()))
        self.key_card.open(groups)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop filling it."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A plain key that nothing wanted: a command's, or Esc, which backs out."""
        command = self.commands.of_key(event)
        if command is not None:
            command.run()
            event.accept()
        else:
            super().keyPressEvent(event)

    # Events.

    def event(self, event: QEvent) -> bool:
        """Painting counts to the frame."""
        return self.clock.paint(event, super().event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self.services.themes.theme.window)
        if not self._painted:
            self._painted = True
            # After this event the frame is flushed to the screen; then the timer runs.
            QTimer.singleShot(0, self, self.first_painted.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for box in (self.palette_box, self.key_card):
            if box.isVisible():
                box.place()

    def closeEvent(self, event: QCloseEvent) -> None:
        # The window goes when the program has stopped; until then it stays, so that nothing is cut short.
        event.ignore()
        self.closing.emit()

    def _market_reset(self, event: MarketReset) -> None:
        for dock in self.docks.values():
            if dock.panel.link.symbol == event.symbol:
                dock.panel.market_reset()

    def _mark_focus(self, _before: QWidget | None, _now: QWidget | None) -> None:
        for dock in self.docks.values():
            dock.panel.header.set_active(_has_focus(dock))


def _nothing() -> None:
    """Ends no subscription."""


def _has_focus(dock: PanelDock) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and (focused is dock or dock.isAncestorOf(focused))
