"""What desk and trading process say to one another: numbered questions, their answers, the account's events.

Each message is its length and MessagePack. The keys of a venue go through this pipe too, and nowhere else.
"""

import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import BinaryIO, TypeVar

import msgspec

from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, OrderIntent, OrderReport
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting
from workstation.ports import AccountEvent
from workstation.trading.contracts import Contract

_LENGTH = struct.Struct("<I")
MOST_BYTES = 1 << 26


class OpenAccount(msgspec.Struct, frozen=True, tag=True):
    """The first message: which account. Its secret is in no message of ours but this one."""

    entry: str
    venue: str
    base_url: str | None
    api_key: str
    secret: str

    def __repr__(self) -> str:
        return f"OpenAccount({self.venue!r})"


class Place(msgspec.Struct, frozen=True, tag=True):
    """Send an approved order."""

    intent: OrderIntent
    client_order_id: str


class Cancel(msgspec.Struct, frozen=True, tag=True):
    symbol: str
    client_order_id: str


class FindOrder(msgspec.Struct, frozen=True, tag=True):
    symbol: str
    client_order_id: str


class OpenOrders(msgspec.Struct, frozen=True, tag=True):
    pass


class FillsSince(msgspec.Struct, frozen=True, tag=True):
    symbol: str
    from_ms: int


class PaymentsSince(msgspec.Struct, frozen=True, tag=True):
    from_ms: int


class Positions(msgspec.Struct, frozen=True, tag=True):
    pass


class Balances(msgspec.Struct, frozen=True, tag=True):
    pass


class Setting(msgspec.Struct, frozen=True, tag=True):
    symbol: str


class SetUp(msgspec.Struct, frozen=True, tag=True):
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode


class Contracts(msgspec.Struct, frozen=True, tag=True):
    symbols: tuple[str, ...]


Question = (
    Place
    | Cancel
    | FindOrder
    | OpenOrders
    | FillsSince
    | PaymentsSince
    | Positions
    | Balances
    | Setting
    | SetUp
    | Contracts
)


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A question with the number that its answer bears."""

    number: int
    question: Question


Command = OpenAccount | Asked


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the process says: an answer, or events of the account.

    Attributes:
        number: of the question that is answered; 0 for events.
        error: the class of what went wrong, with its words; empty for nothing. code: of a rejection.
    """

    number: int = 0
    error: str = ""
    words: str = ""
    code: str = ""
    reports: tuple[OrderReport, ...] = ()
    fills: tuple[Fill, ...] = ()
    payments: tuple[FundingPayment, ...] = ()
    positions: tuple[Position, ...] = ()
    balances: tuple[Balance, ...] = ()
    setting: SymbolSetting | None = None
    contracts: tuple[Contract, ...] = ()


_LISTS: dict[type, str] = {
    OrderReport: "reports",
    Fill: "fills",
    FundingPayment: "payments",
    Position: "positions",
    Balance: "balances",
}
Item = TypeVar("Item", bound=AccountEvent)

_encode = msgspec.msgpack.Encoder().encode
_decode_command = msgspec.msgpack.Decoder(Command).decode
_decode_told = msgspec.msgpack.Decoder(Told).decode


def told_of(items: Sequence[AccountEvent], number: int = 0) -> Told:
    """Return items of one kind as a message."""
    return Told(number, **{_LISTS[type(items[0])]: tuple(items)}) if items else Told(number)  # type: ignore[arg-type]


def events_of(told: Told) -> list[AccountEvent]:
    """Return what a message holds."""
    return [*told.reports, *told.fills, *told.payments, *told.positions, *told.balances]


def encode(message: Command | Told) -> bytes:
    """Return a message as it goes through the pipe, its length included."""
    content = _encode(message)
    return _LENGTH.pack(len(content)) + content


def read_command(pipe: BinaryIO) -> Command | None:
    """Wait for the next command; None when the desk has ended."""
    content = _read(pipe)
    return None if content is None else _decode_command(content)


def read_told(pipe: BinaryIO) -> Told | None:
    """Wait for the next message of the process; None when it has ended."""
    content = _read(pipe)
    return None if content is None else _decode_told(content)


def _read(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise ValueError(f"no message is {length} bytes long")
    content = pipe.read(length)
    return content if len(content) == length else None
