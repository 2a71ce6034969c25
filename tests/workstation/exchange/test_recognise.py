"""A capture's first lines tell the venue, the instruments and their steps, and nonsense tells nothing."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.exchange.wire import (
    builders,
    depth,
    depth_data,
    first_lines,
    hyperliquid_book,
    hyperliquid_trades,
    lines,
    packed,
    quote,
    snapshot,
    stream,
    trade,
    trade_data,
)
from workstation.exchange.binance import BinanceDecoder
from workstation.exchange.recognise import Recognised, recognise
from workstation.model.instrument import ContractKind, Instrument, SequenceRule


def found(*messages: bytes) -> Recognised:
    return recognise(lines(messages).splitlines())


def only(*messages: bytes) -> Instrument:
    (instrument,) = found(*messages).instruments
    return instrument


SPOT_QUOTE = stream(
    "btcusdt@bookTicker", {"u": 4, "s": "BTCUSDT", "b": "61837.63", "B": "3.7", "a": "61837.64", "A": "1"}
)


@pytest.mark.parametrize(
    "message", [trade(price="61800.10"), quote(), depth()], ids=["trade", "quote", "depth"]
)
def test_any_message_of_usdm_futures_tells_the_instrument(message: bytes) -> None:
    instrument = only(message)
    assert (instrument.venue, instrument.symbol) == ("binance_usdm", "BTCUSDT")
    assert (instrument.base, instrument.quote) == ("BTC", "USDT")
    assert instrument.kind is ContractKind.LINEAR
    assert instrument.tick_size == Decimal("0.1")
    assert instrument.sequence_rule is SequenceRule.BINANCE_FUTURES


def test_messages_without_their_envelope_tell_the_same() -> None:
    assert only(packed(trade_data())) == only(trade())
    assert only(packed(depth_data())) == only(depth())


@pytest.mark.parametrize(
    "message",
    [
        SPOT_QUOTE,
        stream("btcusdt@trade", {**trade_data(), "M": True}),
        stream(
            "btcusdt@depth", {key: value for key, value in depth_data().items() if key not in ("pu", "T")}
        ),
    ],
    ids=["quote", "trade", "depth"],
)
def test_any_message_of_spot_tells_that_it_is_spot(message: bytes) -> None:
    instrument = only(message)
    assert instrument.venue == "binance_spot"
    assert instrument.kind is ContractKind.SPOT
    assert instrument.sequence_rule is SequenceRule.BINANCE_SPOT


@pytest.mark.parametrize(
    ("symbol", "base", "contract_size"),
    [("BTCUSD_PERP", "BTC", 100), ("ETHUSD_240927", "ETH", 10)],
)
def test_coin_margined_contracts_are_inverse(symbol: str, base: str, contract_size: int) -> None:
    instrument = only(trade(symbol=symbol, size="12"))
    assert instrument.venue == "binance_coinm"
    assert instrument.kind is ContractKind.INVERSE
    assert (instrument.base, instrument.quote) == (base, "USD")
    assert instrument.contract_size == contract_size
    assert instrument.lot_size == 1


@pytest.mark.parametrize("symbol", ["BTCUSDT_250328", "ETHUSDC_250328"])
def test_a_linear_future_with_a_date_is_not_coin_margined(symbol: str) -> None:
    instrument = only(trade(symbol=symbol))
    assert instrument.venue == "binance_usdm"
    assert instrument.kind is ContractKind.LINEAR


def test_hyperliquid_is_told_by_its_channels() -> None:
    for message in (hyperliquid_book(), hyperliquid_trades((1, "B"))):
        instrument = only(message)
        assert (instrument.venue, instrument.symbol) == ("hyperliquid", "BTC")
        assert (instrument.base, instrument.quote) == ("BTC", "USDC")
        assert instrument.sequence_rule is SequenceRule.FULL_SNAPSHOTS


def test_several_symbols_are_sorted() -> None:
    messages = [trade(symbol=symbol) for symbol in ("SOLUSDT", "BTCUSDT", "ETHUSDT")]
    assert [instrument.symbol for instrument in found(*messages).instruments] == [
        "BTCUSDT",
        "ETHUSDT",
        "SOLUSDT",
    ]


def test_a_snapshot_helps_to_tell_the_steps() -> None:
    coarse, fine = trade(price="61800.00", size="1"), snapshot(bids=[("61800.05", "0.001")], asks=[])
    assert only(coarse).tick_size == 1
    assert (only(coarse, fine).tick_size, only(coarse, fine).lot_size) == (Decimal("0.01"), Decimal("0.001"))


@given(
    power=st.integers(-8, 0),
    prices=st.lists(st.integers(1, 10_000_000), min_size=1, max_size=30),
)
def test_the_tick_is_a_power_of_ten_that_divides_every_price(power: int, prices: list[int]) -> None:
    step = Decimal(1).scaleb(power)
    texts = [f"{price * step:f}" for price in prices]
    tick = only(*(trade(price=text) for text in texts)).tick_size
    assert all(Decimal(text) % tick == 0 for text in texts)
    assert tick >= step
    assert tick.as_tuple().digits == (1,)


def test_one_broken_price_does_not_make_the_tick_absurd() -> None:
    instrument = only(trade(price="61800.10"), trade(price="61800.123456789012"), trade(price="61800.20"))
    assert Decimal("0.001") <= instrument.tick_size <= Decimal("0.1")
    assert only(*[trade(price="61800.10")] * 3, trade(price="9" * 25)).tick_size <= Decimal("0.1")


@pytest.mark.parametrize(
    "message",
    [
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000,
        b"\xff",
        packed({}),
        packed({"data": None}),
        packed({"data": "lastUpdateId"}),
        packed({"lastUpdateId": 1}),
        snapshot(),
        packed({**trade_data(), "s": 5}),
        packed({**trade_data(), "s": None}),
        packed({**trade_data(), "s": []}),
        packed({**trade_data(), "s": ""}),
        packed({**trade_data(), "s": "x" * 100}),
        packed({**trade_data(), "s": "\x1b[2J"}),
        packed({**trade_data(), "p": "nan"}),
        packed({**trade_data(), "p": "1e999999999"}),
        packed({**trade_data(), "p": "9" * 4_400}),
        packed({**trade_data(), "p": None}),
        packed({**trade_data(), "e": "aggTrade"}),
        packed({**trade_data(), "e": "markPriceUpdate"}),
        packed({**trade_data(), "e": []}),
        packed({**depth_data(), "b": None}),
        packed({**depth_data(), "b": [[]]}),
        packed({**depth_data(), "b": [], "a": []}),
        stream("btcusdt@trade", {**trade_data(), "s": "BTCUSDX"}),
        stream("btcusdx@depth", depth_data()),
        packed({"stream": 5, "data": trade_data()}),
        packed({"channel": "l2Book"}),
        packed({"channel": "l2Book", "data": {"coin": "BTC", "levels": []}}),
        packed({"channel": "trades", "data": None}),
        packed({"channel": "trades", "data": [{"coin": {}}]}),
        packed({"channel": []}),
    ],
)
def test_nonsense_tells_nothing_and_spoils_nothing(message: bytes) -> None:
    assert found(message).instruments == ()
    assert found(message, trade(), message).instruments == found(trade()).instruments


@given(st.lists(st.binary(max_size=80), max_size=10))
def test_no_bytes_are_too_strange(some: list[bytes]) -> None:
    told = recognise(some)
    assert told.lines == len(some)
    assert told.instruments == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.sampled_from([trade_data(), depth_data(), json.loads(hyperliquid_book())["data"]]), st.data())
def test_no_value_of_a_field_is_too_strange(message: dict[str, object], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(message)))
    strange = {**message, field: data.draw(json_values)}
    text = json.dumps(strange).encode()
    wrapped = json.dumps({"channel": "l2Book", "stream": "btcusdt@trade", "data": strange}).encode()
    for payload in (text, wrapped):
        told = found(payload.replace(b"NaN", b"0").replace(b"Infinity", b"0"))
        assert all(instrument.tick_size > 0 for instrument in told.instruments)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("capture", "venue", "symbol", "tick", "lot"),
    [
        ("binance_usdm_BTCUSDT_2024-08-08", "binance_usdm", "BTCUSDT", "0.1", "0.001"),
        ("binance_coinm_BTCUSD_PERP_2024-08-08", "binance_coinm", "BTCUSD_PERP", "0.1", "1"),
        ("binance_spot_BTCUSDT_2024-08-08", "binance_spot", "BTCUSDT", "0.01", "0.00001"),
        ("hyperliquid_BTC_2025-01-26", "hyperliquid", "BTC", "1", "0.00001"),
    ],
)
def test_recorded_captures_are_recognised(
    shared_data: Path, capture: str, venue: str, symbol: str, tick: str, lot: str
) -> None:
    (instrument,) = recognise(first_lines(shared_data / "captures" / f"{capture}.gz", 2_000)).instruments
    assert (instrument.venue, instrument.symbol) == (venue, symbol)
    assert (instrument.tick_size, instrument.lot_size) == (Decimal(tick), Decimal(lot))


@pytest.mark.real_data
def test_recorded_messages_of_other_kinds_do_not_change_the_steps(shared_data: Path) -> None:
    folder = shared_data / "payloads/nautilus/binance/futures/market_data_json"
    others = [
        packed(json.loads((folder / f"{name}.json").read_bytes()))
        for name in (
            "agg_trade_stream",
            "kline_stream_open",
            "liquidation_stream",
            "mark_price_stream",
            "ticker_stream",
        )
    ]
    assert found(*others).instruments == ()
    assert found(*others, trade(), *others).instruments == found(trade()).instruments


@pytest.mark.real_data
def test_what_is_recognised_can_be_decoded(shared_data: Path) -> None:
    text = (shared_data / "payloads/cryptofeed/BINANCE_FUTURES.ws.1.0").read_bytes().splitlines()
    payloads = [line.partition(b": ")[2] for line in text[1:]]
    instruments = found(*payloads).instruments
    assert [instrument.symbol for instrument in instruments] == [
        "AKROUSDT",
        "CTKUSDT",
        "KEEPUSDT",
        "SUSHIUSDT",
    ]
    made = builders(*(instrument.symbol for instrument in instruments))
    bad = BinanceDecoder(made).decode(range(len(payloads)), [0] * len(payloads), payloads)
    kinds = {told.reason.partition("@")[2] for told in bad}
    assert kinds <= {"aggTrade", "kline_1m"}, "only streams that nobody follows are left out"
