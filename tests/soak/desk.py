"""A desk on a simulated exchange, watched: which trades came, how its books stand, what it says of itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.soak.venue import EngineBook, VenueProcess
from workstation.app import Workstation
from workstation.market.order_book import BookStatus, OrderBook
from workstation.model.columns import MarketBatch
from workstation.model.feed_status import FeedState, TradesBackfilled

LOOK_S = 0.01
REMEMBERED_BOOKS = 200


@dataclass(slots=True)
class SeenTrades:
    """The trades of one symbol that reached the desk."""

    first_id: int = -1
    last_id: int = -1
    rows: int = 0
    given_up: int = 0
    """Missing ones that are not waited for any more."""

    @property
    def missing(self) -> int:
        """Ids between the first and the last that have not come; negative if some came twice."""
        return 0 if self.first_id < 0 else self.last_id - self.first_id + 1 - self.rows - self.given_up


@dataclass(slots=True)
class WatchedDesk:
    """A workstation and what was seen of it.

    Attributes:
        backfills: told by the feed, in order.
        remember: the symbol whose books are remembered by update, for a comparison; None for none.
    """

    workstation: Workstation
    venue: VenueProcess
    trades: dict[str, SeenTrades] = field(default_factory=dict)
    backfills: list[TradesBackfilled] = field(default_factory=list)
    remember: str | None = None
    _books: dict[int, tuple[dict[float, float], dict[float, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = self.workstation.take

        def take(batch: MarketBatch) -> None:
            taken(batch)
            self._note(batch)

        self.workstation.take = take  # type: ignore[method-assign]
        self.workstation.bus.subscribe(TradesBackfilled, self.backfills.append)

    def _note(self, batch: MarketBatch) -> None:
        if len(batch.trades):
            seen, ids = self.trades.setdefault(batch.symbol, SeenTrades()), batch.trades["trade_id"]
            seen.first_id = int(ids.min()) if seen.first_id < 0 else min(seen.first_id, int(ids.min()))
            seen.last_id = max(seen.last_id, int(ids.max()))
            seen.rows += len(ids)
        if batch.symbol == self.remember and len(batch.updates):
            book = self.workstation.market.states[batch.symbol].book
            self._books[book.update_id] = (dict(book.bids), dict(book.asks))
            while len(self._books) > REMEMBERED_BOOKS:
                del self._books[next(iter(self._books))]

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is followed."""
        return self.workstation.market.symbols

    def book(self, symbol: str) -> OrderBook:
        """The desk's book of a symbol."""
        return self.workstation.market.states[symbol].book

    def is_flagged(self, symbol: str) -> bool:
        """Whether the desk says that a symbol's data are not to be relied on."""
        live = self.workstation.live
        assert live is not None
        status = live.symbol_status.get(symbol)
        return (
            status is None
            or status.state is not FeedState.LIVE
            or live.status.state is not FeedState.LIVE
            or self.book(symbol).status is not BookStatus.LIVE
        )

    def age_s(self, symbol: str) -> float:
        """Seconds since anything of a symbol came; 0 before the first."""
        last = self.workstation.market.states[symbol].health.last_data
        return 0.0 if last is None else time.monotonic() - last

    async def until(self, done: Callable[[], bool], timeout_s: float = 30.0, what: str = "this") -> float:
        """Wait until something is so; return how long that took.

        Raises:
            TimeoutError: it was not so in time.
        """
        began = time.monotonic()
        while not done():
            if time.monotonic() - began > timeout_s:
                raise TimeoutError(f"{what} was not so within {timeout_s:g} s: {self.words()}")
            await asyncio.sleep(LOOK_S)
        return time.monotonic() - began

    def words(self) -> str:
        """How everything stands, for a message."""
        live = self.workstation.live
        assert live is not None
        of_symbols = [
            f"{symbol} {live.symbol_status[symbol].state.value if symbol in live.symbol_status else '-'} "
            f"{state.book.status.value} missing {self.trades.get(symbol, SeenTrades()).missing}"
            for symbol, state in self.workstation.market.states.items()
        ]
        return f"venue {live.status.state.value} {live.status.words}; " + "; ".join(of_symbols)

    async def until_live(self, timeout_s: float = 30.0) -> None:
        """Wait until every symbol is followed, its book whole, its trades coming."""
        live = self.workstation.live
        assert live is not None
        await self.until(
            lambda: bool(self.symbols) and not any(map(self.is_flagged, self.symbols)), timeout_s, "live"
        )

    def has(self, emitted: dict[str, dict[str, int]]) -> bool:
        """Whether the desk has, whole and unflagged, all that the engine had emitted."""
        for symbol in self.symbols:
            truth, seen = emitted[symbol], self.trades.get(symbol)
            if self.is_flagged(symbol) or self.book(symbol).update_id < truth["last_update_id"]:
                return False
            if seen is not None and (seen.missing > 0 or seen.last_id < truth["last_trade_id"]):
                return False
        return True

    def give_up(self) -> None:
        """Wait no longer for trades that are missing now; the store will be found to lack them."""
        for seen in self.trades.values():
            seen.given_up += max(0, seen.missing)

    async def until_current(self, timeout_s: float = 30.0) -> float:
        """Wait until the desk has all that the engine has emitted by now; return how long that took."""
        began = time.monotonic()
        emitted = (await self.venue.state())["emitted"]
        await self.until(lambda: self.has(emitted), timeout_s, "current")
        return time.monotonic() - began

    async def compare_book(self, symbol: str, attempts: int = 50) -> bool:
        """Whether the desk's book is the engine's, level by level, after one and the same update.

        An update in the middle of a batch has no book of its own at the desk: then another is tried.

        Raises:
            TimeoutError: no update could be compared.
        """
        self._books.clear()
        self.remember = symbol
        try:
            for _ in range(attempts):
                truth = await self.venue.book(symbol)
                book = self.book(symbol)
                await self.until(partial(_has_reached, book, truth.update_id), what="the book's update")
                if book.update_id == truth.update_id and book.status is BookStatus.LIVE:
                    return _equal(truth, (book.bids, book.asks))
                if truth.update_id in self._books:
                    return _equal(truth, self._books[truth.update_id])
            raise TimeoutError(f"no update of {symbol} in {attempts} could be compared")
        finally:
            self.remember = None


def _has_reached(book: OrderBook, update_id: int) -> bool:
    return book.update_id >= update_id


def _equal(truth: EngineBook, book: tuple[dict[float, float], dict[float, float]]) -> bool:
    """Compare every level that the engine tells; a follower may know more, further away from the price."""
    assert truth.bids
    assert truth.asks
    bids, asks = book
    low, high = min(truth.bids, default=0.0), max(truth.asks, default=0.0)
    near_bids = {price: size for price, size in bids.items() if price >= low}
    near_asks = {price: size for price, size in asks.items() if price <= high}
    return (near_bids, near_asks) == (truth.bids, truth.asks)


@asynccontextmanager
async def watched(
    venue: VenueProcess, symbols: Sequence[str], data_dir: Path | None
) -> AsyncIterator[WatchedDesk]:
    """Run a headless desk that follows `symbols`, live when this begins, until this ends."""
    workstation = Workstation.for_venue("simulated", symbols, data_dir, base_url=venue.url)
    desk = WatchedDesk(workstation, venue)
    await workstation.start()
    try:
        await desk.until_live()
        yield desk
    finally:
        await workstation.stop()
