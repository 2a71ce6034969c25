"""Round trips out of fills: one fold over a symbol's fills and funding, exact to the last digit, and fast."""

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Context, Decimal, localcontext

from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms, Direction, RoundTrip, TripFill
from workstation.model.ledger import PositionAdopted
from workstation.model.orders import Fill, OrderIntent, Side
from workstation.model.positions import FundingPayment, PaymentKind

TripEvent = Fill | FundingPayment | PositionAdopted
"""Whatever changes a position or what it brought."""

Leg = tuple[str, str, str]
"""Venue, symbol, and which of its positions: "long" or "short" where both are held at once, else empty."""

# As in the portfolio, what is open is kept as the value it was opened at, and a part of that is rounded once
# and taken off exactly: over a round trip the profit is the difference of what was paid and received.
_EXACT = Context(prec=60)
_PRICES = Context(prec=28)
_LAST_DIGIT = Decimal("1e-18")
_ZERO = Decimal(0)
_NO_ORDERS: Mapping[str, OrderIntent] = {}

_Key = tuple[int, int, int, str]
_FUNDING, _FILL, _ADOPTED = 0, 1, 2
_BEFORE_ALL: _Key = (-(2**63), 0, 0, "")


def round_trips(
    account: str,
    events: Iterable[TripEvent],
    terms: Mapping[tuple[str, str], ContractTerms],
    orders: Mapping[str, OrderIntent] = _NO_ORDERS,
) -> list[RoundTrip]:
    """Return the round trips of an account, in the order in which they were closed, open ones last.

    Args:
        account: key of its `JournalAccount`.
        events: in any order; what comes twice counts once.
        terms: by venue and symbol; symbols without terms are left out.
        orders: intents as approved, by client order id.
    """
    folds: list[TripFold] = []
    with without_collecting():
        for (venue, symbol, _), those in legs(events).items():
            if (venue, symbol) in terms:
                folds.append(TripFold(account, terms[venue, symbol], orders))
                folds[-1].take(those)
        return in_order(trip for fold in folds for trip in fold.trips())


