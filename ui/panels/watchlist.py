"""The watchlist: one row a symbol; choosing one shows it in every panel of the link group."""

from collections.abc import Mapping
from math import nan
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from ui import format
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState
from workstation.model.instrument import ContractKind

FADE_HZ = 12.0
READ_EVERY = 3
"""Refreshes between two readings of the market: four a second; those between let the colours fade."""
RATE_SPAN_MS = 5_000


class WatchlistPanel(Panel):
    """Shows every symbol that the desk follows."""

    kind: ClassVar[str] = "watchlist"
    title: ClassVar[str] = "Watchlist"
    rate_hz: ClassVar[float] = FADE_HZ

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._refreshes = 0
        self._rows: dict[str, tuple[tuple[object, ...], tuple[Cell, ...]]] = {}
        self.table = Table(columns_for([]), self.theme, services.themes.density, self)
        self.table.setAccessibleName("Watchlist")
        self.table.chosen.connect(self._choose)
        self.set_body(self.table)
        self.setFocusProxy(self.table)

    def refresh(self) -> None:
        states = list(self.services.workstation.market.states.values())
        if not states:
            self.header.set_subject("Watchlist", "")
            self.set_condition(
                Condition.EMPTY, "No symbol is followed.", "Open a recording to follow its symbols."
            )
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        self.table.step_fades()
        if self._refreshes % READ_EVERY == 0:
            self._read(states)
        self._refreshes += 1

    def symbol_changed(self) -> None:
        self.table.set_chosen(self.link.symbol)

    def market_reset(self) -> None:
        self._rows.clear()
        self._refreshes = 0

    def theme_changed(self, theme: Theme) -> None:
        self.table.set_look(theme, self.services.themes.density)

    def reset_view(self) -> None:
        self.table.close_filter()
        self.table.set_sort(None)

    def data_age_s(self) -> float | None:
        newest = [
            state.health.last_data
            for state in self.services.workstation.market.states.values()
            if state.health.last_data is not None
        ]
        return self.services.workstation.clock.monotonic() - max(newest) if newest else None

    def save_state(self) -> dict[str, object]:
        sort = self.table.sort
        return {"sort": None if sort is None else [sort[0], sort[1]]}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        match saved.get("sort"):
            case [int(column), bool(descending)]:
                self.table.set_sort((column, descending))

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("↑ ↓, Home, End", "Move"),
            ("Enter, click", "Show the symbol in linked panels"),
            ("Ctrl+F, Esc", "Filter, show all"),
            ("1 … 6, click on a title", "Sort by a column"),
            ("Ctrl+C", "Copy the row; after Ctrl+A, all"),
        ]

    def _choose(self, symbol: str) -> None:
        self.link.set_symbol(symbol)

    def _read(self, states: list[SymbolState]) -> None:
        rows: list[Row] = []
        for state in states:
            symbol = state.instrument.symbol
            version = (state.trades.appended, state.book.version, state.book.status, state.market_ms // 1000)
            known = self._rows.get(symbol)
            if known is None or known[0] != version:
                known = self._rows[symbol] = (version, cells_for(state))
            rows.append((symbol, known[1]))
        self.table.set_columns(columns_for(states))
        self.table.set_rows(rows)
        count = len(states)
        self.header.set_subject("Watchlist", f"{count} symbols" if count > 1 else "1 symbol")


def columns_for(states: list[SymbolState]) -> list[Column]:
    """The columns; titles and tips carry the unit and the moment that hold for all the symbols."""
    quotes = {state.instrument.quote for state in states}
    unit = quotes.pop() if len(quotes) == 1 else "quote"
    starts = [int(state.seconds.rows()["open_ms"][0]) for state in states if len(state.seconds)]
    since = "since the first trade"
    if starts:
        since = f"since {format.utc_time(min(starts))} UTC, the first trade held"
    return [
        Column("Symbol", "The venue's symbol", 9, 0, left=True),
        Column("Last", "Price of the newest trade", 8, 0, fades=True),
        Column("Chg %", f"Change {since}", 6, 1),
        Column(f"Vol {unit}", f"Traded {since}, in {unit}", 6, 2),
        Column("Spread bp", "Best ask less best bid, in hundredths of a per cent of the price", 6, 3),
        Column("Trades/s", f"Trades a second over the last {RATE_SPAN_MS // 1000} s of market time", 5, 4),
    ]


def cells_for(state: SymbolState) -> tuple[Cell, ...]:
    """A symbol's row."""
    instrument, session, book = state.instrument, state.session, state.book
    change = (state.last_price / session.open - 1) * 100
    change_text = format.signed(change, 2)
    token = "up" if change_text[0] == "+" else "down" if change_text[0] == format.MINUS else "text"
    traded = session.quote_volume
    if instrument.kind is ContractKind.INVERSE:
        traded = session.volume * float(instrument.contract_size)
    spread_bps = nan
    if book.status is BookStatus.LIVE:
        spread_bps = (book.best_ask - book.best_bid) / (book.best_ask + book.best_bid) * 2e4
    rate = nan
    if len(state.seconds):
        candles = state.seconds.rows()[-RATE_SPAN_MS // 1000 - 1 :]
        recent = candles["open_ms"] >= state.market_ms - state.market_ms % 1000 - RATE_SPAN_MS
        rate = float(candles["trades"][recent].sum()) / (RATE_SPAN_MS / 1000 + state.market_ms % 1000 / 1000)
    return (
        Cell(instrument.symbol, instrument.symbol),
        Cell(format.price(state.last_price, instrument.price_decimals), state.last_price),
        Cell(change_text, change, token),
        Cell(format.compact(traded) if traded else format.NO_FIGURE, traded),
        Cell(format.price(spread_bps, 2), spread_bps, "muted"),
        Cell(format.price(rate, 0), rate, "muted"),
    )
