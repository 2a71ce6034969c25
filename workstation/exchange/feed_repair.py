"""Fetches what the stream left out: whole books, and trades by their ids."""

import asyncio
import itertools
import time
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any, Protocol

from workstation.exchange.feed_report import FeedReport
from workstation.exchange.feed_wire import FeedNews
from workstation.exchange.symbol_feed import SymbolFeed
from workstation.exchange.venue_rest import VenueRest
from workstation.model.feed_status import TradesBackfilled

BOOK_RETRY_S = (0.1, 0.2, 0.3, 0.5, 0.5, 0.5, 1.0, 1.0, 2.0, 5.0)
TRADES_RETRY_S = (0.1, 0.2, 0.3, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 2.0, 5.0, 10.0, 10.0, 10.0)
"""Waits between attempts to fetch missing trades; after the last of them they are given up as lost."""

REORDER_S = 0.05
"""Trades that come in the wrong order mend themselves within this time."""

MISSED = "Missed trades are being fetched."
RENEWED_S = 1.0
"""A snapshot that comes with a new subscription is there within this time, or is asked for again."""

MOST_AT_ONCE = 4
"""Requests under way at the same time."""


class RepairedSession(Protocol):
    """What the repair needs of its session."""

    @property
    def venue(self) -> str: ...
    @property
    def feeds(self) -> Mapping[str, SymbolFeed]: ...
    @property
    def rest(self) -> VenueRest: ...
    @property
    def report(self) -> FeedReport: ...

    def flush(self) -> None:
        """Hand on all that was received so far."""

    def number(self) -> int:
        """The number of a message that is taken in now."""

    async def renew_book(self, symbol: str) -> bool:
        """Subscribe to a symbol's book anew where that brings a snapshot; False where a request does."""

    def tell(self, item: FeedNews) -> None:
        """Send news with the next frame."""

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run something beside, until the session ends."""

    def failed(self, what: str, error: Exception) -> float:
        """Note that a request failed; return how long the venue wants to be left alone, in seconds."""


class FeedRepair:
    """Watches the symbols of a session for holes and fills them, each symbol by itself."""

    def __init__(self, session: RepairedSession) -> None:
        self._session = session
        self._books: set[str] = set()
        self._trades: set[str] = set()
        self._requests = asyncio.Semaphore(MOST_AT_ONCE)
        self.under_way: dict[str, str] = {}
        """What is being mended now: a sentence by symbol."""

    def look(self, feed: SymbolFeed, now: float) -> None:
        """Begin what has to be mended of a symbol and is not under way; `now` in monotonic seconds."""
        symbol = feed.instrument.symbol
        if symbol not in self._books and (why := feed.guard.needs_snapshot(now)):
            self._books.add(symbol)
            self._begin(symbol, self._books, why, self._fetch_book(symbol), "book")
        if symbol in self._trades:
            return
        if feed.is_behind(now):
            self.reconcile(symbol)
        elif feed.chain.holes:
            self._trades.add(symbol)
            self._begin(symbol, self._trades, MISSED, self._fetch_holes(symbol), "trades")

    def reconcile(self, symbol: str) -> None:
        """Fetch what was traded since the newest trade known, as after a connection was lost."""
        feed = self._session.feeds.get(symbol)
        if feed is None or feed.chain.last_id < 0 or symbol in self._trades:
            return
        self._trades.add(symbol)
        self._begin(symbol, self._trades, MISSED, self._catch_up(symbol), "trades")

    def _begin(
        self, symbol: str, kind: set[str], why: str, work: Coroutine[Any, Any, None], name: str
    ) -> None:
        async def run() -> None:
            self.under_way[symbol] = why
            try:
                await work
            finally:
                kind.discard(symbol)
                if symbol not in self._books and symbol not in self._trades:
                    self.under_way.pop(symbol, None)

        self._session.spawn(run(), f"{name} of {symbol}")

    async def _fetch_book(self, symbol: str) -> None:
        session = self._session
        for delay in _endless(BOOK_RETRY_S):
            feed = session.feeds.get(symbol)
            if feed is None:
                return
            if await session.renew_book(symbol):
                await asyncio.sleep(max(delay, RENEWED_S))
                if feed.guard.needs_snapshot(time.monotonic()) is None:
                    return
                continue
            try:
                async with self._requests:
                    snapshot = await session.rest.snapshot(symbol)
            except Exception as error:
                delay = max(delay, session.failed(f"the book of {symbol}", error))
            else:
                session.flush()
                feed.add_snapshot(session.number(), time.time_ns(), snapshot)
                session.report.counters.snapshots += 1
                session.flush()
                if feed.guard.needs_snapshot(time.monotonic()) is None:
                    return
            await asyncio.sleep(delay)

    async def _fetch_holes(self, symbol: str) -> None:
        session = self._session
        await asyncio.sleep(REORDER_S)
        feed = session.feeds.get(symbol)
        if feed is None or not feed.chain.holes:
            return
        first, last = feed.chain.holes[0][0], feed.chain.holes[-1][1]
        missing = 0
        for delay in TRADES_RETRY_S:
            missing = sum(end + 1 - begin for begin, end in feed.chain.holes if end <= last)
            if not missing:
                return
            try:
                async with self._requests:
                    backfill = await session.rest.trades_between(symbol, first, last)
            except Exception as error:
                await asyncio.sleep(max(delay, session.failed(f"missed trades of {symbol}", error)))
                continue
            if backfill.rows:
                feed.add_fetched_trades(list(backfill.rows), time.time_ns(), time.monotonic())
            feed.close_hole(first, last)
            found = min(missing, backfill.found)
            session.tell(TradesBackfilled(session.venue, symbol, first, last, found, backfill.lost))
            return
        feed.close_hole(first, last)
        session.tell(TradesBackfilled(session.venue, symbol, first, last, 0, missing))

    async def _catch_up(self, symbol: str) -> None:
        session = self._session
        for delay in TRADES_RETRY_S:
            feed = session.feeds.get(symbol)
            if feed is None:
                return
            try:
                async with self._requests:
                    rows = await session.rest.recent_trades(symbol)
            except Exception as error:
                await asyncio.sleep(max(delay, session.failed(f"missed trades of {symbol}", error)))
                continue
            session.flush()
            known_id = feed.chain.last_id
            newer = [row for row in rows if row[1] > known_id]
            if newer:
                found = feed.add_fetched_trades(newer, time.time_ns(), time.monotonic())
                session.tell(TradesBackfilled(session.venue, symbol, newer[0][1], newer[-1][1], found, 0))
            return


def _endless(delays: tuple[float, ...]) -> Iterator[float]:
    return itertools.chain(delays, itertools.repeat(delays[-1]))
