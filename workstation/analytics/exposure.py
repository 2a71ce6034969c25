"""What a book of positions comes to together: its risk, whose part it is, and how many bets it really is."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workstation.errors import BadFigure

Floats = NDArray[np.float64]


def joint_deviation(weights: Floats, covariance: Floats) -> float:
    """Return √(w′Cw): how far the book usually moves within what the covariance is of.

    Args:
        weights: (k,) signed worth of each position, in any unit; long > 0.
        covariance: (k, k) of returns.

    Raises:
        BadFigure: the shapes do not fit.
    """
    if covariance.shape != (len(weights), len(weights)):
        raise BadFigure("covariance", "A covariance needs a row and a column for every position")
    return sqrt(max(0.0, float(weights @ covariance @ weights)))


def risk_shares(weights: Floats, covariance: Floats) -> Floats:
    """Return each position's share (k,) of the book's variance: they add up to 1, a hedge has a negative one.

    nan where the book does not move. Source: Euler's theorem on √(w′Cw): wᵢ (Cw)ᵢ / w′Cw.
    """
    together = covariance @ weights
    whole = float(weights @ together)
    shares: Floats = weights * together / whole if whole > 0 else np.full(len(weights), np.nan)
    return shares


def independent_bets(weights: Floats, covariance: Floats) -> float:
    """Return how many independent bets a book is, from 1 to as many as it has positions; 0 without any.

    Positions that all move as one are one bet; k uncorrelated ones of equal risk are k. Hedges, which take
    away more than uncorrelated bets would, are no further bets: there it ends at the number of positions.

    Source: (Σ |wᵢ| σᵢ)² / w′Cw, the squared diversification ratio of Choueifaty, Froidure & Reynier 2013.
    """
    risks = np.abs(weights) * np.sqrt(np.diagonal(covariance))
    held = int(np.count_nonzero(risks > 0))
    variance = float(weights @ covariance @ weights)
    if not held:
        return 0.0
    return float(min(held, risks.sum() ** 2 / variance)) if variance > 0 else float(held)


def correlation_with_book(weights: Floats, covariance: Floats, one: int) -> float:
    """Return the correlation of one column's returns with the book's; nan where either stands still.

    Args:
        weights, covariance: as in `joint_deviation`; the one may have no weight.
        one: its place.
    """
    together = covariance @ weights
    spread = sqrt(max(0.0, float(weights @ together)) * max(0.0, float(covariance[one, one])))
    return max(-1.0, min(1.0, float(together[one]) / spread)) if spread else float("nan")


def basket(returns: Floats) -> Floats:
    """Return the mean return (n,) of the members (n, k) known in each bar; nan where none is."""
    known = np.isfinite(returns)
    count = known.sum(axis=1)
    sums = np.where(known, returns, 0.0).sum(axis=1)
    found: Floats = np.divide(sums, count, out=np.full(len(returns), np.nan), where=count > 0)
    return found
