"""The depth heatmap: what rests at which price over time, the trades that hit it, and the best prices."""

from collections.abc import Mapping
from math import floor, isnan
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ui import format
from ui.book_figures import spread_parts
from ui.links import Crosshair
from ui.panel import Condition, Panel, PanelServices
from ui.theme import HEADER_PX, Theme, ui_font
from ui.widgets.best_price_item import BestPriceItem
from ui.widgets.book_strip_item import BookStripItem
from ui.widgets.depth_item import DepthItem
from ui.widgets.liquidation_item import LiquidationItem
from ui.widgets.palette_legend import LegendWords, PaletteLegend
from ui.widgets.plot_mapping import fitted_price_range
from ui.widgets.time_price_plot import RIGHT_MARGIN_PX, TimePricePlot
from ui.widgets.trade_dots_item import TradeDotsItem
from workstation.market.depth_grid import DepthGrid
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState

DEFAULT_SPAN_MS = 5 * 60_000.0
YOUNG_SPANS_MS = (30_000.0, 60_000.0, 120_000.0, 180_000.0)
LEAST_SPAN_MS = 5_000.0
GREATEST_SPAN_MS = 86_400_000.0
SEEN_BINS = 30
"""Price bins kept in view on either side of the best prices when the price scale is automatic."""
SEEN_SHARE = 0.12
"""The same as a share of the range that the best prices covered."""
RESCALE_EVERY = 10
"""Refreshes between two looks at the colour scale: two a second."""
FIGURES_EVERY = 5
"""Refreshes between two readings of the header's figures: four a second, as fast as an eye reads."""
ROOMY_WIDTH = 420
"""Panel width, px, from which the header has room to say that this is depth."""
PAN_SHARE = 0.1
ZOOM_FACTOR = 1.25


