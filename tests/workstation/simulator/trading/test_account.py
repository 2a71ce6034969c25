"""The account's money: every cent has a reason, and liquidation comes where the formula says."""

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.workstation.simulator.trading.conftest import Refused, Trading
from workstation.simulator.trading.account import Account, Holding, Setting
from workstation.simulator.trading.orders import VenueOrder
from workstation.simulator.universe import UNIVERSE

BTC = UNIVERSE["BTCUSDT"]
START = Decimal(10_000)


def account_at(marks: dict[str, Decimal], **settings: Setting) -> Account:
    account = Account({"BTCUSDT": BTC}, marks.__getitem__)
    account.settings |= settings
    return account


def bought(account: Account, side: int, size: str, price: str, trade_id: int = 1) -> None:
    order = VenueOrder(1, "c", "BTCUSDT", side, "MARKET", "MARKET", "GTC", 1, 0, False, "BOTH", 0, 0)
    account.book(order, trade_id, Decimal(price), Decimal(size), is_maker=False, time_ms=trade_id)


def test_any_series_of_fills_keeps_cash_and_position_whole() -> None:
    rng = random.Random(11)
    for isolated in (False, True):
        marks = {"BTCUSDT": Decimal(60_000)}
        account = account_at(marks, BTCUSDT=Setting(7, isolated))
        size, cash = Fraction(0), Fraction(START)
        for trade_id in range(1, 2_000):
            side = rng.choice((1, -1))
            amount = Decimal(rng.randrange(1, 900)).scaleb(-3)
            price = Decimal(rng.randrange(500_000, 700_000)).scaleb(-1)
            bought(account, side, str(amount), str(price), trade_id)
            size += side * Fraction(amount)
            cash -= side * Fraction(amount) * Fraction(price)
            cash -= Fraction(account.trades[-1].fee)
        holding = account.holding("BTCUSDT")
        assert Fraction(holding.size) == size
        # What the wallet and the cost of what is held say together is what was paid, to a few roundings.
        told = Fraction(account.wallet) - Fraction(holding.cost)
        assert abs(told - cash) < Fraction(2_000, 10**8)
        assert account.wallet == START + sum(row.amount for row in account.income)
        assert (holding.margin > 0) is isolated


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("isolated", [False, True])
def test_equity_is_the_maintenance_margin_at_the_liquidation_price(side: int, isolated: bool) -> None:
    marks = {"BTCUSDT": Decimal(60_000)}
    account = account_at(marks, BTCUSDT=Setting(20, isolated))
    bought(account, side, "2", "60000")
    holding = account.holding("BTCUSDT")
    price = account.liquidation_price(holding)
    assert (price - 60_000) * side < 0
    marks["BTCUSDT"] = price
    equity = holding.margin + account.profit(holding) if isolated else account.cross_equity
    assert abs(equity - account.maintenance(holding)) < Decimal("1e-6")
    marks["BTCUSDT"] = price + side * Decimal("0.1")
    assert account.ruined("BTCUSDT") == []
    marks["BTCUSDT"] = price - side * Decimal("0.1")
    assert account.ruined("BTCUSDT") == [holding]


def test_funding_is_paid_by_longs_and_taken_from_isolated_margin() -> None:
    account = account_at({"BTCUSDT": Decimal(60_000)}, BTCUSDT=Setting(10, True))
    bought(account, 1, "0.5", "60000")
    before, margin = account.wallet, account.holding("BTCUSDT").margin
    account.settle("BTCUSDT", Decimal("0.0003"), Decimal(61_000), 5)
    assert account.wallet - before == Decimal("-9.15")
    assert account.holding("BTCUSDT").margin - margin == Decimal("-9.15")
    assert account.income[-1].kind == "FUNDING_FEE"


def test_orders_on_both_sides_bind_the_worse_of_them() -> None:
    account = account_at({"BTCUSDT": Decimal(60_000)}, BTCUSDT=Setting(10))

    def order(side: int, lots: int) -> VenueOrder:
        return VenueOrder(
            lots, "", "BTCUSDT", side, "LIMIT", "LIMIT", "GTC", lots, 600_000, False, "BOTH", 0, 0
        )

    assert account.order_margin("BTCUSDT", [order(1, 100)]) == 600
    assert account.order_margin("BTCUSDT", [order(1, 100), order(-1, 100)]) == 600
    bought(account, 1, "0.1", "60000")
    assert account.order_margin("BTCUSDT", [order(-1, 100)]) == 0
    assert account.order_margin("BTCUSDT", [order(-1, 300)]) == 600
    assert account.order_margin("BTCUSDT", [order(1, 100)]) == 600


