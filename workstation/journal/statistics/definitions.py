"""What each figure of the journal is called, counted in and made of: what tooltips say, and its page."""

from dataclasses import dataclass
from enum import StrEnum


class FigureUnit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    MONEY = "money"  # the settlement coin
    RATE = "rate"  # a fraction; 0.45 is 45 %
    R = "r"
    RATIO = "ratio"
    MS = "ms"


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure.

    Attributes:
        key: by which it is asked for.
        name: for the trader.
        unit: of value and interval.
        formula: in words and signs.
        interval: what `low` and `high` are; empty where there is none.
    """

    key: str
    name: str
    unit: FigureUnit
    formula: str
    interval: str = ""


_WILSON = "95 %, Wilson"
_STUDENT = "95 %, Student's t"
_DAYS = "every calendar day UTC counts, also without a trade; result of a day / balance at its start"

_ALL = (
    Definition("trades", "Trades", FigureUnit.COUNT, "closed round trips; each from flat to flat"),
    Definition("win_rate", "Win rate", FigureUnit.RATE, "trips with a net result above 0 / all", _WILSON),
    Definition("total_money", "Net result", FigureUnit.MONEY, "Σ (gross − fees + funding)"),
    Definition("total_r", "Net result in R", FigureUnit.R, "Σ net result / initial risk"),
    Definition("expectancy_money", "Expectancy", FigureUnit.MONEY, "mean net result", _STUDENT),
    Definition(
        "expectancy_share",
        "Expectancy of the balance",
        FigureUnit.RATE,
        "mean of net result / balance when the trip was opened",
        _STUDENT,
    ),
    Definition(
        "expectancy_r", "Expectancy in R", FigureUnit.R, "mean of net result / initial risk", _STUDENT
    ),
    Definition("profit_factor", "Profit factor", FigureUnit.RATIO, "Σ won / Σ lost; undefined with no loss"),
    Definition(
        "payoff", "Payoff", FigureUnit.RATIO, "mean win / mean loss; undefined without both a win and a loss"
    ),
    Definition("sqn", "SQN", FigureUnit.RATIO, "√min(n, 100) · mean(R) / std(R), ddof 1"),
    Definition(
        "drawdown_money",
        "Max drawdown",
        FigureUnit.MONEY,
        "largest fall from a peak, closed trips; the starting balance is the first peak",
    ),
    Definition(
        "drawdown_share",
        "Max relative drawdown",
        FigureUnit.RATE,
        "largest fall / its peak; often another fall than the dearest",
    ),
    Definition("drawdown_r", "Max drawdown in R", FigureUnit.R, "largest fall of Σ R; 0 is the first peak"),
    Definition("sharpe", "Sharpe", FigureUnit.RATIO, f"mean / std (ddof 1) of daily returns · √365; {_DAYS}"),
    Definition(
        "sortino",
        "Sortino",
        FigureUnit.RATIO,
        f"mean · √365 / √mean(min(r, 0)²) over all days, not only losing ones; {_DAYS}",
    ),
    Definition(
        "calmar", "Calmar", FigureUnit.RATIO, f"compound yearly growth / deepest relative drawdown; {_DAYS}"
    ),
    Definition(
        "losing_streak",
        "Longest losing run",
        FigureUnit.COUNT,
        "losses in a row, by their ends; a trip at 0 ends it",
        "5 … 95 % of what chance alone gives with as many trips and this share of losses",
    ),
    Definition(
        "winning_streak",
        "Longest winning run",
        FigureUnit.COUNT,
        "wins in a row, by their ends; a trip at 0 ends it",
        "5 … 95 % of what chance alone gives with as many trips and this share of wins",
    ),
    Definition("held", "Held", FigureUnit.MS, "median time from the first fill to the last"),
    Definition("held_winners", "Winners held", FigureUnit.MS, "median over winners"),
    Definition("held_losers", "Losers held", FigureUnit.MS, "median over losers"),
    Definition("mae_money", "Mean MAE", FigureUnit.MONEY, "mean of the worst open result, before fees; ≤ 0"),
    Definition("mfe_money", "Mean MFE", FigureUnit.MONEY, "mean of the best open result, before fees; ≥ 0"),
    Definition("mae_r", "Mean MAE in R", FigureUnit.R, "mean of the worst open result / initial risk"),
    Definition("mfe_r", "Mean MFE in R", FigureUnit.R, "mean of the best open result / initial risk"),
    Definition(
        "mae_winners_r",
        "MAE of winners",
        FigureUnit.R,
        "90 % of the winners never went further against: what lies beyond it saved hardly any winner",
    ),
    Definition(
        "mfe_losers_r", "MFE of losers", FigureUnit.R, "median of what losers had won before they lost"
    ),
    Definition(
        "exposure",
        "Time in the market",
        FigureUnit.RATE,
        "time with a position open, overlaps once / first opening to last close",
    ),
    Definition("fees", "Fees", FigureUnit.MONEY, "Σ fees; positive was paid"),
    Definition("fees_share", "Fees of what was won", FigureUnit.RATE, "Σ fees / Σ gross results above 0"),
    Definition("funding", "Funding", FigureUnit.MONEY, "Σ funding; positive was received"),
    Definition(
        "funding_share", "Funding of what was won", FigureUnit.RATE, "−Σ funding / Σ gross results above 0"
    ),
    Definition(
        "followed", "Process followed", FigureUnit.RATE, "verdicts “followed” / all verdicts", _WILSON
    ),
    Definition("followed_r", "R, followed", FigureUnit.R, "mean R where the process was followed", _STUDENT),
    Definition("broken_r", "R, not followed", FigureUnit.R, "mean R where it was not", _STUDENT),
)

DEFINITIONS = {one.key: one for one in _ALL}
"""Every figure of the summary by its key, in the order to show them."""
