"""One symbol's position out of its fills and funding, exact to the last digit in whatever order they come."""

from bisect import bisect_left, bisect_right
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

from workstation.model.instrument import ContractKind
from workstation.model.ledger import PositionAdopted
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, Side
from workstation.model.positions import FundingPayment, PaymentKind, Position

# What is open is kept as the value it was opened at, not as an average price: sums need no rounding, and what
# a part of it was opened at is rounded once and taken off exactly, so that over a round trip the profit is
# the difference of what was paid and received, to the last digit.
_EXACT = Context(prec=60)
_LAST_DIGIT = Decimal("1e-18")  # of a share of a value; venues book eight digits
_ZERO = Decimal(0)

_Key = tuple[int, int, int, str]
"""Time, rank, trade id, side: the order in which things happened at the venue.

Within a millisecond payments come before fills: what insurance takes belongs to the round that ends there. A
position taken over is what all of them led to.
"""

_FUNDING, _FILL, _ADOPTED = 0, 1, 2
_Event = Fill | FundingPayment | PositionAdopted


class PositionState(NamedTuple):
    """A position after one more event.

    Attributes:
        size: signed, long > 0.
        value: what is open was worth when it was opened, in the settlement coin, never negative.
        realised, fees, funding: of this round (since it was last flat).
        held_funding: funding that is part of the margin of what is still open.
        opened_ms, updated_ms: of the round.
        total_realised, total_fees, total_funding: since ever.
    """

    size: Decimal = _ZERO
    value: Decimal = _ZERO
    realised: Decimal = _ZERO
    fees: Decimal = _ZERO
    funding: Decimal = _ZERO
    held_funding: Decimal = _ZERO
    opened_ms: int = 0
    updated_ms: int = 0
    total_realised: Decimal = _ZERO
    total_fees: Decimal = _ZERO
    total_funding: Decimal = _ZERO


FLAT = PositionState()


class RoundTrip(NamedTuple):
    """From flat to flat, or through zero to the other side.

    Attributes:
        symbol: the venue's spelling.
        side: what was held: +1 long, −1 short.
        opened_ms, closed_ms: venue's time.
        net: realised profit less fees, with funding, in the settlement coin.
    """

    symbol: str
    side: int
    opened_ms: int
    closed_ms: int
    net: Decimal


