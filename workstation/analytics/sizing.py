"""How large a position may be: every rule takes the risk first and never rounds a size up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.figures import DOWNWARD, ONE, UPWARD, ZERO, fraction, not_negative, positive, rate
from workstation.analytics.venue_rules import floor_to_step
from workstation.errors import BadFigure

MOST_RISK = Decimal(
    "0.1"
)  # more than a tenth of the account on one trade is a percentage typed as a fraction


@dataclass(frozen=True, slots=True)
class SizedPosition:
    """A size and the money it puts at risk.

    Attributes:
        size: base units, floored to the lot step; 0 where not even one step fits.
        raw_size: before flooring.
        unit_risk: quote units lost per base unit if the stop is hit, costs included.
        loss_at_stop: size · unit_risk.
    """

    size: Decimal
    raw_size: Decimal
    unit_risk: Decimal
    loss_at_stop: Decimal


def unit_risk(
    entry_price: Decimal,
    stop_price: Decimal,
    *,
    entry_fee_rate: Decimal = ZERO,
    exit_fee_rate: Decimal = ZERO,
    slippage_rate: Decimal = ZERO,
    funding_paid_rate: Decimal = ZERO,
) -> Decimal:
    """Return what one base unit loses if the stop is hit, in quote units.

    Args:
        entry_price, stop_price: quote per base unit.
        entry_fee_rate, exit_fee_rate: fractions of entry and stop.
        slippage_rate: fraction of the entry, both ends together.
        funding_paid_rate: expected over the hold, fraction of the entry; what is received does not count.

    Raises:
        BadFigure: a price is not positive, stop and entry are equal, or a rate cannot be.
    """
    positive("entry_price", entry_price)
    positive("stop_price", stop_price)
    if entry_price == stop_price:
        raise BadFigure("stop_price", "Stop and entry are equal: without a distance there is no size")
    rate("entry_fee_rate", entry_fee_rate)
    rate("exit_fee_rate", exit_fee_rate)
    not_negative("slippage_rate", slippage_rate)
    paid = max(ZERO, funding_paid_rate)
    distance = abs(entry_price - stop_price)
    costs = entry_price * (entry_fee_rate + slippage_rate + paid) + stop_price * exit_fee_rate
    # A rebate is no reason to hold more.
    return distance + max(ZERO, costs)


def size_by_risk(
    account: Decimal, risk_rate: Decimal, risk_per_unit: Decimal, lot_size: Decimal
) -> SizedPosition:
    """Return the size that loses a fixed share of the account at its stop.

    Args:
        account: quote units.
        risk_rate: fraction of the account (0.01 is 1 %).
        risk_per_unit: quote units, from `unit_risk`, or ATR · multiple.
        lot_size: base units.

    Raises:
        BadFigure: a figure is not positive, or the risk is more than a tenth of the account.
    """
    positive("account", account)
    fraction("risk", risk_rate, most=MOST_RISK)
    positive("risk_per_unit", risk_per_unit)
    raw = DOWNWARD.divide(DOWNWARD.multiply(account, risk_rate), risk_per_unit)
    size = floor_to_step(raw, lot_size)
    return SizedPosition(size, raw, risk_per_unit, UPWARD.multiply(size, risk_per_unit))


def size_by_atr(
    account: Decimal, risk_rate: Decimal, atr: Decimal, multiple: Decimal, lot_size: Decimal
) -> SizedPosition:
    """Return the size whose stop lies a multiple of the average true range away.

    Args:
        account, risk_rate, lot_size: as in `size_by_risk`.
        atr: quote units. multiple: of it, to the stop.
    """
    return size_by_risk(account, risk_rate, positive("atr", atr) * positive("multiple", multiple), lot_size)


def kept_within(
    position: SizedPosition, loss: Callable[[Decimal], Decimal], budget: Decimal, lot_size: Decimal
) -> SizedPosition:
    """Return a size cut to what may be lost where each further unit fills worse than the one before.

    Args:
        position: sized as if all of it filled at one price.
        loss: of a size at its stop, quote units, never falling with the size: of a walked book, say.
        budget: the most that may be lost, quote units. lot_size: base units.

    Returns:
        The position itself where it fits, else the largest on the lot step that does; 0 where none does.
    """
    if not position.size or loss(position.size) <= budget:
        return position
    fits, fails = ZERO, position.size / lot_size  # in steps
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if loss(middle * lot_size) <= budget:
            fits = middle
        else:
            fails = middle
    size = fits * lot_size
    lost = loss(size) if size else ZERO
    return SizedPosition(size, size, lost / size if size else position.unit_risk, lost)


def regime_factor(atr: Decimal, mean_atr: Decimal, cut: Decimal) -> Decimal:
    """Return what a size is multiplied with: 1 − cut where the range is above its own mean, else 1.

    Args:
        atr: ATR(20). mean_atr: its mean over 50 periods.
        cut: 0.25 to 0.40 as the trader has set it; any fraction below 1 is taken.
    """
    if not 0 <= cut < ONE:
        raise BadFigure("cut", "The cut in wild markets is a fraction from 0 up to, but not, 1")
    return ONE - cut if positive("atr", atr) > positive("mean_atr", mean_atr) else ONE


def reduced(position: SizedPosition, factors: Sequence[Decimal], lot_size: Decimal) -> SizedPosition:
    """Return a size cut by factors of regime, conviction or context; each may only reduce.

    Raises:
        BadFigure: a factor lies outside 0 … 1.
    """
    raw = position.raw_size
    for factor in factors:
        if not ZERO <= factor <= ONE:
            raise BadFigure(
                "factor", f"Regime and conviction may only reduce a size: {factor:f} is not in 0 … 1"
            )
        raw = DOWNWARD.multiply(raw, factor)
    size = floor_to_step(raw, lot_size)
    return SizedPosition(size, raw, position.unit_risk, UPWARD.multiply(size, position.unit_risk))


def kelly_fraction(
    win_rate: Decimal, payoff: Decimal, *, share: Decimal = ONE, cap: Decimal = ONE
) -> Decimal:
    """Return the part of the account to risk: p − (1 − p)/b, never below 0, a share of it, capped.

    Args:
        win_rate: p, 0 … 1. payoff: b, mean win over mean loss.
        share: of full Kelly (0.25 is quarter Kelly). cap: most that is ever risked.
    """
    if not ZERO <= win_rate <= ONE:
        raise BadFigure("win_rate", "A win rate lies between 0 and 1")
    fraction("share", share)
    fraction("cap", cap)
    full = win_rate - (ONE - win_rate) / positive("payoff", payoff)
    return min(cap, max(ZERO, full) * share)


def volatility_scale(target: Decimal, present: Decimal, *, cap: Decimal = ONE) -> Decimal:
    """Return target σ over present σ, capped; both over the same period.

    Args:
        target, present: standard deviations of returns. cap: 1 only ever reduces.
    """
    return min(
        positive("cap", cap), DOWNWARD.divide(positive("target", target), positive("present", present))
    )


def ewma_volatility(returns: NDArray[np.float64], decay: float = 0.94) -> float:
    """Return the present standard deviation per period, older squares fading by `decay` (RiskMetrics).

    Args:
        returns: log returns, oldest first; nan is missing and passed over.
        decay: weight kept from one period to the next.
    """
    if not 0 < decay < 1:
        raise BadFigure("decay", "The decay lies between 0 and 1")
    known = returns[np.isfinite(returns)]
    if not len(known):
        raise BadFigure("returns", "No returns: volatility cannot be said")
    weights = decay ** np.arange(len(known) - 1, -1, -1, dtype=np.float64)
    return sqrt(float(np.dot(weights, known**2) / weights.sum()))


def joint_risk(weights: NDArray[np.float64], covariance: NDArray[np.float64]) -> float:
    """Return √(wᵀCw): what positions risk together, in the unit of the weights.

    Args:
        weights: (n,) signed notionals or money at risk.
        covariance: (n, n) of returns, or correlations where the weights are money at risk.
    """
    _check_matrix(weights, covariance)
    return sqrt(max(0.0, float(weights @ covariance @ weights)))


def correlated_size_share(
    held: NDArray[np.float64], candidate: float, covariance: NDArray[np.float64], budget: float
) -> float:
    """Return the share of a candidate, 0 … 1, that keeps the joint risk within a budget.

    Args:
        held: (n,) signed money at risk (or notionals) of what is held.
        candidate: the same of the new position, the last row and column of the covariance.
        covariance: (n + 1, n + 1).
        budget: most joint risk, in the unit of √(wᵀCw).

    Returns:
        1 where all of it fits, also when it hedges; 0 where the budget is used up and it adds to it.
    """
    weights = np.append(held, candidate)
    _check_matrix(weights, covariance)
    if budget <= 0:
        raise BadFigure("budget", "The risk budget must be above zero")
    if joint_risk(weights, covariance) <= budget:
        return 1.0
    # a·t² + 2·b·t + c = budget² for the share t
    a = float(covariance[-1, -1]) * candidate**2
    b = candidate * float(covariance[-1, :-1] @ held)
    c = float(held @ covariance[:-1, :-1] @ held)
    inside = b * b - a * (c - budget**2)
    if a <= 0 or inside < 0:
        return 0.0
    share = (-b + sqrt(inside)) / a
    return min(1.0, max(0.0, share))


def liquidity_size(visible_size: Decimal, share: Decimal, lot_size: Decimal) -> Decimal:
    """Return the most that may be taken of what rests within the allowed slippage.

    Args:
        visible_size: from `book_walk.largest_within`. share: of it, a fraction.
    """
    return floor_to_step(not_negative("visible_size", visible_size) * fraction("share", share), lot_size)


def leverage_needed(notional: Decimal, account: Decimal) -> Decimal:
    """Return the leverage a position has on the whole account."""
    return not_negative("notional", notional) / positive("account", account)


def _check_matrix(weights: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
    if covariance.shape != (len(weights), len(weights)):
        raise BadFigure("covariance", "The covariance must have a row and a column for every position")
    if not (np.isfinite(weights).all() and np.isfinite(covariance).all()):
        raise BadFigure("covariance", "Joint risk needs finite figures for every position")
