"""Reads every symbol's closed bars and has their correlations worked out on a thread beside the window's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ui.beside import Beside
from ui.correlation.spans import Span
from workstation.analytics.correlation import log_returns
from workstation.analytics.correlation_clusters import Clustering, StableClustering
from workstation.analytics.correlation_matrix import (
    Counts,
    Floats,
    Method,
    RollingCorrelation,
    fisher_intervals,
)
from workstation.analytics.correlation_pairs import Marks, crash_rows, holding, net_of
from workstation.analytics.correlation_ticks import tick_correlations
from workstation.market.past_reader import PastReader
from workstation.market.state import SymbolState
from workstation.market.tick_past import TickPast
from workstation.model.columns import Records

SETTLED_AFTER_MS = 2_000
"""Trades come in by symbol: a bar is read so long after it has closed."""
LEAST_BARS = 10
"""A symbol with fewer returns in the window is left out and named."""
BENCHMARKS = ("BTC", "ETH")

_DAY_MS = 86_400_000
_LONGER = 1.5
"""A change is told against a reference of at least so many times the window's bars."""
_COVERED = 0.1
"""Ticks that begin later than this share of the window do not cover it."""

Series = tuple[NDArray[np.int64], Floats]


@dataclass(frozen=True, slots=True)
class Correlations:
    """What was found for one window that ends with a closed bar.

    Attributes:
        symbols: in the watchlist's order. left_out: those with too few bars.
        values, counts: (k, k) correlations and the bars each stands on; nan where there is none.
        low, high: (k, k) the 95 % interval; nan where the method has none.
        change: (k, k) less that of the reference window; nan for ticks, which have none, and where that
            window holds hardly more bars.
        net: (k, k) what is left without BTC's part; None where BTC is not followed.
        holds: pairs that hold at a false discovery rate of 5 %; net_holds the same of `net`. None hold where
            the method has no test.
        betas: (k,) to each benchmark that is followed, by its coin.
        tree: rows by likeness.
        returns: (m, k) of the reference window, oldest first, nan where missing.
        crash: (m,) its bars on days of a crash. without_crash: they were left out.
        end_ms: when the newest bar closed.
        coins: base coin of each symbol.
    """

    span: Span
    method: Method
    symbols: tuple[str, ...]
    left_out: tuple[str, ...]
    values: Floats
    counts: Counts
    low: Floats
    high: Floats
    change: Floats
    net: Floats | None
    holds: Marks
    net_holds: Marks
    betas: dict[str, Floats]
    tree: Clustering
    returns: Floats
    crash: Marks
    without_crash: bool
    end_ms: int
    coins: tuple[str, ...]

    @property
    def window(self) -> Floats:
        """The returns (n, k) that correlations stand on: of the window, days of a crash out where asked."""
        bars = self.span.bars
        rows = self.returns[-bars:]
        return rows[~self.crash[-bars:]] if self.without_crash else rows

    @property
    def crash_days_ms(self) -> tuple[int, ...]:
        """Midnight of each UTC day of a crash within the window."""
        ago = np.flatnonzero(self.crash[-self.span.bars :][::-1])
        days = (self.end_ms - ago * self.span.timeframe_ms - 1) // _DAY_MS * _DAY_MS
        return tuple(int(day) for day in np.unique(days))


@dataclass(frozen=True, slots=True)
class _Bars:
    """What is taken of the market at once: nothing of it changes afterwards."""

    span: Span
    method: Method
    without_crash: bool
    symbols: tuple[str, ...]
    coins: tuple[str, ...]
    benchmarks: dict[str, str]
    series: tuple[Series, ...]
    ticks: tuple[Series, ...]
    end_ms: int


