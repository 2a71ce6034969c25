from math import isnan

import numpy as np
import pytest

from tests.workstation.market.made import make_instrument, make_quotes, make_trades, make_updates
from workstation.market.state import Market, MarketReset, SymbolState
from workstation.model.columns import MarketBatch
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock


def batch(**columns) -> MarketBatch:  # type: ignore[no-untyped-def]
    return MarketBatch("binance_usdm", "BTCUSDT", **columns)


def test_a_batch_reaches_tape_candles_session_and_health() -> None:
    clock = ManualClock()
    state = SymbolState(make_instrument(), clock)
    clock.advance(3.0)
    state.apply(
        batch(trades=make_trades((1_000, 1, 10.0, 2.0), (1_500, -1, 9.0, 1.0), (2_100, 1, 11.0, 1.0)))
    )
    assert state.trades.rows()["price"].tolist() == [10.0, 9.0, 11.0]
    assert (state.last_price, state.last_side, state.market_ms) == (11.0, 1, 2_100)
    assert len(state.seconds) == 2
    session = state.session
    assert (session.open, session.high, session.low, session.volume, session.buy_volume) == (
        10.0,
        11.0,
        9.0,
        4.0,
        3.0,
    )
    assert session.quote_volume == 40.0
    assert state.health.trades == 3
    assert state.health.last_data == 3.0


def test_a_timeframe_asked_for_late_equals_one_that_was_there_from_the_start() -> None:
    early, late = (SymbolState(make_instrument(), ManualClock()) for _ in range(2))
    early.candles(5_000)
    rows = [(250 * n, 1 if n % 3 else -1, 10.0 + n % 7, 0.5) for n in range(200)]
    for state in (early, late):
        state.apply(batch(trades=make_trades(*rows[:120])))
    late.candles(5_000)
    for state in (early, late):
        state.apply(batch(trades=make_trades(*rows[120:])))
    assert np.array_equal(early.candles(5_000).rows(), late.candles(5_000).rows())


@pytest.mark.parametrize("timeframe_ms", [0, -1_000, 500, 1_500])
def test_a_timeframe_is_a_whole_number_of_seconds(timeframe_ms: int) -> None:
    with pytest.raises(ValueError, match="whole number of seconds"):
        SymbolState(make_instrument(), ManualClock()).candles(timeframe_ms)


def test_the_event_rate_counts_the_last_second_and_forgets_what_is_older() -> None:
    clock = ManualClock()
    state = SymbolState(make_instrument(), clock)
    state.apply(batch(quotes=make_quotes((1, 1.0, 1.0, 2.0, 1.0), (2, 1.0, 1.0, 2.0, 1.0))))
    clock.advance(0.6)
    state.apply(batch(quotes=make_quotes((3, 1.0, 1.0, 2.0, 1.0))))
    assert state.health.event_rate == 3
    clock.advance(0.6)
    assert state.health.event_rate == 1
    clock.advance(1.1)
    assert state.health.event_rate == 0


def test_snapshots_and_updates_are_counted_apart() -> None:
    state = SymbolState(make_instrument(), ManualClock())
    snapshot = ((100, 100, -1), [(10.0, 1.0)], [(10.1, 1.0)])
    state.apply(
        batch(
            **dict(
                zip(
                    ("updates", "levels"),
                    make_updates(snapshot, ((100, 101, 99), [], []), snapshots=[0]),
                    strict=True,
                )
            )
        )
    )
    assert (state.health.snapshots, state.health.depth_updates) == (1, 1)


def test_a_reset_forgets_everything_and_is_told() -> None:
    bus, clock = Bus(), ManualClock()
    market = Market(bus, clock)
    state = market.add(make_instrument())
    told: list[MarketReset] = []
    bus.subscribe(MarketReset, told.append)
    five = state.candles(5_000)
    market.apply(batch(trades=make_trades((1_000, 1, 10.0, 2.0))))
    version = five.version
    market.reset()
    assert told == [MarketReset("BTCUSDT")]
    assert market.state("BTCUSDT") is state
    assert len(state.trades) == 0
    assert state.trades.appended == 0
    assert len(five) == 0
    assert five.version > version
    assert state.candles(5_000) is five
    assert isnan(state.last_price)
    assert state.grid is None
    market.apply(batch(trades=make_trades((9_000, 1, 12.0, 2.0))))
    assert five.rows()["open"].tolist() == [12.0]


def test_a_symbol_that_is_not_followed_has_no_state() -> None:
    market = Market(Bus(), ManualClock())
    assert market.state("NONE") is None
    with pytest.raises(KeyError):
        market.apply(MarketBatch("binance_usdm", "NONE"))
