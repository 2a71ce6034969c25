"""The depth heatmap: what rests at which price over time, the trades that hit it, and the best prices."""

from collections.abc import Mapping
from math import floor, isnan
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QWidget

from ui import format
from ui.links import Crosshair, LinkGroup
from ui.panel import Condition, Panel, PanelServices
from ui.theme import Theme
from ui.widgets.best_price_item import BestPriceItem
from ui.widgets.book_strip_item import BookStripItem
from ui.widgets.depth_item import DepthItem
from ui.widgets.palette_legend import LegendWords, PaletteLegend
from ui.widgets.plot_mapping import fitted_price_range
from ui.widgets.time_price_plot import RIGHT_MARGIN_PX, TimePricePlot
from ui.widgets.trade_dots_item import TradeDotsItem
from workstation.market.depth_grid import DepthGrid
from workstation.market.order_book import BookStatus
from workstation.market.state import SymbolState

DEFAULT_SPAN_MS = 5 * 60_000.0
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
PAN_PX = 80.0
ZOOM_FACTOR = 1.25


class DepthPanel(Panel):
    """Shows the linked symbol's depth grid."""

    kind: ClassVar[str] = "depth"
    title: ClassVar[str] = "Depth"
    rate_hz: ClassVar[float] = 20.0

    def __init__(self, services: PanelServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._span_ms = DEFAULT_SPAN_MS
        self._following = True
        self._auto_price = True
        self._grid: DepthGrid | None = None
        self._refreshes = 0
        self._pointer: tuple[float, float] | None = None
        self.plot = TimePricePlot(self.theme, parent=self)
        self.plot.price_free = True
        self.plot.least_span_ms, self.plot.greatest_span_ms = LEAST_SPAN_MS, GREATEST_SPAN_MS
        self.plot.setAccessibleName("Depth heatmap")
        self.heatmap = DepthItem(self.theme)
        self.best = BestPriceItem(self.theme)
        self.dots = TradeDotsItem(self.theme)
        self.strip = BookStripItem(self.theme)
        self.legend = PaletteLegend(self.theme)
        self._items = (self.heatmap, self.strip, self.best, self.dots, self.legend)
        for z, item in enumerate(self._items):
            self.plot.add_overlay(item, z)
        self.set_body(self.plot)
        self._auto_button = QToolButton(self)
        self._auto_button.setText("auto")
        self._auto_button.setCheckable(True)
        self._auto_button.setChecked(True)
        self._auto_button.setToolTip("Price scale follows the market (A)")
        self._auto_button.setAccessibleName("Price scale follows the market")
        self._auto_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._auto_button.toggled.connect(self.set_auto_price)
        self.header.add_control(self._auto_button)
        self.plot.time_moved.connect(self._on_time_moved)
        self.plot.price_moved.connect(lambda: self.set_auto_price(False))
        self.plot.reset_requested.connect(self.reset_view)
        self.plot.view_changed.connect(self._on_view_changed)
        self.plot.pointer_moved.connect(self._on_pointer)
        self.link.crosshair_moved.connect(self._on_crosshair)

    @property
    def following(self) -> bool:
        """The view moves with the newest depth."""
        return self._following

    @property
    def auto_price(self) -> bool:
        """The price scale moves with the market."""
        return self._auto_price

    def follow(self) -> None:
        """Go to the newest depth and stay there."""
        self._following = True
        self.refresh()

    def set_auto_price(self, auto: bool) -> None:
        """Let the price scale move with the market, or hold it."""
        if auto != self._auto_price:
            self._auto_price = auto
            self._auto_button.setChecked(auto)
            self.refresh()

    # The panel's hooks.

    def refresh(self) -> None:
        state = self.state
        if state is None:
            self.set_condition(Condition.EMPTY, "No symbol is chosen.", "Choose one in the watchlist.")
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
        self.plot.set_last_price(None if isnan(state.last_price) else state.last_price)
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
        self._following = True
        self.set_auto_price(True)
        self.refresh()

    def save_state(self) -> dict[str, object]:
        return {"span_ms": self._span_ms, "auto_price": self._auto_price}

    def restore_state(self, saved: Mapping[str, object]) -> None:
        span_ms, auto_price = saved.get("span_ms"), saved.get("auto_price")
        if isinstance(span_ms, int | float) and LEAST_SPAN_MS <= span_ms <= GREATEST_SPAN_MS:
            self._span_ms = float(span_ms)
        if isinstance(auto_price, bool):
            self.set_auto_price(auto_price)
        self.refresh()

    def keys(self) -> list[tuple[str, str]]:
        return [
            ("← →", "Earlier or later"),
            ("↑ ↓", "Higher or lower prices, and hold them"),
            ("+ −, wheel", "More or less detail in time"),
            ("Ctrl + −, Ctrl+wheel", "More or less detail in price"),
            ("End", "Back to the newest"),
            ("A", "Price scale automatic or held"),
            ("Double click", "Reset view"),
        ]

    def set_link(self, link: LinkGroup) -> None:
        self.link.crosshair_moved.disconnect(self._on_crosshair)
        super().set_link(link)
        self.link.crosshair_moved.connect(self._on_crosshair)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        zoom = self.plot.zoom_price if ctrl else self.plot.zoom_time
        about = self._zoom_about(price=ctrl)
        match event.key():
            case Qt.Key.Key_Left:
                self.plot.pan_time(PAN_PX)
            case Qt.Key.Key_Right:
                self.plot.pan_time(-PAN_PX)
            case Qt.Key.Key_Up:
                self.plot.pan_price(PAN_PX / 2)
            case Qt.Key.Key_Down:
                self.plot.pan_price(-PAN_PX / 2)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                zoom(1 / ZOOM_FACTOR, about)
            case Qt.Key.Key_Minus:
                zoom(ZOOM_FACTOR, about)
            case Qt.Key.Key_End:
                self.follow()
            case Qt.Key.Key_A if not ctrl:
                self.set_auto_price(not self._auto_price)
            case _:
                super().keyPressEvent(event)

    # Inside: what is shown.

    def _forget(self) -> None:
        self._grid = None
        self._refreshes = 0
        self.heatmap.set_grid(None)
        self.best.set_grid(None)
        self.strip.set_grid(None)
        self.dots.set_trades(None, 1.0)
        self.legend.set_words(None)
        self.plot.set_last_price(None)
        self.header.set_subject(self.link.symbol, "depth")
        self.header.set_detail("")

    def _begin(self, state: SymbolState, grid: DepthGrid) -> None:
        self._grid = grid
        self._refreshes = 0
        self._following = True
        self.heatmap.set_grid(grid)
        self.best.set_grid(grid)
        self.strip.set_grid(grid)
        self.dots.set_trades(state.trades, float(state.instrument.tick_size))
        self.plot.set_price_decimals(state.instrument.price_decimals)

    def _say_why_no_depth(self, state: SymbolState) -> None:
        feed = self.services.workstation.feed
        symbol = state.instrument.symbol
        if state.book.status is BookStatus.BROKEN:
            sentence = f"The book of {symbol} has a gap and waits for a snapshot."
            self.set_condition(Condition.LOADING, sentence, "Trades and quotes go on meanwhile.")
        elif feed is not None and feed.finished:
            self.set_condition(
                Condition.EMPTY, "This recording has no order book snapshot: trades only.", "See the chart."
            )
        else:
            self.set_condition(
                Condition.LOADING, f"No snapshot of {symbol}'s book yet.", "Trades are shown meanwhile."
            )
        if self._grid is not None:
            self._forget()

    def _show_figures(self, state: SymbolState, grid: DepthGrid) -> None:
        instrument, level = state.instrument, self.heatmap.level
        bucket_s = grid.bucket_ms * level.buckets / 1000
        bucket = f"{bucket_s:g} s" if bucket_s < 60 else format.timeframe(int(bucket_s * 1000))
        cell = format.price(grid.bin_size * level.bins, max(1, instrument.price_decimals))
        held = "" if self._following else " · held in the past"
        self.header.set_subject(instrument.symbol, f"{bucket} × {cell}{held}")
        self.header.set_detail((*self._point_parts(state, grid), *_spread_parts(state)))
        top_size = self.heatmap.top_size
        self.strip.set_full_size(top_size)
        if top_size is None:
            self.legend.set_words(None)
            return
        least = self.dots.threshold
        dots = f"trades ≥ {format.compact(least)} {instrument.size_unit}" if least else "all trades"
        self.legend.set_words(
            LegendWords(top_size, f"{instrument.size_unit} per {cell}", "log, visible P99", dots)
        )

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

    def _newest_ms(self, grid: DepthGrid) -> float:
        """Right edge of the newest cell on screen."""
        buckets = self.heatmap.level.buckets
        return float(-(-grid.buckets[1] // buckets) * buckets * grid.bucket_ms)

    def _move_view(self, grid: DepthGrid) -> None:
        view = self.plot.mapping
        time = view.from_ms, view.to_ms
        if self._following:
            margin_px = min(RIGHT_MARGIN_PX, view.width / 3)
            # The margin is of pixels, so it takes its share of the span.
            to_ms = self._newest_ms(grid) + margin_px * self._span_ms / view.width
            time = to_ms - self._span_ms, to_ms
        price = view.low, view.high
        if self._auto_price:
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
        zoomed = abs(span_ms - self._span_ms) > 1e-6 * span_ms
        self._span_ms = span_ms
        if self._grid is not None:
            newest_px = view.x(self._newest_ms(self._grid))
            at_right_edge = newest_px <= view.width - min(RIGHT_MARGIN_PX, view.width / 3) + 0.5
            self._following = at_right_edge or (zoomed and self._following and newest_px <= view.width)
        self.refresh()

    def _on_view_changed(self) -> None:
        # Soon after, not at once: a scale that changes under a moving hand cannot be read.
        self._refreshes = 1 if self._refreshes else 0

    def _zoom_about(self, *, price: bool) -> float | None:
        """Where a key zooms: at the newest depth while following, else in the middle."""
        if price or not self._following or self._grid is None:
            return None
        return self.plot.mapping.x(self._newest_ms(self._grid))

    # Inside: the crosshair.

    def _on_pointer(self, time_ms: float | None, price: float | None) -> None:
        self._point_at(time_ms, price)
        self.link.set_crosshair(Crosshair(time_ms, price, self))

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        if crosshair.source is not self:
            self._point_at(crosshair.time_ms, crosshair.price)

    def _point_at(self, time_ms: float | None, price: float | None) -> None:
        self.plot.set_crosshair(time_ms, price)
        self._pointer = None if time_ms is None or price is None else (time_ms, price)
        if self._grid is not None and self.state is not None:
            self._show_figures(self.state, self._grid)


def _spread_parts(state: SymbolState) -> tuple[tuple[str, str], ...]:
    book = state.book
    spread = book.best_ask - book.best_bid
    if book.status is not BookStatus.LIVE or isnan(spread):
        return ()
    spread_bps = spread / ((book.best_ask + book.best_bid) / 2) * 1e4
    text = format.price(spread, state.instrument.price_decimals)
    return ((f"spread {text} ({format.price(spread_bps, 2)} bp)", "muted"),)
