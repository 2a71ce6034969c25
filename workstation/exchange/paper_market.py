"""One symbol of the paper venue: orders matched with the real book and tape, by their place in the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from workstation.exchange.paper_book import LevelChange, PaperBook, exact
from workstation.market.order_book import ASK, BID, BookStatus, OrderBook
from workstation.model.columns import MarketBatch
from workstation.model.orders import (
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Side,
    TimeInForce,
    TriggerBy,
)

_ZERO = Decimal(0)


@dataclass(slots=True)
class PaperOrder:
    """One order at the paper venue.

    Attributes:
        intent, client_order_id, venue_order_id: what was placed.
        active_ms: venue's time from which it takes part: latency after it was placed, or triggered.
        state, filled, words, updated_ms: as in a report.
        is_triggered: a conditional order that has become a market or limit order.
        ahead: size before it in the queue of its level; None while it does not rest in the book.
        traded: at its price since the level was last updated.
        cancel_ms: venue's time at which a cancel takes effect; None without one.
    """

    intent: OrderIntent
    client_order_id: str
    venue_order_id: str
    active_ms: int
    updated_ms: int
    state: OrderState = OrderState.OPEN
    filled: Decimal = _ZERO
    words: str = ""
    is_triggered: bool = False
    ahead: Decimal | None = None
    traded: Decimal = _ZERO
    cancel_ms: int | None = None

    @property
    def remaining(self) -> Decimal:
        """What is not filled yet."""
        return self.intent.size - self.filled

    @property
    def waits_for_trigger(self) -> bool:
        """Whether it is conditional and has not been triggered."""
        return self.intent.kind.is_conditional and not self.is_triggered

    @property
    def limit(self) -> Decimal | None:
        """Its limit price; None where it takes any price."""
        return None if self.intent.kind is OrderKind.MARKET else self.intent.price

    def report(self) -> OrderReport:
        """What the venue says of it."""
        intent = self.intent
        return OrderReport(
            intent.venue,
            intent.symbol,
            self.client_order_id,
            self.venue_order_id,
            self.state,
            self.updated_ms,
            self.filled,
            intent.side,
            intent.kind,
            intent.size,
            intent.price,
            intent.trigger_price,
            intent.reduce_only,
            self.words,
        )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a market tells the venue.

    Attributes:
        fill: (order, price, size, is maker, time): book a fill.
        end: (order, state, words, time): an order is over.
        trigger: (order, time): a conditional order was triggered.
        room: how much of an order may be filled now: what is left of it, for a reduce-only order no more than
            the position.
    """

    fill: Callable[[PaperOrder, Decimal, Decimal, bool, int], None]
    end: Callable[[PaperOrder, OrderState, str, int], None]
    trigger: Callable[[PaperOrder, int], None]
    room: Callable[[PaperOrder], Decimal]


