"""An unmodified ccxt `binanceusdm` that trades on a simulated exchange, and hears of it on its stream.

Run as `python tests/conformance/ccxt_trading_script.py http://127.0.0.1:PORT`; prints one line of JSON like
`ccxt_script.py`. Exit status 0 if nothing failed.
"""

import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import ccxt.pro
from ccxt_script import point_to

SYMBOL, OTHER = "BTC/USDT:USDT", "ETH/USDT:USDT"
WITHIN_S = 20.0

Check = Callable[[Any], Awaitable[None]]


async def price_of(exchange: Any, symbol: str = SYMBOL) -> float:
    return float((await exchange.fetch_ticker(symbol))["last"])


async def refused(call: Awaitable[Any], error: type[Exception], code: str) -> None:
    said = "no refusal"
    try:
        await call
    except error as refusal:
        said = str(refusal)
    assert code in said, f"{code} was awaited, not {said}"


async def a_limit_order_rests_is_found_amended_and_cancelled(exchange: Any) -> None:
    price = await price_of(exchange)
    name = {"clientOrderId": "preflight-resting"}
    order = await exchange.create_order(SYMBOL, "limit", "buy", 0.01, price * 0.97, name)
    assert order["status"] == "open"
    assert order["clientOrderId"] == "preflight-resting"
    assert order["remaining"] == 0.01
    found = await exchange.fetch_order(order["id"], SYMBOL)
    by_name = await exchange.fetch_order(None, SYMBOL, {"origClientOrderId": "preflight-resting"})
    assert found["id"] == by_name["id"] == order["id"]
    duplicate = exchange.create_order(SYMBOL, "limit", "buy", 0.01, price * 0.97, name)
    await refused(duplicate, ccxt.ExchangeError, "-4116")
    amended = await exchange.edit_order(order["id"], SYMBOL, "limit", "buy", 0.02, price * 0.968)
    assert amended["id"] == order["id"]
    assert amended["amount"] == 0.02
    assert [row["id"] for row in await exchange.fetch_open_orders(SYMBOL)] == [order["id"]]
    cancelled = await exchange.cancel_order(order["id"], SYMBOL)
    assert cancelled["status"] == "canceled"
    assert await exchange.fetch_open_orders(SYMBOL) == []
    await refused(exchange.cancel_order(order["id"], SYMBOL), ccxt.OrderNotFound, "-2011")
    assert order["id"] in [row["id"] for row in await exchange.fetch_orders(SYMBOL)]


async def a_market_order_opens_a_position_that_costs_its_fee(exchange: Any) -> None:
    await exchange.set_leverage(10, SYMBOL)
    before = (await exchange.fetch_balance())["USDT"]
    order = await exchange.create_order(SYMBOL, "market", "buy", 0.5)
    assert order["status"] == "closed"
    assert order["filled"] == 0.5
    assert order["average"] > 0
    (position,) = await exchange.fetch_positions([SYMBOL])
    assert position["side"] == "long"
    assert position["contracts"] == 0.5
    assert abs(position["entryPrice"] - order["average"]) < 0.01
    assert 0 < position["liquidationPrice"] < position["entryPrice"]
    assert (await exchange.fetch_leverage(SYMBOL))["longLeverage"] == 10
    trades = [row for row in await exchange.fetch_my_trades(SYMBOL) if row["order"] == order["id"]]
    assert abs(sum(row["amount"] for row in trades) - 0.5) < 1e-9
    fees = sum(row["fee"]["cost"] for row in trades)
    assert abs(fees - 0.0005 * order["cost"]) < 1e-6
    after = (await exchange.fetch_balance())["USDT"]
    assert after["free"] < before["free"]
    assert all(row["takerOrMaker"] == "taker" for row in trades)


