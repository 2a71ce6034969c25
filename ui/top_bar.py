"""The bar at the top: brand, workspaces, the way to the palette, the market that is open, and its mode."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from ui import glyphs
from ui.alerting.bell import AlertBell
from ui.day_figures import DayFigures
from ui.desk_touch import DeskTouch
from ui.market_button import MarketButton
from ui.markets import Mode
from ui.mode_badge import ModeBadge
from ui.services import PanelServices
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, mix, ui_font
from ui.ticket.kill_switch import AccountBadge, KillSwitch
from ui.transport import Transport
from ui.workspace_tabs import WorkspaceTabs

HEIGHT_PX = 40


class TopBarHint(QToolButton):
    """What a part of the desk has to say at the top, now and then."""

    def refresh(self) -> None:
        """Look anew whether there is anything to say."""
        raise NotImplementedError


class TopBar(QWidget):
    """What is always on screen, whatever the panels show: above all, whether this market is real."""

    palette_requested = Signal()

    def __init__(self, services: PanelServices, mode: Mode, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setFixedHeight(HEIGHT_PX)
        self.transport: Transport | None = None
        self._hint: TopBarHint | None = None
        self.menu = QMenu(self)
        self.menu_button = QToolButton(self)
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip("Menu")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setIconSize(QSize(glyphs.GRID, glyphs.GRID))
        self.workspaces = WorkspaceTabs(services.themes, self)
        self._search = _SearchButton(services.themes, self)
        self._search.clicked.connect(self.palette_requested)
        self.bell = AlertBell(services, self)
        self.markets = MarketButton(services, self)
        self._mode = ModeBadge(mode, services.themes, self)
        self.day = DayFigures(services, self)
        self.touch = DeskTouch(services, self)
        self.account = AccountBadge(services, self)
        self.kill = KillSwitch(services, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 6, 0)
        layout.setSpacing(10)
        layout.addWidget(_Brand(services.themes, self))
        layout.addWidget(self.workspaces)
        layout.addWidget(self._search, 2)
        layout.addStretch(2)
        layout.addWidget(self.bell)
        layout.addWidget(self.markets)
        layout.addWidget(self.day)
        layout.addWidget(self._mode)
        layout.addWidget(self.account)
        layout.addWidget(self.kill)
        layout.addWidget(self.menu_button)
        self._layout = layout
        services.themes.changed.connect(self._dress)
        self._dress(services.themes.theme)
        self.show_market(mode)

    @property
    def mode(self) -> Mode:
        """What the badge says."""
        return self._mode.mode

    def show_hint(self, hint: TopBarHint) -> None:
        """Let something be said left of what the market is, while there is anything to say."""
        self._hint = hint
        self._layout.insertWidget(self._layout.indexOf(self.bell), hint)

    def show_search_key(self, key: str) -> None:
        """Say which key opens the palette, as it is printed on keyboards."""
        self._search.show_key(key)

    def show_market(self, mode: Mode) -> None:
        """Say what kind of market is open now, and steer it if it is a recording."""
        self._mode.set_mode(mode)
        feed = self._services.workstation.feed
        if self.transport is not None:
            self._layout.removeWidget(self.transport)
            self.transport.hide()
            self.transport.deleteLater()
            self.transport = None
        if feed is not None:
            self.transport = Transport(feed, self._services.themes, self)
            self._layout.insertWidget(self._layout.indexOf(self.markets), self.transport, 12)
        self.markets.refresh()
        self.account.refresh()
        self.kill.refresh()

    def refresh(self) -> None:
        """Show how the feed does, where the replay stands, and what alerts nobody has looked at."""
        self.markets.refresh()
        self.bell.refresh()
        self.day.refresh()
        self.account.refresh()
        self.kill.refresh()
        if self._hint is not None:
            self._hint.refresh()
        if self.transport is not None:
            self.transport.refresh()

    def _dress(self, theme: Theme) -> None:
        self.menu_button.setIcon(glyphs.icon("menu", theme.text))


class _Brand(QWidget):
    """The mark and the name."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._bold = ui_font(BODY_PX + 1, 600)
        self.setFixedSize(22 + round(QFontMetricsF(self._bold).horizontalAdvance("Preflight")), HEIGHT_PX)
        self.setAccessibleName("Preflight")
        themes.changed.connect(lambda _theme: self.update())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        glyphs.paint_brand(painter, QRectF(0, self.height() / 2 - 7.5, 15, 15), theme.accent)
        painter.setFont(self._bold)
        painter.setPen(theme.text)
        room = QRectF(20, 0, self.width() - 20, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, "Preflight")


class _SearchButton(QToolButton):
    """Looks like a field and opens the palette."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setObjectName("search")
        self._key_font = ui_font(AGE_PX)
        self._key = ""
        self._words = "Search symbols, commands, panels"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(26)
        self.setMinimumWidth(90)
        self.setMaximumWidth(330)
        self.show_key("Ctrl+K")
        self.setAccessibleName(self._words)
        themes.changed.connect(lambda _theme: self.update())

    def show_key(self, key: str) -> None:
        """Say which key does the same."""
        self._key = key.replace("+", " ")
        self.setToolTip(f"{self._words} ({key})")
        self.update()

    def _key_width(self) -> float:
        return max(24.0, QFontMetricsF(self._key_font).horizontalAdvance(self._key) + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent if self.hasFocus() else theme.hairline, 1))
        painter.setBrush(mix(theme.control, theme.text, 0.06) if self.underMouse() else theme.control)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._key_font)
        key = QRectF(6, 5, self._key_width(), self.height() - 10)
        painter.setBrush(theme.panel)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawRoundedRect(key.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(theme.muted)
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self._key)
        font = ui_font(HEADER_PX)
        painter.setFont(font)
        room = QRectF(key.right() + 8, 0, self.width() - key.right() - 16, self.height())
        words = QFontMetricsF(font).elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
