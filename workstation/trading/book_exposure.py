"""What a book of positions is exposed to: sectors, factors, groups of likes, and its risk as a whole."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.correlation import beta, ledoit_wolf
from workstation.analytics.exposure import (
    basket,
    correlation_with_book,
    independent_bets,
    joint_deviation,
    risk_shares,
)
from workstation.metrics.held_book import HeldBook
from workstation.trading.account import Account
from workstation.trading.sectors import Sectors

Floats = NDArray[np.float64]

LEAST_BARS = 72
"""Bars that a symbol must have had, or its risk is not known: three days of hours."""
LEAST_BASKET = 3
"""Fewer coins are no basket."""
AI = "ai"
"""The sector whose basket is a factor."""


@dataclass(frozen=True, slots=True)
class Movements:
    """How symbols moved of late.

    Attributes:
        symbols: of the columns.
        returns: (n, k) log returns of equal bars, nan where missing.
        bars_a_day: of these.
        coins: base coin by symbol.
        groups: symbols that move alike, by the group's name.
    """

    symbols: tuple[str, ...]
    returns: Floats
    bars_a_day: float
    coins: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _known: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was asked for before: it is worked out once for each closed bar."""

    def column(self, symbol: str) -> Floats | None:
        """A symbol's returns; None where too few are known."""
        if symbol not in self.symbols:
            return None
        found: Floats = self.returns[:, self.symbols.index(symbol)]
        return found if np.count_nonzero(np.isfinite(found)) >= LEAST_BARS else None

    def factors(self, sectors: Sectors) -> dict[str, Floats]:
        """The returns of every factor there is: BTC, ETH, and the mean of the followed AI coins."""
        found: dict[str, Floats] = {}
        for coin in ("BTC", "ETH"):
            symbol = next((one for one in self.symbols if self.coins.get(one) == coin), "")
            column = self.column(symbol)
            if column is not None:
                found[coin] = column
        members = [
            place for place, one in enumerate(self.symbols) if sectors.of(self.coins.get(one, "")) == AI
        ]
        if len(members) >= LEAST_BASKET:
            found["AI basket"] = basket(self.returns[:, members])
        return found

    def beta_to(self, symbol: str, factor: str, returns: Floats) -> float:
        """A symbol's beta to a factor's returns; nan where it is not known."""
        key = (symbol, factor)
        if key not in self._known:
            column = self.column(symbol)
            self._known[key] = nan if column is None else beta(column, returns)
        known = self._known[key]
        assert isinstance(known, float)
        return known

    def covariance(self, symbols: tuple[str, ...]) -> Floats:
        """The shrunk covariance (k, k) of a day's returns, over the bars that all of them have."""
        if symbols not in self._known:
            rows = self.returns[:, [self.symbols.index(symbol) for symbol in symbols]]
            rows = rows[np.isfinite(rows).all(axis=1)]
            whole = len(rows) >= LEAST_BARS
            found = ledoit_wolf(rows)[0] * self.bars_a_day if whole else np.full((len(symbols),) * 2, nan)
            self._known[symbols] = found
        known = self._known[symbols]
        assert isinstance(known, np.ndarray)
        return known


@dataclass(frozen=True, slots=True)
class Sides:
    """Long and short worth, both positive, for the equity."""

    long: float = 0.0
    short: float = 0.0

    @property
    def net(self) -> float:
        """Long less short."""
        return self.long - self.short

    @property
    def gross(self) -> float:
        """Long and short together."""
        return self.long + self.short

    def plus(self, worth: float) -> "Sides":
        """With another signed worth."""
        return Sides(self.long + max(0.0, worth), self.short + max(0.0, -worth))


@dataclass(frozen=True, slots=True)
class BookExposure:
    """What a book comes to, everything for the equity.

    Attributes:
        weights: signed worth by symbol.
        whole: long and short of all.
        sectors, groups: the same by sector, and by group that moves alike (a symbol alone by its own name).
        factors: by factor, each position times its beta; those without one are left out.
        deviation: √(w′Cw) of a day; nan where it cannot be said.
        bets: independent ones; nan likewise.
        shares: of the risk, by symbol.
        margin: used.
        left_out: symbols held of which too little is known for betas and risk.
    """

    weights: Mapping[str, float]
    whole: Sides
    sectors: Mapping[str, Sides]
    groups: Mapping[str, Sides]
    factors: Mapping[str, Sides]
    deviation: float
    bets: float
    shares: Mapping[str, float]
    margin: float
    left_out: tuple[str, ...]


