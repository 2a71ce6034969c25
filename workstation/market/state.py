"""The live truth about each symbol: what panels read and batches change."""

from collections import deque
from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from workstation.market.candles import CandleSeries, coarser_candles
from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.order_book import BookStatus, BookTop, BookUpdate, OrderBook, unpack
from workstation.market.past_news import PastNews
from workstation.market.quote_check import QuoteCheck
from workstation.market.series import SymbolSeries
from workstation.model.columns import QUOTE, TRADE, MarketBatch, Records
from workstation.model.derivatives import (
    DatedPrice,
    DerivativeNews,
    FundingRate,
    Liquidation,
    LongShortRatio,
    MarkPrice,
    OpenInterest,
    SpotPrice,
    Ticker,
)
from workstation.model.feed_status import FeedStatus
from workstation.model.instrument import Instrument
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock
from workstation.runtime.rings import Ring

KEPT_TRADES = 200_000
KEPT_LIQUIDATIONS = 2_000
KEPT_SETTLES = 256
BASE_TIMEFRAME_MS = 1_000


@dataclass(frozen=True, slots=True)
class MarketReset:
    """The market of a symbol begins anew (a replay was rewound): what was drawn from it is void."""

    symbol: str


@dataclass(slots=True)
class SessionStats:
    """What has happened since the first trade held."""

    open: float = nan
    high: float = nan
    low: float = nan
    volume: float = 0.0
    buy_volume: float = 0.0
    quote_volume: float = 0.0
    """Σ price · size: quote units for linear and spot; without meaning for inverse contracts."""

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE."""
        prices, sizes = trades["price"], trades["size"]
        if isnan(self.open):
            self.open = float(prices[0])
        self.high = float(np.fmax(self.high, prices.max()))
        self.low = float(np.fmin(self.low, prices.min()))
        self.volume += float(sizes.sum())
        self.buy_volume += float(sizes[trades["side"] > 0].sum())
        self.quote_volume += float(prices @ sizes)


class FeedHealth:
    """How well a symbol's data arrive."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._recent: deque[tuple[float, int]] = deque()
        self.trades = 0
        self.quotes = 0
        self.depth_updates = 0
        self.snapshots = 0
        self.bad_messages = 0
        """Messages the feed could not read, of any symbol of the source."""
        self.lag_ms = 0.0
        """How long after it was due the newest batch was applied; 0 at full speed."""
        self.last_data: float | None = None
        """Monotonic seconds of the newest batch; None before the first."""
        self.last_trade: float | None = None
        """The same of the newest that brought a trade, a quote, or a change of the book."""
        self.last_quote: float | None = None
        self.last_book: float | None = None
        self.last_news: dict[type, float] = {}
        """The same of the newest mark price, funding rate …, by its class."""

    def add_batch(self, batch: MarketBatch) -> None:
        """Count a batch."""
        snapshots = int(np.count_nonzero(batch.updates["is_snapshot"]))
        self.trades += len(batch.trades)
        self.quotes += len(batch.quotes)
        self.snapshots += snapshots
        self.depth_updates += len(batch.updates) - snapshots
        now = self._clock.monotonic()
        self.last_data = now
        if len(batch.trades):
            self.last_trade = now
        if len(batch.quotes):
            self.last_quote = now
        if len(batch.updates):
            self.last_book = now
        self._recent.append((now, batch.events))
        self._forget(now)

    @property
    def event_rate(self) -> float:
        """Messages per second over the last second."""
        self._forget(self._clock.monotonic())
        return float(sum(events for _, events in self._recent))

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0][0] < now - 1.0:
            self._recent.popleft()