class CorrelationSource:
    """Keeps up with the market; every closed bar is added to the sums of the bars before."""

    def __init__(self) -> None:
        self._beside: Beside[Correlations] = Beside("correlation")
        self._worker = _Worker()
        self._pasts: dict[tuple[str, int], TickPast] = {}
        self._reader: PastReader | None = None

    @property
    def found(self) -> Correlations | None:
        """The newest; None before the first."""
        return self._beside.found

    def refresh(
        self,
        states: Sequence[SymbolState],
        span: Span,
        method: Method,
        without_crash: bool = False,
        reader: PastReader | None = None,
    ) -> bool:
        """Take in what was worked out, and ask anew if a bar has closed; True if something is new.

        Args:
            states: of the symbols. span, method: what is asked for.
            without_crash: leave days of a crash out.
            reader: reads the ticks of the window that came before this run; None: they are done without.

        Raises:
            Exception: what went wrong on the thread.
        """
        newest_ms = max((state.market_ms for state in states), default=0)
        end_ms = (newest_ms - SETTLED_AFTER_MS) // span.timeframe_ms * span.timeframe_ms
        if method is Method.TICKS:
            self._follow_past(states, span, end_ms, reader)
        if self._beside.is_busy:
            return False
        symbols = tuple(state.instrument.symbol for state in states)
        stamps = tuple(_stamp(state, span, end_ms) for state in states)
        pasts = [self._pasts.get((one, span.tick_ms)) for one in symbols] if method is Method.TICKS else []
        versions = tuple(past.version for past in pasts if past is not None)
        stamp = (span, method, without_crash, symbols, stamps, versions, end_ms)
        return self._beside.follow(
            stamp,
            lambda: partial(self._worker.work, _read(states, span, method, without_crash, end_ms, pasts)),
        )

    def _follow_past(
        self, states: Sequence[SymbolState], span: Span, end_ms: int, reader: PastReader | None
    ) -> None:
        """Have the ticks of the window read that are not held."""
        if reader is not self._reader:
            self._pasts, self._reader = {}, reader
        if reader is None:
            return
        from_ms = end_ms - span.bars * span.timeframe_ms
        for state in states:
            instrument = state.instrument
            key = instrument.symbol, span.tick_ms
            past = self._pasts.get(key)
            if past is None:
                past = self._pasts[key] = TickPast(instrument.venue, instrument.symbol, span.tick_ms)
            past.want(from_ms, min(_held_from(state, span, end_ms), end_ms))
            reader.follow(past)

    @property
    def working(self) -> bool:
        """Something is being worked out."""
        return self._beside.working

    def forget(self) -> None:
        """What was found is void: another market, or one that begins anew."""
        self._beside.forget()
        self._leave_past()

    def close(self) -> None:
        """Work nothing out any longer."""
        self._beside.close()
        self._leave_past()

    def _leave_past(self) -> None:
        if self._reader is not None:
            for past in self._pasts.values():
                self._reader.leave(past)
        self._pasts = {}


def _rows(state: SymbolState, span: Span, end_ms: int) -> Records:
    """A symbol's closed bars of the reference window, and one before it to return from."""
    rows = state.candles(span.timeframe_ms).rows()
    from_ms = end_ms - (span.reference_bars + 1) * span.timeframe_ms
    first, last = np.searchsorted(rows["open_ms"], (from_ms, end_ms))
    return rows[first:last]


def _stamp(state: SymbolState, span: Span, end_ms: int) -> tuple[object, ...]:
    """What is another when closed bars are: asked often, so nothing is copied for it."""
    candles = state.candles(span.timeframe_ms)
    return id(candles), candles.settled_version, len(_rows(state, span, end_ms))


def _read(
    states: Sequence[SymbolState],
    span: Span,
    method: Method,
    without_crash: bool,
    end_ms: int,
    pasts: Sequence[TickPast | None],
) -> _Bars:
    """What is taken of the market at once; ticks where asked for, with what was read of them before."""
    series, ticks = [], []
    for state in states:
        rows = _rows(state, span, end_ms)
        series.append((rows["open_ms"].copy(), rows["close"].copy()))
    if method is Method.TICKS:
        ticks = [_ticks(state, span, end_ms, past) for state, past in zip(states, pasts, strict=True)]
    symbols = tuple(state.instrument.symbol for state in states)
    benchmarks = {
        coin: symbol
        for coin in BENCHMARKS
        for symbol in [next((s.instrument.symbol for s in states if s.instrument.base == coin), "")]
        if symbol
    }
    coins = tuple(state.instrument.base for state in states)
    return _Bars(
        span, method, without_crash, symbols, coins, benchmarks, tuple(series), tuple(ticks),
        end_ms,
    )  # fmt: skip


def _held_from(state: SymbolState, span: Span, end_ms: int) -> int:
    """The moment from which ticks are held: on the tape for a short window, second by second for others."""
    if span.tick_ms < 1_000:
        tape = state.trades.rows()
        return int(tape["event_ms"][0]) if len(tape) else end_ms
    seconds = state.seconds.rows()
    return int(seconds["open_ms"][0]) if len(seconds) else end_ms


def _ticks(state: SymbolState, span: Span, end_ms: int, past: TickPast | None) -> Series:
    """The trades of the window: each of the tape for a short one, the last of each second for longer ones.

    Those before what is held come from the store, as far as they have been read.
    """
    from_ms = end_ms - span.bars * span.timeframe_ms
    held_ms = min(_held_from(state, span, end_ms), end_ms)
    tape = state.trades.rows()
    is_whole = past is not None and past.covers(from_ms, held_ms)
    reaches = state.trades.appended == len(tape) or (len(tape) > 0 and held_ms <= from_ms) or is_whole
    short = span.tick_ms < 1_000 and reaches  # a very busy tape has let go of the window's begin
    rows = tape if short else state.seconds.rows()
    time, price = ("event_ms", "price") if short else ("open_ms", "close")
    first, last = np.searchsorted(rows[time], (from_ms, end_ms))
    held = rows[time][first:last].copy(), rows[price][first:last].copy()
    if past is None or not (short or span.tick_ms >= 1_000):
        return held
    times, prices = past.ticks(from_ms, held_ms)
    return np.concatenate((times, held[0])), np.concatenate((prices, held[1]))


