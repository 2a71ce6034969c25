"""Orders, conditional orders and trades of an account, as the venue keeps them: whole ticks and lots."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """Where an order stands."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"  # it would have traded with an order of the same account


OPEN = (Status.NEW, Status.PARTIALLY_FILLED)


class AlgoStatus(StrEnum):
    """Where a conditional order stands."""

    NEW = "NEW"
    CANCELED = "CANCELED"
    TRIGGERING = "TRIGGERING"
    TRIGGERED = "TRIGGERED"  # its order is in the book
    FINISHED = "FINISHED"  # its order is filled or cancelled
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a client asks for, its parameters read and nothing of it judged.

    Attributes:
        side: +1 buys, −1 sells.
        kind: the venue's type: "LIMIT", "MARKET", "STOP_MARKET" …
        time_in_force: GTC, IOC, FOK or GTX.
        position_side: BOTH; LONG or SHORT in hedge mode; None where it was not sent.
        trigger_price, working_type, activate_price: of conditional orders; callback_rate: in percent.
    """

    symbol: str
    side: int
    kind: str
    quantity: Decimal | None = None
    price: Decimal | None = None
    time_in_force: str = "GTC"
    reduce_only: bool | None = None
    close_position: bool = False
    position_side: str | None = None
    client_id: str | None = None
    trigger_price: Decimal | None = None
    working_type: str = "CONTRACT_PRICE"
    activate_price: Decimal | None = None
    callback_rate: Decimal | None = None


@dataclass(slots=True, eq=False)
class VenueOrder:
    """One order.

    Attributes:
        kind: LIMIT, MARKET or LIQUIDATION; original_kind: of the conditional order that it came from.
        price_ticks: limit; 0 for a market order.
        worth: sum of ticks × lots of its fills.
        engine_id: under which it rests in the book; None while it does not.
        algo: the conditional order that it came from.
    """

    order_id: int
    client_id: str
    symbol: str
    side: int
    kind: str
    original_kind: str
    time_in_force: str
    lots: int
    price_ticks: int
    reduce_only: bool
    position_side: str
    created_ms: int
    updated_ms: int
    status: Status = Status.NEW
    filled_lots: int = 0
    worth: int = 0
    engine_id: int | None = None
    algo: "AlgoOrder | None" = None

    @property
    def is_open(self) -> bool:
        """Whether it can still trade."""
        return self.status in OPEN

    @property
    def left_lots(self) -> int:
        """What has not traded."""
        return self.lots - self.filled_lots


@dataclass(slots=True, eq=False)
class AlgoOrder:
    """One conditional order: it rests outside the book until its trigger.

    Attributes:
        lots: 0 where it closes the whole position.
        price_ticks: limit of the order that it becomes; 0 for a market order.
        trigger: the price that sets it off; of a trailing one only known in the end.
        activated, extreme: of a trailing one: whether it follows yet, and the best price since.
        order: what it became.
        reason: why it was rejected.
    """

    algo_id: int
    client_id: str
    symbol: str
    side: int
    kind: str
    time_in_force: str
    lots: int
    price_ticks: int
    trigger: Decimal
    working_type: str
    reduce_only: bool
    close_position: bool
    position_side: str
    created_ms: int
    updated_ms: int
    activate_price: Decimal | None = None
    callback_rate: Decimal | None = None
    status: AlgoStatus = AlgoStatus.NEW
    activated: bool = False
    extreme: Decimal = Decimal(0)
    triggered_ms: int = 0
    order: VenueOrder | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for its trigger."""
        return self.status is AlgoStatus.NEW

    def is_reached(self, price: Decimal) -> bool:
        """Take the price that it watches into account; return whether that sets it off."""
        if self.kind != "TRAILING_STOP_MARKET":
            rises = (self.side > 0) == self.kind.startswith("STOP")
            return price >= self.trigger if rises else price <= self.trigger
        if not self.activated:
            start = self.activate_price
            # A sell waits for a price that is high enough, a buy for one that is low enough.
            self.activated = start is None or (price - start) * -self.side >= 0
            self.extreme = price
            return False
        if (price - self.extreme) * -self.side > 0:
            self.extreme = price
        assert self.callback_rate is not None
        self.trigger = self.extreme * (1 + self.side * self.callback_rate / 100)
        return (price - self.trigger) * self.side >= 0


@dataclass(frozen=True, slots=True)
class AccountTrade:
    """One fill of the account."""

    symbol: str
    trade_id: int
    order_id: int
    side: int
    position_side: str
    price: Decimal
    size: Decimal
    fee: Decimal
    realised: Decimal
    is_maker: bool
    time_ms: int


@dataclass(frozen=True, slots=True)
class Income:
    """One change of the wallet."""

    income_id: int
    symbol: str
    kind: str
    amount: Decimal
    time_ms: int
    trade_id: int | None = None
