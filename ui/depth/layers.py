"""Everything a depth panel paints, in its order: each layer reads the same map and the same trades."""

from math import inf, isnan

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QToolTip

from ui.charting.chart_items import ChartItems
from ui.depth.best_price_item import BestPriceItem
from ui.depth.book_strip_item import BookStripItem
from ui.depth.choices import DepthChoices
from ui.depth.depth_item import DepthItem
from ui.depth.figures import Parts, cell_words, flow_parts, legend_words, point_parts
from ui.depth.flow_strip_item import STRIP_PX, FlowStripItem
from ui.depth.palette_legend import PaletteLegend
from ui.depth.seen_trades import SeenTrades
from ui.depth.trade_dots_item import TradeDotsItem
from ui.depth.volume_item import VolumeItem
from ui.depth.wall_item import WallItem
from ui.theme import Theme
from ui.widgets.time_axis import TIME_AXIS_HEIGHT
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.depth_map import DepthMap
from workstation.market.past_reader import PastReader
from workstation.market.state import Market, SymbolState
from workstation.market.walls import WallTracker
from workstation.model.instrument import Instrument
from workstation.trading.portfolio import Portfolio

LEAST_STRIP_HEIGHT = 240
"""A plot less high than this, px, has no room for the strip under the map."""


class DepthLayers:
    """The layers of one plot, and the parts of a market that they show."""

    def __init__(self, theme: Theme, plot: TimePricePlot) -> None:
        self._plot = plot
        self._choices = DepthChoices()
        self._source: DepthMap | None = None
        self.trades = SeenTrades()
        self.walls: WallTracker | None = None
        """The walls of the live grid; None without one."""
        self.heatmap = DepthItem(theme)
        self.volume = VolumeItem(theme, self.trades)
        self.strip = BookStripItem(theme)
        self.flow = FlowStripItem(theme)
        self.best = BestPriceItem(theme)
        self.dots = TradeDotsItem(theme, self.trades)
        self.wall_marks = WallItem(theme)
        self.legend = PaletteLegend(theme)
        self._items = (
            self.heatmap,
            self.volume,
            self.strip,
            self.flow,
            self.best,
            self.dots,
            self.wall_marks,
            self.legend,
        )
        for z, item in enumerate(self._items):
            plot.add_overlay(item, z)
        self.marks = ChartItems(plot)
        plot.pointed.connect(self._on_pointed)
        self._hinted = ""

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        for item in self._items:
            item.set_theme(theme)
        self.marks.liquidations.set_theme(theme)

    def show_market(
        self, source: DepthMap | None, state: SymbolState | None, reader: PastReader | None
    ) -> None:
        """Show this map and the rest of its market; None shows nothing."""
        self._source = source
        grid = None if source is None else source.grid
        self.heatmap.set_source(source)
        self.best.set_source(source)
        self.flow.set_source(source)
        self.strip.set_grid(grid)
        self.walls = None if grid is None else WallTracker(grid)
        if state is None:
            self.trades.set_market(None, None, None, 1.0)
            self.dots.set_trades(None)
            self.wall_marks.set_tracker(None, 1.0, "", 1)
            return
        instrument = state.instrument
        past = None if reader is None else reader.trades(instrument.venue, instrument.symbol)
        self.trades.set_market(state.trades, past, source, float(instrument.tick_size))
        self.dots.set_trades(state.trades)
        bin_size = 1.0 if grid is None else grid.bin_size
        self.wall_marks.set_tracker(self.walls, bin_size, instrument.size_unit, instrument.price_decimals)

    def refresh(self, state: SymbolState, market: Market, portfolio: Portfolio | None) -> None:
        """Ask for painting of what has changed.

        Args:
            portfolio: of the trader's account; None while nothing is traded.
        """
        choices = self._choices
        if self.walls is not None and (choices.walls or choices.hints):
            self.walls.follow(state.trades)
        for item in (self.heatmap, self.dots, self.wall_marks, self.volume):
            item.refresh()
        self.marks.refresh(state, market, portfolio if choices.own else None)
        last = None if isnan(state.last_price) or not choices.last else state.last_price
        mark = None if state.mark is None or not choices.mark else float(state.mark.mark_price)
        self._give_way()
        self._plot.set_last_price(last)
        self._plot.set_mark_price(mark)

    def _give_way(self) -> None:
        """Side by side at the right: labels of walls, volume by price, the book of now."""
        newest_ms = self._newest_ms() if self._choices.book else None
        self.volume.set_right(newest_ms)
        self.wall_marks.right_px = self.volume.place_px().left() if self.volume.shown else inf

    def _newest_ms(self) -> float | None:
        source = self._source
        if source is None or source.grid is None:
            return None
        buckets = self.heatmap.level.buckets
        return float(-(-source.live[1] // buckets) * buckets * source.bucket_ms)

    def want_trades(self, reader: PastReader) -> None:
        """Have read what of the trades in view lies before memory."""
        if self._choices.bubbles or self._choices.profile != "off":
            past = self.trades.want(self._plot.mapping, session=self._choices.profile == "session")
            if past is not None:
                reader.follow(past)

    def apply(self, choices: DepthChoices, symbol: str, unit: str) -> None:
        """Paint what was chosen, as it was chosen."""
        self._choices = choices
        scale = choices.scale(symbol)
        self.heatmap.set_scale(scale.top_size, linear=choices.linear)
        self.strip.set_full_size(self.heatmap.top_size)
        self.legend.set_linear(choices.linear)
        self.dots.set_least(scale.least_trade)
        self.volume.set_profile(choices.profile, unit)
        self.wall_marks.show_parts(labels=choices.walls, signs=choices.hints)
        self.dots.setVisible(choices.bubbles)
        self.best.setVisible(choices.best)
        self.marks.liquidations.setVisible(choices.forced)
        self.strip.setVisible(choices.book)
        self.place()

    def read_out(
        self, instrument: Instrument, pointer: tuple[float, float] | None, time_ms: float | None
    ) -> Parts:
        """What lies under the crosshair: the cell, and the book's spread and balance; else the largest wall.

        Args:
            pointer: moment and price under the pointer; None while it points at no price.
            time_ms: the moment alone, which may be pointed at under the map too.
        """
        source = self._source
        if source is None or time_ms is None:
            words = self.wall_marks.words() if self._choices.walls else ""
            return ((words, "text"),) if words else ()
        flow = self.flow.at(time_ms) if self._choices.strip else None
        return (*point_parts(instrument, source, self.heatmap, pointer), *flow_parts(flow))

    def show_legend(self, instrument: Instrument, source: DepthMap) -> None:
        """Bring the legend's words up to date."""
        _, cell = cell_words(instrument, source, self.heatmap.level)
        words = legend_words(
            instrument,
            cell,
            self.heatmap,
            self.dots.threshold if self._choices.bubbles else None,
            fixed=self._choices.scale(instrument.symbol).top_size is not None,
            linear=self._choices.linear,
        )
        self.legend.set_words(words)

    def place(self) -> None:
        """Give the strip under the map its height: the same at every size of the plot, or none."""
        height = self._plot.height() - TIME_AXIS_HEIGHT
        roomy = self._choices.strip and height >= LEAST_STRIP_HEIGHT
        self.flow.setVisible(roomy)
        self._plot.set_lower_share(STRIP_PX / height if roomy else 0.0)

    def _on_pointed(self, position: QPointF | None) -> None:
        words = "" if position is None else self.wall_marks.event_at(position.x(), position.y())
        if words != self._hinted:
            self._hinted = words
            if words and position is not None:
                at: QPoint = self._plot.mapToGlobal(position.toPoint())
                QToolTip.showText(at, words, self._plot)
            else:
                QToolTip.hideText()
