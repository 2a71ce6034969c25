"""Zoom never changes a cell: live, rebuilt, and read back from the store are equal at every level."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.workstation.market.made import make_instrument
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.depth_level import BUCKET_STEPS, UNKNOWN_CODE, DepthLevel, common_bin_size
from workstation.market.depth_map import DepthMap
from workstation.market.depth_past import MOST_BLOCKS, DepthPast
from workstation.market.order_book import OrderBook
from workstation.market.past_reader import PastReader
from workstation.market.size_code import decode, encode
from workstation.market.upkeep import Upkeep
from workstation.model.columns import BOOK_UPDATE, LEVEL
from workstation.model.instrument import SequenceRule
from workstation.ports import DepthColumns
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.settings import Keep, Retention
from workstation.store.ticks import DuckTickStore, open_store

FIRST = 3_446_322_000
INSTRUMENT = make_instrument(SequenceRule.FULL_SNAPSHOTS)
FOR_EVER = Retention(*(Keep() for _ in Retention.__struct_fields__))
BINS = 64


def book_at(book: OrderBook, bucket: int, seed: int) -> None:
    """A whole book of sizes that no other bucket has, around a middle that wanders."""
    rng = np.random.default_rng([seed, bucket])
    middle = 60_000.0 + round(8 * np.sin(bucket / 300) * 10) / 10
    steps = np.flatnonzero(rng.random(600) < 0.6)
    levels = np.zeros(2 * len(steps), LEVEL)
    levels["side"] = np.repeat((1, -1), len(steps))
    levels["price"] = np.round(np.concatenate((middle - 0.1 - steps * 0.5, middle + 0.1 + steps * 0.5)), 1)
    levels["size"] = np.round(10 ** rng.uniform(-3, 2.5, 2 * len(steps)), 3)
    update = np.zeros(1, BOOK_UPDATE)
    update["event_ms"], update["levels"], update["is_snapshot"] = bucket * BUCKET_MS, len(levels), True
    book.apply(update, levels)


def live_grid(first: int, buckets: int, gap: tuple[int, int] = (0, 0), seed: int = 1) -> DepthGrid:
    """A grid that lived from bucket `first` on; its book was lost from gap[0] to gap[1]."""
    book = OrderBook(INSTRUMENT)
    book_at(book, first, seed)
    grid = DepthGrid(INSTRUMENT, book)
    for bucket in range(first, first + buckets):
        grid.advance(bucket * BUCKET_MS)
        if gap[0] <= bucket < gap[1]:
            book.clear()
        elif bucket % 3 == 0 or bucket == gap[1]:
            book_at(book, bucket, seed)
            grid.replace(bucket * BUCKET_MS)
        else:
            grid.take(np.zeros(0, LEVEL), bucket * BUCKET_MS)
    grid.settle()
    return grid


class Stored:
    """A store with sessions of depth in it, and a reader of its past."""

    def __init__(self, data_dir: Path) -> None:
        self.store: DuckTickStore = open_store(data_dir)
        self.reader = PastReader(self.store.history, SystemClock())
        self.past: DepthPast = self.reader.depth(INSTRUMENT.venue, INSTRUMENT.symbol)

    def session(self, columns: DepthColumns, name: str) -> None:
        recording = self.store.open_recording(name, "a test", INSTRUMENT)
        for start in range(0, len(columns), 1_000):
            part = slice(start, start + 1_000)
            self.store.write(recording.recording_id, [], [_cut(columns, part)])
            recording = self.store.next_part(recording, "a test")
        self.store.finish_recording(recording.recording_id, complete=True)

    def tidy(self) -> None:
        Upkeep(self.store, lambda: FOR_EVER, SystemClock(), Bus()).tidy()

    def read(self, source: DepthMap, level: DepthLevel) -> None:
        """Have everything before the grid read that shows a level."""
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            known = self.past.covered_at > 0
            first, end = source.buckets
            self.past.want(self, level, source.past_in(first * BUCKET_MS, end * BUCKET_MS) or (0, 0))
            self.reader.follow(self.past)
            if known and self.past.share_of(self) == 1.0:
                return
            time.sleep(0.002)
        raise AssertionError(f"not read: {self.past.error}")

    def close(self) -> None:
        self.reader.close()
        self.store.close()


def _cut(columns: DepthColumns, part: slice) -> DepthColumns:
    return DepthColumns(
        columns.bucket_ms,
        columns.bin_size,
        columns.start_ms[part],
        columns.first_bin[part],
        columns.gap[part],
        columns.cells[part],
        columns.best[part],
    )


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    made = Stored(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("tidied", (True, False))
def test_stored_and_live_are_one_map_whose_cells_are_those_that_were_live(
    stored: Stored, tidied: bool
) -> None:
    whole = live_grid(FIRST, 4_700, gap=(FIRST + 1_203, FIRST + 1_260))
    # The same market, of which memory holds only the end: what came before must be read back.
    grid = live_grid(FIRST + 2_904, 1_796)
    stored.session(whole.finished_columns(0), "live")
    if tidied:
        stored.tidy()
    joined = DepthMap(grid, stored.past)
    alone = DepthMap(whole)
    for buckets in BUCKET_STEPS:
        for bins in (1, 5, 20):
            level = DepthLevel(buckets, bins)
            stored.read(joined, level)
            joined.look(FIRST * BUCKET_MS, (FIRST + 4_700) * BUCKET_MS)
            assert joined.columns(level) == alone.columns(level)
            numbers = np.arange(*joined.columns(level))
            lowest, count = 59_700 // bins, 600 // bins
            # The grid that began later has the book of its beginning in columns it never saw end.
            expected = alone.codes(level, numbers, lowest, count)
            np.testing.assert_array_equal(joined.codes(level, numbers, lowest, count), expected)
            np.testing.assert_array_equal(joined.best(level, numbers), alone.best(level, numbers))
    start, end = FIRST * BUCKET_MS, (FIRST + 4_700) * BUCKET_MS
    assert (
        joined.gaps(start, end)
        == alone.gaps(start, end)
        == [((FIRST + 1_203) * BUCKET_MS, (FIRST + 1_260) * BUCKET_MS)]
    )


def test_sessions_join_with_the_time_between_as_a_gap_and_the_future_is_not_known(stored: Stored) -> None:
    first, second = live_grid(FIRST, 700), live_grid(FIRST + 1_500, 900, seed=2)
    stored.session(first.finished_columns(0), "monday")
    stored.session(second.finished_columns(0), "tuesday")
    offline = DepthMap(None, stored.past)
    stored.read(offline, DepthLevel())
    last = second.buckets[1] - 1  # the open column was not stored
    assert offline.buckets == (FIRST, last)
    between = (FIRST + 699) * BUCKET_MS, (FIRST + 1_500) * BUCKET_MS
    assert offline.gaps(FIRST * BUCKET_MS, last * BUCKET_MS) == [between]
    inside = (FIRST + 900) * BUCKET_MS, (FIRST + 1_000) * BUCKET_MS
    assert offline.gaps(*inside) == [between], "a gap is told whole, however little of it is seen"
    assert offline.gaps(FIRST * BUCKET_MS, (FIRST + 600) * BUCKET_MS) == []
    assert offline.gaps((FIRST - 500) * BUCKET_MS, FIRST * BUCKET_MS) == [], "before the oldest there is none"
    numbers = np.arange(FIRST, last)
    codes = offline.codes(DepthLevel(), numbers, 59_900, 200)
    assert (codes[700:1_500] == UNKNOWN_CODE).all()
    np.testing.assert_array_equal(
        codes[1_500:], DepthMap(second).codes(DepthLevel(), numbers[1_500:], 59_900, 200)
    )
    replayed = DepthMap(live_grid(FIRST, 300), stored.past)
    assert replayed.buckets == (FIRST, FIRST + 300)
    assert replayed.gaps(FIRST * BUCKET_MS, last * BUCKET_MS) == []


def test_columns_of_another_bin_size_are_counted_in_what_both_make_whole(stored: Stored) -> None:
    fine = live_grid(FIRST, 300).finished_columns(0)
    cells = np.zeros((200, BINS), np.uint16)
    cells[:] = encode(np.arange(1.0, BINS + 1))
    coarse = DepthColumns(
        BUCKET_MS,
        2.5,
        (FIRST + 400 + np.arange(200, dtype=np.int64)) * BUCKET_MS,
        np.full(200, 24_000 - BINS // 2),
        np.zeros(200, np.bool_),
        cells,
        np.full((200, 2), 60_000.0),
    )
    stored.session(fine, "fine")
    stored.session(coarse, "coarse")
    offline = DepthMap(None, stored.past)
    stored.read(offline, DepthLevel())
    assert (common_bin_size([1.0, 2.5]), common_bin_size([0.1, 0.02])) == (5.0, 0.1)
    offline.look(FIRST * BUCKET_MS, (FIRST + 300) * BUCKET_MS)
    assert offline.bin_size == 1.0
    offline.look((FIRST + 450) * BUCKET_MS, (FIRST + 500) * BUCKET_MS)
    assert offline.bin_size == 2.5
    offline.look(FIRST * BUCKET_MS, (FIRST + 600) * BUCKET_MS)
    assert offline.bin_size == 5.0
    found = offline.codes(DepthLevel(), np.array([FIRST + 100, FIRST + 450]), 12_000, 1)[:, 0]
    row = fine.cells[100][60_000 - int(fine.first_bin[100]) :][:5]
    assert found[0] == encode(decode(row).sum(keepdims=True))[0]
    assert found[1] == encode(np.array([BINS / 2 + 1 + BINS / 2 + 2]))[0]


def test_what_is_no_longer_wanted_is_not_read_and_memory_is_bounded(stored: Stored) -> None:
    stored.session(live_grid(FIRST, 2_000).finished_columns(0), "live")
    offline = DepthMap(None, stored.past)
    stored.read(offline, DepthLevel(7_200))
    past = stored.past
    past.want(stored, DepthLevel(), (FIRST * BUCKET_MS, (FIRST + 2_000) * BUCKET_MS))
    assert past.lacking()
    past.want(stored, DepthLevel(), (0, 0))
    assert past.lacking() == []
    assert past.jobs(past.covered_at) == []
    for start in range(0, 40 * 512 * MOST_BLOCKS, 512 * MOST_BLOCKS):
        past.want(stored, DepthLevel(), (start, start + 1))
    assert len(past._blocks) <= MOST_BLOCKS
    past.release(stored)
    assert past.nbytes == 0


def test_what_lies_beside_the_view_is_read_once_nothing_in_it_is_lacking(stored: Stored) -> None:
    stored.session(live_grid(FIRST, 3_000).finished_columns(0), "live")
    offline = DepthMap(None, stored.past)
    stored.read(offline, DepthLevel(7_200))
    past, first = stored.past, FIRST // 512
    inside = (first + 2) * 512 * BUCKET_MS + 1_000
    past.want(stored, DepthLevel(), (inside, inside + 60_000))
    assert past.lacking() == [(1, first + 2)]
    history = stored.store.history()
    for _, work in past.jobs(past.covered_at):
        past.put(work(history), past.covered_at)
    history.close()
    assert past.share_of(stored) == 1.0
    assert past.lacking() == [(1, first + 1), (1, first + 3)]


def test_a_store_that_cannot_be_read_is_said_once_and_asked_no_more(stored: Stored) -> None:
    stored.session(live_grid(FIRST, 200).finished_columns(0), "live")
    history = stored.store.history()
    history._cursor.execute("UPDATE depth_columns SET packed = 'not a run'::BLOB")
    history.close()
    ends = time.monotonic() + 10
    while not stored.past.error and time.monotonic() < ends:
        stored.reader.follow(stored.past)
        time.sleep(0.002)
    assert "damaged" in stored.past.error
    stored.reader.follow(stored.past)
    assert not stored.reader._jobs[stored.past]


def test_what_is_stored_after_a_block_was_read_is_read_when_memory_lets_it_go(stored: Stored) -> None:
    columns = live_grid(FIRST, 800).finished_columns(0)
    stored.session(_cut(columns, slice(0, 300)), "live")
    offline = DepthMap(None, stored.past)
    stored.read(offline, DepthLevel())
    stored.session(_cut(columns, slice(300, 799)), "later")
    stored.past.covered_at = float("-inf")
    ends = time.monotonic() + 10
    while stored.past.cover.to_ms < (FIRST + 799) * BUCKET_MS and time.monotonic() < ends:
        stored.reader.follow(stored.past)
        time.sleep(0.002)
    stored.read(offline, DepthLevel())
    codes = offline.codes(DepthLevel(), np.arange(FIRST, FIRST + 799), 59_950, 100)
    np.testing.assert_array_equal(
        codes, DepthMap(live_grid(FIRST, 800)).codes(DepthLevel(), np.arange(FIRST, FIRST + 799), 59_950, 100)
    )
