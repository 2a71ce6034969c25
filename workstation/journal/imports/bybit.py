"""Exports of Bybit: closed P&L in its generations, trade history of derivatives, and the transaction log."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from workstation.journal.imports.figures import BadCell
from workstation.journal.imports.formats import Cells, ExportFormat, closed_trade, quote_of, whole_id
from workstation.journal.imports.rows import Action, ExportFill, ExportRow, Grain, LeftOut
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment

VENUE = "bybit"
_INVERSE = re.compile(r"([A-Z0-9]+)USD([FHJKMNQUVXZ]\d{2})?", re.ASCII)
_OPTION = re.compile(r".+-\d{1,2}[A-Z]{3}\d{2}-.+", re.ASCII)
_NONE = Decimal(0)


@lru_cache(4_096)
def terms_of(symbol: str) -> ContractTerms:
    """Terms of a symbol as Bybit spells it; "BTCUSD" is inverse, in contracts of one dollar."""
    inverse = _INVERSE.fullmatch(symbol)
    if inverse is None:
        return ContractTerms(VENUE, symbol, quote_of(symbol))
    return ContractTerms(VENUE, symbol, inverse[1], Decimal(1), ContractKind.INVERSE)


def gross_pnl(
    terms: ContractTerms, size: Decimal, entry: Decimal, exit_price: Decimal, is_long: bool
) -> Decimal:
    """What the prices of a closed trade come to before fees, to eighteen decimals if inverse."""
    worth = size * terms.contract_size
    if terms.kind is ContractKind.INVERSE:
        gained = (worth / entry).quantize(Decimal("1e-18")) - (worth / exit_price).quantize(Decimal("1e-18"))
    else:
        gained = worth * exit_price - worth * entry
    return gained if is_long else -gained


def _closed(cells: Cells) -> Iterator[ExportRow]:
    terms = _terms(cells, "contracts", "market", "symbol", "contract")
    size = cells.positive("qty", "order quantity", "quantity", "closed size")
    entry, exit_price = cells.positive("entry price"), cells.positive("exit price")
    net = cells.number("closed p&l", "realized p&l", "closed pnl")
    paid = [cells.number_or_none(name) for name in ("opening fee", "closing fee")]
    funding = cells.number_or_none("funding fee") or _NONE
    said = cells.text("closing direction", "side").casefold()
    if said:
        # "Close Long", or the order that closed it: whoever sold held it long.
        is_long = "long" in said if said.startswith("close") else said.startswith("sell")
        if not said.startswith(("close", "sell", "buy")):
            raise BadCell(f"closing direction: {said[:40]!r} is neither long nor short")
    else:
        costs = sum((fee or _NONE for fee in paid), funding)
        both = {
            way: abs(gross_pnl(terms, size, entry, exit_price, way) - costs - net) for way in (True, False)
        }
        is_long = both[True] <= both[False]
    gross = gross_pnl(terms, size, entry, exit_price, is_long)
    # What is neither price nor a stated cost, Bybit took off besides, or its prices are rounded by it.
    opening = paid[0] or _NONE
    closing = gross - net - opening - (funding if paid[1] is not None else _NONE)
    closed_ms = cells.time_ms("trade time", "transaction time", "filled/settlement time")
    order = cells.text("order no.", "order id")
    fills = closed_trade(
        cells,
        terms=terms,
        is_long=is_long,
        size=size,
        entry=entry,
        exit_price=exit_price,
        gross=gross,
        fees=(opening, closing),
        opened_ms=None,
        closed_ms=closed_ms,
        order_id=order,
        is_liquidation="liq" in cells.text("exit type", "trade type").casefold(),
    )
    yield from fills
    if paid[1] is not None and funding:
        yield FundingPayment(VENUE, terms.symbol, closed_ms, -funding, terms.asset)


def _execution(cells: Cells) -> Iterator[ExportRow]:
    terms = _terms(cells, "market", "contracts", "contract", "symbol")
    if _OPTION.fullmatch(terms.symbol):
        yield LeftOut("option", cells.line)
        return
    kind = cells.text("filled type", "exec type", "trade type", "type").casefold()
    time_ms = cells.time_ms("transaction time", "trade time", "time", "timestamp")
    fee = cells.number_or_none("execfeev2", "trading fee", "fee paid", "exec fee") or _NONE
    coin = cells.text("feecoin", "fee coin").upper() or terms.asset
    if "funding" in kind or "settle" in kind:
        owed = cells.number_or_none("trading fee", "execfeev2") or _NONE
        if owed:
            yield FundingPayment(VENUE, terms.symbol, time_ms, -owed, terms.asset)
        return
    side = cells.side("direction", "side")
    price = cells.positive("filled price", "avg. filled price", "exec price")
    size = cells.positive("filled quantity", "filled qty", "exec qty", "quantity")
    order = cells.text("order no.", "order id")
    number, is_hash = whole_id(
        cells.text("transaction id", "trasaction id", "trade id"),
        cells.reading,
        *(terms.symbol, side, price, size, time_ms, fee, order),
    )
    rate = cells.number_or_none("fee rate")
    fill = Fill(
        VENUE,
        terms.symbol,
        number,
        "",
        order,
        side,
        price,
        size,
        fee,
        coin,
        cells.text("order type").casefold() == "limit" and rate is not None and rate <= Decimal("0.00036"),
        time_ms,
        "liq" in kind or "bust" in kind,
    )
    yield ExportFill(fill, terms, Grain.TRADE, Action.EITHER, None, cells.line, id_is_made_up=is_hash)


def _log(cells: Cells) -> Iterator[ExportRow]:
    symbol, kind = cells.text("contract").upper(), cells.text("type").casefold()
    terms = terms_of(symbol) if symbol else ContractTerms(VENUE, "", "")
    is_perpetual = bool(symbol) and not _OPTION.fullmatch(symbol)
    if not is_perpetual or kind not in ("trade", "settlement", "liquidation", "adl", "bust_trade"):
        yield LeftOut(
            "option" if symbol and not is_perpetual else f"{kind or 'no kind'}, no trade", cells.line
        )
        return
    action = cells.text("action").casefold()
    if action in ("", "--"):
        yield LeftOut("spot", cells.line)
        return
    time_ms = cells.time_ms("time", "transaction time")
    if kind == "settlement":
        amount = cells.number_or_none("funding") or _NONE
        if amount:
            yield FundingPayment(
                VENUE, symbol, time_ms, amount, cells.text("currency").upper() or terms.asset
            )
        return
    side = cells.side("direction")
    price, size = cells.positive("filled price"), abs(cells.number("quantity"))
    order = cells.text("orderid", "order id")
    number, is_hash = whole_id(
        cells.text("tradeid", "trade id"), cells.reading, symbol, side, price, size, time_ms, order
    )
    does = Action.OPEN if action == "open" else Action.CLOSE if action == "close" else Action.EITHER
    pnl = cells.number_or_none("cash flow") if does is Action.CLOSE else None
    fill = Fill(
        VENUE,
        symbol,
        number,
        "",
        order,
        side,
        price,
        size,
        -(cells.number_or_none("fee paid") or _NONE),
        cells.text("currency").upper() or terms.asset,
        False,
        time_ms,
        kind in ("liquidation", "adl", "bust_trade"),
    )
    yield ExportFill(fill, terms, Grain.TRADE, does, pnl, cells.line, id_is_made_up=is_hash)


def _terms(cells: Cells, *names: str) -> ContractTerms:
    symbol = cells.text(*names).upper()
    if not symbol:
        raise BadCell(f"{names[0]}: it is empty")
    return terms_of(symbol)


_TIMES = ("trade time", "transaction time", "time", "timestamp")
CLOSED = (
    ExportFormat(
        "bybit_closed",
        VENUE,
        "Bybit · closed P&L",
        frozenset(
            {"contracts", "closing direction", "qty", "entry price", "exit price", "closed p&l", "trade time"}
        ),
        _TIMES,
        _closed,
        pnl_is_net=True,
    ),
    ExportFormat(
        "bybit_closed_fees",
        VENUE,
        "Bybit · closed P&L with fees",
        frozenset({"market", "order quantity", "entry price", "exit price", "realized p&l", "trade time"}),
        _TIMES,
        _closed,
        pnl_is_net=True,
    ),
)
TRADES = ExportFormat(
    "bybit_trades",
    VENUE,
    "Bybit · trade history of derivatives",
    frozenset({"market", "filled type", "filled quantity", "filled price", "direction", "order no."}),
    _TIMES,
    _execution,
)
LOG = ExportFormat(
    "bybit_log",
    VENUE,
    "Bybit · transaction log",
    frozenset(
        {"currency", "contract", "type", "direction", "filled price", "funding", "fee paid", "cash flow"}
    ),
    _TIMES,
    _log,
    asks_zone=False,  # Bybit writes it in UTC
)
