"""Orders of the demo account: real queue, real fills, refusals by the venue's codes."""

from decimal import Decimal

import aiohttp
import pytest

from tests.workstation.simulator.trading.conftest import Refused, Trading
from workstation.simulator.matching import SELL, TimeInForce
from workstation.simulator.outside import NewOrder


async def refusal(call) -> int:
    with pytest.raises(Refused) as refused:
        await call
    return refused.value.code


async def test_a_resting_order_waits_behind_those_before_it_and_fills_in_parts(trading: Trading):
    engine = trading.market.channels["BTCUSDT"].market.engine
    price = trading.best("bid")
    key = int(price / Decimal("0.1"))
    before = engine.bids.levels[key].lots
    placed = await trading.order("BUY", "0.004", str(price))
    assert (placed["status"], placed["executedQty"]) == ("NEW", "0.000")
    market = trading.market.channels["BTCUSDT"].market
    for lots, filled in ((before, "0.000"), (1, "0.001"), (3, "0.004")):
        market.submit(NewOrder(SELL, lots, key, TimeInForce.IOC))
        trading.market.tell()
        order = await trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=placed["orderId"])
        assert order["executedQty"] == filled
    assert order["status"] == "FILLED"
    fills = [event["o"] for event in trading.told("ORDER_TRADE_UPDATE") if event["o"]["x"] == "TRADE"]
    assert [(fill["l"], fill["m"], fill["X"]) for fill in fills] == [
        ("0.001", True, "PARTIALLY_FILLED"),
        ("0.003", True, "FILLED"),
    ]
    rows = await trading.ask("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")
    public = {
        row["id"]: row for row in (await (await trading.session.get("/fapi/v1/trades?symbol=BTCUSDT")).json())
    }
    assert [public[row["id"]]["qty"] for row in rows] == ["0.001", "0.003"]
    assert all(Decimal(row["commission"]) == Decimal(row["quoteQty"]) * Decimal("0.0002") for row in rows)


async def test_times_in_force_do_what_they_say(trading: Trading):
    ask, bid = trading.best("ask"), trading.best("bid")
    assert await refusal(trading.order("BUY", "0.01", str(ask), timeInForce="GTX")) == -5022
    assert await refusal(trading.order("BUY", "900", str(ask), timeInForce="FOK")) in (-5021, -2019)
    nothing = await trading.order("BUY", "0.01", str(bid), timeInForce="IOC")
    assert (nothing["status"], nothing["executedQty"]) == ("EXPIRED", "0.000")
    maker = await trading.order("BUY", "0.01", str(bid), timeInForce="GTX")
    assert maker["status"] == "NEW"
    whole = await trading.order("BUY", "0.001", str(ask), timeInForce="FOK")
    assert whole["status"] == "FILLED"


async def test_what_breaks_a_rule_never_reaches_the_book(trading: Trading):
    bid = trading.best("bid")
    cases = [
        (trading.order("BUY", "0.0001"), -1111),
        (trading.order("BUY", "-1"), -4003),
        (trading.order("BUY", "much"), -1102),
        (trading.order("BUY", "0.001", str(bid), symbol="NOPE"), -1121),
        (trading.order("HOLD", "0.001"), -1117),
        (trading.order("BUY", "0.01", str(bid), timeInForce="DAY"), -1115),
        (trading.order("BUY", "0.01", str(bid + Decimal("0.05"))), -1111),
        (trading.order("BUY", "0.01", str(round(bid * 2, 0))), -4016),
        (trading.order("SELL", "0.01", str(round(bid / 2, 0))), -4024),
        (trading.order("BUY", "0.01", str(bid), positionSide="LONG"), -4061),
        (trading.order("SELL", "0.01", reduceOnly="true"), -2022),
        (trading.order("BUY", "100"), -2019),
        (trading.order("BUY", "0.01", newClientOrderId="a b"), -1100),
        (trading.order("BUY", "0.01", type="STOP_MARKET"), -4120),
    ]  # fmt: skip
    for call, code in cases:
        assert await refusal(call) == code
    assert await trading.ask("GET", "/fapi/v1/allOrders", symbol="BTCUSDT") == []
    assert trading.account.wallet == 10_000


async def test_a_request_is_refused_when_it_is_late_or_signed_by_somebody_else(trading: Trading):
    headers = {"X-MBX-APIKEY": "preflight-demo-key"}
    for text, code in (
        ("timestamp=1&signature=00", -1022),
        ("timestamp=1", -1102),
    ):
        async with trading.session.get(f"/fapi/v3/balance?{text}", headers=headers) as response:
            assert (await response.json())["code"] == code
    async with trading.session.get("/fapi/v3/balance?timestamp=1") as response:
        assert (await response.json())["code"] == -2014


