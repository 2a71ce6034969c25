"""Where a depth panel looks: following the newest depth, or anywhere back to the oldest that is stored."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from ui.depth.depth_item import seen_level
from ui.widgets.plot_mapping import fitted_price_range
from ui.widgets.time_price_plot import RIGHT_MARGIN_PX, TimePricePlot
from workstation.market.depth_map import DepthMap

DEFAULT_SPAN_MS = 5 * 60_000.0
YOUNG_SPANS_MS = (30_000.0, 60_000.0, 120_000.0, 180_000.0)
JOINED_MS = 60_000
"""A session that began this soon after the one before goes on in its view."""
LEAST_SPAN_MS = 5_000.0
GREATEST_SPAN_MS = 31 * 86_400_000.0
SEEN_BINS = 30
"""Price bins kept in view on either side of the best prices when the price scale is automatic."""
SEEN_SHARE = 0.12
"""The same as a share of the range that the best prices covered."""
PAGE_SHARE = 0.9
"""Of a view is moved by when it is turned like a page: what was at one edge is then at the other."""


class DepthView(QObject):
    """Moves a plot over a depth map."""

    following_changed = Signal(bool)
    """The view began or ceased to move with the newest depth."""

    def __init__(self, plot: TimePricePlot, parent: QObject) -> None:
        super().__init__(parent)
        self.plot = plot
        plot.least_span_ms, plot.greatest_span_ms = LEAST_SPAN_MS, GREATEST_SPAN_MS
        self.span_ms = DEFAULT_SPAN_MS
        self.auto_price = True
        self.following = True
        self.young = False
        """The market has only just begun: a short history fills the view."""
        self._source: DepthMap | None = None
        self._size = (0.0, 0.0)

    def set_source(self, source: DepthMap | None) -> None:
        """Look at another map, from its newest depth."""
        if source is not self._source:
            self._source = source
            self.follow(True)

    def follow(self, following: bool) -> None:
        """Move with the newest depth, or hold."""
        if following != self.following:
            self.following = following
            self.following_changed.emit(following)

    @property
    def level_buckets(self) -> int:
        """Base buckets in a column on screen."""
        source = self._source
        return 1 if source is None else seen_level(source, self.plot.mapping, self.ratio).buckets

    @property
    def ratio(self) -> float:
        """Device pixels in a pixel."""
        return float(self.plot.devicePixelRatioF())

    @property
    def newest_ms(self) -> float:
        """Right edge of the newest cell on screen; nan where there is none."""
        if self._source is None or self._source.empty:
            return float("nan")
        buckets = self.level_buckets
        return float(-(-self._source.buckets[1] // buckets) * buckets * self._source.bucket_ms)

    def move(self) -> None:
        """Bring the plot to where the view should be now."""
        source = self._source
        if source is None or source.empty:
            return
        now = self.plot.mapping
        time = now.from_ms, now.to_ms
        if self.following:
            # The margin is of pixels, so it takes its share of the span.
            span_ms = self.shown_span_ms()
            to_ms = self.newest_ms + margin_px(now.width) * span_ms / now.width
            time = to_ms - span_ms, to_ms
        source.look(*time)
        price = now.low, now.high
        if self.auto_price:
            price = self._fitted_price(source, time, price)
        self.plot.set_view(time=time, price=price)

    def shown_span_ms(self) -> float:
        """The span asked for; while a live market is young the smallest step that holds what there is."""
        source = self._source
        if source is None:
            return self.span_ms
        first, end = source.buckets
        if source.past is not None and source.grid is not None:
            away_ms = source.live[0] * source.bucket_ms - source.past.cover.to_ms
            if away_ms > JOINED_MS:
                first = source.live[0]  # what was stored long before does not make the market old
        held_ms = (end - first) * source.bucket_ms
        steps = YOUNG_SPANS_MS if self.young else ()
        return min(next((step for step in steps if held_ms < 0.8 * step), self.span_ms), self.span_ms)

    def time_moved(self) -> None:
        """The user moved time: hold there, unless the newest depth is still where following puts it."""
        view = self.plot.mapping
        span_ms = view.to_ms - view.from_ms
        zoomed = abs(span_ms - self.shown_span_ms()) > 1e-6 * span_ms
        if zoomed:
            self.span_ms = span_ms
        if self._source is not None:
            newest_px = view.x(self.newest_ms)
            at_right_edge = newest_px <= view.width - margin_px(view.width) + 0.5
            still = zoomed and self.following and newest_px <= view.width
            self.follow(at_right_edge or still)

    def resized(self) -> bool:
        """The plot has changed: whether its size has, so that the newest depth lost its place."""
        size = self.plot.mapping.width, self.plot.mapping.height
        changed, self._size = size != self._size, size
        return changed

    def turn_page(self, pages: int) -> None:
        """Move by views: later for positive, not beyond the newest depth nor the oldest."""
        span_ms = self.plot.mapping.to_ms - self.plot.mapping.from_ms
        self.go_to(self.plot.mapping.from_ms + pages * PAGE_SHARE * span_ms)

    def go_to(self, from_ms: float) -> None:
        """Show what there is from a moment on, as near as there is any; at the newest depth, follow it."""
        source = self._source
        if source is None or source.empty:
            return
        view = self.plot.mapping
        span_ms = view.to_ms - view.from_ms
        latest_ms = self.newest_ms + margin_px(view.width) * view.ms_per_px - span_ms
        oldest_ms = min(float(source.buckets[0] * source.bucket_ms), latest_ms)
        from_ms = max(from_ms, oldest_ms)
        self.follow(from_ms >= latest_ms)
        if not self.following:
            self.plot.set_view(time=(from_ms, from_ms + span_ms))

    def show_moment(self, moment_ms: float) -> None:
        """Have a moment in the middle; nothing moves while it is in view already."""
        view = self.plot.mapping
        if not view.from_ms <= moment_ms <= view.to_ms:
            self.go_to(moment_ms - (view.to_ms - view.from_ms) / 2)

    def go_to_oldest(self) -> None:
        """Show the oldest depth that is stored."""
        self.go_to(float("-inf"))

    def zoom_place(self) -> float | None:
        """Where a key zooms, px: about the newest depth while that is followed, else the middle (None)."""
        return self.plot.mapping.x(self.newest_ms) if self.following and self._source is not None else None

    def _fitted_price(
        self, source: DepthMap, time: tuple[float, float], current: tuple[float, float]
    ) -> tuple[float, float]:
        """The prices to show: where the market was in view, with the book around it."""
        level = seen_level(source, self.plot.mapping, self.ratio)
        first, end = source.columns_seen(level.buckets, *time)
        if first >= end:
            return current
        best = source.best(level, np.arange(first, end))
        best = best[~np.isnan(best)]
        if not len(best):
            return current
        lowest, highest = float(best.min()), float(best.max())
        beside = max(SEEN_BINS * source.bin_size, SEEN_SHARE * (highest - lowest))
        return fitted_price_range(lowest - beside, highest + beside, 2 * beside, current)


def margin_px(width: float) -> float:
    """Room right of the newest depth, for the book's strip; a narrow plot gives less."""
    return min(RIGHT_MARGIN_PX, width / 5)
