"""A store is mended after a kill, cell by cell as it was live, and lets go of what is no longer kept."""

import asyncio
import itertools
from pathlib import Path

import numpy as np
import pytest

from workstation.exchange.replay_feed import ReplayFeed
from workstation.market import depth_grid, upkeep
from workstation.market.depth_grid import BUCKET_MS
from workstation.market.intake import Intake
from workstation.market.recorder import DEPTH_COLUMNS, Recorder
from workstation.market.state import Market
from workstation.market.upkeep import StoreTidied, Upkeep
from workstation.model.columns import MarketBatch
from workstation.ports import DepthColumns
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.settings import Keep, Retention
from workstation.simulator.sample_capture import write_sample_capture
from workstation.store.ticks import DuckTickStore, open_store

SYMBOLS = ("BTCUSDT", "ETHUSDT", "TAOUSDT")
FOR_EVER = Retention(*(Keep() for _ in Retention.__struct_fields__))
SECONDS = 60


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> list[MarketBatch]:
    """A generated market, cut into pieces of about a second."""
    feed = ReplayFeed(write_sample_capture(tmp_path_factory.mktemp("made") / "made.gz", seconds=SECONDS))
    whole = [batch for group in feed.batches() for batch in group]
    feed.close()
    pieces = [piece for batch in whole for piece in _pieces(batch, 400)]
    return sorted(pieces, key=lambda piece: piece.last_seq)


def _pieces(batch: MarketBatch, messages: int) -> list[MarketBatch]:
    ends = np.concatenate([[0], np.cumsum(batch.updates["levels"])])
    first = min(int(r["seq"][0]) for r in (batch.trades, batch.quotes, batch.updates) if len(r))
    pieces = []
    for start in range(first, batch.last_seq + 1, messages):
        end = min(start + messages, batch.last_seq + 1)
        (t0, t1), (q0, q1), (u0, u1) = (
            np.searchsorted(r["seq"], [start, end]) for r in (batch.trades, batch.quotes, batch.updates)
        )
        pieces.append(
            MarketBatch(
                batch.venue,
                batch.symbol,
                batch.trades[t0:t1],
                batch.quotes[q0:q1],
                batch.updates[u0:u1],
                batch.levels[ends[u0] : ends[u1]],
                end - 1,
            )
        )
    return pieces


class Session:
    """A live session into a store: parts of so many seconds of a clock that the batches move."""

    def __init__(self, store: DuckTickStore, clock: ManualClock, part_s: float, instruments: list) -> None:
        self.market = Market(Bus(), clock)
        self.clock = clock
        self.recorder = Recorder(store, clock)
        self.intake = Intake(self.market, self.recorder, part_s=part_s)
        for instrument in instruments:
            self.market.add(instrument)
            self.recorder.open("live:1", "a test", instrument)

    def take(self, batches: list[MarketBatch]) -> None:
        newest = 0
        for batch in batches:
            self.intake.take(batch)
            if len(batch.updates):
                event_ms = int(batch.updates["event_ms"][-1])
                self.clock.advance(max(0, event_ms - (newest or event_ms)) / 1000)
                newest = max(newest, event_ms)
        self.recorder.flush()


@pytest.fixture(scope="module")
def instruments(tmp_path_factory: pytest.TempPathFactory) -> list:
    feed = ReplayFeed(write_sample_capture(tmp_path_factory.mktemp("head") / "head.gz", seconds=2))
    feed.close()
    return list(feed.instruments)


def _stored_depth(store: DuckTickStore) -> dict[str, list[DepthColumns]]:
    history = store.history()
    parts: dict[str, list[DepthColumns]] = {}
    for recording in history.recordings():
        depth = history.depth_columns(recording.recording_id, BUCKET_MS, 0, 2**62)
        if depth is not None:
            parts.setdefault(recording.instrument.symbol, []).append(depth)
    history.close()
    return parts


