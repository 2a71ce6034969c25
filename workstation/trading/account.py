"""One wallet with all that hangs on it: margin, liquidations now and after an order, risk, heat, exposure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from workstation.analytics.figures import positive
from workstation.analytics.liquidation import LiquidationPoint, liquidation_point
from workstation.analytics.margin import (
    HeldPosition,
    cross_liquidations,
    effective_leverage,
    initial_margin,
    margin_ratio,
)
from workstation.analytics.sizing import joint_risk
from workstation.model.instrument import ContractKind
from workstation.model.margin import MarginMode
from workstation.model.orders import Side
from workstation.model.positions import Position
from workstation.trading.contracts import Contract
from workstation.trading.plan import wary_correlations
from workstation.trading.position_book import PositionBook
from workstation.trading.sectors import Sectors

_ZERO = Decimal(0)

Result = TypeVar("Result")

Correlation = Callable[[str, str], float]
"""Of the returns of two symbols; nan where it is not known."""


@dataclass(frozen=True, slots=True)
class Account:
    """One coin's wallet and the positions that are settled in it, at one moment.

    Attributes:
        asset: the coin; every amount of money here is in it.
        wallet: balance, the margin of isolated positions within it.
        positions: those that are not flat, by symbol.
        marks: mark prices by symbol; one that is missing leaves unknown what hangs on it.
        contracts: by symbol.
    """

    asset: str
    wallet: Decimal
    positions: Mapping[str, Position] = field(default_factory=dict)
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    _worked_out: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was asked for before: an account does not change, and a ticket asks at every key."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Symbols held whose mark or margin tiers are not known."""
        return tuple(symbol for symbol in self.positions if self._held(symbol) is None)

    def notional(self, symbol: str) -> Decimal | None:
        """What a position is worth at the mark, never negative; None without a mark, 0 when flat."""
        position, mark = self.positions.get(symbol), self.marks.get(symbol)
        if position is None:
            return _ZERO
        if mark is None:
            return None
        return self.contracts[symbol].exposure(position.size, position.entry_price).notional(mark)

    def unrealised_pnl(self, symbol: str) -> Decimal | None:
        """What closing at the mark would bring before fees; None without a mark, 0 when flat."""
        position, mark = self.positions.get(symbol), self.marks.get(symbol)
        if position is None:
            return _ZERO
        if mark is None:
            return None
        return self.contracts[symbol].exposure(position.size, position.entry_price).profit(mark)

    def _held(self, symbol: str) -> HeldPosition | None:
        position, mark, contract = self.positions[symbol], self.marks.get(symbol), self.contracts.get(symbol)
        if contract is None or mark is None or contract.rules.tiers is None:
            return None
        exposure = contract.exposure(position.size, position.entry_price)
        return HeldPosition(exposure, mark, contract.rules.tiers)

    def held(self) -> dict[str, HeldPosition]:
        """What can be valued, by symbol."""
        return dict(self._once("held", self._all_held))

    def _once(self, name: str, work_out: Callable[[], Result]) -> Result:
        if name not in self._worked_out:
            self._worked_out[name] = work_out()
        found: Result = self._worked_out[name]
        return found

    def _all_held(self) -> dict[str, HeldPosition]:
        known = ((symbol, self._held(symbol)) for symbol in self.positions)
        return {symbol: held for symbol, held in known if held is not None}

    @property
    def isolated_margin(self) -> Decimal:
        """What of the wallet is posted to isolated positions."""
        posted = (held.margin for held in self.positions.values() if held.margin_mode is MarginMode.ISOLATED)
        return sum(posted, _ZERO)

    def liquidations(self) -> dict[str, LiquidationPoint | None]:
        """Return where each position is liquidated by the mark, the others standing at theirs.

        Returns:
            By symbol; None where no price liquidates it. A symbol is missing where that cannot be said: its
            own mark or tiers are unknown, or, for a cross position, those of another cross position are.
        """
        return dict(self._once("liquidations", self._all_liquidations))

    def _all_liquidations(self) -> dict[str, LiquidationPoint | None]:
        held = self.held()
        points: dict[str, LiquidationPoint | None] = {}
        cross = {}
        for symbol, position in self.positions.items():
            if position.margin_mode is MarginMode.CROSS:
                cross[symbol] = held.get(symbol)
            elif symbol in held:
                contract = self.contracts[symbol]
                points[symbol] = liquidation_point(
                    held[symbol].exposure,
                    position.margin,
                    held[symbol].tiers,
                    fee_rate=max(_ZERO, contract.taker_rate),
                    closing_fee=contract.closing_fee,
                )
        known = {symbol: one for symbol, one in cross.items() if one is not None}
        if len(known) == len(cross) and known:
            contracts = [self.contracts[symbol] for symbol in known]
            points |= cross_liquidations(
                self.wallet - self.isolated_margin,
                known,
                fee_rate=max((max(_ZERO, contract.taker_rate) for contract in contracts), default=_ZERO),
                closing_fee=contracts[0].closing_fee,
            )
        return points

    def figures(self) -> "AccountFigures":
        """Return the sums over the wallet, from what can be valued; `unknown` names what is missing."""
        return self._once("figures", self._all_figures)

    def _all_figures(self) -> "AccountFigures":
        held = self.held()
        equity = self.wallet + sum((one.unrealised_pnl for one in held.values()), _ZERO)
        notional = sum((one.exposure.notional(one.mark_price) for one in held.values()), _ZERO)
        kept = sum((one.maintenance_margin for one in held.values()), _ZERO)
        used = _ZERO
        for symbol, one in held.items():
            position = self.positions[symbol]
            if position.margin_mode is MarginMode.ISOLATED:
                used += position.margin
            else:
                used += initial_margin(one.exposure.notional(one.mark_price), position.leverage)
        cross_profit = sum(
            (
                one.unrealised_pnl
                for symbol, one in held.items()
                if self.positions[symbol].margin_mode is MarginMode.CROSS
            ),
            _ZERO,
        )
        free = self.wallet + cross_profit - used
        return AccountFigures(
            equity,
            used,
            kept,
            free,
            notional,
            margin_ratio(kept, equity),
            effective_leverage(notional, equity),
        )

    def after(
        self,
        contract: Contract,
        side: Side,
        size: Decimal,
        price: Decimal,
        *,
        leverage: Decimal | None = None,
        margin_mode: MarginMode | None = None,
        fee_rate: Decimal | None = None,
    ) -> "Account":
        """Return the account as it would stand if this order were filled whole at this price.

        What it realises and its fee are in the wallet; the mark stays where it is, or is the price where
        there was none.

        Args:
            contract: of the symbol.
            side, size, price: of the order; the size positive.
            leverage, margin_mode: of the position afterwards; None keeps what it has, cross 1x if it is new.
            fee_rate: None takes the taker's.
        """
        positive("size", size)
        positive("price", price)
        symbol, before = contract.symbol, self.positions.get(contract.symbol)
        book = PositionBook(
            contract.venue, symbol, self.asset, contract.rules.contract_size, contract.rules.kind
        )
        position = book.hypothetical(before, side, size, price)
        mode = margin_mode or (before.margin_mode if before else MarginMode.CROSS)
        multiple = leverage or (before.leverage if before else Decimal(1))
        if position.size:
            value = contract.exposure(position.size, position.entry_price).notional(position.entry_price)
            margin = _ZERO
            if mode is MarginMode.ISOLATED:
                margin = initial_margin(value, multiple) + _kept_funding(before, position)
            position = replace(position, margin_mode=mode, leverage=multiple, margin=margin)
        rate = contract.taker_rate if fee_rate is None else fee_rate
        fee = contract.exposure(size, price).notional(price) * rate
        realised = position.realised_pnl - (before.realised_pnl if before else _ZERO)
        positions = {key: held for key, held in self.positions.items() if key != symbol}
        if position.size:
            positions[symbol] = position
        return replace(
            self,
            wallet=self.wallet + realised - fee,
            positions=positions,
            marks={symbol: price, **self.marks},
            contracts={**self.contracts, symbol: contract},
        )


