"""A window beside the main one: panels under a slim bar that names workspace and market."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStatusBar, QToolButton, QWidget

from ui import glyphs
from ui.commands import CommandSet
from ui.desk.desk_window import DeskWindow
from ui.frame_clock import FrameClock
from ui.markets import REPLAY, Mode
from ui.mode_badge import ModeBadge
from ui.services import PanelServices
from ui.theme import AGE_PX, HEADER_PX, Theme, ui_font

HEIGHT_PX = 32
MARGINS_PX = (10, 4)
"""Left and right of the bar."""
SPACING_PX = 10


class SideWindow(DeskWindow):
    """Shares services, clock, commands and keys with the main window."""

    def __init__(
        self,
        window_id: str,
        services: PanelServices,
        clock: FrameClock,
        commands: CommandSet,
        icon: QIcon | None = None,
    ) -> None:
        super().__init__(window_id, services, clock, commands, icon)
        self.bar = SlimBar(services, self)
        self.setMenuWidget(self.bar)
        foot = QStatusBar(self)
        foot.setSizeGripEnabled(False)
        foot.setFixedHeight(3)
        self.setStatusBar(foot)

    def show_market(self, workspace: str, market: str, mode: Mode) -> None:
        """Say which workspace this is, and what kind of market is open."""
        self.bar.show_market(workspace, market, mode)


class SlimBar(QWidget):
    """Workspace at the left, market and mode at the right, and the menu."""

    def __init__(self, services: PanelServices, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self.workspace = QLabel(self)
        self.workspace.setFont(ui_font(HEADER_PX, 600))
        self.market = QLabel(self)
        self.market.setFont(ui_font(AGE_PX))
        for label in (self.workspace, self.market):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.mode = ModeBadge(REPLAY, services.themes, self)
        self.menu = QMenu(self)
        self._menu_button = QToolButton(self)
        self._menu_button.setMenu(self.menu)
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu_button.setToolTip("Menu")
        self._menu_button.setAccessibleName("Menu")
        self._menu_button.setIconSize(QSize(glyphs.GRID, glyphs.GRID))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGINS_PX[0], 0, MARGINS_PX[1], 0)
        layout.setSpacing(SPACING_PX)
        layout.addWidget(self.workspace)
        layout.addStretch(1)
        layout.addWidget(self.market)
        layout.addWidget(self.mode)
        layout.addWidget(self._menu_button)
        services.themes.changed.connect(self._dress)
        self._dress(services.themes.theme)

    def show_market(self, workspace: str, market: str, mode: Mode) -> None:
        """Say which workspace and market this is."""
        self.workspace.setText(workspace)
        self.market.setText(market)
        self.mode.set_mode(mode)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out words that there is no room for, the market's before the workspace's; the mode stays."""
        room = self.width() - sum(MARGINS_PX) - SPACING_PX
        room -= self.mode.sizeHint().width() + SPACING_PX + self._menu_button.sizeHint().width()
        for label in (self.workspace, self.market):
            room -= label.sizeHint().width() + SPACING_PX
            label.setVisible(room >= 0)

    def _dress(self, theme: Theme) -> None:
        self._menu_button.setIcon(glyphs.icon("menu", theme.text))
        self.workspace.setStyleSheet(f"color: {theme.text.name()};")
        self.market.setStyleSheet(f"color: {theme.muted.name()};")
