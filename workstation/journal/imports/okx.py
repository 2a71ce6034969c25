"""Exports of OKX: the trading account's history, with or without the unit of prices, and position history."""

from collections.abc import Iterator
from decimal import Decimal

from workstation.journal.imports.figures import BadCell
from workstation.journal.imports.formats import Cells, ExportFormat, closed_trade, quote_of, whole_id
from workstation.journal.imports.rows import Action, ExportFill, ExportRow, Grain, LeftOut
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill, Side
from workstation.model.positions import FundingPayment

VENUE = "okx"
_NONE = Decimal(0)
_CONTRACTS = ("cont", "contract", "contracts", "cont.")


def terms_of(symbol: str, contract_size: Decimal) -> ContractTerms:
    """Terms of "BTC-USDT-SWAP" (linear) or "BTC-USD-SWAP" (inverse, in contracts of quote)."""
    base, _, rest = symbol.partition("-")
    if rest.startswith("USD-") or rest == "USD":
        return ContractTerms(VENUE, symbol, base, contract_size, ContractKind.INVERSE)
    return ContractTerms(VENUE, symbol, quote_of(rest.partition("-")[0]), contract_size)


def _event(cells: Cells) -> Iterator[ExportRow]:
    symbol, kind = cells.text("symbol").upper(), cells.text("trade type").casefold()
    action = cells.text("action").casefold()
    if "-" not in symbol or kind in ("spot", "margin", "transfer", "option", "options", "convert"):
        yield LeftOut(kind or "no trade", cells.line)
        return
    time_ms = cells.time_ms("time")
    if "funding" in action:
        amount = cells.number_or_none("balance change") or cells.number_or_none("pnl") or _NONE
        terms = terms_of(symbol, Decimal(1))
        if amount:
            asset = cells.text("balance unit").upper() or terms.asset
            yield FundingPayment(VENUE, symbol, time_ms, amount, asset)
        return
    side, hedged, does = _said(action)
    size, in_contracts = abs(cells.number("amount")), cells.text("trading unit").casefold() in _CONTRACTS
    if not size:
        yield LeftOut(action or "no trade", cells.line)
        return
    contract_size = Decimal(1)
    if in_contracts:
        known = cells.reading.contract_sizes.get(symbol)
        if known is None:
            raise BadCell(
                f"{symbol} is counted in contracts, and the file does not show how large one is: "
                "say how many coins (or dollars, if inverse) one contract is"
            )
        contract_size = known
    terms = terms_of(symbol, contract_size)
    fee = -(cells.number_or_none("fee") or _NONE)
    price = cells.positive("filled price")
    order = cells.text("order id")
    number, is_hash = whole_id(
        cells.text("id", "trade id"), cells.reading, symbol, side, price, size, time_ms
    )
    fill = Fill(
        VENUE,
        symbol,
        number,
        "",
        order,
        side,
        price,
        size,
        fee,
        cells.text("fee unit").upper() or terms.asset,
        False,
        time_ms,
        "liquidation" in action,
        hedged,
    )
    pnl = cells.number_or_none("pnl")
    yield ExportFill(fill, terms, Grain.TRADE, does, pnl, cells.line, id_is_made_up=is_hash)


def _said(action: str) -> tuple[Side, str, Action]:
    """Side, position and what was done of "Buy", "Open long", "Close short", "Liquidation long" …"""
    held = "long" if "long" in action else "short" if "short" in action else ""
    if not held:
        if action.startswith(("buy", "sell")):
            return (Side.BUY if action.startswith("buy") else Side.SELL), "", Action.EITHER
        raise BadCell(f"action: {action[:40]!r} is neither bought nor sold")
    if action.startswith(("open", "buy long", "sell short")):
        return (Side.BUY if held == "long" else Side.SELL), held, Action.OPEN
    return (Side.SELL if held == "long" else Side.BUY), held, Action.CLOSE


def _position(cells: Cells) -> Iterator[ExportRow]:
    symbol = cells.text("instrument name").upper()
    face = cells.number_or_none("contract face value") or Decimal(1)
    multiplier = cells.number_or_none("contract multiplier") or Decimal(1)
    held = cells.text("direction").casefold()
    if held not in ("long", "short"):
        raise BadCell(f"direction: {held[:40]!r} is neither long nor short")
    terms = terms_of(symbol, face * multiplier)
    closed_ms = cells.time_ms("position update time")
    costs = [cells.number_or_none(name) or _NONE for name in ("fee", "liquidation clearance fee")]
    yield from closed_trade(
        cells,
        terms=terms,
        is_long=held == "long",
        size=cells.positive("total close quantity"),
        entry=cells.positive("average open price"),
        exit_price=cells.positive("average close price"),
        gross=cells.number("pnl"),
        fees=(_NONE, -sum(costs, _NONE)),
        opened_ms=cells.time_ms("position create time"),
        closed_ms=closed_ms,
        order_id=f"position {cells.text('position create time')}",
        position_side=held,
        is_liquidation="liquidation" in cells.text("type").casefold(),
    )
    funding = cells.number_or_none("funding fee")
    if funding:
        yield FundingPayment(VENUE, symbol, closed_ms, funding, terms.asset)


HISTORY = ExportFormat(
    "okx_history",
    VENUE,
    "OKX · trading history",
    frozenset(
        {"order id", "time", "trade type", "symbol", "action", "amount", "trading unit", "filled price"}
    ),
    ("time",),
    _event,
)
POSITIONS = ExportFormat(
    "okx_positions",
    VENUE,
    "OKX · position history",
    frozenset(
        {"position update time", "instrument name", "direction", "total close quantity", "average open price"}
    ),
    ("position create time", "position update time"),
    _position,
)
