"""Takes an account's orders to the matching engine, books what trades, and tells of all that changes."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from workstation.simulator.market import SimulatedMarket
from workstation.simulator.matching import Fill, TimeInForce
from workstation.simulator.outside import ACCOUNT_OWNER, NewOrder
from workstation.simulator.trading import refusals, rules
from workstation.simulator.trading.account import ZERO, Account
from workstation.simulator.trading.orders import OPEN, OrderRequest, Status, VenueOrder
from workstation.simulator.trading.wire import AccountWriter

FIRST_ORDER_ID = 8_389_765_000_000
_MOST_ORDERS_KEPT = 20_000

Tell = Callable[[dict[str, Any]], None]
"""Takes an event of the user data stream."""


class OrderDesk:
    """The orders of one account."""

    def __init__(
        self,
        account: Account,
        markets: Mapping[str, SimulatedMarket],
        writer: AccountWriter,
        now_ms: Callable[[], int],
        tell: Tell,
    ) -> None:
        """Trade on these markets.

        Args:
            writer: what orders and positions look like on the wire.
            now_ms: simulated time.
        """
        self.account = account
        self._markets = markets
        self._writer = writer
        self._now_ms = now_ms
        self._tell = tell
        self._orders: OrderedDict[int, VenueOrder] = OrderedDict()
        self._newest_of: dict[tuple[str, str], VenueOrder] = {}
        self._working: dict[str, dict[int, VenueOrder]] = defaultdict(dict)
        self._resting: dict[tuple[str, int], VenueOrder] = {}
        self._next_id = FIRST_ORDER_ID
        self.on_final: Callable[[VenueOrder], None] = lambda _: None
        """Told of orders that came from conditional ones and are over."""

    # --- asking ---------------------------------------------------------------------------------------

    def working(self, symbol: str | None = None) -> list[VenueOrder]:
        """The open orders, oldest first."""
        symbols = [symbol] if symbol is not None else list(self._working)
        return sorted(
            (order for name in symbols for order in self._working[name].values()),
            key=lambda order: order.order_id,
        )

    @property
    def is_idle(self) -> bool:
        """Whether no order works."""
        return not any(self._working.values())

    def all_orders(self, symbol: str) -> list[VenueOrder]:
        """Every order of a symbol that is remembered, oldest first."""
        return [order for order in self._orders.values() if order.symbol == symbol]

    def find(self, symbol: str, order_id: int | None, client_id: str | None) -> VenueOrder | None:
        """Return an order by either id; by the client's the newest of that id."""
        if order_id is not None:
            order = self._orders.get(order_id)
            return order if order is not None and order.symbol == symbol else None
        return self._newest_of.get((symbol, client_id or ""))

    def available(self) -> Decimal:
        """What is free for new orders."""
        return self.account.available({name: orders.values() for name, orders in self._working.items()})

    # --- placing --------------------------------------------------------------------------------------

    def place(self, request: OrderRequest, *, test: bool = False) -> VenueOrder:
        """Judge an order, match it and return it as it stands then; a test is only judged.

        Raises:
            ApiError: it is refused, and the venue knows nothing of it.
        """
        if request.kind in rules.CONDITIONAL_KINDS:
            raise refusals.algo_endpoint()
        order = self._judged(request)
        if test:
            return order
        return self._enter(order)

    def place_triggered(self, order: VenueOrder) -> VenueOrder:
        """Send in what a conditional order has become; it is judged by its margin only.

        Raises:
            ApiError: it cannot be placed now.
        """
        self._check_reduction(order)
        self._check_means(order)
        return self._enter(order)

    def new_order_id(self) -> int:
        """Return the next id."""
        self._next_id += 1
        return self._next_id

    def _judged(self, request: OrderRequest) -> VenueOrder:
        market, account = self._markets[request.symbol], self.account
        spec = market.spec
        position_side = rules.position_side_of(request, hedged=account.hedged)
        is_market = request.kind == "MARKET"
        if is_market and request.price is not None:
            raise refusals.not_sent_when_required("price")
        assert request.quantity is not None
        lots = rules.size_lots(spec, request.quantity, is_market=is_market)
        mark = account.mark_of(request.symbol)
        ticks = 0
        if request.price is not None:
            ticks = rules.price_ticks(spec, request.price)
            rules.check_limit(spec, request.side, ticks, mark)
        client_id = request.client_id
        if client_id is not None:
            rules.check_client_id(client_id)
            known = self._newest_of.get((request.symbol, client_id))
            if known is not None and known.is_open:
                raise refusals.duplicate_client_id()
        now_ms = self._now_ms()
        order_id = self.new_order_id()
        order = VenueOrder(
            order_id, client_id or f"x-{order_id}", request.symbol, request.side, request.kind, request.kind,
            request.time_in_force, lots, ticks, self._only_reduces(request, position_side), position_side,
            now_ms, now_ms,
        )  # fmt: skip
        if not order.reduce_only:
            rules.check_notional(spec, lots, ticks * spec.tick_size or mark)
        self._check_reduction(order)
        self._check_means(order)
        return order

    def _only_reduces(self, request: OrderRequest, position_side: str) -> bool:
        if position_side == "BOTH":
            return bool(request.reduce_only)
        return request.side != (1 if position_side == "LONG" else -1)

    def _check_reduction(self, order: VenueOrder) -> None:
        if not order.reduce_only:
            return
        held = self.account.holding(order.symbol, order.position_side).size
        if held * order.side >= 0:
            raise refusals.reduce_only()
        order.lots = min(order.lots, self._lots(order.symbol, held))

    def _check_means(self, order: VenueOrder) -> None:
        """Refuse what the account cannot carry."""
        if order.reduce_only:
            return
        account, symbol = self.account, order.symbol
        spec = self._markets[symbol].spec
        mark = account.mark_of(symbol)
        priced = order.price_ticks or int(mark * (1 + order.side * Decimal("0.0005")) / spec.tick_size)
        limit, order.price_ticks = order.price_ticks, priced
        others = list(self._working[symbol].values())
        before = account.order_margin(symbol, others)
        after = account.order_margin(symbol, [*others, order])
        price = priced * spec.tick_size
        size = order.left_lots * spec.lot_size
        order.price_ticks = limit
        if after <= before:
            return  # it takes off what is held
        loss = max(ZERO, (price - mark) * order.side) * size
        if self.available() - (after - before) - loss < 0:
            raise refusals.margin_insufficient()
        setting = account.settings[symbol]
        present = sum((abs(account.notional(holding)) for holding in account.held(symbol)), ZERO)
        wanted = present + (after - before) * setting.leverage
        allowed = [t for t in account.tiers(symbol).tiers if t.max_leverage >= setting.leverage]
        cap = allowed[-1].notional_cap
        if cap is not None and wanted > cap:
            raise refusals.above_leverage()

    def _enter(self, order: VenueOrder) -> VenueOrder:
        market = self._markets[order.symbol]
        limit = order.price_ticks or self._furthest_ticks(order)
        in_force = TimeInForce(order.time_in_force) if order.kind == "LIMIT" else TimeInForce.IOC
        rules.check_match(market.engine, order.side, order.lots, limit, in_force)
        self._expire_own(order, limit)
        first_trade_id = market.tape.last_id + 1
        outcome = market.submit(NewOrder(order.side, order.lots, limit, in_force, ACCOUNT_OWNER))
        self._remember(order)
        self._say(order, "NEW")
        if outcome.resting is not None:
            self._rest(order, outcome.resting.order_id)
        self._book_taken(order, outcome.fills, first_trade_id)
        if order.is_open and order.engine_id is None:
            self._end(order, Status.EXPIRED)
        self._trim(order.symbol)
        return order

    def _book_taken(self, order: VenueOrder, fills: list[Fill], first_trade_id: int) -> None:
        for trade_id, fill in enumerate(fills, first_trade_id):
            self._fill(order, fill.price_ticks, fill.lots, trade_id, self._now_ms(), is_maker=False)

    def _furthest_ticks(self, order: VenueOrder) -> int:
        """The limit that a market order has: PERCENT_PRICE from the mark."""
        factor = rules.PRICE_UP if order.side > 0 else rules.PRICE_DOWN
        return int(self.account.mark_of(order.symbol) * factor / self._markets[order.symbol].spec.tick_size)

    def _expire_own(self, order: VenueOrder, limit: int) -> None:
        """Take out resting orders of the account that this one would trade with: EXPIRE_MAKER."""
        for own in list(self._working[order.symbol].values()):
            if own.side != order.side and (limit - own.price_ticks) * order.side >= 0:
                self._take_out(own)
                self._end(own, Status.EXPIRED_IN_MATCH)

    # --- changing and cancelling ----------------------------------------------------------------------

    def cancel(self, order: VenueOrder) -> VenueOrder:
        """Cancel an open order.

        Raises:
            ApiError: −2011 where it is not open.
        """
        if not order.is_open:
            raise refusals.unknown_order()
        self._take_out(order)
        self._end(order, Status.CANCELED)
        return order

    def cancel_all(self, symbol: str) -> None:
        """Cancel every open order of a symbol."""
        for order in self.working(symbol):
            self.cancel(order)

    def amend(self, order: VenueOrder, side: int, quantity: Decimal, price: Decimal) -> VenueOrder:
        """Change the size and price of a limit order; it goes to the end of the queue.

        Raises:
            ApiError: it is not open, nothing would change, or the new one is refused; then the old one stays.
        """
        if not order.is_open or order.kind != "LIMIT" or order.side != side:
            raise refusals.unknown_order()
        market, spec = self._markets[order.symbol], self._markets[order.symbol].spec
        lots = rules.size_lots(spec, quantity, is_market=False)
        ticks = rules.price_ticks(spec, price)
        rules.check_limit(spec, order.side, ticks, self.account.mark_of(order.symbol))
        if (lots, ticks) == (order.lots, order.price_ticks):
            raise refusals.nothing_to_amend()
        if lots <= order.filled_lots:
            return self.cancel(order)
        before = order.lots, order.price_ticks
        del self._working[order.symbol][order.order_id]
        order.lots, order.price_ticks = lots, ticks
        try:
            if not order.reduce_only:
                rules.check_notional(spec, lots, price)
            self._check_means(order)
            in_force = TimeInForce(order.time_in_force)
            rules.check_match(market.engine, order.side, order.left_lots, ticks, in_force)
        except Exception:
            order.lots, order.price_ticks = before
            raise
        finally:
            self._working[order.symbol][order.order_id] = order
        self._take_out(order)
        self._expire_own(order, ticks)
        first_trade_id = market.tape.last_id + 1
        outcome = market.submit(NewOrder(order.side, order.left_lots, ticks, in_force, ACCOUNT_OWNER))
        self._say(order, "AMENDMENT")
        if outcome.resting is not None:
            self._rest(order, outcome.resting.order_id)
        self._book_taken(order, outcome.fills, first_trade_id)
        self._trim(order.symbol)
        return order

    # --- what the market does -------------------------------------------------------------------------

    def take_fills(self) -> None:
        """Book the fills of resting orders that the engine has made since the last look."""
        for symbol, market in self._markets.items():
            fills = market.take_account_fills()
            for fill in fills:
                order = self._resting[symbol, fill.engine_id]
                self._fill(order, fill.price_ticks, fill.lots, fill.trade_id, fill.time_ms, is_maker=True)
            if fills:
                self._trim(symbol)

    def force_out(self, symbol: str, position_side: str, bankrupt_ticks: int) -> VenueOrder:
        """Close a position at any price."""
        market = self._markets[symbol]
        held = self.account.holding(symbol, position_side).size
        now_ms, order_id = self._now_ms(), self.new_order_id()
        side = -1 if held > 0 else 1
        lots = self._lots(symbol, held)
        order = VenueOrder(
            order_id, f"autoclose-{now_ms}{order_id % 1000:03d}", symbol, side, "LIQUIDATION", "LIQUIDATION",
            "IOC", lots, bankrupt_ticks, True, position_side, now_ms, now_ms,
        )  # fmt: skip
        first_trade_id = market.tape.last_id + 1
        outcome = market.liquidate(side, lots, bankrupt_ticks)
        self._remember(order)
        self._say(order, "NEW")
        self._book_taken(order, outcome.fills, first_trade_id)
        if order.is_open:
            self._end(order, Status.EXPIRED)
        return order

    def _fill(
        self, order: VenueOrder, ticks: int, lots: int, trade_id: int, time_ms: int, *, is_maker: bool
    ) -> None:
        spec = self._markets[order.symbol].spec
        order.filled_lots += lots
        order.worth += ticks * lots
        order.updated_ms = time_ms
        order.status = Status.PARTIALLY_FILLED if order.left_lots else Status.FILLED
        trade = self.account.book(
            order, trade_id, ticks * spec.tick_size, lots * spec.lot_size, is_maker=is_maker, time_ms=time_ms
        )
        if not order.is_open:
            self._forget(order)
        self._tell(self._writer.order_update(order, "TRADE", self._now_ms(), trade))
        holding = self.account.holding(order.symbol, order.position_side)
        self._tell(self._writer.account_update(self.account, "ORDER", self._now_ms(), [holding]))
        if not order.is_open:
            self.on_final(order)

    def _trim(self, symbol: str) -> None:
        """Keep what only reduces within what is held: the furthest from the market give way first."""
        for position_side in ("LONG", "SHORT") if self.account.hedged else ("BOTH",):
            held = self.account.holding(symbol, position_side).size
            for side in (1, -1):
                room = self._lots(symbol, held) if held * side < 0 else 0
                reducing = [
                    order
                    for order in self._working[symbol].values()
                    if order.reduce_only and order.side == side and order.position_side == position_side
                ]
                for order in sorted(reducing, key=lambda order: order.price_ticks * -side):
                    excess = order.left_lots - room
                    room -= min(room, order.left_lots)
                    if excess <= 0:
                        continue
                    if excess == order.left_lots:
                        self._take_out(order)
                        self._end(order, Status.EXPIRED)
                    else:
                        assert order.engine_id is not None
                        self._markets[symbol].reduce(order.engine_id, excess)
                        order.lots -= excess
                        self._say(order, "AMENDMENT")

    # --- keeping --------------------------------------------------------------------------------------

    def _lots(self, symbol: str, size: Decimal) -> int:
        return int(abs(size) / self._markets[symbol].spec.lot_size)

    def _remember(self, order: VenueOrder) -> None:
        self._orders[order.order_id] = order
        self._newest_of[order.symbol, order.client_id] = order
        if order.kind == "LIMIT":
            self._working[order.symbol][order.order_id] = order
        while len(self._orders) > _MOST_ORDERS_KEPT:
            _, oldest = self._orders.popitem(last=False)
            if self._newest_of.get((oldest.symbol, oldest.client_id)) is oldest and not oldest.is_open:
                del self._newest_of[oldest.symbol, oldest.client_id]

    def _rest(self, order: VenueOrder, engine_id: int) -> None:
        order.engine_id = engine_id
        self._resting[order.symbol, engine_id] = order

    def _take_out(self, order: VenueOrder) -> None:
        if order.engine_id is not None:
            self._markets[order.symbol].cancel(order.engine_id)
            del self._resting[order.symbol, order.engine_id]
            order.engine_id = None

    def _forget(self, order: VenueOrder) -> None:
        self._working[order.symbol].pop(order.order_id, None)
        if order.engine_id is not None:
            self._resting.pop((order.symbol, order.engine_id), None)
            order.engine_id = None

    def _end(self, order: VenueOrder, status: Status) -> None:
        assert status not in OPEN
        order.status = status
        self._forget(order)
        self._say(order, "CANCELED" if status is Status.CANCELED else "EXPIRED")
        self.on_final(order)

    def _say(self, order: VenueOrder, execution: str) -> None:
        now_ms = self._now_ms()
        order.updated_ms = now_ms
        self._tell(self._writer.order_update(order, execution, now_ms))
