"""A venue's rules for an order: steps, smallest and largest, caps of tiers; rounding that never adds risk."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from workstation.analytics.figures import DOWNWARD, ONE, ZERO, positive, sign
from workstation.analytics.liquidation import Exposure
from workstation.analytics.margin import check_leverage
from workstation.errors import BadFigure
from workstation.model.instrument import ContractKind
from workstation.model.margin import TierTable


@dataclass(frozen=True, slots=True)
class VenueRules:
    """What a venue takes of one symbol.

    Attributes:
        tick_size: step of prices.
        lot_size: step of sizes, in the venue's unit.
        min_size, max_size: of one order, in the same unit; 0 and None: no rule.
        min_notional: of one order, quote units.
        contract_size: base units (quote units if inverse) in one unit of size.
        kind: linear, inverse or spot.
        tiers: the symbol's brackets; None where the venue has not said them yet.
    """

    tick_size: Decimal
    lot_size: Decimal
    min_size: Decimal = ZERO
    max_size: Decimal | None = None
    min_notional: Decimal = ZERO
    contract_size: Decimal = ONE
    kind: ContractKind = ContractKind.LINEAR
    tiers: TierTable | None = None

    def __post_init__(self) -> None:
        positive("tick_size", self.tick_size)
        positive("lot_size", self.lot_size)
        positive("contract_size", self.contract_size)

    def quote_value(self, size: Decimal, price: Decimal) -> Decimal:
        """Return what an order is worth in quote units."""
        amount = abs(size) * self.contract_size
        return amount if self.kind is ContractKind.INVERSE else amount * price


def floor_to_step(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of a step not above the value; a size is never rounded up."""
    count = DOWNWARD.divide(value, positive("step", step)).to_integral_value(ROUND_FLOOR)
    return count * step


def ceil_to_step(value: Decimal, step: Decimal) -> Decimal:
    """Return the smallest multiple of a step not below the value."""
    return -floor_to_step(-value, step)


def round_size(size: Decimal, lot_size: Decimal) -> Decimal:
    """Return a signed size shortened toward zero to the lot step: never more than was asked for."""
    return floor_to_step(abs(size), lot_size).copy_sign(size)


def round_stop(position_size: Decimal, stop_price: Decimal, tick_size: Decimal) -> Decimal:
    """Return a protective stop on the tick grid, moved toward safety: it triggers sooner, never later.

    Args:
        position_size: only its sign counts; the stop of a long goes up, that of a short down.
        stop_price, tick_size: quote per base unit.
    """
    positive("stop_price", stop_price)
    if sign(position_size) > 0:
        return ceil_to_step(stop_price, tick_size)
    rounded = floor_to_step(stop_price, tick_size)
    if rounded <= 0:
        raise BadFigure("stop_price", f"The stop {stop_price:f} is below the smallest price step")
    return rounded


def round_limit(order_is_buy: bool, price: Decimal, tick_size: Decimal) -> Decimal:
    """Return a limit price on the tick grid that pays no more, or takes no less, than was asked for."""
    positive("price", price)
    rounded = floor_to_step(price, tick_size) if order_is_buy else ceil_to_step(price, tick_size)
    if rounded <= 0:
        raise BadFigure("price", f"The price {price:f} is below the smallest price step")
    return rounded


def check_order(
    rules: VenueRules, size: Decimal, price: Decimal, leverage: Decimal, *, held_size: Decimal = ZERO
) -> Decimal:
    """Return the size as the venue takes it, every cap checked again after rounding.

    Args:
        rules: of the symbol.
        size: signed, long > 0, in the venue's unit.
        price: the order's, quote per base unit.
        leverage: of the position.
        held_size: signed, what is held already; tier and leverage caps count both.

    Raises:
        BadFigure: too small, too large, off the price grid, above what its bracket allows, or no tier table.
    """
    positive("price", price)
    if not size.is_finite() or size == 0:
        raise BadFigure("size", "The size must be a number other than zero")
    if price != floor_to_step(price, rules.tick_size):
        raise BadFigure("price", f"The price {price:f} is not a multiple of {rules.tick_size:f}")
    rounded = round_size(size, rules.lot_size)
    amount = abs(rounded)
    if amount == 0:
        raise BadFigure("size", f"{abs(size):f} is less than the smallest step {rules.lot_size:f}")
    if amount < rules.min_size:
        raise BadFigure("size", f"{amount:f} is less than the smallest order {rules.min_size:f}")
    if rules.max_size is not None and amount > rules.max_size:
        raise BadFigure("size", f"{amount:f} is more than the largest order {rules.max_size:f}")
    value = rules.quote_value(rounded, price)
    if value < rules.min_notional:
        raise BadFigure(
            "size", f"An order of {value:f} is worth less than the smallest allowed, {rules.min_notional:f}"
        )
    _check_caps(rules, held_size + rounded, held_size, price, leverage)
    return rounded


def largest_size(rules: VenueRules, price: Decimal, leverage: Decimal) -> Decimal | None:
    """Return the largest position, in the venue's unit, that brackets allow at a leverage; None: no limit.

    Raises:
        BadFigure: no bracket allows the leverage, or the tier table is missing.
    """
    positive("price", price)
    check_leverage(leverage)
    allowed = [tier for tier in _tiers(rules).tiers if tier.max_leverage >= leverage]
    if not allowed:
        raise BadFigure("leverage", f"This symbol may not be held at {leverage:f}x")
    tiers = _tiers(rules).tiers
    cap = allowed[-1].notional_cap
    if cap is None:
        return None
    unit = rules.contract_size
    if rules.kind is ContractKind.INVERSE:
        cap = cap * price
    else:
        unit = unit * price
    size = floor_to_step(DOWNWARD.divide(cap, unit), rules.lot_size)
    # At the border itself the next bracket begins, and with it its lower leverage.
    if allowed[-1] is not tiers[-1] and size * unit >= cap:
        size -= rules.lot_size
    return max(ZERO, size)


def _check_caps(rules: VenueRules, after: Decimal, held: Decimal, price: Decimal, leverage: Decimal) -> None:
    if abs(after) < abs(held) and after * held >= 0:
        return  # what reduces a position is never refused for its size
    table = _tiers(rules)
    if after == 0:
        return
    notional = Exposure(after, price, rules.contract_size, rules.kind).notional(price)
    cap = table.largest_notional
    if cap is not None and notional > cap:
        raise BadFigure("size", f"The position would be worth {notional:.8g}; at most {cap:f} may be held")
    check_leverage(leverage, table.tier_of(notional))


def _tiers(rules: VenueRules) -> TierTable:
    if rules.tiers is None:
        raise BadFigure(
            "tiers", "The venue's margin tiers are not known yet: no order can be checked without"
        )
    return rules.tiers
