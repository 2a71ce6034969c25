"""A desk without a window on a live feed: the market, what was said of it and when, for tests."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import aiohttp
import numpy as np

from workstation.exchange.feed_wire import FeedNews
from workstation.exchange.live_feed import LiveFeed
from workstation.market.order_book import BookStatus
from workstation.market.state import Market
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import DerivativeNews
from workstation.model.feed_status import FeedState, FeedStatus, TradesBackfilled
from workstation.model.instrument import Instrument
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock

PATIENCE_S = 45.0
"""A made market has quiet stretches, as a real one has."""


class LiveDesk:
    """Takes in what a live feed brings and remembers what tests ask about."""

    def __init__(self, feed: LiveFeed) -> None:
        self.feed = feed
        self.market = Market(Bus(), SystemClock())
        self.news: list[FeedNews] = []
        self.said: list[tuple[float, FeedStatus]] = []
        self.trade_ids: dict[str, list[int]] = {}
        self.seqs: dict[str, list[int]] = {}
        self._task: asyncio.Task[None] | None = None
        feed.on_instruments = self._follow
        feed.on_news = self._take_news

    def _follow(self, instruments: Sequence[Instrument]) -> None:
        for instrument in instruments:
            self.market.add(instrument)

    def _take_news(self, item: FeedNews) -> None:
        self.news.append(item)
        if isinstance(item, DerivativeNews | FeedStatus):
            self.market.take_news(item)
        if isinstance(item, FeedStatus):
            self.said.append((time.monotonic(), item))

    def take(self, batch: MarketBatch) -> None:
        self.market.apply(batch)
        self.trade_ids.setdefault(batch.symbol, []).extend(batch.trades["trade_id"].tolist())
        seqs = self.seqs.setdefault(batch.symbol, [])
        for rows in (batch.trades, batch.quotes, batch.updates):
            assert bool((np.diff(rows["seq"]) >= 0).all())
            assert not len(rows) or not seqs or int(rows["seq"][0]) > seqs[-1]
        seqs.append(batch.last_seq)

    def start(self) -> None:
        self._task = asyncio.create_task(self.feed.run(self.take))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def until(self, what: Callable[[], Any], within_s: float = PATIENCE_S) -> float:
        """Wait until `what()` is true; return how long it took."""
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < within_s, (
                f"not within {within_s} s; said last: {self.said[-5:]}"
            )
            await asyncio.sleep(0.01)
        return time.monotonic() - began

    def is_live(self, *symbols: str) -> bool:
        return all(
            self.state_of(symbol) is FeedState.LIVE
            and self.market.states[symbol].book.status is BookStatus.LIVE
            for symbol in symbols
        )

    def state_of(self, symbol: str) -> FeedState | None:
        status = self.feed.symbol_status.get(symbol)
        return status.state if status else None

    def states_since(self, since: float, symbol: str) -> list[FeedState]:
        return [status.state for at, status in self.said if at >= since and status.symbol == symbol]

    @property
    def backfills(self) -> list[TradesBackfilled]:
        return [item for item in self.news if isinstance(item, TradesBackfilled)]

    def assert_no_trade_is_missing(self) -> None:
        for symbol, ids in self.trade_ids.items():
            assert not ids or ids == list(range(ids[0], ids[0] + len(ids))), (
                f"{symbol}: ids are missing or out of order"
            )


class Venue:
    """The admin side of a simulated exchange."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def get(self, path: str) -> Any:
        async with self._session.get(self.url + path) as answer:
            return await answer.json()

    async def fault(self, *faults: dict[str, Any]) -> None:
        """Let something go wrong, now."""
        async with self._session.post(self.url + "/admin/faults", json=list(faults)) as answer:
            assert answer.status == 200, await answer.text()

    async def book_differs(self, desk: LiveDesk, symbol: str) -> str | None:
        """Compare the desk's book with the engine's at the same update; None where they are equal."""
        truth = (await self.get(f"/admin/state?symbol={symbol}&align=1&levels=1000"))["book"]
        book = desk.market.states[symbol].book
        with contextlib.suppress(AssertionError):
            await desk.until(lambda: book.update_id >= truth["last_update_id"], 2.0)
        if book.update_id != truth["last_update_id"]:
            return "passed by"
        for side, held in (("bids", book.bids), ("asks", book.asks)):
            levels = {float(price): float(size) for price, size in truth[side]}
            if any(held.get(price) != size for price, size in levels.items()):
                return f"{side} differ at {book.update_id}"
        return None


@contextlib.asynccontextmanager
async def following(feed: LiveFeed, *live: str) -> AsyncIterator[LiveDesk]:
    """A desk that follows, once `live` are live."""
    desk = LiveDesk(feed)
    desk.start()
    try:
        await desk.until(lambda: desk.market.states and desk.is_live(*live))
        yield desk
    finally:
        await desk.stop()
