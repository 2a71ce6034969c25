"""Hyperliquid's whole books and trades become rows, and a bad message never touches its neighbours."""

import json
from pathlib import Path

import pytest

from tests.workstation.exchange.wire import (
    START_MS,
    builders,
    first_lines,
    hyperliquid_book,
    hyperliquid_trades,
    packed,
)
from workstation.exchange.capture import split_line
from workstation.exchange.decoding import BadMessage
from workstation.exchange.hyperliquid import HyperliquidDecoder
from workstation.model.columns import MarketBatch


def decoded(
    *payloads: bytes, coins: tuple[str, ...] = ("BTC",)
) -> tuple[list[MarketBatch], list[BadMessage]]:
    made = builders(*coins, venue="hyperliquid")
    decoder = HyperliquidDecoder(made)
    bad = decoder.decode(range(len(payloads)), [7_000 + at for at in range(len(payloads))], payloads)
    batches = [builder.take() for builder in made.values()]
    for builder in made.values():
        bad += builder.take_rejected()
    return batches, sorted(bad, key=lambda message: message.seq)


def test_a_book_is_a_snapshot_known_by_its_time() -> None:
    (batch,), bad = decoded(hyperliquid_book())
    assert bad == []
    assert batch.updates.tolist() == [(0, 7_000, START_MS, START_MS, START_MS, -1, 2, True)]
    assert batch.levels.tolist() == [(1, 105055.0, 3.03622), (-1, 105056.0, 0.1428)]


def test_trades_of_one_message_are_rows_of_one_seq() -> None:
    (batch,), bad = decoded(hyperliquid_trades((5, "B"), (6, "A")), hyperliquid_trades((7, "B")))
    assert bad == []
    assert batch.trades["trade_id"].tolist() == [5, 6, 7]
    assert batch.trades["side"].tolist() == [1, -1, 1]
    assert batch.trades["seq"].tolist() == [0, 0, 1]
    assert batch.last_seq == 1


def test_each_coin_has_its_own_rows() -> None:
    (btc, eth), bad = decoded(
        hyperliquid_book(),
        hyperliquid_book(coin="ETH"),
        hyperliquid_trades((1, "B"), coin="ETH"),
        coins=("BTC", "ETH"),
    )
    assert bad == []
    assert (btc.events, eth.events) == (1, 2)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"channel":"l2Book","data":' + b"[" * 100_000,
        packed({"channel": "pong"}),
        packed({"channel": "subscriptionResponse", "data": {"method": "subscribe"}}),
        packed({"channel": "trades", "data": []}),
        hyperliquid_book(coin="DOGE"),
        hyperliquid_trades((1, "B"), coin="\x1b[2J"),
        hyperliquid_trades((1, "X")),
        hyperliquid_trades((2**63, "B")),
        hyperliquid_trades((1, "B"), price="nan"),
        hyperliquid_trades((1, "B"), price="0"),
        hyperliquid_book(bid="inf"),
        hyperliquid_book(ask="-1"),
        hyperliquid_book(time_ms=2**63),
        hyperliquid_book(time_ms=-1),
        hyperliquid_book() + hyperliquid_book(),
        packed({"channel": "l2Book", "data": {"coin": "BTC", "levels": [[]], "time": 1}}),
    ],
)
def test_a_bad_message_is_told_and_touches_nothing(message: bytes) -> None:
    (batch,), bad = decoded(hyperliquid_trades((1, "B")), message, hyperliquid_trades((3, "A")))
    assert batch.trades["trade_id"].tolist() == [1, 3]
    assert len(batch.updates) == len(batch.levels) == 0
    (told,) = bad
    assert told.seq == 1
    assert told.reason.isprintable()


def test_trades_with_one_impossible_price_are_one_bad_message() -> None:
    whole = json.loads(hyperliquid_trades((1, "B"), (2, "B"), (3, "B")))
    whole["data"][0]["px"] = whole["data"][2]["px"] = "inf"
    (batch,), bad = decoded(packed(whole))
    assert batch.trades["trade_id"].tolist() == [2]
    assert [told.seq for told in bad] == [0]


@pytest.mark.real_data
def test_every_recorded_message_is_read(shared_data: Path) -> None:
    capture = shared_data / "captures/hyperliquid_BTC_2025-01-26.gz"
    payloads = [split_line(line)[1] for line in first_lines(capture, 1_000)]
    (batch,), bad = decoded(*payloads)
    assert bad == []
    assert len(batch.updates) == 46
    assert len(set(batch.trades["seq"].tolist())) == 9
    assert (batch.updates["levels"] == 40).all()
