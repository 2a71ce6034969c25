"""What the desk says on the bus: small facts that panels, sounds and alarms listen to."""

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.model.orders import Fill, Order, OrderReport
from workstation.model.positions import FundingPayment
from workstation.trading.portfolio import PositionDifference


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order of ours stands anew; it is written down already."""

    order: Order


@dataclass(frozen=True, slots=True)
class FillBooked:
    """A fill was written down and is in the position."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class FundingBooked:
    """A funding settlement was written down and is in the position."""

    payment: FundingPayment


@dataclass(frozen=True, slots=True)
class StopMissing:
    """A position stands without a stop that is proven to work, and it is not being mended by itself.

    Attributes:
        symbol: the venue's spelling.
        intent_id: the entry; empty for a position that no entry here explains.
        words: why, and what can be done.
    """

    symbol: str
    intent_id: str
    words: str


@dataclass(frozen=True, slots=True)
class OrphanOrders:
    """Protective orders work at the venue for a position that is not there."""

    reports: tuple[OrderReport, ...]


@dataclass(frozen=True, slots=True)
class PositionsDiffer:
    """The venue holds other sizes than our fills come to, after all fills were asked for."""

    differences: Sequence[PositionDifference]


@dataclass(frozen=True, slots=True)
class DeskFrozen:
    """Whether anything may be opened changed.

    Attributes:
        words: why not; empty where it may again.
    """

    words: str


TradingNews = (
    OrderChanged | FillBooked | FundingBooked | StopMissing | OrphanOrders | PositionsDiffer | DeskFrozen
)
