"""Trades stay whole: whatever order they come in, each goes on once, and all in the order of their ids."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.exchange.trade_chain import HOLD_S, TradeChain
from workstation.model.columns import TRADE, Records


def trades(*ids: int) -> Records:
    rows = np.zeros(len(ids), TRADE)
    rows["trade_id"] = ids
    return rows


def ids(rows: Records) -> list[int]:
    return [int(trade_id) for trade_id in rows["trade_id"]]


def test_trades_in_order_pass_untouched() -> None:
    chain = TradeChain()
    rows = trades(7, 8, 9)
    assert chain.take(rows, 0.0) is rows
    assert ids(chain.take(trades(10), 0.0)) == [10]


def test_what_comes_twice_goes_on_once() -> None:
    chain = TradeChain()
    chain.take(trades(7, 8), 0.0)
    assert ids(chain.take(trades(8, 9, 9), 0.0)) == [9]
    assert chain.duplicates == 2


def test_trades_behind_a_hole_wait_until_it_is_filled() -> None:
    chain = TradeChain(6)
    assert ids(chain.take(trades(7, 10), 0.0)) == [7]
    assert chain.holes == [(8, 9)]
    assert ids(chain.take(trades(11), 0.1)) == []
    assert ids(chain.take(trades(8), 0.2)) == [8]
    assert ids(chain.take(trades(9), 0.3)) == [9, 10, 11]
    assert chain.holes == []


def test_a_hole_that_the_venue_knows_nothing_of_is_closed() -> None:
    chain = TradeChain(6)
    chain.take(trades(10, 20), 0.0)
    assert ids(chain.close((7, 9))) == [10]
    assert chain.holes == [(11, 19)]
    assert ids(chain.close((7, 19))) == [20]


def test_trades_wait_for_a_hole_for_some_seconds_only() -> None:
    chain = TradeChain(6)
    chain.take(trades(9), 0.0)
    assert ids(chain.overdue(HOLD_S - 0.1)) == []
    assert ids(chain.overdue(HOLD_S + 0.1)) == [9]
    assert ids(chain.take(trades(10), HOLD_S + 0.2)) == [10]
    assert ids(chain.take(trades(7, 8), HOLD_S + 1)) == [7, 8]
    assert not chain.is_waiting
    assert ids(chain.take(trades(12), HOLD_S + 2)) == []


def test_numbers_that_are_no_trades_leave_no_hole() -> None:
    chain = TradeChain(6)
    chain.skip(7)
    assert ids(chain.take(trades(8), 0.0)) == [8]
    assert chain.holes == []


@given(
    order=st.permutations(range(12)),
    again=st.lists(st.integers(0, 11), max_size=8),
    cuts=st.lists(st.integers(1, 19), max_size=5),
)
def test_any_order_and_any_repetition_gives_each_trade_once(
    order: list[int], again: list[int], cuts: list[int]
) -> None:
    chain = TradeChain(-1 if order[0] == 0 else 99)
    arriving = [100 + number for number in [*order, *again]]
    passed: list[int] = []
    bounds = sorted({0, *[cut for cut in cuts if cut < len(arriving)], len(arriving)})
    for first, end in pairwise(bounds):
        passed += ids(chain.take(trades(*arriving[first:end]), 0.0))
    assert passed == list(range(100, 112))
    assert chain.holes == []
    assert chain.duplicates == len(again)


@pytest.mark.parametrize("last_id", [-1, 99])
def test_nothing_to_take_is_nothing_to_give(last_id: int) -> None:
    assert ids(TradeChain(last_id).take(trades(), 0.0)) == []
