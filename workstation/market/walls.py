"""Walls in a book: sizes far above what else rests, how long they stand, and how they end."""

from collections import defaultdict, deque
from dataclasses import dataclass
from math import isnan

import numpy as np
import numpy.typing as npt

from workstation.market.depth_grid import DepthGrid
from workstation.market.size_code import decode
from workstation.runtime.rings import Ring

WALL_TIMES = 20.0
"""A wall is at least so many times the median of what rests in a price bin of the book,"""
WALL_PERCENTILE = 98.5
"""and among the largest of it,"""
WALL_STANDS_MS = 10_000
"""for at least this long."""
PULLED_NEAR = 0.002
"""A wall that is pulled tells something when the market is this near, as a share of the price."""
WALL_ENDS_AT = 0.35
"""A wall has ended when less than this share of the most that it was is left."""
EATEN_SHARE = 0.5
"""It was eaten if at least this share of what is gone was traded there; else it was pulled."""
REFILLED_TIMES = 6.0
"""Liquidity is hidden if so many times what was ever shown was traded at a price that held."""
REFILL_WINDOW_MS = 30_000
MEDIAN_EVERY = 10
"""Columns between two looks at the median."""
KEPT_EVENTS = 400
LOOK_BACK_COLUMNS = 2_400
MOST_COLUMNS = 64
"""Columns looked at in one call: looking back over a long history must not hold a window up."""

_SIZES = decode(np.arange(65_536).astype(np.uint16))

