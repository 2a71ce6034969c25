"""One instrument's order book: levels by price, kept in step with the venue or known to be broken."""

import heapq
from collections import deque
from enum import Enum
from math import inf, nan

import numpy as np
import numpy.typing as npt

from workstation.market.sequence import SequenceCheck, Verdict
from workstation.market.sorted_levels import SortedLevels
from workstation.model.columns import Records
from workstation.model.instrument import Instrument

BID = 1
ASK = -1

MOST_WAITING_LEVELS = 500_000
"""Levels of updates that may wait for their snapshot: one that never comes must not fill the memory."""

HEAP_LEVELS = 64
MOST_HEAP_KEYS = 1_024


class BookStatus(Enum):
    """Whether the levels are the venue's."""

    EMPTY = "empty"  # no snapshot yet
    LIVE = "live"
    BROKEN = "broken"  # an update is missing; what is shown is what was known before it


BookTop = tuple[int, float, float, float, float]
"""(update id, bid price, bid size, ask price, ask size) of one state of the book."""


class _Side:
    """The levels of one side; its best prices are found in a heap of those near the top.

    A heap key is the price times the side's sign, so that the best price is the smallest key. The heap holds
    the key of every level better than `_horizon`, and keys of levels that have left, which are dropped when
    they surface. When it runs empty it is filled again from the levels.
    """

    __slots__ = ("_heap", "_horizon", "_sign", "_sorted", "levels")

    def __init__(self, sign: int) -> None:
        self.levels: dict[float, float] = {}
        self._sign = sign
        self._heap: list[float] = []
        self._horizon = -inf
        self._sorted: SortedLevels | None = None  # from the first time that somebody asks

    @property
    def in_order(self) -> SortedLevels:
        if self._sorted is None:
            self._sorted = SortedLevels(self.levels, self._sign)
        return self._sorted

    def apply(self, changes: "_Levels") -> None:
        prices, sizes, *columns = changes
        levels, heap, sign, horizon = self.levels, self._heap, self._sign, self._horizon
        count = len(levels)
        for price, size in zip(prices, sizes, strict=True):
            if size:
                levels[price] = size
                # A level is new if there is now one more: cheaper than to look for it before.
                if len(levels) != count:
                    count += 1
                    if sign * price < horizon:
                        heapq.heappush(heap, sign * price)
            elif levels.pop(price, None) is not None:
                count -= 1
        if len(heap) > MOST_HEAP_KEYS:
            self._fill_heap()
        if self._sorted is not None:
            self._sorted.note(*columns)

    def replace(self, changes: "_Levels") -> None:
        self.levels.clear()
        if self._sorted is not None:
            self._sorted.forget()
        self._horizon = -inf
        self._heap.clear()
        self.apply(changes)

    @property
    def best(self) -> float:
        levels, heap, sign = self.levels, self._heap, self._sign
        while levels:
            while heap:
                price = sign * heap[0]
                if price in levels:
                    return price
                heapq.heappop(heap)
            self._fill_heap()
        return nan

    def _fill_heap(self) -> None:
        nearest = heapq.nlargest if self._sign < 0 else heapq.nsmallest
        self._heap[:] = sorted(self._sign * price for price in nearest(HEAP_LEVELS, self.levels))
        # With fewer levels than that, every one of them is in the heap and so must be every new one.
        self._horizon = self._heap[-1] if len(self._heap) == HEAP_LEVELS else inf


_Floats = npt.NDArray[np.float64]
_Levels = tuple[list[float], list[float], _Floats, _Floats]
"""Prices and sizes, and the same as columns."""
_NO_LEVELS: _Levels = ([], [], np.zeros(0), np.zeros(0))
BookUpdate = tuple[bool, int, tuple[int, int, int], _Levels, _Levels]
"""(is a snapshot, venue time in ms, first, last and previous id, levels of bids, and of asks)."""


def unpack(updates: Records, levels: Records) -> list[BookUpdate]:
    """Take rows of BOOK_UPDATE and their rows of LEVEL out of their columns, once for many updates."""
    price_column, size_column = levels["price"].copy(), levels["size"].copy()
    prices: list[float] = price_column.tolist()
    sizes: list[float] = size_column.tolist()

    def part(start: int, end: int) -> _Levels:
        return prices[start:end], sizes[start:end], price_column[start:end], size_column[start:end]

    ends = np.cumsum(updates["levels"])
    # In every update the bids come first: the number of them tells the sides apart.
    bid_ends = np.concatenate(([0], np.cumsum(levels["side"] == BID)))
    starts = ends - updates["levels"]
    middles = starts + bid_ends[ends] - bid_ends[starts]
    return [
        (
            is_snapshot,
            event_ms,
            (first_id, last_id, prev_id),
            part(start, middle),
            part(middle, end),
        )
        for (_, _, event_ms, first_id, last_id, prev_id, _, is_snapshot), start, middle, end in zip(
            updates.tolist(), starts.tolist(), middles.tolist(), ends.tolist(), strict=True
        )
    ]


