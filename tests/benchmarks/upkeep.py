"""What keeping the store costs: dropping old parts beside a market that is recorded, mending, exporting."""

import threading
import time
from pathlib import Path
from statistics import median

import duckdb
import numpy as np

from tests.benchmarks.result import Result
from tests.benchmarks.store import CAPTURE, Write, recorded_writes
from workstation.market.depth_grid import BUCKET_MS
from workstation.market.rebuild import continued_depth
from workstation.model.columns import TRADE, MarketBatch
from workstation.model.instrument import Instrument
from workstation.runtime.clock import SystemClock
from workstation.store.export import Exporter
from workstation.store.ticks import DuckTickStore, open_store

RECORDINGS = 6
ROUNDS = 2


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure on six recordings of one real capture: about what a busy symbol sends in half an hour."""
    instrument, writes = recorded_writes(shared_data / CAPTURE)
    waits: list[float] = []
    idle: list[float] = []
    dropped, seconds, grown = [], [], []
    for number in range(ROUNDS):
        with open_store(scratch / f"upkeep {number}") as store:
            _fill(store, instrument, writes)
            size = store.bytes_on_disk()
            idle += _waits(store, instrument, threading.Event(), 100)
            rows, wall_s = _drop_beside(store, waits, instrument)
            dropped.append(rows)
            seconds.append(wall_s)
            _fill(store, instrument, writes, "again")
            grown.append(store.bytes_on_disk() / size)
    mended, columns = _mend(scratch / "upkeep 0")
    rate, megabytes, same = _export(scratch / "upkeep 0", scratch / "exported")
    worst = float(np.max(waits)) * 1e3
    return [
        Result(
            "store: longest wait of a write while old parts are dropped",
            worst,
            "ms",
            target="≤ 250",  # half of the time between two writes of the recorder
            met=worst <= 250,
            check=f"p99 {np.quantile(waits, 0.99) * 1e3:.1f} ms over {len(waits)} writes; "
            f"with nothing dropped p99 {np.quantile(idle, 0.99) * 1e3:.1f} ms",
        ),
        Result(
            "store: rows dropped",
            median(r / s for r, s in zip(dropped, seconds, strict=True)),
            "rows/s",
            check=f"{dropped[0]:,} rows, with writes of a live market between the steps",
        ),
        Result(
            "store: file after as much was recorded again as was dropped",
            median(grown),
            "×",
            target="≤ 1.1",
            met=median(grown) <= 1.1,
            check="space of dropped rows is used again",
        ),
        Result(
            "store: depth rebuilt from stored updates after a kill",
            mended,
            "levels/s",
            check=f"{columns} columns of {BUCKET_MS} ms",
        ),
        Result(
            "store: rows exported to Parquet",
            rate,
            "rows/s",
            target="≥ 1,000,000",
            met=rate >= 1e6,
            check=f"{megabytes:.1f} MB; DuckDB reads the same rows and sums from the files: {same}",
        ),
    ]


def _fill(store: DuckTickStore, instrument: Instrument, writes: list[Write], name: str = "run") -> None:
    for number in range(RECORDINGS):
        recording = store.open_recording(f"{name} {number}", "a benchmark", instrument)
        for batches, depth in writes:
            store.write(recording.recording_id, batches, depth)
        store.finish_recording(recording.recording_id, complete=True)
    store.checkpoint()


def _waits(store: DuckTickStore, instrument: Instrument, ended: threading.Event, most: int) -> list[float]:
    """Seconds from each write of a hundred trades, one every 20 ms, until it was committed."""
    recording = store.open_recording("live", "a benchmark", instrument)
    waits: list[float] = []
    while not ended.is_set() and len(waits) < most:
        trades = np.zeros(100, TRADE)
        trades["seq"] = recording.committed_seq + 1 + len(waits) * 100 + np.arange(100)
        batch = MarketBatch(instrument.venue, instrument.symbol, trades, last_seq=int(trades["seq"][-1]))
        started = time.perf_counter()
        store.write(recording.recording_id, [batch], [])
        store.wait_until_below(0)
        waits.append(time.perf_counter() - started)
        time.sleep(0.02)
    store.finish_recording(recording.recording_id, complete=True)
    return waits


def _drop_beside(store: DuckTickStore, waits: list[float], instrument: Instrument) -> tuple[int, float]:
    """Drop everything but the live recording while that is written; return rows and seconds."""
    ended = threading.Event()
    history = store.history()
    old = [r.recording_id for r in history.recordings() if r.identity != "live"]
    history.close()
    writer = threading.Thread(target=lambda: waits.extend(_waits(store, instrument, ended, 1_000_000)))
    writer.start()
    started = time.perf_counter()
    rows = sum(
        store.drop(recording_id, group)
        for recording_id in old
        for group in ("trades", "quotes", "book", "depth")
    )
    wall_s = time.perf_counter() - started
    store.checkpoint()
    ended.set()
    writer.join()
    return rows, wall_s


def _mend(data_dir: Path) -> tuple[float, int]:
    """Levels a second at which a recording's depth columns are rebuilt, and how many they are."""
    with open_store(data_dir) as store:
        history = store.history()
        recording = next(r for r in history.recordings() if r.identity.startswith("again"))
        levels = history.row_counts(recording.recording_id)["book_deltas"]
        started = time.perf_counter()
        columns = sum(map(len, continued_depth(history, [recording], None, SystemClock(), 5_000)))
        wall_s = time.perf_counter() - started
        history.close()
    return levels / wall_s, columns


def _export(data_dir: Path, out: Path) -> tuple[float, float, bool]:
    """Rows a second, megabytes, and whether another reader finds the same in the files."""
    started = time.perf_counter()
    summary = Exporter(data_dir, out).run(lambda _: None)
    wall_s = time.perf_counter() - started
    with open_store(data_dir) as store:
        history = store.history()
        wanted = [history.row_counts(r.recording_id) for r in history.recordings()]
        ids = [r.recording_id for r in history.recordings()]
        size = sum(float(history.trades(number, 0, 2**62)["size"].sum()) for number in ids)
        history.close()
    ((rows, found),) = duckdb.execute(
        "SELECT count(*), sum(size) FROM read_parquet(?)", [str(out / "trades" / "**" / "*.parquet")]
    ).fetchall()
    levels = sum(counts["book_deltas"] + counts["snapshot_levels"] for counts in wanted)
    same = (
        rows == sum(counts["trades"] for counts in wanted)
        and abs(found - size) < 1e-6 * size
        and summary.rows["book_updates"] >= levels
    )
    return sum(summary.rows.values()) / wall_s, summary.nbytes / 1e6, same
