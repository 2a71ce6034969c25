"""The trades in a depth panel's view, summed to a few thousand: from memory, before that from the store."""

from math import floor, log10

import numpy as np

from ui.depth.trade_clusters import TradeClusterCache, TradeClusters, joined_clusters
from ui.widgets.plot_mapping import PlotMapping
from workstation.market.depth_map import DepthMap
from workstation.market.trade_past import TradePast
from workstation.runtime.rings import Ring

CLUSTER_PX = 5.0
"""Trades of one side closer than about this are one, of their summed size."""
MARGIN_PX = 12.0
"""Trades so far outside the view still reach into it."""


def round_up(value: float) -> float:
    """Return the smallest of 1, 2, 5, 10 … (times a power of ten) that is not below a positive value."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1 - 1e-9))


class SeenTrades:
    """Gathers the trades of one market for whatever paints them; each view is gathered once."""

    def __init__(self) -> None:
        self._ring: Ring | None = None
        self._past: TradePast | None = None
        self._source: DepthMap | None = None
        self._tick = 1.0
        self._cache = TradeClusterCache()
        self._key: tuple[object, ...] = ()
        self._found = NO_TRADES
        self.price_step = 1.0
        """Height of the lattice on which trades of the newest view were summed."""

    def set_market(
        self, ring: Ring | None, past: TradePast | None, source: DepthMap | None, tick_size: float
    ) -> None:
        """Gather from another market.

        Args:
            ring: the newest trades.
            past: those stored; None where none are.
            source: how far the market has come: nothing later is shown of what is stored.
        """
        if self._past is not None and past is not self._past:
            self._past.release(self)
        self._ring, self._past, self._source, self._tick = ring, past, source, tick_size
        self._key = ()

    @property
    def version(self) -> tuple[int, int]:
        """Changes with every trade that comes, and with what is read."""
        ring, past = self._ring, self._past
        return 0 if ring is None else ring.appended, 0 if past is None else past.version

    @property
    def oldest_ms(self) -> float:
        """Moment of the oldest trade in memory; what lies before is the store's."""
        ring, source = self._ring, self._source
        if ring is not None and len(ring):
            return float(ring.rows()["event_ms"][0])
        return 0.0 if source is None else float(source.buckets[1] * source.bucket_ms)

    def want(self, view: PlotMapping) -> TradePast | None:
        """Say what of the store is needed for a view; return whom to have it read by, None if nothing is."""
        past = self._past
        if past is None:
            return None
        stretch = int(view.from_ms), int(min(view.to_ms, self.oldest_ms))
        if stretch[0] >= stretch[1]:
            past.release(self)
            return None
        past.want(self, self._steps(view), stretch)
        return past

    def clusters(self, view: PlotMapping) -> TradeClusters:
        """The trades in view."""
        key = view.from_ms, view.to_ms, view.low, view.high, view.width, view.height, self.version
        if key == self._key:
            return self._found
        self._key = key
        steps = self._steps(view)
        self.price_step = steps[1]
        margin_ms = MARGIN_PX * view.ms_per_px
        times = view.from_ms - margin_ms, view.to_ms + margin_ms
        near = NO_TRADES
        if self._ring is not None and len(self._ring):
            near = self._cache.clusters(self._ring, steps, times, (view.low, view.high))
        if self._past is not None:
            rows = self._past.clusters(self)
            stored = TradeClusters(rows[:, 0], rows[:, 1], rows[:, 2].astype(np.int64), rows[:, 3])
            near = joined_clusters(stored, near) if len(rows) else near
        seen = (near.times_ms >= times[0]) & (near.times_ms <= times[1])
        seen &= (near.prices >= view.low) & (near.prices <= view.high)
        self._found = TradeClusters(
            near.times_ms[seen], near.prices[seen], near.sides[seen], near.sizes[seen]
        )
        return self._found

    def _steps(self, view: PlotMapping) -> tuple[int, float]:
        """Time (ms) and price step of the lattice: round, so that it stays while the view moves."""
        time_step = max(1, round(round_up(CLUSTER_PX * view.ms_per_px)))
        ticks = max(1.0, round_up(CLUSTER_PX * view.price_per_px / self._tick))
        return time_step, self._tick * ticks


NO_TRADES = TradeClusters(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0))
