"""A day of stored depth for benchmarks: a real recording's columns over and over, moved as markets move."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.depth_grid import BUCKET_MS
from workstation.market.state import Market, SymbolState
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import DuckTickStore

PART_COLUMNS = 3_600
"""A live session is recorded in parts of half an hour."""


def replayed(capture: Path) -> SymbolState:
    """The market as it is after a recording."""
    feed = ReplayFeed(capture)
    market = Market(Bus(), SystemClock())
    market.add(feed.instruments[0])
    for batches in feed.batches():
        for batch in batches:
            market.apply(batch)
    feed.close()
    return market.states[feed.instruments[0].symbol]


class MadeDay:
    """Columns for any bucket of a day: the recorded ones there and back, moved by whole bins every minute.

    Two stretches are gaps, and one was never recorded.
    """

    def __init__(self, recorded: DepthColumns, first_bucket: int, buckets: int, seed: int = 7) -> None:
        known = np.flatnonzero(~recorded.gap)
        self._recorded = recorded
        self._order = np.concatenate((known, known[::-1]))
        self.first, self.end = first_bucket, first_bucket + buckets
        steps = np.random.default_rng(seed).integers(-18, 19, buckets // 120 + 1)
        self._moved = np.cumsum(steps)
        third = buckets // 3
        self.gaps = (
            (first_bucket + third, first_bucket + third + 40),
            (first_bucket + 2 * third, first_bucket + 2 * third + 1_300),
        )
        self.missing = first_bucket + buckets // 2, first_bucket + buckets // 2 + 5_000

    def columns(self, first: int, end: int) -> DepthColumns:
        """The columns of buckets first ≤ k < end that were recorded."""
        buckets = np.arange(first, end, dtype=np.int64)
        buckets = buckets[(buckets < self.missing[0]) | (buckets >= self.missing[1])]
        rows = self._order[(buckets - self.first) % len(self._order)]
        moved = self._moved[(buckets - self.first) // 120]
        gap = np.zeros(len(buckets), np.bool_)
        for start, stop in self.gaps:
            gap |= (buckets >= start) & (buckets < stop)
        whole = self._recorded
        cells, best = whole.cells[rows].copy(), whole.best[rows] + moved[:, None] * whole.bin_size
        cells[gap], best[gap] = 0, np.nan
        return DepthColumns(
            BUCKET_MS, whole.bin_size, buckets * BUCKET_MS, whole.first_bin[rows] + moved, gap, cells, best
        )

    def parts(self) -> Iterator[DepthColumns]:
        """All of it, in parts as a live session has them."""
        for start in range(self.first, self.end, PART_COLUMNS):
            columns = self.columns(start, min(start + PART_COLUMNS, self.end))
            if len(columns):
                yield columns


def store_day(store: DuckTickStore, instrument: Instrument, day: MadeDay) -> int:
    """Store a day as a live session would have; return its columns."""
    stored = 0
    recording = store.open_recording("live:day", "a benchmark", instrument)
    for part in day.parts():
        store.write(recording.recording_id, [], [part])
        store.wait_until_below(10_000)
        recording = store.next_part(recording, "a benchmark")
        stored += len(part)
    store.finish_recording(recording.recording_id, complete=True)
    return stored
