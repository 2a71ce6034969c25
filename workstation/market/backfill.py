"""Fills the past in when a symbol is looked at: candles, settled funding, open interest, ratios."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import NoReturn

import numpy as np

from workstation.errors import HistoryUnavailable
from workstation.market.candle_merge import CandleSource, ToldCandles, continued_candle, merged_candles
from workstation.market.candles import coarser_candles
from workstation.market.coverage import TradeCoverage
from workstation.market.ranges import Range, joined_ranges, missing_ranges
from workstation.market.state import BASE_TIMEFRAME_MS, Market, SymbolState
from workstation.model.columns import Records
from workstation.model.history import HistoryKind
from workstation.ports import History, PastStore, VenueHistory
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock

LOOK_S = 0.25
CANDLES_BACK = 1_500
HOURS_BACK = 2_200
"""Ninety days of hours, which correlations of a month are held against, and some."""
CANDLES_A_REQUEST = 500
"""Small pages, newest first: the chart is full at once, and other questions get their turn in between."""

SETTLED_AFTER_MS = 2_000
"""Venues go on correcting a candle for a moment after it has closed."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
FUNDING_BACK_MS = 365 * DAY_MS
# Of the first settlement of an answer the interval is only known from others: some more are asked for.
FUNDING_OVERLAP_MS = 25 * HOUR_MS
OPEN_INTEREST_BACK_MS = 2 * DAY_MS
HEARD_BACK_MS = 2 * DAY_MS
OPEN_INTEREST_PERIOD_MS = 300_000
OPEN_INTEREST_EVERY_MS = 1_800_000
# Venues keep thirty days and refuse what is asked of before: hours of one day less, once.
RATIO_BACK_MS = 29 * DAY_MS
RATIO_PERIOD_MS = HOUR_MS

RETRY_S = (2.0, 5.0, 15.0, 60.0)


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """How far the past of one series is filled in; published on the bus whenever that changes.

    Attributes:
        venue, symbol: the instrument.
        kind: what is fetched.
        timeframe_ms: of candles, or the period of open interest; 0 for funding.
        share: of what is wanted, 0 … 1.
        finished: nothing more is asked for now.
        words: why not all of it is there, one sentence; empty while all is well.
    """

    venue: str
    symbol: str
    kind: HistoryKind
    timeframe_ms: int
    share: float
    finished: bool
    words: str = ""


@dataclass(slots=True, eq=False)
class _Series:
    """One series of one symbol: what is known of it and what has gone wrong."""

    symbol: str
    kind: HistoryKind
    timeframe_ms: int
    covered: list[Range] | None = None  # None until the store has been asked
    told: ToldCandles = field(default_factory=ToldCandles)
    open_candle: Records | None = None  # the newest, told while it was open
    open_as_of_ms: int = 0
    open_asked_ms: int = -1  # opening time of the newest candle that was asked for while it was open
    failures: int = 0
    retry_at: float = 0.0
    refused: bool = False  # for good
    progress: BackfillProgress | None = None


