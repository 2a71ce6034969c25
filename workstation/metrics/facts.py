"""What metrics compute from: one symbol's state, and what several of them need worked out once."""

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.liquidity_health import VenueHealth
from workstation.analytics.liquidity_usual import OwnTrading, UsualLiquidity
from workstation.events.calendar import Calendar
from workstation.market.coverage import TradeCoverage
from workstation.market.liquidity_book import MOST_MARKETS, LiquidityBook
from workstation.market.liquidity_past import MarketLiquidity
from workstation.market.order_book import ASK, BID, BookStatus
from workstation.market.state import Market, SymbolState
from workstation.metrics.held_book import HeldBook
from workstation.metrics.inputs import HOUR_MS, hours_version
from workstation.metrics.metric import NoData
from workstation.model.columns import Records
from workstation.model.derivatives import FundingRate, MarkPrice, OpenInterest, Ticker
from workstation.model.instrument import ContractKind

Floats = NDArray[np.float64]
Worked = TypeVar("Worked")


class SideDepth:
    """One side of the book's money, from its middle outwards: as much of it is reckoned as is asked for."""

    def __init__(
        self,
        side: str,
        prices: Floats,
        sizes: Floats,
        mid: float,
        quote_unit: float,
        *,
        is_inverse: bool,
        is_crossed: bool,
    ) -> None:
        """Look at a side, until its levels change.

        Args:
            side: "bid" or "ask".
            prices, sizes: (n,) of its levels, best first; sizes may be 0.
            mid: the book's middle.
            quote_unit: quote units of one of the size at a price of 1, of inverse contracts at any.
            is_crossed: the best price lies beyond the middle.
        """
        count = len(sizes)
        if count and not sizes[-1]:  # the last one says how far the levels reach
            count = int(np.flatnonzero(sizes)[-1]) + 1 if sizes.any() else 0
        self.side = side
        self._prices, self._sizes, self._mid = prices[:count], sizes[:count], mid
        self._unit, self._is_inverse, self._is_crossed = quote_unit, is_inverse, is_crossed

    @cached_property
    def _levels(self) -> tuple[Floats, Floats]:
        held = self._sizes > 0  # of a level that has left, the price may lie beyond the middle by now
        prices, sizes = self._prices[held], self._sizes[held]
        distances = np.abs(prices / self._mid - 1)
        quote = self._unit * (sizes if self._is_inverse else sizes * prices)
        if self._is_crossed:  # levels do not go outwards in their order
            order = np.argsort(distances, kind="stable")
            distances, quote = distances[order], quote[order]
        return distances, np.cumsum(quote)

    @property
    def distances(self) -> Floats:
        """(n,) of each level from the middle, as a fraction, rising."""
        return self._levels[0]

    @property
    def quote(self) -> Floats:
        """(n,) quote units resting there and nearer."""
        return self._levels[1]

    def within(self, fraction: float) -> float:
        """Quote units resting within a fraction of the middle.

        Raises:
            NoData: the levels known do not reach so far.
        """
        prices, sign, mid = self._prices, 1 if self.side == "ask" else -1, self._mid
        reach = sign * (float(prices[-1]) / mid - 1) if len(prices) else 0.0
        if not len(prices) or reach < fraction:
            reach = max(reach, 0.0) * 100
            raise NoData(f"The {self.side} levels known reach only {reach:.2f} % from the middle")
        limit = fraction * (1 + 1e-9)
        if self._is_crossed:
            count = int(np.searchsorted(self.distances, limit, side="right"))
            return float(self.quote[count - 1]) if count else 0.0
        if sign > 0:
            count = int(prices.searchsorted(mid * (1 + limit), side="right"))
        else:
            count = len(prices) - int(prices[::-1].searchsorted(mid * (1 - limit)))
        sizes = self._sizes[:count]
        return self._unit * float(sizes.sum() if self._is_inverse else sizes @ prices[:count])


