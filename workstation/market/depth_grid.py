"""The depth grid: resting size by price bin and time bucket, with one law for every cell.

A cell is the size resting in its price bin at the end of its time bucket. Nothing is carried across a gap:
a bucket at whose end the book was not known is a gap. So the same updates give the same cells, live, replayed
or rebuilt from the store, however they were batched.
"""

from math import floor, isnan, log10, nan

import numpy as np

from workstation.market.order_book import ASK, BookStatus, OrderBook
from workstation.market.size_code import encode
from workstation.model.columns import Records
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns

BUCKET_MS = 500
COLUMNS = 4_800  # 40 minutes of half-second buckets
BINS = 1_000
COVERED_SHARE = 0.02  # of the price, from the lowest bin to the highest

MAX_QUIET_MS = 5_000
"""A live book with no update for longer than this is no longer known: its buckets are gaps."""

_NO_BUCKET = -1


def ticks_per_bin(price: float, tick_size: float) -> int:
    """Return how many ticks make a bin: 1, 2 or 5 times a power of ten, covering about 2 % of the price."""
    wanted = max(1.0, price * COVERED_SHARE / BINS / tick_size)
    power = 10 ** floor(log10(wanted) + 1e-9)
    return int(next(step * power for step in (10, 5, 2, 1) if step * power <= wanted * (1 + 1e-9)))


