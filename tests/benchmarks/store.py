"""The tick store on the writes that the recorder really makes, and what a book-delta row takes on disk."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks.result import Result
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.intake import Intake
from workstation.market.recorder import Recorder
from workstation.market.state import Market
from workstation.model.columns import BOOK_UPDATE, LEVEL, MarketBatch
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns, Recording, RecordingNews
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import open_store

CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"
ROUNDS = 7

Write = tuple[list[MarketBatch], list[DepthColumns]]


class _WritesKept:
    """Stands where the store stands and keeps what the recorder hands over, to be written again and again."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.queued_rows = 0
        self.committed_rows: dict[str, int] = {}

    def open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        return Recording(1, identity, instrument, committed_seq=-1, complete=False)

    def write(
        self,
        recording_id: int,
        batches: Sequence[MarketBatch],
        depth: Sequence[DepthColumns],
        news: Sequence[RecordingNews] = (),
    ) -> None:
        self.writes.append((list(batches), list(depth)))

    def wait_until_below(self, rows: int) -> None: ...

    def finish_recording(self, recording_id: int, *, complete: bool) -> None: ...

    def bytes_on_disk(self) -> int:
        return 0


def recorded_writes(capture: Path) -> tuple[Instrument, list[Write]]:
    """What the recorder hands to the store in a replay at full speed."""
    feed = ReplayFeed(capture)
    market, kept = Market(Bus(), SystemClock()), _WritesKept()
    recorder = Recorder(kept, SystemClock())
    for instrument in feed.instruments:
        market.add(instrument)
        recorder.open(feed.identity, capture.name, instrument)
    intake = Intake(market, recorder)
    for batches in feed.batches():
        for batch in batches:
            intake.take(batch)
    recorder.finish(complete=True)
    feed.close()
    return feed.instruments[0], kept.writes


def store_all(
    data_dir: Path, instrument: Instrument, writes: list[Write], recordings: int = 1
) -> tuple[dict[str, int], float]:
    """Write everything so many times into a new store; return rows by table and seconds to the last."""
    shutil.rmtree(data_dir, ignore_errors=True)
    with open_store(data_dir) as store:
        started = time.perf_counter()
        for run in range(recordings):
            recording = store.open_recording(f"run {run}", "a benchmark", instrument)
            for batches, depth in writes:
                store.write(recording.recording_id, batches, depth)
            store.finish_recording(recording.recording_id, complete=True)
        return store.committed_rows, time.perf_counter() - started


def read_all(data_dir: Path) -> tuple[list[MarketBatch], float]:
    """Read the book of the first recording back; return its batches and the seconds it took."""
    with open_store(data_dir) as store:
        history = store.history()
        started = time.perf_counter()
        batches = list(history.book_batches(1, 2**62))
        seconds = time.perf_counter() - started
        history.close()
    return batches, seconds


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure writing, reading back and size on one recording."""
    instrument, writes = recorded_writes(shared_data / CAPTURE)
    data_dir = scratch / "store"
    written, read = [], []
    for _ in range(ROUNDS):
        rows, seconds = store_all(data_dir, instrument, writes)
        written.append(sum(rows.values()) / seconds)
        book, seconds = read_all(data_dir)
        read.append(sum(len(batch.levels) for batch in book) / seconds)
    sent = [batch for batches, _ in writes for batch in batches]
    same = _bytes_of_book(sent) == _bytes_of_book(book)
    per_write = sum(rows.values()) / len(writes)
    row_bytes, file_bytes, deltas = book_row_bytes(data_dir, instrument, writes)
    return [
        Result(
            "store: rows committed, in the recorder's own writes",
            median(written),
            "rows/s",
            target="≥ 1,000,000",
            met=median(written) >= 1e6,
            check=f"{len(writes)} writes of {per_write:,.0f} rows; the book reads back bit for bit: {same}",
        ),
        Result("store: levels of the book read back in order", median(read), "rows/s"),
        Result(
            "store: bytes on disk per book-delta row",
            row_bytes,
            "bytes",
            target="≤ 8",
            met=row_bytes <= 8,
            check=f"its message's row included; {file_bytes:.1f} with the whole file over {deltas:,} rows",
        ),
    ]


def book_row_bytes(data_dir: Path, instrument: Instrument, writes: list[Write]) -> tuple[float, float, int]:
    """What a level change takes on disk, its message's row included, in stores that hold nothing else.

    Returns:
        Bytes each further row takes (five recordings of the same book less one, over the rows between),
        bytes of the whole file per row with one recording, and that recording's rows.
    """
    only_updates: list[Write] = [
        ([MarketBatch(b.venue, b.symbol, *_without_snapshots(b), b.last_seq) for b in batches], [])
        for batches, _ in writes
    ]
    rows, _ = store_all(data_dir, instrument, only_updates)
    deltas, small = rows["book_deltas"], _size(data_dir)
    store_all(data_dir, instrument, only_updates, recordings=5)
    return (_size(data_dir) - small) / (4 * deltas), small / deltas, deltas


def _size(data_dir: Path) -> int:
    return sum(path.stat().st_size for path in data_dir.iterdir())


def _without_snapshots(batch: MarketBatch) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    whole = batch.updates["is_snapshot"]
    of_whole = np.repeat(whole, batch.updates["levels"])
    return batch.trades[:0], batch.quotes[:0], batch.updates[~whole], batch.levels[~of_whole]


def _bytes_of_book(batches: list[MarketBatch]) -> tuple[bytes, bytes]:
    updates = np.concatenate([np.empty(0, BOOK_UPDATE), *(batch.updates for batch in batches)])
    levels = np.concatenate([np.empty(0, LEVEL), *(batch.levels for batch in batches)])
    return updates.tobytes(), levels.tobytes()