class DepthPanel(Panel):
    """Shows the linked symbol's depth grid."""

    kind: ClassVar[str] = "depth"
    title: ClassVar[str] = "Depth"
    rate_hz: ClassVar[float] = 20.0
    of_book: ClassVar[bool] = True

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._span_ms = DEFAULT_SPAN_MS
        self._following = True
        self._grid: DepthGrid | None = None
        self._refreshes = 0
        self._pointer: tuple[float, float] | None = None
        self._size = (0.0, 0.0)
        self.plot = TimePricePlot(self.theme, parent=self)
        self.plot.least_span_ms, self.plot.greatest_span_ms = LEAST_SPAN_MS, GREATEST_SPAN_MS
        self.plot.setAccessibleName("Depth heatmap")
        self.heatmap = DepthItem(self.theme)
        self.best = BestPriceItem(self.theme)
        self.dots = TradeDotsItem(self.theme)
        self.strip = BookStripItem(self.theme)
        self.liquidations = LiquidationItem(self.theme)
        self.legend = PaletteLegend(self.theme)
        self._items = (self.heatmap, self.strip, self.best, self.dots, self.liquidations, self.legend)
        for z, item in enumerate(self._items):
            self.plot.add_overlay(item, z)
        self.set_body(self.plot)
        self.setFocusProxy(self.plot)
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
        self.plot.time_moved.connect(self._on_time_moved)
        self.plot.price_moved.connect(lambda: self.set_auto_price(False))
        self.plot.reset_requested.connect(self.reset_view)
        self.plot.view_changed.connect(self._on_view)
        self.plot.pointer_moved.connect(self._on_pointer)
        self.link.crosshair_moved.connect(self._on_crosshair)

    @property
    def following(self) -> bool:
        """The view moves with the newest depth."""
        return self._following

    @property
    def auto_price(self) -> bool:
        """The price scale moves with the market."""
        return self.auto_button.isChecked()

    def jump_to_now(self) -> None:
        """Show the newest depth at the right and follow it."""
        self._set_following(True)
        self.refresh()

    def set_auto_price(self, auto: bool) -> None:
        """Let the price scale move with the market, or hold it."""
        self.auto_button.setChecked(auto)

    # The panel's hooks.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.cover_without_symbol()
            return
        grid = state.grid
        if grid is None or grid.buckets[0] == grid.buckets[1]:
            self._say_why_no_depth(state)
            return
        if self.condition not in (Condition.LIVE, Condition.STALE):
            self.set_condition(Condition.LIVE)
        if grid is not self._grid:
            self._begin(state, grid)
        self._move_view(grid)
        self.heatmap.refresh()
        self.dots.refresh()
        self.liquidations.refresh()
        self.plot.set_last_price(None if isnan(state.last_price) else state.last_price)
        self.plot.set_mark_price(None if state.mark is None else float(state.mark.mark_price))
        if self._refreshes % RESCALE_EVERY == 0:
            self.heatmap.rescale()
        if self._refreshes % FIGURES_EVERY == 0:
            self._show_figures(state, grid)
        self._refreshes += 1

    def symbol_changed(self) -> None:
        self._forget()
        self.refresh()

    def market_reset(self) -> None:
        self._forget()

    def theme_changed(self, theme: Theme) -> None:
        self.plot.set_theme(theme)
        for item in self._items:
            item.set_theme(theme)

    def reset_view(self) -> None:
        self._span_ms = DEFAULT_SPAN_MS
        self.set_auto_price(True)
        self.jump_to_now()

    def save_state(self) -> dict[str, object]:
        return {"span_ms": self._span_ms, "auto_price": self.auto_price}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        span_ms, auto_price = saved.get("span_ms"), saved.get("auto_price")
        if isinstance(span_ms, int | float) and LEAST_SPAN_MS <= span_ms <= GREATEST_SPAN_MS:
            self._span_ms = float(span_ms)
        if isinstance(auto_price, bool):
            self.set_auto_price(auto_price)
        self.refresh()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("+  −", "Zoom time"),
            ("←  →", "Back and forward in time"),
            ("↑  ↓", "Higher and lower prices, with Shift zoom price; both hold the scale"),
            ("End", "Jump to now and follow"),
            ("A", "Keep the market in view or hold the price scale"),
            ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward"),
            ("Double click", "Reset the view"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        known = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        pan_px = PAN_SHARE * self.plot.mapping.width
        key = event.key()
        if event.modifiers() & ~known:
            event.ignore()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.plot.zoom_time(1 / ZOOM_FACTOR, self._newest_px())
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.plot.zoom_time(ZOOM_FACTOR, self._newest_px())
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
        elif key == Qt.Key.Key_End:
            self.jump_to_now()
        elif key == Qt.Key.Key_A:
            self.auto_button.toggle()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.auto_button.setVisible(self.width() >= 280)

    # Inside: what is shown.

    def _forget(self) -> None:
        self._grid = None
        self._refreshes = 0
        self.heatmap.set_grid(None)
        self.best.set_grid(None)
        self.strip.set_grid(None)
        self.dots.set_trades(None, 1.0)
        self.liquidations.set_liquidations(None)
        self.legend.set_words(None)
        self.plot.set_last_price(None)
        self.header.set_subject(self.link.symbol, "depth")
        self.header.set_detail("")

    def _begin(self, state: SymbolState, grid: DepthGrid) -> None:
        self._grid = grid
        self._refreshes = 0
        self._set_following(True)
        self.heatmap.set_grid(grid)
        self.best.set_grid(grid)
        self.strip.set_grid(grid)
        self.dots.set_trades(state.trades, float(state.instrument.tick_size))
        self.liquidations.set_liquidations(state.liquidations)
        self.plot.set_price_decimals(state.instrument.price_decimals)

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
        if self._grid is not None:
            self._forget()

    def _show_figures(self, state: SymbolState, grid: DepthGrid) -> None:
        instrument, level = state.instrument, self.heatmap.level
        bucket_s = grid.bucket_ms * level.buckets / 1000
        bucket = f"{bucket_s:g} s" if bucket_s < 60 else format.timeframe(int(bucket_s * 1000))
        cell = format.price(grid.bin_size * level.bins, max(1, instrument.price_decimals))
        what = "depth · " if self.width() >= ROOMY_WIDTH else ""
        self.header.set_subject(instrument.symbol, f"{what}{bucket} × {cell}")
        self.header.set_detail((*self._point_parts(state, grid), *spread_parts(state)))
        top_size = self.heatmap.top_size
        self.strip.set_full_size(top_size)
        if top_size is None:
            self.legend.set_words(None)
            return
        least = self.dots.threshold
        dots = f"trades ≥ {format.compact(least)} {instrument.size_unit}" if least else "all trades"
        self.legend.set_words(LegendWords(top_size, instrument.size_unit, cell, "log, visible P99", dots))

    def _point_parts(self, state: SymbolState, grid: DepthGrid) -> tuple[tuple[str, str], ...]:
        """The read-out of the cell under the crosshair."""
        if self._pointer is None:
            return ()
        time_ms, price = self._pointer
        bin_size = grid.bin_size * self.heatmap.level.bins
        size = self.heatmap.size_at(time_ms, price)
        rests = "not known" if size is None else f"{format.compact(size)} {state.instrument.size_unit}"
        parts = [
            (format.price(floor(price / bin_size) * bin_size, state.instrument.price_decimals), "text"),
            (rests, "text"),
        ]
        bid, ask = grid.best[int(time_ms // grid.bucket_ms) % grid.columns].tolist()
        if size is not None and not isnan(bid + ask):
            middle = (bid + ask) / 2
            away = (floor(price / bin_size) + 0.5) * bin_size / middle - 1
            parts.append((f"{format.percent(away, 3, signed=True)} from mid", "muted"))
        parts.append((format.utc_time(time_ms, with_ms=grid.bucket_ms < 1000), "muted"))
        return tuple(parts)

    # Inside: where the view is.

    def _shown_span_ms(self, grid: DepthGrid) -> float:
        """The span asked for; while a live market is young the smallest step that holds what there is."""
        held_ms = (grid.buckets[1] - grid.buckets[0]) * grid.bucket_ms
        steps = YOUNG_SPANS_MS if self.services.workstation.live is not None else ()
        return min(next((step for step in steps if held_ms < 0.8 * step), self._span_ms), self._span_ms)

    def _newest_ms(self, grid: DepthGrid) -> float:
        """Right edge of the newest cell on screen."""
        buckets = self.heatmap.level.buckets
        return float(-(-grid.buckets[1] // buckets) * buckets * grid.bucket_ms)

    def _move_view(self, grid: DepthGrid) -> None:
        view = self.plot.mapping
        time = view.from_ms, view.to_ms
        if self._following:
            margin_px = _margin_px(view.width)
            # The margin is of pixels, so it takes its share of the span.
            span_ms = self._shown_span_ms(grid)
            to_ms = self._newest_ms(grid) + margin_px * span_ms / view.width
            time = to_ms - span_ms, to_ms
        price = view.low, view.high
        if self.auto_price:
            price = self._fitted_price(grid, time, price)
        self.plot.set_view(time=time, price=price)

    def _fitted_price(
        self, grid: DepthGrid, time: tuple[float, float], current: tuple[float, float]
    ) -> tuple[float, float]:
        """The prices to show: where the market was in view, with the book around it."""
        first, end = grid.buckets
        first, end = (
            max(first, floor(time[0] / grid.bucket_ms)),
            min(end, floor(time[1] / grid.bucket_ms) + 1),
        )
        best = grid.best[np.arange(first, end) % grid.columns] if first < end else grid.best[:0]
        best = best[~np.isnan(best)]
        if not len(best):
            return current
        lowest, highest = float(best.min()), float(best.max())
        beside = max(SEEN_BINS * grid.bin_size, SEEN_SHARE * (highest - lowest))
        return fitted_price_range(lowest - beside, highest + beside, 2 * beside, current)

    def _on_time_moved(self) -> None:
        """The user moved time: hold there, unless the newest depth is still where following puts it."""
        view = self.plot.mapping
        span_ms = view.to_ms - view.from_ms
        before_ms = self._span_ms if self._grid is None else self._shown_span_ms(self._grid)
        zoomed = abs(span_ms - before_ms) > 1e-6 * span_ms
        if zoomed:
            self._span_ms = span_ms
        if self._grid is not None:
            newest_px = view.x(self._newest_ms(self._grid))
            at_right_edge = newest_px <= view.width - _margin_px(view.width) + 0.5
            still = zoomed and self._following and newest_px <= view.width
            self._set_following(at_right_edge or still)
        self.refresh()

    def _on_view(self) -> None:
        view = self.plot.mapping
        self.now_button.adjustSize()
        self.now_button.move(
            round(view.width) - self.now_button.width() - 8,
            round(view.height) - self.now_button.height() - 8,
        )
        size = view.width, view.height
        if size != self._size:
            self._size = size
            if self._grid is not None:
                self._move_view(self._grid)  # the newest depth keeps its place at the right

    def _on_auto(self, auto: bool) -> None:
        self.plot.price_free = not auto
        self.refresh()

    def _set_following(self, following: bool) -> None:
        self._following = following
        self.now_button.setVisible(not following)

    def _newest_px(self) -> float | None:
        """Where a key zooms: about the newest depth while the view follows it, else about the middle."""
        if not self._following or self._grid is None:
            return None
        return self.plot.mapping.x(self._newest_ms(self._grid))

    # Inside: the crosshair.

    def _on_pointer(self, time_ms: float | None, price: float | None) -> None:
        self.link.set_crosshair(Crosshair(time_ms, price, self))

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        time_ms, price = crosshair.time_ms, crosshair.price
        self.plot.set_crosshair(time_ms, price)
        self._pointer = None if time_ms is None or price is None else (time_ms, price)
        if self._grid is not None and self.state is not None:
            self._show_figures(self.state, self._grid)


def _margin_px(width: float) -> float:
    # Room for the book's strip right of the newest depth; a narrow plot gives less.
    return min(RIGHT_MARGIN_PX, width / 5)
