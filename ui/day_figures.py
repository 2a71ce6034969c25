"""The day at the top of the window: time at the desk, its cost, what is at risk; loud without a stop."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.positions import rows
from ui.positions.figures import exact, signed, trend
from ui.positions.portfolio_sections import open_risk_rate, rate
from ui.services import PanelServices
from ui.theme import HEADER_PX, tint, ui_font
from workstation.account_desk import AccountDesk
from workstation.trading.guardrails import SESSION, RailState

Part = tuple[str, str]
"""Words, and the theme's token of their colour."""

EVERY_S = 1.0
_GAP = 18
WIDE_PX, MIDDLE_PX, NARROW_PX = 1900, 1500, 1150
"""Widths of the window from which all figures, the day and the risk, and the day alone have room."""


class DayFigures(QWidget):
    """Says how the day stands against its limits; hidden while nothing is traded."""

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._due = float("-inf")
        self._groups: tuple[tuple[Part, ...], ...] = ()
        self._alarm = ""
        self._bare: dict[str, float] = {}
        self._font, self._strong = ui_font(HEADER_PX), ui_font(HEADER_PX, 600)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The trading day")
        services.themes.changed.connect(lambda _theme: self.update())
        self.refresh()

    @property
    def words(self) -> str:
        """All that is shown, in one line."""
        groups = ["".join(text for text, _ in group) for group in self._groups]
        return " | ".join([self._alarm, *groups] if self._alarm else groups)

    def refresh(self) -> None:
        """Read the day anew, once a second."""
        now = self._services.workstation.clock.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY_S
        trading = self._services.trading
        self.setVisible(trading is not None)
        if trading is not None:
            groups, tip = _figures(trading, self.window().width())
            alarm = self._missing(trading, now)
            if (groups, alarm) != (self._groups, self._alarm):
                self._groups, self._alarm = groups, alarm
                self.setToolTip(tip)
                self.updateGeometry()
                self.update()

    def _missing(self, trading: AccountDesk, now: float) -> str:
        portfolio = trading.floor.portfolio
        bare = [symbol for symbol in portfolio.positions if rows.uncovered(portfolio, symbol)]
        self._bare = {symbol: self._bare.get(symbol, now) for symbol in bare}
        found = [symbol for symbol, since in self._bare.items() if now - since >= rows.BARE_S]
        return f"NO STOP  {', '.join(found)}" if found else ""

    def sizeHint(self) -> QSize:
        metrics, strong = QFontMetricsF(self._font), QFontMetricsF(self._strong)
        widths = [sum(metrics.horizontalAdvance(text) for text, _ in group) for group in self._groups]
        if self._alarm:
            widths.append(strong.horizontalAdvance(self._alarm) + 16)
        return QSize(round(sum(widths) + _GAP * max(0, len(widths) - 1)) + 4, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._services.themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, height, middle = 2.0, float(self.height()), Qt.AlignmentFlag.AlignVCenter
        if self._alarm:
            width = QFontMetricsF(self._strong).horizontalAdvance(self._alarm) + 16
            painter.setBrush(tint(theme.danger, 0.22))
            painter.setPen(QPen(theme.danger, 1))
            painter.drawRoundedRect(QRectF(x, height / 2 - 12.5, width, 25), 4, 4)
            painter.setFont(self._strong)
            painter.drawText(QRectF(x + 8, 0, width, height), middle, self._alarm)
            x += width + _GAP
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        for group in self._groups:
            for text, token in group:
                painter.setPen(getattr(theme, token))
                width = metrics.horizontalAdvance(text)
                painter.drawText(QRectF(x, 0, width + 2, height), middle, text)
                x += width
            x += _GAP


def _figures(trading: AccountDesk, width: int) -> tuple[tuple[tuple[Part, ...], ...], str]:
    """Return what has room in a window so wide, and all of it for the tip."""
    account, day, limits = trading.account(), trading.day(), trading.limit_book.rules()
    standings = {one.key: one for one in trading.guardrails.standings(account)}
    left_ms = limits.session_ms - day.session_ms
    session = standings[SESSION]
    due = session.state is not RailState.OPEN
    rest = f"break in {_span(left_ms)}" if left_ms > 0 else "a break is due"
    time = (
        ("Session ", "muted"),
        (_span(day.session_ms), "muted"),
        (f" · {rest}", ("danger" if left_ms <= 0 else "warn") if due else "muted"),
    )
    unit = None if day.equity_before is None else day.equity_before * limits.risk_unit_rate
    units = None if day.pnl is None or not unit else day.pnl / unit
    most = min(limits.daily_loss_units, limits.daily_loss_rate / limits.risk_unit_rate)
    token = "text" if units is not None and not round(units, 1) else trend(units, 1)
    cost = (("Day ", "muted"), (f"{signed(units, 1)} R", token), (f" of −{most.normalize():f} R", "muted"))
    share = open_risk_rate(trading, account)
    cap = limits.portfolio_risk_rate
    over = share is not None and share >= cap
    whole = exact(cap * 100, 1).removesuffix(".0")
    risk = (("Risk open ", "muted"), (rate(share), "danger" if over else "text"), (f" of {whole} %", "muted"))
    groups: tuple[tuple[Part, ...], ...] = (time, cost, risk)
    shut = next((one for one in standings.values() if one.state is RailState.SHUT), None)
    if not trading.is_read:
        groups = ((("The account is being read", "warn"),),)
    elif shut is not None and shut.key != SESSION:
        groups = ((("Locked: ", "danger"), (shut.title.lower(), "danger")), *groups)
    tip = "\n".join(f"{one.title}: {one.figure} {one.words}".rstrip() for one in standings.values())
    if width < NARROW_PX:
        return (), tip
    if width < MIDDLE_PX:
        return groups[-2:][:1], tip  # one alone while the account is being read
    return (groups if width >= WIDE_PX else groups[-2:]), tip


def _span(ms: int) -> str:
    minutes = max(0, ms) // 60_000
    return f"{minutes // 60} h {minutes % 60} m" if minutes >= 60 else f"{minutes} m"
