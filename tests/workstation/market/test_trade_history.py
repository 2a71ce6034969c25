"""Stored trades come back one by one, each once and in the venue's order."""

from pathlib import Path

import numpy as np

from tests.ui.panels.conftest import instrument
from workstation.market.trade_history import TradeHistory
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.store.ticks import open_store


def trades(first: int, count: int) -> Records:
    rows = np.zeros(count, TRADE)
    rows["seq"] = np.arange(count)
    rows["trade_id"] = first + np.arange(count)
    rows["event_ms"] = 1_000 * rows["trade_id"]
    rows["price"], rows["size"], rows["side"] = 100.0 + rows["trade_id"], 1.0, 1
    return rows


def test_sessions_that_overlap_are_joined_up_to_the_moment_asked_for(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    try:
        for identity, symbol, first, count in (
            ("one", "BTCUSDT", 1, 50),
            ("other", "ETHUSDT", 1, 50),
            ("two", "BTCUSDT", 40, 60),
        ):
            recording = store.open_recording(identity, "test", instrument(symbol))
            rows = trades(first, count)
            store.write(
                recording.recording_id,
                [MarketBatch("binance_usdm", symbol, trades=rows, last_seq=count - 1)],
                [],
            )
            store.finish_recording(recording.recording_id, complete=True)
        history = store.history()
        wanted = TradeHistory("binance_usdm", "BTCUSDT", before_ms=90_000)
        assert wanted.read(history)["trade_id"].tolist() == list(range(1, 90))
        few = TradeHistory("binance_usdm", "BTCUSDT", before_ms=90_000, most=20)
        assert few.read(history)["trade_id"].tolist() == list(range(70, 90))
        assert len(TradeHistory("binance_usdm", "SOLUSDT", before_ms=90_000).read(history)) == 0
        history.close()
    finally:
        store.close()