class OrderBook:
    """The book of one instrument, fed with columns of snapshots and depth updates.

    Prices are quote units, sizes the venue's unit of size. Updates that come before the first snapshot, or
    after a gap, wait for the next snapshot and are then applied where they continue it.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._sequence = SequenceCheck(instrument.sequence_rule)
        self._bids = _Side(-1)
        self._asks = _Side(1)
        self._waiting: deque[BookUpdate] = deque()
        self._waiting_levels = 0
        self.status = BookStatus.EMPTY
        self.version = 0
        """Grows with every snapshot and update applied."""
        self.event_ms = 0
        """Venue time of the newest update applied."""
        self.sequence_gaps = 0
        self.crossed_books = 0
        """Updates after which the best bid was at or above the best ask."""
        self.tops: list[BookTop] = []
        """The best prices after each update that the newest `apply` took in."""

    @property
    def bids(self) -> dict[float, float]:
        """Resting size by price, best not first: read only."""
        return self._bids.levels

    @property
    def asks(self) -> dict[float, float]:
        """Resting size by price, best not first: read only."""
        return self._asks.levels

    @property
    def best_bid(self) -> float:
        """Highest bid; nan where there is none."""
        return self._bids.best

    @property
    def best_ask(self) -> float:
        """Lowest ask; nan where there is none."""
        return self._asks.best

    @property
    def update_id(self) -> int:
        """The venue's id of the state shown; -1 before the first snapshot."""
        return self._sequence.last_id

    def size_at(self, side: int, price: float) -> float:
        """Size resting at a price; 0 where nothing rests."""
        return (self._bids if side == BID else self._asks).levels.get(price, 0.0)

    def top(self, side: int, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return (prices, sizes) of the best `count` levels of a side, best first."""
        levels = (self._bids if side == BID else self._asks).levels
        best = heapq.nlargest(count, levels) if side == BID else heapq.nsmallest(count, levels)
        prices = np.array(best, np.float64)
        return prices, np.array([levels[price] for price in best], np.float64)

    def in_order(self, side: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return (prices, sizes) of every level of a side, best first; valid until the next change.

        A level that has just left may still stand there, with a size of 0.
        """
        return (self._bids if side == BID else self._asks).in_order.arrays()

    def imbalance(self, levels: int) -> float:
        """Return (B - A)/(B + A) of the size in the best `levels` of each side; nan with an empty side."""
        bid_size = float(self.top(BID, levels)[1].sum())
        ask_size = float(self.top(ASK, levels)[1].sum())
        return (bid_size - ask_size) / (bid_size + ask_size) if bid_size and ask_size else nan

    def apply(self, updates: Records, levels: Records) -> bool:
        """Take in rows of BOOK_UPDATE with their rows of LEVEL, in the order received.

        Returns:
            Whether a snapshot was applied, so that any level may have changed, not only those in `levels`.
        """
        return self.apply_unpacked(unpack(updates, levels))

    def apply_unpacked(self, updates: list[BookUpdate]) -> bool:
        """Do as `apply` does with updates that `unpack` has taken out of their columns."""
        self.tops.clear()
        replaced = False
        for update in updates:
            if update[0]:
                self._apply_snapshot(update)
                replaced = True
            elif self.status is BookStatus.LIVE:
                self._apply_delta(update)
            else:
                self._wait(update)
        return replaced

    def clear(self) -> None:
        """Forget the levels, as before the first snapshot; counters stay."""
        self._bids.replace(_NO_LEVELS)
        self._asks.replace(_NO_LEVELS)
        self._waiting.clear()
        self._waiting_levels = 0
        self._sequence.start(-1)
        self.status = BookStatus.EMPTY
        self.version += 1
        self.event_ms = 0

    def _apply_snapshot(self, update: BookUpdate) -> None:
        _, _, (_, snapshot_id, _), bids, asks = update
        self._bids.replace(bids)
        self._asks.replace(asks)
        self._sequence.start(snapshot_id)
        self.status = BookStatus.LIVE
        self._applied(update)
        waiting, self._waiting, self._waiting_levels = self._waiting, deque(), 0
        for waiting_update in waiting:
            if self.status is BookStatus.LIVE:
                self._apply_delta(waiting_update)
            else:
                self._wait(waiting_update)

    def _apply_delta(self, update: BookUpdate) -> None:
        _, _, ids, bids, asks = update
        verdict = self._sequence.check(*ids)
        if verdict is Verdict.APPLY:
            self._bids.apply(bids)
            self._asks.apply(asks)
            self._applied(update)
        elif verdict is Verdict.GAP:
            self.sequence_gaps += 1
            self.status = BookStatus.BROKEN
            self._wait(update)

    def _applied(self, update: BookUpdate) -> None:
        _, event_ms, (_, update_id, _), _, _ = update
        self.version += 1
        self.event_ms = max(self.event_ms, event_ms)
        bid, ask = self._bids.best, self._asks.best
        self.crossed_books += bid >= ask
        self.tops.append(
            (update_id, bid, self._bids.levels.get(bid, 0.0), ask, self._asks.levels.get(ask, 0.0))
        )

    def _wait(self, update: BookUpdate) -> None:
        if not self._sequence.snapshots_come_late:
            return
        self._waiting.append(update)
        self._waiting_levels += _size(update)
        while self._waiting_levels > MOST_WAITING_LEVELS:
            self._waiting_levels -= _size(self._waiting.popleft())


def _size(update: BookUpdate) -> int:
    """Return a measure of the memory an update holds: its levels, and one for itself."""
    *_, bids, asks = update
    return 1 + len(bids[0]) + len(asks[0])
