"""The recorded markets, live, stored and rebuilt: the same book and the same cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from workstation.app import Workstation
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.depth_grid import DepthGrid
from workstation.market.depth_level import UNKNOWN_CODE, DepthLevel
from workstation.market.depth_map import DepthMap
from workstation.market.depth_past import DepthPast
from workstation.market.order_book import BookStatus, OrderBook
from workstation.market.rebuild import rebuild_book, rebuild_state
from workstation.market.state import SymbolState
from workstation.model.columns import Records
from workstation.runtime.clock import SystemClock
from workstation.store.history import DuckHistory
from workstation.store.ticks import open_store

pytestmark = pytest.mark.real_data

MOMENTS = 100
CAPTURE = "captures/binance_usdm_BTCUSDT_2024-08-08.gz"


@dataclass(frozen=True)
class Recorded:
    """One recording: as it was live, and as it lies in the store."""

    live: SymbolState
    history: DuckHistory
    recording_id: int


@pytest.fixture(scope="module")
def recorded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    data_dir = tmp_path_factory.mktemp("store")
    workstation = Workstation.for_replay(shared_data / CAPTURE, data_dir, speed=float("inf"))
    assert workstation.feed is not None
    for batches in workstation.feed.batches():
        for batch in batches:
            workstation.take(batch)
    workstation.close()
    store = open_store(data_dir)
    history = store.history()
    (recording,) = history.recordings()
    yield Recorded(workstation.market.states["BTCUSDT"], history, recording.recording_id)
    history.close()
    store.close()


def books_at(capture: Path, moments: list[int]) -> dict[int, tuple[dict[float, float], dict[float, float]]]:
    """The live book's levels before each of these messages."""
    feed = ReplayFeed(capture)
    book = OrderBook(feed.instruments[0])
    levels_at = {}
    pending = sorted(moments)
    for batches in feed.batches():
        for batch in batches:
            ends = np.concatenate(([0], np.cumsum(batch.updates["levels"])))
            for index, seq in enumerate(batch.updates["seq"].tolist()):
                while pending and pending[0] <= seq:
                    levels_at[pending.pop(0)] = (dict(book.bids), dict(book.asks))
                book.apply(batch.updates[index : index + 1], batch.levels[ends[index] : ends[index + 1]])
    feed.close()
    return levels_at


