"""The tick store gives back what it was given, once, whole, and to everyone who asks."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workstation.errors import DataDirectoryError, DataDirectoryInUse, StoreDamaged, StoreFull
from workstation.model.columns import TRADE, MarketBatch
from workstation.ports import DepthColumns
from workstation.runtime.clock import ManualClock
from workstation.store.opening import STORE_FILE
from workstation.store.ticks import DuckTickStore, open_store

Check = Callable[..., None]


def test_every_record_type_comes_back_bit_for_bit(
    store: DuckTickStore, source: Any, assert_holds: Check
) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    store.write(recording.recording_id, list(source.batches(700)), [source.depth])
    store.finish_recording(recording.recording_id, complete=True)

    history = store.history()
    assert_holds(history, recording.recording_id, source, source.messages - 1)
    depth = history.depth_columns(recording.recording_id, 500, 0, 2**62)
    assert depth is not None
    assert (depth.bucket_ms, depth.bin_size) == (500, 0.5)
    for column in ("start_ms", "first_bin", "gap", "cells", "best"):
        np.testing.assert_array_equal(getattr(depth, column), getattr(source.depth, column))
        assert getattr(depth, column).dtype == getattr(source.depth, column).dtype
    (kept,) = history.recordings()
    assert kept.instrument == source.instrument
    assert (kept.committed_seq, kept.complete) == (source.messages - 1, True)
    history.close()


def test_what_was_stored_is_there_after_closing_and_opening(
    tmp_path: Path, source: Any, assert_holds: Check
) -> None:
    with open_store(tmp_path) as store:
        recording = store.open_recording("run", "a test", source.instrument)
        store.write(recording.recording_id, list(source.batches(100)), [])
    with open_store(tmp_path) as store:
        again = store.open_recording("run", "a test", source.instrument)
        assert again.recording_id == recording.recording_id
        assert again.committed_seq == source.messages - 1
        history = store.history()
        assert_holds(history, again.recording_id, source, source.messages - 1)
        history.close()
    assert [path.name for path in tmp_path.iterdir()] == [STORE_FILE]


def test_another_identity_or_symbol_is_another_recording(store: DuckTickStore, source: Any) -> None:
    first = store.open_recording("one", "a test", source.instrument)
    second = store.open_recording("two", "a test", source.instrument)
    assert first.recording_id != second.recording_id


def test_a_recording_once_complete_stays_complete(store: DuckTickStore, source: Any) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    store.finish_recording(recording.recording_id, complete=True)
    store.finish_recording(recording.recording_id, complete=False)
    assert store.open_recording("run", "a test", source.instrument).complete


def test_a_range_of_messages_is_read_alone(store: DuckTickStore, source: Any) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    store.write(recording.recording_id, list(source.batches(500)), [])
    store.finish_recording(recording.recording_id, complete=True)
    history = store.history()
    wanted = source.part(1_000, 1_700)
    np.testing.assert_array_equal(history.trades(recording.recording_id, 1_000, 1_700), wanted.trades)
    np.testing.assert_array_equal(history.quotes(recording.recording_id, 1_000, 1_700), wanted.quotes)
    book = list(history.book_batches(recording.recording_id, 1_700, rows_per_batch=10**9))
    np.testing.assert_array_equal(np.concatenate([b.updates for b in book]), source.part(0, 1_700).updates)
    assert history.depth_columns(recording.recording_id, 500, 0, 2**62) is None
    assert list(history.book_batches(99, 1_700)) == []
    history.close()


def test_book_batches_hold_whole_messages_and_a_bounded_number_of_rows(
    store: DuckTickStore, source: Any
) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    store.write(recording.recording_id, list(source.batches(500)), [])
    store.finish_recording(recording.recording_id, complete=True)
    history = store.history()
    batches = list(history.book_batches(recording.recording_id, source.messages, rows_per_batch=150))
    assert len(batches) > 10
    for batch in batches:
        assert len(batch.levels) == batch.updates["levels"].sum()
        assert len(batch.levels) <= 150 or len(batch.updates) == 1
        assert batch.last_seq == batch.updates["seq"][-1]
    history.close()


def test_depth_columns_are_stored_once_and_each_bin_size_by_itself(store: DuckTickStore, source: Any) -> None:
    recording = store.open_recording("run", "a test", source.instrument)

    def columns(bin_size: float, start: int, end: int) -> DepthColumns:
        whole = source.depth
        return DepthColumns(
            whole.bucket_ms,
            bin_size,
            whole.start_ms[start:end],
            whole.first_bin[start:end],
            whole.gap[start:end],
            whole.cells[start:end],
            whole.best[start:end],
        )

    store.write(recording.recording_id, [], [columns(0.5, 0, 10), columns(0.5, 5, 20)])
    store.write(recording.recording_id, [], [columns(2.0, 0, 12), columns(0.5, 0, 20)])
    store.finish_recording(recording.recording_id, complete=True)
    history = store.history()
    assert history.row_counts(recording.recording_id)["depth_columns"] == 32
    assert store.committed_rows["depth_columns"] == 32
    depth = history.depth_columns(recording.recording_id, 500, 0, 2**62)
    assert depth is not None
    assert depth.bin_size == 0.5
    np.testing.assert_array_equal(depth.cells, source.depth.cells[:20])
    few = history.depth_columns(
        recording.recording_id, 500, int(source.depth.start_ms[3]), int(source.depth.start_ms[7])
    )
    assert few is not None
    np.testing.assert_array_equal(few.start_ms, source.depth.start_ms[3:7])
    history.close()


def test_readers_on_their_own_threads_see_whole_messages_while_rows_are_written(
    store: DuckTickStore, make_source: Callable[[int, int], Any]
) -> None:
    source = make_source(8_000, 7)
    recording = store.open_recording("run", "a test", source.instrument)
    done = threading.Event()
    faults: list[str] = []
    reads = [0, 0]

    def read(reader: int) -> None:
        history = store.history()
        try:
            while not done.is_set() or not reads[reader]:
                (seen,) = history.recordings()
                held = source.part(0, seen.committed_seq + 1)
                trades = history.trades(seen.recording_id, 0, seen.committed_seq + 1)
                batches = list(history.book_batches(seen.recording_id, seen.committed_seq + 1, 2_000))
                if trades.tobytes() != held.trades.tobytes():
                    faults.append(f"trades differ at {seen.committed_seq}")
                if sum(len(batch.levels) for batch in batches) != len(held.levels):
                    faults.append(f"levels differ at {seen.committed_seq}")
                reads[reader] += 1
        except Exception as error:
            faults.append(repr(error))
        finally:
            history.close()

    threads = [threading.Thread(target=read, args=(reader,)) for reader in range(2)]
    for thread in threads:
        thread.start()
    for batch in source.batches(250):
        store.write(recording.recording_id, [batch], [])
    store.finish_recording(recording.recording_id, complete=True)
    done.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert min(reads) > 0


def test_the_queue_can_be_waited_for(store: DuckTickStore, source: Any) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    for batch in source.batches(50):
        store.write(recording.recording_id, [batch], [])
        store.wait_until_below(500)
        assert store.queued_rows <= 500
    store.wait_until_below(0)
    assert store.queued_rows == 0
    counts = source.row_counts(source.messages - 1)
    assert store.committed_rows == {**counts, "depth_columns": 0}


def test_idle_readers_do_not_hold_up_a_checkpoint(store: DuckTickStore, source: Any, tmp_path: Path) -> None:
    history = store.history()
    recording = store.open_recording("run", "a test", source.instrument)
    store.write(recording.recording_id, list(source.batches(500)), [source.depth])
    store.finish_recording(recording.recording_id, complete=True)
    history.recordings()
    history.row_counts(recording.recording_id)
    history.trades(recording.recording_id, 0, 100)
    next(history.book_batches(recording.recording_id, source.messages, rows_per_batch=10))
    history.depth_columns(recording.recording_id, 500, 0, 2**62)
    log = tmp_path / "data" / f"{STORE_FILE}.wal"
    assert log.stat().st_size > 0
    store.checkpoint()
    assert not log.exists() or log.stat().st_size == 0
    history.close()


def test_a_second_process_is_refused_in_one_sentence(store: DuckTickStore, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from workstation.errors import PreflightError\n"
        "from workstation.store.ticks import open_store\n"
        "try: open_store(Path(sys.argv[1]))\n"
        "except PreflightError as error: print(type(error).__name__, error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == [
        f"{DataDirectoryInUse.__name__} Another Preflight has {tmp_path / 'data'} open: "
        "close it or choose another data directory."
    ]
    assert run.stderr == ""


def test_the_store_can_be_opened_again_as_soon_as_it_is_closed(tmp_path: Path) -> None:
    for _ in range(3):
        open_store(tmp_path).close()


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DataDirectoryError, match="is not a directory"):
            open_store(place)


def test_a_directory_that_cannot_be_written_is_refused(unwritable: Path) -> None:
    for place in (unwritable, unwritable / "new"):
        with pytest.raises(DataDirectoryError, match=r"cannot be opened: .*(denied|[Rr]ead-only)"):
            open_store(place)


@pytest.mark.parametrize("content", [b"", b"hello" * 5_000, b"\0" * 12_288])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STORE_FILE).write_bytes(content)
    with pytest.raises(StoreDamaged, match="damaged and was left as it is"):
        open_store(tmp_path)
    assert (tmp_path / STORE_FILE).read_bytes() == content


def test_a_damaged_store_is_left_as_it_is(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    damaged = bytearray((tmp_path / STORE_FILE).read_bytes())
    for place in range(8_192, len(damaged), 4_096):
        damaged[place] ^= 0xFF
    (tmp_path / STORE_FILE).write_bytes(damaged)
    with pytest.raises(StoreDamaged) as refused:
        open_store(tmp_path)
    assert "\n" not in str(refused.value)
    assert (tmp_path / STORE_FILE).read_bytes() == damaged


def test_a_log_without_its_store_is_not_taken_for_a_new_store(tmp_path: Path) -> None:
    (tmp_path / f"{STORE_FILE}.wal").write_bytes(b"rows")
    with pytest.raises(StoreDamaged, match="is missing but its log"):
        open_store(tmp_path)
    assert not (tmp_path / STORE_FILE).exists()


@pytest.mark.logs_warnings
@pytest.mark.logs_warnings
def test_rows_that_are_no_numbers_end_writing_without_a_torn_row(
    store: DuckTickStore, source: Any, assert_holds: Check
) -> None:
    recording = store.open_recording("run", "a test", source.instrument)
    good = source.part(0, 1_000)
    store.write(recording.recording_id, [good], [])
    trades = np.zeros(1, TRADE)
    trades["seq"], trades["price"] = 1_000, np.nan
    bad = MarketBatch(good.venue, good.symbol, trades=trades, last_seq=1_000)
    store.write(recording.recording_id, [bad], [])
    with pytest.raises(DataDirectoryError, match=r"took no more rows.*NOT NULL"):
        store.finish_recording(recording.recording_id, complete=True)
    with pytest.raises(DataDirectoryError):
        store.write(recording.recording_id, [source.part(1_001, 1_100)], [])
    history = store.history()
    assert_holds(history, recording.recording_id, source, 999)
    assert not history.recordings()[0].complete
    history.close()


def test_recordings_say_when_they_began(tmp_path: Path, source: Any) -> None:
    clock = ManualClock(1_723_161_255_000)
    with open_store(tmp_path, clock=clock) as store:
        store.open_recording("run", "a test", source.instrument)
        history = store.history()
        started = history._cursor.execute("SELECT started_ms FROM recordings").fetchall()
        history.close()
    assert started == [(1_723_161_255_000,)]


@pytest.mark.logs_warnings
@pytest.mark.logs_warnings
def test_a_disk_with_too_little_room_stops_ticks_and_keeps_the_rest(
    tmp_path: Path, source: Any, assert_holds: Check
) -> None:
    with open_store(tmp_path) as store:
        recording = store.open_recording("run", "a test", source.instrument)
        store.write(recording.recording_id, [source.part(0, 1_000)], [])
    with open_store(tmp_path, free_space_floor=1 << 60) as store:
        store.write(recording.recording_id, [source.part(1_000, 2_000)], [])
        with pytest.raises(StoreFull, match="nearly full"):
            store.finish_recording(recording.recording_id, complete=True)
        with pytest.raises(StoreFull, match="nearly full"):
            store.open_recording("another", "a test", source.instrument)
    with open_store(tmp_path) as store:
        taken_up = store.open_recording("run", "a test", source.instrument)
        assert (taken_up.committed_seq, taken_up.complete) == (999, False)
        history = store.history()
        assert_holds(history, taken_up.recording_id, source, 999)
        history.close()


@pytest.mark.logs_warnings
@pytest.mark.parametrize("floor", [-(1 << 60), 1 << 20], ids=["no_floor", "floor_1MB"])
@pytest.mark.logs_warnings
def test_a_full_disk_stops_ticks_and_keeps_what_was_committed(
    small_disk: Path, make_source: Callable[[int, int], Any], assert_holds: Check, floor: int
) -> None:
    """With a floor the store refuses in time; without one the disk itself does, in the middle of a write."""
    source = make_source(60_000, 3)
    store = open_store(small_disk, free_space_floor=floor)
    recording = store.open_recording("run", "a test", source.instrument)

    def write_all() -> None:
        for batch in source.batches(2_000):
            store.write(recording.recording_id, [batch], [])
            store.wait_until_below(0)
        store.finish_recording(recording.recording_id, complete=True)

    with pytest.raises(StoreFull):
        write_all()
    store.close()
    with open_store(small_disk, free_space_floor=-(1 << 60)) as again:
        taken_up = again.open_recording("run", "a test", source.instrument)
        assert 0 < taken_up.committed_seq < source.messages - 1
        assert not taken_up.complete
        history = again.history()
        assert_holds(history, taken_up.recording_id, source, taken_up.committed_seq)
        history.close()


def _mounted(place: Path, options: str) -> Iterator[Path]:
    place.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("no disk of our own: mounting one takes root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    yield from _mounted(tmp_path / "small", "size=6m")


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    yield from _mounted(tmp_path / "read_only", "ro")
