"""What Binance would never send: each such message is bad as a whole, and touches no other."""

import json
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.exchange.binance_lines import decoded, spaced, without_envelope
from tests.workstation.exchange.wire import (
    builders,
    depth,
    depth_data,
    packed,
    quote,
    snapshot,
    stream,
    trade,
    trade_data,
)
from workstation.exchange.binance import BinanceDecoder

NO_PRICE = ["0", "-1", "nan", "inf", "-inf", "1e400", "1e13", "", "abc", None, True, [], "0x10", "1_0", "1,5"]
NO_SIZE = ["-0.001", "nan", "inf", "-inf", "1e400", "1e19", "", "abc", None, True, [], {}]
NO_ID = [2**63, -2, 2**70, "x", None, 1.5, 1e30, "99999999999999999999", 10**4_000]
NO_TIME = [-1, 4_102_444_800_001, 2**63, 1_723_161_255_030_000, "x", None, 1.5]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("p", value) for value in NO_PRICE),
        *(("q", value) for value in NO_SIZE),
        *(("t", value) for value in NO_ID),
        *(("T", value) for value in NO_TIME),
        ("m", "perhaps"),
        ("m", None),
    ],
    ids=repr,
)
def test_a_trade_with_an_impossible_number_is_bad(field: str, value: object) -> None:
    message = stream("btcusdt@trade", {**trade_data(2), field: value})
    (batch,), bad = decoded(trade(1), message, trade(3))
    assert batch.trades["trade_id"].tolist() == [1, 3]
    assert [told.seq for told in bad] == [1]


@pytest.mark.parametrize("field", ["p", "q", "t", "T", "m"])
def test_a_trade_that_lacks_a_field_is_bad(field: str) -> None:
    data = trade_data(2)
    del data[field]
    (batch,), bad = decoded(stream("btcusdt@trade", data))
    assert (len(batch.trades), len(bad)) == (0, 1)


@pytest.mark.parametrize("price", NO_PRICE, ids=repr)
@pytest.mark.parametrize("field", ["b", "a"])
def test_a_quote_with_an_impossible_price_is_bad(field: str, price: object) -> None:
    whole = json.loads(quote(2))
    whole["data"][field] = price
    (batch,), bad = decoded(quote(1), packed(whole), quote(3))
    assert batch.quotes["update_id"].tolist() == [1, 3]
    assert [told.seq for told in bad] == [1]


@pytest.mark.parametrize(
    "level",
    [
        *([price, "1"] for price in NO_PRICE),
        *(["5.0", size] for size in NO_SIZE),
        [],
        ["1"],
        ["1", "1", "1"],
        "12",
        5,
    ],
    ids=repr,
)
@pytest.mark.parametrize("side", ["b", "a"])
def test_a_depth_update_with_an_impossible_level_is_bad_as_a_whole(side: str, level: object) -> None:
    good = ["61800.10", "1.0"]
    message = stream("btcusdt@depth@0ms", {**depth_data(3), side: [good, level, good]})
    (batch,), bad = decoded(depth(2), message, depth(4))
    assert batch.updates["last_id"].tolist() == [2, 4]
    assert len(batch.levels) == batch.updates["levels"].sum() == 2
    assert [told.seq for told in bad] == [1]


@pytest.mark.parametrize("field", ["U", "u", "pu"])
@pytest.mark.parametrize("value", NO_ID, ids=lambda value: repr(value)[:20])
def test_a_depth_update_with_an_impossible_id_is_bad(field: str, value: object) -> None:
    (batch,), bad = decoded(stream("btcusdt@depth@0ms", {**depth_data(3), field: value}))
    assert (len(batch.updates), len(bad)) == (0, 1)


def test_a_size_of_zero_is_possible() -> None:
    (batch,), bad = decoded(
        trade(1, size="0"), depth(2, bids=[("5", "0.000")]), quote(3, bid_size="0", ask_size="0")
    )
    assert bad == []
    assert (len(batch.trades), len(batch.updates), len(batch.quotes)) == (1, 1, 1)


def test_an_impossible_snapshot_is_bad_as_a_whole() -> None:
    (batch,), bad = decoded(snapshot(1, asks=[("61800.2", "1"), ("nan", "1")]), snapshot(2))
    assert batch.updates["last_id"].tolist() == [2]
    assert len(batch.levels) == 3
    assert [told.seq for told in bad] == [0]


