"""The depth heatmap: what rests at which price over time, the trades that hit it, and the best prices."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ui.book_figures import spread_parts
from ui.commands import Command
from ui.depth.choices import DepthChoices
from ui.depth.figures import cell_words, stored_words, stretch_words
from ui.depth.go_to import ask_time
from ui.depth.keys import KEYS, depth_commands, key_action
from ui.depth.layers import DepthLayers
from ui.depth.menu import DepthMenu
from ui.depth.past_note import PastNote
from ui.depth.view import DEFAULT_SPAN_MS, GREATEST_SPAN_MS, LEAST_SPAN_MS, DepthView
from ui.drawings.board import DrawingBoard
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.depth_map import DepthMap
from workstation.market.depth_past import DepthPast
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState

RESCALE_EVERY = 10
"""Refreshes between two looks at the colour scale: two a second."""
FIGURES_EVERY = 5
"""Refreshes between two readings of the header's figures: four a second, as fast as an eye reads."""
ROOMY_WIDTH = 420
"""Panel width, px, from which the header has room to say that this is depth."""


class DepthPanel(Panel):
    """Shows the linked symbol's depth: the live grid, and back to what is stored of it."""

    kind: ClassVar[str] = "depth"
    title: ClassVar[str] = "Depth"
    rate_hz: ClassVar[float] = 20.0
    of_book: ClassVar[bool] = True

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.choices = DepthChoices()
        self._source: DepthMap | None = None
        self._refreshes = 0
        self._pointer: tuple[float, float] | None = None
        self._pointed_ms: float | None = None
        self.plot = TimePricePlot(self.theme, parent=self)
        self.plot.setAccessibleName("Depth heatmap")
        self.view = DepthView(self.plot, self)
        self.layers = DepthLayers(self.theme, self.plot)
        self.levels = DrawingBoard(self.plot, services.drawings, services.themes, levels_only=True)
        self.heatmap, self.dots, self.legend = self.layers.heatmap, self.layers.dots, self.layers.legend
        self.note = PastNote(self.theme, self.plot)
        self.set_body(self.plot)
        self.setFocusProxy(self.plot)
        self._add_controls()
        self.depth_menu = DepthMenu(self.choices, self._choices_changed, self)
        self.header.menu.insertMenu(self.header.menu.actions()[0], self.depth_menu.menu)
        self.depth_menu.automatic.triggered.connect(lambda: self.set_top_size(None))
        self.depth_menu.fixed.triggered.connect(self._ask_top_size)
        self.depth_menu.trades.triggered.connect(self._ask_least_trade)
        self.legend.on_scaled = self.set_top_size
        self.legend.on_automatic = lambda: self.set_top_size(None)
        self.legend.on_menu = self.depth_menu.menu.popup
        self.view.following_changed.connect(lambda following: self.now_button.setVisible(not following))
        self.plot.time_moved.connect(self._on_time_moved)
        self.plot.price_moved.connect(lambda: self.set_auto_price(False))
        self.plot.reset_requested.connect(self.reset_view)
        self.plot.view_changed.connect(self._on_view)
        self.plot.pointer_moved.connect(self._on_pointer)
        self.link.crosshair_moved.connect(self._on_crosshair)
        self.link.moment_wanted.connect(self._show_moment)

    def _add_controls(self) -> None:
        self.auto_button = QToolButton(self)
        self.auto_button.setText("Auto")
        self.auto_button.setCheckable(True)
        self.auto_button.setChecked(True)
        self.auto_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.auto_button.setToolTip("Keep the market in view (A)")
        self.auto_button.setAccessibleName("Price scale follows the market")
        self.auto_button.toggled.connect(self._on_auto)
        self.header.add_control(self.auto_button)
        self.now_button = QPushButton("Now →", self.plot)
        self.now_button.setFont(ui_font(HEADER_PX))
        self.now_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.now_button.setToolTip("Jump to the newest depth and follow it (End)")
        self.now_button.clicked.connect(self.jump_to_now)
        self.now_button.hide()

    @property
    def source(self) -> DepthMap | None:
        """The map that is shown."""
        return self._source

    @property
    def following(self) -> bool:
        """The view moves with the newest depth."""
        return self.view.following

    @property
    def auto_price(self) -> bool:
        """The price scale moves with the market."""
        return self.auto_button.isChecked()

    def jump_to_now(self) -> None:
        """Show the newest depth at the right and follow it."""
        self.view.follow(True)
        self.refresh()

    def set_auto_price(self, auto: bool) -> None:
        """Let the price scale move with the market, or hold it."""
        self.auto_button.setChecked(auto)

    def set_top_size(self, size: float | None) -> None:
        """Give sizes from this one up the brightest colour; None fits the colours to what is in view."""
        symbol = self.link.symbol
        self.choices.set_scale(symbol, replace(self.choices.scale(symbol), top_size=size))
        self._choices_changed()

    def set_least_trade(self, size: float | None) -> None:
        """Draw trades from this size on; None leaves the small ones out only where it is crowded."""
        symbol = self.link.symbol
        self.choices.set_scale(symbol, replace(self.choices.scale(symbol), least_trade=size))
        self._choices_changed()

    # The panel's hooks.

    def refresh(self) -> None:
        state = self.state
        self.levels.set_instrument(None if state is None else state.instrument)
        if state is None:
            self.cover_without_symbol()
            return
        past = self._past(state)
        if past is not None and self.services.workstation.past_reader is not None:
            self.services.workstation.past_reader.follow(past)
        source = self._source_of(state, past)
        if source.empty:
            self._say_why_no_depth(state)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        if source is not self._source:
            self._begin(state, source)
        self.view.young = self.services.workstation.live is not None
        self.view.move()
        self._want_past(source)
        self.layers.refresh(state, self.services.workstation.market, self.services.portfolio)
        if self._refreshes % RESCALE_EVERY == 0:
            self.heatmap.rescale()
        if self._refreshes % FIGURES_EVERY == 0:
            self._show_figures(state, source)
        self._refreshes += 1

    def symbol_changed(self) -> None:
        self._forget()
        self.refresh()

    def market_reset(self) -> None:
        self._forget()

    def theme_changed(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        self.note.set_theme(theme)
        self.layers.set_theme(theme)

    def put_away(self) -> None:
        self._forget()
        super().put_away()

    def reset_view(self) -> None:
        self.view.span_ms = DEFAULT_SPAN_MS
        self.set_auto_price(True)
        self.jump_to_now()

    def save_state(self) -> dict[str, object]:
        view: dict[str, object] = {"span_ms": self.view.span_ms, "auto_price": self.auto_price}
        return view | self.choices.saved()

    def restore_state(self, saved: Mapping[str, object]) -> None:
        span_ms, auto_price = saved.get("span_ms"), saved.get("auto_price")
        if isinstance(span_ms, int | float) and LEAST_SPAN_MS <= span_ms <= GREATEST_SPAN_MS:
            self.view.span_ms = float(span_ms)
        if isinstance(auto_price, bool):
            self.set_auto_price(auto_price)
        self.choices.restore(saved)
        self._choices_changed()
        self.refresh()

    def keys(self) -> list[tuple[str, str]]:
        return [*KEYS, *self.levels.keys()]

    def commands(self) -> list[Command]:
        return [*self.levels.commands(), *depth_commands(self)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = key_action(self, event)
        if action is None:
            event.ignore()
        else:
            action()

    # What keys and commands do.

    def zoom_time(self, factor: float) -> None:
        """Show `factor` times as much time, about the newest depth while that is followed."""
        self.plot.zoom_time(factor, self.view.zoom_place())

    def zoom_price(self, factor: float) -> None:
        """Show `factor` times as much price and hold the scale."""
        self.plot.zoom_price(factor)

    def pan_time(self, share: float) -> None:
        """Move back by a share of the view, or forward for less than 0."""
        self.plot.pan_time(share * self.plot.mapping.width)

    def pan_price(self, share: float) -> None:
        """Show higher prices by a share of the view, or lower for less than 0, and hold the scale."""
        self.plot.pan_price(share * self.plot.mapping.height)

    def turn_page(self, pages: int) -> None:
        """Move by views, forward for more than 0."""
        self.view.turn_page(pages)
        self.refresh()

    def go_to_oldest(self) -> None:
        """Show the oldest depth that is stored."""
        self.view.go_to_oldest()
        self.refresh()

    def toggle_auto(self) -> None:
        """Let the price scale move with the market, or hold it."""
        self.auto_button.toggle()

    def ask_time(self) -> None:
        """Ask for a moment and show what there is from then on."""
        if self._source is not None:
            ask_time(self.plot.mapping.from_ms, self._go_to, self)

    # Inside: what is shown.

    def _past(self, state: SymbolState) -> DepthPast | None:
        reader = self.services.workstation.past_reader
        return None if reader is None else reader.depth(state.instrument.venue, state.instrument.symbol)

    def _source_of(self, state: SymbolState, past: DepthPast | None) -> DepthMap:
        """The map of the market as it is: another as soon as the grid is."""
        grid, source = state.grid, self._source
        if grid is not None and grid.buckets[0] == grid.buckets[1]:
            grid = None
        if grid is None and self.services.workstation.feed is not None:
            past = None  # a replay that has not begun does not know what is stored of its future
        if source is not None and (source.grid, source.past) == (grid, past):
            return source
        return DepthMap(grid, past)

    def _forget(self) -> None:
        self._show_source(None, None)
        self._refreshes = 0
        self.legend.set_words(None)
        self.note.show_share(1.0, "")
        self.plot.set_last_price(None)
        self.plot.set_mark_price(None)
        self.header.set_subject(self.link.symbol, "depth")
        self.header.set_detail("")

    def _begin(self, state: SymbolState, source: DepthMap) -> None:
        self._refreshes = 0
        self._show_source(source, state)
        self.plot.set_price_decimals(state.instrument.price_decimals)
        self._choices_changed()

    def _show_source(self, source: DepthMap | None, state: SymbolState | None) -> None:
        if self._source is not None and self._source.past is not None:
            self._source.past.release(self)
        self._source = source
        self.view.set_source(source)
        self.layers.show_market(source, state, self.services.workstation.past_reader)

    def _want_past(self, source: DepthMap) -> None:
        """Have read what of the view lies before memory, and say how far that is."""
        view, past, reader = self.plot.mapping, source.past, self.services.workstation.past_reader
        if past is None or reader is None:
            return
        stretch = source.past_in(view.from_ms, view.to_ms)
        past.want(self, self.heatmap.seen_level(), stretch or (0, 0))
        reader.follow(past)
        self.layers.want_trades(reader)
        self.note.show_share(past.share_of(self), past.error)

    def _say_why_no_depth(self, state: SymbolState) -> None:
        feed = self.services.workstation.feed
        symbol = state.instrument.symbol
        if state.book.status is BookStatus.BROKEN:
            sentence = f"The book of {symbol} has a gap and waits for a snapshot."
            self.cover(sentence, "Trades and quotes go on meanwhile.")
        elif feed is not None and feed.finished:
            self.set_condition(
                Condition.EMPTY, "This recording has no order book snapshot: trades only.", "See the chart."
            )
        else:
            self.cover(f"No snapshot of {symbol}'s book yet.", "Trades are shown meanwhile.")
        if self._source is not None:
            self._forget()

    def _show_figures(self, state: SymbolState, source: DepthMap) -> None:
        instrument, view = state.instrument, self.plot.mapping
        cell = " × ".join(cell_words(instrument, source, self.heatmap.level))
        self.header.set_subject(instrument.symbol, f"depth · {cell}" if self.width() >= ROOMY_WIDTH else cell)
        parts = self.layers.read_out(instrument, self._pointer, self._pointed_ms)
        if not self.following:
            parts = ((stretch_words(view.from_ms, view.to_ms), "text"), *parts)
        elif source.grid is None:
            parts = ((stored_words(source), "warn"), *parts)
        self.header.set_detail((*parts, *spread_parts(state)))
        self.layers.strip.set_full_size(self.heatmap.top_size)
        self._show_legend()

    def _show_legend(self) -> None:
        state, source = self.state, self._source
        if state is None or source is None:
            return
        self.layers.show_legend(state.instrument, source)

    # Inside: what is chosen.

    def _choices_changed(self) -> None:
        """Paint as it was chosen."""
        symbol, state = self.link.symbol, self.state
        self.layers.apply(self.choices, symbol, "" if state is None else state.instrument.size_unit)
        self.depth_menu.automatic.setChecked(self.choices.scale(symbol).top_size is None)
        self._show_legend()

    def _ask_top_size(self) -> None:
        self.depth_menu.ask_size(
            "Brightest colour",
            "Size from which a cell has the brightest colour; 0 for automatic:",
            self.heatmap.top_size or 0.0,
            self.set_top_size,
        )

    def _ask_least_trade(self) -> None:
        self.depth_menu.ask_size(
            "Trades",
            "Size from which trades are drawn; 0 for automatic:",
            self.dots.threshold,
            self.set_least_trade,
        )

    def _go_to(self, time_ms: float) -> None:
        self.view.go_to(time_ms)
        self.refresh()

    def _show_moment(self, time_ms: float) -> None:
        self.view.show_moment(time_ms)
        self.refresh()

    # Inside: where the view is.

    def _on_time_moved(self) -> None:
        self.view.time_moved()
        self.refresh()

    def _on_view(self) -> None:
        view = self.plot.mapping
        self.now_button.adjustSize()
        self.now_button.move(
            round(view.width) - self.now_button.width() - 8,
            round(view.height) - self.now_button.height() - 8,
        )
        self.note.place(view.width)
        self.layers.place()
        if self.view.resized():
            self.view.move()  # the newest depth keeps its place at the right

    def _on_auto(self, auto: bool) -> None:
        self.plot.price_free = not auto
        self.view.auto_price = auto
        self.refresh()

    # Inside: the crosshair.

    def _on_pointer(self, time_ms: float | None, price: float | None) -> None:
        self.link.set_crosshair(Crosshair(time_ms, price, self))

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        time_ms, price = crosshair.time_ms, crosshair.price
        self.plot.set_crosshair(time_ms, price)
        self._pointer = None if time_ms is None or price is None else (time_ms, price)
        self._pointed_ms = time_ms
        if self._source is not None and self.state is not None:
            self._show_figures(self.state, self._source)
