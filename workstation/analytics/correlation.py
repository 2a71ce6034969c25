"""How returns move together: on a common grid, on raw ticks, with intervals, and shrunk for risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.distributions import normal_quantile, student_t_p_value
from workstation.errors import BadFigure

Floats = NDArray[np.float64]


def previous_tick_grid(
    times_ms: NDArray[np.int64], prices: Floats, grid_ms: NDArray[np.int64], max_age_ms: int
) -> Floats:
    """Return the price last seen at each grid time, nan where it is older than allowed or there is none.

    Args:
        times_ms: (n,) ascending. prices: (n,). grid_ms: (m,) ascending. max_age_ms: oldest that still counts.
    """
    last = np.searchsorted(times_ms, grid_ms, side="right") - 1
    seen = np.full(len(grid_ms), np.nan)
    if not len(times_ms):
        return seen
    fresh = (last >= 0) & (grid_ms - times_ms[np.maximum(last, 0)] <= max_age_ms)
    seen[fresh] = prices[last[fresh]]
    return seen


def log_returns(prices: Floats) -> Floats:
    """Return log returns along the first axis, one fewer than prices; nan beside a missing price."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(np.where(prices > 0, prices, np.nan))
    returns: Floats = np.diff(logs, axis=0)
    return returns


def pearson(x: Floats, y: Floats) -> tuple[float, int]:
    """Return Pearson's correlation over the pairs both of which are known, and their number.

    nan below three pairs or where one side stands still.
    """
    x, y = _pairs(x, y)
    if len(x) < 3:
        return float("nan"), len(x)
    if np.ptp(x) == 0 or np.ptp(y) == 0:  # what is left of a mean's last bit is no variance
        return float("nan"), len(x)
    dx, dy = x - x.mean(), y - y.mean()
    spread = sqrt(float(dx @ dx) * float(dy @ dy))
    return (max(-1.0, min(1.0, float(dx @ dy) / spread)) if spread else float("nan")), len(x)


def spearman(x: Floats, y: Floats) -> tuple[float, int]:
    """Return the correlation of ranks, ties at their mean rank, and the number of pairs."""
    x, y = _pairs(x, y)
    return pearson(_ranks(x), _ranks(y))


def ewma_correlation(x: Floats, y: Floats, decay: float = 0.94) -> tuple[float, int]:
    """Return the correlation about zero with fading weights, newest heaviest (RiskMetrics), and the pairs."""
    if not 0 < decay < 1:
        raise BadFigure("decay", "The decay lies between 0 and 1")
    x, y = _pairs(x, y)
    if len(x) < 3:
        return float("nan"), len(x)
    weights = decay ** np.arange(len(x) - 1, -1, -1, dtype=np.float64)
    spread = sqrt(float(weights @ (x * x)) * float(weights @ (y * y)))
    return (max(-1.0, min(1.0, float(weights @ (x * y)) / spread)) if spread else float("nan")), len(x)


