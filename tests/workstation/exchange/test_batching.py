"""A builder hands over rows in the order received, and leaves out messages with impossible numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.exchange.batching import BatchBuilder, BookMessage
from workstation.model.columns import TRADE, Records


def trades(*seqs: int) -> Records:
    rows = np.ones(len(seqs), TRADE)
    rows["seq"] = seqs
    return rows


def book(seq: int, bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> BookMessage:
    return BookMessage(seq, 0, 0, seq, seq, seq - 1, False, bids, asks)


@given(st.lists(st.lists(st.integers(0, 1_000), max_size=5), max_size=6))
def test_rows_of_several_streams_are_in_the_order_received(parts: list[list[int]]) -> None:
    builder = BatchBuilder("binance_usdm", "BTCUSDT")
    for part in parts:
        builder.add_trades(trades(*sorted(part)))
    assert builder.take().trades["seq"].tolist() == sorted(seq for part in parts for seq in part)


LEVELS = st.lists(
    st.tuples(st.sampled_from([0.0, -1.0, 1.0, 5.5, 1e12, 1e13, np.nan, np.inf]), st.just(1.0)), max_size=4
)


@given(st.lists(st.tuples(LEVELS, LEVELS), max_size=8), st.randoms())
def test_levels_stay_with_their_update_when_others_are_left_out(
    sides: list[tuple[list[tuple[float, float]], list[tuple[float, float]]]], random: object
) -> None:
    builder = BatchBuilder("binance_usdm", "BTCUSDT")
    messages = [book(seq, bids, asks) for seq, (bids, asks) in enumerate(sides)]
    shuffled = list(messages)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    builder.add_books(shuffled)
    batch = builder.take()
    sound = [all(0 < price <= 1e12 for price, _ in message.bids + message.asks) for message in messages]
    kept = [message for message, good in zip(messages, sound, strict=True) if good]
    assert batch.updates["seq"].tolist() == [message.seq for message in kept]
    expected = [
        (side, price, size)
        for message in kept
        for side, levels in ((1, message.bids), (-1, message.asks))
        for price, size in levels
    ]
    assert batch.levels.tolist() == expected
    assert [bad.seq for bad in builder.take_rejected()] == [seq for seq, good in enumerate(sound) if not good]
    assert builder.take_rejected() == []


def test_taking_begins_anew() -> None:
    builder = BatchBuilder("binance_usdm", "BTCUSDT")
    assert builder.is_empty
    builder.add_trades(trades(3))
    builder.note_seq(3)
    assert not builder.is_empty
    assert builder.take().events == 1
    assert builder.is_empty
    batch = builder.take()
    assert (batch.events, batch.last_seq) == (0, 3)


@pytest.mark.parametrize("column", ["price", "size"])
def test_a_row_with_an_impossible_number_is_left_out_and_told(column: str) -> None:
    builder = BatchBuilder("binance_usdm", "BTCUSDT")
    rows = trades(1, 2, 3)
    rows[column][1] = np.nan
    builder.add_trades(rows)
    assert builder.take().trades["seq"].tolist() == [1, 3]
    assert [bad.seq for bad in builder.take_rejected()] == [2]
