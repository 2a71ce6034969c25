"""Walls are told by size and age, and how they ended by what was traded: pulled, eaten, or refilled."""

import numpy as np
import pytest

from tests.workstation.market.made import make_instrument, make_trades
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.order_book import OrderBook
from workstation.market.walls import WALL_STANDS_MS, WALL_TIMES, WallTracker
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE
from workstation.model.instrument import SequenceRule
from workstation.runtime.rings import Ring

FIRST = 3_446_322_000
STANDS = WALL_STANDS_MS // BUCKET_MS


class Market:
    """A book of ones around 60,000 with what a test puts into it, half second by half second."""

    def __init__(self) -> None:
        self.book = OrderBook(make_instrument(SequenceRule.FULL_SNAPSHOTS))
        self.trades = Ring(TRADE, 10_000)
        self.bucket = FIRST
        self.middle = 60_000.5
        self.sizes: dict[int, float] = {}
        self._replace()
        self.grid = DepthGrid(make_instrument(), self.book)
        self.grid.advance(self.bucket * BUCKET_MS)
        self.tracker = WallTracker(self.grid)

    def _replace(self) -> None:
        prices = np.arange(59_700, 60_300) + 0.0
        levels = np.zeros(len(prices), LEVEL)
        levels["side"] = np.where(prices < self.middle, 1, -1)
        levels["price"] = prices
        levels["size"] = [self.sizes.get(int(price), 1.0) for price in prices]
        update = np.zeros(1, BOOK_UPDATE)
        update["event_ms"] = self.bucket * BUCKET_MS
        update["levels"], update["is_snapshot"] = len(levels), True
        self.book.apply(update, levels)

    def live(self, buckets: int, *, lost: bool = False) -> None:
        """So many half seconds with the book as it is now."""
        for _ in range(buckets):
            if lost:
                self.book.clear()
            else:
                self._replace()
                self.grid.replace(self.bucket * BUCKET_MS)
            self.grid.settle()
            self.bucket += 1
            self.grid.advance(self.bucket * BUCKET_MS)

    def trade(self, side: int, price: float, size: float) -> None:
        """A trade in the open half second."""
        self.trades.append(make_trades((self.bucket * BUCKET_MS + 1, side, price, size)))

    def follow(self) -> WallTracker:
        while self.tracker.follow(self.trades):
            pass
        return self.tracker


@pytest.fixture
def market() -> Market:
    return Market()


def test_a_wall_is_large_for_long_and_has_an_age(market: Market) -> None:
    market.live(4)
    market.sizes[60_040] = 2 * WALL_TIMES
    market.sizes[59_980] = WALL_TIMES / 2
    market.live(STANDS - 2)
    assert market.follow().walls() == [], "it has not stood for long"
    market.live(10)
    (wall,) = market.follow().walls()
    assert (wall.side, wall.price) == (-1, 60_040)
    assert wall.size == pytest.approx(2 * WALL_TIMES, rel=0.002)
    assert market.tracker.now_ms - wall.since_ms == pytest.approx((STANDS + 8) * BUCKET_MS, abs=BUCKET_MS)
    assert not market.tracker.events


def test_a_wall_that_is_gone_without_trades_was_pulled(market: Market) -> None:
    market.sizes[60_040] = 3 * WALL_TIMES
    market.live(STANDS + 5)
    del market.sizes[60_040]
    market.trade(1, 60_040.0, 1.0)
    market.live(3)
    (event,) = market.follow().events
    assert (event.kind, event.side, event.price) == ("pulled", -1, 60_040)
    assert event.size == pytest.approx(3 * WALL_TIMES, rel=0.002)
    assert event.traded == 1.0
    assert market.tracker.walls() == []


def test_a_wall_that_was_traded_through_was_eaten(market: Market) -> None:
    market.sizes[59_990] = 3 * WALL_TIMES
    market.live(STANDS + 5)
    for left in (40.0, 25.0, 10.0):
        market.trade(-1, 59_990.0, 17.0)
        market.sizes[59_990] = left
        market.live(1)
    market.follow()
    (event,) = market.tracker.events
    assert (event.kind, event.side, event.traded) == ("eaten", 1, 51.0)


def test_buyers_do_not_eat_bids(market: Market) -> None:
    market.sizes[59_990] = 3 * WALL_TIMES
    market.live(STANDS + 5)
    market.trade(1, 59_990.0, 60.0)
    del market.sizes[59_990]
    market.live(2)
    assert [event.kind for event in market.follow().events] == ["pulled"]


def test_what_cannot_be_known_ends_no_wall(market: Market) -> None:
    market.sizes[60_040] = 3 * WALL_TIMES
    market.live(STANDS + 5)
    market.live(5, lost=True)
    del market.sizes[60_040]
    market.live(5)
    tracker = market.follow()
    assert (tracker.walls(), list(tracker.events)) == ([], [])


def test_far_more_traded_at_a_price_that_holds_than_it_ever_shows_is_a_refill(market: Market) -> None:
    market.live(4)
    for _ in range(20):
        market.trade(-1, 60_000.0, 1.5)
        market.live(1)
    events = [event for event in market.follow().events if event.kind == "refilled"]
    assert events
    assert (events[0].side, events[0].price) == (1, 60_000)
    assert events[0].traded >= 6 * events[0].size


def test_looking_back_gives_what_watching_gave(market: Market) -> None:
    watched = market.tracker
    for step in range(12):
        market.sizes[60_030 + step % 3] = 25.0 * (1 + step)
        if step % 4 == 3:
            market.sizes.pop(60_030, None)
            market.trade(1, 60_030.0, 70.0 if step > 5 else 0.5)
        market.live(STANDS)
        market.follow()
    late = WallTracker(market.grid)
    while late.follow(market.trades):
        pass
    assert late.walls() == watched.walls() != []
    assert list(late.events) == list(watched.events) != []
