"""The bar at the top: brand, workspace, the way to the palette, the market that is open, and its mode."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from ui import glyphs
from ui.market_button import MarketButton
from ui.markets import Mode
from ui.services import PanelServices
from ui.theme import AGE_PX, BODY_PX, HEADER_PX, Theme, ThemeSource, mix, tint, ui_font
from ui.transport import Transport

HEIGHT_PX = 40


class TopBar(QWidget):
    """What is always on screen, whatever the panels show: above all, whether this market is real."""

    palette_requested = Signal()

    def __init__(
        self, services: PanelServices, workspace_name: str, mode: Mode, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self.setFixedHeight(HEIGHT_PX)
        self.transport: Transport | None = None
        self.menu = QMenu(self)
        self.menu_button = QToolButton(self)
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip("Menu")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setIconSize(QSize(glyphs.GRID, glyphs.GRID))
        self._search = _SearchButton(services.themes, self)
        self._search.clicked.connect(self.palette_requested)
        self.markets = MarketButton(services, self)
        self._mode = _ModeBadge(mode, services.themes, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 6, 0)
        layout.setSpacing(10)
        layout.addWidget(_Brand(workspace_name, services.themes, self))
        layout.addWidget(self._search, 2)
        layout.addStretch(2)
        layout.addWidget(self.markets)
        layout.addWidget(self._mode)
        layout.addWidget(self.menu_button)
        self._layout = layout
        services.themes.changed.connect(self._dress)
        self._dress(services.themes.theme)
        self.show_market(mode)

    @property
    def mode(self) -> Mode:
        """What the badge says."""
        return self._mode.mode

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
            self._layout.insertWidget(self._layout.indexOf(self.markets), self.transport, 4)
        self.markets.refresh()

    def refresh(self) -> None:
        """Show how the feed does, and where the replay stands."""
        self.markets.refresh()
        if self.transport is not None:
            self.transport.refresh()

    def _dress(self, theme: Theme) -> None:
        self.menu_button.setIcon(glyphs.icon("menu", theme.text))


class _Brand(QWidget):
    """The mark, the name, and the workspace that is open."""

    def __init__(self, workspace_name: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._workspace_name = workspace_name
        self._bold = ui_font(BODY_PX + 1, 600)
        self._plain = ui_font(BODY_PX, 500)
        self._name_width = round(QFontMetricsF(self._bold).horizontalAdvance("Preflight"))
        self._workspace_width = round(QFontMetricsF(self._plain).horizontalAdvance(workspace_name)) + 20
        self.setFixedSize(20 + self._name_width + 16 + self._workspace_width, HEIGHT_PX)
        self.setAccessibleName(f"Preflight, workspace {workspace_name}")
        themes.changed.connect(lambda _theme: self.update())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        glyphs.paint_brand(painter, QRectF(0, self.height() / 2 - 7.5, 15, 15), theme.accent)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._bold)
        painter.setPen(theme.text)
        painter.drawText(QRectF(20, 0, self._name_width + 2, self.height()), middle, "Preflight")
        pill = QRectF(self.width() - self._workspace_width, self.height() / 2 - 12, self._workspace_width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.control)
        painter.drawRoundedRect(pill, 5, 5)
        painter.setFont(self._plain)
        painter.setPen(theme.text)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._workspace_name)


class _SearchButton(QToolButton):
    """Looks like a field and opens the palette."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._words = "Search symbols, commands, panels"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(26)
        self.setMinimumWidth(90)
        self.setMaximumWidth(330)
        self.setToolTip(f"{self._words} (Ctrl+K)")
        self.setAccessibleName(self._words)
        themes.changed.connect(lambda _theme: self.update())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent if self.hasFocus() else theme.hairline, 1))
        painter.setBrush(mix(theme.control, theme.text, 0.06) if self.underMouse() else theme.control)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(ui_font(AGE_PX))
        painter.setPen(theme.muted)
        key = QRectF(6, 5, 38, self.height() - 10)
        painter.setBrush(theme.panel)
        painter.setPen(QPen(theme.hairline, 1))
        painter.drawRoundedRect(key.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(theme.muted)
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, "Ctrl K")
        font = ui_font(HEADER_PX)
        painter.setFont(font)
        room = QRectF(52, 0, self.width() - 60, self.height())
        words = QFontMetricsF(font).elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class _ModeBadge(QWidget):
    """Says in words, colour and shape what kind of market this is."""

    def __init__(self, mode: Mode, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._font = ui_font(HEADER_PX, 600)
        self.set_mode(mode)
        themes.changed.connect(lambda _theme: self.update())

    def set_mode(self, mode: Mode) -> None:
        """Say this from now on."""
        self.mode = mode
        self.setFixedSize(round(QFontMetricsF(self._font).horizontalAdvance(mode.words)) + 24, 26)
        self.setAccessibleName(f"Mode: {mode.words}. {mode.meaning}")
        self.setToolTip(mode.meaning)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        color = getattr(theme, self.mode.token)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1))
        painter.setBrush(color if self.mode.solid else tint(color, 0.12))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._font)
        painter.setPen(theme.on_accent if self.mode.solid else color)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.mode.words)
