"""Where orders go, and what a venue's account tells."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

from workstation.model.margin import MarginMode
from workstation.model.orders import ApprovedOrder, Fill, OrderReport
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting

AccountEvent = OrderReport | Fill | FundingPayment | Position | Balance
"""What a venue's account stream tells; any of it may come late, twice, or out of order."""


class TradingVenue(Protocol):
    """Where orders go. One account, one-way position mode.

    Raises (every question): VenueError; what it then says is nothing at all, least of all that an order is
    not there.
    """

    @property
    def venue(self) -> str:
        """The venue as the desk names it, "binance_usdm"."""
        ...

    @property
    def unseen_ms(self) -> int:
        """How long after sending a request may still arrive: an order not found before that is not absent.

        The venue's receive window and what the clocks may differ.
        """
        ...

    async def place(self, order: ApprovedOrder) -> OrderReport:
        """Send an order once and return what the venue says of it.

        Raises:
            OrderRejected: the venue said, with a code that means it, that it did not take the order.
            Exception: anything else: the order may or may not be at the venue.
        """
        ...

    async def cancel(self, symbol: str, client_order_id: str) -> None:
        """Ask the venue to cancel; a report tells when it is cancelled. One that is final is no error."""
        ...

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        """Return what the venue knows of an order among open, conditional and closed ones; None: nothing."""
        ...

    async def open_orders(self) -> Sequence[OrderReport]:
        """Return every order that works, conditional ones too, also those placed elsewhere."""
        ...

    async def fills_since(self, symbol: str, from_ms: int) -> Sequence[Fill]:
        """Return our fills of a symbol with venue time at or after `from_ms`, oldest first, all pages."""
        ...

    async def payments_since(self, from_ms: int) -> Sequence[FundingPayment]:
        """Return funding and insurance paid with venue time at or after `from_ms`, oldest first."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Return what is held; flat symbols may be left out. Of the money only `margin` is the venue's."""
        ...

    async def balances(self) -> Sequence[Balance]:
        """Return the wallet by coin."""
        ...

    async def setting(self, symbol: str) -> SymbolSetting:
        """Return the leverage and margin mode that a symbol is set to."""
        ...

    async def set_up(self, symbol: str, leverage: Decimal, margin_mode: MarginMode) -> None:
        """Set a symbol; that it is so already is success. Read it back with `setting`."""
        ...

    async def run(self, publish: Callable[[AccountEvent], None]) -> None:
        """Hand over what happens in the account until cancelled.

        After a lost connection it begins anew by itself and calls `publish` with every open order again, so
        that nothing is missed; what is said twice is taken once.
        """
        ...
