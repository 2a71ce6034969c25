"""What was traded at a price is the sum of the trades there, however they came."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.market.traded_at_price import MOST_TICKS, TradedAtPrice
from workstation.model.columns import TRADE, Records
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.runtime.rings import Ring

TICK = Decimal("0.05")
CAPACITY = 1_000


def instrument(**changes: Any) -> Instrument:
    fields: dict[str, Any] = {
        "venue": "binance_usdm",
        "symbol": "TAOUSDT",
        "kind": ContractKind.LINEAR,
        "tick_size": TICK,
        "lot_size": Decimal("0.001"),
        "contract_size": Decimal(1),
        "base": "TAO",
        "quote": "USDT",
        "sequence_rule": SequenceRule.BINANCE_FUTURES,
    }
    return Instrument(**(fields | changes))


def rows(trades: Sequence[tuple[int, int, int]]) -> Records:
    """Trades given as (tick, taker's side, size)."""
    made = np.zeros(len(trades), TRADE)
    for number, (row, (tick, side, size)) in enumerate(zip(made, trades, strict=True)):
        row["event_ms"], row["price"] = 1_000 + number, float(tick * TICK)
        row["side"], row["size"] = side, size
    return made


trade = st.tuples(st.integers(1, 3_000), st.sampled_from([1, -1]), st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(st.lists(trade, min_size=1, max_size=20), max_size=12),
    first=st.integers(-50, 3_000),
    multiple=st.sampled_from([1, 2, 5, 10]),
    count=st.integers(1, 40),
)
def test_a_group_of_ticks_holds_the_sum_of_its_trades_by_side(
    batches: list[list[tuple[int, int, int]]], first: int, multiple: int, count: int
) -> None:
    ring = Ring(TRADE, CAPACITY)
    traded = TradedAtPrice(instrument(), ring)
    by_tick: dict[tuple[int, int], int] = defaultdict(int)
    for batch in batches:
        ring.append(rows(batch))
        traded.refresh()
        for tick, side, size in batch:
            by_tick[side, tick] += size
    for side in (1, -1):
        found = traded.sizes(side, first, multiple, count).tolist()
        groups = (range(first + n * multiple, first + (n + 1) * multiple) for n in range(count))
        assert found == [sum(by_tick[side, tick] for tick in group) for group in groups]


def test_trades_held_at_the_start_count_and_a_new_beginning_forgets_them() -> None:
    ring = Ring(TRADE, CAPACITY)
    ring.append(rows([(100, 1, 2)]))
    traded = TradedAtPrice(instrument(), ring)
    traded.refresh()
    assert (traded.sizes(1, 100, 1, 1)[0], traded.since_ms) == (2, 1_000)
    traded.begin_anew()
    traded.refresh()
    assert (traded.sizes(1, 100, 1, 1)[0], traded.since_ms) == (0, 0)
    ring.append(rows([(100, 1, 3)]))
    traded.refresh()
    assert traded.sizes(1, 100, 1, 1)[0] == 3


def test_a_rewound_market_is_counted_from_its_beginning() -> None:
    ring = Ring(TRADE, CAPACITY)
    traded = TradedAtPrice(instrument(), ring)
    ring.append(rows([(100, 1, 2), (101, -1, 5)]))
    traded.refresh()
    ring.clear()
    ring.append(rows([(100, 1, 2)]))
    traded.refresh()
    assert traded.sizes(1, 100, 1, 2).tolist() == [2, 0]
    assert traded.sizes(-1, 100, 1, 2).tolist() == [0, 0]


@pytest.mark.parametrize("order", [1, -1])
def test_a_price_beyond_reason_is_left_out_and_takes_no_memory(order: int) -> None:
    ring = Ring(TRADE, CAPACITY)
    traded = TradedAtPrice(instrument(), ring)
    ring.append(rows([(5_000, 1, 1), (5_001, 1, 1), (50 * MOST_TICKS, 1, 1)][::order]))
    traded.refresh()
    ring.append(rows([(5_000, 1, 1), (50 * MOST_TICKS, -1, 4)]))
    traded.refresh()
    assert traded.sizes(1, 5_000, 1, 2).tolist() == [2, 1]
    assert traded.sizes(-1, 50 * MOST_TICKS, 1, 1)[0] == 0


def test_trades_that_went_by_uncounted_start_the_count_anew() -> None:
    ring = Ring(TRADE, 4)
    traded = TradedAtPrice(instrument(), ring)
    ring.append(rows([(100, 1, 1)]))
    traded.refresh()
    ring.append(rows([(100, 1, 1)] * 3))
    ring.append(rows([(100, 1, 2)] * 3))
    traded.refresh()
    assert traded.sizes(1, 100, 1, 1)[0] == 7  # the four that are held, and no claim on more
