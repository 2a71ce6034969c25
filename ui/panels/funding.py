"""Funding: settled, predicted and due, how usual that is, what it costs, how prices went around it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui import format
from ui.beside import Beside
from ui.commands import Command
from ui.derivatives.funding_chart import FundingChart, as_table
from ui.derivatives.funding_reading import FundingReading, FundingYear, read_funding
from ui.derivatives.funding_tiles import FundingTiles
from ui.derivatives.path_view import PathView
from ui.derivatives.span_buttons import SpanButtons
from ui.derivatives.stored_past import (
    PATH_TIMEFRAME_MS,
    StoredPast,
    joined_candles,
)
from ui.derivatives.stored_past import (
    read_funding as read_stored,
)
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from workstation.analytics.funding_history import FundingHistory
from workstation.analytics.settlement_paths import LEAST_SETTLEMENTS, SettlementPath, settlement_path
from workstation.market.state import SymbolState
from workstation.model.instrument import ContractKind

DAY_MS = 86_400_000
SPANS_MS = {"3 d": 3 * DAY_MS, "14 d": 14 * DAY_MS, "60 d": 60 * DAY_MS, "1 y": 365 * DAY_MS}
USUAL_SPAN = "14 d"
SIGNS = ("all settlements", "those longs paid", "those shorts paid")
BESIDE_FROM_PX = 640
BELOW_FROM_PX = 400
TWO_ROWS_PX = 250


class FundingPanel(Panel):
    """Shows one perpetual's funding."""

    kind: ClassVar[str] = "funding"
    title: ClassVar[str] = "Funding"
    rate_hz: ClassVar[float] = 4.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.spans = SpanButtons(SPANS_MS, USUAL_SPAN, "of the bars", self.refresh, self)
        self._sign = SIGNS[0]
        self._with_path = True
        self.stored = StoredPast(read_stored)
        self._paths: Beside[SettlementPath | None] = Beside("settlements")
        self._history: tuple[object, FundingYear] | None = None
        self.reading: FundingReading | None = None
        self.tiles = FundingTiles(self.theme, self)
        self.chart = FundingChart(self.theme, self)
        self.path = PathView(self.theme, self)
        self._below = QWidget(self)
        self._grid = QGridLayout(self._below)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tiles)
        layout.addWidget(self._below, 1)
        self.set_body(body)
        self.header.add_control(*self.spans.buttons.values())
        menu = self.header.menu
        menu.addSeparator()
        self._path_action = menu.addAction("Price around settlements\tP")
        self._path_action.setCheckable(True)
        self._path_action.triggered.connect(lambda _checked=False: self.toggle_path())
        menu.addAction("Which settlements\tS").triggered.connect(lambda _checked=False: self.next_sign())
        menu.addAction("Copy the settlements\tCtrl+C").triggered.connect(lambda _checked=False: self.copy())
        self._place()

    # What it shows.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        symbol = state.instrument.symbol
        if state.instrument.kind is ContractKind.SPOT:
            self.header.set_subject(symbol, "Funding")
            self.cover("Spot has no funding.", "Choose a perpetual: Ctrl+K.", Condition.EMPTY)
            return
        workstation = self.services.workstation
        now_ms = self._now_ms(state)
        self.stored.follow(workstation.past_reader, state.instrument, now_ms)
        year = self._whole_year(state, now_ms)
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        market = (state.instrument.venue, symbol)
        stored = self.stored.found
        others = {} if stored is None else {key: past for key, past in stored.venues.items() if key != market}
        reading = self.reading = read_funding(self.services, state, now_ms, year, others)
        self.tiles.show_reading(reading, 2 if self.height() >= TWO_ROWS_PX else 1)
        version = (id(state), state.past.funding_version, self.stored.version)
        self.chart.show_reading(reading, self.spans.span_ms, version)
        if self.path.isVisibleTo(self):
            self._show_path(state, reading)
        self._say(reading)

    def _now_ms(self, state: SymbolState) -> int:
        """The venue's time, which goes on between two messages where the market is live."""
        workstation = self.services.workstation
        newest = state.health.last_data
        if workstation.live is None or newest is None:
            return state.market_ms
        return state.market_ms + max(0, round((workstation.clock.monotonic() - newest) * 1000))

    def _whole_year(self, state: SymbolState, now_ms: int) -> FundingYear:
        """What the venue told in this session, and what the store had before."""
        version = (id(state), state.past.funding_version, self.stored.version, now_ms // 3_600_000)
        if self._history is None or self._history[0] != version:
            told = FundingHistory.of(state.past.funding)
            stored = self.stored.found
            market = (state.instrument.venue, state.instrument.symbol)
            before = None if stored is None else stored.venues.get(market)
            whole = told if before is None else before.joined(told)
            self._history = version, FundingYear.of(whole, now_ms)
        return self._history[1]

    def _show_path(self, state: SymbolState, reading: FundingReading) -> None:
        candles = state.candles(PATH_TIMEFRAME_MS)
        stamp = (
            id(state),
            state.past.funding_version,
            self.stored.version,
            self._sign,
            candles.settled_version,
            reading.now_ms // PATH_TIMEFRAME_MS,
        )
        history, sign = reading.history, self._sign

        def prepare() -> Callable[[], SettlementPath | None]:
            live = candles.rows().copy()
            stored = self.stored.found
            closed = live[live["open_ms"] + PATH_TIMEFRAME_MS <= reading.now_ms]

            def work() -> SettlementPath | None:
                rows = closed if stored is None else joined_candles(stored.path_candles, closed)
                times = history.times
                if sign != SIGNS[0]:
                    times = times[history.rates > 0] if sign == SIGNS[1] else times[history.rates < 0]
                closes = np.ascontiguousarray(rows["close"])
                return settlement_path(times, rows["open_ms"], closes, PATH_TIMEFRAME_MS)

            return work

        self._paths.follow(stamp, prepare)
        words = (
            "Working it out…"
            if self._paths.working
            else (
                f"Five-minute candles around at least {LEAST_SETTLEMENTS} settlements are needed. "
                "They come in while the market is followed."
            )
        )
        self.path.show_path(self._paths.found, sign, words)

    def _say(self, reading: FundingReading) -> None:
        self.header.set_subject(reading.symbol, "funding · % for 8 h")
        widest = reading.widest
        parts: list[tuple[str, str]] = []
        if widest is not None:
            parts.append((f"widest gap {format.price(widest[0] * 1e4, 1)} bp: {widest[1]}", "muted"))
        if self.stored.error:
            parts.append((self.stored.error, "warn"))
        self.header.set_detail(parts)

    # What can be done.

    def toggle_path(self) -> None:
        """Show how prices went around settlements, or leave it out."""
        self._with_path = not self._with_path
        self._place()
        self.refresh()

    def next_sign(self) -> None:
        """Take all settlements, those that longs paid, or those that shorts paid."""
        self._sign = SIGNS[(SIGNS.index(self._sign) + 1) % len(SIGNS)]
        self.refresh()

    def copy(self) -> None:
        """Put the year's settlements on the clipboard."""
        if self.reading is not None:
            QGuiApplication.clipboard().setText(as_table(self.reading))

    def watch(self) -> None:
        """Begin an alert on funding: the palette opens with it typed."""
        if self.reading is not None:
            self.services.search(f"alert {self.reading.symbol} funding_8h_rate > 0.0005")

    def _place(self) -> None:
        """Put the path beside the bars, below them, or nowhere, as there is room."""
        self._path_action.setChecked(self._with_path)
        wide, high = self.width() >= BESIDE_FROM_PX, self.height() >= BELOW_FROM_PX
        shown = self._with_path and (wide or high)
        place = (0, 1) if wide else (1, 0)
        self._grid.addWidget(self.chart, 0, 0)
        self._grid.addWidget(self.path, *place)
        self._grid.setColumnStretch(0, 7)
        self._grid.setColumnStretch(1, 3 if wide and shown else 0)
        self._grid.setRowStretch(0, 3)
        self._grid.setRowStretch(1, 2 if not wide and shown else 0)
        self.path.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy()
        elif event.modifiers():
            super().keyPressEvent(event)
        elif self.spans.take_key(event.key()):
            return
        elif event.key() == Qt.Key.Key_P:
            self.toggle_path()
        elif event.key() == Qt.Key.Key_S:
            self.next_sign()
        elif event.key() == Qt.Key.Key_A:
            self.watch()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("[ ]", "Shorter, longer span"),
            ("P", "Price around settlements"),
            ("S", "All settlements, those longs paid, those shorts paid"),
            ("A", "Alert on funding"),
            ("Ctrl+C", "Copy the year's settlements"),
        ]

    def commands(self) -> list[Command]:
        return [
            Command("Funding: price around settlements", self.toggle_path, "P"),
            Command("Funding: all settlements, those longs paid, those shorts paid", self.next_sign, "S"),
            Command("Funding: alert on it", self.watch, "A"),
            Command("Funding: copy the year's settlements", self.copy),
        ]

    def market_reset(self) -> None:
        self.stored.forget()
        self._paths.forget()
        self._history = None

    def symbol_changed(self) -> None:
        self._paths.forget()
        self._history = None

    def theme_changed(self, theme: Theme) -> None:
        for part in (self.tiles, self.chart, self.path):
            part.set_theme(theme)

    def put_away(self) -> None:
        self._paths.close()
        super().put_away()

    def reset_view(self) -> None:
        self._sign, self._with_path = SIGNS[0], True
        self._place()
        self.spans.reset()

    def save_state(self) -> dict[str, object]:
        return {"span": self.spans.name, "which": self._sign, "path": self._with_path}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        which, path = saved.get("which"), saved.get("path")
        self.spans.restore(saved.get("span"))
        if isinstance(which, str) and which in SIGNS:
            self._sign = which
        if isinstance(path, bool):
            self._with_path = path
            self._place()
