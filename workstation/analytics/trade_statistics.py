"""What a list of finished trades says about the trader: expectancy, profit factor, streaks, quality, ruin."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.distributions import wilson_interval
from workstation.errors import BadFigure

Floats = NDArray[np.float64]

_QUALITY_CAP = 100  # Van Tharp: beyond 100 trades the number would only grow with their count


@dataclass(frozen=True, slots=True)
class TradeStatistics:
    """Of n trades; a figure that is undefined is None.

    Attributes:
        count: n; below 30 every figure here stands on few trades.
        total, expectancy: money, sum and mean.
        win_rate, win_low, win_high: share of winners with Wilson's 95 % interval.
        mean_win, mean_loss: money, the loss above zero.
        profit_factor: won over lost; None without a loss.
        payoff: mean win over mean loss; None without both.
        expectancy_ratio: expectancy in units of the mean loss; None without a loss.
        deviation: standard deviation (ddof 1) of the money; None below two trades.
        most_losses_in_a_row: a trade that ends at zero breaks the row.
    """

    count: int
    total: float
    expectancy: float
    win_rate: float
    win_low: float
    win_high: float
    mean_win: float | None
    mean_loss: float | None
    profit_factor: float | None
    payoff: float | None
    expectancy_ratio: float | None
    deviation: float | None
    most_losses_in_a_row: int


def trade_statistics(pnl: Floats) -> TradeStatistics:
    """Return the statistics of finished trades.

    Args:
        pnl: (n,) net of fees and funding, in order of their ends.

    Raises:
        BadFigure: no trades, or one that is not a number.
    """
    if not len(pnl):
        raise BadFigure("trades", "No finished trades yet")
    if not np.isfinite(pnl).all():
        raise BadFigure("trades", "A trade's result is not a number")
    wins, losses = pnl[pnl > 0], -pnl[pnl < 0]
    low, high = wilson_interval(len(wins), len(pnl))
    mean_win = float(wins.mean()) if len(wins) else None
    mean_loss = float(losses.mean()) if len(losses) else None
    expectancy = float(pnl.mean())
    return TradeStatistics(
        count=len(pnl),
        total=float(pnl.sum()),
        expectancy=expectancy,
        win_rate=len(wins) / len(pnl),
        win_low=low,
        win_high=high,
        mean_win=mean_win,
        mean_loss=mean_loss,
        profit_factor=float(wins.sum() / losses.sum()) if len(losses) else None,
        payoff=mean_win / mean_loss if mean_win and mean_loss else None,
        expectancy_ratio=expectancy / mean_loss if mean_loss else None,
        deviation=float(pnl.std(ddof=1)) if len(pnl) > 1 else None,
        most_losses_in_a_row=_longest_row(pnl < 0),
    )


def r_multiple(net_pnl: float, initial_risk: float) -> float:
    """Return a trade's result in units of what it risked at first, costs included in the result."""
    if not initial_risk > 0:
        raise BadFigure("initial_risk", "R needs an initial risk above zero")
    return net_pnl / initial_risk


def system_quality(multiples: Floats) -> float | None:
    """Return Van Tharp's SQN: √min(n, 100) · mean(R) / std(R, ddof 1); None where nothing varies."""
    if len(multiples) < 2 or np.ptp(multiples) == 0:
        return None
    return sqrt(min(len(multiples), _QUALITY_CAP)) * float(multiples.mean() / multiples.std(ddof=1))


@dataclass(frozen=True, slots=True)
class Excursion:
    """How far the price went against a trade and for it, from its entry.

    Attributes:
        adverse, favourable: price units, signed: −30, +5; 0 where it never went that way.
    """

    adverse: float
    favourable: float


def excursion(is_long: bool, entry_price: float, prices: Floats) -> Excursion:
    """Return the excursions of a trade from the tape of its life (candles would miss the order of things).

    Args:
        prices: every public trade between entry and exit.
    """
    if not len(prices):
        return Excursion(0.0, 0.0)
    moves = (prices - entry_price) * (1.0 if is_long else -1.0)
    return Excursion(min(0.0, float(moves.min())), max(0.0, float(moves.max())))


def risk_of_ruin(win_rate: float, units: float) -> float:
    """Return the probability of losing so many units, each trade winning or losing one.

    Args:
        win_rate: of even-money trades; what counts is the edge 2p − 1: without one, ruin is certain.
        units: the account in units of the risk of one trade.

    Source: gambler's ruin, ((1 − p) / p)^units.
    """
    if not 0 <= win_rate <= 1 or units < 0:
        raise BadFigure("win_rate", "A win rate lies between 0 and 1, and units are not negative")
    return 1.0 if win_rate <= 0.5 else float(((1 - win_rate) / win_rate) ** units)


def _longest_row(flags: NDArray[np.bool_]) -> int:
    longest = row = 0
    for flag in flags:
        row = row + 1 if flag else 0
        longest = max(longest, row)
    return longest
