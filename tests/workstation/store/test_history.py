"""Whatever is stored, in whatever pieces, comes out in the order it came in."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.errors import StoreDamaged
from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.model.instrument import Instrument
from workstation.store import history as history_module
from workstation.store.history import DuckHistory
from workstation.store.ticks import DuckTickStore, open_store

integers = st.integers(-(2**63), 2**63 - 1)
numbers = st.floats(allow_nan=False)
sides = st.sampled_from([-1, 1])
trades = st.tuples(integers, integers, integers, sides, numbers, numbers)
quotes = st.tuples(integers, integers, integers, numbers, numbers, numbers, numbers)
books = st.tuples(
    integers,
    integers,
    integers,
    integers,
    integers,
    st.lists(st.tuples(sides, numbers, numbers), max_size=6),
    st.booleans(),
)
messages = st.one_of(
    st.tuples(st.just("trades"), st.lists(trades, max_size=3)),  # some venues send several trades at once
    st.tuples(st.just("quotes"), quotes),
    st.tuples(st.just("book"), books),
    st.tuples(st.just("nothing"), st.none()),
)


def _batch(instrument: Instrument, first_seq: int, sent: list[tuple[str, Any]]) -> MarketBatch:
    trade_rows, quote_rows, update_rows, level_rows = [], [], [], []
    for seq, (kind, content) in enumerate(sent, first_seq):
        if kind == "trades":
            trade_rows += [(seq, *row) for row in content]
        elif kind == "quotes":
            quote_rows.append((seq, *content))
        elif kind == "book":
            *facts, levels, whole = content
            update_rows.append((seq, *facts, len(levels), whole))
            level_rows += levels
    return MarketBatch(
        instrument.venue,
        instrument.symbol,
        np.array(trade_rows, TRADE),
        np.array(quote_rows, QUOTE),
        np.array(update_rows, BOOK_UPDATE),
        np.array(level_rows, LEVEL),
        first_seq + len(sent) - 1,
    )


def _bits(parts: list[Records]) -> bytes:
    return b"".join(part.tobytes() for part in parts)


@settings(max_examples=20)  # each opens a store twice
@given(st.lists(st.lists(messages, min_size=1, max_size=8), min_size=1, max_size=6), st.integers(1, 20))
def test_any_batches_in_are_the_same_rows_out(
    instrument: Instrument, pieces: list[list[tuple[str, Any]]], rows_per_batch: int
) -> None:
    starts = itertools.accumulate((len(piece) for piece in pieces), initial=0)
    sent = [_batch(instrument, start, piece) for start, piece in zip(starts, pieces, strict=False)]
    end = sent[-1].last_seq + 1

    def check(history: DuckHistory) -> None:
        assert history.trades(1, 0, end).tobytes() == _bits([batch.trades for batch in sent])
        assert history.quotes(1, 0, end).tobytes() == _bits([batch.quotes for batch in sent])
        book = list(history.book_batches(1, end, rows_per_batch))
        assert _bits([batch.updates for batch in book]) == _bits([batch.updates for batch in sent])
        assert _bits([batch.levels for batch in book]) == _bits([batch.levels for batch in sent])

    with tempfile.TemporaryDirectory() as folder:
        with open_store(Path(folder)) as store:
            recording = store.open_recording("run", "a test", instrument)
            for batch in sent:
                store.write(recording.recording_id, [batch], [])
            store.finish_recording(recording.recording_id, complete=True)
            history = store.history()
            check(history)
            history.close()
        with open_store(Path(folder)) as store:  # compressed in the file now
            history = store.history()
            check(history)
            history.close()


@pytest.fixture
def recorded(store: DuckTickStore, source: Any) -> int:
    recording = store.open_recording("run", "a test", source.instrument)
    store.write(recording.recording_id, list(source.batches(500)), [source.depth])
    store.finish_recording(recording.recording_id, complete=True)
    return recording.recording_id


def test_a_book_longer_than_a_window_is_read_without_a_seam(
    store: DuckTickStore, source: Any, recorded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "MESSAGES_PER_WINDOW", 37)
    history = store.history()
    book = list(history.book_batches(recorded, source.messages))
    history.close()
    assert len(book) > 30
    assert _bits([batch.updates for batch in book]) == source.updates.tobytes()
    assert _bits([batch.levels for batch in book]) == source.levels.tobytes()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM book_deltas WHERE rowid = 100",
        "DELETE FROM snapshot_levels WHERE rowid = 100",
        "UPDATE book_deltas SET seq = seq + 1 WHERE rowid = 100",
    ],
)
def test_missing_or_moved_levels_are_noticed(
    store: DuckTickStore, source: Any, recorded: int, damage: str
) -> None:
    history = store.history()
    history._cursor.execute(damage)
    with pytest.raises(StoreDamaged, match="does not hold the rows"):
        list(history.book_batches(recorded, source.messages))
    history.close()


def test_a_depth_column_that_does_not_unpack_is_noticed(store: DuckTickStore, recorded: int) -> None:
    history = store.history()
    history._cursor.execute("UPDATE depth_columns SET packed = 'not a run'::BLOB")
    with pytest.raises(StoreDamaged, match="does not unpack"):
        history.depth_columns(recorded, 500, 0, 2**62)
    history.close()
