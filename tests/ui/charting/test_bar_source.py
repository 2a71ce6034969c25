"""Bars that trades cut go back to the trades that were stored before those held."""

import time
from pathlib import Path

import numpy as np
import pytest

from tests.ui.panels.conftest import instrument
from ui.charting.bar_source import BarSource
from workstation.market.counted_bars import BarRule, BarUnit
from workstation.market.past_reader import PastReader
from workstation.market.state import SymbolState
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import open_store


def trades(first: int, count: int) -> Records:
    rows = np.zeros(count, TRADE)
    rows["seq"] = np.arange(count)
    rows["trade_id"] = first + np.arange(count)
    rows["event_ms"] = 1_000 * rows["trade_id"]
    rows["price"], rows["size"], rows["side"] = 100.0 + rows["trade_id"], 1.0, 1
    return rows


def batch(first: int, count: int) -> MarketBatch:
    return MarketBatch("binance_usdm", "BTCUSDT", trades=trades(first, count), last_seq=count - 1)


@pytest.fixture
def state() -> SymbolState:
    """Holds trades 101 to 140."""
    made = SymbolState(instrument(), SystemClock())
    made.apply(batch(101, 40))
    return made


def test_stored_trades_come_before_those_held_and_none_twice(tmp_path: Path, state: SymbolState) -> None:
    store = open_store(tmp_path)
    reader = PastReader(store.history, SystemClock())
    try:
        recording = store.open_recording("one", "test", instrument())
        store.write(recording.recording_id, [batch(1, 120)], [])
        store.finish_recording(recording.recording_id, complete=True)
        source = BarSource()
        source.rule = BarRule(BarUnit.TRADES, 10)
        until = time.monotonic() + 10
        while len(source.traded) < 14 and time.monotonic() < until:
            source.refresh(state, 60_000, reader)
            time.sleep(0.005)
        assert source.traded["trades"].tolist() == [10] * 14
        assert source.traded["close"][-1] == 240.0
        state.apply(batch(141, 5))
        assert source.refresh(state, 60_000, reader)
        assert len(source.traded) == 15
        assert not source.refresh(state, 60_000, reader)
    finally:
        reader.close()
        store.close()


def test_bars_go_on_with_the_trades_that_come(state: SymbolState) -> None:
    source = BarSource()
    source.rule = BarRule(BarUnit.TRADES, 10)
    assert source.refresh(state, 60_000, None)
    settled = source.settled
    state.apply(batch(141, 7))
    assert source.refresh(state, 60_000, None)
    assert source.settled == settled
    assert source.traded["trades"].tolist() == [10, 10, 10, 10, 7]
    source.rule = None
    assert source.refresh(state, 60_000, None)
    assert source.settled != settled
    assert source.times is None
