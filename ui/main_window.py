"""The main window: panels like every other, and the bars around them. It names no panel."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QStatusBar, QVBoxLayout, QWidget

from ui.commands import CommandSet
from ui.desk.desk_window import DeskWindow
from ui.desk.schema import MAIN
from ui.fault_bar import FaultBar
from ui.frame_clock import FrameClock
from ui.markets import Mode
from ui.services import PanelServices
from ui.status_bar import StatusBar
from ui.top_bar import TopBar
from workstation.runtime.bus import Bus

TOP_BAR_HZ = 10.0
STATUS_HZ = 1.0


class MainWindow(DeskWindow):
    """Panels, with the top bar above them and faults and figures below. Closing it ends the program."""

    def __init__(
        self,
        services: PanelServices,
        clock: FrameClock,
        mode: Mode,
        icon: QIcon | None = None,
    ) -> None:
        super().__init__(MAIN, services, clock, CommandSet(), icon)
        self.setWindowTitle("Preflight")
        self.top_bar = TopBar(services, mode, self)
        self.setMenuWidget(self.top_bar)
        self.fault_bar = FaultBar(services.themes, self)
        self.status_bar = StatusBar(services, clock, self)
        self._set_bottom()
        self.top_bar.palette_requested.connect(self.open_palette)
        clock.add(self.status_bar, self.status_bar.refresh, "Status bar", STATUS_HZ)
        clock.add(self.top_bar, self.top_bar.refresh, "Top bar", TOP_BAR_HZ)
        self.listen(services.workstation.bus)

    def open_palette(self, words: str = "") -> None:
        """Show the palette with these words typed."""
        self.palette_box.open(words)

    def listen(self, bus: Bus) -> None:
        """Show the faults of this bus from now on, and of no other."""
        self.fault_bar.listen(bus)
        self.clock.use_bus(bus)

    def show_market(self, mode: Mode) -> None:
        """Say what kind of market is open now."""
        self.top_bar.show_market(mode)
        self.status_bar.refresh()

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