def _kept_funding(before: Position | None, after: Position) -> Decimal:
    """The funding within an isolated margin that stays when a position is changed."""
    if before is None or before.margin_mode is not MarginMode.ISOLATED or before.size * after.size <= 0:
        return _ZERO
    amount = abs(before.size) * before.contract_size
    is_inverse = before.kind is ContractKind.INVERSE
    value = amount / before.entry_price if is_inverse else amount * before.entry_price
    return (before.margin - value / before.leverage) * min(Decimal(1), abs(after.size) / abs(before.size))


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """Sums over one wallet, in its coin.

    Attributes:
        equity: wallet and open profits.
        used_margin: initial margin of the positions, at the mark if cross, as posted if isolated.
        maintenance_margin: at the marks.
        free_margin: what may open more: wallet + profits of cross positions − used margin.
        notional: of all positions, at the marks.
        margin_ratio: maintenance margin over equity; None without positive equity.
        leverage: notional over equity; None without positive equity.
    """

    equity: Decimal
    used_margin: Decimal
    maintenance_margin: Decimal
    free_margin: Decimal
    notional: Decimal
    margin_ratio: Decimal | None
    leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class StopRisk:
    """What one position can still lose until its stop.

    Attributes:
        symbol: the venue's spelling.
        stop_price: None where nothing protects it.
        from_entry: lost against the entry if the stop is hit, its fee included; negative is locked profit.
        from_mark: lost against now.
    """

    symbol: str
    stop_price: Decimal | None
    from_entry: Decimal
    from_mark: Decimal