class PositionBook:
    """The fills and funding of one symbol in the order of the venue's clock, and what they come to.

    An event that comes late is put in its place and all after it is reckoned anew; one that comes twice is
    left out. Fees in another coin than the settlement coin are summed up apart.
    """

    def __init__(
        self,
        venue: str,
        symbol: str,
        settlement_asset: str,
        contract_size: Decimal = Decimal(1),
        kind: ContractKind = ContractKind.LINEAR,
    ) -> None:
        """Begin flat; see `workstation.model.instrument.Instrument` for size and kind."""
        self.venue = venue
        self.symbol = symbol
        self.settlement_asset = settlement_asset
        self.contract_size = contract_size
        self.kind = kind
        self.margin_mode = MarginMode.CROSS
        self.leverage = Decimal(1)
        self.other_fees: dict[str, Decimal] = {}
        """Fees paid in other coins, by coin, since ever."""
        self._keys: list[_Key] = []
        self._events: list[_Event] = []
        self._states: list[PositionState] = [FLAT]
        self._known: set[_Key] = set()

    @property
    def state(self) -> PositionState:
        """Where all events so far lead."""
        return self._states[-1]

    @property
    def is_begun(self) -> bool:
        """Whether anything has happened yet."""
        return bool(self._events)

    @property
    def newest_payment_ms(self) -> int:
        """Venue time of the newest payment; 0 before the first."""
        return max((key[0] for key in self._keys if key[1] == _FUNDING), default=0)

    def fills_since(self, event_ms: int) -> tuple[Fill, ...]:
        """Fills at or after a venue time, in order."""
        later = self._events[bisect_left(self._keys, (event_ms,)) :]
        return tuple(event for event in later if isinstance(event, Fill))

    def take_fill(self, fill: Fill) -> bool:
        """Take in a fill; return whether it was a new one."""
        # Without the time: a venue may stamp the same trade differently on its stream and in an answer.
        identity = (0, _FILL, fill.trade_id, fill.side.value)
        if identity in self._known:
            return False
        self._known.add(identity)
        if fill.fee_asset != self.settlement_asset:
            with localcontext(_EXACT):
                self.other_fees[fill.fee_asset] = self.other_fees.get(fill.fee_asset, _ZERO) + fill.fee
        self._insert((fill.event_ms, _FILL, fill.trade_id, fill.side.value), fill)
        return True

    def take_funding(self, payment: FundingPayment) -> bool:
        """Take in a payment; return whether it was a new one."""
        key = (payment.event_ms, _FUNDING, 0, payment.kind.value)
        if key in self._known:
            return False
        self._known.add(key)
        self._insert(key, payment)
        return True

    def take_over(self, adopted: PositionAdopted) -> None:
        """Go on from the venue's own figures; what was reckoned before that moment ends there."""
        self._insert((adopted.event_ms, _ADOPTED, 0, ""), adopted)

    def position(self) -> Position:
        """Return what is held now."""
        state = self.state
        entry = margin = _ZERO
        with localcontext(_EXACT):
            if state.size:
                entry = self._price(abs(state.size), state.value)
                if self.margin_mode is MarginMode.ISOLATED:
                    margin = state.value / self.leverage + state.held_funding
        return Position(
            self.venue,
            self.symbol,
            state.size,
            entry,
            self.margin_mode,
            self.leverage,
            margin,
            state.realised,
            state.fees,
            state.funding,
            state.opened_ms,
            state.updated_ms,
            self.contract_size,
            self.kind,
        )

    def net_since(self, from_ms: int) -> Decimal:
        """Return what was earned from then on: realised profit less fees, with funding."""
        before = self._states[bisect_left(self._keys, (from_ms,))]
        return _net(self.state) - _net(before)

    def round_trips(self) -> list[RoundTrip]:
        """Return every position that has been closed, oldest first."""
        found = []
        begun, earned = 0, _ZERO  # of the open round: when, and what had been earned before it
        for key, before, after in zip(self._keys, self._states, self._states[1:], strict=False):
            ended = before.size and before.size * after.size <= 0
            if ended:
                side = 1 if before.size > 0 else -1
                found.append(RoundTrip(self.symbol, side, begun, key[0], _net(after) - earned))
            if after.size and (not before.size or ended):
                begun, earned = key[0], _net(after if ended else before)
        return found

    def hypothetical(self, held: Position | None, side: Side, size: Decimal, price: Decimal) -> Position:
        """Return what a position would be after one more fill; this book itself stays as it is."""
        with localcontext(_EXACT):
            state = FLAT
            if held is not None and held.size:
                value = self._value(abs(held.size), held.entry_price)
                state = FLAT._replace(size=held.size, value=value, realised=held.realised_pnl)
            fill = Fill(
                self.venue, self.symbol, 0, "", "", side, price, size, _ZERO, self.settlement_asset, False, 0
            )
            after = self._after(state, fill)
            realised = state.realised + after.total_realised - state.total_realised
            entry = self._price(abs(after.size), after.value) if after.size else _ZERO
        return Position(
            self.venue,
            self.symbol,
            after.size,
            entry,
            realised_pnl=realised,
            contract_size=self.contract_size,
            kind=self.kind,
        )

    def _insert(self, key: _Key, event: _Event) -> None:
        place = bisect_right(self._keys, key)
        self._keys.insert(place, key)
        self._events.insert(place, event)
        del self._states[place + 1 :]
        with localcontext(_EXACT):
            for later in self._events[place:]:
                self._states.append(self._after(self._states[-1], later))

    def _after(self, state: PositionState, event: _Event) -> PositionState:
        if isinstance(event, PositionAdopted):
            value = self._value(abs(event.size), event.entry_price) if event.size else _ZERO
            begun = state if state.size else _new_round(state, event.event_ms)
            return begun._replace(size=event.size, value=value, held_funding=_ZERO, updated_ms=event.event_ms)
        if isinstance(event, FundingPayment) and event.kind is PaymentKind.INSURANCE:
            # Whoever is liquidated pays for it: a fee, and one of the round that it ended.
            return state._replace(fees=state.fees - event.amount, total_fees=state.total_fees - event.amount)
        if isinstance(event, FundingPayment):
            return state._replace(
                funding=state.funding + event.amount,
                held_funding=state.held_funding + event.amount if state.size else state.held_funding,
                total_funding=state.total_funding + event.amount,
            )
        fee = event.fee if event.fee_asset == self.settlement_asset else _ZERO
        if not state.size:
            state = _new_round(state, event.event_ms)
        state = state._replace(
            fees=state.fees + fee, total_fees=state.total_fees + fee, updated_ms=event.event_ms
        )
        size, value = event.side.sign * event.size, self._value(event.size, event.price)
        if state.size * size >= 0:
            return state._replace(size=state.size + size, value=state.value + value)
        if event.size <= abs(state.size):
            return self._reduced(state, size, value)
        # Through zero: the first part closes the old round, the rest opens the next at the same price.
        closing_value = self._value(abs(state.size), event.price)
        rest = state.size + size
        closed = self._reduced(state, -state.size, closing_value)
        opened = _new_round(closed, event.event_ms)
        return opened._replace(size=rest, value=value - closing_value, updated_ms=event.event_ms)

    def _reduced(self, state: PositionState, size: Decimal, value: Decimal) -> PositionState:
        """Take a part off: `size` is signed like the closing order, `value` what that part is worth now."""
        left = state.size + size
        if left:
            share = abs(size) / abs(state.size)
            released = (state.value * share).quantize(_LAST_DIGIT)
            funding = (state.held_funding * share).quantize(_LAST_DIGIT)
        else:
            released, funding = state.value, state.held_funding
        # A long of a linear contract gains what its value rose by; an inverse one is owed in coin.
        gains = (state.size > 0) == (self.kind is ContractKind.LINEAR)
        profit = value - released if gains else released - value
        return state._replace(
            size=left,
            value=state.value - released,
            realised=state.realised + profit,
            held_funding=state.held_funding - funding,
            total_realised=state.total_realised + profit,
        )

    def _value(self, size: Decimal, price: Decimal) -> Decimal:
        if self.kind is ContractKind.INVERSE:
            return (size * self.contract_size / price).quantize(_LAST_DIGIT)
        return size * self.contract_size * price

    def _price(self, size: Decimal, value: Decimal) -> Decimal:
        amount = size * self.contract_size
        return amount / value if self.kind is ContractKind.INVERSE else value / amount


def _net(state: PositionState) -> Decimal:
    return state.total_realised - state.total_fees + state.total_funding


def _new_round(before: PositionState, opened_ms: int) -> PositionState:
    """A flat position that keeps only what was earned and paid since ever."""
    return FLAT._replace(
        opened_ms=opened_ms,
        total_realised=before.total_realised,
        total_fees=before.total_fees,
        total_funding=before.total_funding,
    )
