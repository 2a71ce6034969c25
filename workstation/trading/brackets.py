"""The exits of an entry: which orders should work for what was filled, and what to do to get there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.costs import give_back_stop
from workstation.analytics.venue_rules import floor_to_step, round_stop
from workstation.errors import BadFigure
from workstation.model.ledger import TrailStarted
from workstation.model.orders import (
    Bracket,
    Order,
    OrderIntent,
    OrderKind,
    OrderState,
    Purpose,
    Target,
    TrailMode,
)
from workstation.trading.contracts import Contract
from workstation.trading.portfolio import Portfolio

STOP = "stop"
"""The leg of a bracket that protects."""

_ZERO = Decimal(0)
_WORTH_AN_ORDER = Decimal("0.1")  # of a target: while the entry fills, less may wait a moment for more
_MOST_PARTS = 4  # of one target; more are put together
_MOST_EXPIRED = 8  # a venue ends a target for which a partial close leaves no room: it is sent anew


@dataclass(frozen=True, slots=True)
class Ward:
    """An entry with what is left of it in the position, and its exits.

    Attributes:
        entry: the order that opened.
        bracket: as approved.
        stop_price: where its stop belongs now.
        filled: of the entry, in the present round. held: of that, what is still in the position.
        exits: its stop and target orders, the oldest first.
    """

    entry: Order
    bracket: Bracket
    stop_price: Decimal
    filled: Decimal
    held: Decimal
    exits: tuple[Order, ...]

    @property
    def intent_id(self) -> str:
        """Of the entry."""
        return self.entry.intent.intent_id

    @property
    def stops(self) -> tuple[Order, ...]:
        """Its stop orders, the oldest first."""
        return tuple(order for order in self.exits if order.intent.leg == STOP)


@dataclass(frozen=True, slots=True)
class BracketPlan:
    """What to do next; done and asked again until nothing is left to do.

    Attributes:
        place: exits to send.
        cancel: client order ids to cancel.
        alarm: why what is held stands without a stop and none is sent by itself; empty while all is well.
        gathers: a part of a target waits for more of it.
    """

    place: tuple[OrderIntent, ...] = ()
    cancel: tuple[str, ...] = ()
    alarm: str = ""
    gathers: bool = False


def wards_of(portfolio: Portfolio, symbol: str) -> list[Ward]:
    """Return the entries of a symbol that have a bracket and something to look after, the oldest first.

    A size that left the position by other orders (the trader closed a part by hand) leaves the newest entries
    first; an entry of an earlier round holds nothing of this one.
    """
    position = portfolio.position(symbol)
    filled: dict[str, Decimal] = {}
    for fill in portfolio.fills(symbol, position.opened_ms) if position.size else ():
        filled[fill.client_order_id] = filled.get(fill.client_order_id, _ZERO) + fill.size
    size = position.size
    for order in portfolio.missing_fills:
        # The venue holds what it says was filled, though the fills themselves are still on their way.
        if order.intent.symbol == symbol:
            filled[order.client_order_id] = filled.get(order.client_order_id, _ZERO) + order.missing_size
            size += order.intent.side.sign * order.missing_size
    known = (portfolio.order(client_order_id) for client_order_id in filled)
    touched = [order for order in known if order is not None]
    left = abs(size)
    wards = []
    for entry in portfolio.entries_of([*touched, *portfolio.working(symbol)]):
        intent = entry.intent
        if intent.bracket is None or intent.purpose is not Purpose.OPEN:
            continue
        own = portfolio.exits(intent.intent_id)
        came, held = filled.get(entry.client_order_id, _ZERO), _ZERO
        if came and size * intent.side.sign > 0:
            went = sum((filled.get(order.client_order_id, _ZERO) for order in own), _ZERO)
            held = max(_ZERO, min(left, came - went))
            left -= held
        works = not entry.state.is_final or any(not order.state.is_final for order in own)
        if held or works:
            stop = _stop_now(portfolio, intent.intent_id, intent.bracket)
            wards.append(Ward(entry, intent.bracket, stop, came, held, own))
    return wards


def plan(ward: Ward, contract: Contract, *, may_repair: bool = False, may_gather: bool = True) -> BracketPlan:
    """Return what is missing or too much among the exits of an entry.

    The new stop is sent before the old one is cancelled: reduce-only orders may overlap, a gap may not be. As
    long as it is not proven whether a stop is at the venue, no other one is sent.

    Args:
        ward: as it stands.
        contract: for the steps.
        may_repair: the trader asked to send a stop again that the venue refused or that somebody cancelled.
        may_gather: while the entry fills, small parts of a target may wait: no order for every crumb.
    """
    working = [order for order in ward.exits if not order.state.is_final]
    if not ward.held:
        return BracketPlan(cancel=tuple(_cancellable(working)))
    stop = _plan_stop(ward, contract, may_repair)
    targets = _plan_targets(ward, contract, may_gather)
    cancel = (*stop.cancel, *targets.cancel)
    return BracketPlan((*stop.place, *targets.place), cancel, stop.alarm, targets.gathers)


def _plan_stop(ward: Ward, contract: Contract, may_repair: bool) -> BracketPlan:
    price = _on_tick(ward, contract)
    working = [order for order in ward.stops if not order.state.is_final]
    if any(not order.state.is_proven for order in working):
        return BracketPlan()
    fits = [
        order
        for order in working
        if order.remaining_size == ward.held
        and order.intent.trigger_price == price
        and not order.cancel_asked
    ]
    if fits:
        return BracketPlan(cancel=tuple(_cancellable(order for order in working if order is not fits[-1])))
    last = ward.stops[-1] if ward.stops else None
    lost = (OrderState.REJECTED, OrderState.EXPIRED, OrderState.CANCELLED)
    is_this = last is not None and last.intent.trigger_price == price  # one that was moved since is another
    if last is not None and is_this and last.state in lost and not last.cancel_asked and not may_repair:
        why = last.words or f"it was {last.state.value}"
        alarm = f"The stop at {last.intent.trigger_price:f} does not stand: {why}"
        # With another stop still working the position is protected, if not as it should be.
        return BracketPlan(alarm=alarm)
    return BracketPlan(place=(_exit(ward, OrderKind.STOP, ward.held, STOP, trigger_price=price),))


def _plan_targets(ward: Ward, contract: Contract, may_gather: bool) -> BracketPlan:
    place: list[OrderIntent] = []
    gathers = False
    cancel: list[str] = []
    lot = contract.rules.lot_size
    working = [order for order in ward.exits if order.intent.leg != STOP and not order.state.is_final]
    room = ward.held - sum((order.remaining_size for order in working), _ZERO)
    for order in reversed(working):  # more than is held: the farthest target gives way
        if room >= 0:
            break
        if not order.cancel_asked and order.state.is_proven:
            cancel.append(order.client_order_id)
        room += order.remaining_size
    if cancel or room <= 0 or any(order.cancel_asked for order in working):
        return BracketPlan(cancel=tuple(cancel))
    for number, (target, wanted, whole) in enumerate(_target_sizes(ward, lot), start=1):
        leg = f"target {number}"
        own = [order for order in ward.exits if order.intent.leg == leg]
        expired = sum(order.state is OrderState.EXPIRED for order in own)
        if (own and own[-1].state is OrderState.REJECTED) or expired >= _MOST_EXPIRED:
            continue  # the venue will not have it; the stop still stands
        there = sum((order.filled_size + order.remaining_size for order in own), _ZERO)
        size = floor_to_step(min(wanted - there, room), lot)
        if size <= 0 or any(not order.state.is_proven for order in own):
            continue
        if may_gather and not ward.entry.state.is_final and size < whole * _WORTH_AN_ORDER:
            gathers = True
            continue
        parts = [order for order in own if not order.state.is_final]
        if len(parts) >= _MOST_PARTS:
            return BracketPlan(cancel=tuple(_cancellable(parts)))
        room -= size
        place.append(_exit(ward, OrderKind.LIMIT, size, leg, price=target.price))
    return BracketPlan(tuple(place), gathers=gathers)


def _target_sizes(ward: Ward, lot: Decimal) -> Iterator[tuple[Target, Decimal, Decimal]]:
    """Yield each target with what it should close of what was filled, and of a whole fill.

    Sizes are shortened to the lot; where the targets close everything, the last one takes what that leaves.
    """
    given = total = _ZERO
    for number, target in enumerate(ward.bracket.targets):
        total += target.share
        wanted = floor_to_step(ward.filled * target.share, lot)
        if total == 1 and number == len(ward.bracket.targets) - 1:
            wanted = ward.filled - given
        given += wanted
        yield target, wanted, ward.entry.intent.size * target.share


def trailed_stop(ward: Ward, contract: Contract, trail: TrailStarted, best_price: Decimal) -> Decimal | None:
    """Return where a trailing stop belongs after the best price seen; None where it stays.

    One mode gives back a share of the whole profit, the other of what was won since the trail began. The stop
    only ever moves toward the profit.

    Args:
        ward: with its present stop and what is held.
        contract: for steps and profit.
        trail: mode, share and the profit at its start.
        best_price: best mark since the trail began.
    """
    if not ward.held or ward.entry.average_price is None:
        return None
    sign = ward.entry.intent.side.sign
    exposure = contract.exposure(ward.held * sign, ward.entry.average_price)
    base = _ZERO if trail.mode == TrailMode.PEAK else trail.base_pnl
    try:
        raw = give_back_stop(exposure, best_price, trail.share, locked_pnl=base)
        stop = round_stop(Decimal(sign), raw, contract.rules.tick_size)
    except BadFigure:  # no profit yet to give back a share of
        return None
    return stop if (stop - ward.stop_price) * sign > 0 else None


def _stop_now(portfolio: Portfolio, intent_id: str, bracket: Bracket) -> Decimal:
    move = portfolio.stop_moves.get(intent_id)
    return bracket.stop_price if move is None else move.to_price


def _on_tick(ward: Ward, contract: Contract) -> Decimal:
    return round_stop(Decimal(ward.entry.intent.side.sign), ward.stop_price, contract.rules.tick_size)


def _cancellable(orders: Iterator[Order] | Sequence[Order]) -> Iterator[str]:
    """Those whose cancel makes sense: proven to be there and not asked for already."""
    for order in orders:
        if order.state.is_proven and not order.cancel_asked:
            yield order.client_order_id


def _exit(
    ward: Ward,
    kind: OrderKind,
    size: Decimal,
    leg: str,
    *,
    price: Decimal | None = None,
    trigger_price: Decimal | None = None,
) -> OrderIntent:
    entry = ward.entry.intent
    return OrderIntent(
        entry.venue,
        entry.symbol,
        entry.side.opposite,
        kind,
        size,
        Purpose.PROTECT,
        price=price,
        trigger_price=trigger_price,
        trigger_by=ward.bracket.stop_by,
        reduce_only=True,
        parent_id=entry.intent_id,
        leg=leg,
    )
