"""Market data in columns, made for tests."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, Records
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

Pairs = Sequence[tuple[float, float]]


def make_instrument(rule: SequenceRule = SequenceRule.BINANCE_FUTURES, tick_size: str = "0.1") -> Instrument:
    return Instrument(
        "binance_usdm",
        "BTCUSDT",
        ContractKind.LINEAR,
        Decimal(tick_size),
        Decimal("0.001"),
        Decimal(1),
        "BTC",
        "USDT",
        rule,
    )


def make_updates(
    *messages: tuple[tuple[int, int, int], Pairs, Pairs],
    event_ms: Sequence[int] = (),
    snapshots: Sequence[int] = (),
) -> tuple[Records, Records]:
    """Columns of messages ((U, u, pu), bids, asks); those at the positions in `snapshots` are snapshots."""
    updates = np.zeros(len(messages), BOOK_UPDATE)
    rows: list[tuple[int, float, float]] = []
    for index, ((first_id, last_id, prev_id), bids, asks) in enumerate(messages):
        update = updates[index]
        update["seq"] = index
        update["event_ms"] = event_ms[index] if event_ms else 1_000
        update["first_id"], update["last_id"], update["prev_id"] = first_id, last_id, prev_id
        update["levels"] = len(bids) + len(asks)
        update["is_snapshot"] = index in snapshots
        rows += [(1, price, size) for price, size in bids] + [(-1, price, size) for price, size in asks]
    return updates, np.array(rows, LEVEL)


def make_trades(*rows: tuple[int, int, float, float]) -> Records:
    """Rows of TRADE from (event_ms, side, price, size)."""
    trades = np.zeros(len(rows), TRADE)
    for index, (event_ms, side, price, size) in enumerate(rows):
        trades[index] = (index, event_ms * 1_000_000, event_ms, index, side, price, size)
    return trades


def make_quotes(*rows: tuple[int, float, float, float, float]) -> Records:
    """Rows of QUOTE from (update id, bid price, bid size, ask price, ask size)."""
    quotes = np.zeros(len(rows), QUOTE)
    for index, row in enumerate(rows):
        quotes[index] = (index, 0, 0, *row)
    return quotes
