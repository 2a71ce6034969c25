"""What Binance's USDⓈ-M orders, trades and account events mean, exact; shapes that do not fit are refused."""

from decimal import Decimal
from typing import Any

import msgspec

from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, OrderIntent, OrderKind, OrderReport, OrderState, Side, TriggerBy
from workstation.model.positions import Balance, FundingPayment, PaymentKind, Position, SymbolSetting

NOT_TAKEN = frozenset(
    {
        *(-1013, -1015, -1021, -1022, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1111, -1112),
        *(-1114, -1115, -1116, -1117, -1118, -1119, -1121, -1122, -1128, -1130, -1131, -1136),
        *(-2010, -2014, -2015, -2018, -2019, -2020, -2021, -2022, -2023, -2024, -2025, -2026, -2027, -2028),
        *(-4000, -4001, -4002, -4003, -4004, -4005, -4006, -4007, -4008, -4012, -4013, -4014, -4015, -4016),
        *(-4023, -4024, -4025, -4028, -4029, -4030, -4045, -4054, -4055, -4061, -4062, -4084, -4085),
        *(-4112, -4113, -4114, -4118, -4120, -4131, -4136, -4137, -4138, -4140, -4142, -4164, -4183, -4184),
        *(-4400, -4401, -4402, -5021, -5022),
    }
)
"""Codes that say for certain that an order was not taken; −4116 does not: one of that name is there."""

LIQUIDATED_BY = ("autoclose-", "adl_autoclose", "settlement_autoclose-")
"""What the client order id of an order begins with that the venue placed to close a position."""

PAYMENT_KINDS = {"FUNDING_FEE": PaymentKind.FUNDING, "INSURANCE_CLEAR": PaymentKind.INSURANCE}
"""What income that no trade made is for; an account event gives it as its reason too."""

_STATES = {
    "NEW": OrderState.OPEN,
    "PARTIALLY_FILLED": OrderState.PARTIALLY_FILLED,
    "FILLED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELLED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
    "EXPIRED_IN_MATCH": OrderState.EXPIRED,
}
_ALGO_STATES = {
    "NEW": OrderState.OPEN,
    "TRIGGERING": OrderState.OPEN,
    "CANCELED": OrderState.CANCELLED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
}
BECAME_AN_ORDER = ("TRIGGERED", "FINISHED")
"""Of a conditional order: what its order says counts from now on."""


class OrderRow(msgspec.Struct):
    """An order in an answer."""

    orderId: int
    symbol: str
    status: str
    clientOrderId: str
    price: Decimal
    origQty: Decimal
    executedQty: Decimal
    side: str
    origType: str
    updateTime: int
    reduceOnly: bool = False
    stopPrice: Decimal = Decimal(0)


class AlgoRow(msgspec.Struct):
    """A conditional order in an answer."""

    algoId: int
    clientAlgoId: str
    symbol: str
    orderType: str
    side: str
    algoStatus: str
    quantity: Decimal
    triggerPrice: Decimal
    updateTime: int
    price: Decimal = Decimal(0)
    reduceOnly: bool = False
    actualOrderId: str = ""
    failReason: str = ""


class TradeRow(msgspec.Struct):
    """A fill in an answer."""

    id: int
    orderId: int
    symbol: str
    side: str
    price: Decimal
    qty: Decimal
    commission: Decimal
    commissionAsset: str
    maker: bool
    time: int


class _OrderEvent(msgspec.Struct):
    s: str
    c: str
    S: str
    q: Decimal
    p: Decimal
    sp: Decimal
    x: str
    X: str
    i: int
    l: Decimal  # noqa: E741
    z: Decimal
    L: Decimal
    T: int
    t: int
    ot: str
    m: bool = False
    R: bool = False
    n: Decimal = Decimal(0)
    N: str = ""


