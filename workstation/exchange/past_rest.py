"""The past of a venue through ccxt, in the feed process: candles, settled funding, open interest, ratios."""

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np

from workstation.errors import HistoryUnavailable
from workstation.exchange.feed_wire import FetchHistory
from workstation.market.candles import CANDLE
from workstation.model.columns import Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.history import FundingSettlement, HistoryKind, HistoryPage

MOST_PAGES = 200
"""Pages asked for one question at most: a venue that answers the same page for ever is left alone."""

CANDLES_A_PAGE = 1_000
FUNDING_A_PAGE = 1_000
OPEN_INTEREST_A_PAGE = 500
HOUR_MS = 3_600_000


class CcxtPast:
    """The past as ccxt gives it for any venue; errors are ccxt's own, or `HistoryUnavailable`.

    Attributes:
        ratios_a_page: long/short ratios in one answer.
    """

    ratios_a_page: ClassVar[int] = 500

    def __init__(self, exchange: Any, venue: str, title: str) -> None:
        """Use `exchange`; what is returned carries the name `venue`, sentences the name `title`."""
        self._exchange = exchange
        self._venue = venue
        self._title = title

    async def candles(self, market: Any, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """Rows of CANDLE that open in from_ms ≤ time < to_ms, oldest first."""
        self._require("fetchOHLCV", "candles")
        timeframe = self._timeframe(timeframe_ms, "candles")
        rows: list[Sequence[Any]] = []
        since = from_ms
        for _ in range(MOST_PAGES):
            page = await self._exchange.fetch_ohlcv(market["symbol"], timeframe, since, CANDLES_A_PAGE)
            fresh = [row for row in page if since <= row[0] < to_ms]
            rows += fresh
            if not fresh or fresh[-1][0] + timeframe_ms >= to_ms:
                break
            since = fresh[-1][0] + timeframe_ms
        candles = np.empty(len(rows), CANDLE)
        for index, row in enumerate(rows):
            candles[index] = (*row[:6], np.nan, -1)
        return candles

    async def funding(self, market: Any, from_ms: int, to_ms: int) -> list[FundingSettlement]:
        """Funding settled in from_ms ≤ time < to_ms, oldest first."""
        self._require("fetchFundingRateHistory", "settled funding")
        rates: dict[int, Decimal] = {}
        since = from_ms
        for _ in range(MOST_PAGES):
            page = await self._exchange.fetch_funding_rate_history(market["symbol"], since, FUNDING_A_PAGE)
            fresh = sorted(
                (int(row["timestamp"]), row["fundingRate"]) for row in page if row["timestamp"] >= since
            )
            rates |= {_whole_second(at_ms): Decimal(str(rate)) for at_ms, rate in fresh if at_ms < to_ms}
            if not fresh or fresh[-1][0] >= to_ms or len(page) < 2:
                break
            since = fresh[-1][0] + 1
        times = sorted(rates)
        hours = _hours_between(times)
        return [
            FundingSettlement(self._venue, str(market["id"]), at_ms, rates[at_ms], interval)
            for at_ms, interval in zip(times, hours, strict=True)
        ]

    async def open_interest(
        self, market: Any, period_ms: int, from_ms: int, to_ms: int
    ) -> list[OpenInterest]:
        """Open interest once a period in from_ms ≤ time < to_ms, oldest first."""
        self._require("fetchOpenInterestHistory", "past open interest")
        period = self._timeframe(period_ms, "open interest")
        samples: dict[int, OpenInterest] = {}
        since = from_ms
        for _ in range(MOST_PAGES):
            page = await self._exchange.fetch_open_interest_history(
                market["symbol"], period, since, OPEN_INTEREST_A_PAGE
            )
            fresh = sorted((row for row in page if row["timestamp"] >= since), key=lambda r: r["timestamp"])
            for row in fresh:
                at_ms = int(row["timestamp"])
                size = row["openInterestAmount"]
                if at_ms < to_ms and size is not None:
                    value = row["openInterestValue"]
                    samples[at_ms] = OpenInterest(
                        self._venue,
                        str(market["id"]),
                        at_ms,
                        Decimal(str(size)),
                        None if value is None else Decimal(str(value)),
                    )
            if not fresh or fresh[-1]["timestamp"] + period_ms >= to_ms:
                break
            since = int(fresh[-1]["timestamp"]) + 1
        return [samples[at_ms] for at_ms in sorted(samples)]

    async def long_short(self, market: Any, period_ms: int, from_ms: int, to_ms: int) -> list[LongShortRatio]:
        """Long/short ratios of accounts, sampled once a period in from_ms ≤ time < to_ms, oldest first."""
        self._require("fetchLongShortRatioHistory", "long/short ratios")
        ratios: dict[int, Decimal] = {}
        since = from_ms
        for _ in range(MOST_PAGES):
            # Asked for by both ends: venues that page from the newest give the stretch that was meant.
            until = min(to_ms, since + self.ratios_a_page * period_ms) - 1
            page = await self._ratios(market, self._timeframe(period_ms, "ratios"), since, until)
            ratios |= {at_ms: ratio for at_ms, ratio in page if since <= at_ms <= until}
            since = until + 1
            if since >= to_ms:
                break
        tops = await self._top_positions(market, period_ms, from_ms, to_ms)
        return [
            LongShortRatio(self._venue, str(market["id"]), at_ms, ratios[at_ms], tops.get(at_ms))
            for at_ms in sorted(ratios)
        ]

    async def _ratios(
        self, market: Any, period: str, from_ms: int, until_ms: int
    ) -> list[tuple[int, Decimal]]:
        """Times and ratios of up to a page, both ends included."""
        rows = await self._exchange.fetch_long_short_ratio_history(
            market["symbol"], period, from_ms, self.ratios_a_page, self._stretch(from_ms, until_ms)
        )
        return [
            (int(row["timestamp"]), Decimal(str(row["longShortRatio"])))
            for row in rows
            if row["longShortRatio"] is not None
        ]

    def _stretch(self, from_ms: int, until_ms: int) -> dict[str, Any]:
        """What asks for a stretch of ratios, in the venue's own words where ccxt has none."""
        del from_ms
        return {"until": until_ms}

    async def _top_positions(
        self, market: Any, period_ms: int, from_ms: int, to_ms: int
    ) -> dict[int, Decimal]:
        """The ratios of the largest accounts' positions by time; none where the venue does not tell them."""
        del market, period_ms, from_ms, to_ms
        return {}

    def _timeframe(self, timeframe_ms: int, what: str) -> str:
        """ccxt's name of a timeframe of so many milliseconds."""
        for name in self._exchange.timeframes or ():
            if self._exchange.parse_timeframe(name) * 1_000 == timeframe_ms:
                return str(name)
        raise HistoryUnavailable(
            f"{self._title} has no {what} of {timeframe_ms // 1_000:,} s.".replace(",", "\u2009"),
            lasting=True,
        )

    def _require(self, capability: str, what: str) -> None:
        if not self._exchange.has.get(capability):
            raise HistoryUnavailable(f"{self._title} does not tell {what}.", lasting=True)


class BinancePast(CcxtPast):
    """Binance's past: its candles also say what takers bought and how many trades there were."""

    async def candles(self, market: Any, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """See `CcxtPast.candles`."""
        request = {
            "symbol": market["id"],
            "interval": self._timeframe(timeframe_ms, "candles"),
            "endTime": to_ms - 1,
            "limit": CANDLES_A_PAGE,
        }
        rows: list[Sequence[Any]] = []
        since = from_ms
        for _ in range(MOST_PAGES):
            page = await self._exchange.fapiPublicGetKlines({**request, "startTime": since})
            rows += page
            if len(page) < CANDLES_A_PAGE:
                break
            since = int(page[-1][0]) + timeframe_ms
        candles = np.empty(len(rows), CANDLE)
        for index, row in enumerate(rows):
            open_ms, *prices_and_volume = row[:6]
            candles[index] = (
                int(open_ms),
                *(float(number) for number in prices_and_volume),
                float(row[9]),
                int(row[8]),
            )
        return candles

    async def _top_positions(
        self, market: Any, period_ms: int, from_ms: int, to_ms: int
    ) -> dict[int, Decimal]:
        tops: dict[int, Decimal] = {}
        since = from_ms
        while since < to_ms:
            until = min(to_ms, since + self.ratios_a_page * period_ms) - 1
            rows = await self._exchange.fapiDataGetTopLongShortPositionRatio(
                {
                    "symbol": market["id"],
                    "period": self._timeframe(period_ms, "ratios"),
                    "startTime": since,
                    "endTime": until,
                    "limit": self.ratios_a_page,
                }
            )
            tops |= {int(row["timestamp"]): Decimal(row["longShortRatio"]) for row in rows}
            since = until + 1
        return tops


class BybitPast(CcxtPast):
    """Bybit's past: it takes the stretch of its ratios in words that ccxt does not hand on."""

    async def _ratios(
        self, market: Any, period: str, from_ms: int, until_ms: int
    ) -> list[tuple[int, Decimal]]:
        return await super()._ratios(market, period.replace("m", "min"), from_ms, until_ms)

    def _stretch(self, from_ms: int, until_ms: int) -> dict[str, Any]:
        return {"startTime": from_ms, "endTime": until_ms}


class OkxPast(CcxtPast):
    """OKX's past: its ratios come by the hundred."""

    ratios_a_page = 100


async def fetch_history(past: CcxtPast, market: Any, venue: str, asked: FetchHistory) -> HistoryPage:
    """Ask for what a command wants and return the answer."""
    symbol, request_id = asked.symbol, asked.request_id
    if asked.kind is HistoryKind.FUNDING:
        funding = await past.funding(market, asked.from_ms, asked.to_ms)
        return HistoryPage(venue, symbol, request_id, funding=tuple(funding))
    if asked.kind is HistoryKind.OPEN_INTEREST:
        samples = await past.open_interest(market, asked.timeframe_ms, asked.from_ms, asked.to_ms)
        return HistoryPage(venue, symbol, request_id, open_interest=tuple(samples))
    if asked.kind is HistoryKind.LONG_SHORT:
        ratios = await past.long_short(market, asked.timeframe_ms, asked.from_ms, asked.to_ms)
        return HistoryPage(venue, symbol, request_id, long_short=tuple(ratios))
    candles = await past.candles(market, asked.timeframe_ms, asked.from_ms, asked.to_ms)
    return HistoryPage(venue, symbol, request_id, candles=candles.tobytes())


def _whole_second(at_ms: int) -> int:
    return round(at_ms / 1_000) * 1_000


def _hours_between(times: list[int]) -> list[float]:
    """Hours from each settlement's predecessor to it; the first has those of the second."""
    hours = [round((after - before) / HOUR_MS, 3) for before, after in itertools.pairwise(times)]
    return [*hours[:1], *hours] if hours else [8.0] * len(times)