def book_exposure(
    account: Account, equity: float, movements: Movements | None, sectors: Sectors
) -> BookExposure:
    """Return what an account is exposed to.

    Args:
        account: as it stands, or as it would after an order.
        equity: what everything is held against; positive.
        movements: None where nothing of them is known yet.
        sectors: of coins.
    """
    weights = _weights(account, equity)
    by_sector: dict[str, Sides] = {}
    by_group: dict[str, Sides] = {}
    by_factor: dict[str, Sides] = {}
    whole, left_out = Sides(), []
    group_of = {} if movements is None else {one: name for name, of in movements.groups.items() for one in of}
    factors = {} if movements is None else movements.factors(sectors)
    for name in factors:
        by_factor[name] = Sides()
    for symbol, weight in weights.items():
        base = account.contracts[symbol].base
        for parts, name in ((by_sector, sectors.of(base)), (by_group, group_of.get(symbol, base))):
            parts[name] = parts.get(name, Sides()).plus(weight)
        whole = whole.plus(weight)
        if movements is None or movements.column(symbol) is None:
            left_out.append(symbol)
            continue
        for name, returns in factors.items():
            slope = movements.beta_to(symbol, name, returns)
            if isfinite(slope):
                by_factor[name] = by_factor[name].plus(weight * slope)
    known = tuple(sorted(symbol for symbol in weights if symbol not in left_out))
    deviation, bets, shares = nan, nan, {}
    if movements is not None and (known or not weights):
        held = np.array([weights[symbol] for symbol in known])
        covariance = movements.covariance(known) if known else np.zeros((0, 0))
        if np.isfinite(covariance).all():
            deviation, bets = joint_deviation(held, covariance), independent_bets(held, covariance)
            shares = dict(zip(known, risk_shares(held, covariance).tolist(), strict=True))
    return BookExposure(
        weights,
        whole,
        by_sector,
        by_group,
        by_factor,
        deviation,
        bets,
        shares,
        float(account.figures().used_margin) / equity,
        tuple(left_out),
    )


def held_book(account: Account, sectors: Sectors, version: Hashable) -> HeldBook | None:
    """Return what is held as metrics ask for it; None without equity.

    Args:
        account: at the marks of now.
        sectors: of coins.
        version: of the positions.
    """
    equity = float(account.figures().equity)
    if equity <= 0:
        return None
    weights, by_sector = _weights(account, equity), dict[str, float]()
    for symbol, weight in weights.items():
        sector = sectors.of(account.contracts[symbol].base)
        by_sector[sector] = by_sector.get(sector, 0.0) + weight
    unknown = tuple(symbol for symbol in account.positions if symbol not in weights)
    return HeldBook(weights, by_sector, sectors.of, unknown, version)


def _weights(account: Account, equity: float) -> dict[str, float]:
    """Worth of each position for the equity, short negative; those whose mark is not known are left out."""
    worths = {symbol: account.notional(symbol) for symbol in account.positions}
    return {
        symbol: float(worth.copy_sign(account.positions[symbol].size)) / equity
        for symbol, worth in worths.items()
        if worth is not None
    }


def moves_with_book(symbol: str, book: BookExposure, movements: Movements | None) -> float:
    """Return the correlation of a symbol's returns with those of what is held; nan where it is not known."""
    if movements is None or movements.column(symbol) is None:
        return nan
    known = tuple(sorted({symbol, *(one for one in book.weights if one not in book.left_out)}))
    covariance = movements.covariance(known)
    if not np.isfinite(covariance).all():
        return nan
    weights = np.array([book.weights.get(one, 0.0) for one in known])
    return correlation_with_book(weights, covariance, known.index(symbol))