class _AlgoEvent(msgspec.Struct):
    caid: str
    aid: int
    o: str
    s: str
    S: str
    q: Decimal
    X: str
    tp: Decimal
    p: Decimal = Decimal(0)
    R: bool = False
    ai: str = ""
    rm: str = ""


class _BalanceChange(msgspec.Struct):
    a: str
    wb: Decimal


class _AccountChange(msgspec.Struct):
    m: str
    B: list[_BalanceChange] = []


class OrderEvent(msgspec.Struct, tag_field="e", tag="ORDER_TRADE_UPDATE"):
    """An order changed, or traded."""

    E: int
    o: _OrderEvent


class AlgoEvent(msgspec.Struct, tag_field="e", tag="ALGO_UPDATE"):
    """A conditional order changed."""

    E: int
    o: _AlgoEvent


class AccountChanged(msgspec.Struct, tag_field="e", tag="ACCOUNT_UPDATE"):
    """The wallet or a position changed."""

    E: int
    a: _AccountChange


class StreamExpired(msgspec.Struct, tag_field="e", tag="listenKeyExpired"):
    """The stream's key is no longer good."""


AccountMessage = OrderEvent | AlgoEvent | AccountChanged | StreamExpired
decode_event = msgspec.json.Decoder(AccountMessage).decode


def parameters_of(intent: OrderIntent, client_order_id: str) -> tuple[bool, dict[str, str]]:
    """Return whether an order is a conditional one, and its parameters."""
    kind = _venue_kind(intent)
    parameters = {
        "symbol": intent.symbol,
        "side": "BUY" if intent.side is Side.BUY else "SELL",
        "type": kind,
        "quantity": f"{intent.size:f}",
    }
    if intent.price is not None and kind in ("LIMIT", "STOP", "TAKE_PROFIT"):
        parameters["price"] = f"{intent.price:f}"
        parameters["timeInForce"] = "GTX" if intent.post_only else intent.time_in_force.value.upper()
    if intent.reduce_only:
        parameters["reduceOnly"] = "true"
    if not intent.kind.is_conditional:
        return False, parameters | {"newClientOrderId": client_order_id, "newOrderRespType": "RESULT"}
    assert intent.trigger_price is not None
    working = "MARK_PRICE" if intent.trigger_by is TriggerBy.MARK else "CONTRACT_PRICE"
    parameters |= {"algoType": "CONDITIONAL", "workingType": working, "clientAlgoId": client_order_id}
    return True, parameters | {"triggerPrice": f"{intent.trigger_price:f}"}


def report_of_order(venue: str, row: OrderRow) -> OrderReport:
    """What an answer says of an order."""
    return OrderReport(
        venue,
        row.symbol,
        row.clientOrderId,
        str(row.orderId),
        _STATES[row.status],
        row.updateTime,
        row.executedQty,
        _side(row.side),
        _kind(row.origType),
        row.origQty,
        row.price or None,
        row.stopPrice or None,
        row.reduceOnly,
    )


def report_of_algo(venue: str, row: AlgoRow) -> OrderReport:
    """What an answer says of a conditional order that has not become an order."""
    return OrderReport(
        venue,
        row.symbol,
        row.clientAlgoId,
        str(row.algoId),
        _ALGO_STATES[row.algoStatus],
        row.updateTime,
        Decimal(0),
        _side(row.side),
        _kind(row.orderType),
        row.quantity,
        row.price or None,
        row.triggerPrice or None,
        row.reduceOnly,
        row.failReason,
    )


def report_of_event(venue: str, event: OrderEvent, client_order_id: str) -> OrderReport:
    """What the stream says of an order."""
    order = event.o
    return OrderReport(
        venue,
        order.s,
        client_order_id,
        str(order.i),
        _STATES[order.X],
        order.T,
        order.z,
        _side(order.S),
        _kind(order.ot),
        order.q,
        order.p or None,
        order.sp or None,
        order.R,
    )


