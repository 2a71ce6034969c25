"""Trades near one another as one: what a plot draws in place of every single trade."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from workstation.model.columns import Records
from workstation.runtime.rings import Ring

Floats = npt.NDArray[np.float64]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TradeClusters:
    """Trades of one side near one another, as one dot each.

    Attributes:
        times_ms, prices: their means, weighted by size.
        sides: +1 bought, -1 sold.
        sizes: their sums.
    """

    times_ms: Floats
    prices: Floats
    sides: npt.NDArray[np.int64]
    sizes: Floats


def cluster_trades(
    trades: Records, time_step_ms: int, price_step: float, times: tuple[int, int], prices: tuple[int, int]
) -> TradeClusters:
    """Sum trades by side over a lattice of times and prices that does not move with the view.

    Args:
        trades: rows of TRADE.
        time_step_ms, price_step: size of the lattice's cells.
        times, prices: half-open ranges of the lattice's columns and rows; other trades are left out.
    """
    columns = trades["event_ms"] // time_step_ms - times[0]
    rows = np.floor(trades["price"] / price_step + 1e-9).astype(np.int64) - prices[0]
    width, height = max(0, times[1] - times[0]), prices[1] - prices[0]
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    trades = trades[inside]
    keys = (columns[inside] * height + rows[inside]) * 2 + (trades["side"] > 0)
    # The lattice is of a few pixels, so counting into all of it costs less than sorting the trades.
    cells = width * height * 2
    sizes = np.asarray(np.bincount(keys, trades["size"], cells), np.float64)
    taken = np.flatnonzero(sizes > 0)
    sizes = sizes[taken]
    offset = times[0] * time_step_ms
    times_ms = (
        np.bincount(keys, trades["size"] * (trades["event_ms"] - offset), cells)[taken] / sizes + offset
    )
    means = np.bincount(keys, trades["size"] * trades["price"], cells)[taken] / sizes
    return TradeClusters(times_ms, means, np.where(taken % 2, 1, -1).astype(np.int64), sizes)


class TradeClusterCache:
    """The clusters of a ring's newest trades around a view; only what is new is clustered again."""

    def __init__(self) -> None:
        self._ring: Ring | None = None
        self._steps = (0, 0.0)
        self._times: Range = (0.0, 0.0)
        self._prices: Range = (0.0, 0.0)
        self._seen = 0  # trades of the ring looked at, as it counts them
        self._settled = 0  # trades of the ring in `_closed`: those before the newest column of the lattice
        self._closed = _NO_CLUSTERS
        self._all = _NO_CLUSTERS

    def clusters(self, ring: Ring, steps: tuple[int, float], times: Range, prices: Range) -> TradeClusters:
        """Return the clusters of at least these times (UTC ms) and prices.

        Args:
            steps: time (ms) and price step of the lattice.
        """
        if (
            ring is not self._ring
            or steps != self._steps
            or ring.appended < self._seen
            or ring.appended - self._settled > len(ring)
            or not self._covers(times, prices)
        ):
            self._start(ring, steps, times, prices)
        elif ring.appended == self._seen:
            return self._all
        rows = ring.rows()
        rows = rows[len(rows) - (ring.appended - self._settled) :]
        self._seen = ring.appended
        if not len(rows):
            return self._all
        # Trades still come into the newest column; those before it have ended.
        split = int(np.searchsorted(rows["event_ms"], rows["event_ms"][-1] // steps[0] * steps[0]))
        if split:
            self._closed = joined_clusters(self._closed, self._cluster(rows[:split]))
            self._settled += split
        self._all = joined_clusters(self._closed, self._cluster(rows[split:]))
        return self._all

    def _covers(self, times: Range, prices: Range) -> bool:
        span = times[1] - times[0]
        return (
            0 <= times[0] - self._times[0] <= 3 * span
            and times[1] <= self._times[1]
            and self._prices[0] <= prices[0]
            and prices[1] <= self._prices[1]
        )

    def _start(self, ring: Ring, steps: tuple[int, float], times: Range, prices: Range) -> None:
        """Begin anew with room around the view, so that moving on a little needs no new beginning."""
        span, height = times[1] - times[0], prices[1] - prices[0]
        self._ring, self._steps = ring, steps
        self._times = times[0] - span / 2, times[1] + 2 * span
        self._prices = prices[0] - height / 2, prices[1] + height / 2
        rows = ring.rows()
        self._seen = ring.appended
        self._settled = ring.appended - len(rows) + int(np.searchsorted(rows["event_ms"], self._times[0]))
        self._closed = self._all = _NO_CLUSTERS

    def _cluster(self, rows: Records) -> TradeClusters:
        time_step, price_step = self._steps
        end_ms = min(self._times[1], float(rows["event_ms"].max()) + 1)
        first_ms = max(self._times[0], float(rows["event_ms"].min()))
        return cluster_trades(
            rows,
            time_step,
            price_step,
            (floor(first_ms / time_step), ceil(end_ms / time_step)),
            (floor(self._prices[0] / price_step), ceil(self._prices[1] / price_step)),
        )


_NO_CLUSTERS = TradeClusters(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0))


def joined_clusters(first: TradeClusters, second: TradeClusters) -> TradeClusters:
    """The clusters of two stretches of time."""
    return TradeClusters(
        np.concatenate((first.times_ms, second.times_ms)),
        np.concatenate((first.prices, second.prices)),
        np.concatenate((first.sides, second.sides)),
        np.concatenate((first.sizes, second.sizes)),
    )