class PaperMarket:
    """Matches the orders of one symbol.

    A limit order that rests is filled when as much has traded at its price as was before it in the queue, at
    once when the market trades through it, and against whoever offers a better price. What was before it
    shrinks with every trade at the price, and with cancels by their share: nobody can see where in the queue
    a cancel was. A taker is filled from the book as it stands, and takes each level once.
    """

    def __init__(self, latency_ms: int, outcomes: Outcomes) -> None:
        """Match with a latency between a request and its effect."""
        self._latency_ms = latency_ms
        self._out = outcomes
        self._book = PaperBook()
        self.orders: dict[str, PaperOrder] = {}
        """Those that work, by client order id, the oldest first."""
        self.now_ms = 0
        """Newest venue time seen."""
        self.last_price: Decimal | None = None
        self.mark_price: Decimal | None = None

    def add(self, order: PaperOrder, book: OrderBook | None) -> None:
        """Take an order on; `book` is the market's own as it stands, for the first one that needs it."""
        if not self._book.is_known and book is not None:
            self._book.start(book)
        self.orders[order.client_order_id] = order
        self.advance(self.now_ms)

    def cancel(self, order: PaperOrder) -> None:
        """Cancel an order after the latency."""
        if order.cancel_ms is None:
            order.cancel_ms = self.now_ms + self._latency_ms
            self.advance(self.now_ms)

    def take(self, batch: MarketBatch, book: OrderBook) -> None:
        """Take in trades and updates in the order in which they were received; `book` is what they led to."""
        if not self.orders:
            self._book.forget()
            if len(batch.trades):
                self.last_price = exact(batch.trades["price"][-1])
                self.now_ms = max(self.now_ms, int(batch.trades["event_ms"][-1]))
            if len(batch.updates):
                self.now_ms = max(self.now_ms, int(batch.updates["event_ms"][-1]))
            return
        rows = [(int(seq), 0, number) for number, seq in enumerate(batch.updates["seq"])]
        rows += [(int(seq), 1, number) for number, seq in enumerate(batch.trades["seq"])]
        ends = batch.updates["levels"].cumsum()
        for _, is_trade, number in sorted(rows):
            if is_trade:
                self._take_trade(batch, number)
            elif self._book.is_known and not batch.updates["is_snapshot"][number]:
                end = int(ends[number])
                update = batch.updates[number]
                levels = batch.levels[end - int(update["levels"]) : end]
                self.advance(int(update["event_ms"]))
                changes = self._book.apply(int(update["last_id"]), levels)
                if any(order.ahead is not None for order in self.orders.values()):
                    for change in changes:
                        self._take_level(change)
        if book.status is not BookStatus.LIVE:
            self._book.forget()
        elif not self._book.is_known or batch.updates["is_snapshot"].any():
            self._book.start(book)
        self.advance(self.now_ms)

    def take_mark(self, mark_price: Decimal, event_ms: int) -> None:
        """Take in a mark price: what conditional orders and liquidations go by."""
        self.mark_price = mark_price
        self._trigger(TriggerBy.MARK, mark_price, event_ms)
        self.advance(event_ms)

    def advance(self, now_ms: int) -> None:
        """Let time pass: cancels take effect and orders begin to take part."""
        self.now_ms = max(self.now_ms, now_ms)
        for order in list(self.orders.values()):
            if order.cancel_ms is not None and order.cancel_ms <= self.now_ms:
                self._end(order, OrderState.CANCELLED, "")
            elif order.ahead is None and not order.waits_for_trigger and order.active_ms <= self.now_ms:
                self._begin(order)

    def walk(self, side: Side, size: Decimal) -> tuple[Decimal, Decimal]:
        """Return what a taker would find of a size now, and what it would pay: (size, Σ size · price)."""
        found = value = _ZERO
        for price, there in self._book.available(ASK if side is Side.BUY else BID):
            part = min(there, size - found)
            found, value = found + part, value + part * price
            if found == size:
                break
        return found, value

    # Below: one thing at a time.

    def _begin(self, order: PaperOrder) -> None:
        """An order reaches the book: it takes what it may, and rests or ends."""
        if not self._book.is_known:
            return  # nothing to match against until the book is back
        intent, opposite = order.intent, self._opposite(order)
        price = order.limit
        reachable = [
            level
            for level in self._book.available(opposite)
            if price is None or self._reaches(order, level[0])
        ]
        if intent.post_only and reachable:
            self._end(order, OrderState.EXPIRED, "Post-only: it would have traded at once")
            return
        there = sum((size for _, size in reachable), _ZERO)
        if intent.time_in_force is TimeInForce.FOK and there < self._out.room(order):
            self._end(order, OrderState.EXPIRED, "Not fillable as a whole")
            return
        for at, size in reachable:
            part = min(size, self._out.room(order))
            if part <= 0:
                break
            self._book.take(opposite, at, part)
            self._fill(order, at, part, is_maker=False)
        if order.client_order_id not in self.orders:
            return
        if self._out.room(order) <= 0:
            self._end(order, OrderState.EXPIRED, "Nothing left to reduce")
        elif price is None or intent.time_in_force is not TimeInForce.GTC:
            self._end(order, OrderState.EXPIRED, "No more to be had at that price")
        else:
            order.ahead = self._book.size(BID if intent.side is Side.BUY else ASK, price)

    def _take_trade(self, batch: MarketBatch, number: int) -> None:
        trade = batch.trades[number]
        event_ms, taker = int(trade["event_ms"]), int(trade["side"])
        price, left = exact(trade["price"]), exact(trade["size"])
        self.advance(event_ms)
        self.last_price = price
        self._trigger(TriggerBy.LAST, price, event_ms)
        for order in list(self.orders.values()):
            # The taker sold: bids were hit, and the other way round.
            if order.ahead is None or order.limit is None or order.intent.side.sign != -taker:
                continue
            through = (order.limit - price) * order.intent.side.sign
            if through > 0:  # all at its own price must have gone before
                self._fill(order, order.limit, self._out.room(order), is_maker=True)
            elif through == 0:
                order.traded += left
                before = min(order.ahead, left)
                order.ahead -= before
                part = min(left - before, self._out.room(order))
                left -= part
                self._fill(order, order.limit, part, is_maker=True)

    def _take_level(self, change: LevelChange) -> None:
        side, at, before, now = change
        for order in list(self.orders.values()):
            if order.ahead is None or order.limit is None:
                continue
            own_side, limit = BID if order.intent.side is Side.BUY else ASK, float(order.limit)
            if side == own_side and at == limit:
                left = exact(now)
                there = max(_ZERO, exact(before) - order.traded)  # trades are off the queue already
                if left < there:
                    order.ahead = order.ahead * left / there
                order.ahead, order.traded = min(order.ahead, left), _ZERO
            elif side != own_side and now and (limit - at) * order.intent.side.sign >= 0:
                price, part = exact(at), min(exact(now), self._out.room(order))
                self._book.take(side, price, part)
                self._fill(order, order.limit, part, is_maker=True)

    def _trigger(self, by: TriggerBy, price: Decimal, event_ms: int) -> None:
        for order in list(self.orders.values()):
            intent = order.intent
            if not order.waits_for_trigger or intent.trigger_by is not by or intent.trigger_price is None:
                continue
            if is_past(intent, price):
                order.is_triggered = True
                order.active_ms = event_ms + self._latency_ms
                order.updated_ms = max(order.updated_ms, event_ms)
                self._out.trigger(order, event_ms)

    def _fill(self, order: PaperOrder, price: Decimal, size: Decimal, *, is_maker: bool) -> None:
        if size <= 0:
            return
        order.filled += size
        order.updated_ms = max(order.updated_ms, self.now_ms)
        is_done = not order.remaining
        order.state = OrderState.FILLED if is_done else OrderState.PARTIALLY_FILLED
        if is_done:
            self.orders.pop(order.client_order_id, None)
        self._out.fill(order, price, size, is_maker, self.now_ms)

    def _end(self, order: PaperOrder, state: OrderState, words: str) -> None:
        self.orders.pop(order.client_order_id, None)
        order.state, order.words = state, words
        order.updated_ms = max(order.updated_ms, self.now_ms)
        self._out.end(order, state, words, self.now_ms)

    @staticmethod
    def _opposite(order: PaperOrder) -> int:
        return ASK if order.intent.side is Side.BUY else BID

    @staticmethod
    def _reaches(order: PaperOrder, price: Decimal) -> bool:
        """Whether an order's limit allows trading at a price."""
        return order.limit is None or (order.limit - price) * order.intent.side.sign >= 0


def is_past(intent: OrderIntent, price: Decimal) -> bool:
    """Whether a price triggers a conditional order: a stop on its losing side, a take-profit on the other."""
    assert intent.trigger_price is not None
    moved = (price - intent.trigger_price) * intent.side.sign
    return moved <= 0 if intent.kind is OrderKind.TAKE_PROFIT else moved >= 0