def holdings(trading: Trading) -> Iterator[Holding]:
    return trading.account.held()


async def test_a_settlement_reaches_the_wallet_the_stream_and_the_history(trading: Trading):
    await trading.order("SELL", "0.020")
    before = trading.account.wallet
    trading.advance(60_000)
    (row,) = await trading.ask("GET", "/fapi/v1/income", incomeType="FUNDING_FEE")
    rate = (await (await trading.session.get("/fapi/v1/fundingRate?symbol=BTCUSDT&limit=1")).json())[0]
    paid = Decimal("0.020") * Decimal(rate["markPrice"]) * Decimal(rate["fundingRate"])
    assert abs(Decimal(row["income"]) - paid) <= Decimal("1e-8")
    assert trading.account.wallet == before + Decimal(row["income"])
    (event,) = [event for event in trading.told("ACCOUNT_UPDATE") if event["a"]["m"] == "FUNDING_FEE"]
    assert Decimal(event["a"]["B"][0]["wb"]) == trading.account.wallet


@pytest.mark.parametrize("mode", ["ISOLATED", "CROSSED"])
async def test_the_mark_liquidates_and_the_account_keeps_what_the_insurance_leaves(
    trading: Trading, mode: str
):
    if mode == "ISOLATED":
        await trading.ask("POST", "/fapi/v1/marginType", symbol="BTCUSDT", marginType=mode)
    await trading.ask("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=100)
    size = "0.100" if mode == "ISOLATED" else "5.000"
    await trading.order("BUY", size)
    low = str(round(trading.best("bid") * Decimal("0.96"), 1))
    resting = await trading.order("BUY", "0.001", low)
    (holding,) = holdings(trading)
    trading.account.earn("TRANSFER", "", Decimal(-9_000) if mode == "CROSSED" else Decimal(0), 0)
    point = trading.account.liquidation_price(holding)
    # The mark follows the book only slowly: the fall is the trader's, who holds too little for it.
    if mode == "ISOLATED":
        holding.margin = trading.account.maintenance(holding) - trading.account.profit(holding)
    assert point > 0
    trading.advance(1_100)
    assert not list(holdings(trading))
    closing = [event["o"] for event in trading.told("ORDER_TRADE_UPDATE") if event["o"]["o"] == "LIQUIDATION"]
    assert closing
    assert closing[0]["c"].startswith("autoclose-")
    gone = await trading.ask("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=resting["orderId"])
    assert gone["status"] == "CANCELED"
    assert trading.account.wallet >= 0
    assert trading.account.wallet == START + sum(row.amount for row in trading.account.income)
    assert "INSURANCE_CLEAR" in {row.kind for row in trading.account.income}


async def test_hedge_mode_holds_both_sides_beside_one_another(trading: Trading):
    await trading.ask("POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")
    await trading.order("BUY", "0.020", positionSide="LONG")
    await trading.order("SELL", "0.010", positionSide="SHORT")
    held = {holding.position_side: holding.size for holding in holdings(trading)}
    assert held == {"LONG": Decimal("0.020"), "SHORT": Decimal("-0.010")}
    await trading.order("SELL", "0.020", positionSide="LONG")
    await trading.order("BUY", "0.010", positionSide="SHORT")
    assert not list(holdings(trading))
    with pytest.raises(Refused):
        await trading.order("SELL", "0.010", positionSide="LONG")


async def test_settings_are_refused_where_they_would_change_what_is_held(trading: Trading):
    await trading.order("BUY", "0.010")
    for path, parameters, code in (
        ("marginType", {"symbol": "BTCUSDT", "marginType": "ISOLATED"}, -4048),
        ("marginType", {"symbol": "ETHUSDT", "marginType": "CROSSED"}, -4046),
        ("leverage", {"symbol": "BTCUSDT", "leverage": 126}, -4028),
        ("positionSide/dual", {"dualSidePosition": "true"}, -4068),
        ("positionSide/dual", {"dualSidePosition": "false"}, -4059),
    ):
        with pytest.raises(Refused) as refused:
            await trading.ask("POST", f"/fapi/v1/{path}", **parameters)
        assert refused.value.code == code


async def test_a_rehearsal_may_pay_in_and_out(trading: Trading):
    async with trading.session.post("/admin/deposit?amount=-2500.5") as response:
        assert await response.json() == {"wallet": "7499.50000000"}
    (row,) = await trading.ask("GET", "/fapi/v1/income", incomeType="TRANSFER")
    assert row["income"] == "-2500.50000000"
