"""What an order must fulfil before it is looked at: steps, limits of price and size, least notional."""

import re
from decimal import Decimal

from workstation.simulator import rest_errors
from workstation.simulator.matching import MatchingEngine, TimeInForce
from workstation.simulator.trading import refusals
from workstation.simulator.trading.orders import OrderRequest
from workstation.simulator.universe import SymbolSpec
from workstation.simulator.wire_text import StepText

MOST_LOTS, MOST_MARKET_LOTS = 10_000_000, 1_000_000
PRICE_UP, PRICE_DOWN = Decimal("1.05"), Decimal("0.95")
"""PERCENT_PRICE: how far from the mark a limit may be, for buys above, for sells below."""

LIMIT_KINDS = ("LIMIT", "STOP", "TAKE_PROFIT")
CONDITIONAL_KINDS = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
TIMES_IN_FORCE = ("GTC", "IOC", "FOK", "GTX")
_CLIENT_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")


def check_client_id(client_id: str) -> str:
    """Return a client order id.

    Raises:
        ApiError: −1100, −4015.
    """
    if len(client_id) > 36:
        raise rest_errors.ApiError(-4015, "Client order id length should be less than 36 chars")
    if not _CLIENT_ID.fullmatch(client_id):
        raise rest_errors.illegal("newClientOrderId", r"^[\.A-Z\:/a-z0-9_-]{1,36}$")
    return client_id


def price_ticks(spec: SymbolSpec, price: Decimal) -> int:
    """Return a price in ticks.

    Raises:
        ApiError: −4001, −1111, −4014.
    """
    if price <= 0:
        raise refusals.price_not_positive()
    ticks = price / spec.tick_size
    if ticks != int(ticks):
        raise refusals.precision() if _digits(price) > _digits(spec.tick_size) else refusals.off_tick()
    return int(ticks)


def size_lots(spec: SymbolSpec, size: Decimal, *, is_market: bool) -> int:
    """Return a size in lots.

    Raises:
        ApiError: −4003, −1111, −4023, −4005.
    """
    if size <= 0:
        raise refusals.size_not_positive()
    lots = size / spec.lot_size
    if lots != int(lots):
        raise refusals.precision() if _digits(size) > _digits(spec.lot_size) else refusals.off_step()
    if lots > (MOST_MARKET_LOTS if is_market else MOST_LOTS):
        raise refusals.size_too_large()
    return int(lots)


def check_limit(spec: SymbolSpec, side: int, ticks: int, mark: Decimal) -> None:
    """Refuse a limit too far from the mark.

    Raises:
        ApiError: −4016, −4024.
    """
    text = StepText(spec.tick_size)
    if side > 0 and ticks > (highest := int(mark * PRICE_UP / spec.tick_size)):
        raise refusals.too_high(text(highest))
    if side < 0 and ticks < (lowest := -int(-mark * PRICE_DOWN / spec.tick_size)):
        raise refusals.too_low(text(lowest))


def check_notional(spec: SymbolSpec, lots: int, price: Decimal) -> None:
    """Refuse what is too small to be worth an order.

    Raises:
        ApiError: −4164.
    """
    if lots * spec.lot_size * price < spec.min_notional:
        raise refusals.notional_too_small(str(spec.min_notional))


def check_match(engine: MatchingEngine, side: int, lots: int, limit: int, in_force: TimeInForce) -> None:
    """Refuse what its time in force does not let into this book.

    Raises:
        ApiError: −5022, −5021.
    """
    other = engine.asks if side > 0 else engine.bids
    if in_force is TimeInForce.GTX and other.keys and other.keys[-1] >= -limit * side:
        raise refusals.not_maker()
    if in_force is TimeInForce.FOK and not other.fillable(-limit * side, lots):
        raise refusals.not_fillable()


def position_side_of(request: OrderRequest, *, hedged: bool) -> str:
    """Return the position that an order is for.

    Raises:
        ApiError: −4061 where it does not fit the account's mode, −1106 for reduceOnly in hedge mode.
    """
    side = request.position_side or "BOTH"
    if (side == "BOTH") is hedged:
        raise refusals.wrong_position_side()
    if hedged and request.reduce_only is not None:
        raise refusals.not_sent_when_required("reduceonly")
    return side


def _digits(number: Decimal) -> int:
    return max(0, -int(number.normalize().as_tuple().exponent))
