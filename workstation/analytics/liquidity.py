"""How liquid a market usually is: by hour and session, what a size of one's own costs, how late data come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.model.liquidity import DELAY_BINS, DISTANCES_BPS, Floats

HOUR_MS = 3_600_000

DELAY_STEPS = 16
"""Bins per doubling of a delay: each is 4.4 % wide."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """What is usual.

    Attributes:
        n: how many are known. low, median, high: P5, P50 and P95 of them; nan where none is.
    """

    n: int
    low: float
    median: float
    high: float


def quantiles(values: Floats) -> Quantiles:
    """P5, median and P95, between neighbours in proportion; what is nan is left out."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Quantiles(0, np.nan, np.nan, np.nan)
    if np.isfinite(known).all():
        low, middle, high = np.quantile(known, (0.05, 0.5, 0.95))
    else:  # between a number and infinity there is nothing to go halfway to
        low, middle, high = np.quantile(known, (0.05, 0.5, 0.95), method="inverted_cdf")
    return Quantiles(len(known), float(low), float(middle), float(high))


def hours_of(start_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """The UTC hour of the day of each moment."""
    hours: NDArray[np.int64] = start_ms // HOUR_MS % 24
    return hours


def by_hour(start_ms: NDArray[np.int64], values: Floats) -> list[Quantiles]:
    """What is usual in each of the 24 UTC hours."""
    hours = hours_of(start_ms)
    return [quantiles(values[hours == hour]) for hour in range(24)]


def by_session(start_ms: NDArray[np.int64], values: Floats, starts_h: Sequence[int]) -> list[Quantiles]:
    """What is usual in each session.

    Args:
        starts_h: UTC hours at which they begin, rising from 0; the last one lasts until the end of the day.
    """
    session = np.searchsorted(np.asarray(starts_h), hours_of(start_ms), side="right") - 1
    return [quantiles(values[session == place]) for place in range(len(starts_h))]


def share_below(value: float, values: Floats) -> tuple[float, int]:
    """(share of the known values that are below one, ties counting half; how many are known)."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, 0
    below = np.count_nonzero(known < value) + np.count_nonzero(known == value) / 2
    return float(below) / len(known), len(known)


def curve_of(distances: Floats, quote: Floats) -> Floats:
    """A side of a book as a curve over DISTANCES_BPS.

    Args:
        distances: (n,) of each level from the middle as a fraction, rising.
        quote: (n,) quote units resting there and nearer.
    """
    curve = np.full(len(DISTANCES_BPS), np.nan)
    if not len(distances):
        return curve
    wanted = DISTANCES_BPS * 1e-4
    counts = np.searchsorted(distances, wanted * (1 + 1e-9), side="right")
    known = distances[-1] >= wanted
    curve[known] = np.concatenate(([0.0], quote))[counts[known]]
    return curve


def walk_costs_bps(curves: NDArray[Any], half_spread_bps: Floats, quote: Floats | float) -> Floats:
    """What taking an amount from one side costs against the middle, of many books at once.

    Between two distances of the curve the money is taken to rest evenly, and none nearer than the best price.

    Args:
        curves: (n, len(DISTANCES_BPS)) quote units within each distance.
        half_spread_bps: (n,) from the middle to the best price; nan where it is not known.
        quote: quote units taken, of each book or of all.

    Returns:
        (n,) the average price's distance from the middle, bp; infinite where the book as far as it was known
        held less, nan where nothing was known.
    """
    amount = np.broadcast_to(np.asarray(quote, np.float64), (len(curves),))[:, None]
    curve = np.asarray(curves, np.float64)
    known = ~np.isnan(curve)
    # Beyond what is known nothing more rests as far as this sum goes.
    held = np.maximum.accumulate(np.where(known, curve, 0.0), axis=1)
    before = np.concatenate((np.zeros((len(held), 1)), held[:, :-1]), axis=1)
    half = half_spread_bps[:, None]
    lower = np.maximum(np.concatenate(([0.0], DISTANCES_BPS[:-1])), half)
    upper = np.maximum(DISTANCES_BPS, half)
    resting = held - before
    taken = np.clip(amount - before, 0.0, resting)
    share = np.divide(taken, resting, out=np.zeros_like(taken), where=resting > 0)
    cost = (taken * (lower + share * (upper - lower) / 2)).sum(axis=1) / amount[:, 0]
    cost = np.where(amount[:, 0] > held[:, -1], np.inf, cost)
    return np.where(known.any(axis=1) & ~np.isnan(half_spread_bps), cost, np.nan)


def delay_bins(delays_ms: Floats) -> NDArray[np.int64]:
    """The bin of each delay: DELAY_STEPS · log2(1 + ms), cut off at both ends."""
    bins = np.log2(1 + np.maximum(delays_ms, 0.0)) * DELAY_STEPS
    cut: NDArray[np.int64] = np.minimum(bins, DELAY_BINS - 1).astype(np.int64)
    return cut


def delay_quantile_ms(delays: NDArray[np.int64], share: float) -> float:
    """The delay that a share of the messages did not exceed, to a bin's width; nan where none came."""
    total = int(delays.sum())
    if not total:
        return np.nan
    place = int(np.searchsorted(np.cumsum(delays), share * total))
    return float(2 ** ((place + 0.5) / DELAY_STEPS) - 1)