def test_the_end_of_one_broken_message_does_not_complete_the_beginning_of_another() -> None:
    whole = trade(2)
    for cut in range(1, len(whole)):
        # As many documents as lines, if they were read as one text: a broken one, its end, and two on a line.
        messages = [
            trade(1),
            whole[:cut],
            whole[cut:],
            trade(4) + b"," + trade(5),
            trade(6) + b" " + trade(7),
            trade(8),
        ]
        (batch,), bad = decoded(*messages)
        assert batch.trades["trade_id"].tolist() == [1, 8]
        assert [told.seq for told in bad] == [1, 2, 3, 4]


def test_an_open_list_before_a_closed_one_is_twice_bad() -> None:
    opened = trade(1)[:-1] + b',"x":[1'
    closed = b'2],"y":' + trade(2) + b"}"
    (batch,), bad = decoded(opened, closed, trade(3))
    assert batch.trades["trade_id"].tolist() == [3]
    assert [told.seq for told in bad] == [0, 1]


GOOD = st.sampled_from(["trade", "quote", "depth", "snapshot", "raw trade", "spaced depth"])
BROKEN = st.one_of(
    st.binary(max_size=60).map(lambda some: some.replace(b"\n", b" ")),
    st.builds(lambda cut: trade(999)[: cut % len(trade(999))], st.integers(0)),
    st.builds(lambda cut: depth(999)[1 + cut % (len(depth(999)) - 1) :], st.integers(0)),
    st.sampled_from(
        [
            trade(999, price="nan"),
            trade(999, size="-1"),
            depth(999, bids=[("0", "1")]),
            quote(999, bid="inf"),
            snapshot(999, asks=[("-1", "1")]),
            stream("btcusdt@kline_1m", {}),
            stream("btcusdt@trade", {**trade_data(999), "t": 2**64}),
            trade(999) + b",",
            trade(999)[:-1] + b",",
            b"," + trade(999),
            trade(999) + trade(999),
            b'{"stream":"btcusdt@trade","data":{"x":[',
            b"]}}",
        ]
    ),
)


@settings(max_examples=150)
@given(st.lists(st.one_of(GOOD, BROKEN), max_size=30), st.data())
def test_any_mix_of_good_and_bad_lines_gives_exactly_the_good_rows_in_order(
    plan: list[str | bytes], data: st.DataObject
) -> None:
    make = {
        "trade": trade,
        "quote": quote,
        "depth": depth,
        "snapshot": snapshot,
        "raw trade": lambda number: without_envelope(trade(number)),
        "spaced depth": lambda number: spaced(depth(number)),
    }
    payloads = [make[item](at + 1) if isinstance(item, str) else item for at, item in enumerate(plan)]
    good = {at: item.split()[-1] for at, item in enumerate(plan) if isinstance(item, str)}

    made = builders("BTCUSDT")
    decoder, bad = BinanceDecoder(made), []
    # However the messages are cut into pieces.
    ends = list(accumulate(data.draw(st.lists(st.integers(1, 12), max_size=8)), initial=0))
    for start, end in zip(ends, [*ends[1:], len(payloads)], strict=True):
        bad += decoder.decode(range(start, min(end, len(payloads))), range(start, end), payloads[start:end])
    batch = made["BTCUSDT"].take()
    bad += made["BTCUSDT"].take_rejected()

    def seqs(*kinds: str) -> list[int]:
        return [at for at, kind in good.items() if kind in kinds]

    assert batch.trades["seq"].tolist() == seqs("trade")
    assert (batch.trades["trade_id"] - 1).tolist() == seqs("trade")
    assert batch.quotes["seq"].tolist() == seqs("quote")
    assert batch.updates["seq"].tolist() == seqs("depth", "snapshot")
    assert (batch.updates["last_id"] - 1).tolist() == seqs("depth", "snapshot")
    assert np.array_equal(batch.trades["recv_ns"], batch.trades["seq"])
    assert len(batch.levels) == batch.updates["levels"].sum()
    assert sorted(told.seq for told in bad) == [at for at in range(len(plan)) if at not in good]