def _assert_equals_live(parts: list[DepthColumns], live: DepthColumns) -> None:
    for column in ("start_ms", "first_bin", "gap", "cells", "best"):
        stored = np.concatenate([getattr(part, column) for part in parts])
        np.testing.assert_array_equal(stored, getattr(live, column)[: len(stored)], err_msg=column)
    missing = len(live) - sum(map(len, parts))
    assert 0 <= missing <= 1  # the column that was open


@pytest.mark.parametrize("part_s", [1e9, 25.0])
@pytest.mark.parametrize("share", [0.13, 0.45, 1.0])
def test_columns_that_a_kill_left_out_are_rebuilt_as_they_were_live(
    tmp_path: Path,
    batches: list[MarketBatch],
    instruments: list,
    monkeypatch: pytest.MonkeyPatch,
    part_s: float,
    share: float,
) -> None:
    # A narrow window, so that the market leaves it and it is laid anew on the way.
    monkeypatch.setattr(depth_grid, "BINS", 60)
    monkeypatch.setattr(depth_grid, "COVERED_SHARE", 0.0004)
    clock = ManualClock(1_767_225_600_000)
    with open_store(tmp_path, clock=clock) as store:
        session = Session(store, clock, part_s, instruments)
        session.take(batches[: round(len(batches) * share)])
        # The store is closed without `finish`: what the recorder held back is gone, as after a kill.
    live = {s: session.market.states[s].grid.finished_columns(0) for s in SYMBOLS}
    assert share < 1 or any(len(np.unique(columns.first_bin)) > 1 for columns in live.values())
    with open_store(tmp_path, clock=clock) as store:
        before = {s: sum(map(len, parts)) for s, parts in _stored_depth(store).items()}
        done = Upkeep(store, lambda: FOR_EVER, clock, Bus()).tidy()
        assert 0 < done.mended_columns <= len(SYMBOLS) * DEPTH_COLUMNS
        for symbol, parts in _stored_depth(store).items():
            _assert_equals_live(parts, live[symbol])
            assert sum(map(len, parts)) - before.get(symbol, 0) <= DEPTH_COLUMNS
        again = Upkeep(store, lambda: FOR_EVER, clock, Bus()).tidy()
        assert (again.mended_columns, again.dropped_rows) == (0, {})


def test_every_part_is_a_market_of_its_own(
    tmp_path: Path, batches: list[MarketBatch], instruments: list
) -> None:
    clock = ManualClock(1_767_225_600_000)
    with open_store(tmp_path, clock=clock) as store:
        session = Session(store, clock, 15.0, instruments)
        session.take(batches)
        session.recorder.finish(complete=True)
        history = store.history()
        parts = [r for r in history.recordings() if r.instrument.symbol == "BTCUSDT"]
        assert [part.part for part in parts] == list(range(len(parts)))
        assert len(parts) > 2
        assert all(part.complete and part.ended_ms >= part.started_ms > 0 for part in parts)
        whole = [batch for batch in batches if batch.symbol == "BTCUSDT"]
        kept = [history.trades(part.recording_id, 0, 2**62) for part in parts]
        np.testing.assert_array_equal(np.concatenate(kept), np.concatenate([b.trades for b in whole]))
        for part, following in itertools.pairwise(parts):
            last = history.book_batches(part.recording_id, 2**62)
            (opening,) = history.book_batches(following.recording_id, part.committed_seq + 1)
            assert opening.updates["is_snapshot"].tolist() == [True]
            assert opening.updates["seq"].tolist() == [part.committed_seq]
            book = depth_grid.OrderBook(part.instrument)
            for batch in last:
                book.apply(batch.updates, batch.levels)
            assert book.update_id == opening.updates["last_id"][0]
            assert {**book.bids, **book.asks} == dict(
                zip(opening.levels["price"].tolist(), opening.levels["size"].tolist(), strict=True)
            )
        book = depth_grid.OrderBook(parts[-1].instrument)
        for batch in history.book_batches(parts[-1].recording_id, 2**62):
            book.apply(batch.updates, batch.levels)
        live = session.market.states["BTCUSDT"].book
        assert (book.bids, book.asks, book.sequence_gaps) == (live.bids, live.asks, 0)
        history.close()


