"""The trader's own orders as they stood: from when to when each worked, told from the ledger's entries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from workstation.model.ledger import Approval, LedgerEntry, OrderNote
from workstation.model.orders import Fill, OrderIntent, OrderKind, OrderReport, OrderState
from workstation.store.ledger_reader import LedgerReader
from workstation.store.ledger_schema import LEDGER_FILE
from workstation.trading.brackets import STOP

KINDS: tuple[type, ...] = (Approval, OrderNote, OrderReport, Fill)
"""The records of a ledger that orders are told from."""


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """One order over its life.

    Attributes:
        client_order_id: ours.
        intent: as approved.
        from_ms: when it began to work, on the venue's clock; the desk's where the venue never said.
        to_ms: when it ended; None while it works.
        state: how it ended, or OPEN.
    """

    client_order_id: str
    intent: OrderIntent
    from_ms: int
    to_ms: int | None
    state: OrderState

    def works_at(self, moment_ms: int) -> bool:
        """Whether it was at the venue at a moment."""
        return self.from_ms <= moment_ms and (self.to_ms is None or moment_ms < self.to_ms)

    @property
    def is_stop(self) -> bool:
        """Whether it protects a position."""
        return self.intent.leg == STOP or (self.intent.kind is OrderKind.STOP and self.intent.reduce_only)

    @property
    def is_target(self) -> bool:
        """Whether it waits for a profit."""
        return self.intent.leg.startswith("target")


class OwnOrders:
    """The orders of one account; entries may come a few at a time, in the order they were written."""

    def __init__(self, entries: Iterable[LedgerEntry] = ()) -> None:
        self._orders: dict[str, OwnOrder] = {}
        self._filled: dict[str, dict[int, Decimal]] = {}  # size by trade id
        self._said: set[str] = set()  # the venue has told when they began
        for entry in entries:
            self.take(entry)

    def take(self, entry: LedgerEntry) -> None:
        """Take in one entry of the ledger."""
        record = entry.record
        if isinstance(record, Approval):
            self._orders[record.client_order_id] = OwnOrder(
                record.client_order_id, record.order, record.approved_ms, None, OrderState.OPEN
            )
        elif isinstance(record, OrderReport):
            self._report(record)
        elif isinstance(record, Fill):
            self._fill(record)
        elif isinstance(record, OrderNote) and record.state is not None and record.state.is_final:
            order = self._orders.get(record.client_order_id)
            if order is not None and order.to_ms is None:  # it never came to the venue
                ended = replace(order, to_ms=order.from_ms, state=record.state)
                self._orders[record.client_order_id] = ended

    def between(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> tuple[OwnOrder, ...]:
        """Return the orders of a market that worked within from_ms ≤ time < to_ms, oldest first."""
        found = [
            order
            for order in self._orders.values()
            if (order.intent.venue, order.intent.symbol) == (venue, symbol)
            and order.from_ms < to_ms
            and (order.to_ms is None or order.to_ms > from_ms)
        ]
        return tuple(sorted(found, key=lambda order: order.from_ms))

    def _report(self, report: OrderReport) -> None:
        order = self._orders.get(report.client_order_id)
        if order is None:
            return
        if report.client_order_id not in self._said and report.event_ms:
            self._said.add(report.client_order_id)
            order = replace(order, from_ms=report.event_ms)
        if report.state.is_final and order.to_ms is None:
            order = replace(order, to_ms=max(report.event_ms, order.from_ms), state=report.state)
        self._orders[report.client_order_id] = order

    def _fill(self, fill: Fill) -> None:
        """Its last fill ends an order, whether or not a report says so."""
        order = self._orders.get(fill.client_order_id)
        if order is None:
            return
        fills = self._filled.setdefault(fill.client_order_id, {})
        fills[fill.trade_id] = fill.size
        if sum(fills.values()) >= order.intent.size and order.state in (OrderState.OPEN, OrderState.FILLED):
            ended = replace(order, to_ms=max(fill.event_ms, order.from_ms), state=OrderState.FILLED)
            self._orders[fill.client_order_id] = ended


class OwnOrderFiles:
    """The orders of every account of a data directory, read from its ledger when they are asked for."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._known: dict[str, tuple[LedgerReader, OwnOrders]] = {}

    def orders(self, account_key: str) -> OwnOrders:
        """Return the orders of an account as of now; none without a ledger. Not on the window's thread.

        Raises:
            DataDirectoryError, LedgerDamaged: its ledger cannot be read.
        """
        known = self._known.get(account_key)
        if known is None:
            folder = self._data_dir / account_key
            if not (folder / LEDGER_FILE).exists():
                return OwnOrders()
            known = self._known[account_key] = LedgerReader(folder, KINDS), OwnOrders()
        reader, orders = known
        found = reader.look()
        if found.is_anew:
            orders = OwnOrders()
            self._known[account_key] = reader, orders
        for entry in found.entries:
            orders.take(entry)
        return orders
