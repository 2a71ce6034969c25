"""The mark price at which a position is liquidated: isolated and cross, linear and inverse, venue by venue.

One line of algebra serves both kinds of contract. With x the price (linear) or its reciprocal (inverse) and
a the signed exposure to x, profit is a·(x − x_entry) and the notional is |a|·x, so equity and maintenance
margin are straight lines in the notional within one bracket. The bracket is chosen at the liquidation price,
by the sign of equity − margin at the brackets' own borders, where the figures are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from workstation.analytics.figures import ONE, ZERO, not_negative, not_zero, positive, rate, sign
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import MarginTier, TierTable


class ClosingFee(Enum):
    """Where a venue puts the taker fee of the order that would close the position."""

    LEFT_OUT = "left_out"  # Binance, Hyperliquid: equity against maintenance margin alone
    REQUIRED = "required"  # OKX, Bitget, Gate: on top of the maintenance rate, on the notional at that price
    SET_ASIDE = "set_aside"  # Bybit: part of the margin posted, reckoned at the bankruptcy price


VENUE_CLOSING_FEES = {
    "binance": ClosingFee.LEFT_OUT,
    "bybit": ClosingFee.SET_ASIDE,
    "okx": ClosingFee.REQUIRED,
    "hyperliquid": ClosingFee.LEFT_OUT,
}
"""The convention of each venue we know, by the first part of its name."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One leg of a position.

    Attributes:
        size: signed, long > 0: base units, or contracts if inverse.
        entry_price: quote per base unit, average of the fills.
        contract_size: base units in one unit of size; quote units if inverse.
        kind: linear or inverse.
    """

    size: Decimal
    entry_price: Decimal
    contract_size: Decimal = ONE
    kind: ContractKind = ContractKind.LINEAR

    def __post_init__(self) -> None:
        not_zero("size", self.size)
        positive("entry_price", self.entry_price)
        positive("contract_size", self.contract_size)
        if self.kind is ContractKind.SPOT:
            raise BadFigure("kind", "Spot is paid in full: it has no margin and no liquidation price")

    @property
    def slope(self) -> Decimal:
        """Money won per unit of x: quote per quote of price, or coin per unit of reciprocal price."""
        amount = self.size * self.contract_size
        return amount if self.kind is ContractKind.LINEAR else -amount

    @property
    def entry(self) -> Decimal:
        """The entry as x."""
        return self.at(self.entry_price)

    def at(self, price: Decimal) -> Decimal:
        """Return the x of a price; the same call leads back."""
        return price if self.kind is ContractKind.LINEAR else ONE / price

    def notional(self, price: Decimal) -> Decimal:
        """Return what the leg is worth at a price: quote units, or coin if inverse."""
        positive("price", price)
        amount = abs(self.slope)
        # One rounding, not two: on the border of a bracket the last digit decides.
        return amount * price if self.kind is ContractKind.LINEAR else amount / price

    def profit(self, price: Decimal) -> Decimal:
        """Return what closing at a price would bring before fees: quote units, or coin if inverse."""
        positive("price", price)
        return self.slope * (self.at(price) - self.entry)


@dataclass(frozen=True, slots=True)
class LiquidationPoint:
    """Where a position ends: the mark price, unrounded, and the bracket of its notional there."""

    price: Decimal
    tier: MarginTier


def liquidation_point(
    exposure: Exposure,
    margin: Decimal,
    tiers: TierTable,
    *,
    fee_rate: Decimal = ZERO,
    closing_fee: ClosingFee = ClosingFee.LEFT_OUT,
) -> LiquidationPoint | None:
    """Return the mark price at which equity is down to the maintenance margin.

    Args:
        exposure: the position.
        margin: what answers for it, in quote units (coin if inverse): isolated, the margin posted, funding
            and closing fee included; cross, `cross_margin` of the wallet.
        tiers: the symbol's table; `TierTable.flat` where a venue fixes the rate by size (OKX).
        fee_rate: taker fee, a fraction; of no effect where the convention leaves it out.
        closing_fee: the venue's convention.

    Returns:
        The point, above the present mark if the margin is already used up; None where no positive price
        liquidates the position.

    Raises:
        BadFigure: a figure that cannot be, or fees and maintenance together of 100 % and more.

    Source: Binance FAQ "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts" and its COIN-M
    sister (the bracket is that of the notional at the liquidation price); OKX "margin ratio"; Bybit
    "Liquidation Price Calculation under Isolated Mode (Unified Trading Account)"; Hyperliquid docs
    "Liquidations".
    """
    rate("fee_rate", fee_rate)
    if not margin.is_finite():
        raise BadFigure("margin", "Margin must be a finite number")
    side = sign(exposure.slope)
    if closing_fee is ClosingFee.SET_ASIDE:
        margin = _without_closing_fee(exposure, margin, fee_rate)
    extra = fee_rate if closing_fee is ClosingFee.REQUIRED else ZERO
    # Equity is base + side · notional, for a · x = side · notional.
    base = margin - exposure.slope * exposure.entry
    if side > 0 and base >= 0:
        return None  # worth something even where the notional is nothing
    if side < 0 and base <= 0:
        return None  # nothing left at any price
    tier = _tier_at_the_end(base, side, tiers, extra)
    steepness = tier.maintenance_rate + extra - side
    if side > 0 and steepness >= 0:
        raise BadFigure("fee_rate", "Maintenance margin and fee together take the whole notional")
    notional = (base + tier.maintenance_amount) / steepness
    return LiquidationPoint(exposure.at(notional / abs(exposure.slope)), tier)


def liquidation_price_on_entry_margin(
    exposure: Exposure, margin: Decimal, maintenance_margin: Decimal
) -> Decimal | None:
    """Return the mark price at which a maintenance margin fixed at the entry is all that is left.

    The convention of Bybit before September 2025, Delta and others; today's venues reckon the maintenance
    margin on the mark.

    Args:
        exposure: the position.
        margin: quote units (coin if inverse) posted, without what is set aside for the closing fee.
        maintenance_margin: quote units (coin if inverse), reckoned on the value at entry.

    Returns:
        Quote per base unit, unrounded; None where no positive price liquidates the position.
    """
    not_negative("maintenance_margin", maintenance_margin)
    x = exposure.entry - (margin - maintenance_margin) / exposure.slope
    return exposure.at(x) if x > 0 else None


def liquidation_price_at_adjustment(
    exposure: Exposure, static_margin: Decimal, leverage: Decimal, adjustment: Decimal
) -> Decimal | None:
    """Return the price at which equity over the margin used is down to the adjustment factor, as HTX has it.

    Args:
        exposure: a linear position.
        static_margin: quote units, before profit and loss.
        leverage: of the position.
        adjustment: HTX's factor of the bracket and leverage (0.015).

    Source: HTX "margin ratio = equity / margin used − adjustment factor", liquidated at 0.
    """
    positive("leverage", leverage)
    size = exposure.slope
    price = (size * exposure.entry - static_margin) / (size - adjustment * abs(size) / leverage)
    return price if price > 0 else None


def bankruptcy_price(exposure: Exposure, margin: Decimal, *, fee_rate: Decimal = ZERO) -> Decimal | None:
    """Return the price at which the margin is used up, the closing fee paid if a rate is given.

    Returns:
        Quote per base unit; None where no positive price uses it up.
    """
    rate("fee_rate", fee_rate)
    x = (exposure.slope * exposure.entry - margin) / (exposure.slope - abs(exposure.slope) * fee_rate)
    return exposure.at(x) if x > 0 else None


def isolated_distance(leverage: Decimal, maintenance_rate: Decimal, *, is_long: bool = True) -> Decimal:
    """Return the adverse move that liquidates an isolated linear position, as a fraction of its entry.

    About 1/leverage − maintenance rate: 4.5 % at 20x and 0.5 %, not 0.5 % as is often written.
    """
    side = ONE if is_long else -ONE
    exposure = Exposure(side, ONE)
    point = liquidation_point(
        exposure, ONE / positive("leverage", leverage), TierTable.flat(maintenance_rate)
    )
    return ONE if point is None else side * (ONE - point.price)


@dataclass(frozen=True, slots=True)
class LiquidationRange:
    """The marks between which several legs of one symbol live; None: no liquidation on that side."""

    below: Decimal | None
    above: Decimal | None


def shared_liquidation(
    legs: Sequence[Exposure], margin: Decimal, tiers: TierTable, *, fee_rate: Decimal = ZERO
) -> LiquidationRange:
    """Return where the long and the short leg of one symbol, held in one cross wallet, end together.

    Each leg has its own maintenance margin, so even a perfect hedge ends where the price has risen enough.

    Args:
        legs: of one symbol and kind.
        margin: `cross_margin` of the wallet without these legs.
        tiers: the symbol's table, applied to each leg's notional.
        fee_rate: on top of the maintenance rate, where the venue has it so.

    Returns:
        The range in which equity exceeds the maintenance margin.

    Raises:
        BadFigure: no legs, kinds mixed, or no price at which the margin suffices.

    Source: Binance FAQ "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts", hedge mode.
    """
    if not legs:
        raise BadFigure("legs", "A liquidation price needs a position")
    kind = legs[0].kind
    if any(leg.kind is not kind for leg in legs):
        raise BadFigure("legs", "Linear and inverse legs do not share a liquidation price")
    borders = {ZERO}
    for leg in legs:
        borders.update(tier.notional_floor / abs(leg.slope) for tier in tiers.tiers)
    ordered = sorted(borders)
    lower = upper = None
    # What is left over the maintenance margin: a concave line of straight pieces. The end of one piece is
    # handed on as the start of the next, so that a root on a border is found exactly once.
    left = _line(legs, margin, tiers, fee_rate, ZERO)[0]
    suffices = left > 0
    for low, high in zip(ordered, [*ordered[1:], None], strict=True):
        level, slope = _line(legs, margin, tiers, fee_rate, low)
        right = slope if high is None else level + slope * high
        if left < 0 <= right and slope > 0:
            lower = -level / slope
        if left > 0 >= right and slope < 0:
            upper = -level / slope
        suffices = suffices or right > 0
        left = right
    if not suffices:
        raise BadFigure("margin", "The margin does not suffice at any price: these legs end at once")
    if kind is ContractKind.INVERSE:
        return LiquidationRange(
            None if upper is None else ONE / upper, None if lower is None else ONE / lower
        )
    return LiquidationRange(lower, upper)


def _line(
    legs: Sequence[Exposure], margin: Decimal, tiers: TierTable, fee_rate: Decimal, x: Decimal
) -> tuple[Decimal, Decimal]:
    """Return level and slope over x of equity − maintenance margin, just above an x."""
    level, slope = margin, ZERO
    for leg in legs:
        size = abs(leg.slope)
        # A border divided by the size and multiplied again may fall short of itself in the last digit.
        tier = next(
            tier
            for tier in reversed(tiers.tiers)
            if tier.notional_floor / size <= x or not tier.notional_floor
        )
        level += tier.maintenance_amount - leg.slope * leg.entry
        slope += leg.slope - size * (tier.maintenance_rate + fee_rate)
    return level, slope


def _tier_at_the_end(base: Decimal, side: int, tiers: TierTable, extra: Decimal) -> MarginTier:
    """Return the bracket in which base + side · n − n · (rate + extra) + amount is zero."""
    chosen = tiers.tiers[0]
    for tier in tiers.tiers[1:]:
        floor = tier.notional_floor
        left = base + side * floor - floor * (tier.maintenance_rate + extra) + tier.maintenance_amount
        # A long has less left the smaller its notional; a short, the larger it is.
        if side * left >= 0 if side > 0 else left <= 0:
            break
        chosen = tier
    return chosen


def _without_closing_fee(exposure: Exposure, margin: Decimal, fee_rate: Decimal) -> Decimal:
    """Return the margin less the fee of closing at the price at which both are used up."""
    price = bankruptcy_price(exposure, margin, fee_rate=fee_rate)
    if price is None:
        return margin
    return margin - exposure.notional(price) * fee_rate
