"""The watchlist: one row a symbol; choosing one shows it in every panel of the link group."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui.market_cells import (
    Field,
    cells_of_refused,
    cells_of_replay,
    cells_of_venue,
    fields_of_replay,
    fields_of_venue,
)
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.table import Table
from ui.widgets.table_rows import Cell, Column, Row
from workstation.market.state import SymbolState
from workstation.model.feed_status import FeedState

FADE_HZ = 12.0
READ_EVERY = 3
"""Refreshes between two readings of the market: four a second; those between let the colours fade."""


class WatchlistPanel(Panel):
    """Shows every symbol that the desk follows; on a venue, symbols come and go."""

    kind: ClassVar[str] = "watchlist"
    title: ClassVar[str] = "Watchlist"
    rate_hz: ClassVar[float] = FADE_HZ
    of_symbol: ClassVar[bool] = False
    veiled: ClassVar[bool] = False  # each row says how it stands

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._refreshes = 0
        self._rows: dict[str, tuple[tuple[object, ...], tuple[Cell, ...]]] = {}
        self._fields: tuple[Field, ...] = fields_of_replay([])
        self._wanted_sort: tuple[str, bool] | None = None
        self.table = Table(self._columns(), self.theme, services.themes.density, self)
        self.table.setAccessibleName("Watchlist")
        self.table.chosen.connect(self._choose)
        self.table.menu_asked.connect(self._show_menu)
        self.set_body(self.table)
        self.setFocusProxy(self.table)
        self.add_button = QToolButton(self)
        self.add_button.setText("+")
        self.add_button.setToolTip("Follow another symbol (Insert)")
        self.add_button.setAccessibleName("Follow another symbol")
        self.add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add_button.clicked.connect(lambda _checked=False: self.services.search("Follow "))
        self.header.add_control(self.add_button)

    @property
    def is_live(self) -> bool:
        """A venue is followed: symbols can be added and removed."""
        return self.services.workstation.live is not None

    def refresh(self) -> None:
        self.add_button.setVisible(self.is_live)
        states = list(self.services.workstation.market.states.values())
        if not states and not self.services.refused:
            self.header.set_subject("Watchlist", "")
            if self.is_live:
                self.cover("No symbol is followed.", "Follow one: Ctrl+K and its name.", Condition.EMPTY)
            else:
                self.cover("No symbol is followed.", "Open a market in the menu at the top.", Condition.EMPTY)
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
        return self.services.feed.data_age_s()

    def save_state(self) -> dict[str, object]:
        sort = self.table.sort
        return {"sort": None if sort is None else [self._fields[sort[0]].key, sort[1]]}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        match saved.get("sort"):
            case [str(key), bool(descending)]:
                self._wanted_sort = key, descending
                self._sort_as_wanted()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("↑ ↓, Home, End", "Move"),
            ("Enter, click", "Show the symbol in linked panels"),
            ("Insert", "Follow another symbol of the venue"),
            ("Delete", "Remove the symbol from the watchlist"),
            ("Ctrl+F, Esc", "Filter, show all"),
            ("1 … 7, click on a title", "Sort by a column"),
            ("Ctrl+C", "Copy the row; after Ctrl+A, all"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Insert and self.is_live:
            self.services.search("Follow ")
        elif event.key() == Qt.Key.Key_Delete and self.is_live and self.table.current:
            self.services.unfollow(self.table.current)
            self._refreshes = 0
            self.refresh()
        else:
            super().keyPressEvent(event)

    def _choose(self, symbol: str) -> None:
        self.link.set_symbol(symbol)

    def _show_menu(self, symbol: str, at: QPoint) -> None:
        if not self.is_live:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Show {symbol}").triggered.connect(lambda: self._choose(symbol))
        menu.addAction(f"Remove {symbol} from the watchlist").triggered.connect(
            lambda: self.services.unfollow(symbol)
        )
        menu.addSeparator()
        menu.addAction("Follow another symbol…").triggered.connect(lambda: self.services.search("Follow "))
        menu.popup(at)

    def _read(self, states: list[SymbolState]) -> None:
        rows: list[Row] = [(state.instrument.symbol, self._cells(state)) for state in states]
        rows += [(symbol, cells_of_refused(symbol)) for symbol in self.services.refused]
        fields = fields_of_venue(states) if self.is_live else fields_of_replay(states)
        are_others = len(fields) != len(self._fields)
        self._fields = fields
        self.table.set_columns(self._columns())
        if are_others:
            self._sort_as_wanted()
        self.table.set_rows(rows)
        count = len(states)
        self.header.set_subject("Watchlist", f"{count} symbols" if count != 1 else "1 symbol")

    def _cells(self, state: SymbolState) -> tuple[Cell, ...]:
        symbol = state.instrument.symbol
        standing = self.services.feed.standing(symbol)
        said = FeedState.LIVE if standing is None else standing.state
        version = (
            state,
            state.trades.appended,
            state.book.version,
            state.book.status,
            state.market_ms // 1000,
            state.ticker,
            state.funding,
            said,
        )
        known = self._rows.get(symbol)
        if known is None or known[0] != version:
            cells = cells_of_venue(state, standing) if self.is_live else cells_of_replay(state)
            known = self._rows[symbol] = (version, cells)
        return known[1]

    def _columns(self) -> list[Column]:
        return [field.column for field in self._fields]

    def _sort_as_wanted(self) -> None:
        if self._wanted_sort is None:
            return
        keys = [field.key for field in self._fields]
        if self._wanted_sort[0] in keys:
            self.table.set_sort((keys.index(self._wanted_sort[0]), self._wanted_sort[1]))
