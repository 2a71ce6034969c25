"""Write first, then believe, then tell: each record goes to the ledger, into the portfolio, onto the bus."""

import asyncio
import logging

from workstation.errors import PreflightError
from workstation.model.ledger import LedgerRecord, OrderNote
from workstation.model.orders import Fill, Order, OrderReport, OrderState
from workstation.model.positions import Balance, FundingPayment, Position
from workstation.ports import AccountEvent, Ledger
from workstation.runtime.bus import Bus, Fault
from workstation.trading.news import FillBooked, FundingBooked, OrderChanged
from workstation.trading.portfolio import Portfolio

log = logging.getLogger(__name__)


class Bookkeeping:
    """Takes in what happens to the account, one thing after another."""

    def __init__(self, ledger: Ledger, portfolio: Portfolio, bus: Bus) -> None:
        self._ledger = ledger
        self._portfolio = portfolio
        self._bus = bus
        self._heard: dict[str, OrderReport] = {}
        self.touched: set[str] = set()
        """Symbols in which something changed since this was last emptied."""
        self.changed = asyncio.Event()
        """Set with every change."""

    async def write(self, *records: LedgerRecord) -> None:
        """Write what the desk itself decided; it counts only once it is on the disk.

        Raises:
            PreflightError: it could not be written; nothing of it counts.
        """
        await asyncio.wrap_future(self._ledger.append(*records))
        self.believe(*records)

    async def note(self, order: Order | str, state: OrderState | None, words: str) -> None:
        """Write down what was found out about an order; told as a fault where that fails, and believed."""
        client_order_id = order if isinstance(order, str) else order.client_order_id
        await self.take(OrderNote(client_order_id, state, words))

    async def take(self, event: AccountEvent | OrderNote) -> None:
        """Take in what happened at the venue: it has happened, whether or not it can be written down.

        What was not written comes back from the venue at the next start.
        """
        if isinstance(event, Balance):
            self._portfolio.set_balance(event)
            self._change(None)
            return
        if isinstance(event, Position):
            return  # ours follows from the fills; the venue's is held against it when reconciling
        if isinstance(event, OrderReport):
            key = event.client_order_id or event.venue_order_id
            if self._heard.get(key) == event:
                return
            self._heard[key] = event
            if self._portfolio.order(event.client_order_id) is None:
                self.believe(event)  # placed elsewhere: seen, but no entry of this book
                return
        try:
            await asyncio.wrap_future(self._ledger.append(event))
        except PreflightError as error:
            self._bus.publish(Fault("Ledger", str(error), error))
        self.believe(event)

    def touch(self, symbol: str) -> None:
        """Have whoever looks after a symbol look at it at once."""
        self._change(symbol)

    def believe(self, *records: LedgerRecord) -> None:
        """Take records into the portfolio and tell of them: written down already, or never meant to be."""
        for record in records:
            if not self._portfolio.take(record):
                continue
            order = self._order_of(record)
            symbol = order.intent.symbol if order is not None else getattr(record, "symbol", None)
            self._change(symbol)
            if isinstance(record, Fill):
                self._bus.publish(FillBooked(record))
            elif isinstance(record, FundingPayment):
                self._bus.publish(FundingBooked(record))
            if order is not None:
                self._bus.publish(OrderChanged(order))

    def _order_of(self, record: LedgerRecord) -> Order | None:
        client_order_id = getattr(record, "client_order_id", "")
        return self._portfolio.order(client_order_id) if client_order_id else None

    def _change(self, symbol: str | None) -> None:
        if symbol is not None:
            self.touched.add(symbol)
        self.changed.set()
