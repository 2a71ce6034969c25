"""The figures of a list of round trips: each with n, its interval where it has one, or why it is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from workstation.analytics.drawdown import balances, deepest_fall, largest_fall
from workstation.analytics.performance import FEW, calmar_ratio, sharpe_ratio, sortino_ratio
from workstation.analytics.trade_statistics import system_quality
from workstation.journal.statistics.days import daily_returns
from workstation.journal.statistics.definitions import DEFINITIONS
from workstation.journal.statistics.figure import Estimate, Figure, mean_of, plain, share_of
from workstation.journal.statistics.streaks import chance_band, longest_run
from workstation.journal.statistics.table import Flags, Floats, TripTable

NO_TRIPS = "No closed round trips yet"
NO_R = "None of them had a stop when it was opened: R needs an initial risk"
NO_START = "The starting balance is not known: type it in to see this"
NO_EXCURSION = "Not measured yet: neither tape nor candles of these trips are kept"
NO_VERDICT = "No verdict was given yet: say whether the process was followed"


@dataclass(frozen=True, slots=True)
class Summary:
    """Every figure of `DEFINITIONS`, by its key.

    Attributes:
        figures: in the order to show them.
        asset: settlement coin of those in money; empty where there is not one.
        open_count: trips that are left out because they are still open.
    """

    figures: Mapping[str, Figure]
    asset: str = ""
    open_count: int = 0

    def __getitem__(self, key: str) -> Figure:
        """Return a figure by its key."""
        return self.figures[key]

    def __iter__(self) -> Iterator[Figure]:
        """Go through the figures in the order to show them."""
        return iter(self.figures.values())


@dataclass(slots=True)
class _Maker:
    """Gathers figures under their definitions."""

    made: dict[str, Figure] = field(default_factory=dict)

    def put(self, key: str, estimate: Estimate, reason: str = "", left_out: str = "") -> None:
        why = reason if estimate.value is None else ""
        self.made[key] = Figure(DEFINITIONS[key], estimate, why, left_out)

    def refuse(self, keys: tuple[str, ...], n: int, reason: str) -> None:
        for key in keys:
            self.put(key, Estimate(None, n), reason)


def summary(table: TripTable) -> Summary:
    """Return the figures of closed round trips."""
    maker = _Maker()
    n = len(table)
    maker.put("trades", plain(float(n), n))
    if not n:
        maker.refuse(tuple(key for key in DEFINITIONS if key != "trades"), 0, NO_TRIPS)
    else:
        wins, losses = table.money > 0, table.money < 0
        maker.put("win_rate", share_of(wins))
        _money(maker, table, wins, losses)
        _multiples(maker, table)
        _daily(maker, table)
        _runs(maker, wins, losses)
        _held(maker, table, wins, losses)
        _excursions(maker, table, wins, losses)
        maker.put("exposure", plain(exposure(table), n), "All of it happened within one millisecond")
        _followed(maker, table)
    figures = {key: maker.made[key] for key in DEFINITIONS}
    return Summary(figures, table.asset, table.open_count)


def exposure(table: TripTable) -> float | None:
    """Return the share of time with something open; overlapping trips count once. None without any time."""
    if not len(table):
        return None
    order = np.argsort(table.opened_ms, kind="stable")
    opened, closed = table.opened_ms[order], np.maximum.accumulate(table.closed_ms[order])
    span = int(closed[-1] - opened[0])
    idle = int(np.maximum(0, opened[1:] - closed[:-1]).sum())
    return (span - idle) / span if span > 0 else None


_MONEY_KEYS = (
    "total_money",
    "expectancy_money",
    "profit_factor",
    "payoff",
    "drawdown_money",
    "drawdown_share",
    "fees",
    "fees_share",
    "funding",
    "funding_share",
)


def _money(maker: _Maker, table: TripTable, wins: Flags, losses: Flags) -> None:
    n, money = len(table), table.money
    share = table.money / table.balance
    unknown = int(np.count_nonzero(~np.isfinite(share)))
    left_out = f"{unknown} of {n} left out: the balance is not known" if unknown else ""
    maker.put("expectancy_share", mean_of(share), NO_START, left_out)
    if table.mixed:
        maker.refuse(_MONEY_KEYS, n, table.mixed)
        return
    maker.put("total_money", plain(float(money.sum()), n))
    maker.put("expectancy_money", mean_of(money))
    won, lost = float(money[wins].sum()), -float(money[losses].sum())
    maker.put("profit_factor", plain(won / lost if lost else None, n), "No losing trip: it is undefined")
    payoff = won / int(wins.sum()) / (lost / int(losses.sum())) if wins.any() and losses.any() else None
    maker.put("payoff", plain(payoff, n), "It needs a winner and a loser")
    start = table.start()
    maker.put("drawdown_money", plain(largest_fall(balances(money, start or 0.0)).money, n))
    deepest, why = None, NO_START
    if start is not None:
        why = "It needs a starting balance above zero"
        deepest = deepest_fall(balances(money, start)).rate if start > 0 else None
    maker.put("drawdown_share", plain(deepest, n), why)
    fees, funding = float(table.fees.sum()), float(table.funding.sum())
    gross_won = float(table.gross[table.gross > 0].sum())
    maker.put("fees", plain(fees, n))
    maker.put("funding", plain(funding, n))
    why = "Nothing was won that they could be held against"
    maker.put("fees_share", plain(fees / gross_won if gross_won else None, n), why)
    maker.put("funding_share", plain(-funding / gross_won if gross_won else None, n), why)


def _multiples(maker: _Maker, table: TripTable) -> None:
    known = table.r[np.isfinite(table.r)]
    n, missing = len(known), len(table) - len(known)
    left_out = f"{missing} of {len(table)} left out: no stop, so no R" if missing else ""
    if not n:
        maker.refuse(("total_r", "expectancy_r", "sqn", "drawdown_r"), 0, NO_R)
        return
    maker.put("total_r", plain(float(known.sum()), n), left_out=left_out)
    maker.put("expectancy_r", mean_of(known), left_out=left_out)
    maker.put("sqn", plain(system_quality(known), n), "It needs two results that differ", left_out)
    maker.put("drawdown_r", plain(largest_fall(balances(known)).money, n), left_out=left_out)


def _daily(maker: _Maker, table: TripTable) -> None:
    returns, why = daily_returns(table)
    if returns is None:
        maker.refuse(("sharpe", "sortino", "calmar"), 0, why)
        return
    n = len(returns)
    maker.put("sharpe", plain(sharpe_ratio(returns), n), "It needs two days that differ")
    maker.put("sortino", plain(sortino_ratio(returns), n), "No losing day: it is undefined")
    calmar = None
    if n < FEW:
        why = f"It needs {FEW} days: a yearly rate from fewer is made up"
    elif (returns <= -1).any():
        why = "Nothing was left of the balance"
    else:
        calmar, why = calmar_ratio(returns), "No drawdown: it is undefined"
    maker.put("calmar", plain(calmar, n), why)


def _runs(maker: _Maker, wins: Flags, losses: Flags) -> None:
    n = len(wins)
    for key, flags in (("losing_streak", losses), ("winning_streak", wins)):
        low, high = chance_band(n, float(flags.mean()))
        maker.put(key, Estimate(float(longest_run(flags)), n, float(low), float(high)))


def _held(maker: _Maker, table: TripTable, wins: Flags, losses: Flags) -> None:
    held = (table.closed_ms - table.opened_ms).astype(np.float64)
    maker.put("held", _median(held))
    maker.put("held_winners", _median(held[wins]), "No winner yet")
    maker.put("held_losers", _median(held[losses]), "No loser yet")


def _excursions(maker: _Maker, table: TripTable, wins: Flags, losses: Flags) -> None:
    missing = int(np.count_nonzero(~np.isfinite(table.mae)))
    left_out = f"{missing} of {len(table)} left out: not measured" if missing else ""
    for key, money in (("mae", table.mae), ("mfe", table.mfe)):
        known = money[np.isfinite(money)]
        average = plain(float(known.mean()) if len(known) else None, len(known))
        if table.mixed:
            maker.refuse((f"{key}_money",), len(table), table.mixed)
        else:
            maker.put(f"{key}_money", average, NO_EXCURSION, left_out)
        multiples = money / table.risk
        known = multiples[np.isfinite(multiples)]
        average = plain(float(known.mean()) if len(known) else None, len(known))
        maker.put(f"{key}_r", average, NO_EXCURSION if missing == len(table) else NO_R, left_out)
    against = (table.mae / table.risk)[wins]
    against = against[np.isfinite(against)]
    deepest = float(np.quantile(against, 0.1)) if len(against) else None
    maker.put("mae_winners_r", plain(deepest, len(against)), "No winner whose MAE and R are known", left_out)
    for_losers = _median((table.mfe / table.risk)[losses])
    maker.put("mfe_losers_r", for_losers, "No loser whose MFE and R are known", left_out)


def _followed(maker: _Maker, table: TripTable) -> None:
    verdicts = [one.note.followed for one in table.trips]
    followed = np.array([verdict is True for verdict in verdicts])
    broken = np.array([verdict is False for verdict in verdicts])
    judged = followed | broken
    missing = len(table) - int(judged.sum())
    left_out = f"{missing} of {len(table)} left out: no verdict" if missing else ""
    maker.put("followed", share_of(followed[judged]), NO_VERDICT, left_out)
    maker.put("followed_r", mean_of(table.r[followed]), "No trip with R that followed the process", left_out)
    maker.put("broken_r", mean_of(table.r[broken]), "No trip with R that broke the process", left_out)


def _median(values: Floats) -> Estimate:
    known = values[np.isfinite(values)]
    return plain(float(np.median(known)) if len(known) else None, len(known))
