"""A market with a story: nearly every metric of its symbols has a value, and each step changes some."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from tests.workstation.market.made import make_updates
from tests.workstation.metrics.test_registry import NOW_MS, VENUE, Venue, walk
from workstation.events.calendar import Calendar
from workstation.metrics.held_book import HeldBook
from workstation.metrics.inputs import HOUR_MS
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, OpenInterest, Ticker
from workstation.model.feed_status import FeedState, FeedStatus
from workstation.model.history import FundingSettlement


def tell_a_story(venue: Venue) -> None:
    """Give both symbols a past, and everything that a venue says now."""
    for seed, (symbol, state) in enumerate(venue.market.states.items()):
        random = np.random.default_rng(seed)
        venue.trade((-400_000, 1, 1_000.0, 1.0), symbol=symbol)
        venue.hours(symbol, walk(seed, 760), random.uniform(5, 30, 760))
        venue.trade((-200, -1, 1_001.0, 2.0), (0, 1, 1_002.0, 9.0), symbol=symbol)
        rates = [Decimal(repr(round(rate, 8))) for rate in random.normal(0.0001, 0.0001, 40).tolist()]
        state.past.add_funding(
            [
                FundingSettlement(VENUE, symbol, NOW_MS - (40 - at) * 8 * HOUR_MS, rate, 8.0)
                for at, rate in enumerate(rates)
            ]
        )
        state.past.add_open_interest([OpenInterest(VENUE, symbol, NOW_MS - 24 * HOUR_MS, Decimal(900))])
        levels = [0.5 * 1.2**at for at in range(20)]
        _put_book(venue, symbol, 1_000.0, levels, first=True)
        venue.tell(
            MarkPrice(VENUE, symbol, NOW_MS, Decimal("1001.5"), Decimal("1001.2")),
            FundingRate(VENUE, symbol, NOW_MS, Decimal("0.0002"), 8.0, NOW_MS + HOUR_MS),
            OpenInterest(VENUE, symbol, NOW_MS, Decimal(1_000 + seed)),
            Ticker(VENUE, symbol, NOW_MS, *map(Decimal, ("1001", "970", "1010", "960", "5000", "5000000"))),
            Liquidation(VENUE, symbol, NOW_MS - 1_000, "sell", Decimal(990), Decimal(2)),
        )
    venue.reader.positions = lambda: HeldBook({"BTCUSDT": 0.4}, {"major": 0.4}, lambda _coin: "major")
    venue.reader.calendar = Calendar()
    venue.reader.calendar.looked_through(NOW_MS)


def steps(venue: Venue) -> list[Callable[[], object]]:
    """What may happen to the market next, each changing some metrics and leaving others."""

    def quotes(symbol: str, price: str) -> None:
        venue.tell(MarkPrice(VENUE, symbol, NOW_MS, Decimal(price), Decimal("1001.2")))

    def positions() -> None:
        venue.reader.positions = lambda: HeldBook({"ETHUSDT": -0.2}, {}, lambda _coin: "", version=1)

    return [
        lambda: venue.trade((1_000, 1, 1_004.0, 3.0)),
        lambda: _put_book(venue, "BTCUSDT", 1_001.0, [0.4, 0.7, 0.0, 12.0]),
        lambda: quotes("ETHUSDT", "1008"),
        lambda: venue.clock.advance(12),
        lambda: venue.trade((20_000, -1, 1_003.0, 0.5), symbol="ETHUSDT"),
        positions,
        lambda: venue.hours("ETHUSDT", walk(9, 740)),
        lambda: venue.trade((HOUR_MS + 1_000, 1, 1_010.0, 1.0)),
        lambda: venue.tell(FeedStatus(VENUE, "BTCUSDT", FeedState.DISCONNECTED, "The line is cut")),
        lambda: venue.clock.advance(700),
        lambda: venue.btc.clear(),
        lambda: venue.market.remove("BTCUSDT"),
    ]


def _put_book(venue: Venue, symbol: str, mid: float, distances: list[float], *, first: bool = False) -> None:
    bids = [(mid - distance, 3.0 + distance) for distance in distances]
    asks = [(mid + distance + 0.1, 2.0 + distance) for distance in distances]
    ids = (1, 1, -1) if first else (2, 2, 1)
    updates, levels = make_updates((ids, bids, asks), event_ms=[NOW_MS], snapshots=[0] if first else [])
    venue.market.apply(MarketBatch(VENUE, symbol, updates=updates, levels=levels))
