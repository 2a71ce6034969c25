"""What can be said of an intent without knowing the market: whether it is well-formed, and its steps."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from workstation.analytics.margin import check_leverage
from workstation.analytics.venue_rules import round_limit, round_size, round_stop
from workstation.errors import BadFigure
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Purpose, Refusal, Side, TimeInForce
from workstation.trading.contracts import Contract

_LONGEST_HOLD_MS = 10 * 365 * 86_400_000


def rounded(intent: OrderIntent, contract: Contract) -> OrderIntent:
    """Return an intent on the venue's steps: sizes down, limits not worse, stops toward safety.

    Raises:
        BadFigure: a figure is not positive, or nothing is left of it.
    """
    rules, is_buy = contract.rules, intent.side is Side.BUY
    size = round_size(intent.size, rules.lot_size)
    if not size and intent.size > 0:
        raise BadFigure("size", f"{intent.size:f} is less than the smallest step {rules.lot_size:f}")
    price = None if intent.price is None else round_limit(is_buy, intent.price, rules.tick_size)
    trigger = intent.trigger_price
    if trigger is not None:
        # A stop that sells protects a long: as `round_stop` has it, it is hit sooner, never later.
        trigger = round_stop(Decimal(-intent.side.sign), trigger, rules.tick_size)
    bracket = intent.bracket
    if bracket is not None:
        bracket = _rounded_bracket(bracket, intent.side, rules.tick_size)
    return replace(intent, size=size, price=price, trigger_price=trigger, bracket=bracket)


def _rounded_bracket(bracket: Bracket, side: Side, tick_size: Decimal) -> Bracket:
    try:
        stop = round_stop(Decimal(side.sign), bracket.stop_price, tick_size)
    except BadFigure as error:
        raise BadFigure("bracket.stop_price", str(error)) from None
    try:
        targets = tuple(
            replace(target, price=round_limit(side is Side.SELL, target.price, tick_size))
            for target in bracket.targets
        )
    except BadFigure as error:
        raise BadFigure("bracket.targets", str(error)) from None
    return replace(bracket, stop_price=stop, targets=targets)


def malformed(intent: OrderIntent) -> list[Refusal]:
    """Return what cannot be right in any market: figures missing, not numbers, or contradictory."""
    return list(_malformed(intent))


def _malformed(intent: OrderIntent) -> Iterator[Refusal]:
    yield from _figure("size", intent.size, "The size")
    if intent.kind is OrderKind.LIMIT or intent.price is not None:
        yield from _figure("price", intent.price, "The limit price")
    if intent.kind.is_conditional:
        yield from _figure("trigger_price", intent.trigger_price, "The trigger price")
    if intent.leverage is not None:
        try:
            check_leverage(intent.leverage)
        except BadFigure as error:
            yield Refusal("leverage", str(error))
    if not 0 <= intent.hold_ms <= _LONGEST_HOLD_MS:
        yield Refusal("hold_ms", "The planned hold lies between nothing and ten years")
    rests = intent.kind is OrderKind.LIMIT and intent.time_in_force is TimeInForce.GTC
    if intent.post_only and not rests:
        yield Refusal("post_only", "Only a limit order that rests can be post-only")
    if intent.kind is OrderKind.TRAILING and (intent.trail is None or intent.purpose is not Purpose.PROTECT):
        yield Refusal("kind", "A trailing stop protects a position and says what it gives back")
    if intent.bracket is not None:
        yield from _malformed_bracket(intent.bracket)


def _malformed_bracket(bracket: Bracket) -> Iterator[Refusal]:
    yield from _figure("bracket.stop_price", bracket.stop_price, "The stop")
    total = Decimal(0)
    for target in bracket.targets:
        yield from _figure("bracket.targets", target.price, "A target")
        if not target.share.is_finite() or not 0 < target.share <= 1:
            yield Refusal("bracket.targets", "The share that a target closes lies above 0 % and up to 100 %")
            return
        total += target.share
    if total > 1:
        yield Refusal("bracket.targets", "The targets together close more than 100 % of the position")
    trail = bracket.trail
    if trail is not None and not (trail.share.is_finite() and 0 <= trail.share < 1):
        yield Refusal("bracket.trail", "The share given back lies between 0 % and below 100 %")


def _figure(name: str, value: Decimal | None, title: str) -> Iterator[Refusal]:
    if value is None:
        yield Refusal(name, f"{title} is missing")
    elif not value.is_finite():
        yield Refusal(name, f"{title} must be a number")
    elif value <= 0:
        yield Refusal(name, f"{title} must be above zero, not {value:f}")