class SymbolState:
    """Everything known about one instrument: book, grid, tape, candles and the health of its data."""

    def __init__(self, instrument: Instrument, clock: Clock, kept: int = KEPT_TRADES) -> None:
        """Know nothing yet.

        Args:
            instrument: what it is about.
            clock: tells when data come.
            kept: newest trades that are held, and a quarter as many quotes.
        """
        self.instrument = instrument
        self._clock = clock
        self.trades = Ring(TRADE, kept)
        self.quotes = Ring(QUOTE, max(1, kept // 4))
        self.seconds = CandleSeries(BASE_TIMEFRAME_MS)
        self._candles: dict[int, CandleSeries] = {BASE_TIMEFRAME_MS: self.seconds}
        self.past = PastNews()
        """Settled funding and past open interest, as the venue has told them."""
        self._begin()

    def _begin(self) -> None:
        self.book = OrderBook(self.instrument)
        self.grid: DepthGrid | None = None
        """The depth grid; None until the first snapshot of the book."""
        self.quote_check = QuoteCheck(self.quotes)
        self.session = SessionStats()
        self.health = FeedHealth(self._clock)
        self.last_price = nan
        self.last_side = 0
        """Taker's side of the newest trade: +1 bought, -1 sold, 0 before the first."""
        self.market_ms = 0
        """Newest venue time seen; 0 before the first."""
        self._book_ms = 0
        self.mark: MarkPrice | None = None
        """The newest of each, as the venue said it; None before the first."""
        self.funding: FundingRate | None = None
        self.open_interest: OpenInterest | None = None
        self.ticker: Ticker | None = None
        self.spot: SpotPrice | None = None
        self.long_short: LongShortRatio | None = None
        self.settles: dict[int, float] = {}
        """Hours of the interval that each coming settlement was last said to end, by its time."""
        self.dated: dict[str, DatedPrice] = {}
        """The newest price of each dated future, by its symbol; a change makes another mapping."""
        self.series = SymbolSeries()
        """How mark, funding and open interest went."""
        self.liquidations: deque[Liquidation] = deque(maxlen=KEPT_LIQUIDATIONS)
        """The newest, oldest first."""
        self.status: FeedStatus | None = None
        """How the data arrive, as the feed last said; None for a replay."""

    def candles(self, timeframe_ms: int) -> CandleSeries:
        """Return the live candles of a timeframe.

        Args:
            timeframe_ms: a whole number of seconds, in milliseconds.

        Raises:
            ValueError: the timeframe is not a whole number of seconds.
        """
        if timeframe_ms <= 0 or timeframe_ms % BASE_TIMEFRAME_MS:
            raise ValueError(f"a timeframe is a whole number of seconds, not {timeframe_ms} ms")
        series = self._candles.get(timeframe_ms)
        if series is None:
            series = CandleSeries(timeframe_ms)
            series.add_candles(coarser_candles(self.seconds.rows(), timeframe_ms))
            self._candles[timeframe_ms] = series
        return series

    @property
    def timeframes(self) -> tuple[int, ...]:
        """Timeframes (ms) of the candles that are kept up to date, because somebody asked for them."""
        return tuple(self._candles)

    def apply(self, batch: MarketBatch) -> None:
        """Take in one batch of this instrument."""
        self.health.add_batch(batch)
        if len(batch.trades):
            self._apply_trades(batch.trades)
        if len(batch.quotes):
            self.quotes.append(batch.quotes)
            self.quote_check.add_quotes(len(batch.quotes))
        if len(batch.updates):
            self._apply_updates(batch.updates, batch.levels)

    def take_news(self, news: DerivativeNews | FeedStatus) -> None:
        """Take in what came of this instrument beside columns."""
        self.health.last_news[type(news)] = self._clock.monotonic()
        if isinstance(news, MarkPrice | FundingRate | OpenInterest | SpotPrice):
            self.series.take(news)
        if isinstance(news, MarkPrice):
            self.mark = news
        elif isinstance(news, FundingRate):
            self.funding = news
            self.settles[news.next_funding_ms] = news.interval_hours
            if len(self.settles) > KEPT_SETTLES:
                del self.settles[min(self.settles)]
        elif isinstance(news, OpenInterest):
            self.open_interest = news
        elif isinstance(news, Ticker):
            self.ticker = news
        elif isinstance(news, SpotPrice):
            self.spot = news
        elif isinstance(news, LongShortRatio):
            self.long_short = news
        elif isinstance(news, DatedPrice):
            kept = {name: price for name, price in self.dated.items() if price.expires_ms > news.event_ms}
            self.dated = {**kept, news.future: news}
        elif isinstance(news, Liquidation):
            self.liquidations.append(news)
        else:
            self.status = news

    def clear(self) -> None:
        """Forget everything but the instrument, as before the first batch."""
        self.trades.clear()
        self.quotes.clear()
        for series in self._candles.values():
            series.clear()
        self._begin()

    def _apply_trades(self, trades: Records) -> None:
        self.trades.append(trades)
        for series in self._candles.values():
            series.add_trades(trades)
        self.session.add_trades(trades)
        self.last_price = float(trades["price"][-1])
        self.last_side = int(trades["side"][-1])
        self.market_ms = max(self.market_ms, int(trades["event_ms"][-1]))

    def _apply_updates(self, updates: Records, levels: Records) -> None:
        """Apply updates in steps that end where a bucket or a snapshot does.

        So each depth column closes on the book of its own end, and the grid reads a snapshot before anything
        that follows it: the cells do not depend on how the updates were batched.
        """
        # The venue's clock only moves forward here; a snapshot without a time has that of the update before.
        times = np.maximum.accumulate(np.maximum(updates["event_ms"], self._book_ms))
        ends = np.cumsum(updates["levels"])
        cuts = np.flatnonzero(np.diff(times // BUCKET_MS).astype(bool) | updates["is_snapshot"][:-1]) + 1
        unpacked = unpack(updates, levels)
        first = first_level = 0
        tops: list[BookTop] = []
        for end in (*cuts.tolist(), len(updates)):
            end_level = int(ends[end - 1])
            self._apply_step(
                unpacked[first:end], levels[first_level:end_level], int(times[first]), int(times[end - 1])
            )
            tops += self.book.tops
            first, first_level = end, end_level
        self.quote_check.add_tops(tops)
        if self.grid is not None:
            self.grid.settle()
        self._book_ms = int(times[-1])
        self.market_ms = max(self.market_ms, self._book_ms)

    def _apply_step(self, updates: list[BookUpdate], levels: Records, first_ms: int, last_ms: int) -> None:
        if self.grid is not None and first_ms:
            self.grid.advance(first_ms)
        replaced = self.book.apply_unpacked(updates)
        if self.book.status is not BookStatus.LIVE:
            return
        if self.grid is None:
            if self.book.bids or self.book.asks:
                self.grid = DepthGrid(self.instrument, self.book)
                if last_ms:
                    self.grid.advance(last_ms)
        elif replaced:
            self.grid.replace(last_ms)
        else:
            self.grid.take(levels, last_ms)


class Market:
    """Every symbol's state, by symbol."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.states: dict[str, SymbolState] = {}

    def add(self, instrument: Instrument) -> SymbolState:
        """Begin to follow an instrument."""
        state = SymbolState(instrument, self._clock)
        self.states[instrument.symbol] = state
        return state

    def remove(self, symbol: str) -> None:
        """Follow an instrument no longer; nothing happens if it is not followed."""
        self.states.pop(symbol, None)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols followed, in the order they were added."""
        return tuple(self.states)

    def state(self, symbol: str) -> SymbolState | None:
        """Return a symbol's state; None if it is not followed."""
        return self.states.get(symbol)

    def apply(self, batch: MarketBatch) -> SymbolState:
        """Take in one batch.

        Raises:
            KeyError: the batch's symbol is not followed.
        """
        state = self.states[batch.symbol]
        state.apply(batch)
        return state

    def take_news(self, news: DerivativeNews | FeedStatus) -> None:
        """Take in what came beside columns and publish it on the bus, after the state has it."""
        state = None if news.symbol is None else self.states.get(news.symbol)
        if state is not None:
            state.take_news(news)
        self._bus.publish(news)

    def reset(self) -> None:
        """Forget what every symbol did and say so on the bus, as when a replay is rewound."""
        for symbol, state in self.states.items():
            state.clear()
            self._bus.publish(MarketReset(symbol))
