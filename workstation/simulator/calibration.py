"""Statistics by which a simulated market is held against a recorded one: the same function for both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FANO_WINDOWS_MS = (100, 1_000, 10_000)
SIDE_LAGS = (1, 5, 20)
SIZE_QUANTILES = (0.1, 0.5, 0.9, 0.99)
DEPTH_BPS = (2, 5, 10, 25, 50, 100)
VOLATILITY_LAGS = (1, 6, 24)


@dataclass(frozen=True, slots=True)
class FlowStatistics:
    """How taker orders come.

    Attributes:
        orders_per_s, trades_per_s: mean rates.
        fano: variance over mean of the orders in windows of FANO_WINDOWS_MS; 1 if they came by chance.
        side_memory: autocorrelation of the side at SIDE_LAGS orders.
        size_usd: quantiles of an order's worth at SIZE_QUANTILES.
        size_mean_usd, size_log_sd: mean worth, and standard deviation of its logarithm.
    """

    orders_per_s: float
    trades_per_s: float
    fano: tuple[float, ...]
    side_memory: tuple[float, ...]
    size_usd: tuple[float, ...]
    size_mean_usd: float
    size_log_sd: float


def flow_statistics(times_ms: Integers, sides: Integers, prices: Floats, sizes: Floats) -> FlowStatistics:
    """Return what trades say of the orders that made them.

    Trades of one side within one millisecond are one order: what a tape shows no finer.
    """
    new = (np.diff(times_ms) != 0) | (np.diff(sides) != 0)
    starts = np.concatenate(([0], np.flatnonzero(new) + 1))
    worth = np.add.reduceat(prices * sizes, starts)
    when, side = times_ms[starts], sides[starts].astype(np.float64)
    seconds = (times_ms[-1] - times_ms[0]) / 1000.0
    spread = side - side.mean()
    return FlowStatistics(
        orders_per_s=len(starts) / seconds,
        trades_per_s=len(times_ms) / seconds,
        fano=tuple(_fano(when, window) for window in FANO_WINDOWS_MS),
        side_memory=tuple(_memory(spread, lag) for lag in SIDE_LAGS),
        size_usd=tuple(float(value) for value in np.quantile(worth, SIZE_QUANTILES)),
        size_mean_usd=float(worth.mean()),
        size_log_sd=float(np.log(worth).std()),
    )


def _memory(centred: Floats, lag: int) -> float:
    if len(centred) <= lag or not centred.any():
        return float("nan")
    return float((centred[:-lag] * centred[lag:]).mean() / centred.var())


def _fano(times_ms: Integers, window_ms: int) -> float:
    counts = np.bincount((times_ms - times_ms[0]) // window_ms)[:-1]
    return float(counts.var() / counts.mean()) if len(counts) > 1 else float("nan")


@dataclass(frozen=True, slots=True)
class TouchStatistics:
    """How the best prices behave, in time, on a grid of 100 ms.

    Attributes:
        spread_bps: mean; spread_ticks_p50, spread_ticks_p99: quantiles.
        moved_share: share of the windows in which the middle moved at all.
        vol_1s_bps: standard deviation of the middle's change over a second.
        variance_ratio_30s: variance over 30 s per second, over that of 1 s; below 1 where prices come back.
        kurtosis_1s: of changes over a second.
    """

    spread_bps: float
    spread_ticks_p50: float
    spread_ticks_p99: float
    moved_share: float
    vol_1s_bps: float
    variance_ratio_30s: float
    kurtosis_1s: float


def touch_statistics(times_ms: Integers, bids: Floats, asks: Floats, tick: float) -> TouchStatistics:
    """Return what quotes, oldest first, say of the best prices."""
    grid = np.arange(times_ms[0], times_ms[-1], 100)
    rows = np.searchsorted(times_ms, grid, side="right") - 1
    bid, ask = bids[rows], asks[rows]
    middle = 0.5 * (bid + ask)
    logs = np.log(middle) * 1e4
    second = logs[10:] - logs[:-10]
    longer = logs[300:] - logs[:-300]
    ticks = (ask - bid) / tick
    return TouchStatistics(
        spread_bps=float(((ask - bid) / middle).mean() * 1e4),
        spread_ticks_p50=float(np.quantile(ticks, 0.5)),
        spread_ticks_p99=float(np.quantile(ticks, 0.99)),
        moved_share=float((np.diff(middle) != 0).mean()),
        vol_1s_bps=float(second.std()),
        variance_ratio_30s=float(longer.var() / second.var() / 30.0) if len(longer) > 300 else float("nan"),
        kurtosis_1s=kurtosis(second),
    )


def depth_within(
    bids: Sequence[tuple[float, float]], asks: Sequence[tuple[float, float]]
) -> tuple[float, ...]:
    """Return quote units resting within DEPTH_BPS of the middle, the mean of both sides.

    Args:
        bids, asks: (price, size), best first.
    """
    bid, ask = np.array(bids, dtype=np.float64), np.array(asks, dtype=np.float64)
    middle = 0.5 * (bid[0, 0] + ask[0, 0])
    within = []
    for bps in DEPTH_BPS:
        reach = middle * bps * 1e-4
        near = [side[np.abs(side[:, 0] - middle) <= reach] for side in (bid, ask)]
        within.append(0.5 * float(sum((side[:, 0] * side[:, 1]).sum() for side in near)))
    return tuple(within)


@dataclass(frozen=True, slots=True)
class ReturnStatistics:
    """Returns of one symbol on a grid of time.

    Attributes:
        vol_bps: standard deviation.
        kurtosis: 3 for a normal distribution.
        memory: autocorrelation of absolute returns at VOLATILITY_LAGS.
    """

    vol_bps: float
    kurtosis: float
    memory: tuple[float, ...]


def return_statistics(returns: Floats) -> ReturnStatistics:
    """Return the statistics of log returns in time order."""
    size = np.abs(returns)
    return ReturnStatistics(
        vol_bps=float(returns.std() * 1e4),
        kurtosis=kurtosis(returns),
        memory=tuple(float(np.corrcoef(size[:-lag], size[lag:])[0, 1]) for lag in VOLATILITY_LAGS),
    )


def kurtosis(values: Floats) -> float:
    """Return the fourth moment over the squared variance."""
    centred = values - values.mean()
    variance = (centred**2).mean()
    return float((centred**4).mean() / variance**2) if variance else float("nan")
