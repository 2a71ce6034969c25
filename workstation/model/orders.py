"""Our own orders as nouns: what is intended, what the gate approved, what the venue says, what was filled."""

from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from uuid import uuid4

from workstation.model.margin import MarginMode

# Sizes are positive here, the side says which way; they are in the venue's unit (base units, or contracts if
# inverse), prices in quote per base unit, times on the venue's clock unless a name says otherwise.


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, −1 for a sell: what it adds to a position."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side that takes it back."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderKind(StrEnum):
    """What makes an order trade, and at what price."""

    LIMIT = "limit"
    MARKET = "market"
    STOP = "stop"  # waits for the trigger price on its losing side; then market, or limit if it has a price
    TAKE_PROFIT = "take_profit"  # the same on its winning side
    TRAILING = "trailing"  # a stop that the desk moves behind the best price; a venue sees a STOP

    @property
    def is_conditional(self) -> bool:
        """Whether it rests outside the book until its trigger price is reached."""
        return self in (OrderKind.STOP, OrderKind.TAKE_PROFIT, OrderKind.TRAILING)


class TriggerBy(StrEnum):
    """The price that a conditional order watches."""

    MARK = "mark"
    LAST = "last"


class TimeInForce(StrEnum):
    """How long an order rests."""

    GTC = "gtc"  # until it is cancelled
    IOC = "ioc"  # what does not trade at once is cancelled
    FOK = "fok"  # trades whole at once or not at all


class Purpose(StrEnum):
    """What an order is for; everything but OPEN is sent reduce-only and is never blocked."""

    OPEN = "open"  # opens a position or adds to it
    REDUCE = "reduce"  # takes a part off
    EXIT = "exit"  # closes all of it
    PROTECT = "protect"  # a stop or a target of a position

    @property
    def reduces(self) -> bool:
        """Whether it can only make a position smaller."""
        return self is not Purpose.OPEN


class TrailMode(StrEnum):
    """What a trailing stop gives back a share of."""

    PEAK = "peak"  # of the whole profit at its best
    INCREMENT = "increment"  # of what was won since the trail was switched on


@dataclass(frozen=True, slots=True)
class Trail:
    """How a stop follows the best price.

    Attributes:
        mode: what the share is taken of.
        share: given back, a fraction (0.5 is half).
    """

    mode: TrailMode
    share: Decimal = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a part of a position is closed with a profit.

    Attributes:
        price: of a reduce-only limit order.
        share: fraction of what was filled of the entry.
    """

    price: Decimal
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Bracket:
    """The exits that an entry brings with it.

    Attributes:
        stop_price: trigger of the protective stop.
        targets: nearest first; their shares add up to 1 at most, the rest is left to the stop.
        stop_by: the price that the stop watches.
        trail: how the stop follows; None leaves it where it is.
    """

    stop_price: Decimal
    targets: tuple[Target, ...] = ()
    stop_by: TriggerBy = TriggerBy.MARK
    trail: Trail | None = None


def new_id() -> str:
    """Return an id that every venue we know takes as a client order id: 32 lower-case hexadecimal digits.

    OKX takes 32 letters and digits, Binance 36, Hyperliquid 128 bits in hexadecimal.
    """
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class OrderIntent:
    """What the trader wants, before anything has judged it; any figure may still be nonsense.

    Attributes:
        venue, symbol: the instrument.
        side, kind, purpose: what and what for.
        size: in the venue's unit.
        price: of a limit order, or of a conditional one that becomes a limit order; else None.
        trigger_price, trigger_by: of a conditional order.
        time_in_force: how long it rests.
        post_only: refused by the venue rather than taking from the book.
        reduce_only: may only make the position smaller.
        bracket: exits that an entry brings with it; an intent to open has one, or is refused.
        trail: of a TRAILING order.
        leverage, margin_mode: of the position that it opens; None leaves what is set at the venue.
        setup: name of the checklist template that it is judged by; empty for exits.
        thesis: the trader's reason in words.
        hold_ms: planned hold, for the funding to expect.
        parent_id: the intent that this one belongs to: the entry of its bracket, the order it replaces.
        leg: which exit of its bracket it is: "stop", "target 1" …; empty for any other order.
        intent_id: of its own.
    """

    venue: str
    symbol: str
    side: Side
    kind: OrderKind
    size: Decimal
    purpose: Purpose
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_by: TriggerBy = TriggerBy.MARK
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    reduce_only: bool = False
    bracket: Bracket | None = None
    trail: Trail | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    setup: str = ""
    thesis: str = ""
    hold_ms: int = 0
    parent_id: str = ""
    leg: str = ""
    intent_id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why an intent does not leave the desk.

    Attributes:
        field: of the intent ("size", "bracket.stop_price"), for a ticket to mark; empty for the whole.
        words: what is wrong and what to do, for a trader.
        may_override: a typed reason and a wait let it pass; a hard limit never does.
    """

    field: str
    words: str
    may_override: bool = False


