"""The ladder: the book by price step, its best prices and newest trade, its spread and imbalance."""

from collections.abc import Callable, Mapping
from math import isnan, nan
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui import format
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.positions.ladder_marks import ladder_marks
from ui.theme import Theme
from ui.widgets.ladder_rows import MULTIPLES, PriceSteps, default_multiple
from ui.widgets.ladder_view import LadderView
from workstation.market.order_book import BookStatus, OrderBook
from workstation.market.state import SymbolState
from workstation.market.traded_at_price import TradedAtPrice

IMBALANCE_LEVELS = 20
FIGURES_EVERY = 5
"""Refreshes between two readings of the header's figures: four a second, as fast as an eye reads."""
TRADED_LEAST_WIDTH = 350
"""Panel width, px, from which the column with what was traded has room."""
ROOMY_WIDTH = 380
"""Panel width, px, from which the header has room for words and for the imbalance."""


class LadderPanel(Panel):
    """Shows the linked symbol's book."""

    kind: ClassVar[str] = "ladder"
    title: ClassVar[str] = "Ladder"
    rate_hz: ClassVar[float] = 20.0
    of_book: ClassVar[bool] = True

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._multiples: dict[str, int] = {}  # chosen by the trader, by symbol
        self._begun: SymbolState | None = None
        self._multiple = 0
        self._refreshes = 0
        self._figures_of: tuple[OrderBook, int] | None = None
        self._counted: TradedAtPrice | None = None
        self.view = LadderView(self.theme, services.themes.density, self)
        self.set_body(self.view)
        self.setFocusProxy(self.view)
        self._step_button = QToolButton(self)
        self._step_button.setToolTip("Price step of a row (+ and −)")
        self._step_button.setAccessibleName("Price step of a row")
        self._step_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._step_button.setMenu(QMenu(self._step_button))
        self.header.add_control(self._step_button)
        self.header.setToolTip(
            f"Imbalance: (bids − asks) / (bids + asks) of the best {IMBALANCE_LEVELS} levels of each side"
        )
        self.sums_action = self._switch("Sum sizes up from the best price (S)", False, self._show_sums)
        self.traded_action = self._switch("Size traded at each price (T)", True, self._show_traded)
        count_anew = QAction("Count traded sizes from now on", self)
        count_anew.triggered.connect(self.count_anew)
        self.header.menu.addAction(count_anew)
        self.view.stepped.connect(self._step_by)
        self.view.pointed.connect(self._on_pointed)
        self.link.crosshair_moved.connect(self._on_crosshair)

    @property
    def multiple(self) -> int:
        """Height of a row in ticks; 0 before a price is known."""
        return self._multiple

    def set_multiple(self, multiple: int) -> None:
        """Show rows of that many ticks for the linked symbol, and remember it."""
        if self.state is not None and multiple in MULTIPLES:
            self._multiples[self.state.instrument.symbol] = multiple
            self._use_multiple(self.state, multiple)
            self.refresh()

    # The panel's hooks.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.cover_without_symbol()
            return
        book = state.book
        if book.status is not BookStatus.LIVE:
            self._say_why_no_book(state)
            return
        self.set_condition(Condition.LIVE)
        if state is not self._begun:
            self._begin(state)
        if self._counted is not None and self._shows_traded:
            self._counted.refresh()
        self.view.show_book(book, state.last_price, state.last_side)
        trading = self.services.trading
        if self._refreshes % FIGURES_EVERY == 0 and trading is not None:
            self.view.set_own(ladder_marks(trading, self.link.symbol, state.instrument.size_decimals))
        if self._refreshes % FIGURES_EVERY == 0:
            self._show_figures(state)
        self._refreshes += 1

    def symbol_changed(self) -> None:
        self._forget()
        self.refresh()

    def market_reset(self) -> None:
        self._forget()

    def theme_changed(self, theme: Theme) -> None:
        self.view.set_look(theme, self.services.themes.density)
        self.refresh()

    def reset_view(self) -> None:
        state = self.state
        if state is not None:
            self._multiples.pop(state.instrument.symbol, None)
        self._forget()
        self.refresh()

    def save_state(self) -> dict[str, object]:
        return {
            "row_ticks": dict(self._multiples),
            "sums": self.sums_action.isChecked(),
            "traded": self.traded_action.isChecked(),
        }

    def restore_state(self, saved: Mapping[str, object]) -> None:
        chosen = saved.get("row_ticks")
        if isinstance(chosen, Mapping):
            self._multiples = {
                str(symbol): multiple
                for symbol, multiple in chosen.items()
                if isinstance(multiple, int) and multiple in MULTIPLES
            }
            self._forget()
        for key, action in (("sums", self.sums_action), ("traded", self.traded_action)):
            shown = saved.get(key)
            if isinstance(shown, bool):
                action.setChecked(shown)

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("C, Home", "Centre on the market and follow it"),
            ("Wheel, ↑ ↓, PgUp PgDn", "Scroll and hold"),
            ("+ −, Ctrl+wheel", "Coarser or finer rows"),
            ("S", "Sizes added up from the best price"),
            ("T", "Size traded at each price"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        actions = {Qt.Key.Key_S: self.sums_action, Qt.Key.Key_T: self.traded_action}
        action = actions.get(Qt.Key(event.key()))
        if action is None or event.modifiers():
            super().keyPressEvent(event)
        else:
            action.toggle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._figures_of = None
        self._refreshes = 0
        self._show_traded()

    def count_anew(self) -> None:
        """Forget what was traded so far, and count from now on."""
        if self._counted is not None:
            self._counted.begin_anew()
            self.refresh()

    # Inside.

    def _switch(self, words: str, on: bool, changed: Callable[[], None]) -> QAction:
        action = QAction(words, self)
        action.setCheckable(True)
        action.setChecked(on)
        action.toggled.connect(changed)
        action.toggled.connect(self.refresh)
        self.header.menu.addAction(action)
        return action

    @property
    def _shows_traded(self) -> bool:
        return self.traded_action.isChecked() and self.width() >= TRADED_LEAST_WIDTH

    def _show_sums(self) -> None:
        self.view.show_sums(self.sums_action.isChecked())

    def _show_traded(self) -> None:
        self.view.show_traded(self._counted if self._shows_traded else None)

    def _forget(self) -> None:
        self._begun = None
        self._counted = None
        self._figures_of = None
        self._refreshes = 0
        self.view.forget_market()
        self.view.set_own(())
        self.header.set_subject(self.link.symbol, "ladder")
        self.header.set_detail("")

    def _begin(self, state: SymbolState) -> None:
        book = state.book
        known = (book.best_bid, book.best_ask, state.last_price)
        price = next((price for price in known if not isnan(price)), nan)
        chosen = self._multiples.get(state.instrument.symbol)
        self._begun = state
        self._counted = TradedAtPrice(state.instrument, state.trades)
        self._show_traded()
        self._use_multiple(state, chosen or default_multiple(state.instrument, price))
        self.view.centre()

    def _use_multiple(self, state: SymbolState, multiple: int) -> None:
        self._multiple = multiple
        self.view.set_instrument(state.instrument, multiple)
        self._step_button.setText(PriceSteps(state.instrument, multiple).text)
        menu = self._step_button.menu()
        menu.clear()
        group = QActionGroup(menu)
        for offered in MULTIPLES:
            action = menu.addAction(PriceSteps(state.instrument, offered).text)
            action.setActionGroup(group)
            action.setCheckable(True)
            action.setChecked(offered == multiple)
            action.triggered.connect(lambda _=False, offered=offered: self.set_multiple(offered))

    def _step_by(self, direction: int) -> None:
        if self._multiple in MULTIPLES:
            at = MULTIPLES.index(self._multiple) + direction
            self.set_multiple(MULTIPLES[min(max(at, 0), len(MULTIPLES) - 1)])

    def _say_why_no_book(self, state: SymbolState) -> None:
        feed = self.services.workstation.feed
        symbol = state.instrument.symbol
        if state.book.status is BookStatus.BROKEN:
            sentence = f"The book of {symbol} has a gap and waits for a snapshot."
            if self._begun is state:
                # What is shown was so before the gap: under the veil it is not taken for the market.
                self.set_condition(Condition.STALE, sentence)
                return
            self.cover(sentence, "Trades and quotes go on meanwhile.")
        elif feed is not None and feed.finished:
            self.set_condition(Condition.EMPTY, f"The recording ended without a snapshot of {symbol}'s book.")
        else:
            self.cover(f"No snapshot of {symbol}'s book yet.", "Trades are shown meanwhile.")
        self.header.set_detail("")
        self._figures_of = None
        self._refreshes = 0

    def _show_figures(self, state: SymbolState) -> None:
        book, instrument = state.book, state.instrument
        if self._figures_of == (book, book.version):
            return
        self._figures_of = (book, book.version)
        spread = book.best_ask - book.best_bid
        spread_text = format.price(spread, instrument.price_decimals)
        spread_bps = spread / ((book.best_ask + book.best_bid) / 2) * 1e4
        imbalance = book.imbalance(IMBALANCE_LEVELS)
        imbalance_text = format.signed(imbalance, 2)
        token = "muted" if isnan(imbalance) or abs(imbalance) < 0.005 else "up" if imbalance > 0 else "down"
        roomy = self.width() >= ROOMY_WIDTH
        self.header.set_subject(instrument.symbol, "ladder" if roomy else "")
        self.header.set_detail(
            [
                (f"imbalance {imbalance_text}", token),
                (f"spread {spread_text} ({format.price(spread_bps, 2)} bp)", "muted"),
            ]
        )
        self.view.set_notes(f"spread {spread_text}", "" if roomy else f"imb {imbalance_text}")
        full_bar = f"{format.compact(self.view.bar_size)} {instrument.size_unit}"
        words = f"A full bar is {full_bar}; a bright end says that more rests there"
        if self._counted is not None and self._shows_traded and self._counted.since_ms:
            since = format.utc_time(self._counted.since_ms)
            words += f"\nTraded since {since} UTC: bought above, sold below"
        self.view.setToolTip(words)

    def _on_pointed(self, price: float | None) -> None:
        self.link.set_crosshair(Crosshair(None, price, self))

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        self.view.set_crosshair(None if crosshair.source is self else crosshair.price)
