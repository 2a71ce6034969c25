"""Open interest against price over 24 hours: who is opening, who is leaving, spikes that were rejected."""

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.derivatives.funding_tiles import rate_text
from ui.derivatives.quadrant_view import NO_PATH, QuadrantView
from ui.derivatives.quadrants import quadrant_words, read_path, read_spike, read_standings
from ui.derivatives.ratio_view import HEAD_PX, RatioReading, RatioView, read_ratios
from ui.panel import Condition, Panel, PanelServices
from ui.theme import AGE_PX, Theme, ui_font
from workstation.analytics.interest_moves import InterestSpike
from workstation.market.state import SymbolState
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.instrument import ContractKind

SPIKE_TIMEFRAME_MS = 900_000
EVERY_S = 1.0
SLOW_S = 5.0
RATIOS_PX = 118
RATIOS_FROM_PX, WORDS_FROM_PX = 330, 170
"""In less height the ratio is a line of words, and in less than that the quadrants have all of it."""
"""Path and spike are looked at so often."""


class OpenInterestPanel(Panel):
    """Shows the quadrant of every followed symbol, in contracts and never in dollars."""

    kind: ClassVar[str] = "open_interest"
    title: ClassVar[str] = "OI × price"
    rate_hz: ClassVar[float] = 2.0
    of_symbol: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.view = QuadrantView(self.theme, self)
        self.view.chosen.connect(lambda symbol: self.link.set_symbol(symbol))
        self.ratios = RatioView(self.theme, self)
        self.note = QLabel("", self)
        self.note.setFont(ui_font(AGE_PX))
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(10, 2, 10, 4)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.note)
        layout.addWidget(self.ratios)
        self.set_body(body)
        self.setFocusProxy(self.view)
        self._path = NO_PATH
        self.spike: InterestSpike | None = None
        self.ratio: RatioReading | None = None
        self._ratio_stamp: object = None
        self._looked: tuple[object, float] = (None, 0.0)
        self._read: tuple[object, float] = (None, 0.0)
        self.theme_changed(self.theme)

    def refresh(self) -> None:
        workstation = self.services.workstation
        contracts = [
            state
            for state in workstation.market.states.values()
            if state.instrument.kind is not ContractKind.SPOT
        ]
        if not contracts:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover("No contract is followed.", "Open a market in the menu at the top.", Condition.EMPTY)
            return
        if not self._is_due(contracts):
            return
        standings, missing = read_standings(workstation.metrics, contracts)
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        state = self.state
        self._look(state)
        self.view.show_standings(standings, self.link.symbol, self._path)
        count = len(contracts)
        known = f"{count}" if len(standings) == count else f"{len(standings)} of {count}"
        self.header.set_subject(self.title, f"{known} symbols · 24 h, contracts")
        self.header.setToolTip("\n".join(f"{symbol}: {why}" for symbol, why in missing[:20]))
        one = next((one for one in standings if one.symbol == self.link.symbol), None)
        parts: list[tuple[str, str]] = []
        if one is not None:
            parts.append((f"{one.base} {quadrant_words(one)}", "text"))
        if missing and not standings:
            parts.append(("no data", "warn"))
        self.header.set_detail(parts)
        self._say(state, missing)

    def _is_due(self, contracts: list[SymbolState]) -> bool:
        """Changes over a day are looked at once a second, and at once where other symbols are meant."""
        now_s = self.services.workstation.clock.monotonic()
        stamp = (self.link.symbol, tuple(map(id, contracts)), self.condition)
        if stamp == self._read[0] and 0 <= now_s - self._read[1] < EVERY_S:
            return False
        self._read = stamp, now_s
        return True

    def _look(self, state: SymbolState | None) -> None:
        """Path and spike of the linked symbol: they change by the minute."""
        now_s = self.services.workstation.clock.monotonic()
        if state is None or state.instrument.kind is ContractKind.SPOT:
            self._path, self.spike = NO_PATH, None
            return
        stamp = (id(state), state.past.open_interest_version)
        if self._looked[0] == stamp and now_s - self._looked[1] < SLOW_S:
            return
        self._looked = stamp, now_s
        self._path = read_path(state, state.market_ms)
        self.spike = read_spike(state, state.market_ms, SPIKE_TIMEFRAME_MS)

    def _say(self, state: SymbolState | None, missing: tuple[tuple[str, str], ...]) -> None:
        symbol = "" if state is None else state.instrument.symbol
        why = dict(missing).get(symbol, "")
        lines: list[str] = []
        if state is not None and why:
            lines.append(f"{symbol}: {why}.")
        elif state is not None and state.open_interest is not None:
            unit = state.instrument.size_unit
            value = self.services.workstation.metrics.read(METRIC_BY_KEY["open_interest_value"], symbol).value
            lines.append(
                f"{symbol}: {format.compact(float(state.open_interest.size))} {unit} open, "
                f"{format.compact(value)} {state.instrument.quote}"
            )
        if self.spike is not None:
            lines.append(spike_words(self.spike, 1 if state is None else state.instrument.price_decimals))
        self._show_ratios(state)
        text = "  ·  ".join(lines)
        if text != self.note.text():
            self.note.setText(text)
        self._dress_note()
        self.note.setVisible(self.height() >= 200 and bool(text))

    def _show_ratios(self, state: SymbolState | None) -> None:
        """Who is long and who is short in the linked symbol, where there is room for it."""
        if state is None or state.instrument.kind is ContractKind.SPOT:
            self.ratios.hide()
            return
        stamp = (id(state), state.past.long_short_version, state.long_short)
        if stamp != self._ratio_stamp:
            self._ratio_stamp, self.ratio = stamp, read_ratios(state)
        self.ratios.show_reading(self.ratio, f"{state.instrument.venue} has told no long/short ratio yet.")
        self.ratios.setFixedHeight(RATIOS_PX if self.height() >= RATIOS_FROM_PX else HEAD_PX)
        self.ratios.setVisible(self.height() >= WORDS_FROM_PX)

    def watch_ratio(self) -> None:
        """Begin an alert on the long/short ratio: the palette opens with it typed."""
        if self.link.symbol:
            self.services.search(f"alert {self.link.symbol} long_short_percentile > 0.95")

    def _dress_note(self) -> None:
        rejected = self.spike is not None and self.spike.is_rejected
        color = self.theme.warn if rejected else self.theme.muted
        style = f"color: {color.name()}; background: {self.theme.panel.name()};"
        if style != self.note.styleSheet():
            self.note.setStyleSheet(style)

    def copy(self) -> None:
        """Put every symbol's place on the clipboard."""
        lines = ["symbol\tprice 24 h\topen interest 24 h\tquadrant"]
        lines += [
            f"{one.symbol}\t{one.price_rate:.6f}\t{one.interest_rate:.6f}\t{quadrant_words(one)}"
            for one in self.view.standings
        ]
        if self.ratio is not None:
            lines += ["", self.ratio.words]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def watch(self) -> None:
        """Begin an alert on open interest: the palette opens with it typed."""
        if self.link.symbol:
            self.services.search(f"alert {self.link.symbol} open_interest_change_24h_rate > 0.15")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy()
        elif event.key() == Qt.Key.Key_A and not event.modifiers():
            self.watch()
        elif event.key() == Qt.Key.Key_L and not event.modifiers():
            self.watch_ratio()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("← ↑ → ↓", "The next symbol by its change of price"),
            ("Click", "Show the symbol in linked panels"),
            ("A", "Alert on open interest"),
            ("L", "Alert on the long/short ratio"),
            ("Ctrl+C", "Copy every symbol's place"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Open interest: alert on it", self.watch, "A"),
            Command("Open interest: alert on the long/short ratio", self.watch_ratio, "L"),
            Command("Open interest: copy every symbol's place", self.copy),
        ]

    def data_age_s(self) -> float | None:
        return self.services.feed.data_age_s()

    def market_reset(self) -> None:
        self._looked = self._read = (None, 0.0)
        self._path, self.spike = NO_PATH, None
        self._ratio_stamp = self.ratio = None

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self.ratios.set_theme(theme)
        self._dress_note()


def spike_words(spike: InterestSpike, decimals: int) -> str:
    """A spike in a sentence."""
    began = format.utc_time(spike.from_ms)[:5]
    words = f"Spike {rate_text(spike.rise_rate, 1)} % since {began}"
    side = "up" if spike.went_rate > 0 else "down"
    went = f"price {side} to {format.price(spike.extreme_price, decimals)}"
    back = f"{spike.given_back * 100:.0f} % of it given back"
    return f"{words}, {went}, {back}: {'rejected' if spike.is_rejected else 'not rejected'}"
