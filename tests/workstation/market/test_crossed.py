"""A book that stays crossed is asked for anew, once at a time; a passing crossing is not."""

from decimal import Decimal

import numpy as np

from workstation.market.crossed import ASK_AGAIN_S, CROSSED_S, CrossedWatch
from workstation.market.state import SymbolState
from workstation.model.columns import BOOK_UPDATE, LEVEL, MarketBatch
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.runtime.clock import ManualClock

ONE = Decimal(1)
INSTRUMENT = Instrument(
    "venue", "BTCUSDT", ContractKind.LINEAR, ONE, ONE, ONE, "BTC", "USDT", SequenceRule.FULL_SNAPSHOTS
)


def book(state: SymbolState, bid: float, ask: float) -> None:
    """Give a state a whole book of one bid and one ask."""
    update = np.zeros(1, BOOK_UPDATE)
    update["levels"], update["is_snapshot"], update["event_ms"] = 2, True, 1_000
    levels = np.array([(1, bid, 1.0), (-1, ask, 1.0)], LEVEL)
    state.apply(MarketBatch("venue", "BTCUSDT", updates=update, levels=levels))


def test_only_a_lasting_crossing_is_wrong_and_it_is_said_once_in_a_while() -> None:
    state, watch = SymbolState(INSTRUMENT, ManualClock()), CrossedWatch()
    assert not watch.is_wrong(state, 0.0)
    book(state, 100.0, 101.0)
    assert not watch.is_wrong(state, 10.0)
    book(state, 101.0, 101.0)
    assert not watch.is_wrong(state, 20.0)
    assert not watch.is_wrong(state, 20.0 + CROSSED_S)
    assert watch.is_wrong(state, 20.1 + CROSSED_S)
    assert not watch.is_wrong(state, 20.2 + CROSSED_S)
    assert watch.is_wrong(state, 21.2 + 2 * CROSSED_S + ASK_AGAIN_S)
    book(state, 100.0, 101.0)
    assert not watch.is_wrong(state, 40.0)
    book(state, 101.0, 101.0)
    assert not watch.is_wrong(state, 50.0)