async def conditional_orders_wait_on_an_endpoint_of_their_own(exchange: Any) -> None:
    price = await price_of(exchange)
    stop = await exchange.create_order(
        SYMBOL, "market", "sell", 0.5, None, {"stopLossPrice": price * 0.95, "reduceOnly": True}
    )
    target = await exchange.create_order(
        SYMBOL, "limit", "sell", 0.5, price * 1.04,
        {"takeProfitPrice": price * 1.04, "reduceOnly": True, "workingType": "MARK_PRICE"},
    )  # fmt: skip
    trail = await exchange.create_order(
        SYMBOL, "market", "sell", 0.5, None, {"trailingPercent": 5, "reduceOnly": True}
    )
    assert stop["status"] == target["status"] == trail["status"] == "open"
    assert abs(stop["triggerPrice"] - price * 0.95) < 0.1
    waiting = await exchange.fetch_open_orders(SYMBOL, params={"trigger": True})
    assert {row["id"] for row in waiting} == {stop["id"], target["id"], trail["id"]}
    found = await exchange.fetch_order(stop["id"], SYMBOL, {"trigger": True})
    assert found["info"]["orderType"] == "STOP_MARKET"
    at_once = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {"stopLossPrice": price * 1.02})
    await refused(at_once, ccxt.ExchangeError, "-2021")
    await exchange.cancel_order(stop["id"], SYMBOL, {"trigger": True})
    await exchange.cancel_all_orders(SYMBOL, {"trigger": True})
    assert await exchange.fetch_open_orders(SYMBOL, params={"trigger": True}) == []


async def a_position_is_closed_reduce_only_and_its_profit_is_told(exchange: Any) -> None:
    order = await exchange.create_order(SYMBOL, "market", "sell", 0.9, None, {"reduceOnly": True})
    assert order["filled"] == 0.5
    assert await exchange.fetch_positions([SYMBOL]) == []
    again = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {"reduceOnly": True})
    await refused(again, ccxt.ExchangeError, "-2022")
    rows = await exchange.fapiPrivateGetIncome({"incomeType": "REALIZED_PNL", "limit": "10"})
    told = sum(float(row["income"]) for row in rows)
    trades = await exchange.fetch_my_trades(SYMBOL)
    assert abs(told - sum(float(row["info"]["realizedPnl"]) for row in trades)) < 1e-6


async def what_breaks_a_rule_is_refused_with_its_code(exchange: Any) -> None:
    price = await price_of(exchange)
    cases = (
        ({"type": "MARKET", "quantity": "900"}, ccxt.ExchangeError, "-2019"),
        ({"type": "LIMIT", "quantity": "0.0005", "price": f"{price:.1f}"}, ccxt.ExchangeError, "-1111"),
        ({"type": "LIMIT", "quantity": "0.01", "price": f"{price * 1.2:.1f}"}, ccxt.ExchangeError, "-4016"),
        ({"type": "LIMIT", "quantity": "0.01", "price": f"{price:.3f}7"}, ccxt.ExchangeError, "-1111"),
        ({"type": "STOP_MARKET", "quantity": "0.01"}, ccxt.ExchangeError, "-4120"),
        ({"type": "MARKET", "quantity": "0"}, ccxt.ExchangeError, "-4003"),
    )
    for parameters, error, code in cases:
        request = {"symbol": "BTCUSDT", "side": "BUY", "timeInForce": "GTC", **parameters}
        if parameters["type"] == "MARKET":
            del request["timeInForce"]
        await refused(exchange.fapiPrivatePostOrder(request), error, code)
    limit = f"{price * 1.01:.1f}"
    crossing = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": limit}
    await refused(
        exchange.fapiPrivatePostOrder({**crossing, "timeInForce": "GTX"}), ccxt.ExchangeError, "-5022"
    )
    await exchange.fapiPrivatePostOrderTest({**crossing, "timeInForce": "GTC"})
    assert await exchange.fetch_open_orders(SYMBOL) == []


