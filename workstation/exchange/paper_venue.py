"""The paper venue: play money that trades against the live or recorded market by a venue's rules."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from workstation.analytics.margin import check_leverage
from workstation.analytics.venue_rules import floor_to_step
from workstation.errors import BadFigure, DataDirectoryError, OrderRejected, VenueError
from workstation.exchange.paper_account import PaperAccount
from workstation.exchange.paper_journal import Deposit, Ended, JournalRecord, PaperJournal, Placed, Triggered
from workstation.exchange.paper_market import Outcomes, PaperMarket, PaperOrder, is_past
from workstation.market.order_book import OrderBook
from workstation.model.columns import MarketBatch
from workstation.model.derivatives import FundingRate, MarkPrice
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    ApprovedOrder,
    Fill,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    TriggerBy,
)
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting
from workstation.ports import AccountEvent
from workstation.trading.contracts import Contract

LATENCY_MS = 50
"""Venue time between a request and its effect."""


class PaperVenue:
    """`workstation.ports.TradingVenue` without a venue.

    Time is the market's: what happens is decided by the data that come in, not by when they come in. Orders
    stand still while the program does not run and then begin at the end of their queue; funding of that time
    is not paid. The account is in a journal of its own, written before anything is answered.

    A liquidated position is closed at its bankruptcy price: an isolated one loses its margin, a cross wallet
    all of it.
    """

    def __init__(
        self,
        venue: str,
        journal_path: Path,
        *,
        deposit: Decimal = Decimal(10_000),
        asset: str = "USDT",
        latency_ms: int = LATENCY_MS,
    ) -> None:
        """Open the account, or make it with a first deposit.

        Args:
            venue: name of the venue whose market it trades, as the desk has it.
            journal_path: its memory.
            deposit, asset: of a new account.
            latency_ms: between a request and its effect, in venue time.

        Raises:
            DataDirectoryError: the journal cannot be read or written.
        """
        self.venue = venue
        self.unseen_ms = 0
        """Requests do not travel: what is not found was never taken."""
        self._asset = asset
        self._latency_ms = latency_ms
        self._markets: dict[str, PaperMarket] = {}
        self._books: dict[str, OrderBook] = {}
        self._orders: dict[str, PaperOrder] = {}
        self._written: dict[str, Contract] = {}
        self._events: deque[AccountEvent] = deque()
        self._publish: Callable[[AccountEvent], None] | None = None
        self._journal = PaperJournal(journal_path)
        self._account = PaperAccount(venue, self._journal, self._markets, self._emit)
        self._restore(self._journal.records)
        if not self._journal.records:
            self.deposit(deposit)

    # The market's side.

    @property
    def symbols_in_use(self) -> frozenset[str]:
        """Symbols with a position or an order that works: their market must be followed."""
        working = {order.intent.symbol for order in self._orders.values() if not order.state.is_final}
        return frozenset(working | set(self._account.portfolio.positions))

    def queue_ahead(self, client_order_id: str) -> Decimal | None:
        """Return the size before an order in the queue of its level; None while it rests in no book."""
        order = self._orders.get(client_order_id)
        return None if order is None or order.state.is_final else order.ahead

    def add_contract(self, contract: Contract) -> None:
        """Trade a symbol by these rules; later words replace earlier ones."""
        symbol = contract.symbol
        self._account.portfolio.add_contract(contract)
        self._account.set_up(self._account.setting(symbol))
        if symbol in self._markets:
            return
        account = self._account
        outcomes = Outcomes(self._take_fill, self._take_end, self._take_trigger, account.room)
        self._markets[symbol] = PaperMarket(self._latency_ms, outcomes)

    def take(self, batch: MarketBatch, book: OrderBook) -> None:
        """Take in what a market did; `book` is the market's own, the batch already in it."""
        market = self._markets.get(batch.symbol)
        if market is not None:
            self._books[batch.symbol] = book
            market.take(batch, book)
            self._account.settle_funding(batch.symbol, market.now_ms)

    def take_news(self, news: MarkPrice | FundingRate) -> None:
        """Take in a mark price (stops, liquidations) or a funding rate (settlements)."""
        market = self._markets.get(news.symbol)
        if market is None:
            return
        self._account.settle_funding(news.symbol, news.event_ms)
        if isinstance(news, FundingRate):
            self._account.take_rate(news)
        else:
            market.take_mark(news.mark_price, news.event_ms)
            self._account.liquidate(news.symbol, news.event_ms)

    def advance(self, now_ms: int) -> None:
        """Let venue time pass where the market is silent."""
        for symbol, market in self._markets.items():
            market.advance(now_ms)
            self._account.settle_funding(symbol, now_ms)

    def deposit(self, amount: Decimal) -> None:
        """Put paper money in, or take it out if negative.

        Raises:
            DataDirectoryError: it could not be written down.
        """
        record = Deposit(self._asset, amount, self._account.now_ms)
        self._journal.append(record)
        self._account.restore(record)
        self._emit(self._account.balance(self._asset))

    def close(self) -> None:
        """Release the journal."""
        self._journal.close()

    # The desk's side: `TradingVenue`.

    async def place(self, order: ApprovedOrder) -> OrderReport:
        """Take an order, or say why not; see `TradingVenue.place`."""
        intent, symbol = order.intent, order.intent.symbol
        self._check_working()
        market, contract = self._markets.get(symbol), self._account.portfolio.contracts.get(symbol)
        if market is None or contract is None:
            raise OrderRejected(f"{symbol} is not traded here", code="-1121")
        if order.client_order_id in self._orders:
            raise VenueError("The client order id is taken")
        self._check_order(intent, contract, market)
        venue_order_id = str(self._account.next_id())
        active_ms = market.now_ms + self._latency_ms
        placed = PaperOrder(intent, order.client_order_id, venue_order_id, active_ms, market.now_ms)
        records: list[JournalRecord] = []
        if self._written.get(symbol) != contract:
            records.append(contract)
        records.append(Placed(intent, order.client_order_id, venue_order_id, market.now_ms))
        try:
            self._journal.append(*records)
        except DataDirectoryError as error:
            raise OrderRejected(f"The paper account cannot be written: {error}") from error
        self._written[symbol] = contract
        self._orders[order.client_order_id] = placed
        market.add(placed, self._books.get(symbol))
        return placed.report()

    async def cancel(self, symbol: str, client_order_id: str) -> None:
        """Cancel an order after the latency; see `TradingVenue.cancel`."""
        self._check_working()
        order, market = self._orders.get(client_order_id), self._markets.get(symbol)
        if order is None or market is None:
            raise VenueError("There is no such order")
        if not order.state.is_final:
            market.cancel(order)

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        """Return what is known of an order."""
        order = self._orders.get(client_order_id)
        return None if order is None or order.intent.symbol != symbol else order.report()

    async def open_orders(self) -> Sequence[OrderReport]:
        """Return every order that works."""
        return [order.report() for order in self._orders.values() if not order.state.is_final]

    async def fills_since(self, symbol: str, from_ms: int) -> Sequence[Fill]:
        """Return the fills of a symbol, oldest first."""
        return [fill for fill in self._account.fills.get(symbol, ()) if fill.event_ms >= from_ms]

    async def payments_since(self, from_ms: int) -> Sequence[FundingPayment]:
        """Return funding settlements, oldest first."""
        return [payment for payment in self._account.funding if payment.event_ms >= from_ms]

    async def positions(self) -> Sequence[Position]:
        """Return what is held."""
        return list(self._account.portfolio.positions.values())

    async def balances(self) -> Sequence[Balance]:
        """Return the wallet by coin."""
        return [self._account.balance(asset) for asset in self._account.deposits]

    async def setting(self, symbol: str) -> SymbolSetting:
        """Return what a symbol is set to."""
        return self._account.setting(symbol)

    async def set_up(self, symbol: str, leverage: Decimal, margin_mode: MarginMode) -> None:
        """Set a symbol.

        Raises:
            VenueError: no bracket allows the leverage, or the mode cannot change under a position.
        """
        self._check_working()
        portfolio, now = self._account.portfolio, self._account.setting(symbol)
        contract = portfolio.contracts.get(symbol)
        if contract is None:
            raise VenueError(f"{symbol} is not traded here")
        tiers = contract.rules.tiers
        try:
            check_leverage(leverage, None if tiers is None else tiers.tiers[0])
        except BadFigure as error:
            raise VenueError(str(error)) from None
        if margin_mode is not now.margin_mode and symbol in portfolio.positions:
            raise VenueError("The margin mode cannot change while a position is held")
        setting = SymbolSetting(symbol, leverage, margin_mode)
        if setting != now:
            self._account.write(setting)
            self._account.set_up(setting)

    async def run(self, publish: Callable[[AccountEvent], None]) -> None:
        """Hand over what happens until cancelled; what happened before is handed over first."""
        for order in self._orders.values():
            if not order.state.is_final:
                publish(order.report())
        while self._events:
            publish(self._events.popleft())
        self._publish = publish
        try:
            await asyncio.Event().wait()
        finally:
            self._publish = None

    # Below: rules and memory.

    def _check_working(self) -> None:
        if self._account.failed:
            raise OrderRejected(self._account.failed)

    def _check_order(self, intent: OrderIntent, contract: Contract, market: PaperMarket) -> None:
        """Refuse what a venue would.

        Raises:
            OrderRejected: with the venue's reason.
        """
        rules = contract.rules
        if intent.size <= 0 or floor_to_step(intent.size, rules.lot_size) != intent.size:
            raise OrderRejected(f"The size is not a multiple of {rules.lot_size:f}", code="-1111")
        for price in (intent.price, intent.trigger_price):
            if price is not None and (price <= 0 or floor_to_step(price, rules.tick_size) != price):
                raise OrderRejected(f"{price:f} is not a multiple of {rules.tick_size:f}", code="-1111")
        if intent.kind is OrderKind.LIMIT and intent.price is None:
            raise OrderRejected("A limit order needs a price", code="-1102")
        if intent.kind.is_conditional:
            if intent.trigger_price is None:
                raise OrderRejected("A conditional order needs a trigger price", code="-1102")
            watched = market.mark_price if intent.trigger_by is TriggerBy.MARK else market.last_price
            if watched is not None and is_past(intent, watched):
                raise OrderRejected("The order would trigger at once", code="-2021")
        if intent.reduce_only:
            held = self._account.portfolio.position(intent.symbol).size
            if held * intent.side.sign >= 0 and not intent.kind.is_conditional:
                raise OrderRejected("There is nothing to reduce", code="-2022")
            return
        reckoned = intent.price or intent.trigger_price or market.mark_price or market.last_price
        if reckoned is None:
            raise OrderRejected("There is no price to reckon the margin with", code="-2019")
        self._account.check_margin(intent, reckoned, self._orders)

    def _take_fill(
        self, order: PaperOrder, price: Decimal, size: Decimal, is_maker: bool, event_ms: int
    ) -> None:
        self._account.take_fill(order, price, size, is_maker, event_ms)
        self._emit(order.report())

    def _take_end(self, order: PaperOrder, state: OrderState, words: str, event_ms: int) -> None:
        self._account.write(Ended(order.client_order_id, state, words, event_ms))
        self._emit(order.report())

    def _take_trigger(self, order: PaperOrder, event_ms: int) -> None:
        self._account.write(Triggered(order.client_order_id, event_ms))
        self._emit(order.report())

    def _emit(self, event: AccountEvent) -> None:
        if self._publish is None:
            self._events.append(event)
        else:
            self._publish(event)

    def _restore(self, records: Iterable[JournalRecord]) -> None:
        """Go through what the journal holds."""
        for record in records:
            self._account.restore(record)
            if isinstance(record, Contract):
                self._written[record.symbol] = record
                self.add_contract(record)
            elif isinstance(record, Placed):
                self._account.note_id(int(record.venue_order_id))
                self._orders[record.client_order_id] = PaperOrder(
                    record.intent,
                    record.client_order_id,
                    record.venue_order_id,
                    record.event_ms,
                    record.event_ms,
                )
            elif isinstance(record, Triggered):
                order = self._orders[record.client_order_id]
                order.is_triggered, order.updated_ms = True, record.event_ms
            elif isinstance(record, Ended):
                order = self._orders[record.client_order_id]
                order.state, order.words, order.updated_ms = record.state, record.words, record.event_ms
            elif isinstance(record, Fill) and record.client_order_id:
                order = self._orders[record.client_order_id]
                order.filled += record.size
                order.updated_ms = record.event_ms
                order.state = OrderState.PARTIALLY_FILLED if order.remaining else OrderState.FILLED
        for order in self._orders.values():
            if order.state.is_final:
                continue
            if order.intent.kind is OrderKind.MARKET and not order.intent.reduce_only:
                # Days may have passed: nobody wants in at any price any more. An exit is still wanted.
                words = "The program ended before it took part"
                order.state, order.words = OrderState.EXPIRED, words
                self._account.write(Ended(order.client_order_id, order.state, words, order.updated_ms))
            else:
                self._markets[order.intent.symbol].add(order, None)