def correlation_matrix(returns: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return Pearson's correlation of every pair of columns and the number of observations each stands on.

    Args:
        returns: (n, k), nan where missing; a pair uses the rows known in both.
    """
    known = np.isfinite(returns)
    mask = known.astype(np.float64)
    # Centred first: sums of squares of raw returns would lose digits against their means.
    filled = np.where(known, returns, 0.0)
    centre = filled.sum(axis=0) / np.maximum(mask.sum(axis=0), 1.0)
    filled = np.where(known, returns - centre, 0.0)
    counts = mask.T @ mask
    safe = np.maximum(counts, 1.0)
    sums = filled.T @ mask
    squares = (filled * filled).T @ mask
    covariance = filled.T @ filled - sums * sums.T / safe
    variance = squares - sums * sums / safe
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = covariance / np.sqrt(variance * variance.T)
    # What is left of a mean's last bit is no variance.
    still = variance <= 1e-24 * counts * np.abs(np.where(known, returns, 0.0)).max(axis=0)[:, None] ** 2
    matrix[(counts < 3) | still | still.T] = np.nan
    return np.clip(matrix, -1.0, 1.0), counts.astype(np.int64)


def beta(asset: Floats, benchmark: Floats) -> float:
    """Return covariance over the benchmark's variance, one ddof in both; nan where it stands still."""
    asset, benchmark = _pairs(asset, benchmark)
    if len(asset) < 2 or np.ptp(benchmark) == 0:
        return float("nan")
    moved = benchmark - benchmark.mean()
    return float((asset - asset.mean()) @ moved) / float(moved @ moved)


@dataclass(frozen=True, slots=True)
class CorrelationTest:
    """What a correlation from n pairs is worth.

    Attributes:
        low, high: Fisher's interval.
        t, p_value: of the hypothesis that there is none, two-sided.
    """

    low: float
    high: float
    t: float
    p_value: float


def fisher_interval(correlation: float, count: int, confidence: float = 0.95) -> CorrelationTest:
    """Return the interval and the test of a correlation.

    Raises:
        BadFigure: below four pairs, or no correlation strictly between −1 and 1.

    Source: R. A. Fisher 1921: tanh(atanh r ± z / √(n − 3)); t = r · √((n − 2) / (1 − r²)).
    """
    if count < 4:
        raise BadFigure("count", "An interval of a correlation needs four pairs at least")
    if not -1 < correlation < 1:
        raise BadFigure("correlation", "An interval needs a correlation between −1 and 1")
    spread = normal_quantile(0.5 + confidence / 2) / sqrt(count - 3)
    centre = atanh(correlation)
    t = correlation * sqrt((count - 2) / (1 - correlation**2))
    return CorrelationTest(tanh(centre - spread), tanh(centre + spread), t, student_t_p_value(t, count - 2))


def false_discoveries(p_values: Sequence[float], share: float = 0.05) -> list[bool]:
    """Say of each p-value whether it stands when at most a share of those standing may be false.

    Source: Benjamini & Hochberg 1995.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    standing = 0
    for rank, index in enumerate(order, start=1):
        if p_values[index] <= share * rank / len(p_values):
            standing = rank
    kept = set(order[:standing])
    return [index in kept for index in range(len(p_values))]


def hayashi_yoshida(
    x_times: Floats, x_prices: Floats, y_times: Floats, y_prices: Floats
) -> tuple[float, float]:
    """Return covariance and correlation of two series seen at different times, without any grid.

    Args:
        x_times, y_times: ascending. x_prices, y_prices: positive, at those times.

    Source: Hayashi & Yoshida 2005: every product of log returns whose intervals (a, b] overlap.
    """
    if len(x_times) < 2 or len(y_times) < 2:
        raise BadFigure("prices", "Two ticks on either side are the least")
    dx, dy = np.diff(np.log(x_prices)), np.diff(np.log(y_prices))
    # y's interval j overlaps (a, b] if it ends after a and starts before b.
    first = np.searchsorted(y_times[1:], x_times[:-1], side="right")
    past = np.searchsorted(y_times[:-1], x_times[1:], side="left")
    path = np.concatenate(([0.0], np.cumsum(dy)))
    overlapping = np.where(past > first, path[past] - path[np.minimum(first, past)], 0.0)
    covariance = float(dx @ overlapping)
    spread = sqrt(float(dx @ dx) * float(dy @ dy))
    return covariance, covariance / spread if spread else float("nan")


def ledoit_wolf(returns: Floats) -> tuple[Floats, float]:
    """Return the covariance (k, k) shrunk toward equal variances, and by how much, 0 … 1.

    Args:
        returns: (n, k), complete rows only.

    Source: Ledoit & Wolf 2004, "A well-conditioned estimator for large-dimensional covariance matrices".
    """
    if returns.ndim != 2 or len(returns) < 2 or not np.isfinite(returns).all():
        raise BadFigure("returns", "Shrinkage needs two complete rows of returns at least")
    n, k = returns.shape
    centred = returns - returns.mean(axis=0)
    sample: Floats = centred.T @ centred / n
    mean_variance = float(np.trace(sample)) / k
    away = float((sample**2).sum()) - k * mean_variance**2
    squares = centred**2
    noise = (float((squares.T @ squares).sum()) / n - float((sample**2).sum())) / n
    share = min(noise, away) / away if away > 0 else 1.0
    return (1 - share) * sample + share * mean_variance * np.eye(k), share


def correlation_distance(matrix: Floats) -> Floats:
    """Return √((1 − correlation)/2): 0 for the same, 1 for the opposite; orders a matrix by likeness."""
    distance: Floats = np.sqrt(np.maximum(0.0, (1.0 - matrix) / 2.0))
    return distance


def effective_bets(correlations: Floats) -> float:
    """Return how many independent bets a set of positions is: (Σ eigenvalues)² / Σ eigenvalues²."""
    values = np.maximum(np.linalg.eigvalsh(correlations), 0.0)
    return float(values.sum() ** 2 / (values**2).sum())


def _pairs(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if len(x) != len(y):
        raise BadFigure("returns", "Both series must be equally long, on one grid")
    known = np.isfinite(x) & np.isfinite(y)
    return x[known], y[known]


def _ranks(values: Floats) -> Floats:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2.0)[where]
    return ranks
