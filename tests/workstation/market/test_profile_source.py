"""A profile keeps up with its market, and falls back on candles only where no trades are held."""

import numpy as np

from tests.workstation.market.made import make_instrument
from workstation.analytics.volume_profile import VolumeProfile
from workstation.market.candles import candles_from_trades
from workstation.market.profile_source import ProfileSource, ProfileWindow, session_of
from workstation.market.state import SymbolState
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.runtime.clock import ManualClock
from workstation.runtime.rings import Ring

START_MS = 1_767_225_600_000
MINUTE_MS = 60_000


def walk(count: int, seed: int = 3) -> Records:
    """Trades ten a second."""
    rng = np.random.default_rng(seed)
    rows = np.zeros(count, TRADE)
    rows["event_ms"] = START_MS + np.arange(count) * 100
    rows["trade_id"] = np.arange(count)
    rows["price"] = np.round(60_000 + np.cumsum(rng.normal(size=count)), 1)
    rows["size"] = rng.integers(1, 50, count) / 8
    rows["side"] = rng.choice([-1, 1], count)
    return rows


def state_of(trades: Records, kept: int = 100_000) -> SymbolState:
    state = SymbolState(make_instrument(), ManualClock(START_MS))
    state.trades = Ring(TRADE, kept)
    state.apply(MarketBatch("binance_usdm", "BTCUSDT", trades=trades))
    return state


def same(profile: VolumeProfile, trades: Records) -> None:
    whole = VolumeProfile(profile.row_height)
    whole.add_trades(trades)
    ours = {row + profile.first_row: volume for row, volume in enumerate(profile.volumes) if volume > 1e-9}
    theirs = {row + whole.first_row: volume for row, volume in enumerate(whole.volumes) if volume > 1e-9}
    assert ours.keys() == theirs.keys()
    np.testing.assert_allclose([ours[row] for row in ours], [theirs[row] for row in ours])


def test_a_profile_of_held_trades_is_exact_and_grows_with_the_market() -> None:
    trades = walk(9_000)
    state = state_of(trades[:6_000])
    source = ProfileSource()
    window = ProfileWindow(START_MS + 60_000, START_MS + 20 * MINUTE_MS, 1.0)
    assert source.refresh(state, window, MINUTE_MS)
    same(source.profile, trades[600:6_000])
    held = source.profile
    assert not source.refresh(state, window, MINUTE_MS)
    state.apply(MarketBatch("binance_usdm", "BTCUSDT", trades=trades[6_000:]))
    assert source.refresh(state, window, MINUTE_MS)
    assert source.profile is held
    same(source.profile, trades[600:9_000])
    assert source.note == "from trades"


def test_what_the_trades_held_do_not_reach_is_estimated_from_candles_and_nothing_counts_twice() -> None:
    trades = walk(9_000)
    state = state_of(trades, kept=2_000)
    past = walk(36_000, seed=8)
    past["event_ms"] -= 3_600_000
    minutes = candles_from_trades(np.concatenate((past, trades)), MINUTE_MS)
    state.candles(MINUTE_MS).replace(minutes)
    source = ProfileSource()
    window = ProfileWindow(START_MS - 30 * MINUTE_MS, START_MS + 60 * MINUTE_MS, 1.0)
    source.refresh(state, window, 5 * MINUTE_MS)
    inside = past[past["event_ms"] >= START_MS - 30 * MINUTE_MS]
    expected = inside["size"].sum() + trades["size"].sum()
    np.testing.assert_allclose(source.profile.total, expected)
    assert "estimated from candles" in source.note
    state.candles(MINUTE_MS).replace(minutes[:-1])
    assert source.refresh(state, window, 5 * MINUTE_MS)


def test_stored_trades_count_where_they_add_up_to_their_candles_and_candles_elsewhere() -> None:
    trades, past = walk(600), walk(36_000, seed=8)
    past["event_ms"] -= 3_600_000
    state = state_of(trades)
    minutes = candles_from_trades(np.concatenate((past, trades)), MINUTE_MS)
    state.candles(MINUTE_MS).replace(minutes)
    # For five minutes of the hour the desk did not run.
    missing = (past["event_ms"] >= START_MS - 30 * MINUTE_MS) & (past["event_ms"] < START_MS - 25 * MINUTE_MS)
    source = ProfileSource()
    window = ProfileWindow(START_MS - 60 * MINUTE_MS, START_MS + 60 * MINUTE_MS, 1.0)
    source.refresh(state, window, MINUTE_MS, past[~missing])
    assert source.profile.from_candles == past["size"][missing].sum()
    np.testing.assert_allclose(source.profile.total, past["size"].sum() + trades["size"].sum())
    source.refresh(state, window, MINUTE_MS, past)
    same(source.profile, np.concatenate((past, trades)))
    assert source.note == "from trades"


def test_a_session_is_the_utc_day() -> None:
    first, end = session_of(START_MS + 12_345)
    assert (first, end) == (START_MS, START_MS + 86_400_000)
