"""What is ours on one venue: orders, fills, positions, balances, all led from what the ledger holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from workstation.model.instrument import ContractKind
from workstation.model.ledger import (
    Approval,
    LedgerEntry,
    LedgerRecord,
    OrderNote,
    PositionAdopted,
    StopMove,
    TrailStarted,
)
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, Order, OrderIntent, OrderKind, OrderReport, OrderState, Purpose
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting
from workstation.trading.account import Account
from workstation.trading.contracts import Contract
from workstation.trading.order_state import OrderTracker
from workstation.trading.position_book import PositionBook, RoundTrip


@dataclass(frozen=True, slots=True)
class PositionDifference:
    """Where the venue holds another size than our fills come to.

    Attributes:
        symbol: the venue's spelling.
        ours, venues: signed sizes.
        entry_price: as the venue says it; 0 if flat there.
    """

    symbol: str
    ours: Decimal
    venues: Decimal
    entry_price: Decimal


class Portfolio:
    """The state of one venue's account as far as it is written down.

    `take` brings in one record; records taken in another order, or twice, lead to the same state. Fills of a
    symbol whose contract is not known yet wait until it is.
    """

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self.version = 0
        """Grows with every change: a panel that has drawn this version need not draw it again."""
        self.contracts: dict[str, Contract] = {}
        self.foreign_orders: dict[str, OrderReport] = {}
        """Orders that work at the venue and were not placed here, by its own id."""
        self.stop_moves: dict[str, StopMove] = {}
        """The newest move of the stop by entry."""
        self.trails: dict[str, TrailStarted] = {}
        """The newest trail by entry."""
        self._trackers: dict[str, OrderTracker] = {}
        self._working: dict[str, dict[str, OrderTracker]] = {}  # by symbol, those that are not final
        self._missing: dict[str, OrderTracker] = {}  # those of which fills are still under way
        self._by_intent: dict[str, tuple[int, OrderTracker]] = {}  # with its place among all
        self._exits: dict[str, list[OrderTracker]] = {}  # of brackets, by the entry's intent
        self._books: dict[str, PositionBook] = {}
        self._waiting: dict[str, list[Fill | FundingPayment | PositionAdopted]] = {}
        self._balances: dict[str, Balance] = {}

    def replay(self, entries: Iterable[LedgerEntry]) -> None:
        """Take in what the ledger holds, in its order."""
        for entry in entries:
            self.take(entry.record)

    def take(self, record: LedgerRecord) -> bool:
        """Take in one record; return whether it changed anything.

        What does not concern orders and positions of this venue is passed over.
        """
        changed = self._take(record)
        self.version += changed
        return changed

    def add_contract(self, contract: Contract) -> None:
        """Say what is known of a symbol; what waited for that is taken in."""
        self.contracts[contract.symbol] = contract
        for event in self._waiting.pop(contract.symbol, ()):
            self._take_money(event)
        self.version += 1

    def set_balance(self, balance: Balance) -> None:
        """Say what the venue's wallet holds of a coin; an older word than the last is passed over."""
        held = self._balances.get(balance.asset)
        if held is None or balance.event_ms >= held.event_ms:
            self._balances[balance.asset] = balance
            self.version += 1

    def set_symbol(self, setting: SymbolSetting) -> None:
        """Say with what leverage and margin mode a symbol is held."""
        book = self._book(setting.symbol)
        if book is not None:
            book.leverage, book.margin_mode = setting.leverage, setting.margin_mode
            self.version += 1

    # What panels and the gate read.

    def order(self, client_order_id: str) -> Order | None:
        """Return one order of ours; None where there is none of that id."""
        tracker = self._trackers.get(client_order_id)
        return None if tracker is None else tracker.order

    @property
    def orders(self) -> Sequence[Order]:
        """Every order of ours, the oldest first."""
        return [tracker.order for tracker in self._trackers.values()]

    def working(self, symbol: str | None = None) -> Sequence[Order]:
        """Return orders that are not final, of one symbol or of all."""
        symbols = list(self._working) if symbol is None else [symbol]
        return [tracker.order for one in symbols for tracker in self._working.get(one, {}).values()]

    @property
    def missing_fills(self) -> Sequence[Order]:
        """Orders of which the venue has filled more than the fills that we have seen."""
        return [tracker.order for tracker in self._missing.values()]

    def missing_size(self, symbol: str) -> Decimal:
        """Signed size in base units of the venue that it says was filled, and whose fills are under way."""
        missing = (order for order in self.missing_fills if order.intent.symbol == symbol)
        return sum((order.intent.side.sign * order.missing_size for order in missing), Decimal(0))

    def entries_of(self, orders: Iterable[Order]) -> Sequence[Order]:
        """Return the entries that these orders are, or are exits of, each once and the oldest first."""
        intents = {order.intent.parent_id if order.intent.leg else order.intent.intent_id for order in orders}
        found = sorted((self._by_intent[one] for one in intents if one in self._by_intent), key=itemgetter(0))
        return [tracker.order for _, tracker in found]

    def entry(self, intent_id: str) -> Order | None:
        """Return the order of an intent; None where it has none."""
        found = self._by_intent.get(intent_id)
        return None if found is None else found[1].order

    def exits(self, intent_id: str) -> tuple[Order, ...]:
        """Return the stop and target orders of an entry, the oldest first."""
        return tuple(tracker.order for tracker in self._exits.get(intent_id, ()))

    def fills(self, symbol: str, from_ms: int = 0) -> Sequence[Fill]:
        """Return our fills of a symbol from a venue time on, in the order of the venue's clock."""
        book = self._books.get(symbol)
        return () if book is None else book.fills_since(from_ms)

    def position(self, symbol: str) -> Position:
        """Return what is held of a symbol; flat where nothing is."""
        book = self._books.get(symbol)
        if book is None:
            return Position(self.venue, symbol, Decimal(0), Decimal(0))
        return book.position()

    @property
    def positions(self) -> Mapping[str, Position]:
        """Positions that are not flat, by symbol."""
        return {symbol: book.position() for symbol, book in self._books.items() if book.state.size}

    def knows(self, symbol: str) -> bool:
        """Whether anything that happened to a position of this symbol is written down."""
        book = self._books.get(symbol)
        return symbol in self._waiting or (book is not None and book.is_begun)

    @property
    def newest_payment_ms(self) -> int:
        """Venue time of the newest payment; 0 before the first."""
        return max((book.newest_payment_ms for book in self._books.values()), default=0)

    def balance(self, asset: str) -> Balance | None:
        """Return the wallet of a coin; None where the venue has not said it."""
        return self._balances.get(asset)

    def earned(self, asset: str) -> tuple[Decimal, Decimal, Decimal]:
        """Return realised profit, fees and funding since ever of all symbols that are settled in a coin."""
        states = [book.state for book in self._books.values() if book.settlement_asset == asset]
        zero = Decimal(0)
        return (
            sum((state.total_realised for state in states), zero),
            sum((state.total_fees for state in states), zero),
            sum((state.total_funding for state in states), zero),
        )

    def net_since(self, asset: str, from_ms: int) -> Decimal:
        """Return what was earned from then on in a coin: realised profit less fees, with funding."""
        books = (book for book in self._books.values() if book.settlement_asset == asset)
        return sum((book.net_since(from_ms) for book in books), Decimal(0))

    def round_trips(self) -> list[RoundTrip]:
        """Return every position that has been closed, in the order in which they were."""
        found = [trip for book in self._books.values() for trip in book.round_trips()]
        return sorted(found, key=lambda trip: (trip.closed_ms, trip.symbol))

    def stop_price(self, symbol: str) -> Decimal | None:
        """Return the trigger of the stop that protects a position: of several the one that is hit first.

        None where the position is flat or nothing protects it, or only an order that is not proven to work.
        """
        size = self.position(symbol).size
        stops = [
            order.intent.trigger_price
            for order in self.working(symbol)
            if order.intent.kind in (OrderKind.STOP, OrderKind.TRAILING)
            and order.state in (OrderState.OPEN, OrderState.PARTIALLY_FILLED)
            and order.intent.purpose is Purpose.PROTECT
            and order.intent.side.sign * size < 0
            and order.intent.trigger_price is not None
        ]
        return (max(stops) if size > 0 else min(stops)) if stops and size else None

    def account(self, asset: str, marks: Mapping[str, Decimal]) -> Account:
        """Return the wallet of a coin with its positions at these marks.

        A wallet that the venue has not said counts as empty.
        """
        balance = self._balances.get(asset)
        positions = {
            symbol: held
            for symbol, held in self.positions.items()
            if self.contracts[symbol].settlement_asset == asset
        }
        wallet = Decimal(0) if balance is None else balance.wallet
        return Account(asset, wallet, positions, dict(marks), dict(self.contracts))

    def differences(self, venues: Iterable[Position]) -> Sequence[PositionDifference]:
        """Return where the venue's positions and ours have another size."""
        theirs = {held.symbol: held for held in venues}
        found = []
        for symbol in sorted({*theirs, *self.positions}):
            ours, held = self.position(symbol).size, theirs.get(symbol)
            size = Decimal(0) if held is None else held.size
            if size != ours:
                entry = Decimal(0) if held is None else held.entry_price
                found.append(PositionDifference(symbol, ours, size, entry))
        return found

    # Below: one record at a time.

    def _take(self, record: LedgerRecord) -> bool:
        if isinstance(record, Approval):
            return record.order.venue == self.venue and self._take_approval(record)
        if isinstance(record, OrderNote):
            tracker = self._trackers.get(record.client_order_id)
            if tracker is None or not tracker.take_note(record):
                return False
            self._sort_out(tracker)
            return True
        if isinstance(record, OrderReport):
            return record.venue == self.venue and self._take_report(record)
        if isinstance(record, Fill):
            return record.venue == self.venue and self._take_fill(record)
        if isinstance(record, FundingPayment | PositionAdopted):
            return record.venue == self.venue and self._take_money(record)
        if isinstance(record, TrailStarted):
            self.trails[record.intent_id] = record
            return True
        if isinstance(record, StopMove):
            self.stop_moves[record.intent_id] = record
            return True
        return False

    def _take_approval(self, approval: Approval) -> bool:
        if approval.client_order_id in self._trackers:
            return False
        order = Order(
            approval.order, approval.client_order_id, OrderState.CREATED, created_ms=approval.approved_ms
        )
        contract = self.contracts.get(approval.order.symbol)
        kind = ContractKind.LINEAR if contract is None else contract.rules.kind
        tracker = self._trackers[approval.client_order_id] = OrderTracker(order, kind)
        intent = approval.order
        self._by_intent[intent.intent_id] = (len(self._by_intent), tracker)
        if intent.leg:
            self._exits.setdefault(intent.parent_id, []).append(tracker)
        self._sort_out(tracker)
        self._note_setting(approval.order)
        return True

    def _sort_out(self, tracker: OrderTracker) -> None:
        """Keep an order among those that work, and those of which fills are missing, or not."""
        order = tracker.order
        if order.missing_size:
            self._missing[order.client_order_id] = tracker
        else:
            self._missing.pop(order.client_order_id, None)
        working = self._working.setdefault(order.intent.symbol, {})
        if order.state.is_final:
            working.pop(order.client_order_id, None)
        else:
            working[order.client_order_id] = tracker

    def _note_setting(self, intent: OrderIntent) -> None:
        """An opening order was checked against what the symbol is set to: it is held with that."""
        book = self._book(intent.symbol)
        if book is not None and intent.purpose is Purpose.OPEN and intent.leverage is not None:
            book.leverage = intent.leverage
            book.margin_mode = intent.margin_mode or MarginMode.CROSS

    def _take_report(self, report: OrderReport) -> bool:
        tracker = self._trackers.get(report.client_order_id)
        if tracker is not None:
            changed = tracker.take_report(report)
            self._sort_out(tracker)
            return changed
        if report.state.is_final:
            return self.foreign_orders.pop(report.venue_order_id, None) is not None
        self.foreign_orders[report.venue_order_id] = report
        return True

    def _take_fill(self, fill: Fill) -> bool:
        tracker = self._trackers.get(fill.client_order_id)
        if tracker is not None:  # written down before it was sent, so before any fill of it
            tracker.take_fill(fill)
            self._sort_out(tracker)
        return self._take_money(fill)

    def _take_money(self, event: Fill | FundingPayment | PositionAdopted) -> bool:
        book = self._book(event.symbol)
        if book is None:
            self._waiting.setdefault(event.symbol, []).append(event)
            return False
        if isinstance(event, Fill):
            return book.take_fill(event)
        if isinstance(event, FundingPayment):
            return book.take_funding(event)
        book.take_over(event)
        return True

    def _book(self, symbol: str) -> PositionBook | None:
        book, contract = self._books.get(symbol), self.contracts.get(symbol)
        if book is None and contract is not None:
            rules = contract.rules
            book = self._books[symbol] = PositionBook(
                self.venue, symbol, contract.settlement_asset, rules.contract_size, rules.kind
            )
        return book
