"""What of the account is always on screen: that it is play, and the switch that ends everything."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.markets import Mode
from ui.mode_badge import ModeBadge
from ui.services import PanelServices
from ui.theme import AGE_PX, HEADER_PX, mix, ui_font

KEY_WORDS = "Ctrl ⇧ X"
WORDS = "Cancel all · flatten"


class AccountBadge(ModeBadge):
    """Says what account trades here; hidden while there is none."""

    def __init__(self, services: PanelServices, parent: QWidget) -> None:
        super().__init__(Mode("NO ACCOUNT", "Nothing can be traded here", "muted"), services.themes, parent)
        self._services = services
        self.refresh()

    def refresh(self) -> None:
        """Follow the market that is open."""
        trading = self._services.trading
        self.setVisible(trading is not None)
        if trading is not None and self.mode.words != trading.title:
            self.set_mode(Mode(trading.title, trading.meaning, "accent"))


class KillSwitch(QAbstractButton):
    """Cancels every order that opens and closes every position; spelled out, never an icon."""

    def __init__(self, services: PanelServices, parent: QWidget) -> None:
        super().__init__(parent)
        self._services = services
        self.setText(WORDS)
        self.setAccessibleName("Cancel all orders and close every position at the market")
        self.setToolTip("Cancel every order that opens and close every position at the market (Ctrl+Shift+X)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._font, self._small = ui_font(HEADER_PX, 500), ui_font(AGE_PX - 1)
        width = QFontMetricsF(self._font).horizontalAdvance(WORDS)
        self._key_px = QFontMetricsF(self._small).horizontalAdvance(KEY_WORDS) + 8
        self.setFixedSize(round(width + self._key_px) + 28, 26)
        self.clicked.connect(self._pull)
        services.themes.changed.connect(self._dress)
        self.refresh()

    def refresh(self) -> None:
        """It works wherever an account does."""
        enabled = self._services.trading is not None
        if enabled != self.isEnabled():
            self.setEnabled(enabled)
            self.update()

    def _pull(self) -> None:
        trading = self._services.trading
        if trading is not None:
            self._services.hand.flatten(trading)

    def _dress(self) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = self._services.themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme.danger if self.isEnabled() else theme.dim
        painter.setPen(QPen(theme.accent if self.hasFocus() else color, 1))
        share = 0.3 if self.isDown() else 0.16 if self.underMouse() else 0.06
        painter.setBrush(mix(theme.window, color, share))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._font)
        painter.setPen(color)
        painter.drawText(
            QRectF(10, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        key = QRectF(self.width() - self._key_px - 7, 6, self._key_px, self.height() - 12)
        painter.setPen(QPen(mix(theme.window, color, 0.5), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(key.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(self._small)
        painter.setPen(theme.muted)
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, KEY_WORDS)
