"""The cost of one's own size is the walk through the book, and is held against the usual ones."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from tests.workstation.market.made import make_instrument, make_updates
from workstation.analytics.book_walk import walk_book
from workstation.analytics.liquidity_health import venue_health
from workstation.analytics.liquidity_usual import OwnTrading, usual_liquidity
from workstation.market.coverage import TradeCoverage
from workstation.market.liquidity_book import LiquidityBook
from workstation.market.state import Market
from workstation.metrics.metric import Reading, ReadingState
from workstation.metrics.registry import HOLD_S, METRIC_BY_KEY, MetricReader
from workstation.model.columns import MarketBatch
from workstation.model.liquidity import DELAY_BINS, DISTANCES_BPS, BookCoverage, LiquidityMinutes
from workstation.model.sessions import SESSION_STARTS_H
from workstation.ports import History
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock

NOW_MS = 1_772_460_000_000  # 2026-03-02 14:00 UTC
MINUTE_MS = 60_000
BIDS = [(10_000.0 - 0.5 - step, 1.0 + step % 3) for step in range(700)]
ASKS = [(10_000.0 + 0.5 + step, 1.0 + step % 2) for step in range(700)]


def no_cursor() -> History:
    raise AssertionError("nothing is read in these tests")


class Trader:
    """One market with a book, and the minutes that are usual of it."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW_MS)
        self.market = Market(Bus(), self.clock)
        self.instrument = make_instrument()
        self.state = self.market.add(self.instrument)
        self.reader = MetricReader(self.market, self.clock, lambda _: TradeCoverage(), is_live=True)
        self.book = LiquidityBook(no_cursor, self.clock)
        self.reader.liquidity = self.book
        updates, levels = make_updates(((1, 1, -1), BIDS, ASKS), event_ms=[NOW_MS], snapshots=[0])
        self.market.apply(MarketBatch("binance_usdm", "BTCUSDT", updates=updates, levels=levels))

    def trades_with(self, size: float, leverage: float = 1.0, hours: frozenset[int] = frozenset()) -> None:
        self.book.set_own("binance_usdm", "BTCUSDT", OwnTrading(size, leverage, hours))

    def stores(self, count: int, depth_per_bp: np.ndarray) -> None:
        """So many minutes with so much money a basis point, up to now."""
        curve = (DISTANCES_BPS[None, :] * depth_per_bp[:, None]).astype(np.float32)
        line = np.full(count, 10_000.0)
        minutes = LiquidityMinutes(
            NOW_MS + (np.arange(count) - count) * MINUTE_MS,
            line - 0.5,
            line + 0.5,
            curve,
            curve,
            np.linspace(1.0, 2.0, count),
            np.zeros(DELAY_BINS, np.int64),
        )
        held = self.book.market(self.instrument)
        assert held is not None
        held.usual = usual_liquidity(minutes, held.own, SESSION_STARTS_H, 1.0, is_inverse=False)
        held.health = venue_health(minutes, BookCoverage(0, 0, 0, 0, 0, 0, 0, 0))

    def read(self, key: str) -> Reading:
        self.clock.advance(2 * HOLD_S)
        return self.reader.read(METRIC_BY_KEY[key], "BTCUSDT")

    def value(self, key: str) -> float:
        reading = self.read(key)
        assert reading.state is ReadingState.OK, reading
        assert reading.value is not None
        return reading.value


@pytest.fixture
def trader() -> Trader:
    return Trader()


@pytest.mark.parametrize("size", (0.5, 7.25, 300.0))
def test_the_cost_is_the_walk_through_the_dearer_side(trader: Trader, size: float) -> None:
    trader.trades_with(size)
    costs = []
    for side in (BIDS, ASKS):
        walk = walk_book([(Decimal(repr(price)), Decimal(repr(held))) for price, held in side], Decimal(size))
        costs.append(abs(float(walk.average_price) / 10_000 - 1) * 1e4)
    assert trader.value("walk_cost_bps") == pytest.approx(max(costs))


def test_without_a_size_or_without_so_much_in_the_book_there_is_no_cost(trader: Trader) -> None:
    assert "plan an order in the ticket" in trader.read("walk_cost_bps").why
    trader.trades_with(5_000.0)
    assert trader.read("walk_cost_bps").why.startswith("The bid levels known hold only 1399")


def test_the_percentile_is_the_share_of_own_minutes_that_cost_less(trader: Trader) -> None:
    hours = frozenset({12, 13})
    trader.trades_with(20.0, hours=hours)
    # The book holds 10,000 to 20,000 a basis point: now it is thicker than half the minutes.
    depth = np.where(np.arange(2_880) % 4 == 0, 40_000.0, 4_000.0)
    trader.stores(2_880, depth)
    assert trader.read("walk_cost_percentile").why == "240 minutes of your hours are stored: 360 are missing"
    trader.trades_with(20.0)
    trader.stores(2_880, depth)
    assert trader.value("walk_cost_percentile") == pytest.approx(0.25)
    assert trader.value("walk_cost_usual_bps") == pytest.approx(20 * 10_000 / 4_000 / 2, rel=0.02)
    assert trader.value("walk_cost_thin_bps") == trader.value("walk_cost_usual_bps")


def test_this_hour_is_held_against_the_same_hour_of_other_days(trader: Trader) -> None:
    trader.stores(2_880, np.full(2_880, 5_000.0))
    trader.state.market_ms = NOW_MS
    assert trader.value("spread_usual_bps") == pytest.approx(1.0)
    assert trader.value("spread_usual_multiple") == pytest.approx(1.0)
    within = sum(price * size for price, size in ASKS if price <= 10_010.0)
    assert trader.value("depth_usual_multiple") == pytest.approx(within / 50_000, rel=1e-6)
    trader.stores(50, np.full(50, 5_000.0))
    assert trader.read("spread_usual_bps").why == "0 minutes of this hour are stored: 60 are missing"


def test_the_spread_counts_times_the_tickets_leverage(trader: Trader) -> None:
    trader.trades_with(1.0, leverage=25.0)
    assert trader.value("spread_leverage_rate") == pytest.approx(25 * 1e-4)


def test_another_size_is_not_held_against_what_the_last_one_cost(trader: Trader) -> None:
    trader.trades_with(20.0)
    trader.stores(1_440, np.full(1_440, 4_000.0))
    trader.trades_with(40.0)
    assert trader.read("walk_cost_percentile").why == "What your size usually costs is being worked out"


def test_a_venue_without_enough_stored_has_no_health(trader: Trader) -> None:
    trader.stores(100, np.full(100, 4_000.0))
    assert "Too little is stored" in trader.read("venue_health").why


def test_so_many_markets_are_followed_and_one_that_is_looked_at_takes_the_place_of_one_that_is_not(
    trader: Trader,
) -> None:
    others = [replace(trader.instrument, symbol=f"S{number}") for number in range(13)]
    assert all(trader.book.market(one) for one in others[:12])
    assert trader.book.market(others[12]) is None
    assert trader.book.market(others[12], shown=True) is not None
    assert trader.book.market(others[0]) is None