async def settings_are_changed_and_read_back(exchange: Any) -> None:
    await exchange.set_margin_mode("isolated", OTHER)
    await refused(exchange.set_margin_mode("isolated", OTHER), ccxt.ExchangeError, "-4046")
    await exchange.set_leverage(7, OTHER)
    config = (await exchange.fetch_leverages([OTHER]))[OTHER]
    assert config["longLeverage"] == 7
    assert config["marginMode"] == "isolated"
    assert (await exchange.fetch_position_mode(SYMBOL))["hedged"] is False
    fee = await exchange.fetch_trading_fee(SYMBOL)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.0005)
    order = await exchange.create_order(OTHER, "market", "sell", 1)
    (position,) = await exchange.fetch_positions([OTHER])
    assert position["side"] == "short"
    assert position["marginMode"] == "isolated"
    assert abs(position["collateral"] - order["cost"] / 7) < 0.05 * order["cost"]
    assert position["liquidationPrice"] > position["entryPrice"]
    await exchange.add_margin(OTHER, 10)
    await exchange.create_order(OTHER, "market", "buy", 1, None, {"reduceOnly": True})
    await exchange.set_margin_mode("cross", OTHER)


async def its_stream_tells_of_orders_positions_and_balance(exchange: Any) -> None:
    seen: dict[str, list[Any]] = {}

    async def follow(name: str, watch: Callable[[], Awaitable[Any]]) -> None:
        while True:
            found = await watch()
            seen.setdefault(name, []).extend(found if isinstance(found, list) else [found])

    watches: dict[str, Callable[[], Awaitable[Any]]] = {
        "orders": lambda: exchange.watch_orders(SYMBOL),
        "stops": lambda: exchange.watch_orders(SYMBOL, params={"trigger": True}),
        "trades": lambda: exchange.watch_my_trades(SYMBOL),
        "balance": exchange.watch_balance,
        "positions": lambda: exchange.watch_positions([SYMBOL]),
    }
    tasks = [asyncio.ensure_future(follow(name, watch)) for name, watch in watches.items()]
    try:
        await asyncio.sleep(1.5)
        placed = await exchange.create_order(SYMBOL, "market", "buy", 0.01)
        price = await price_of(exchange)
        told = {"stopLossPrice": price * 0.96}
        stop = await exchange.create_order(SYMBOL, "market", "sell", 0.01, None, told)
        await exchange.cancel_all_orders(SYMBOL, {"trigger": True})
        await exchange.create_order(SYMBOL, "market", "sell", 0.01, None, {"reduceOnly": True})
        while not (
            {(placed["id"], "closed"), (stop["id"], "canceled")}
            <= {(row["id"], row["status"]) for row in seen.get("orders", []) + seen.get("stops", [])}
            and any(row["order"] == placed["id"] and row["fee"]["cost"] > 0 for row in seen.get("trades", []))
            and any(row["contracts"] for row in seen.get("positions", []))
            and any(row["USDT"]["total"] > 0 for row in seen.get("balance", []))
        ):
            await asyncio.sleep(0.05)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


CHECKS: tuple[Check, ...] = (
    a_limit_order_rests_is_found_amended_and_cancelled,
    a_market_order_opens_a_position_that_costs_its_fee,
    conditional_orders_wait_on_an_endpoint_of_their_own,
    a_position_is_closed_reduce_only_and_its_profit_is_told,
    what_breaks_a_rule_is_refused_with_its_code,
    settings_are_changed_and_read_back,
    its_stream_tells_of_orders_positions_and_balance,
)


async def main(base: str) -> int:
    """Run all checks, one after the other, and return how many failed."""
    keys = {"apiKey": "preflight-demo-key", "secret": "preflight-demo-secret"}
    exchange = ccxt.pro.binanceusdm({"newUpdates": True, **keys})
    point_to(exchange, base)
    failed: dict[str, str] = {}
    try:
        await exchange.load_markets()
        for check in CHECKS:
            try:
                await asyncio.wait_for(check(exchange), WITHIN_S)
            except Exception as error:
                trace = traceback.extract_tb(error.__traceback__)
                line = next((frame for frame in reversed(trace) if frame.filename == __file__), trace[-1])
                failed[check.__name__] = f"{type(error).__name__}: {error} at {line.lineno}: {line.line}"
    finally:
        await exchange.close()
    print(json.dumps({"checked": [check.__name__ for check in CHECKS], "failed": failed}))
    return len(failed)


if __name__ == "__main__":
    sys.exit(min(1, asyncio.run(main(sys.argv[1]))))
