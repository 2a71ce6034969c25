"""Venues: where a coin is tightest in the trader's hours, and how far each venue can be relied on."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui import format
from ui.commands import Command
from ui.liquidity.reading import bps_text
from ui.liquidity.venue_rows import (
    COLUMNS,
    OUTAGE_COLUMNS,
    Candidate,
    outage_rows,
    own_spread,
    row_of,
    tightest,
    tip_of,
)
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.table import Table
from workstation.analytics.liquidity_usual import LEAST_MINUTES
from workstation.exchange.venues import VENUES
from workstation.market.liquidity_book import LiquidityBook
from workstation.model.instrument import Instrument
from workstation.outside.book import SeriesState

DOLLARS = frozenset({"USD", "USDT", "USDC"})
MOST_VENUES = 8
ROOMY_PX = 120
"""Height of the body from which there is room for words below the rows."""
OUTAGES_PX = 230
"""Height from which the outages of the chosen venue have room below them."""


class VenuesPanel(Panel):
    """Shows every stored market of the linked symbol's coin, one a row."""

    kind: ClassVar[str] = "venues"
    title: ClassVar[str] = "Venues"
    rate_hz: ClassVar[float] = 1.0
    veiled: ClassVar[bool] = False

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._candidates: dict[str, Candidate] = {}
        self.table = Table(COLUMNS, self.theme, services.themes.density, self)
        self.table.setAccessibleName("Venues of the coin")
        self.table.cell_tip = self._tip
        self.table.chosen.connect(self._choose)
        self._wanted = ""
        self.outages = Table(OUTAGE_COLUMNS, self.theme, services.themes.density, self)
        self.outages.setAccessibleName("Outages of the chosen venue")
        self.words = QLabel("", self)
        self.words.setFont(ui_font(HEADER_PX))
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setContentsMargins(10, 5, 10, 7)
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.words)
        layout.addWidget(self.outages, 1)
        self.set_body(body)
        self.setFocusProxy(self.table)
        self.theme_changed(self.theme)

    def refresh(self) -> None:
        state, book = self.state, self.services.workstation.liquidity
        if state is None:
            self.header.set_subject(self.title, "")
            self.header.set_detail("")
            self.cover_without_symbol()
            return
        instrument = state.instrument
        self.header.set_subject(instrument.base, "venues")
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        self.services.habits.tell(self.services.workstation, self.services.journal, instrument.symbol)
        candidates = self._find(book, instrument)
        book.follow()
        self._candidates = {one.key: one for one in candidates}
        best = tightest(candidates)
        self.table.set_rows([row_of(one, best) for one in candidates])
        if self._wanted not in self._candidates:
            self._wanted = candidates[0].key if candidates else ""
        self.table.set_chosen(self._wanted)
        self._show_outages()
        self._say(candidates, best)

    def _show_outages(self) -> None:
        """List the outages of the chosen venue, where there are any and there is room."""
        chosen = self._candidates.get(self._wanted)
        market = None if chosen is None else chosen.market
        rows = outage_rows(None if market is None else market.reliability)
        self.outages.set_rows(rows)
        self.outages.setVisible(bool(rows) and self.height() - self.header.height() >= OUTAGES_PX)

    def _choose(self, key: str) -> None:
        self._wanted = key
        self._show_outages()

    def _find(self, book: LiquidityBook, instrument: Instrument) -> list[Candidate]:
        stored = book.stored.instruments or {}
        own = book.own(instrument.venue, instrument.symbol)
        alike = {(instrument.venue, instrument.symbol): instrument}
        alike |= {
            key: other
            for key, other in sorted(stored.items())
            if other.base == instrument.base and other.quote in DOLLARS and key not in alike
        }
        found: list[Candidate] = []
        for key, other in list(alike.items())[:MOST_VENUES]:
            market = book.market(other, shown=True)
            if market is not None and key != (instrument.venue, instrument.symbol):
                size = own.size if other.kind is instrument.kind else 0.0
                book.set_own(*key, type(own)(size, own.leverage, own.hours))
            if market is not None:
                market.withdrawals = self._withdrawals(other.venue)
            entry = VENUES.get(other.venue)
            title = other.venue if entry is None else entry.title
            found.append(Candidate(f"{key[0]} {key[1]}", title, other, market))
        return found

    def _withdrawals(self, venue: str) -> bool | None:
        """Whether money comes out, as a declared series says (1 open, 0 stopped); None if none does."""
        watch = self.services.workstation.outside
        series = None if watch is None else watch.book.series.get(f"withdrawals_{venue}")
        if series is None or series.newest is None:
            return None
        if series.state(self.services.workstation.clock.now_ms()) is not SeriesState.LIVE:
            return None
        return series.newest > 0

    def _say(self, candidates: list[Candidate], best: Candidate | None) -> None:
        hours, source = self.services.habits.hours_of(self.services.journal)
        own = "all hours" if not hours else f"{len(hours)} own hours, {source}"
        parts: list[tuple[str, str]] = []
        if best is not None:
            spread = own_spread(best)
            assert spread is not None
            parts.append((f"tightest {best.title} {bps_text(spread.median)} bp", "accent"))
        parts.append((own, "muted"))
        self.header.set_detail(parts)
        known = [one for one in candidates if own_spread(one) is not None]
        words = ""
        if not self.services.workstation.liquidity.is_stored:
            words = "Nothing is recorded in this session: venues are compared by what was."
        elif len(candidates) == 1:
            coin = candidates[0].instrument.base
            words = f"Only one venue of {coin} is stored: record another to compare them."
        elif len(known) < 2:
            words = (
                f"Venues are compared once {format.count(LEAST_MINUTES)} minutes of your hours are stored "
                f"of two: {len(known)} so far."
            )
        self.words.setText(words)
        roomy = self.height() - self.header.height() >= ROOMY_PX
        self.words.setVisible(bool(words) and roomy)
        self.header.setToolTip(words)

    def _tip(self, key: str, _column: int) -> str:
        candidate = self._candidates.get(key)
        return "" if candidate is None else tip_of(candidate)

    def watch(self) -> None:
        """Begin an alert on the health of the venue: the palette opens with it typed."""
        self.services.search("alert venue_health < 50")

    # The desk's hooks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.watch()
        else:
            super().keyPressEvent(event)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("↑ ↓, Enter", "From venue to venue; show its outages"),
            ("A", "Alert on the venue's health"),
            ("Ctrl+C", "Copy the table"),
            ("Ctrl+F, Esc", "Filter, show all"),
        ]

    def commands(self) -> list[Command]:
        return [Command("Venues: alert on the health", self.watch, "A")]

    def theme_changed(self, theme: Theme) -> None:
        for table in (self.table, self.outages):
            table.set_look(theme, self.services.themes.density)
        self.words.setStyleSheet(f"color: {theme.muted.name()}; background: {theme.panel.name()};")

    def reset_view(self) -> None:
        self.table.close_filter()
        self.table.set_sort(None)

    def save_state(self) -> dict[str, object]:
        sort = self.table.sort
        return {"sort": None if sort is None else list(sort)}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        match saved.get("sort"):
            case [int(column), bool(descending)] if 0 <= column < len(COLUMNS):
                self.table.set_sort((column, descending))
