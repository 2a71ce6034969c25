"""The chip of the market that is open: how its feed does at a glance, and the menu of all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from math import isnan

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui import format
from ui.feed_watch import FeedWatch
from ui.markets import MarketChoice
from ui.services import PanelServices
from ui.theme import HEADER_PX, mix, ui_font
from workstation.exchange.live_feed import LiveFeed
from workstation.model.feed_status import FeedState

HEIGHT_PX = 26
WIDEST_TITLE_PX = 220
SLOW_MS = 250.0
"""A way to us longer than this is worth a look."""
SILENT_S = 2.0


@dataclass(frozen=True, slots=True)
class Chip:
    """What the chip shows.

    Attributes:
        words: beside the title: "18 ms", "disconnected 4 s".
        token: of the theme, the colour of sign and words.
        reached: data come: the sign is a disc, else a ring.
    """

    words: str
    token: str
    reached: bool


class MarketButton(QToolButton):
    """Names the market and says how it does; a click opens the menu of markets."""

    chosen = Signal(str)
    """The key of the market that was picked in the menu."""

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._font = ui_font(HEADER_PX)
        self._metrics = QFontMetricsF(self._font)
        self._title = ""
        self.chip = Chip("", "muted", reached=False)
        menu = QMenu(self)
        self.setMenu(menu)
        menu.aboutToShow.connect(self._fill_end)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._group = QActionGroup(self)
        self._reconnect = QAction("Reconnect now", self)
        self._reconnect.triggered.connect(self._ask_to_reconnect)
        services.themes.changed.connect(lambda _theme: self.update())
        self.hide()

    def set_choices(self, choices: Sequence[MarketChoice]) -> None:
        """Offer these markets."""
        menu = self.menu()
        menu.clear()
        for action in self._group.actions():
            self._group.removeAction(action)
        for choice in choices:
            action = menu.addAction(choice.title)
            action.setCheckable(True)
            action.setData(choice.key)
            action.triggered.connect(partial(self._pick, choice.key))
            self._group.addAction(action)
        menu.addSeparator()
        menu.addAction(self._reconnect)
        self.show()

    def set_current(self, choice: MarketChoice) -> None:
        """Name the market that is open or being opened."""
        self._title = self._metrics.elidedText(
            choice.title, Qt.TextElideMode.ElideMiddle, float(WIDEST_TITLE_PX)
        )
        for action in self._group.actions():
            action.setChecked(action.data() == choice.key)
        self.updateGeometry()
        self.refresh()

    @property
    def offered(self) -> dict[str, QAction]:
        """The menu's markets by their key."""
        return {str(action.data()): action for action in self._group.actions()}

    def refresh(self) -> None:
        """Read how the feed does; repaint if that has changed."""
        chip = chip_of(self._services)
        if chip == self.chip:
            return
        before, self.chip = self.sizeHint(), chip
        if before != self.sizeHint():
            self.updateGeometry()
        words = f"{self._title}: {chip.words}" if chip.words else self._title
        self.setAccessibleName(f"Market {words}")
        self.update()

    def event(self, event: QEvent) -> bool:
        """A tool tip is made when it is asked for."""
        if event.type() is QEvent.Type.ToolTip:
            self.setToolTip(f"<qt>{details}</qt>" if (details := details_of(self._services)) else "")
        return super().event(event)

    def _pick(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)

    def _fill_end(self) -> None:
        self._reconnect.setVisible(self._services.workstation.live is not None)

    def _ask_to_reconnect(self) -> None:
        live = self._services.workstation.live
        if live is not None:
            live.reconnect()

    def sizeHint(self) -> QSize:
        # A figure that grows by a digit moves nothing beside it.
        words = "000 ms" if self.chip.words.endswith(" ms") else self.chip.words
        width = self._metrics.horizontalAdvance(self._title) + self._metrics.horizontalAdvance(words)
        return QSize(round(width) + (8 if words else 0) + 46, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, chip = self._services.themes.theme, self.chip
        color = getattr(theme, chip.token)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent if self.hasFocus() else theme.hairline, 1))
        painter.setBrush(mix(theme.control, theme.text, 0.06) if self.underMouse() else theme.control)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        middle = self.height() / 2
        if chip.reached:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(13, middle), 3.5, 3.5)
        else:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(13, middle), 3.0, 3.0)
        painter.setFont(self._font)
        painter.setPen(theme.text)
        room = QRectF(23, 0, self.width() - 40, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setPen(theme.muted if chip.token in ("up", "muted") else color)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, chip.words)
        painter.setPen(QPen(theme.muted, 1.2))
        right = self.width() - 10
        painter.drawPolyline(
            [QPointF(right - 3, middle - 1.5), QPointF(right, middle + 1.5), QPointF(right + 3, middle - 1.5)]
        )