def _tidy(store: DuckTickStore, retention: Retention, clock: ManualClock) -> StoreTidied:
    return Upkeep(store, lambda: retention, clock, Bus()).tidy()


def test_what_is_too_old_goes_by_whole_parts_and_what_is_being_written_stays(
    tmp_path: Path, batches: list[MarketBatch], instruments: list
) -> None:
    clock = ManualClock(1_767_225_600_000)
    keep = Keep(days=20 / 86_400)
    retention = Retention(**{**_for_ever(), **dict.fromkeys(("trades", "quotes", "book", "depth"), keep)})
    with open_store(tmp_path, clock=clock) as store:
        session = Session(store, clock, 10.0, instruments)
        session.take(batches)
        store.wait_until_below(0)
        done = _tidy(store, retention, clock)
        assert {"trades", "quotes", "book", "depth"} == set(done.dropped_rows)
        history = store.history()
        left = history.recordings()
        now_ms = clock.now_ms()
        assert all(not part.ended_ms or part.ended_ms >= now_ms - 20_000 for part in left)
        assert {part.recording_id for part in left if not part.ended_ms} == store.open_recordings
        for part in left:
            batches_left = list(history.book_batches(part.recording_id, 2**62))
            assert sum(len(b.levels) for b in batches_left) > 0
        history.close()
        session.recorder.finish(complete=True)


def test_the_oldest_go_until_each_kind_fits_its_size(
    tmp_path: Path, batches: list[MarketBatch], instruments: list
) -> None:
    clock = ManualClock(1_767_225_600_000)
    with open_store(tmp_path, clock=clock) as store:
        session = Session(store, clock, 10.0, instruments)
        session.take(batches)
        session.recorder.finish(complete=True)
        store.checkpoint()
        history = store.history()
        parts = history.kept_parts()
        book = sum(part.nbytes for part in parts if part.group == "book")
        limit = Keep(gigabytes=book / 2 / 1e9)
        done = _tidy(store, Retention(**{**_for_ever(), "book": limit}), clock)
        assert set(done.dropped_rows) == {"book"}
        left = [part for part in history.kept_parts() if part.group == "book"]
        gone = {p.recording_id for p in parts if p.group == "book"} - {p.recording_id for p in left}
        assert sum(part.nbytes for part in left) <= book / 2 * 1.2
        assert max(gone) < min(part.recording_id for part in left if part.symbol == "TAOUSDT") + 3
        trades = [sum(p.rows for p in ps if p.group == "trades") for ps in (parts, history.kept_parts())]
        assert trades[0] == trades[1]
        history.close()


def _for_ever() -> dict[str, Keep]:
    return dict.fromkeys(Retention.__struct_fields__, Keep())


def test_cancelled_housekeeping_ends_soon_and_goes_on_next_time(
    tmp_path: Path, batches: list[MarketBatch], instruments: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(upkeep, "BREATH_S", 0.02)
    clock = ManualClock(1_767_225_600_000)
    with open_store(tmp_path, clock=clock) as store:
        session = Session(store, clock, 1e9, instruments)
        session.take(batches)
    live = session.market.states["BTCUSDT"].grid.finished_columns(0)

    async def begin_and_cancel(store: DuckTickStore) -> None:
        task = asyncio.create_task(Upkeep(store, lambda: FOR_EVER, clock, Bus()).run())
        await asyncio.sleep(0.1)
        task.cancel()
        async with asyncio.timeout(1.0):
            await asyncio.wait([task])
        assert task.cancelled()

    with open_store(tmp_path, clock=clock) as store:
        asyncio.run(begin_and_cancel(store))
    monkeypatch.setattr(upkeep, "BREATH_S", 0.0)
    with open_store(tmp_path, clock=clock) as store:
        _tidy(store, FOR_EVER, clock)
        _assert_equals_live(_stored_depth(store)["BTCUSDT"], live)
