"""Where each followed symbol stands between price and open interest, in words, and how it came there."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.interest_moves import InterestSpike, change_path, interest_spike
from workstation.analytics.order_flow import OpenInterestQuadrant, open_interest_quadrant
from workstation.market.state import SymbolState
from workstation.metrics.metric import ReadingState
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader

HOUR_MS = 3_600_000
PATH_STEP_MS = 4 * HOUR_MS
PATH_POINTS = 6
INTEREST_SLACK_MS = 45 * 60_000
PRICE_SLACK_MS = 2 * HOUR_MS

WORDS = {
    OpenInterestQuadrant.LONG_BUILD: "new longs",
    OpenInterestQuadrant.SHORT_BUILD: "new shorts",
    OpenInterestQuadrant.SHORT_COVER: "shorts covering",
    OpenInterestQuadrant.LONG_UNWIND: "longs leaving",
}
RISES = {OpenInterestQuadrant.LONG_BUILD, OpenInterestQuadrant.SHORT_COVER}
BUILDS = {OpenInterestQuadrant.LONG_BUILD, OpenInterestQuadrant.SHORT_BUILD}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """One symbol's place.

    Attributes:
        symbol, base: the contract and its coin.
        price_rate, interest_rate: changes in 24 h, fractions; interest in contracts or coins.
        quadrant: None where either stands still.
        stale: what it is made of is old.
    """

    symbol: str
    base: str
    price_rate: float
    interest_rate: float
    quadrant: OpenInterestQuadrant | None
    stale: bool


def read_standings(
    reader: MetricReader, states: list[SymbolState]
) -> tuple[tuple[Standing, ...], tuple[tuple[str, str], ...]]:
    """Return the symbols that have a place, and those that have none with the reason."""
    found: list[Standing] = []
    missing: list[tuple[str, str]] = []
    for state in states:
        symbol = state.instrument.symbol
        price = reader.read(METRIC_BY_KEY["change_24h_rate"], symbol)
        interest = reader.read(METRIC_BY_KEY["open_interest_change_24h_rate"], symbol)
        if price.value is None or interest.value is None:
            missing.append((symbol, (interest if interest.value is None else price).why))
            continue
        stale = ReadingState.STALE in (price.state, interest.state)
        quadrant = open_interest_quadrant(price.value, interest.value)
        base = state.instrument.base
        found.append(Standing(symbol, base, price.value, interest.value, quadrant, stale))
    return tuple(found), tuple(missing)


def read_path(state: SymbolState, now_ms: int) -> tuple[Floats, Floats]:
    """Return where a symbol stood every four hours of the last day: changes of price and of interest."""
    times, sizes = state.series.named(state.past)["open_interest"]
    hours = state.candles(HOUR_MS).rows()
    moments = now_ms - np.arange(PATH_POINTS, -1, -1, dtype=np.int64) * PATH_STEP_MS
    price_times = np.append(hours["open_ms"][:-1] + HOUR_MS, now_ms)
    prices = np.ascontiguousarray(hours["close"])
    if not len(prices):
        price_times = np.zeros(0, np.int64)
    # The newest candle is still open: its close is the price of now.
    along, _ = change_path(times, sizes, price_times, prices, moments, PRICE_SLACK_MS)
    _, up = change_path(times, sizes, price_times, prices, moments, INTEREST_SLACK_MS)
    known = np.isfinite(along) & np.isfinite(up)
    return along[known], up[known]


def read_spike(state: SymbolState, now_ms: int, timeframe_ms: int) -> InterestSpike | None:
    """Return the spike of open interest of the last day, if there is one."""
    times, sizes = state.series.named(state.past)["open_interest"]
    rows = state.candles(timeframe_ms).rows()
    if not len(rows) or not len(times):
        return None
    return interest_spike(
        times,
        sizes,
        np.ascontiguousarray(rows["open_ms"]),
        np.ascontiguousarray(rows["high"]),
        np.ascontiguousarray(rows["low"]),
        np.ascontiguousarray(rows["close"]),
        now_ms,
    )


def quadrant_words(standing: Standing) -> str:
    """The quadrant of a standing in the trader's words."""
    return "no move" if standing.quadrant is None else WORDS[standing.quadrant]


def reach(standings: tuple[Standing, ...], path: tuple[Floats, Floats]) -> tuple[float, float]:
    """How far the scales go to either side: 95 in 100 of the symbols and all of the path lie within."""
    reaches = []
    for values, walked in (
        ([abs(one.price_rate) for one in standings], path[0]),
        ([abs(one.interest_rate) for one in standings], path[1]),
    ):
        known = [value for value in values if isfinite(value)]
        most = float(np.quantile(known, 0.95)) if known else 0.0
        if len(walked):
            most = max(most, float(np.abs(walked).max()))
        reaches.append(max(most * 1.2, 0.005))
    return reaches[0], reaches[1]