def chip_of(services: PanelServices) -> Chip:
    """How the feed of the open market does, in a few words."""
    workstation, watch = services.workstation, services.feed
    if services.notice is not None:
        return Chip("", "muted", reached=False)
    if workstation.feed is not None:
        return Chip("", "muted", reached=True)
    standing = watch.standing(None)
    if standing is None:
        return Chip("", "muted", reached=False)
    if standing.state is FeedState.DISCONNECTED:
        return Chip(f"disconnected {format.age(standing.for_s)}", "danger", reached=False)
    if standing.state is FeedState.REFUSED:
        return Chip("refused", "danger", reached=False)
    if standing.state is FeedState.CONNECTING:
        return Chip("connecting", "warn", reached=False)
    age = watch.data_age_s()
    if age is not None and age > SILENT_S:
        return Chip(f"silent {format.age(age)}", "warn", reached=False)
    states = [watch.standing(symbol) for symbol in workstation.market.symbols]
    for state, words in ((FeedState.STALE, "stale"), (FeedState.REPAIRING, "repairing")):
        count = sum(1 for each in states if each is not None and each.state is state)
        if count:
            return Chip(f"{count} {words}", "warn", reached=True)
    latency_ms = watch.latency_ms()
    if isnan(latency_ms):
        return Chip("", "up", reached=True)
    return Chip(f"{latency_ms:.0f} ms", "warn" if latency_ms > SLOW_MS else "up", reached=True)


def details_of(services: PanelServices) -> str:
    """All that is known of how the feed does, one line each, for a tool tip."""
    live = services.workstation.live
    if live is None:
        return ""
    standing = services.feed.standing(None)
    lines = [
        *_words(standing.words_and_attempts if standing is not None else ""),
        *_figures(live, services.feed),
    ]
    return "<br>".join(escape(line) for line in lines)


def _words(words: str) -> list[str]:
    return [words] if words else []


def _figures(live: LiveFeed, watch: FeedWatch) -> list[str]:
    counters, skew = live.counters, watch.skew
    latency = watch.latency_ms()
    skew_text = "not known yet"
    if skew is not None:
        skew_text = f"{format.signed(skew.skew_ms, 0)} ms, ± {format.price(skew.round_trip_ms / 2, 1)} ms"
    return [
        f"Latency: {'not known yet' if isnan(latency) else f'{latency:.0f} ms'}, of which in the desk "
        f"{format.price(live.lag_ms, 1)} ms",
        f"The venue's clock against ours: {skew_text}",
        f"Messages: {format.count(counters.messages)}, unreadable: {format.count(live.bad_messages)}",
        f"Sequence gaps: {format.count(counters.sequence_gaps)}, books fetched: "
        f"{format.count(counters.snapshots)}",
        f"Trades fetched late: {format.count(watch.trades_fetched)}, lost: {format.count(watch.trades_lost)}",
        f"Reconnects: {format.count(counters.reconnects)}, feed process started again: "
        f"{format.count(live.restarts)}",
    ]