class DepthGrid:
    """A ring of depth columns over a window of price bins that follows the market.

    Bin b covers prices from b·bin_size up to, not including, (b + 1)·bin_size; bucket k covers venue times
    from k·bucket_ms up to (k + 1)·bucket_ms. The cell of (k, b) is `codes[k % columns, b % bins]`, valid
    where `first_bin[k % columns] <= b < first_bin[k % columns] + bins`.

    Attributes:
        bucket_ms, columns, bins: fixed shape.
        bin_size: height of a cell in quote units.
        codes: (columns, bins) uint16 size codes.
        first_bin: (columns,) int64.
        gap: (columns,) bool.
        best: (columns, 2) best bid and ask at the end of each bucket; nan where there is none and in a gap.
        version: grows with every change; finished: buckets closed so far.
    """

    def __init__(
        self, instrument: Instrument, book: OrderBook, continued: DepthColumns | None = None
    ) -> None:
        """Follow `book`, which has a bid or an ask; the bin size is chosen from its price.

        Args:
            continued: columns of another grid, to go on where the newest of them ended: `book` is as it was
                then, and the next columns will be those that the other grid would have had.
        """
        self._book = book
        self._tick = float(instrument.tick_size)
        if continued is None:
            self._ticks = ticks_per_bin(_middle(book), self._tick)
        else:
            self._ticks = round(continued.bin_size / self._tick)
        self.bucket_ms = BUCKET_MS
        self.columns = COLUMNS
        self.bins = BINS
        # From the tick's decimal text, so that 3 ticks of 0.1 are 0.3 and not 0.30000000000000004.
        self.bin_size = float(instrument.tick_size * self._ticks)
        self.codes = np.zeros((COLUMNS, BINS), np.uint16)
        self.first_bin = np.zeros(COLUMNS, np.int64)
        self.gap = np.ones(COLUMNS, np.bool_)
        self.best = np.full((COLUMNS, 2), nan)
        self.version = 0
        self.finished = 0
        self._first_bucket = _NO_BUCKET
        self._bucket = _NO_BUCKET
        self._updated_ms = 0
        self._window = 0  # lowest bin of the open column
        self._resting = np.zeros((2, BINS * self._ticks))  # size by tick of the window: bids, asks
        self._sums = np.zeros(BINS, np.uint16)  # codes by bin of the window
        self._touched = np.zeros(BINS, np.bool_)  # bins whose sum is out of date
        if continued is None:
            self._reload()
        else:
            self._window = int(continued.first_bin[-1])
            self._first_bucket = self._bucket = int(continued.start_ms[-1]) // BUCKET_MS
            self._updated_ms = book.event_ms
            self._load()

    @property
    def buckets(self) -> tuple[int, int]:
        """Half-open range of the bucket numbers held, the newest still changing; (0, 0) before the first."""
        if self._bucket == _NO_BUCKET:
            return 0, 0
        return max(self._first_bucket, self._bucket + 1 - self.columns), self._bucket + 1

    @property
    def window(self) -> tuple[int, int]:
        """Half-open range of the price bins of the open column."""
        return self._window, self._window + self.bins

    def advance(self, event_ms: int) -> None:
        """Close every bucket that ends at or before `event_ms`, with the book as it is now."""
        bucket = event_ms // self.bucket_ms
        if self._bucket == _NO_BUCKET:
            self._first_bucket = self._bucket = bucket
            self._updated_ms = event_ms  # the snapshot that the grid began with
        elif bucket > self._bucket:
            self.settle()
            known = self._book.status is BookStatus.LIVE
            if bucket - self._bucket > self.columns:
                # Longer away than the ring is long: nothing held before is worth keeping.
                self._bucket = self._first_bucket = bucket - self.columns
            while self._bucket < bucket - 1:
                self._bucket += 1
                self.finished += 1
                closes_ms = (self._bucket + 1) * self.bucket_ms
                self._write(gap=not known or closes_ms - self._updated_ms > MAX_QUIET_MS)
            self._bucket += 1  # `settle` writes the open column
            self.finished += 1
            self._follow_market()
            self.version += 1

    def take(self, levels: Records, event_ms: int) -> None:
        """Take in the rows of LEVEL that the book has just applied."""
        self._updated_ms = max(self._updated_ms, event_ms)
        span = self.bins * self._ticks
        ticks = np.rint(levels["price"] * (1 / self._tick)).astype(np.int64) - self._window * self._ticks
        inside = np.flatnonzero((ticks >= 0) & (ticks < span))
        ticks = ticks[inside]
        # Where a tick repeats, the last assignment stands, as it does in the book.
        self._resting.ravel()[ticks + span * (levels["side"][inside] == ASK)] = levels["size"][inside]
        self._touched[ticks // self._ticks] = True
        self.version += 1

    def replace(self, event_ms: int) -> None:
        """Read the whole book again, after a snapshot."""
        self._updated_ms = max(self._updated_ms, event_ms)
        self._follow_market()
        self._reload()
        self.version += 1

    def settle(self) -> None:
        """Bring the open column's cells up to what was taken in."""
        bins = np.flatnonzero(self._touched)
        if len(bins):
            self._touched[:] = False
            # Summed anew, bids then asks: the same levels give the same cell, whatever came before.
            sizes = self._resting.reshape(2, self.bins, self._ticks)[:, bins].sum(axis=2).sum(axis=0)
            self._sums[bins] = encode(sizes)
        if self._bucket != _NO_BUCKET:
            self._write(gap=self._book.status is not BookStatus.LIVE)

    def finished_columns(self, from_bucket: int) -> DepthColumns:
        """Return the closed columns held whose bucket number is at least `from_bucket`, oldest first."""
        first, end = self.buckets
        buckets = np.arange(max(first, from_bucket), max(end - 1, 0), dtype=np.int64)
        rows = buckets % self.columns
        first_bins = self.first_bin[rows]
        # Un-ring the prices: the lowest bin of a column comes first.
        order = (first_bins[:, None] + np.arange(self.bins)) % self.bins
        return DepthColumns(
            bucket_ms=self.bucket_ms,
            bin_size=self.bin_size,
            start_ms=buckets * self.bucket_ms,
            first_bin=first_bins,
            gap=self.gap[rows],
            cells=np.take_along_axis(self.codes[rows], order, axis=1),
            best=self.best[rows],
        )

    def _write(self, *, gap: bool) -> None:
        row = self._bucket % self.columns
        self.gap[row] = gap
        self.first_bin[row] = self._window
        if gap:
            self.codes[row] = 0
            self.best[row] = nan
        else:
            self.best[row] = self._book.best_bid, self._book.best_ask
            shift = self._window % self.bins
            self.codes[row, shift:] = self._sums[: self.bins - shift]
            self.codes[row, :shift] = self._sums[self.bins - shift :]

    def _follow_market(self) -> None:
        """Centre the window again when the market has left its middle half."""
        middle = _middle(self._book)
        if isnan(middle):
            return
        offset = floor(middle / self.bin_size) - self._window
        if not self.bins // 4 <= offset < self.bins - self.bins // 4:
            self._reload()

    def _reload(self) -> None:
        middle = _middle(self._book)
        if not isnan(middle):
            self._window = floor(middle / self.bin_size) - self.bins // 2
        self._load()

    def _load(self) -> None:
        """Read the book's levels inside the window."""
        self._resting[:] = 0.0
        low = self._window * self._ticks
        for row, levels in enumerate((self._book.bids, self._book.asks)):
            prices = np.fromiter(levels.keys(), np.float64, len(levels))
            sizes = np.fromiter(levels.values(), np.float64, len(levels))
            ticks = np.rint(prices * (1 / self._tick)).astype(np.int64) - low
            inside = (ticks >= 0) & (ticks < self._resting.shape[1])
            self._resting[row, ticks[inside]] = sizes[inside]
        self._touched[:] = True


def _middle(book: OrderBook) -> float:
    """Return the mid price, or the one side there is; nan for an empty book."""
    bid, ask = book.best_bid, book.best_ask
    if isnan(bid):
        return ask
    return bid if isnan(ask) else (bid + ask) / 2