def report_of_algo_event(venue: str, event: AlgoEvent) -> OrderReport | None:
    """What the stream says of a conditional order; None once its order speaks for itself."""
    algo = event.o
    if algo.X in BECAME_AN_ORDER:
        return None
    return OrderReport(
        venue,
        algo.s,
        algo.caid,
        str(algo.aid),
        _ALGO_STATES[algo.X],
        event.E,
        Decimal(0),
        _side(algo.S),
        _kind(algo.o),
        algo.q,
        algo.p or None,
        algo.tp or None,
        algo.R,
        algo.rm,
    )


def fill_of_event(venue: str, event: OrderEvent, client_order_id: str) -> Fill | None:
    """The fill that an event tells; None where it tells none."""
    order = event.o
    if order.x not in ("TRADE", "CALCULATED") or not order.l:
        return None
    return Fill(
        venue,
        order.s,
        order.t,
        client_order_id,
        str(order.i),
        _side(order.S),
        order.L,
        order.l,
        order.n,
        order.N,
        order.m,
        order.T,
        order.c.startswith(LIQUIDATED_BY),
    )


def fill_of_row(venue: str, row: TradeRow, client_order_id: str) -> Fill:
    """The fill that an answer tells."""
    return Fill(
        venue,
        row.symbol,
        row.id,
        client_order_id,
        str(row.orderId),
        _side(row.side),
        row.price,
        row.qty,
        row.commission,
        row.commissionAsset,
        row.maker,
        row.time,
        client_order_id.startswith(LIQUIDATED_BY),
    )


def balances_of_event(venue: str, event: AccountChanged) -> list[Balance]:
    """The wallet as an event tells it."""
    return [Balance(venue, change.a, change.wb, event.E) for change in event.a.B]


def payment_of_row(venue: str, row: dict[str, Any]) -> FundingPayment:
    """A payment of /fapi/v1/income."""
    return FundingPayment(
        venue,
        str(row["symbol"]),
        int(row["time"]),
        Decimal(str(row["income"])),
        str(row["asset"]),
        kind=PAYMENT_KINDS[str(row["incomeType"])],
    )


def position_of_row(venue: str, row: dict[str, Any], setting: SymbolSetting) -> Position:
    """A position of /fapi/v3/positionRisk."""
    return Position(
        venue,
        str(row["symbol"]),
        Decimal(str(row["positionAmt"])),
        Decimal(str(row["entryPrice"])),
        setting.margin_mode,
        setting.leverage,
        Decimal(str(row["isolatedWallet"])),
        updated_ms=int(row["updateTime"]),
    )


def setting_of_row(row: dict[str, Any]) -> SymbolSetting:
    """A row of /fapi/v1/symbolConfig."""
    mode = MarginMode.ISOLATED if row["marginType"] == "ISOLATED" else MarginMode.CROSS
    return SymbolSetting(str(row["symbol"]), Decimal(str(row["leverage"])), mode)


def _venue_kind(intent: OrderIntent) -> str:
    match intent.kind:
        case OrderKind.LIMIT:
            return "LIMIT"
        case OrderKind.MARKET:
            return "MARKET"
        case OrderKind.TAKE_PROFIT:
            return "TAKE_PROFIT" if intent.price is not None else "TAKE_PROFIT_MARKET"
        case OrderKind.STOP | OrderKind.TRAILING:
            return "STOP" if intent.price is not None else "STOP_MARKET"


def _side(text: str) -> Side:
    return {"BUY": Side.BUY, "SELL": Side.SELL}[text]


def _kind(text: str) -> OrderKind:
    if text.startswith("TAKE_PROFIT"):
        return OrderKind.TAKE_PROFIT
    if text.startswith("STOP"):
        return OrderKind.STOP
    if text.startswith("TRAILING"):
        return OrderKind.TRAILING
    return OrderKind.LIMIT if text == "LIMIT" else OrderKind.MARKET
