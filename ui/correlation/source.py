"""Reads every symbol's closed bars and has their correlations worked out on a thread beside the window's."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ui.correlation.spans import Span
from workstation.analytics.correlation import log_returns
from workstation.analytics.correlation_clusters import StableClustering
from workstation.analytics.correlation_matrix import (
    Counts,
    Floats,
    Method,
    RollingCorrelation,
    fisher_intervals,
)
from workstation.market.state import SymbolState

SETTLED_AFTER_MS = 2_000
"""Trades come in by symbol: a bar is read so long after it has closed."""
LEAST_BARS = 10
"""A symbol with fewer returns in the window is left out and named."""
BENCHMARKS = ("BTC", "ETH")

Stamp = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Correlations:
    """What was found for one window that ends with a closed bar.

    Attributes:
        symbols: in the watchlist's order. left_out: those with too few bars.
        values, counts: (k, k) correlations and the bars each stands on; nan where there is none.
        low, high: (k, k) the 95 % interval; nan where the method has none.
        change: (k, k) less that of the reference window.
        betas: (k,) to each benchmark that is followed, by its coin.
        order: rows by likeness.
        returns: (m, k) of the reference window, oldest first, nan where missing.
        end_ms: when the newest bar closed.
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
    betas: dict[str, Floats]
    order: tuple[int, ...]
    returns: Floats
    end_ms: int


@dataclass(frozen=True, slots=True)
class _Bars:
    """What is taken of the market at once: nothing of it changes afterwards."""

    span: Span
    method: Method
    symbols: tuple[str, ...]
    benchmarks: dict[str, str]
    series: tuple[tuple[NDArray[np.int64], Floats], ...]
    stamps: tuple[Stamp, ...]
    end_ms: int


class CorrelationSource:
    """Keeps up with the market; every closed bar is added to the sums of the bars before."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="correlation")
        self._worker = _Worker()
        self._job: Future[Correlations] | None = None
        self._asked: tuple[object, ...] = ()
        self.found: Correlations | None = None

    def refresh(self, states: Sequence[SymbolState], span: Span, method: Method) -> bool:
        """Take in what was worked out, and ask anew if a bar has closed; True if something is new.

        Raises:
            Exception: what went wrong on the thread.
        """
        is_new = self._collect()
        if self._job is None:
            newest_ms = max((state.market_ms for state in states), default=0)
            end_ms = (newest_ms - SETTLED_AFTER_MS) // span.timeframe_ms * span.timeframe_ms
            bars = _read(states, span, method, end_ms)
            asked = (
                span,
                method,
                bars.symbols,
                bars.stamps,
                end_ms,
                tuple(map(len, (s[0] for s in bars.series))),
            )
            if asked != self._asked:
                self._asked = asked
                self._job = self._threads.submit(self._worker.work, bars)
        return is_new

    @property
    def working(self) -> bool:
        """Something is being worked out."""
        return self._job is not None

    def forget(self) -> None:
        """What was found is void: another market, or one that begins anew."""
        self.found = None
        self._asked = ()

    def close(self) -> None:
        """Work nothing out any longer."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _collect(self) -> bool:
        if self._job is None or not self._job.done():
            return False
        job, self._job = self._job, None
        was_asked, error = bool(self._asked), job.exception()
        if error is not None:
            self._asked = ()  # it is tried again
            raise error
        if was_asked:  # else forgotten meanwhile
            self.found = job.result()
        return was_asked


def _read(states: Sequence[SymbolState], span: Span, method: Method, end_ms: int) -> _Bars:
    """The closed bars of the reference window, and one before it to return from."""
    series, stamps = [], []
    from_ms = end_ms - (span.reference_bars + 1) * span.timeframe_ms
    for state in states:
        candles = state.candles(span.timeframe_ms)
        rows = candles.rows()
        first, last = np.searchsorted(rows["open_ms"], (from_ms, end_ms))
        series.append((rows["open_ms"][first:last].copy(), rows["close"][first:last].copy()))
        stamps.append((id(candles), candles.settled_version))
    symbols = tuple(state.instrument.symbol for state in states)
    benchmarks = {
        coin: symbol
        for coin in BENCHMARKS
        for symbol in [next((s.instrument.symbol for s in states if s.instrument.base == coin), "")]
        if symbol
    }
    return _Bars(span, method, symbols, benchmarks, tuple(series), tuple(stamps), end_ms)


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
        known = np.isfinite(returns[-span.bars :]).sum(axis=0) >= LEAST_BARS
        kept = np.flatnonzero(known)
        symbols = tuple(bars.symbols[index] for index in kept)
        returns = returns[:, kept]
        now, reference = self._sums(bars, symbols, returns)
        values, counts = now.matrix(), now.counts
        low, high = fisher_intervals(values, counts)
        if bars.method is Method.EWMA:  # its bars do not count alike: Fisher's n is none of theirs
            low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
        betas = {
            coin: now.betas(symbols.index(symbol))
            for coin, symbol in bars.benchmarks.items()
            if symbol in symbols
        }
        left_out = tuple(symbol for symbol in bars.symbols if symbol not in symbols)
        order = self._clusters.take(values, symbols).order
        change = values - reference.matrix()
        return Correlations(
            span, bars.method, symbols, left_out, values, counts, low, high, change, betas, order, returns,
            bars.end_ms,
        )  # fmt: skip

    def _sums(
        self, bars: _Bars, symbols: tuple[str, ...], returns: Floats
    ) -> tuple[RollingCorrelation, RollingCorrelation]:
        span = bars.span
        key = (span, bars.method, symbols)
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
            now = RollingCorrelation(returns, span.bars, bars.method)
            reference = RollingCorrelation(returns, span.reference_bars, bars.method)
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
