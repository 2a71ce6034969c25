"""Binance's messages become rows as they were sent, and a bad one never touches its neighbours."""

import json
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.exchange.wire import (
    START_MS,
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
from workstation.exchange.decoding import BadMessage
from workstation.model.columns import MarketBatch


def decoded(
    *payloads: bytes, symbols: tuple[str, ...] = ("BTCUSDT",)
) -> tuple[list[MarketBatch], list[BadMessage]]:
    """Batches by symbol and the bad messages, rejected ones included; sequence numbers count from 0."""
    made = builders(*symbols)
    decoder = BinanceDecoder(made)
    bad = decoder.decode(range(len(payloads)), [7_000 + at for at in range(len(payloads))], payloads)
    batches = [builder.take() for builder in made.values()]
    for builder in made.values():
        bad += builder.take_rejected()
    return batches, sorted(bad, key=lambda message: message.seq)


def test_a_trade_is_a_row_with_the_takers_side() -> None:
    (batch,), bad = decoded(trade(5, "61800.10", "0.006", buy=True), trade(6, "61799.90", "1.5", buy=False))
    assert bad == []
    assert batch.trades.tolist() == [
        (0, 7_000, START_MS + 5, 5, 1, 61800.1, 0.006),
        (1, 7_001, START_MS + 6, 6, -1, 61799.9, 1.5),
    ]


def test_a_quote_is_a_row() -> None:
    (batch,), bad = decoded(quote(9, "61800.10", "61800.20", "2.507", "2.510"))
    assert bad == []
    assert batch.quotes.tolist() == [(0, 7_000, START_MS + 9, 9, 61800.1, 2.507, 61800.2, 2.51)]


def test_a_spot_quote_has_no_time() -> None:
    data = {"u": 400, "s": "BTCUSDT", "b": "61837.63", "B": "3.78", "a": "61837.64", "A": "1.5"}
    (batch,), bad = decoded(stream("btcusdt@bookTicker", data))
    assert bad == []
    assert batch.quotes["event_ms"].tolist() == [0]


def test_a_depth_update_is_a_row_and_its_levels_bids_first() -> None:
    (batch,), bad = decoded(
        depth(8, bids=[("61800.10", "1.5"), ("61799.00", "0.000")], asks=[("61801.00", "2")]),
        depth(9, bids=[]),
    )
    assert bad == []
    assert batch.updates.tolist() == [
        (0, 7_000, START_MS + 8, 8, 8, 7, 3, False),
        (1, 7_001, START_MS + 9, 9, 9, 8, 0, False),
    ]
    assert batch.levels.tolist() == [(1, 61800.1, 1.5), (1, 61799.0, 0.0), (-1, 61801.0, 2.0)]


def test_a_spot_depth_update_has_the_event_time_and_no_previous_id() -> None:
    data = {
        "e": "depthUpdate",
        "E": START_MS,
        "s": "BTCUSDT",
        "U": 4,
        "u": 6,
        "b": [],
        "a": [["61838.04", "0.3"]],
    }
    (batch,), bad = decoded(stream("btcusdt@depth@100ms", data))
    assert bad == []
    assert batch.updates.tolist() == [(0, 7_000, START_MS, 4, 6, -1, 1, False)]


def test_a_snapshot_is_a_row_with_one_id() -> None:
    (batch,), bad = decoded(snapshot(10))
    assert bad == []
    assert batch.updates.tolist() == [(0, 7_000, START_MS + 10, 10, 10, -1, 3, True)]
    assert batch.levels["side"].tolist() == [1, 1, -1]


@pytest.mark.parametrize("kind", ["depth", "depth@0ms", "depth@100ms", "depth@500ms"])
def test_a_stream_may_say_its_speed(kind: str) -> None:
    (batch,), bad = decoded(stream(f"btcusdt@{kind}", depth_data(3)))
    assert bad == []
    assert batch.updates["last_id"].tolist() == [3]


def spaced(message: bytes) -> bytes:
    return json.dumps(json.loads(message), indent=1).replace("\n", "\r").encode()


def data_first(message: bytes) -> bytes:
    return packed(dict(reversed(json.loads(message).items())))


def with_more_fields(message: bytes) -> bytes:
    whole = json.loads(message)
    return packed({"id": 7, **whole, "note": '","data":{}', "st": [1, {"x": None}]})


def with_a_field_between(message: bytes) -> bytes:
    whole = json.loads(message)
    return packed({"stream": whole["stream"], "note": "between", "data": whole["data"]})


def without_envelope(message: bytes) -> bytes:
    return packed(json.loads(message)["data"])


def with_numbers_as_numbers(message: bytes) -> bytes:
    def number(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: inner if key in ("e", "s", "X", "stream") else number(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [number(inner) for inner in value]
        return float(value) if isinstance(value, str) else value

    return packed(number(json.loads(message)))


@pytest.mark.parametrize(
    "form",
    [spaced, data_first, with_more_fields, with_a_field_between, without_envelope, with_numbers_as_numbers],
)
@pytest.mark.parametrize("message", [trade(5), quote(6), depth(7)], ids=["trade", "quote", "depth"])
def test_the_form_of_the_json_does_not_matter(form: Callable[[bytes], bytes], message: bytes) -> None:
    (expected,), _ = decoded(message)
    (batch,), bad = decoded(form(message))
    assert bad == []
    for column in ("trades", "quotes", "updates", "levels"):
        assert getattr(batch, column).tobytes() == getattr(expected, column).tobytes()


def test_rows_stay_in_the_order_received_when_forms_are_mixed() -> None:
    messages = [
        trade(1),
        with_a_field_between(trade(2)),
        without_envelope(trade(3)),
        spaced(trade(4)),
        trade(5),
    ]
    (batch,), bad = decoded(*messages)
    assert bad == []
    assert batch.trades["trade_id"].tolist() == [1, 2, 3, 4, 5]
    assert batch.trades["seq"].tolist() == [0, 1, 2, 3, 4]
    assert batch.last_seq == 4


def test_each_symbol_has_its_own_rows() -> None:
    messages = [trade(1), trade(2, symbol="ETHUSDT"), depth(3, symbol="ETHUSDT"), trade(4)]
    (btc, eth), bad = decoded(*messages, symbols=("BTCUSDT", "ETHUSDT"))
    assert bad == []
    assert btc.trades["trade_id"].tolist() == [1, 4]
    assert (eth.trades["trade_id"].tolist(), eth.updates["seq"].tolist()) == ([2], [2])
    assert (btc.symbol, eth.symbol) == ("BTCUSDT", "ETHUSDT")
    assert (btc.last_seq, eth.last_seq) == (3, 2)


def test_a_snapshot_without_symbol_belongs_to_the_only_one_there_is() -> None:
    assert decoded(snapshot(1))[1] == []
    (btc, eth), bad = decoded(snapshot(1), symbols=("BTCUSDT", "ETHUSDT"))
    assert (len(btc.updates), len(eth.updates)) == (0, 0)
    assert [message.reason for message in bad] == ["a snapshot that does not say of which symbol"]


def test_a_snapshot_with_a_symbol_belongs_to_that() -> None:
    (btc, eth), bad = decoded(snapshot(1, symbol="ETHUSDT"), symbols=("BTCUSDT", "ETHUSDT"))
    assert bad == []
    assert (len(btc.updates), len(eth.updates)) == (0, 1)


def test_a_snapshot_of_another_symbol_is_not_taken_for_ours() -> None:
    (batch,), bad = decoded(snapshot(1, symbol="ETHUSDT"))
    assert len(batch.updates) == 0
    assert len(bad) == 1


@pytest.mark.parametrize(
    "message",
    [
        stream("btcusdt@aggTrade", trade_data()),
        stream("btcusdt@", trade_data()),
        stream("btcusdt", trade_data()),
        stream("", trade_data()),
        stream("dogeusdt@trade", trade_data()),
        stream("BTCUSDT@trade", trade_data()),
        stream("!bookTicker", trade_data()),
        packed({**trade_data(), "e": "aggTrade"}),
        packed({**trade_data(), "s": "DOGEUSDT"}),
        packed({"stream": 5, "data": trade_data()}),
        packed({"result": None, "id": 1}),
        b'{"stream":"btcusdt@trade","data":',
        b'{"stream":"btcusdt@trade","data":null}',
        b'{"stream":"btcusdt@trade","data":[]}',
        b'{"stream":"btcusdt@trade"}',
        b'{"stream":"btcusdt@tr\xff\xfe","data":{}}',
        b'{"stream":"\\ud800@trade","data" :{}}',
        b"[]",
        b"null",
        b"",
        b" ",
        b"\x00",
        b"\xff\xfe\x00",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"stream":"btcusdt@trade","data":' + b"[" * 100_000,
        b'{"stream":"btcusdt@trade","data":{"x":' + b"[" * 100_000,
        b'{"x":' + b"[" * 100_000,
        b'{"lastUpdateId":1,"bids":' + b"[" * 100_000,
        trade()[:-1],
        trade()[:-1] + b"]",
        trade()[:-1] + b"0",
        trade()[:-1] + b"\x00",
        trade() + trade(),
        trade() + b"," + trade(),
        trade() + b"}",
    ],
)
def test_what_cannot_be_read_is_a_bad_message_with_a_printable_reason(message: bytes) -> None:
    (batch,), bad = decoded(trade(1), message, trade(3))
    assert batch.trades["trade_id"].tolist() == [1, 3]
    (told,) = bad
    assert told.seq == 1
    assert told.reason
    assert told.reason.isprintable()
    assert len(told.reason) < 200


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


PAYLOADS = "payloads/nautilus/binance/futures/market_data_json"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "kind", "column"),
    [
        ("trade_stream", "trade", "trades"),
        ("book_ticker_stream", "bookTicker", "quotes"),
        ("depth_update_stream", "depth", "updates"),
    ],
)
def test_recorded_messages_are_rows(shared_data: Path, name: str, kind: str, column: str) -> None:
    text = (shared_data / PAYLOADS / f"{name}.json").read_bytes()
    message = json.loads(text)
    data = message.get("data", message)
    symbol = data["s"]
    for payload in (packed(data), stream(f"{symbol.lower()}@{kind}", data)):
        (batch,), bad = decoded(payload, symbols=(symbol,))
        assert bad == []
        assert len(getattr(batch, column)) == 1


@pytest.mark.real_data
@pytest.mark.parametrize(
    "name",
    ["agg_trade_stream", "kline_stream_open", "liquidation_stream", "mark_price_stream", "ticker_stream"],
)
def test_recorded_messages_of_other_kinds_make_no_rows(shared_data: Path, name: str) -> None:
    message = json.loads((shared_data / PAYLOADS / f"{name}.json").read_bytes())
    data = message.get("data", message)
    (batch,), bad = decoded(packed(data), stream(f"btcusdt@{data['e']}", data))
    assert (batch.events, len(bad)) == (0, 2)


@pytest.mark.real_data
def test_recorded_messages_of_four_symbols_are_all_read(shared_data: Path) -> None:
    text = (shared_data / "payloads/cryptofeed/BINANCE_FUTURES.ws.1.0").read_bytes().splitlines()
    payloads = [line.partition(b": ")[2] for line in text[1:] if b"@depth" in line or b"@bookTicker" in line]
    symbols = ("SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT")
    batches, bad = decoded(*payloads, symbols=symbols)
    assert bad == []
    assert sum(batch.events for batch in batches) == len(payloads) > 100
    assert all(batch.events for batch in batches)