def _thinned(ticks: Series, tick_ms: int) -> Series:
    """The last tick of each so many ms; venues' clocks slip, and time only goes forward here."""
    times = np.maximum.accumulate(ticks[0]) // tick_ms
    last = np.flatnonzero(np.append(np.diff(times) > 0, True)) if len(times) else np.zeros(0, np.intp)
    return times[last] * tick_ms, ticks[1][last]


class _Worker:
    """What lives on the thread: the sums."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._clusters = StableClustering()
        self._end_ms = 0
        self._now: RollingCorrelation | None = None
        self._reference: RollingCorrelation | None = None

    def work(self, bars: _Bars) -> Correlations:
        span = bars.span
        returns = _returns(bars)
        crash = crash_rows(returns, bars.end_ms, span.timeframe_ms)
        used = np.where(crash[:, None], np.nan, returns) if bars.without_crash else returns
        known = np.isfinite(used[-span.bars :]).sum(axis=0) >= LEAST_BARS
        ticks = _covering(bars) if bars.method is Method.TICKS else ()
        if bars.method is Method.TICKS:
            # Whoever trades too rarely for bars may well have ticks: that is what they are taken for.
            known = np.array([len(times) > LEAST_BARS for times, _ in ticks], np.bool_)
        kept = np.flatnonzero(known)
        symbols = tuple(bars.symbols[index] for index in kept)
        now, reference = self._sums(bars, symbols, used[:, kept])
        if bars.method is Method.TICKS:
            values, counts = tick_correlations([ticks[index] for index in kept])
            change = np.full_like(values, np.nan)
        else:
            values, counts = now.matrix(), now.counts
            # A reference that holds hardly more than the window would say that nothing has changed.
            longer = reference.counts >= _LONGER * counts
            change = np.where(longer, values - reference.matrix(), np.nan)
        low, high = fisher_intervals(values, counts)
        tested = bars.method in (Method.PEARSON, Method.SPEARMAN)
        if not tested:  # bars that fade, and ticks, do not count alike: Fisher's n is none of theirs
            low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
        places = {coin: symbols.index(one) for coin, one in bars.benchmarks.items() if one in symbols}
        net = net_of(values, places["BTC"]) if "BTC" in places else None
        nothing = np.zeros(values.shape, np.bool_)
        return Correlations(
            span,
            bars.method,
            symbols,
            tuple(symbol for symbol in bars.symbols if symbol not in symbols),
            values,
            counts,
            low,
            high,
            change,
            net,
            holding(values, counts) if tested else nothing,
            holding(net, counts, given=1) if tested and net is not None else nothing,
            {coin: now.betas(place) for coin, place in places.items()},
            self._clusters.take(values, symbols),
            returns[:, kept],
            crash,
            bars.without_crash,
            bars.end_ms,
            tuple(bars.coins[index] for index in kept),
        )

    def _sums(
        self, bars: _Bars, symbols: tuple[str, ...], returns: Floats
    ) -> tuple[RollingCorrelation, RollingCorrelation]:
        span = bars.span
        method = Method.PEARSON if bars.method is Method.TICKS else bars.method
        key = (span, method, bars.without_crash, symbols)
        new = (bars.end_ms - self._end_ms) // span.timeframe_ms
        now, reference = self._now, self._reference
        if (
            now is None
            or reference is None
            or key != self._key
            or not 0 < new < span.bars
            # Late trades and filled-in history change bars that were taken already.
            or not np.array_equal(reference.rows[new:], returns[:-new], equal_nan=True)
        ):
            now = RollingCorrelation(returns, span.bars, method)
            reference = RollingCorrelation(returns, span.reference_bars, method)
        else:
            for row in returns[len(returns) - new :]:
                now.add(row)
                reference.add(row)
        self._key, self._end_ms, self._now, self._reference = key, bars.end_ms, now, reference
        return now, reference


def _returns(bars: _Bars) -> Floats:
    """Log returns (reference_bars, k) on one grid; nan beside a bar in which nothing was traded."""
    span = bars.span
    closes = np.full((span.reference_bars + 1, len(bars.symbols)), np.nan)
    from_ms = bars.end_ms - len(closes) * span.timeframe_ms
    for column, (times, prices) in enumerate(bars.series):
        closes[(times - from_ms) // span.timeframe_ms, column] = prices
    return log_returns(closes)


def _covering(bars: _Bars) -> tuple[Series, ...]:
    """Thinned ticks over what the tape holds of the window; none for a symbol that came later than others."""
    thinned = [_thinned(ticks, bars.span.tick_ms) for ticks in bars.ticks]
    begins = [int(times[0]) for times, _ in thinned if len(times)]
    begin = min(begins, default=0)
    latest = begin + _COVERED * (bars.end_ms - begin)
    nothing: Series = (np.zeros(0, np.int64), np.zeros(0))
    return tuple(one if len(one[0]) and one[0][0] <= latest else nothing for one in thinned)