class Backfill:
    """Fetches what is missing of the past of one venue's markets, one question at a time.

    Candles are fetched for the timeframes that somebody looks at, and put together with those of our own
    trades: candles that hold every trade we were sent stay as they are; those that begin before our first
    trade, or have a hole, are replaced by the venue's. A candle that is still open is told once and goes on
    with our trades; when it has closed it is told again. Nothing that the store says is covered is asked for.
    """

    def __init__(
        self,
        venue: str,
        market: Market,
        history: VenueHistory,
        coverage: Callable[[str], TradeCoverage],
        store: PastStore | None,
        bus: Bus,
        clock: Clock,
    ) -> None:
        """Fill the past of `market` in.

        Args:
            venue: the name under which it is stored.
            history: the venue.
            coverage: which stretches of time hold every trade of a symbol.
            store: keeps what was told; None to ask again in every session.
        """
        self._venue = venue
        self._market = market
        self._history = history
        self._coverage = coverage
        self._store = store
        self._bus = bus
        self._clock = clock
        self._series: dict[tuple[str, HistoryKind, int], _Series] = {}

    async def run(self) -> NoReturn:
        """Fetch what is missing whenever something is, until cancelled."""
        while True:
            if not await self.step():
                await asyncio.sleep(LOOK_S)

    async def step(self) -> bool:
        """Ask one question for each series that lacks something; return whether any was asked."""
        asked = False
        for series in self._wanted():
            state = self._market.state(series.symbol)
            if state is None or not state.market_ms or series.refused:
                continue
            if self._clock.monotonic() < series.retry_at:
                continue
            if series.covered is None:
                await self._load(series, state)
            fetch = self._next_question(series, state)
            if fetch is None:
                self._tell(series, state)
                continue
            asked = True
            await self._ask(series, state, fetch)
        return asked

    def _wanted(self) -> list[_Series]:
        """Every series that is to be filled in; those somebody looks at come first."""
        keys = [
            (symbol, HistoryKind.CANDLES, timeframe_ms)
            for symbol, state in self._market.states.items()
            for timeframe_ms in state.timeframes
            if timeframe_ms != BASE_TIMEFRAME_MS
        ]
        for symbol in self._market.states:
            keys.append((symbol, HistoryKind.FUNDING, 0))
            keys.append((symbol, HistoryKind.OPEN_INTEREST, OPEN_INTEREST_PERIOD_MS))
            keys.append((symbol, HistoryKind.LONG_SHORT, RATIO_PERIOD_MS))
        known = self._series
        self._series = {key: known.get(key) or _Series(*key) for key in keys}
        return list(self._series.values())

    async def _load(self, series: _Series, state: SymbolState) -> None:
        """Take what the store has: it is shown before the venue is asked."""
        series.covered = []
        if self._store is None:
            return
        wanted = _wanted_range(series, state.market_ms)
        reader = self._store.history()
        try:
            series.covered = await asyncio.to_thread(
                reader.covered, self._venue, series.symbol, series.kind, series.timeframe_ms
            )
            if series.kind is HistoryKind.CANDLES:
                rows, sources = await asyncio.to_thread(
                    reader.candles, self._venue, series.symbol, series.timeframe_ms, *wanted
                )
                series.told.put(rows, sources)
                self._show(series, state)
            elif series.kind is HistoryKind.FUNDING:
                state.past.add_funding(
                    await asyncio.to_thread(reader.funding, self._venue, series.symbol, *wanted)
                )
                await self._load_heard(reader, series.symbol, state)
            else:
                await self._load_samples(reader, series, state, wanted)
        finally:
            reader.close()

    async def _load_samples(
        self, reader: History, series: _Series, state: SymbolState, wanted: Range
    ) -> None:
        told = (self._venue, series.symbol, series.timeframe_ms, *wanted)
        if series.kind is HistoryKind.OPEN_INTEREST:
            state.past.add_open_interest(await asyncio.to_thread(reader.open_interest, *told))
        else:
            state.past.add_long_short(await asyncio.to_thread(reader.long_short, *told))

    async def _load_heard(self, reader: History, symbol: str, state: SymbolState) -> None:
        """Put what was heard in earlier sessions before what is heard in this one."""
        to_ms = state.market_ms + 1
        for kind, (values, names) in state.series.heard.items():
            told = (kind, names, self._venue, symbol, to_ms - HEARD_BACK_MS, to_ms)
            times, columns = await asyncio.to_thread(reader.news_values, *told)
            values.put_before(times, *columns)

    def told(self, symbol: str, timeframe_ms: int) -> list[Range]:
        """Stretches of which the venue has told the candles of a timeframe, oldest first."""
        series = self._series.get((symbol, HistoryKind.CANDLES, timeframe_ms))
        return list(series.covered or ()) if series is not None else []

    def _next_question(self, series: _Series, state: SymbolState) -> Callable[[], Awaitable[None]] | None:
        """What to ask for next, as a coroutine function; None if nothing is missing."""
        wanted = _wanted_range(series, state.market_ms)
        missing = missing_ranges(wanted, self._known(series, wanted))
        if series.kind is HistoryKind.FUNDING:
            return (lambda: self._fetch_funding(series, state, missing)) if missing else None
        if series.kind is HistoryKind.OPEN_INTEREST:
            return (lambda: self._fetch_open_interest(series, state, missing[-1])) if missing else None
        if series.kind is HistoryKind.LONG_SHORT:
            return (lambda: self._fetch_long_short(series, state, missing[-1])) if missing else None
        with_open = self._lacks_open_candle(series, state)
        if not missing and not with_open:
            return None
        last = missing[-1] if missing else (wanted[1], wanted[1])
        if with_open and last[1] != wanted[1]:
            last = (wanted[1], wanted[1])  # the newest first
        start = max(last[0], last[1] - CANDLES_A_REQUEST * series.timeframe_ms)
        return lambda: self._fetch_candles(series, state, (start, last[1]), with_open)

    def _known(self, series: _Series, wanted: Range) -> list[Range]:
        covered = series.covered or []
        if series.kind is not HistoryKind.CANDLES:
            return covered
        return covered + self._coverage(series.symbol).ranges(series.timeframe_ms, wanted[1])

    def _lacks_open_candle(self, series: _Series, state: SymbolState) -> bool:
        open_ms = state.market_ms // series.timeframe_ms * series.timeframe_ms
        if self._coverage(series.symbol).complete(np.array([open_ms]), series.timeframe_ms)[0]:
            return False
        return series.open_asked_ms < open_ms

    async def _ask(self, series: _Series, state: SymbolState, fetch: Callable[[], Awaitable[None]]) -> None:
        try:
            await fetch()
        except HistoryUnavailable as error:
            series.refused = error.lasting
            series.retry_at = self._clock.monotonic() + RETRY_S[min(series.failures, len(RETRY_S) - 1)]
            series.failures += 1
            self._tell(series, state, str(error))
        else:
            series.failures = 0
            self._tell(series, state)

    async def _fetch_candles(
        self, series: _Series, state: SymbolState, stretch: Range, with_open: bool
    ) -> None:
        timeframe_ms = series.timeframe_ms
        asked_ms = state.market_ms
        to_ms = asked_ms + 1 if with_open else stretch[1]
        rows = await self._history.candles(series.symbol, timeframe_ms, stretch[0], to_ms)
        if with_open:
            # Only now: a question that failed is asked again.
            series.open_asked_ms = asked_ms // timeframe_ms * timeframe_ms
        closed = rows[rows["open_ms"] + timeframe_ms <= stretch[1]]
        series.told.put(closed, CandleSource.VENUE)
        later = rows[rows["open_ms"] >= stretch[1]]
        if len(later):
            series.open_candle, series.open_as_of_ms = later[-1:].copy(), state.market_ms
            # Closed a moment ago and not settled yet: shown, and asked for again.
            series.told.put(later[:-1], CandleSource.OWN_PARTIAL)
        self._cover(series, stretch)
        if self._store is not None and len(closed):
            self._store.put_candles(self._venue, series.symbol, timeframe_ms, closed, CandleSource.VENUE)
        self._show(series, state)

    async def _fetch_funding(self, series: _Series, state: SymbolState, missing: list[Range]) -> None:
        stretch = missing[0][0], missing[-1][1]
        told = await self._history.funding(series.symbol, stretch[0] - FUNDING_OVERLAP_MS, stretch[1])
        # Venues tell no intervals of the past: they are taken from the distances. Where one was changed
        # between two settlements, what was said before the settlement is right.
        settled = [
            replace(item, interval_hours=state.settles.get(item.settled_ms, item.interval_hours))
            for item in told
        ]
        state.past.add_funding(settled)
        if self._store is not None and settled:
            self._store.put_funding(settled)
        self._cover(series, stretch)

    async def _fetch_open_interest(self, series: _Series, state: SymbolState, stretch: Range) -> None:
        period_ms = series.timeframe_ms
        samples = await self._history.open_interest(series.symbol, period_ms, *stretch)
        state.past.add_open_interest(samples)
        if self._store is not None and samples:
            self._store.put_open_interest(period_ms, samples)
        self._cover(series, stretch)

    async def _fetch_long_short(self, series: _Series, state: SymbolState, stretch: Range) -> None:
        period_ms = series.timeframe_ms
        samples = await self._history.long_short(series.symbol, period_ms, *stretch)
        state.past.add_long_short(samples)
        if self._store is not None and samples:
            self._store.put_long_short(period_ms, samples)
        self._cover(series, stretch)

    def _cover(self, series: _Series, stretch: Range) -> None:
        series.covered = joined_ranges([*(series.covered or []), stretch])
        if self._store is not None and stretch[0] < stretch[1]:
            self._store.cover(self._venue, series.symbol, series.kind, series.timeframe_ms, *stretch)

    def _show(self, series: _Series, state: SymbolState) -> None:
        """Put the past and our own candles together into the series that panels read."""
        timeframe_ms = series.timeframe_ms
        seconds = state.seconds.rows()
        told = series.told.rows
        newest = series.open_candle
        if newest is not None and (not len(told) or newest["open_ms"][0] > told["open_ms"][-1]):
            grown = continued_candle(newest, seconds, series.open_as_of_ms, timeframe_ms)
            told = np.concatenate([told, grown])
        own = coarser_candles(seconds, timeframe_ms)
        whole = self._coverage(series.symbol).complete(own["open_ms"], timeframe_ms)
        state.candles(timeframe_ms).replace(merged_candles(own, whole, told))

    def _tell(self, series: _Series, state: SymbolState, words: str = "") -> None:
        wanted = _wanted_range(series, state.market_ms)
        missing = sum(end - start for start, end in missing_ranges(wanted, self._known(series, wanted)))
        progress = BackfillProgress(
            self._venue,
            series.symbol,
            series.kind,
            series.timeframe_ms,
            share=1 - missing / (wanted[1] - wanted[0]),
            finished=not missing or series.refused,
            words=words,
        )
        if progress != series.progress:
            series.progress = progress
            self._bus.publish(progress)


def _wanted_range(series: _Series, now_ms: int) -> Range:
    """The stretch of a series that should be there, up to what the venue has settled by now."""
    if series.kind is HistoryKind.FUNDING:
        end = (now_ms - 30 * SETTLED_AFTER_MS) // HOUR_MS * HOUR_MS
        return end - FUNDING_BACK_MS, end
    if series.kind is HistoryKind.OPEN_INTEREST:
        end = now_ms // OPEN_INTEREST_EVERY_MS * OPEN_INTEREST_EVERY_MS
        return end - OPEN_INTEREST_BACK_MS, end
    if series.kind is HistoryKind.LONG_SHORT:
        # Venues are some minutes late with the sample of an hour.
        end = (now_ms - OPEN_INTEREST_PERIOD_MS) // RATIO_PERIOD_MS * RATIO_PERIOD_MS
        return end - RATIO_BACK_MS, end
    end = (now_ms - SETTLED_AFTER_MS) // series.timeframe_ms * series.timeframe_ms
    back = max(CANDLES_BACK, HOURS_BACK) if series.timeframe_ms == HOUR_MS else CANDLES_BACK
    return end - back * series.timeframe_ms, end
