"""What a feed tells reaches the market and the recorder, news and candles of our own among it."""

from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.workstation.market.made import make_instrument
from workstation.market.candle_merge import CandleSource
from workstation.market.candles import candles_from_trades
from workstation.market.intake import Intake
from workstation.market.recorder import Recorder
from workstation.market.state import Market
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.model.derivatives import MarkPrice
from workstation.model.feed_status import TradesBackfilled
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import open_store

VENUE, SYMBOL, MINUTE = "binance_usdm", "BTCUSDT", 60_000
START_MS = 1_767_225_600_000


def trades(*events: tuple[int, int]) -> Records:
    """(trade id, seconds since the start)."""
    rows = np.zeros(len(events), TRADE)
    rows["trade_id"] = rows["seq"] = [trade_id for trade_id, _ in events]
    rows["event_ms"] = [START_MS + seconds * 1_000 for _, seconds in events]
    rows["side"], rows["size"], rows["price"] = 1, 1.0, rows["trade_id"]
    return rows


def test_news_and_closed_candles_of_our_own_are_stored(tmp_path: Path) -> None:
    clock = ManualClock(START_MS)
    market = Market(Bus(), clock)
    market.add(make_instrument())
    with open_store(tmp_path, clock=clock) as store:
        recorder = Recorder(store, clock)
        recorder.open("live 1", VENUE, make_instrument())
        intake = Intake(market, recorder, keeps_candles=True)
        told = MarkPrice(VENUE, SYMBOL, START_MS, Decimal("60000"))
        intake.take_news(told)
        # From the middle of minute 0; minute 2 has a hole; minute 4 is still open.
        received = trades(*((index, 30 + 10 * index) for index in range(12)), (16, 190), (17, 230), (18, 250))
        intake.take(MarketBatch(VENUE, SYMBOL, trades=received, last_seq=18))
        repair = TradesBackfilled(VENUE, SYMBOL, 12, 15, found=1, lost=3)
        intake.take_news(repair)
        intake.keep_candles()
        intake.keep_candles()
        recorder.finish(complete=True)
        history = store.history()
        (recording,) = history.recordings()
        assert history.news(recording.recording_id, MarkPrice) == [told]
        assert history.news(recording.recording_id, TradesBackfilled) == [repair]
        rows, sources = history.candles(VENUE, SYMBOL, MINUTE, 0, 2**62)
        history.close()
    np.testing.assert_array_equal(rows, candles_from_trades(received, MINUTE)[:4])
    assert sources.tolist() == [
        CandleSource.OWN_PARTIAL,
        CandleSource.OWN,
        CandleSource.OWN_PARTIAL,
        CandleSource.OWN_PARTIAL,
    ]
