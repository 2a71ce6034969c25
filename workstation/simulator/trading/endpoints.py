"""Every path of the trading half of REST: signed requests in the venue's parameters and shapes."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from workstation.runtime.clock import Clock
from workstation.simulator import rest_errors
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.rest import Endpoint
from workstation.simulator.rest_errors import ApiError
from workstation.simulator.rest_info import DELISTED
from workstation.simulator.rest_query import Query
from workstation.simulator.trading import refusals, rules
from workstation.simulator.trading.account_endpoints import AccountAnswers
from workstation.simulator.trading.orders import AlgoOrder, OrderRequest, VenueOrder
from workstation.simulator.trading.trader import Trader

Answer = Callable[[Query], Any]
Dated = TypeVar("Dated", VenueOrder, AlgoOrder)
_MOST_IN_BATCH = 5


def trading_endpoints(trader: Trader, faults: ActiveFaults, clock: Clock) -> dict[str, Endpoint]:
    """Return what is served, by method and path."""
    orders = OrderAnswers(trader)
    account = AccountAnswers(trader)

    def signed(answer: Answer) -> Answer:
        def judged(query: Query) -> Any:
            query.require_signature(clock.now_ms() + faults.skew_ms, trader.told_ms())
            return answer(query)

        return judged

    def keyed(answer: Answer) -> Answer:
        def judged(query: Query) -> Any:
            query.require_key()
            return answer(query)

        return judged

    served: dict[str, tuple[int, Answer]] = {
        "POST /fapi/v1/order": (0, orders.place),
        "POST /fapi/v1/order/test": (0, orders.test),
        "PUT /fapi/v1/order": (1, orders.amend),
        "DELETE /fapi/v1/order": (1, orders.cancel),
        "GET /fapi/v1/order": (1, orders.order),
        "GET /fapi/v1/openOrder": (1, orders.open_order),
        "GET /fapi/v1/openOrders": (1, orders.open_orders),
        "GET /fapi/v1/allOrders": (5, orders.all_orders),
        "DELETE /fapi/v1/allOpenOrders": (1, orders.cancel_all),
        "POST /fapi/v1/batchOrders": (5, orders.place_batch),
        "DELETE /fapi/v1/batchOrders": (1, orders.cancel_batch),
        "POST /fapi/v1/algoOrder": (0, orders.place_algo),
        "DELETE /fapi/v1/algoOrder": (1, orders.cancel_algo),
        "GET /fapi/v1/algoOrder": (1, orders.algo),
        "GET /fapi/v1/openAlgoOrders": (1, orders.open_algos),
        "GET /fapi/v1/allAlgoOrders": (5, orders.all_algos),
        "DELETE /fapi/v1/algoOpenOrders": (1, orders.cancel_all_algos),
        "GET /fapi/v2/account": (5, account.account_v2),
        "GET /fapi/v3/account": (5, account.account_v3),
        "GET /fapi/v2/balance": (5, account.balance),
        "GET /fapi/v3/balance": (5, account.balance),
        "GET /fapi/v2/positionRisk": (5, account.position_risk_v2),
        "GET /fapi/v3/positionRisk": (5, account.position_risk_v3),
        "GET /fapi/v1/userTrades": (5, account.user_trades),
        "GET /fapi/v1/income": (30, account.income),
        "GET /fapi/v1/commissionRate": (20, account.commission_rate),
        "GET /fapi/v1/accountConfig": (5, account.account_config),
        "GET /fapi/v1/symbolConfig": (5, account.symbol_config),
        "GET /fapi/v1/multiAssetsMargin": (30, lambda _: {"multiAssetsMargin": False}),
        "GET /fapi/v1/positionSide/dual": (30, account.position_mode),
        "POST /fapi/v1/positionSide/dual": (1, account.set_position_mode),
        "POST /fapi/v1/leverage": (1, account.set_leverage),
        "POST /fapi/v1/marginType": (1, account.set_margin_mode),
        "POST /fapi/v1/positionMargin": (1, account.move_margin),
        # ccxt asks for these as soon as it has a key: there is nothing to deposit, and no spot margin.
        "GET /sapi/v1/capital/config/getall": (10, lambda _: []),
        "GET /sapi/v1/margin/allPairs": (1, lambda _: []),
        "GET /sapi/v1/margin/isolated/allPairs": (1, lambda _: []),
    }
    endpoints = {
        name: Endpoint(lambda _, weight=weight: weight, signed(answer))  # type: ignore[misc]
        for name, (weight, answer) in served.items()
    }
    streams: dict[str, Answer] = {
        "POST /fapi/v1/listenKey": lambda _: {"listenKey": trader.open_stream()},
        "PUT /fapi/v1/listenKey": account.keep_stream,
        "DELETE /fapi/v1/listenKey": account.close_stream,
    }
    return endpoints | {name: Endpoint(lambda _: 1, keyed(answer)) for name, answer in streams.items()}


class OrderAnswers:
    """Answers about orders, conditional ones too."""

    def __init__(self, trader: Trader) -> None:
        """Answer from this account."""
        self._trader = trader
        self._desk, self._algos, self._writer = trader.desk, trader.algos, trader.writer

    # --- orders ---------------------------------------------------------------------------------------

    def place(self, query: Query) -> Any:
        return self._writer.order_row(self._desk.place(self._request(query)))

    def test(self, query: Query) -> Any:
        return self._writer.order_row(self._desk.place(self._request(query), test=True))

    def place_batch(self, query: Query) -> Any:
        try:
            wanted = msgspec.json.decode(query.text("batchOrders"), type=list[dict[str, Any]])
        except msgspec.DecodeError:
            raise rest_errors.not_valid("batchOrders") from None
        if not 1 <= len(wanted) <= _MOST_IN_BATCH:
            raise ApiError(-4082, "Invalid number of batch place orders.")
        return [self._tried(lambda one=one: self.place(Query.of(one))) for one in wanted]  # type: ignore[misc]

    def amend(self, query: Query) -> Any:
        order = self._found(query)
        if order is None:
            raise refusals.unknown_order()
        side = _side(query)
        amended = self._desk.amend(order, side, query.required("quantity"), query.required("price"))
        return self._writer.order_row(amended)

    def cancel(self, query: Query) -> Any:
        order = self._found(query)
        if order is None:
            raise refusals.unknown_order()
        return self._writer.order_row(self._desk.cancel(order))

    def cancel_all(self, query: Query) -> Any:
        self._desk.cancel_all(self._symbol(query))
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def cancel_batch(self, query: Query) -> Any:
        symbol = self._symbol(query)
        try:
            ids = msgspec.json.decode(query.optional("orderIdList") or "[]", type=list[int])
            names = msgspec.json.decode(query.optional("origClientOrderIdList") or "[]", type=list[str])
        except msgspec.DecodeError:
            raise rest_errors.not_valid("orderIdList") from None
        found = [self._desk.find(symbol, order_id, None) for order_id in ids]
        found += [self._desk.find(symbol, None, name) for name in names]
        return [self._tried(lambda order=order: self._cancelled(order)) for order in found]  # type: ignore[misc]

    def order(self, query: Query) -> Any:
        order = self._found(query)
        if order is None:
            raise refusals.no_such_order()
        return self._writer.order_row(order)

    def open_order(self, query: Query) -> Any:
        order = self._found(query)
        if order is None or not order.is_open:
            raise refusals.no_such_order()
        return self._writer.order_row(order)

    def open_orders(self, query: Query) -> Any:
        symbol = self._symbol(query) if query.optional("symbol") else None
        return [self._writer.order_row(order) for order in self._desk.working(symbol)]

    def all_orders(self, query: Query) -> Any:
        rows = _window(self._desk.all_orders(self._symbol(query)), query, 500)
        first = query.integer("orderId")
        return [self._writer.order_row(order) for order in rows if first is None or order.order_id >= first]

    # --- conditional orders ---------------------------------------------------------------------------

    def place_algo(self, query: Query) -> Any:
        if query.text("algoType") != "CONDITIONAL":
            raise rest_errors.not_valid("algoType")
        return self._writer.algo_row(self._algos.place(self._request(query)))

    def cancel_algo(self, query: Query) -> Any:
        algo = self._found_algo(query)
        if algo is None:
            raise refusals.unknown_order()
        self._algos.cancel(algo)
        return {
            "algoId": algo.algo_id,
            "clientAlgoId": algo.client_id,
            "code": "200",
            "msg": "success",
        }

    def cancel_all_algos(self, query: Query) -> Any:
        self._algos.cancel_all(self._symbol(query))
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def algo(self, query: Query) -> Any:
        algo = self._found_algo(query)
        if algo is None:
            raise refusals.no_such_order()
        return self._writer.algo_row(algo)

    def open_algos(self, query: Query) -> Any:
        symbol = self._symbol(query) if query.optional("symbol") else None
        return [self._writer.algo_row(algo) for algo in self._algos.waiting(symbol)]

    def all_algos(self, query: Query) -> Any:
        rows = _window(self._algos.all_of(self._symbol(query)), query, 500)
        return [self._writer.algo_row(algo) for algo in rows]

    # --- reading --------------------------------------------------------------------------------------

    def _symbol(self, query: Query) -> str:
        symbol = query.text("symbol")
        if symbol not in self._trader.account.specs:
            raise rest_errors.invalid_symbol_status() if symbol in DELISTED else rest_errors.invalid_symbol()
        return symbol

    def _request(self, query: Query) -> OrderRequest:
        symbol, side, kind = self._symbol(query), _side(query), query.text("type")
        time_in_force = query.optional("timeInForce")
        if kind not in ("LIMIT", "MARKET", *rules.CONDITIONAL_KINDS):
            raise refusals.invalid_kind()
        if time_in_force is not None and time_in_force not in rules.TIMES_IN_FORCE:
            raise refusals.invalid_time_in_force()
        quantity, price = query.decimal("quantity"), query.decimal("price")
        if kind in ("LIMIT", "MARKET") and quantity is None:
            raise rest_errors.missing("quantity")
        if kind == "LIMIT" and price is None:
            raise rest_errors.missing("price")
        if kind == "LIMIT" and time_in_force is None:
            raise rest_errors.missing("timeInForce")
        working_type = query.optional("workingType") or "CONTRACT_PRICE"
        if working_type not in ("CONTRACT_PRICE", "MARK_PRICE"):
            raise rest_errors.not_valid("workingType")
        client_id = query.optional("newClientOrderId") or query.optional("clientAlgoId")
        return OrderRequest(
            symbol,
            side,
            kind,
            quantity,
            price,
            time_in_force or "GTC",
            query.flag("reduceOnly"),
            bool(query.flag("closePosition")),
            query.optional("positionSide"),
            client_id,
            query.decimal("triggerPrice"),
            working_type,
            query.decimal("activatePrice"),
            query.decimal("callbackRate"),
        )

    def _found(self, query: Query) -> VenueOrder | None:
        order_id, client_id = query.integer("orderId"), query.optional("origClientOrderId")
        if order_id is None and client_id is None:
            raise rest_errors.missing("orderId")
        return self._desk.find(self._symbol(query), order_id, client_id)

    def _found_algo(self, query: Query) -> AlgoOrder | None:
        algo_id, client_id = query.integer("algoId"), query.optional("clientAlgoId")
        if algo_id is None and client_id is None:
            raise rest_errors.missing("algoId")
        return self._algos.find(algo_id, client_id)

    def _cancelled(self, order: VenueOrder | None) -> Any:
        if order is None:
            raise refusals.unknown_order()
        return self._writer.order_row(self._desk.cancel(order))

    def _tried(self, work: Callable[[], Any]) -> Any:
        """One of a batch: what is refused does not stop the others."""
        try:
            return work()
        except ApiError as error:
            return {"code": error.code, "msg": str(error)}


def _side(query: Query) -> int:
    side = query.text("side")
    if side not in ("BUY", "SELL"):
        raise refusals.invalid_side()
    return 1 if side == "BUY" else -1


def _window(rows: Iterable[Dated], query: Query, default: int) -> list[Dated]:
    start_ms, end_ms = query.times()
    found = [
        row
        for row in rows
        if (start_ms is None or row.created_ms >= start_ms) and (end_ms is None or row.created_ms <= end_ms)
    ]
    limit = query.limit(default, 1000)
    return found[-limit:] if start_ms is None else found[:limit]