async def test_a_client_id_names_one_open_order_and_finds_it_for_ever(trading: Trading):
    low = str(round(trading.best("bid") * Decimal("0.97"), 1))
    first = await trading.order("BUY", "0.002", low, newClientOrderId="mine")
    assert await refusal(trading.order("BUY", "0.002", low, newClientOrderId="mine")) == -4116
    assert await refusal(
        trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="other")
    ) == -2013  # fmt: skip
    gone = await trading.ask("DELETE", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="mine")
    assert (gone["orderId"], gone["status"]) == (first["orderId"], "CANCELED")
    found = await trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="mine")
    assert found["status"] == "CANCELED"
    assert await refusal(
        trading.ask("DELETE", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="mine")
    ) == -2011  # fmt: skip


async def test_an_order_meets_no_order_of_its_own_account(trading: Trading):
    ask = trading.best("ask")
    resting = await trading.order("SELL", "0.002", str(ask))
    await trading.order("BUY", "0.001", str(ask))
    mine = await trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=resting["orderId"])
    assert mine["status"] == "EXPIRED_IN_MATCH"


async def test_what_only_reduces_gives_way_to_what_is_held(trading: Trading):
    await trading.order("BUY", "0.010")
    high = trading.best("ask") * Decimal("1.02")
    near = await trading.order("SELL", "0.006", str(round(high, 1)), reduceOnly="true")
    far = await trading.order("SELL", "0.006", str(round(high * Decimal("1.01"), 1)), reduceOnly="true")
    left = {row["orderId"]: row for row in await trading.ask("GET", "/fapi/v1/openOrders")}
    assert left[near["orderId"]]["origQty"] == "0.006"
    assert left[far["orderId"]]["origQty"] == "0.004"
    await trading.order("SELL", "0.007", reduceOnly="true")
    (row,) = await trading.ask("GET", "/fapi/v1/openOrders")
    assert (row["orderId"], row["origQty"]) == (near["orderId"], "0.003")
    await trading.order("SELL", "0.003", reduceOnly="true")
    assert await trading.ask("GET", "/fapi/v1/openOrders") == []
    assert not any(trading.account.held())


async def test_a_stop_waits_for_its_price_and_becomes_an_order_of_the_same_name(trading: Trading):
    await trading.order("BUY", "0.010")
    last = trading.best("bid")
    stop = await trading.algo(
        "SELL", "STOP_MARKET", triggerPrice=str(round(last * Decimal("0.999"), 1)), closePosition="true",
        clientAlgoId="stop",
    )  # fmt: skip
    assert stop["algoStatus"] == "NEW"
    above = trading.algo("SELL", "STOP_MARKET", triggerPrice=str(last * 2), quantity="0.01")
    assert await refusal(above) == -2021
    trading.take_from(-1, last * Decimal("0.998"))
    trading.market.tell()
    done = await trading.ask("GET", "/fapi/v1/algoOrder", clientAlgoId="stop")
    assert done["algoStatus"] == "FINISHED"
    order = await trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=done["actualOrderId"])
    assert (order["status"], order["clientOrderId"], order["executedQty"]) == ("FILLED", "stop", "0.010")
    assert not any(trading.account.held())
    states = [event["o"]["X"] for event in trading.told("ALGO_UPDATE")]
    assert states == ["NEW", "TRIGGERING", "FINISHED"]


async def test_a_trailing_stop_follows_the_best_price(trading: Trading):
    await trading.order("SELL", "0.010")
    trail = await trading.algo(
        "BUY", "TRAILING_STOP_MARKET", quantity="0.01", callbackRate="0.5", reduceOnly="true"
    )
    low = trading.best("bid")
    for share in ("0.999", "0.998"):
        trading.take_from(-1, low * Decimal(share))
    assert (await trading.ask("GET", "/fapi/v1/algoOrder", algoId=trail["algoId"]))["algoStatus"] == "NEW"
    trading.take_from(1, low * Decimal("1.006"))
    trail = await trading.ask("GET", "/fapi/v1/algoOrder", algoId=trail["algoId"])
    assert trail["algoStatus"] == "FINISHED"
    assert Decimal(trail["triggerPrice"]) < low * Decimal("1.005")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "fault", [{"kind": "refuse", "status": 504}, {"kind": "reset"}, {"kind": "slow", "delay_s": 0.6}]
)
async def test_a_lost_answer_says_nothing_of_the_order(trading: Trading, fault: dict, when: str):
    wanted = {**fault, "when": when, "count": 1, "paths": "POST /fapi/v1/order"}
    async with trading.session.post("/admin/faults", json=wanted) as response:
        assert response.status == 200
    trading.timeout_s = 0.3
    with pytest.raises((Refused, aiohttp.ClientError, TimeoutError)) as lost:
        await trading.order("BUY", "0.001", newClientOrderId="once")
    if isinstance(lost.value, Refused):
        assert lost.value.code == -1007
    trading.timeout_s = 10.0
    if fault["kind"] == "slow" and when == "before":
        return  # it may still be on its way
    call = trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="once")
    if when == "after":
        assert (await call)["status"] == "FILLED"
    else:
        assert await refusal(call) == -2013
