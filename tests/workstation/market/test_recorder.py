"""The recorder stores each message once, does not wait, and fails without taking the desk along."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from workstation.errors import DataDirectoryError, StoreFull
from workstation.market.recorder import DEPTH_COLUMNS, FLUSH_INTERVAL_S, FLUSH_ROWS, Recorder
from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.model.derivatives import FundingRate, MarkPrice
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.ports import DepthColumns, Recording, RecordingNews
from workstation.runtime.clock import ManualClock

BTC = Instrument(
    "binance_usdm",
    "BTCUSDT",
    ContractKind.LINEAR,
    Decimal("0.1"),
    Decimal("0.001"),
    Decimal(1),
    "BTC",
    "USDT",
    SequenceRule.BINANCE_FUTURES,
)


class ListStore:
    """A tick store in a list, committed as far as the test says."""

    def __init__(self, committed_seq: int = -1) -> None:
        self.committed_seq = committed_seq
        self.writes: list[tuple[int, list[MarketBatch], list[DepthColumns]]] = []
        self.finished: list[tuple[int, bool]] = []
        self.news: list[RecordingNews] = []
        self.candles: list[tuple[int, list[int], int]] = []
        self.fail: DataDirectoryError | None = None

    def open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        return Recording(7, identity, instrument, self.committed_seq, complete=False)

    def next_part(self, recording: Recording, source: str) -> Recording:
        following = replace(recording, recording_id=recording.recording_id + 1, part=recording.part + 1)
        self.finished.append((recording.recording_id, True))
        return replace(following, committed_seq=-1)

    def write(
        self,
        recording_id: int,
        batches: Sequence[MarketBatch],
        depth: Sequence[DepthColumns],
        news: Sequence[RecordingNews] = (),
    ) -> None:
        if self.fail is not None:
            raise self.fail
        self.writes.append((recording_id, list(batches), list(depth)))
        self.news += news

    def put_candles(self, venue: str, symbol: str, timeframe_ms: int, candles: Records, source: int) -> None:
        self.candles.append((timeframe_ms, candles["open_ms"].tolist(), source))

    def wait_until_below(self, rows: int) -> None:
        self.waited_for = rows

    def finish_recording(self, recording_id: int, *, complete: bool) -> None:
        if self.fail is not None:
            raise self.fail
        self.finished.append((recording_id, complete))

    @property
    def queued_rows(self) -> int:
        return 5

    @property
    def committed_rows(self) -> dict[str, int]:
        return {"trades": 1}

    def bytes_on_disk(self) -> int:
        return 4_096

    def bytes_free(self) -> int:
        return 8_192

    @property
    def batches(self) -> list[MarketBatch]:
        return [batch for _, batches, _ in self.writes for batch in batches]


def _batch(first_seq: int, last_seq: int) -> MarketBatch:
    """One trade, one quote and one update of `seq % 4` levels for every message."""
    seq = np.arange(first_seq, last_seq + 1)
    trades, quotes = np.zeros(len(seq), TRADE), np.zeros(len(seq), QUOTE)
    updates = np.zeros(len(seq), BOOK_UPDATE)
    for records in (trades, quotes, updates):
        records["seq"] = seq
    updates["levels"] = seq % 4
    levels = np.zeros(int(updates["levels"].sum()), LEVEL)
    levels["price"] = np.repeat(seq, seq % 4)
    return MarketBatch(BTC.venue, BTC.symbol, trades, quotes, updates, levels, last_seq)


def _depth(columns: int) -> DepthColumns:
    return DepthColumns(
        500,
        0.5,
        np.arange(columns) * 500,
        np.zeros(columns, np.int64),
        np.zeros(columns, np.bool_),
        np.zeros((columns, 8), np.uint16),
        np.zeros((columns, 2)),
    )


def _recorder(store: ListStore, clock: ManualClock | None = None) -> Recorder:
    recorder = Recorder(store, clock or ManualClock())
    recorder.open("capture", "a test", BTC)
    return recorder


def test_nothing_is_written_before_a_flush_is_due() -> None:
    store, clock = ListStore(), ManualClock()
    recorder = _recorder(store, clock)
    recorder.add(_batch(0, 3))
    clock.advance(FLUSH_INTERVAL_S - 0.01)
    recorder.add(_batch(4, 7))
    assert store.writes == []
    assert recorder.queued_rows == 24 + 12 + store.queued_rows
    clock.advance(0.01)
    recorder.add(_batch(8, 9))
    assert [len(batches) for _, batches, _ in store.writes] == [3]
    assert recorder.queued_rows == store.queued_rows


def test_full_speed_flushes_by_rows() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.add(_batch(0, FLUSH_ROWS // 5))
    assert store.writes == []
    recorder.add(_batch(FLUSH_ROWS // 5 + 1, 2 * FLUSH_ROWS // 5))
    assert len(store.writes) == 1


@pytest.mark.parametrize("committed", [-1, 0, 4, 5, 6, 11, 12, 50])
def test_messages_that_are_stored_are_left_out_with_their_levels(committed: int) -> None:
    store = ListStore(committed)
    recorder = _recorder(store)
    for first in (0, 6):
        recorder.add(_batch(first, first + 5))
    recorder.flush()
    fresh = [seq for seq in range(12) if seq > committed]
    for table in ("trades", "quotes", "updates"):
        assert [int(seq) for b in store.batches for seq in getattr(b, table)["seq"]] == fresh
    assert [int(p) for b in store.batches for p in b.levels["price"]] == [
        seq for seq in fresh for _ in range(seq % 4)
    ]
    assert all(len(b.levels) == b.updates["levels"].sum() for b in store.batches)


def test_a_replay_that_is_rewound_writes_nothing_twice() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.add(_batch(0, 9))
    recorder.flush()
    recorder.add(_batch(0, 4))
    recorder.add(_batch(5, 14))
    recorder.finish(complete=True)
    assert [int(seq) for b in store.batches for seq in b.trades["seq"]] == list(range(15))


def test_messages_without_rows_move_the_recording_on() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.add(MarketBatch(BTC.venue, BTC.symbol, last_seq=41))
    recorder.flush()
    assert [batch.last_seq for batch in store.batches] == [41]


def test_depth_columns_are_stored_when_enough_have_gathered() -> None:
    store = ListStore()
    recorder = _recorder(store)
    stored = []
    for columns in (DEPTH_COLUMNS - 2, 0, 1, 1, 1):
        recorder.add_depth(BTC.venue, BTC.symbol, _depth(columns))
        recorder.flush()
        stored.append(sum(len(d) for _, _, depth in store.writes for d in depth))
    assert stored == [0, 0, 0, DEPTH_COLUMNS, DEPTH_COLUMNS]
    recorder.finish(complete=True)
    assert sum(len(d) for _, _, depth in store.writes for d in depth) == DEPTH_COLUMNS + 1


def test_a_market_without_a_recording_is_a_mistake() -> None:
    recorder = Recorder(ListStore(), ManualClock())
    with pytest.raises(KeyError):
        recorder.add(_batch(0, 3))


def test_finishing_stores_the_rest_and_marks_the_end() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.add(_batch(0, 3))
    recorder.finish(complete=False)
    assert len(store.batches) == 1
    assert store.finished == [(7, False)]
    assert recorder.failed is None


def test_after_a_failure_it_says_so_and_takes_no_more() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.add(_batch(0, 3))
    store.fail = StoreFull("The disk is full.")
    recorder.flush()
    assert recorder.failed == "The disk is full."
    assert recorder.error is store.fail
    store.fail = None
    recorder.add(_batch(4, 9))
    recorder.add_depth(BTC.venue, BTC.symbol, _depth(3))
    recorder.finish(complete=True)
    assert store.writes == []
    assert store.finished == []
    assert recorder.queued_rows == store.queued_rows


def test_a_failure_found_at_the_end_is_kept() -> None:
    store = ListStore()
    recorder = _recorder(store)
    store.fail = StoreFull("The disk is full.")
    recorder.finish(complete=True)
    assert recorder.failed == "The disk is full."


def test_figures_and_waiting_are_the_stores() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.wait(1_000)
    assert store.waited_for == 1_000
    assert recorder.rows_stored == {"trades": 1}
    assert (recorder.bytes_on_disk(), recorder.bytes_free()) == (4_096, 8_192)


def _funding(rate: str, event_ms: int, next_ms: int = 8) -> FundingRate:
    return FundingRate(BTC.venue, BTC.symbol, event_ms, Decimal(rate), 8.0, next_ms)


def test_news_are_written_with_the_batches_they_came_with() -> None:
    store = ListStore()
    recorder = _recorder(store)
    mark = MarkPrice(BTC.venue, BTC.symbol, 5, Decimal("60000.5"))
    recorder.add(_batch(0, 3))
    recorder.add_news(mark)
    recorder.flush()
    assert len(store.writes) == 1
    assert store.news == [mark]
    recorder.add_news(mark)
    recorder.finish(complete=True)
    assert store.news == [mark, mark]


def test_a_funding_estimate_is_stored_when_it_changes() -> None:
    store = ListStore()
    recorder = _recorder(store)
    told = [_funding("0.0001", 1), _funding("0.0001", 2), _funding("0.0002", 3), _funding("0.0002", 4, 16)]
    for news in told:
        recorder.add_news(news)
    recorder.flush()
    assert store.news == [told[0], told[2], told[3]]


def test_a_new_part_begins_with_what_it_is_given_and_the_old_one_keeps_all_before() -> None:
    store = ListStore()
    recorder = _recorder(store)
    recorder.add(_batch(0, 3))
    recorder.add_depth(BTC.venue, BTC.symbol, _depth(3))
    recorder.begin_part(_batch(3, 3))
    recorder.add(_batch(4, 5))
    recorder.flush()
    assert [(write[0], [batch.last_seq for batch in write[1]]) for write in store.writes] == [
        (7, [3]),
        (8, [3, 5]),
    ]
    assert sum(len(depth) for depth in store.writes[0][2]) == 3
    recorder.finish(complete=True)
    assert store.finished == [(7, True), (8, True)]


def test_a_part_has_an_age_of_its_own() -> None:
    clock = ManualClock()
    recorder = _recorder(ListStore(), clock)
    clock.advance(30)
    assert recorder.part_age_s(BTC.venue, BTC.symbol) == 30
    recorder.begin_part(_batch(0, 0))
    assert recorder.part_age_s(BTC.venue, BTC.symbol) == 0
