"""Indicators on candle arrays: Bollinger bands, RSI, MACD, VWAP with its deviation.

As in `workstation.analytics.averages`, a `fill_…` writes lines that have one place for each candle, from the
place `since` on; what it needs to remember between two calls are lines too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.averages import (
    fill_deviation,
    fill_exponential,
    fill_simple,
    fill_wilder,
)
from workstation.errors import BadFigure

Floats = NDArray[np.float64]


def bollinger_bands(close: Floats, periods: int = 20, width: float = 2.0) -> tuple[Floats, Floats, Floats]:
    """Return the mean of `periods` closes, and the lines `width` standard deviations above and below it."""
    middle, deviation = np.empty(len(close)), np.empty(len(close))
    fill_simple(close, periods, middle)
    fill_deviation(close, periods, deviation)
    return middle, middle + width * deviation, middle - width * deviation


def relative_strength(close: Floats, periods: int = 14) -> Floats:
    """Return Wilder's relative strength index, 0 … 100; see `fill_relative_strength`."""
    lines = RelativeStrengthLines(*(np.empty(len(close)) for _ in range(5)))
    fill_relative_strength(close, periods, lines)
    return lines.index


@dataclass(frozen=True, slots=True)
class RelativeStrengthLines:
    """The index, and what it is continued from."""

    index: Floats
    rises: Floats
    falls: Floats
    mean_rise: Floats
    mean_fall: Floats


def fill_relative_strength(close: Floats, periods: int, lines: RelativeStrengthLines, since: int = 0) -> None:
    """Continue 100 · mean rise / (mean rise + mean fall) of the closes, both Wilder's averages.

    Where nothing moved for so long that both are 0, neither side is stronger: 50.
    """
    later = max(since, 1)
    lines.rises[since:later] = lines.falls[since:later] = 0.0
    if later < len(close):
        changes = np.diff(close[later - 1 :])
        lines.rises[later:] = np.maximum(changes, 0.0)
        lines.falls[later:] = np.maximum(-changes, 0.0)
    fill_wilder(lines.rises, periods, lines.mean_rise, since, first=1)
    fill_wilder(lines.falls, periods, lines.mean_fall, since, first=1)
    rise, both = lines.mean_rise[since:], lines.mean_rise[since:] + lines.mean_fall[since:]
    index = np.full(len(rise), 50.0)
    np.divide(100.0 * rise, both, out=index, where=both > 0)
    lines.index[since:] = np.where(np.isnan(both), np.nan, index)


@dataclass(frozen=True, slots=True)
class MacdLines:
    """The difference of two averages, its own average, what is between, and what they are continued from."""

    macd: Floats
    signal: Floats
    histogram: Floats
    fast: Floats
    slow: Floats


def moving_average_convergence(
    close: Floats, fast: int = 12, slow: int = 26, signal: int = 9
) -> tuple[Floats, Floats, Floats]:
    """Return MACD, signal line and histogram; see `fill_macd`."""
    lines = MacdLines(*(np.empty(len(close)) for _ in range(5)))
    fill_macd(close, fast, slow, signal, lines)
    return lines.macd, lines.signal, lines.histogram


def fill_macd(close: Floats, fast: int, slow: int, signal: int, lines: MacdLines, since: int = 0) -> None:
    """Continue the fast exponential average minus the slow one, and the average of that.

    Each average begins with the plain mean of its own first closes.
    """
    if fast > slow:
        raise BadFigure("fast", "The fast average of MACD is the shorter one")
    fill_exponential(close, fast, lines.fast, since)
    fill_exponential(close, slow, lines.slow, since)
    lines.macd[since:] = lines.fast[since:] - lines.slow[since:]
    fill_exponential(lines.macd, signal, lines.signal, since, first=slow - 1)
    lines.histogram[since:] = lines.macd[since:] - lines.signal[since:]


@dataclass(frozen=True, slots=True)
class VwapLines:
    """The volume-weighted average price, its deviation, and the sums that they are continued from.

    Prices are summed up as distances from the first price of their session: squares of whole prices would
    leave too few digits for the deviation.
    """

    average: Floats
    deviation: Floats
    base: Floats
    volume: Floats
    distance: Floats
    square: Floats


def vwap(price: Floats, volume: Floats, session: Floats) -> tuple[Floats, Floats]:
    """Return the volume-weighted average price and its deviation; see `fill_vwap`."""
    lines = VwapLines(*(np.empty(len(price)) for _ in range(6)))
    fill_vwap(price, volume, session, lines)
    return lines.average, lines.deviation


def fill_vwap(price: Floats, volume: Floats, session: Floats, lines: VwapLines, since: int = 0) -> None:
    """Continue Σ volume · price / Σ volume since the session began, and √ of the weighted variance about it.

    Args:
        price: (n,) of each candle; charting programs take (high + low + close) / 3.
        volume: (n,) of each candle.
        session: (n,) the place of the first candle of each candle's session, −1 for none: nan there.
        lines: to write. since: first place to write.
    """
    edges = np.flatnonzero(np.diff(session[since:])) + since + 1
    for start, end in zip((since, *edges.tolist()), (*edges.tolist(), len(price)), strict=True):
        if start >= end:
            continue
        first = int(session[start])
        if first < 0:
            for line in (lines.base, lines.volume, lines.distance, lines.square):
                line[start:end] = np.nan
            continue
        goes_on = first < start
        base = float(lines.base[start - 1] if goes_on else price[start])
        weight, distance = volume[start:end], price[start:end] - base
        lines.base[start:end] = base
        for line, parts in (
            (lines.volume, weight),
            (lines.distance, weight * distance),
            (lines.square, weight * distance * distance),
        ):
            np.cumsum(parts, out=line[start:end])
            if goes_on:
                line[start:end] += line[start - 1]
    known = np.where(lines.volume[since:] > 0, lines.volume[since:], np.nan)
    mean = lines.distance[since:] / known
    lines.average[since:] = lines.base[since:] + mean
    lines.deviation[since:] = np.sqrt(np.maximum(lines.square[since:] / known - mean * mean, 0.0))
