"""The depth heatmap: what rests at which price over time, the trades that hit it, and the best prices."""

from collections.abc import Mapping
from dataclasses import replace
from math import isnan
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ui import format
from ui.book_figures import spread_parts
from ui.commands import Command
from ui.depth.best_price_item import BestPriceItem
from ui.depth.book_strip_item import BookStripItem
from ui.depth.choices import DepthChoices
from ui.depth.depth_item import DepthItem
from ui.depth.figures import cell_words, legend_words, point_parts, stretch_words
from ui.depth.go_to import ask_time
from ui.depth.menu import DepthMenu
from ui.depth.palette_legend import PaletteLegend
from ui.depth.past_note import PastNote
from ui.depth.seen_trades import SeenTrades
from ui.depth.trade_dots_item import TradeDotsItem
from ui.depth.view import DEFAULT_SPAN_MS, GREATEST_SPAN_MS, LEAST_SPAN_MS, DepthView
from ui.drawings.board import DrawingBoard
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.liquidation_item import LiquidationItem
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
PAN_SHARE = 0.1
ZOOM_FACTOR = 1.25


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
        self.plot = TimePricePlot(self.theme, parent=self)
        self.plot.setAccessibleName("Depth heatmap")
        self.view = DepthView(self.plot, self)
        self.trades = SeenTrades()
        self.heatmap = DepthItem(self.theme)
        self.best = BestPriceItem(self.theme)
        self.dots = TradeDotsItem(self.theme, self.trades)
        self.strip = BookStripItem(self.theme)
        self.liquidations = LiquidationItem(self.theme)
        self.legend = PaletteLegend(self.theme)
        self._items = (self.heatmap, self.strip, self.best, self.dots, self.liquidations, self.legend)
        for z, item in enumerate(self._items):
            self.plot.add_overlay(item, z)
        self.levels = DrawingBoard(self.plot, services.drawings, services.themes, levels_only=True)
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
        self.now_button = QPushButton(self.plot)
        self.now_button.setText("Now →")
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
        self.heatmap.refresh()
        self.dots.refresh()
        self.liquidations.refresh()
        self._show_price_lines(state)
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
        for item in self._items:
            item.set_theme(theme)

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
        return [
            ("+  −", "Zoom time"),
            ("←  →", "Back and forward in time"),
            ("PgUp  PgDn", "Back and forward by a view"),
            ("Home", "The oldest depth that is stored"),
            ("End", "Jump to now and follow"),
            ("G", "Go to a time"),
            ("↑  ↓", "Higher and lower prices, with Shift zoom price; both hold the scale"),
            ("A", "Keep the market in view or hold the price scale"),
            ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward; on the legend the colours"),
            ("Double click", "Reset the view"),
            *self.levels.keys(),
        ]

    def commands(self) -> list[Command]:
        return self.levels.commands()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        known = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        pan_px = PAN_SHARE * self.plot.mapping.width
        key = event.key()
        if event.modifiers() & ~known:
            event.ignore()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.plot.zoom_time(1 / ZOOM_FACTOR, self.view.zoom_place())
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.plot.zoom_time(ZOOM_FACTOR, self.view.zoom_place())
        elif key == Qt.Key.Key_Left:
            self.plot.pan_time(pan_px)
        elif key == Qt.Key.Key_Right:
            self.plot.pan_time(-pan_px)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            up = key == Qt.Key.Key_Up
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.plot.zoom_price(1 / ZOOM_FACTOR if up else ZOOM_FACTOR)
            else:
                self.plot.pan_price((1 if up else -1) * PAN_SHARE * self.plot.mapping.height)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.view.turn_page(-1 if key == Qt.Key.Key_PageUp else 1)
            self.refresh()
        elif key == Qt.Key.Key_Home:
            self.view.go_to_oldest()
            self.refresh()
        elif key == Qt.Key.Key_End:
            self.jump_to_now()
        elif key == Qt.Key.Key_G:
            self.ask_time()
        elif key == Qt.Key.Key_A:
            self.auto_button.toggle()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.auto_button.setVisible(self.width() >= 280)

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
        self.heatmap.set_source(source)
        self.best.set_source(source)
        self.strip.set_grid(None if source is None else source.grid)
        if state is None:
            self.trades.set_market(None, None, None, 1.0)
            self.dots.set_trades(None)
            self.liquidations.set_liquidations(None)
            return
        reader, instrument = self.services.workstation.past_reader, state.instrument
        past = None if reader is None else reader.trades(instrument.venue, instrument.symbol)
        self.trades.set_market(state.trades, past, source, float(instrument.tick_size))
        self.dots.set_trades(state.trades)
        self.liquidations.set_liquidations(state.liquidations)

    def _want_past(self, source: DepthMap) -> None:
        """Have read what of the view lies before memory, and say how far that is."""
        view, past, reader = self.plot.mapping, source.past, self.services.workstation.past_reader
        if past is None or reader is None:
            return
        stretch = source.past_in(view.from_ms, view.to_ms)
        past.want(self, self.heatmap.seen_level(), stretch or (0, 0))
        reader.follow(past)
        trades = self.trades.want(view) if self.choices.bubbles or self.choices.profile != "off" else None
        if trades is not None:
            reader.follow(trades)
        self.note.show_share(past.share_of(self), past.error)

    def _show_price_lines(self, state: SymbolState) -> None:
        last = None if isnan(state.last_price) or not self.choices.last else state.last_price
        mark = None if state.mark is None or not self.choices.mark else float(state.mark.mark_price)
        self.plot.set_last_price(last)
        self.plot.set_mark_price(mark)

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
        bucket, cell = cell_words(instrument, source, self.heatmap.level)
        what = "depth · " if self.width() >= ROOMY_WIDTH else ""
        self.header.set_subject(instrument.symbol, f"{what}{bucket} × {cell}")
        point = point_parts(instrument, source, self.heatmap, self._pointer)
        where = () if self.following else ((stretch_words(view.from_ms, view.to_ms), "text"),)
        if self.following and source.grid is None:
            newest_ms = source.buckets[1] * source.bucket_ms
            where = ((f"stored until {format.utc_date(newest_ms)} {format.utc_time(newest_ms)}", "warn"),)
        self.header.set_detail((*point, *where, *spread_parts(state)))
        self.strip.set_full_size(self.heatmap.top_size)
        self._show_legend()

    def _show_legend(self) -> None:
        state, source = self.state, self._source
        if state is None or source is None:
            return
        _, cell = cell_words(state.instrument, source, self.heatmap.level)
        least = self.dots.threshold if self.choices.bubbles else None
        fixed = self.choices.scale(self.link.symbol).top_size is not None
        words = legend_words(
            state.instrument, cell, self.heatmap, least, fixed=fixed, linear=self.choices.linear
        )
        self.legend.set_words(words)

    # Inside: what is chosen.

    def _choices_changed(self) -> None:
        """Paint as it was chosen."""
        choices, scale = self.choices, self.choices.scale(self.link.symbol)
        self.heatmap.set_scale(scale.top_size, linear=choices.linear)
        self.legend.set_linear(choices.linear)
        self.dots.set_least(scale.least_trade)
        self.dots.setVisible(choices.bubbles)
        self.best.setVisible(choices.best)
        self.liquidations.setVisible(choices.forced)
        self.strip.setVisible(choices.book)
        self.depth_menu.automatic.setChecked(scale.top_size is None)
        self.strip.set_full_size(self.heatmap.top_size)
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

    def ask_time(self) -> None:
        """Ask for a moment and show what there is from then on."""
        if self._source is not None:
            ask_time(self.plot.mapping.from_ms, self._go_to, self)

    def _go_to(self, time_ms: float) -> None:
        self.view.go_to(time_ms)
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
        if self._source is not None and self.state is not None:
            self._show_figures(self.state, self._source)