def test_the_book_rebuilt_from_the_store_equals_the_live_one_at_100_moments(
    recorded: Recorded, shared_data: Path
) -> None:
    # Each rebuild reads the store from its start, so the moments are walked in one pass: a rebuild up to the
    # first, then the stored updates between one moment and the next.
    moments = sorted(np.random.default_rng(8).choice(np.arange(55, 93_000), MOMENTS, replace=False).tolist())
    live = books_at(shared_data / CAPTURE, moments)
    assert len(live) == MOMENTS
    instrument = recorded.live.instrument
    stored = list(recorded.history.book_batches(recorded.recording_id, 93_954))
    updates = np.concatenate([batch.updates for batch in stored])
    levels = np.concatenate([batch.levels for batch in stored])
    book = OrderBook(instrument)
    ends = np.concatenate(([0], np.cumsum(updates["levels"])))
    done = 0
    for moment in moments:
        until = int(np.searchsorted(updates["seq"], moment))
        book.apply(updates[done:until], levels[ends[done] : ends[until]])
        done = until
        assert book.status is BookStatus.LIVE
        assert (book.bids, book.asks) == live[moment]
    for moment in moments[:: MOMENTS // 4]:
        rebuilt = rebuild_book(recorded.history, recorded.recording_id, instrument, moment)
        assert (rebuilt.bids, rebuilt.asks) == live[moment]


def held_cells(grid: DepthGrid, *, finished_only: bool) -> tuple[Records, Records, Records, Records]:
    first, end = grid.buckets
    rows = np.arange(first, end - finished_only) % grid.columns
    return grid.codes[rows], grid.first_bin[rows], grid.gap[rows], grid.best[rows]


def test_the_depth_grid_is_the_same_live_rebuilt_from_the_store_and_replayed_in_other_batches(
    recorded: Recorded, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilt = rebuild_state(
        recorded.history, recorded.recording_id, recorded.live.instrument, 93_954, SystemClock()
    )
    monkeypatch.setattr("workstation.exchange.replay_feed.FULL_SPEED_LINES", 777)
    feed = ReplayFeed(shared_data / CAPTURE)
    replayed = SymbolState(feed.instruments[0], SystemClock())
    for batches in feed.batches():
        for batch in batches:
            replayed.apply(batch)
    feed.close()
    live_grid = recorded.live.grid
    assert live_grid is not None
    assert live_grid.buckets[1] - live_grid.buckets[0] == 690
    assert int(np.count_nonzero(live_grid.codes)) > 100_000
    for state in (rebuilt, replayed):
        assert state.grid is not None
        assert state.grid.buckets == live_grid.buckets
        for got, expected in zip(
            held_cells(state.grid, finished_only=False),
            held_cells(live_grid, finished_only=False),
            strict=True,
        ):
            np.testing.assert_array_equal(got, expected)


def test_the_stored_depth_columns_are_the_finished_live_ones(recorded: Recorded) -> None:
    grid = recorded.live.grid
    assert grid is not None
    first, end = grid.buckets
    stored = recorded.history.depth_columns(
        recorded.recording_id, grid.bucket_ms, first * grid.bucket_ms, end * grid.bucket_ms
    )
    live = grid.finished_columns(0)
    assert stored is not None
    assert len(stored) == len(live) == end - first - 1
    assert stored.bin_size == live.bin_size
    for column in ("start_ms", "first_bin", "gap", "cells", "best"):
        np.testing.assert_array_equal(getattr(stored, column), getattr(live, column))


@pytest.mark.parametrize("buckets", [1, 2, 4, 10, 60, 120, 240])
def test_every_level_of_depth_read_from_the_store_is_the_live_one(recorded: Recorded, buckets: int) -> None:
    grid = recorded.live.grid
    assert grid is not None
    instrument = recorded.live.instrument
    past = DepthPast(instrument.venue, instrument.symbol)
    for step in (0, 1):  # what is stored, then the blocks of it
        past.want(recorded, DepthLevel(buckets), (past.cover.from_ms, past.cover.to_ms))
        jobs = past.jobs(0.0 if step == 0 else past.covered_at)
        for _, work in jobs:
            past.put(work(recorded.history), 1.0)
    stored, live = DepthMap(None, past), DepthMap(grid)
    first, end = grid.buckets
    # Up to the last column whose end was finished: one that has only begun is shown as it is now, live alone.
    numbers = np.arange(first // buckets, (end - 1) // buckets)
    for bins in (1, 2, 10):
        level = DepthLevel(buckets, bins)
        lowest, count = 61_300 // bins, 900 // bins
        cells = live.codes(level, numbers, lowest, count)
        assert np.count_nonzero(cells != UNKNOWN_CODE) > 0.9 * cells.size
        np.testing.assert_array_equal(stored.codes(level, numbers, lowest, count), cells)
    np.testing.assert_array_equal(stored.best(level, numbers), live.best(level, numbers))


def test_tape_and_candles_rebuilt_from_the_store_equal_the_live_ones(recorded: Recorded) -> None:
    rebuilt = rebuild_state(
        recorded.history, recorded.recording_id, recorded.live.instrument, 93_954, SystemClock()
    )
    np.testing.assert_array_equal(rebuilt.trades.rows(), recorded.live.trades.rows())
    for column in ("open_ms", "open", "high", "low", "close", "trades"):
        np.testing.assert_array_equal(
            rebuilt.candles(5_000).rows()[column], recorded.live.candles(5_000).rows()[column]
        )
    np.testing.assert_allclose(
        rebuilt.candles(5_000).rows()["volume"], recorded.live.candles(5_000).rows()["volume"], rtol=1e-12
    )