@contextmanager
def without_collecting() -> Iterator[None]:
    """Make many lasting objects, none of them in a cycle, without their being looked through again and again.

    The collector's passes over all that was made so far took a third of the time of a large fold.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def legs(events: Iterable[TripEvent], known: Collection[Leg] = ()) -> dict[Leg, list[TripEvent]]:
    """Sort events by the position that they belong to.

    An account that holds a long and a short of a symbol at once has two positions there. Venues do not say
    which of them funding was paid on: it follows from the size it was reckoned on, or from its sign.

    Args:
        events: of one account, in any order.
        known: positions there have been before.
    """
    found: dict[Leg, list[TripEvent]] = {}
    others: list[FundingPayment | PositionAdopted] = []
    for event in events:
        if isinstance(event, Fill):
            leg = (event.venue, event.symbol, event.position_side)
            if leg in found:
                found[leg].append(event)
            else:
                found[leg] = [event]
        else:
            others.append(event)
    both = {leg[:2] for leg in (*known, *found) if leg[2]}
    for other in others:
        name = (other.venue, other.symbol)
        side = _side_of(other) if name in both else ""
        found.setdefault((*name, side), []).append(other)
    return found


def _side_of(event: FundingPayment | PositionAdopted) -> str:
    if isinstance(event, PositionAdopted):
        return "short" if event.size < 0 else "long"
    if event.position_size:
        return "short" if event.position_size < 0 else "long"
    # A positive rate is paid by longs and received by shorts.
    return "short" if event.rate and (event.rate > 0) == (event.amount > 0) else "long"


def in_order(trips: Iterable[RoundTrip]) -> list[RoundTrip]:
    """Return trips in the order in which they were closed; those that are open come last, the newest last."""
    return sorted(trips, key=place_of)


def place_of(trip: RoundTrip) -> tuple[bool, int, int, str]:
    """Its place among others: by when it was closed; those that are open come last, the newest last."""
    closed = trip.closed_ms
    return (closed is None, trip.opened_ms if closed is None else closed, trip.opened_ms, trip.trip_id)


def _key(event: TripEvent) -> _Key:
    """The order in which things happened at the venue, as in the portfolio.

    Within a millisecond payments come before fills, and a position taken over is what both led to.
    """
    if isinstance(event, Fill):
        return (event.event_ms, _FILL, event.trade_id, event.side.value)
    if isinstance(event, FundingPayment):
        return (event.event_ms, _FUNDING, 0, event.kind.value)
    return (event.event_ms, _ADOPTED, 0, "")


class _Held:
    """A round trip while it is held."""

    __slots__ = (
        "closed_size", "closed_value", "fees", "funding", "intents", "is_liquidated", "most", "opened_ms",
        "opened_size", "opened_value", "other_fees", "parts", "payments", "pnl", "risk", "sign", "stop",
        "trip_id",
    )  # fmt: skip

    def __init__(self, trip_id: str, sign: int, opened_ms: int) -> None:
        self.trip_id = trip_id
        self.sign = sign
        self.opened_ms = opened_ms
        self.most = self.opened_size = self.opened_value = self.closed_size = self.closed_value = _ZERO
        self.pnl = self.fees = self.funding = _ZERO
        self.parts: list[TripFill] = []
        self.payments: list[FundingPayment] = []
        self.intents: dict[str, OrderIntent] = {}
        self.risk: Decimal | None = _ZERO
        self.stop: Decimal | None = None
        self.is_liquidated = False
        self.other_fees: dict[str, Decimal] = {}


class TripFold:
    """The round trips of one symbol of one account, which go on as fills and payments come.

    What comes in order is added; what comes late is put in its place and all is reckoned anew; what comes
    twice is left out. Funding that comes while nothing is held was paid on what was held last.
    """

    def __init__(
        self, account: str, terms: ContractTerms, orders: Mapping[str, OrderIntent] = _NO_ORDERS
    ) -> None:
        """Begin flat.

        Args:
            account: key of its `JournalAccount`.
            terms: of the symbol.
            orders: intents as approved, by client order id; it may grow, an order before its fills.
        """
        self.account = account
        self.terms = terms
        self._orders = orders
        self._known_fills: set[int] = set()
        self._known_others: set[_Key] = set()
        self._events: list[TripEvent] = []
        self._newest = _BEFORE_ALL
        self._begin()

    def _begin(self) -> None:
        self.closed: list[RoundTrip] = []
        """Those that are flat again, the oldest first."""
        self.loose = _ZERO
        """Paid or received before anything was ever held, as far as is known: it belongs to no trip."""
        self._size = self._value = _ZERO
        self._held: _Held | None = None
        self._ids: set[str] = set()

    def trips(self) -> list[RoundTrip]:
        """Return all round trips; the one that is open comes last."""
        if self._held is None:
            return list(self.closed)
        with localcontext(_EXACT):
            return [*self.closed, self._built(self._held, None)]

    def take(self, events: Iterable[TripEvent]) -> int:
        """Take in events in any order; return from which place on `trips()` may be others than before."""
        fresh: list[TripEvent] = []
        known, known_payments = self._known_fills, self._known_others
        is_sorted, before_ms = True, self._newest[0]
        buy = Side.BUY
        for event in events:
            if isinstance(event, Fill):
                # Without the time: a venue may stamp the same trade differently on its stream and in answers.
                identity = event.trade_id * 2 + (event.side is buy)
                if identity in known:
                    continue
                known.add(identity)
            else:
                key = _key(event)
                if isinstance(event, PositionAdopted):
                    key = (*key[:3], f"{event.size} {event.entry_price}")
                if key in known_payments:
                    continue
                known_payments.add(key)
            # Keys are tuples, and a hundred thousand of them cost more than all the rest.
            if event.event_ms <= before_ms:
                last = fresh[-1] if fresh else None
                is_sorted = is_sorted and _key(event) >= (self._newest if last is None else _key(last))
            before_ms = event.event_ms
            fresh.append(event)
        unchanged = len(self.closed)
        if not fresh:
            return unchanged + (self._held is not None)
        if not is_sorted:
            fresh.sort(key=_key)
        if _key(fresh[0]) >= self._newest:
            self._events += fresh
            if self._held is None and not isinstance(fresh[0], Fill) and unchanged:
                unchanged -= 1  # funding may still belong to the one that was closed last
        else:
            self._events = sorted(self._events + fresh, key=_key)
            fresh, unchanged = self._events, 0
            self._begin()
        self._newest = _key(self._events[-1])
        with localcontext(_EXACT):
            self._fold(fresh)
        return unchanged

    def reckon_anew(self, terms: ContractTerms) -> None:
        """Go through everything again by other terms."""
        self.terms = terms
        self._begin()
        with localcontext(_EXACT):
            self._fold(self._events)

    def _fold(self, events: Sequence[TripEvent]) -> None:
        terms, orders = self.terms, self._orders
        contract_size, asset, taker = terms.contract_size, terms.asset, terms.taker_rate
        is_inverse = terms.kind is ContractKind.INVERSE
        size, value, held = self._size, self._value, self._held
        buy = Side.BUY
        for event in events:
            if not isinstance(event, Fill):
                if isinstance(event, FundingPayment):
                    self._pay(event, held)
                else:
                    held = self._adopt(event, size, held)
                    size, value = event.size, self._worth(abs(event.size), event.entry_price)
                continue
            fill = event
            amount, price = fill.size, fill.price
            sign = 1 if fill.side is buy else -1
            fee, other = (fill.fee, _ZERO) if fill.fee_asset == asset else (_ZERO, fill.fee)
            if held is not None and held.sign != sign:  # it closes, and may open the other side
                have = abs(size)
                if amount < have:
                    part, part_fee, part_other, rest = amount, fee, other, _ZERO
                    released = (value * (amount / have)).quantize(_LAST_DIGIT)
                else:
                    part, rest, released = have, amount - have, value
                    part_fee, part_other = fee, other
                    if rest:
                        part_fee = (fee * have / amount).quantize(_LAST_DIGIT)
                        part_other = (other * have / amount).quantize(_LAST_DIGIT)
                worth = part * contract_size
                worth = (worth / price).quantize(_LAST_DIGIT) if is_inverse else worth * price
                # A long of a linear contract gains what its value rose by; an inverse one is owed in coin.
                pnl = worth - released if (sign < 0) is not is_inverse else released - worth
                held.parts.append(TripFill(fill, part, part_fee, False, pnl))
                held.pnl += pnl
                held.fees += part_fee
                held.closed_size += part
                held.closed_value += worth
                if part_other:
                    held.other_fees[fill.fee_asset] = held.other_fees.get(fill.fee_asset, _ZERO) + part_other
                if fill.is_liquidation:
                    held.is_liquidated = True
                value -= released
                size = size + part if sign > 0 else size - part
                if not size:
                    self.closed.append(self._built(held, fill.event_ms))
                    held = None
                if not rest:
                    continue
                amount, fee, other = rest, fee - part_fee, other - part_other
            if not amount:
                continue
            if held is None:
                held = _Held(self._new_id(str(fill.trade_id), fill.side), sign, fill.event_ms)
            worth = amount * contract_size
            if is_inverse:
                worth = (worth / price).quantize(_LAST_DIGIT)
                if amount is not fill.size:  # as one with the part that closed, so that both add up
                    whole = (fill.size * contract_size / price).quantize(_LAST_DIGIT)
                    worth = whole - ((fill.size - amount) * contract_size / price).quantize(_LAST_DIGIT)
            else:
                worth = worth * price
            held.parts.append(TripFill(fill, amount, fee, True, _ZERO))
            held.fees += fee
            held.opened_size += amount
            held.opened_value += worth
            if other:
                held.other_fees[fill.fee_asset] = held.other_fees.get(fill.fee_asset, _ZERO) + other
            value += worth
            size = size + amount if sign > 0 else size - amount
            have = size if sign > 0 else -size
            if have > held.most:
                held.most = have
            order = orders.get(fill.client_order_id)
            if order is not None:
                held.intents[order.intent_id] = order
                if order.bracket is not None:
                    held.stop = order.bracket.stop_price
            if held.risk is not None:
                if held.stop is None:
                    held.risk = None  # a part without a stop: what it risked is not known
                else:
                    out = amount * contract_size
                    out = out / held.stop if is_inverse else out * held.stop
                    lost = worth - out if (sign > 0) is not is_inverse else out - worth
                    paid = fee if not other else worth * taker
                    held.risk += lost + paid + out * taker
        self._size, self._value, self._held = size, value, held

    def _pay(self, payment: FundingPayment, held: _Held | None) -> None:
        # Whoever is liquidated pays for it: what insurance took is a fee.
        funding, fee = payment.amount, _ZERO
        if payment.kind is PaymentKind.INSURANCE:
            funding, fee = _ZERO, -payment.amount
        if held is not None:
            held.funding += funding
            held.fees += fee
            held.payments.append(payment)
        elif self.closed:
            last = self.closed[-1]
            self.closed[-1] = replace(
                last,
                fees=last.fees + fee,
                funding=last.funding + funding,
                payments=(*last.payments, payment),
            )
        else:
            self.loose += payment.amount

    def _adopt(self, adopted: PositionAdopted, size: Decimal, held: _Held | None) -> _Held | None:
        """Go on from the venue's figures: the fills between are not known, and so is what they brought."""
        if held is not None and size * adopted.size <= 0:
            self.closed.append(self._built(held, adopted.event_ms))
            held = None
        if not adopted.size:
            return None
        more = abs(adopted.size)
        if held is None:
            sign = 1 if adopted.size > 0 else -1
            held = _Held(self._new_id(f"adopted {adopted.event_ms}", None), sign, adopted.event_ms)
            held.opened_size, held.opened_value = more, self._worth(more, adopted.entry_price)
            held.risk = None
        elif more > abs(size):
            extra = more - abs(size)
            held.opened_size += extra
            held.opened_value += self._worth(extra, adopted.entry_price)
            held.risk = None
        held.most = max(held.most, more)
        return held

    def _worth(self, size: Decimal, price: Decimal) -> Decimal:
        if not size:
            return _ZERO
        amount = size * self.terms.contract_size
        if self.terms.kind is ContractKind.INVERSE:
            return (amount / price).quantize(_LAST_DIGIT)
        return amount * price

    def _new_id(self, first: str, side: Side | None) -> str:
        found = f"{self.account}|{self.terms.venue}|{self.terms.symbol}|{first}"
        if found in self._ids and side is not None:
            found += f" {side.value}"  # a trade with ourselves, both sides of which turned the position
        self._ids.add(found)
        return found

    def _built(self, held: _Held, closed_ms: int | None) -> RoundTrip:
        terms = self.terms
        planned = next(iter(held.intents.values()), None)
        risk = held.risk
        return RoundTrip(
            held.trip_id,
            self.account,
            terms.venue,
            terms.symbol,
            terms.asset,
            Direction.LONG if held.sign > 0 else Direction.SHORT,
            held.opened_ms,
            closed_ms,
            held.most,
            self._price(held.opened_size, held.opened_value),
            self._price(held.closed_size, held.closed_value) if held.closed_size else None,
            held.pnl,
            held.fees,
            held.funding,
            tuple(held.parts),
            tuple(held.payments),
            tuple(held.intents),
            "" if planned is None else planned.setup,
            planned,
            risk if risk is not None and risk > 0 else None,
            terms.contract_size,
            terms.kind,
            held.is_liquidated,
            tuple(sorted(held.other_fees.items())) if held.other_fees else (),
        )

    def _price(self, size: Decimal, value: Decimal) -> Decimal:
        amount = size * self.terms.contract_size
        if self.terms.kind is ContractKind.INVERSE:
            return _PRICES.divide(amount, value)
        return _PRICES.divide(value, amount)
