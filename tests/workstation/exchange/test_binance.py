"""Binance's messages become rows as they were sent, and a bad one never touches its neighbours."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workstation.exchange.binance_lines import decoded, spaced, without_envelope
from tests.workstation.exchange.wire import (
    START_MS,
    depth,
    depth_data,
    packed,
    quote,
    snapshot,
    stream,
    trade,
    trade_data,
)


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


def data_first(message: bytes) -> bytes:
    return packed(dict(reversed(json.loads(message).items())))


def with_more_fields(message: bytes) -> bytes:
    whole = json.loads(message)
    return packed({"id": 7, **whole, "note": '","data":{}', "st": [1, {"x": None}]})


def with_a_field_between(message: bytes) -> bytes:
    whole = json.loads(message)
    return packed({"stream": whole["stream"], "note": "between", "data": whole["data"]})


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
