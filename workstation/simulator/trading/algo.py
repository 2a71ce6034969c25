"""Conditional orders: they wait beside the book until the mark or the last price sets them off."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from decimal import Decimal

from workstation.simulator.market import SimulatedMarket
from workstation.simulator.rest_errors import ApiError, missing
from workstation.simulator.trading import refusals, rules
from workstation.simulator.trading.account import ZERO, Account
from workstation.simulator.trading.desk import OrderDesk, Tell
from workstation.simulator.trading.orders import AlgoOrder, AlgoStatus, OrderRequest, VenueOrder
from workstation.simulator.trading.wire import AccountWriter

FIRST_ALGO_ID = 2_148_000
MOST_OPEN = 200
_MOST_KEPT = 5_000


class AlgoDesk:
    """The conditional orders of one account."""

    def __init__(
        self,
        account: Account,
        desk: OrderDesk,
        markets: Mapping[str, SimulatedMarket],
        writer: AccountWriter,
        now_ms: Callable[[], int],
        tell: Tell,
    ) -> None:
        """Send what is set off to `desk`; the rest as there."""
        self._account = account
        self._desk = desk
        self._markets = markets
        self._writer = writer
        self._now_ms = now_ms
        self._tell = tell
        self._algos: OrderedDict[int, AlgoOrder] = OrderedDict()
        self._waiting: dict[int, AlgoOrder] = {}
        self._next_id = FIRST_ALGO_ID
        desk.on_final = self._order_over

    def waiting(self, symbol: str | None = None) -> list[AlgoOrder]:
        """Those that wait, oldest first."""
        return [algo for algo in self._waiting.values() if symbol is None or algo.symbol == symbol]

    def all_of(self, symbol: str) -> list[AlgoOrder]:
        """Every one of a symbol that is remembered, oldest first."""
        return [algo for algo in self._algos.values() if algo.symbol == symbol]

    def find(self, algo_id: int | None, client_id: str | None) -> AlgoOrder | None:
        """Return one by either id; by the client's the newest of that id."""
        if algo_id is not None:
            return self._algos.get(algo_id)
        return next((algo for algo in reversed(self._algos.values()) if algo.client_id == client_id), None)

    def place(self, request: OrderRequest) -> AlgoOrder:
        """Judge one and let it wait.

        Raises:
            ApiError: it is refused.
        """
        if request.kind not in rules.CONDITIONAL_KINDS:
            raise refusals.invalid_kind()
        spec = self._markets[request.symbol].spec
        position_side = rules.position_side_of(request, hedged=self._account.hedged)
        trails = request.kind == "TRAILING_STOP_MARKET"
        lots = ticks = 0
        if request.close_position:
            if request.quantity is not None:
                raise refusals.not_sent_when_required("quantity")
            if request.reduce_only is not None:
                raise refusals.not_sent_when_required("reduceonly")
        elif request.quantity is None:
            raise missing("quantity")
        else:
            lots = rules.size_lots(spec, request.quantity, is_market=request.kind not in rules.LIMIT_KINDS)
        if request.kind in rules.LIMIT_KINDS:
            if request.price is None:
                raise missing("price")
            ticks = rules.price_ticks(spec, request.price)
        trigger = ZERO
        if trails:
            if request.callback_rate is None:
                raise missing("callbackRate")
            if not Decimal("0.1") <= request.callback_rate <= 10:
                raise ApiError(-2007, "Invalid callBack rate.")
        else:
            if request.trigger_price is None:
                raise missing("triggerprice")
            trigger = rules.price_ticks(spec, request.trigger_price) * spec.tick_size
        if request.client_id is not None:
            rules.check_client_id(request.client_id)
            known = self.find(None, request.client_id)
            if known is not None and known.is_open:
                raise refusals.duplicate_client_id()
        if len(self._waiting) >= MOST_OPEN:
            raise refusals.too_many_algos()
        now_ms = self._now_ms()
        self._next_id += 1
        algo = AlgoOrder(
            self._next_id, request.client_id or f"x-{self._next_id}", request.symbol, request.side,
            request.kind, request.time_in_force, lots, ticks, trigger, request.working_type,
            bool(request.reduce_only), request.close_position, position_side, now_ms, now_ms,
            request.activate_price, request.callback_rate,
        )  # fmt: skip
        price = self._watched(algo)
        if not request.close_position and not request.reduce_only:
            rules.check_notional(spec, lots, request.price or trigger or price)
        if algo.is_reached(price):
            raise refusals.would_trigger()
        self._algos[algo.algo_id] = self._waiting[algo.algo_id] = algo
        while len(self._algos) > _MOST_KEPT:
            oldest = next(iter(self._algos.values()))
            if oldest.is_open:
                break
            del self._algos[oldest.algo_id]
        self._say(algo)
        return algo

    def cancel(self, algo: AlgoOrder) -> AlgoOrder:
        """Cancel one that waits.

        Raises:
            ApiError: −2011 where it does not wait.
        """
        if not algo.is_open:
            raise refusals.unknown_order()
        self._end(algo, AlgoStatus.CANCELED)
        return algo

    def cancel_all(self, symbol: str) -> None:
        """Cancel all of a symbol."""
        for algo in self.waiting(symbol):
            self.cancel(algo)

    def look(self, symbol: str, working_type: str, price: Decimal) -> None:
        """Let a new price set off what waits for it."""
        for algo in self.waiting(symbol):
            if algo.working_type == working_type and algo.is_open and algo.is_reached(price):
                self._set_off(algo)

    def _watched(self, algo: AlgoOrder) -> Decimal:
        market = self._markets[algo.symbol]
        if algo.working_type == "MARK_PRICE":
            return self._account.mark_of(algo.symbol)
        return market.last_ticks * market.spec.tick_size

    def _set_off(self, algo: AlgoOrder) -> None:
        algo.triggered_ms = now_ms = self._now_ms()
        self._end(algo, AlgoStatus.TRIGGERING)
        held = self._account.holding(algo.symbol, algo.position_side).size
        lots = algo.lots
        if algo.close_position:
            lots = int(abs(held) / self._markets[algo.symbol].spec.lot_size)
            if held * algo.side >= 0:
                self._end(algo, AlgoStatus.EXPIRED)
                return
        closes = algo.position_side != "BOTH" and algo.side != (1 if algo.position_side == "LONG" else -1)
        order = VenueOrder(
            self._desk.new_order_id(), algo.client_id, algo.symbol, algo.side,
            "LIMIT" if algo.price_ticks else "MARKET", algo.kind,
            algo.time_in_force, lots, algo.price_ticks,
            algo.reduce_only or algo.close_position or closes, algo.position_side, now_ms, now_ms, algo=algo,
        )  # fmt: skip
        algo.order = order
        try:
            self._desk.place_triggered(order)
        except ApiError as error:
            algo.order, algo.reason = None, str(error)
            self._end(algo, AlgoStatus.REJECTED)
            return
        if order.is_open:
            self._end(algo, AlgoStatus.TRIGGERED)

    def _order_over(self, order: VenueOrder) -> None:
        if order.algo is not None:
            self._end(order.algo, AlgoStatus.FINISHED)

    def _end(self, algo: AlgoOrder, status: AlgoStatus) -> None:
        algo.status = status
        self._waiting.pop(algo.algo_id, None)
        self._say(algo)

    def _say(self, algo: AlgoOrder) -> None:
        algo.updated_ms = self._now_ms()
        self._tell(self._writer.algo_update(algo, algo.updated_ms))