BID, ASK = 1, -1


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall that stands.

    Attributes:
        side: +1 bids, -1 asks.
        price: lower edge of its price bin.
        size: what rests there now.
        most: the most that rested there since.
        since_ms: venue time from which it was a wall.
    """

    side: int
    price: float
    size: float
    most: float
    since_ms: int


@dataclass(frozen=True, slots=True)
class WallEvent:
    """How a wall ended, or that more was traded at a price than was ever shown.

    Attributes:
        kind: "pulled" (gone without being traded), "eaten" (traded through) or "refilled".
        side, price: as of a wall.
        time_ms: venue time, the end of the bucket in which it was seen.
        size: the most that was shown.
        traded: what was traded there meanwhile.
        lasted_ms: how long the wall stood, or the window of a refill.
    """

    kind: str
    side: int
    price: float
    time_ms: int
    size: float
    traded: float
    lasted_ms: int


@dataclass(slots=True)
class _Track:
    """A bin that holds as much as a wall must, for long enough or not yet."""

    since_ms: int
    size: float
    most: float
    traded_at_most: float  # traded in this bin on this side when it was at its most


@dataclass(slots=True)
class _Hold:
    """A bin in which the best price has been for a while."""

    price_bin: int
    since_ms: int
    shown: float
    traded_before: float


class WallTracker:
    """Follows the walls of one grid column by column; the same columns and trades give the same walls."""

    def __init__(self, grid: DepthGrid) -> None:
        self._grid = grid
        self._next = max(grid.buckets[0], grid.buckets[1] - LOOK_BACK_COLUMNS)
        self._trades_seen = -1  # trades of the ring counted in `_traded`
        self._traded: defaultdict[tuple[int, int], float] = defaultdict(float)  # by side eaten and bin
        self._tracks: dict[tuple[int, int], _Track] = {}
        self._holds: dict[int, _Hold] = {}
        self._threshold = 0.0
        self._looked = 0
        self._newest_ms = 0
        self.events: deque[WallEvent] = deque(maxlen=KEPT_EVENTS)
        """What ended walls, and hidden liquidity, oldest first."""
        self.found = 0
        """Events ever found."""
        self.version = 0

    @property
    def threshold(self) -> float:
        """Size from which a bin is a wall; 0 before the first look."""
        return self._threshold

    @property
    def now_ms(self) -> int:
        """End of the newest column looked at."""
        return self._newest_ms

    def walls(self) -> list[Wall]:
        """The walls that stand, the largest first."""
        bin_size = self._grid.bin_size
        standing = [
            Wall(side, price_bin * bin_size, track.size, track.most, track.since_ms)
            for (side, price_bin), track in self._tracks.items()
            if self._newest_ms - track.since_ms >= WALL_STANDS_MS
        ]
        return sorted(standing, key=lambda wall: -wall.size)

    def follow(self, trades: Ring) -> bool:
        """Look at the columns that have closed since; return whether there were any.

        Args:
            trades: the market's newest trades.
        """
        first, end = self._grid.buckets
        self._next = max(self._next, first)
        last = min(end - 1, self._next + MOST_COLUMNS)
        if self._next >= last:
            return False
        rows = trades.rows()
        if self._trades_seen < 0 or trades.appended < self._trades_seen:
            start_ms = self._next * self._grid.bucket_ms
            self._trades_seen = trades.appended - len(rows) + int(np.searchsorted(rows["event_ms"], start_ms))
        fresh = rows[max(0, len(rows) - (trades.appended - self._trades_seen)) :]
        times = np.maximum.accumulate(fresh["event_ms"]) if len(fresh) else fresh["event_ms"]
        counted = 0
        for bucket in range(self._next, last):
            ends_ms = (bucket + 1) * self._grid.bucket_ms
            stop = int(np.searchsorted(times, ends_ms))
            self._count(
                fresh["price"][counted:stop], fresh["side"][counted:stop], fresh["size"][counted:stop]
            )
            counted = stop
            self._look(bucket, ends_ms)
        self._trades_seen = trades.appended - len(fresh) + counted
        self._next = last
        self.version += 1
        return True

    def _count(
        self, prices: npt.NDArray[np.float64], sides: npt.NDArray[np.int8], sizes: npt.NDArray[np.float64]
    ) -> None:
        bins = np.floor(prices / self._grid.bin_size + 1e-9).astype(np.int64)
        for price_bin, side, size in zip(bins.tolist(), sides.tolist(), sizes.tolist(), strict=True):
            self._traded[(-side, price_bin)] += size  # a buyer takes asks
        if len(self._traded) > 20_000:
            kept = set(self._tracks) | {(side, hold.price_bin) for side, hold in self._holds.items()}
            self._traded = defaultdict(float, {key: self._traded[key] for key in kept if key in self._traded})

    def _look(self, bucket: int, ends_ms: int) -> None:
        grid = self._grid
        row = bucket % grid.columns
        self._newest_ms = ends_ms
        bid, ask = grid.best[row].tolist()
        if grid.gap[row] or isnan(bid) or isnan(ask):
            # What is not known neither stands nor ended.
            self._tracks.clear()
            self._holds.clear()
            return
        window = int(grid.first_bin[row])
        codes = np.roll(grid.codes[row], -(window % grid.bins))
        sizes = _SIZES[codes]
        if self._looked % MEDIAN_EVERY == 0:
            resting = sizes[codes > 0]
            self._threshold = _threshold(resting) if len(resting) else 0.0
        self._looked += 1
        middle_bin = (bid + ask) / 2 / grid.bin_size
        self._end_walls(sizes, window, ends_ms, (bid, ask))
        if self._threshold > 0:
            for offset in np.flatnonzero(sizes >= self._threshold).tolist():
                price_bin = window + offset
                side = BID if price_bin + 0.5 <= middle_bin else ASK
                self._grow((side, price_bin), float(sizes[offset]), ends_ms)
        self._watch_refills(sizes, window, ends_ms, (bid, ask))

    def _grow(self, key: tuple[int, int], size: float, ends_ms: int) -> None:
        track = self._tracks.get(key)
        traded = self._traded.get(key, 0.0)
        if track is None:
            since_ms = ends_ms - self._grid.bucket_ms
            self._tracks[key] = _Track(since_ms, size, size, traded)
        elif size > track.most:
            track.most, track.traded_at_most = size, traded

    def _end_walls(
        self, sizes: npt.NDArray[np.float64], window: int, ends_ms: int, best: tuple[float, float]
    ) -> None:
        grid = self._grid
        for key, track in list(self._tracks.items()):
            side, price_bin = key
            offset = price_bin - window
            if not 0 <= offset < grid.bins:
                del self._tracks[key]  # it has left what the grid covers
                continue
            size = float(sizes[offset])
            crossed = (
                best[0] < price_bin * grid.bin_size
                if side == BID
                else best[1] >= (price_bin + 1) * grid.bin_size
            )
            if not crossed and size >= WALL_ENDS_AT * track.most:
                track.size = size
                continue
            del self._tracks[key]
            lasted_ms = ends_ms - track.since_ms
            if lasted_ms < WALL_STANDS_MS:
                continue
            left = 0.0 if crossed else size
            traded = self._traded.get(key, 0.0) - track.traded_at_most
            kind = "eaten" if traded >= EATEN_SHARE * (track.most - left) else "pulled"
            middle = (best[0] + best[1]) / 2
            if kind == "pulled" and abs(price_bin * grid.bin_size / middle - 1) > PULLED_NEAR:
                continue
            self._note(
                WallEvent(
                    kind, side, price_bin * grid.bin_size, ends_ms, track.most, max(0.0, traded), lasted_ms
                )
            )

    def _note(self, event: WallEvent) -> None:
        self.events.append(event)
        self.found += 1

    def _watch_refills(
        self, sizes: npt.NDArray[np.float64], window: int, ends_ms: int, best: tuple[float, float]
    ) -> None:
        """Where the best price holds while far more is traded at it than it ever shows."""
        grid = self._grid
        for side, price in ((BID, best[0]), (ASK, best[1])):
            price_bin = int(np.floor(price / grid.bin_size + 1e-9))
            offset = price_bin - window
            if not 0 <= offset < grid.bins:
                continue
            shown = float(sizes[offset])
            traded = self._traded.get((side, price_bin), 0.0)
            hold = self._holds.get(side)
            if hold is None or hold.price_bin != price_bin or ends_ms - hold.since_ms > REFILL_WINDOW_MS:
                self._holds[side] = _Hold(price_bin, ends_ms, shown, traded)
                continue
            hold.shown = max(hold.shown, shown)
            taken = traded - hold.traded_before
            if taken >= max(REFILLED_TIMES * hold.shown, self._threshold / 2) and taken > 0:
                self._note(
                    WallEvent(
                        "refilled",
                        side,
                        price_bin * grid.bin_size,
                        ends_ms,
                        hold.shown,
                        taken,
                        ends_ms - hold.since_ms,
                    )
                )
                self._holds[side] = _Hold(price_bin, ends_ms, shown, traded)


def _threshold(resting: npt.NDArray[np.float64]) -> float:
    """Size from which a bin is a wall, from the sizes of all bins in which anything rests."""
    return max(WALL_TIMES * float(np.median(resting)), float(np.percentile(resting, WALL_PERCENTILE)))