class SymbolFacts:
    """One symbol's state at one look, with what metrics share."""

    def __init__(
        self,
        state: SymbolState,
        market: Market,
        coverage: TradeCoverage,
        now_ms: int,
        age_s: float | None,
        worked: dict[str, tuple[Hashable, Any]],
        calendar: Calendar | None = None,
        liquidity: LiquidityBook | None = None,
        held: Callable[[], HeldBook | None] | None = None,
        shared: dict[str, tuple[Hashable, Any]] | None = None,
    ) -> None:
        """Look at a symbol.

        Args:
            coverage: which stretches hold every trade.
            now_ms: the venue's time now, as far as we know it.
            age_s: seconds since the newest data of any kind; None before the first.
            worked: kept from look to look; what was worked out from the same data is not worked out again.
            calendar: the trader's; None where nobody keeps one.
            liquidity: what is stored of it; None where nothing is.
            held: tells what the trader holds; None, or telling None, without an account.
            shared: as `worked`, of all symbols together.
        """
        self.state = state
        self.market = market
        self.coverage = coverage
        self.now_ms = now_ms
        self.age_s = age_s
        self.calendar = calendar
        self._liquidity = liquidity
        self._held = held
        self._worked = worked
        self._shared = {} if shared is None else shared
        self._hours_version: Hashable = None
        self._spread: tuple[float, float] | None = None

    def once(self, key: str, version: Hashable, work: Callable[[], Worked]) -> Worked:
        """Work something out unless that was done for this version."""
        return _once(self._worked, key, version, work)

    def once_for_all(self, key: str, version: Hashable, work: Callable[[], Worked]) -> Worked:
        """Work something out that is the same for every symbol, unless that was done for this version."""
        return _once(self._shared, key, version, work)

    # What the venue says.

    @property
    def last(self) -> float:
        """Price of the newest trade, or the one before we came."""
        state = self.state
        if state.last_price == state.last_price:
            return state.last_price
        if state.ticker is not None:
            return float(state.ticker.last)
        raise NoData("Nothing has been traded yet")

    @property
    def mark(self) -> MarkPrice:
        """The mark price."""
        return _known(self.state.mark, "The venue has sent no mark price yet")

    @property
    def ticker(self) -> Ticker:
        """The day's figures."""
        return _known(self.state.ticker, "The venue has sent no 24 h figures yet")

    @property
    def funding(self) -> FundingRate:
        """The funding of the next settlement."""
        return _known(self.state.funding, "The venue has sent no funding rate yet")

    @property
    def open_interest(self) -> OpenInterest:
        """What is open."""
        return _known(self.state.open_interest, "The venue has sent no open interest yet")

    # The book.

    def spread(self) -> tuple[float, float]:
        """(best ask − best bid, the middle between them)."""
        if self._spread is None:
            book = self.state.book
            if book.status is not BookStatus.LIVE:
                is_empty = book.status is BookStatus.EMPTY
                raise NoData("The book is not known" if is_empty else "The book has a gap")
            bid, ask = book.best_bid, book.best_ask
            if bid != bid or ask != ask:
                raise NoData("One side of the book is empty")
            self._spread = ask - bid, (ask + bid) / 2
        return self._spread

    def depth(self, side: str) -> SideDepth:
        """The money of a side, "bid" or "ask", around the book's middle."""
        spread, mid = self.spread()
        book = self.state.book
        version = book.version, book.status
        return self.once(f"{side} depth", version, lambda: self._depth(side, mid, is_crossed=spread < 0))

    def _depth(self, side: str, mid: float, *, is_crossed: bool) -> SideDepth:
        instrument = self.state.instrument
        prices, sizes = self.state.book.in_order(BID if side == "bid" else ASK)
        return SideDepth(
            side,
            prices,
            sizes,
            mid,
            float(instrument.contract_size),
            is_inverse=instrument.kind is ContractKind.INVERSE,
            is_crossed=is_crossed,
        )

    # What is usual of it.

    @property
    def own_trading(self) -> OwnTrading:
        """How the trader trades this market."""
        instrument = self.state.instrument
        if self._liquidity is None:
            return OwnTrading()
        return self._liquidity.own(instrument.venue, instrument.symbol)

    def usual_liquidity(self) -> UsualLiquidity:
        """What is usual of the book, out of the store."""
        found = self._stored_liquidity()
        return _known(found.usual, "What is stored of the book is being read")

    def venue_health(self) -> VenueHealth:
        """How the venue did with this market, out of the store."""
        return _known(self._stored_liquidity().health, "What is stored of the book is being read")

    def _stored_liquidity(self) -> MarketLiquidity:
        if self._liquidity is None or not self._liquidity.is_stored:
            raise NoData("Nothing is recorded in this session")
        found = self._liquidity.market(self.state.instrument)
        if found is None:
            raise NoData(f"Liquidity is followed of {MOST_MARKETS} markets at once")
        if found.error:
            raise NoData(found.error)
        if found.is_looked_up and not found.days:
            raise NoData("Nothing of this market is stored yet")
        return found

    # What is held.

    @property
    def held(self) -> HeldBook:
        """What the trader holds."""
        return _known(None if self._held is None else self._held(), "There is no account here")

    # The past.

    @property
    def hours_version(self) -> Hashable:
        """Equal as long as `hours` of this symbol are the same."""
        if self._hours_version is None:
            self._hours_version = hours_version(self.state)
        return self._hours_version

    def hours(self) -> Records:
        """Closed hourly candles of this symbol, oldest first."""
        return self.once("hours", self.hours_version, lambda: _closed_hours(self.state))

    def hourly_returns(self, most: int, of: SymbolState | None = None) -> tuple[NDArray[np.int64], Floats]:
        """Log returns of the newest closed hours, on a grid without holes: nan beside a missing hour.

        Args:
            most: hours, at the most.
            of: another symbol; None for this one.

        Returns:
            (n,) opening time of each hour, and its return from the close of the hour before.
        """
        if of is not None and of is not self.state:
            key = f"returns {most} {of.instrument.symbol}"
            version = of.instrument, hours_version(of)
            return self.once_for_all(key, version, lambda: _hourly_returns(_closed_hours(of), most))
        return self.once(f"returns {most}", self.hours_version, lambda: _hourly_returns(self.hours(), most))

    def whole_trades_since(self, from_ms: int) -> None:
        """Say that trades are missing if not every one since then is held.

        Raises:
            NoData: they began to arrive later, or there is a hole.
        """
        began = self.coverage.from_ms
        if began is None:
            raise NoData("Nothing has been traded yet")
        if began > from_ms:
            raise NoData(f"Trades are held for {(self.now_ms - began) // 1000} s so far")
        if not self.coverage.complete(np.array([from_ms]), max(1, self.now_ms - from_ms))[0]:
            raise NoData("Trades are missing in this stretch")


def _once(
    known: dict[str, tuple[Hashable, Any]], key: str, version: Hashable, work: Callable[[], Worked]
) -> Worked:
    held = known.get(key)
    if held is None or held[0] != version:
        held = known[key] = (version, work())
    result: Worked = held[1]
    return result


def _closed_hours(state: SymbolState) -> Records:
    rows = state.candles(HOUR_MS).rows()
    return rows[: int(np.searchsorted(rows["open_ms"], state.market_ms - HOUR_MS, side="right"))]


def _hourly_returns(closed: Records, most: int) -> tuple[NDArray[np.int64], Floats]:
    hours = closed[-(most + 1) :]
    if len(hours) < 2:
        return np.zeros(0, np.int64), np.zeros(0)
    grid = np.arange(hours["open_ms"][0], hours["open_ms"][-1] + HOUR_MS, HOUR_MS)[-(most + 1) :]
    closes = np.full(len(grid), np.nan)
    inside = hours["open_ms"] >= grid[0]
    closes[(hours["open_ms"][inside] - grid[0]) // HOUR_MS] = hours["close"][inside]
    return grid[1:], np.diff(np.log(closes))


def _known(news: Worked | None, why: str) -> Worked:
    if news is None:
        raise NoData(why)
    return news