def risk_to_stop(account: Account, symbol: str, stop_price: Decimal | None) -> StopRisk | None:
    """Return what a position risks; without a stop that is what its margin can lose.

    Args:
        account: that holds it.
        symbol: of a position that is not flat.
        stop_price: trigger of its protective stop; None where there is none: then an isolated position risks
            its margin, a cross one all of the wallet.

    Returns:
        None where its mark is not known.
    """
    position, mark = account.positions[symbol], account.marks.get(symbol)
    if mark is None:
        return None
    contract = account.contracts[symbol]
    exposure = contract.exposure(position.size, position.entry_price)
    open_profit = exposure.profit(mark)
    if stop_price is None:
        isolated = position.margin_mode is MarginMode.ISOLATED
        lost = position.margin if isolated else account.wallet
        return StopRisk(symbol, None, lost, lost + open_profit)
    fee = exposure.notional(stop_price) * contract.taker_rate
    from_entry = fee - exposure.profit(stop_price)
    return StopRisk(symbol, stop_price, from_entry, from_entry + open_profit)


def portfolio_heat(risks: Mapping[str, Decimal], correlation: Correlation) -> Decimal:
    """Return √(wᵀCw) of the money at risk: what the positions lose together, not the plain sum.

    A correlation that is not known counts against the trader: as if both always lost together.

    Args:
        risks: signed money at risk to the stop by symbol, long > 0; what cannot lose any more left out.
        correlation: of returns.
    """
    symbols = list(risks)
    weights = np.array([float(risks[symbol]) for symbol in symbols])
    matrix = wary_correlations(symbols, [1 if weight >= 0 else -1 for weight in weights], correlation)
    return Decimal(repr(joint_risk(weights, matrix))) if symbols else _ZERO


@dataclass(frozen=True, slots=True)
class SectorExposure:
    """What is held of one sector, in the account's coin.

    Attributes:
        sector: its name.
        long, short: notionals at the mark, both positive.
        symbols: held in it, the largest first.
    """

    sector: str
    long: Decimal
    short: Decimal
    symbols: tuple[str, ...]

    @property
    def net(self) -> Decimal:
        """Long less short."""
        return self.long - self.short

    @property
    def gross(self) -> Decimal:
        """Long and short together."""
        return self.long + self.short


def sector_exposure(account: Account, sectors: Sectors) -> tuple[SectorExposure, ...]:
    """Return the exposure of each sector held, the largest first; positions without a mark count 0."""
    parts: dict[str, list[tuple[Decimal, str]]] = {}
    for symbol, position in account.positions.items():
        worth = account.notional(symbol) or _ZERO
        sector = sectors.of(account.contracts[symbol].base)
        parts.setdefault(sector, []).append((worth.copy_sign(position.size), symbol))
    found = [
        SectorExposure(
            sector,
            sum((worth for worth, _ in held if worth > 0), _ZERO),
            -sum((worth for worth, _ in held if worth < 0), _ZERO),
            tuple(symbol for _, symbol in sorted(held, key=lambda part: -abs(part[0]))),
        )
        for sector, held in parts.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.gross, one.sector)))
