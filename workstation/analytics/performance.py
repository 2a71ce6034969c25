"""Ratios of a series of returns: growth against what it shook. Undefined is None, never a made-up number."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workstation.errors import BadFigure

Floats = NDArray[np.float64]

YEAR_DAYS = 365  # crypto trades every day
FEW = 30  # below so many observations a statistic says "few"


def volatility(returns: Floats, periods: float = YEAR_DAYS) -> float | None:
    """Return the yearly standard deviation, ddof 1; None below two returns.

    Args:
        returns: per period, fractions. periods: in a year.
    """
    _check(returns)
    return float(returns.std(ddof=1)) * sqrt(periods) if len(returns) > 1 else None


def sharpe_ratio(returns: Floats, periods: float = YEAR_DAYS) -> float | None:
    """Return mean / standard deviation (ddof 1) · √periods; None where nothing varies.

    Args:
        returns: per period, net of what money earns elsewhere. periods: in a year; 1 leaves it per period.
    """
    _check(returns)
    if len(returns) < 2 or np.ptp(returns) == 0:
        return None
    return float(returns.mean() / returns.std(ddof=1)) * sqrt(periods)


def downside_deviation(returns: Floats, periods: float = YEAR_DAYS, target: float = 0.0) -> float:
    """Return √mean(min(r − target, 0)²) over all returns, not only the losing ones, times √periods."""
    _check(returns)
    return sqrt(float((np.minimum(returns - target, 0.0) ** 2).mean()) * periods)


def sortino_ratio(returns: Floats, periods: float = YEAR_DAYS, target: float = 0.0) -> float | None:
    """Return the yearly mean above a target over the downside deviation; None without a loss.

    Source: Red Rock / CME, "Sortino: A 'Sharper' Ratio".
    """
    downside = downside_deviation(returns, periods, target)
    return float((returns - target).mean()) * periods / downside if downside > 0 else None


def omega_ratio(returns: Floats, threshold: float = 0.0) -> float | None:
    """Return what lies above a threshold over what lies below it; None where nothing lies below."""
    _check(returns)
    above = float(np.maximum(returns - threshold, 0.0).sum())
    below = float(np.maximum(threshold - returns, 0.0).sum())
    return above / below if below > 0 else None


def growth_rate(start: float, end: float, years: float) -> float:
    """Return the compound yearly growth, a fraction; −1 where nothing is left.

    Raises:
        BadFigure: it started with nothing, or no time has passed.
    """
    if start <= 0:
        raise BadFigure("start", "Growth needs a starting balance above zero")
    if years <= 0:
        raise BadFigure("years", "Growth needs time to have passed")
    return float((max(0.0, end) / start) ** (1.0 / years) - 1.0)


def calmar_ratio(returns: Floats, periods: float = YEAR_DAYS) -> float | None:
    """Return yearly growth over the deepest relative drawdown; None without one."""
    _check(returns)
    growth = growth_rate(1.0, float(np.prod(1.0 + returns)), len(returns) / periods)
    path = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    deepest = float((1.0 - path / np.maximum.accumulate(path)).max())
    return growth / deepest if deepest > 0 else None


def moments(returns: Floats) -> tuple[float, float]:
    """Return skewness and raw kurtosis (3 for the normal distribution), population moments."""
    _check(returns)
    moved = returns - returns.mean()
    variance = float((moved**2).mean())
    if variance <= 0:
        raise BadFigure("returns", "Returns that do not vary have no shape")
    return float((moved**3).mean()) / variance**1.5, float((moved**4).mean()) / variance**2


def _check(returns: Floats) -> None:
    if not len(returns):
        raise BadFigure("returns", "No returns: nothing can be said")
    if not np.isfinite(returns).all():
        raise BadFigure("returns", "A return is missing or not a number")
