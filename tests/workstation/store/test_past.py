"""What a venue tells of the past is stored once, and candles of our own complete trades are never lost."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workstation.market.candle_merge import CandleSource
from workstation.market.candles import CANDLE
from workstation.model.columns import Records
from workstation.model.derivatives import OpenInterest
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.store import pruning
from workstation.store.ticks import DuckTickStore, open_store

VENUE, SYMBOL, MINUTE = "binance_usdm", "BTCUSDT", 60_000


def candles(*minutes: int, close: float = 1.0, buy_volume: float = 2.0) -> Records:
    rows = np.zeros(len(minutes), CANDLE)
    rows["open_ms"] = np.array(minutes) * MINUTE
    for name in ("open", "high", "low", "close"):
        rows[name] = close
    rows["volume"], rows["buy_volume"], rows["trades"] = 5.0, buy_volume, 7
    return rows


def stored(store: DuckTickStore) -> list[tuple[int, float, int]]:
    store.wait_until_below(0)
    history = store.history()
    rows, sources = history.candles(VENUE, SYMBOL, MINUTE, 0, 2**62)
    history.close()
    minutes = (rows["open_ms"] // MINUTE).tolist()
    return list(zip(minutes, rows["close"].tolist(), sources.tolist(), strict=True))


def put(store: DuckTickStore, rows: Records, source: CandleSource) -> None:
    store.put_candles(VENUE, SYMBOL, MINUTE, rows, source)


def test_told_candles_never_overwrite_our_complete_ones_but_partial_ones(store: DuckTickStore) -> None:
    put(store, candles(1, 2, close=10.0), CandleSource.OWN)
    put(store, candles(3, close=20.0), CandleSource.OWN_PARTIAL)
    put(store, candles(0, 1, 2, 3, 4, close=30.0), CandleSource.VENUE)
    assert stored(store) == [(0, 30.0, 1), (1, 10.0, 2), (2, 10.0, 2), (3, 30.0, 1), (4, 30.0, 1)]


def test_our_complete_candles_take_the_place_of_told_ones_and_partial_ones_do_not(
    store: DuckTickStore,
) -> None:
    put(store, candles(1, 2, 3, close=30.0), CandleSource.VENUE)
    put(store, candles(1, close=20.0), CandleSource.OWN_PARTIAL)
    put(store, candles(2, close=10.0), CandleSource.OWN)
    assert stored(store) == [(1, 30.0, 1), (2, 10.0, 2), (3, 30.0, 1)]


def test_candles_told_again_are_stored_once_as_they_were_told_last(store: DuckTickStore) -> None:
    put(store, candles(3, 4, close=30.0), CandleSource.VENUE)
    put(store, candles(1, 2, 3, close=31.0), CandleSource.VENUE)
    assert stored(store) == [(1, 31.0, 1), (2, 31.0, 1), (3, 31.0, 1), (4, 30.0, 1)]


def test_candles_come_back_bit_for_bit_and_apart_from_other_series(store: DuckTickStore) -> None:
    rows = candles(1, 2, close=0.1 + 0.2)
    rows["buy_volume"][1] = np.nan  # not every venue tells it
    put(store, rows, CandleSource.VENUE)
    store.put_candles(VENUE, SYMBOL, 5 * MINUTE, candles(1, close=7.0), CandleSource.VENUE)
    store.put_candles(VENUE, "ETHUSDT", MINUTE, candles(1, close=8.0), CandleSource.VENUE)
    store.wait_until_below(0)
    history = store.history()
    back, _ = history.candles(VENUE, SYMBOL, MINUTE, MINUTE, 3 * MINUTE)
    assert back.tobytes() == rows.tobytes()
    assert history.candles(VENUE, SYMBOL, MINUTE, 2 * MINUTE, 3 * MINUTE)[0]["open_ms"].tolist() == [120_000]
    history.close()


def settlement(settled_ms: int, rate: str = "0.00010000") -> FundingSettlement:
    return FundingSettlement(VENUE, SYMBOL, settled_ms, Decimal(rate), 4.0)


def test_funding_and_open_interest_are_stored_once(store: DuckTickStore) -> None:
    samples = [OpenInterest(VENUE, SYMBOL, ms, Decimal("123456.789"), None) for ms in (1, 2)]
    for _ in range(2):
        store.put_funding([settlement(5, "-0.00012345"), settlement(1), settlement(1)])
        store.put_open_interest(300_000, samples)
    store.put_funding([settlement(3)])
    store.wait_until_below(0)
    history = store.history()
    assert history.funding(VENUE, SYMBOL, 0, 10) == [
        settlement(1),
        settlement(3),
        settlement(5, "-0.00012345"),
    ]
    assert history.open_interest(VENUE, SYMBOL, 300_000, 0, 10) == samples
    assert history.open_interest(VENUE, SYMBOL, 3_600_000, 0, 10) == []
    history.close()


def test_what_is_covered_is_remembered_as_disjoint_stretches(tmp_path: Path) -> None:
    series = (VENUE, SYMBOL, HistoryKind.CANDLES, MINUTE)
    with open_store(tmp_path) as store:
        for stretch in ((10, 20), (30, 40), (20, 25), (24, 26), (5, 5)):
            store.cover(*series, *stretch)
        store.cover(VENUE, SYMBOL, HistoryKind.FUNDING, 0, 1, 2)
    with open_store(tmp_path) as store:
        history = store.history()
        assert history.covered(*series) == [(10, 26), (30, 40)]
        assert history.covered(VENUE, SYMBOL, HistoryKind.FUNDING, 0) == [(1, 2)]
        assert history.covered(VENUE, "ETHUSDT", HistoryKind.CANDLES, MINUTE) == []
        history.close()


def test_what_is_let_go_is_no_longer_covered(store: DuckTickStore) -> None:
    put(store, candles(*range(10)), CandleSource.VENUE)
    store.cover(VENUE, SYMBOL, HistoryKind.CANDLES, MINUTE, 0, 4 * MINUTE)
    store.cover(VENUE, SYMBOL, HistoryKind.CANDLES, MINUTE, 5 * MINUTE, 10 * MINUTE)
    store.cover(VENUE, SYMBOL, HistoryKind.FUNDING, 0, 0, 10 * MINUTE)
    assert store.drop_past("candles", 6 * MINUTE) == 6
    assert [minute for minute, _, _ in stored(store)] == [6, 7, 8, 9]
    history = store.history()
    assert history.covered(VENUE, SYMBOL, HistoryKind.CANDLES, MINUTE) == [(6 * MINUTE, 10 * MINUTE)]
    assert history.covered(VENUE, SYMBOL, HistoryKind.FUNDING, 0) == [(0, 10 * MINUTE)]
    assert history.past_sizes()["candles"][0] == 4
    assert history.past_time_of_row("candles", 1) == 7 * MINUTE
    history.close()


@pytest.mark.parametrize("group", ["trades", "quotes", "book", "depth"])
def test_a_group_of_one_recording_goes_alone(store: DuckTickStore, source: Any, group: str) -> None:
    first = store.open_recording("one", "a test", source.instrument)
    second = store.open_recording("two", "a test", source.instrument)
    for recording in (first, second):
        store.write(recording.recording_id, list(source.batches(500)), [source.depth])
    with pytest.raises(ValueError, match="being written"):
        store.drop(first.recording_id, group)
    for recording in (first, second):
        store.finish_recording(recording.recording_id, complete=True)
    history = store.history()
    before = history.row_counts(first.recording_id)
    assert store.drop(first.recording_id, group) > 0
    left = history.row_counts(first.recording_id)
    gone = {table for table, rows in left.items() if rows < before[table]}
    assert (
        gone
        == {
            "trades": {"trades"},
            "quotes": {"quotes"},
            "book": {"depth_updates", "book_deltas", "snapshots", "snapshot_levels"},
            "depth": {"depth_columns"},
        }[group]
    )
    assert all(left[table] == 0 for table in gone)
    assert history.row_counts(second.recording_id) == before
    history.close()


def test_a_recording_of_which_nothing_is_left_is_forgotten_and_its_number_not_used_again(
    tmp_path: Path, source: Any
) -> None:
    with open_store(tmp_path) as store:
        for identity in ("one", "two"):
            recording = store.open_recording(identity, "a test", source.instrument)
            store.write(recording.recording_id, [source.part(0, 500)], [])
            store.finish_recording(recording.recording_id, complete=True)
        for group in ("trades", "quotes", "book"):
            store.drop(1, group)
        history = store.history()
        assert [r.recording_id for r in history.recordings()] == [2]
        history.close()
        assert store.open_recording("three", "a test", source.instrument).recording_id == 3


def test_long_recordings_are_dropped_in_steps_of_bounded_size(
    store: DuckTickStore, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "STEP_ROWS", 100)
    recording = store.open_recording("one", "a test", source.instrument)
    store.write(recording.recording_id, list(source.batches(500)), [])
    store.finish_recording(recording.recording_id, complete=True)
    steps = list(pruning.drop_steps(store._writer, recording.recording_id, "book"))
    rows = [store._writer.call(step) for step in steps]
    assert len(rows) > 50
    counts = source.row_counts(source.messages - 1)
    assert sum(rows) == sum(rows for table, rows in counts.items() if table not in ("trades", "quotes"))
