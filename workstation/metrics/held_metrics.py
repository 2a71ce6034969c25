"""Metrics of what the trader holds: how much of a symbol and its sector, and how it moves with all of it."""

import numpy as np
from numpy.typing import NDArray

from workstation.metrics.facts import SymbolFacts
from workstation.metrics.held_book import HeldBook
from workstation.metrics.metric import Metric, NoData, Unit
from workstation.metrics.past_metrics import LEAST_PAIRS, MONTH_HOURS, correlation_with

_SOURCE = "domain, correlation"


def _book(facts: SymbolFacts) -> HeldBook:
    held = facts.held
    if held.unknown:
        raise NoData(f"The mark price of {', '.join(held.unknown)} is not known")
    return held


def _held_rate(facts: SymbolFacts) -> float:
    return _book(facts).weights.get(facts.state.instrument.symbol, 0.0)


def _sector_held_rate(facts: SymbolFacts) -> float:
    held = _book(facts)
    return held.sectors.get(held.sector_of(facts.state.instrument.base), 0.0)


def _correlation_book(facts: SymbolFacts) -> float:
    held = _book(facts)
    if not held.weights:
        raise NoData("Nothing is held")
    version = held.version, facts.now_ms // 60_000
    times, returns = facts.once_for_all("book returns", version, lambda: _book_returns(facts, held))
    return correlation_with(facts, times, returns)


def _book_returns(facts: SymbolFacts, held: HeldBook) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What the book returned hour by hour, at the weights of now; nan where one of its symbols is not known.

    Raises:
        NoData: a symbol held is not followed.
    """
    moves = []
    for symbol, weight in held.weights.items():
        state = facts.market.state(symbol)
        if state is None:
            raise NoData(f"{symbol} is held, and not followed")
        moves.append((weight, facts.hourly_returns(MONTH_HOURS, state)))
    times = moves[0][1][0]
    together = np.zeros(len(times))
    for weight, (hours, returns) in moves:
        own = np.full(len(times), np.nan)
        _, here, there = np.intersect1d(times, hours, assume_unique=True, return_indices=True)
        own[here] = returns[there]
        together += weight * own
    return times, together


HELD_METRICS: tuple[Metric, ...] = (
    Metric(
        "correlation_book",
        "Correlation with what is held",
        "ρ book",
        Unit.NUMBER,
        ("hours", "minute", "positions"),
        300_000,
        "Pearson's correlation of hourly log returns with those of the open positions together, at their "
        f"worth of now, short negative, over up to 30 days; {LEAST_PAIRS} hours are the least",
        _SOURCE,
        _correlation_book,
        signed=True,
    ),
    Metric(
        "held_rate",
        "Held of the equity",
        "Held",
        Unit.RATE,
        ("held",),
        None,
        "worth of the open position / equity of the account, short negative; 0 without one",
        "domain, exposure",
        _held_rate,
        decimals=1,
        signed=True,
    ),
    Metric(
        "sector_held_rate",
        "Held of the sector",
        "Sector held",
        Unit.RATE,
        ("held",),
        None,
        "net worth of all open positions in coins of the sector / equity of the account, short negative",
        "domain, exposure",
        _sector_held_rate,
        decimals=1,
        signed=True,
    ),
)
