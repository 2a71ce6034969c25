"""The past of a venue's symbols, asked for on the desk and answered by the feed process."""

import asyncio
import itertools
from collections.abc import Sequence

import numpy as np

from workstation.errors import HistoryUnavailable
from workstation.exchange.feed_wire import FetchHistory
from workstation.exchange.live_feed import LiveFeed
from workstation.market.candles import CANDLE
from workstation.model.columns import Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.history import FundingSettlement, HistoryKind, HistoryPage

ANSWER_S = 30.0
"""A question that has no answer by then is given up; it may be asked again."""


class LiveHistory:
    """`workstation.ports.VenueHistory` over a live feed."""

    def __init__(self, feed: LiveFeed) -> None:
        """Ask through `feed`, whose answers come here."""
        self._feed = feed
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[HistoryPage]] = {}
        feed.on_history = self._answered

    async def candles(self, symbol: str, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """See `VenueHistory.candles`."""
        page = await self._ask(symbol, HistoryKind.CANDLES, timeframe_ms, from_ms, to_ms)
        return np.frombuffer(page.candles, CANDLE)

    async def funding(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[FundingSettlement]:
        """See `VenueHistory.funding`."""
        return (await self._ask(symbol, HistoryKind.FUNDING, 0, from_ms, to_ms)).funding

    async def open_interest(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[OpenInterest]:
        """See `VenueHistory.open_interest`."""
        page = await self._ask(symbol, HistoryKind.OPEN_INTEREST, period_ms, from_ms, to_ms)
        return page.open_interest

    async def long_short(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[LongShortRatio]:
        """See `VenueHistory.long_short`."""
        return (await self._ask(symbol, HistoryKind.LONG_SHORT, period_ms, from_ms, to_ms)).long_short

    async def _ask(
        self, symbol: str, kind: HistoryKind, timeframe_ms: int, from_ms: int, to_ms: int
    ) -> HistoryPage:
        request_id = next(self._ids)
        answer: asyncio.Future[HistoryPage] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            if not self._feed.ask(FetchHistory(request_id, symbol, kind, timeframe_ms, from_ms, to_ms)):
                raise HistoryUnavailable("The feed process is not running: the past is asked for later.")
            async with asyncio.timeout(ANSWER_S):
                page = await answer
        except TimeoutError:
            raise HistoryUnavailable(
                f"{self._feed.venue} did not answer about the past of {symbol} in {ANSWER_S:g} s."
            ) from None
        finally:
            del self._waiting[request_id]
        if page.error:
            raise HistoryUnavailable(page.error, lasting=page.lasting)
        return page

    def _answered(self, page: HistoryPage) -> None:
        answer = self._waiting.get(page.request_id)
        if answer is not None and not answer.done():
            answer.set_result(page)
