"""The trades in a depth panel's view, summed to a few thousand: from memory, before that from the store."""

from math import floor, log10

import numpy as np

from ui.depth.trade_clusters import Floats, TradeClusterCache, TradeClusters, joined_clusters
from ui.widgets.plot_mapping import PlotMapping
from workstation.market.depth_map import DepthMap
from workstation.market.trade_past import TradePast
from workstation.runtime.rings import Ring

CLUSTER_PX = 5.0
"""Trades of one side closer than about this are one, of their summed size."""
SESSION_STEP_MS = 300_000
"""Trades of a whole day are summed over so long at a time."""
DAY_MS = 86_400_000
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
            self._past.release((self, self))
            self._past.release((self, "session"))
        self._ring, self._past, self._source, self._tick = ring, past, source, tick_size
        self._key = ()

    @property
    def version(self) -> tuple[int, int]:
        """Changes with every trade that comes, and with what is read."""
        ring, past = self._ring, self._past
        return 0 if ring is None else ring.appended, 0 if past is None else past.version

    def joint_ms(self, step_ms: int) -> float:
        """Where trades of the store and of memory meet: at a step of the lattice while memory moves on."""
        ring, source = self._ring, self._source
        if ring is not None and len(ring):
            oldest_ms = int(ring.rows()["event_ms"][0])
            if ring.appended > len(ring):  # it forgets: what is read of the store must hold for a while
                return float(-(-oldest_ms // step_ms) * step_ms)
            return float(oldest_ms)
        return 0.0 if source is None else float(source.buckets[1] * source.bucket_ms)

    def want(self, view: PlotMapping, *, session: bool = False) -> TradePast | None:
        """Say what of the store is needed for a view; return whom to have it read by, None if nothing is.

        Args:
            session: the whole UTC day is needed too.
        """
        past = self._past
        if past is None:
            return None
        steps = self._steps(view)
        wanted = self._want(self, steps, view.from_ms, view.to_ms)
        of_day = session and self._want("session", (SESSION_STEP_MS, steps[1]), self._day_ms(), 1e15)
        return past if wanted or of_day else None

    def _want(self, who: object, steps: tuple[int, float], from_ms: float, to_ms: float) -> bool:
        assert self._past is not None
        stretch = int(from_ms), int(min(to_ms, self.joint_ms(steps[0])))
        if stretch[0] >= stretch[1]:
            self._past.release((self, who))
            return False
        self._past.want((self, who), steps, stretch)
        return True

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
        joint_ms = self.joint_ms(steps[0]) if self._past is not None else times[0]
        seen = (near.times_ms >= max(times[0], joint_ms)) & (near.times_ms <= times[1])
        seen &= (near.prices >= view.low) & (near.prices <= view.high)
        self._found = TradeClusters(
            near.times_ms[seen], near.prices[seen], near.sides[seen], near.sizes[seen]
        )
        if self._past is not None:
            self._found = joined_clusters(_within(self._past.clusters((self, self)), view), self._found)
        return self._found

    def session(self, view: PlotMapping) -> TradeClusters:
        """The trades of the UTC day at prices in view."""
        ring = self._ring
        rows = ring.rows() if ring is not None else None
        found = NO_TRADES
        joint_ms = max(self._day_ms(), self.joint_ms(SESSION_STEP_MS) if self._past is not None else 0.0)
        if rows is not None and len(rows):
            rows = rows[rows["event_ms"] >= joint_ms]
            seen = rows[(rows["price"] >= view.low) & (rows["price"] <= view.high)]
            found = TradeClusters(
                seen["event_ms"].astype(np.float64),
                seen["price"],
                seen["side"].astype(np.int64),
                seen["size"],
            )
        self.price_step = self._steps(view)[1]
        if self._past is not None:
            found = joined_clusters(_within(self._past.clusters((self, "session")), view), found)
        return found

    def _day_ms(self) -> float:
        source = self._source
        newest_ms = 0 if source is None else source.buckets[1] * source.bucket_ms
        return float(newest_ms // DAY_MS * DAY_MS)

    def _steps(self, view: PlotMapping) -> tuple[int, float]:
        """Time (ms) and price step of the lattice: round, so that it stays while the view moves."""
        time_step = max(1, round(round_up(CLUSTER_PX * view.ms_per_px)))
        ticks = max(1.0, round_up(CLUSTER_PX * view.price_per_px / self._tick))
        return time_step, self._tick * ticks


def _within(rows: Floats, view: PlotMapping) -> TradeClusters:
    """Stored clusters at prices in view."""
    rows = rows[(rows[:, 1] >= view.low) & (rows[:, 1] <= view.high)]
    return TradeClusters(rows[:, 0], rows[:, 1], rows[:, 2].astype(np.int64), rows[:, 3])


NO_TRADES = TradeClusters(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0))
