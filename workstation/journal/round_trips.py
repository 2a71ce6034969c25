"""Round trips out of fills: one fold over a symbol's fills and funding, exact to the last digit, and fast."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Context, Decimal, localcontext

from workstation.journal.trip_events import BEFORE_ALL, EventKey, TripEvent, event_key, legs
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms, Direction, RoundTrip, TripFill
from workstation.model.ledger import PositionAdopted
from workstation.model.orders import Fill, OrderIntent, Side
from workstation.model.positions import FundingPayment, PaymentKind

# As in the portfolio, what is open is kept as the value it was opened at, and a part of that is rounded once
# and taken off exactly: over a round trip the profit is the difference of what was paid and received.
_EXACT = Context(prec=60)
_PRICES = Context(prec=28)
_LAST_DIGIT = Decimal("1e-18")
_ZERO = Decimal(0)
_NO_ORDERS: Mapping[str, OrderIntent] = {}
_EVENTS_AT_A_TIME = 20_000


def round_trips(
    account: str,
    events: Iterable[TripEvent],
    terms: Mapping[tuple[str, str], ContractTerms],
    orders: Mapping[str, OrderIntent] = _NO_ORDERS,
    go_on: Callable[[], None] = lambda: None,
) -> list[RoundTrip]:
    """Return the round trips of an account, in the order in which they were closed, open ones last.

    Args:
        account: key of its `JournalAccount`.
        events: in any order; what comes twice counts once.
        terms: by venue and symbol; symbols without terms are left out.
        orders: intents as approved, by client order id.
        go_on: called now and then; raises to end it.
    """
    folds: list[TripFold] = []
    with without_collecting():
        for (venue, symbol, _), those in legs(events).items():
            if (venue, symbol) in terms:
                folds.append(TripFold(account, terms[venue, symbol], orders))
                for start in range(0, len(those), _EVENTS_AT_A_TIME):
                    go_on()
                    folds[-1].take(those[start : start + _EVENTS_AT_A_TIME])
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
            # Let what was made count as old: else the collector would look through all of it at once.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def in_order(trips: Iterable[RoundTrip]) -> list[RoundTrip]:
    """Return trips in the order in which they were closed; those that are open come last, the newest last."""
    return sorted(trips, key=place_of)


def place_of(trip: RoundTrip) -> tuple[bool, int, int, str]:
    """Its place among others: by when it was closed; those that are open come last, the newest last."""
    closed = trip.closed_ms
    return (closed is None, trip.opened_ms if closed is None else closed, trip.opened_ms, trip.trip_id)


class _Held:
    """A round trip while it is held."""

    __slots__ = (
        "at_stop", "closed_size", "closed_value", "entry_fees", "fees", "funding", "intents", "is_liquidated",
        "is_risk_known", "most", "opened_ms", "opened_size", "opened_value", "other_fees", "out", "parts",
        "payments", "pnl", "sign", "stop", "trip_id",
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
        self.entry_fees = _ZERO
        self.stop: Decimal | None = None
        self.at_stop = _ZERO  # of what was opened: with this stop
        self.out = _ZERO  # what the rest would be worth at its own stops
        self.is_risk_known = True
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
        self._known_others: set[EventKey] = set()
        self._events: list[TripEvent] = []
        self._newest = BEFORE_ALL
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
                key = event_key(event)
                if isinstance(event, PositionAdopted):
                    key = (*key[:3], f"{event.size} {event.entry_price}")
                if key in known_payments:
                    continue
                known_payments.add(key)
            # Keys are tuples, and a hundred thousand of them cost more than all the rest.
            if event.event_ms <= before_ms:
                last = fresh[-1] if fresh else None
                is_sorted = is_sorted and event_key(event) >= (
                    self._newest if last is None else event_key(last)
                )
            before_ms = event.event_ms
            fresh.append(event)
        unchanged = len(self.closed)
        if not fresh:
            return unchanged + (self._held is not None)
        if not is_sorted:
            fresh.sort(key=event_key)
        if event_key(fresh[0]) >= self._newest:
            self._events += fresh
            if self._held is None and not isinstance(fresh[0], Fill) and unchanged:
                unchanged -= 1  # funding may still belong to the one that was closed last
        else:
            self._events = sorted(self._events + fresh, key=event_key)
            fresh, unchanged = self._events, 0
            self._begin()
        self._newest = event_key(self._events[-1])
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
        is_plain = contract_size == 1 and not is_inverse
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
                if is_plain:
                    worth = part * price
                else:
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
            if is_plain:
                worth = amount * price
            elif is_inverse:
                worth = (amount * contract_size / price).quantize(_LAST_DIGIT)
                if amount is not fill.size:  # as one with the part that closed, so that both add up
                    whole = (fill.size * contract_size / price).quantize(_LAST_DIGIT)
                    worth = whole - ((fill.size - amount) * contract_size / price).quantize(_LAST_DIGIT)
            else:
                worth = amount * contract_size * price
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
            held.entry_fees += worth * taker if other else fee
            order = orders.get(fill.client_order_id)
            if order is not None:
                held.intents[order.intent_id] = order
                if order.bracket is not None and order.bracket.stop_price is not held.stop:
                    held.out += self._out(held)
                    held.at_stop, held.stop = _ZERO, order.bracket.stop_price
            if held.stop is None:
                held.is_risk_known = False  # a part without a stop: what it risked is not known
            held.at_stop += amount
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
            held.is_risk_known = False
        elif more > abs(size):
            extra = more - abs(size)
            held.opened_size += extra
            held.opened_value += self._worth(extra, adopted.entry_price)
            held.is_risk_known = False
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

    def _out(self, held: _Held) -> Decimal:
        """What the parts that have the newest stop would be worth there."""
        if held.stop is None:
            return _ZERO
        amount = held.at_stop * self.terms.contract_size
        return amount / held.stop if self.terms.kind is ContractKind.INVERSE else amount * held.stop

    def _risk(self, held: _Held) -> Decimal | None:
        """What was lost at the first stops, with fees; None where that is not known, or nothing."""
        if not held.is_risk_known:
            return None
        out = held.out + self._out(held)
        lost = held.opened_value - out
        if (held.sign > 0) is (self.terms.kind is ContractKind.INVERSE):
            lost = -lost
        risk = lost + held.entry_fees + out * self.terms.taker_rate
        return risk if risk > 0 else None

    def _built(self, held: _Held, closed_ms: int | None) -> RoundTrip:
        terms = self.terms
        planned = next(iter(held.intents.values()), None)
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
            self._risk(held),
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