GATE_SEAL = object()
"""What makes an `ApprovedOrder` one: named by `workstation.trading.gate` and nobody else, which is a test."""


@dataclass(frozen=True, slots=True)
class ApprovedOrder:
    """An order that the gate let pass, the only thing that a venue takes.

    Attributes:
        intent: as approved: rounded to the venue's steps, reduce-only where its purpose is to reduce.
        client_order_id: by which it is found again, whatever happened to the answer.
        approved_ms: the desk's clock, which follows the venue's.
        seal: the gate's own; it is not kept, so that a copy with other figures cannot be made.

    Raises:
        TypeError: somebody else than the gate tried to make one.
    """

    intent: OrderIntent
    client_order_id: str
    approved_ms: int
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not GATE_SEAL:
            raise TypeError("only the gate makes an ApprovedOrder")


class OrderState(Enum):
    """Where an order stands, as far as it is proven."""

    CREATED = "created"  # written down; whether it left is not known after a crash
    SENT = "sent"  # on its way, no answer yet
    UNKNOWN = "unknown"  # the answer was lost or made no sense: being proven, never sent again
    OPEN = "open"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"  # the venue said so, with a code that means it
    EXPIRED = "expired"
    ABSENT = "absent"  # proven by its client id: the venue never took it

    @property
    def is_final(self) -> bool:
        """Whether nothing is left working at the venue."""
        return self in _FINAL

    @property
    def is_proven(self) -> bool:
        """Whether the venue's own word stands behind it."""
        return self not in (OrderState.CREATED, OrderState.SENT, OrderState.UNKNOWN)


_FINAL = frozenset(
    {
        OrderState.FILLED,
        OrderState.CANCELLED,
        OrderState.REJECTED,
        OrderState.EXPIRED,
        OrderState.ABSENT,
    }
)


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What the venue says of one order, in an answer or on its stream.

    Attributes:
        venue, symbol: the instrument.
        client_order_id: ours; empty for an order that was placed elsewhere without one.
        venue_order_id: the venue's.
        state: OPEN, PARTIALLY_FILLED or a final one.
        event_ms: of the change; an older report never undoes a newer one.
        filled_size: so far, by the venue's count: 0 where it does not say.
        side, kind, size, price, trigger_price, reduce_only: of the order, for those that we did not place.
        words: the venue's reason, if any.
    """

    venue: str
    symbol: str
    client_order_id: str
    venue_order_id: str
    state: OrderState
    event_ms: int
    filled_size: Decimal
    side: Side
    kind: OrderKind
    size: Decimal
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    reduce_only: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of ours, exact as the venue booked it.

    Attributes:
        venue, symbol: the instrument.
        trade_id: the venue's, unique within the symbol: what tells a repeated fill from a new one.
        client_order_id: of the order; empty where it was placed elsewhere (also by the venue, to liquidate).
        venue_order_id: the venue's.
        side, price, size: size positive, in the venue's unit.
        fee: positive is paid, negative a rebate, in `fee_asset`.
        fee_asset: coin of the fee.
        is_maker: rested in the book.
        event_ms: venue's time; together with the trade id it orders the fills of a symbol.
        is_liquidation: the venue closed the position by force.
        position_side: "long" or "short" where the account holds both at once (hedge mode), each a position of
            its own; empty where a symbol has one position.
    """

    venue: str
    symbol: str
    trade_id: int
    client_order_id: str
    venue_order_id: str
    side: Side
    price: Decimal
    size: Decimal
    fee: Decimal
    fee_asset: str
    is_maker: bool
    event_ms: int
    is_liquidation: bool = False
    position_side: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order of ours with all that is known of it now.

    Attributes:
        intent: as approved.
        client_order_id: ours.
        state: as far as proven.
        venue_order_id: empty until the venue said it.
        filled_size: sum of the fills that we hold, each counted once.
        reported_size: what the venue says was filled; above `filled_size` fills are still under way.
        average_price: of the fills; None before the first.
        fees: by coin, of the fills.
        created_ms: the desk's clock at approval.
        updated_ms: venue's time of the newest report or fill; 0 before the first.
        cancel_asked: a cancel is on its way.
        words: the venue's or the desk's last reason.
    """

    intent: OrderIntent
    client_order_id: str
    state: OrderState
    venue_order_id: str = ""
    filled_size: Decimal = Decimal(0)
    reported_size: Decimal = Decimal(0)
    average_price: Decimal | None = None
    fees: tuple[tuple[str, Decimal], ...] = ()
    created_ms: int = 0
    updated_ms: int = 0
    cancel_asked: bool = False
    words: str = ""

    @property
    def remaining_size(self) -> Decimal:
        """What may still be filled: 0 once final."""
        if self.state.is_final:
            return Decimal(0)
        return max(Decimal(0), self.intent.size - max(self.filled_size, self.reported_size))

    @property
    def missing_size(self) -> Decimal:
        """What the venue filled without our having seen the fills yet."""
        return max(Decimal(0), self.reported_size - self.filled_size)
