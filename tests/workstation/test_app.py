"""The headless program: a feed fills a market and a store, and everything ends when it is told to."""

import asyncio
import gzip
import threading
from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest

from tests.workstation.exchange.wire import START_NS, depth, lines, snapshot, trade
from workstation.app import Workstation
from workstation.errors import BadCapture, PreflightError, StoreFull
from workstation.exchange.replay_feed import ReplayFeed
from workstation.model.columns import MarketBatch
from workstation.ports import Recording
from workstation.runtime.bus import Fault
from workstation.store.ticks import open_store

COUNT = 300


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "capture"
    messages = (
        trade(number) if number % 2 else depth(number, symbol="BTCUSDT") for number in range(2, COUNT + 1)
    )
    path.write_bytes(lines([snapshot(1), *messages]))
    return path


def stored(data_dir: Path) -> tuple[Recording, dict[str, int]]:
    with open_store(data_dir) as store:
        history = store.history()
        try:
            (recording,) = history.recordings()
            return recording, history.row_counts(recording.recording_id)
        finally:
            history.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.002)


async def test_a_replay_fills_the_market_and_the_store(capture: Path, tmp_path: Path) -> None:
    workstation = Workstation.for_replay(capture, tmp_path / "data", speed=inf)
    assert workstation.market.symbols == ("BTCUSDT",)
    await workstation.start()
    feed = workstation.feed
    assert feed is not None
    await until(lambda: feed.finished)
    await workstation.stop()
    assert workstation.supervisor.running == ()
    assert len(asyncio.all_tasks()) == 1
    health = workstation.market.states["BTCUSDT"].health
    assert health.trades + health.depth_updates + health.snapshots == COUNT
    recording, counts = stored(tmp_path / "data")
    assert recording.complete
    assert recording.committed_seq == COUNT - 1
    assert counts["trades"] + counts["depth_updates"] + counts["snapshots"] == COUNT


async def test_a_replay_stopped_on_the_way_is_kept_and_incomplete(capture: Path, tmp_path: Path) -> None:
    workstation = Workstation.for_replay(capture, tmp_path / "data", speed=0.05)
    feed = workstation.feed
    assert feed is not None
    await workstation.start()
    await until(lambda: feed.position_ns > START_NS + 5_000_000)
    await workstation.stop()
    recording, counts = stored(tmp_path / "data")
    assert not recording.complete
    assert 0 < recording.committed_seq < COUNT - 1
    assert counts["trades"] + counts["depth_updates"] + counts["snapshots"] == recording.committed_seq + 1


async def test_rewinding_forgets_the_market_and_stores_nothing_twice(capture: Path, tmp_path: Path) -> None:
    workstation = Workstation.for_replay(capture, tmp_path / "data", speed=inf)
    feed = workstation.feed
    assert feed is not None
    await workstation.start()
    await until(lambda: feed.finished)
    feed.pause()
    feed.seek(START_NS)
    await until(lambda: len(workstation.market.states["BTCUSDT"].trades) == 0)
    feed.resume()
    await until(lambda: feed.finished)
    await workstation.stop()
    recording, counts = stored(tmp_path / "data")
    assert recording.complete
    assert counts["trades"] + counts["depth_updates"] + counts["snapshots"] == COUNT


async def test_how_long_the_recording_is_becomes_known_while_it_plays(capture: Path, tmp_path: Path) -> None:
    workstation = Workstation.for_replay(capture, tmp_path / "data", speed=0.001)
    feed = workstation.feed
    assert feed is not None
    await workstation.start()
    await until(lambda: feed.end_ns is not None)
    assert feed.end_ns == START_NS + (COUNT - 1) * 1_000_000
    await workstation.stop()


async def test_bad_lines_show_in_the_health_of_the_data(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(lines([trade(1), b"{", trade(2, price="nan"), trade(3)]))
    workstation = Workstation.for_replay(path, tmp_path / "data", speed=inf)
    feed = workstation.feed
    assert feed is not None
    await workstation.start()
    await until(lambda: feed.finished)
    await workstation.stop()
    assert workstation.market.states["BTCUSDT"].health.bad_messages == 2


@pytest.mark.logs_warnings
async def test_a_replay_that_failed_on_the_way_is_not_called_complete(capture: Path, tmp_path: Path) -> None:
    workstation = Workstation.for_replay(capture, tmp_path / "data", speed=inf)
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)

    def fail(batch: MarketBatch) -> None:
        raise RuntimeError("a bug in the market")

    workstation.take = fail  # type: ignore[method-assign]
    await workstation.start()
    await until(lambda: bool(faults))
    await workstation.stop()
    assert [fault.where for fault in faults] == ["Replay"]
    recording, _ = stored(tmp_path / "data")
    assert (recording.complete, recording.committed_seq) == (False, -1)


async def test_a_store_that_fails_is_told_once_and_the_desk_lives_on(capture: Path, tmp_path: Path) -> None:
    workstation = Workstation.for_replay(capture, tmp_path / "data", speed=inf)
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    recorder, feed = workstation.recorder, workstation.feed
    assert recorder is not None
    assert feed is not None
    recorder.error = StoreFull("The disk is full: free some space.")
    await workstation.start()
    await until(lambda: feed.finished)
    await until(lambda: bool(faults))
    await asyncio.sleep(0.6)
    await workstation.stop()
    assert [(fault.where, fault.message) for fault in faults] == [
        ("Tick store", "The disk is full: free some space.")
    ]
    assert len(workstation.market.states["BTCUSDT"].trades) > 0


def test_without_a_store_a_replay_only_plays(capture: Path) -> None:
    feed = ReplayFeed(capture)
    workstation = Workstation(feed, None)
    for batches in feed.batches():
        for batch in batches:
            workstation.take(batch)
    workstation.close()
    assert len(workstation.market.states["BTCUSDT"].trades) > 0


def test_without_a_feed_a_desk_is_empty_and_closes() -> None:
    workstation = Workstation(None, None)
    assert workstation.market.symbols == ()
    workstation.close()
    workstation.close()


def test_a_bad_capture_leaves_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "capture").write_text("nothing of the kind")
    with pytest.raises(BadCapture):
        Workstation.for_replay(tmp_path / "capture", tmp_path / "data", speed=1.0)
    assert not (tmp_path / "data").exists()


def test_a_desk_that_cannot_open_leaves_nothing_running(capture: Path, tmp_path: Path) -> None:
    threads = threading.active_count()
    (tmp_path / "file").touch()
    with pytest.raises(PreflightError, match="not a directory"):
        Workstation.for_replay(capture, tmp_path / "file", speed=1.0)
    assert threading.active_count() == threads


def test_a_compressed_copy_continues_the_same_recording(capture: Path, tmp_path: Path) -> None:
    whole = capture.read_bytes()
    packed = tmp_path / "capture.gz"
    packed.write_bytes(gzip.compress(whole))
    capture.write_bytes(b"".join(whole.splitlines(keepends=True)[:100]))
    for path in (capture, packed):
        feed = ReplayFeed(path)
        workstation = Workstation(feed, open_store(tmp_path / "data"))
        for batches in feed.batches():
            for batch in batches:
                workstation.take(batch)
        workstation.close()
    recording, counts = stored(tmp_path / "data")
    assert recording.committed_seq == COUNT - 1
    assert counts["trades"] + counts["depth_updates"] + counts["snapshots"] == COUNT
