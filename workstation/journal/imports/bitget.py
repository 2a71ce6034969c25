"""Exports of Bitget futures: orders and fills as its interface answers them, and the site's two histories."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from workstation.journal.imports.figures import BadCell
from workstation.journal.imports.formats import Cells, ExportFormat, closed_trade, quote_of, whole_id
from workstation.journal.imports.rows import Action, ExportFill, ExportRow, Grain, LeftOut
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill, Side

VENUE = "bitget"
_NONE = Decimal(0)
_PRICE_DIGITS = 28
_SUFFIX = re.compile(r"_(UMCBL|DMCBL|CMCBL|SUMCBL|SDMCBL|SCMCBL)$", re.ASCII)


@lru_cache(4_096)
def terms_of(told: str) -> ContractTerms:
    """Terms of a symbol in the old spelling ("BTCUSDT_UMCBL") or the new one; "BTCUSD" is inverse, in coins.

    Bitget counts inverse contracts in coins of the base, so their profit follows the quote divided by price.
    """
    symbol = _SUFFIX.sub("", told.upper())
    if symbol.endswith("USD"):
        return ContractTerms(VENUE, symbol, symbol.removesuffix("USD"), Decimal(1), ContractKind.INVERSE)
    return ContractTerms(VENUE, symbol, quote_of(symbol))


def _api(cells: Cells) -> Iterator[ExportRow]:
    """One order with all that was filled of it, or one fill; whichever the answer is made of."""
    told = cells.text("symbol")
    if not told:
        raise BadCell("symbol: it is empty")
    terms = terms_of(told)
    trade_id = cells.text("tradeid")
    size = cells.number_or_none("filledqty", "basevolume", "sizeqty", "size") or _NONE
    if size <= 0:
        yield LeftOut(f"{cells.text('state', 'status') or 'unfilled'} order, nothing filled", cells.line)
        return
    if terms.kind is ContractKind.INVERSE:
        yield LeftOut("coin-margined contract, counted in coins", cells.line)
        return
    amount = cells.number_or_none("filledamount", "quotevolume", "amount")
    price = cells.number_or_none("priceavg", "price", "fillprice")
    if price is None or price <= 0:
        raise BadCell("priceavg: a filled order has no price")
    if amount is not None and amount > 0 and amount != price * size:
        # The average is rounded; what was paid is not.
        exact = amount / size
        if abs(exact - price) > price * Decimal("0.001"):
            raise BadCell(f"filledamount: {amount} is not what {size} cost at {price}")
        price = exact
    side, held, does = _said(cells)
    fee, coin = _fee(cells, terms)
    time_ms = cells.time_ms("utime", "ctime")
    order = cells.text("orderid")
    number, is_hash = whole_id(trade_id or order, cells.reading, told, side, price, size, time_ms)
    is_hedged = "single" not in cells.text("side").casefold() and _is_hedged(cells)
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
        cells.text("tradescope").casefold() == "maker",
        time_ms,
        "burst" in f"{cells.text('tradeside')} {cells.text('enterpointsource', 'ordersource')}".casefold(),
        held if is_hedged else "",
    )
    pnl = cells.number_or_none("totalprofits", "profit", "pnl") or _NONE
    grain = Grain.TRADE if trade_id else Grain.ORDER
    yield ExportFill(fill, terms, grain, does, pnl, cells.line, id_is_made_up=is_hash)


def _said(cells: Cells) -> tuple[Side, str, Action]:
    """Side, position and what was done, of "open_long", of "buy" with "open", or of "buy_single"."""
    spoken = f"{cells.text('side')} {cells.text('tradeside')}".casefold().replace("_", " ")
    held = cells.text("posside").casefold()
    held = (
        held
        if held in ("long", "short")
        else "long"
        if "long" in spoken
        else "short"
        if "short" in spoken
        else ""
    )
    does = Action.CLOSE if "close" in spoken else Action.OPEN if "open" in spoken else Action.EITHER
    if held and does is not Action.EITHER:
        buys = (held == "long") is (does is Action.OPEN)
        return (Side.BUY if buys else Side.SELL), held, does
    return cells.side("side"), held, does


def _is_hedged(cells: Cells) -> bool:
    mode = cells.text("holdmode", "posmode").casefold()
    return "single" not in mode and "one_way" not in mode


def _fee(cells: Cells, terms: ContractTerms) -> tuple[Decimal, str]:
    """The fee, positive is paid; of an answer that has it in a list, the first of that."""
    nested = cells.text("feedetail")
    if nested.startswith(("[", "{")):
        try:
            told = json.loads(nested, parse_float=Decimal, parse_int=Decimal)
            first = told[0] if isinstance(told, list) else told
            return -Decimal(str(first["totalFee"])), str(first.get("feeCoin", terms.asset)).upper()
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
            raise BadCell("feedetail: it holds no fee") from None
    # Bitget writes what was paid as a negative figure.
    return -(cells.number_or_none("fee") or _NONE), cells.text("margincoin", "feecoin").upper() or terms.asset


def _site_order(cells: Cells) -> Iterator[ExportRow]:
    terms = terms_of(cells.text("futures"))
    size = cells.amount("executed")[0]
    if size <= 0:
        yield LeftOut(f"{cells.text('status').casefold() or 'unfilled'} order, nothing filled", cells.line)
        return
    spoken = cells.text("direction").casefold()
    held = "long" if "long" in spoken else "short" if "short" in spoken else ""
    does = (
        Action.CLOSE
        if spoken.startswith("close")
        else Action.OPEN
        if spoken.startswith("open")
        else Action.EITHER
    )
    side = cells.side("direction")
    gross = cells.amount("realized p/l")[0]
    net = cells.amount("netprofits")[0]
    order = cells.text("order id")
    time_ms = cells.time_ms("date")
    price = cells.amount("average price")[0]
    number, is_hash = whole_id(order, cells.reading, terms.symbol, side, price, size, time_ms)
    if price <= 0:
        raise BadCell("average price: a filled order has no price")
    fill = Fill(
        VENUE, terms.symbol, number, "", order, side, price, size, gross - net, terms.asset, False, time_ms,
        "burst" in spoken or "liquidat" in spoken, held,
    )  # fmt: skip
    yield ExportFill(fill, terms, Grain.ORDER, does, gross, cells.line, id_is_made_up=is_hash)


def _site_position(cells: Cells) -> Iterator[ExportRow]:
    spoken = cells.text("futures")
    symbol = re.match(r"[A-Z0-9]+", spoken.upper().replace("/", ""))
    held = "long" if "long" in spoken.casefold() else "short" if "short" in spoken.casefold() else ""
    if symbol is None or not held:
        raise BadCell(f"futures: {spoken[:40]!r} names no position, such as BTCUSDT Long")
    closed_ms = cells.time_ms("closed time")
    yield from closed_trade(
        cells,
        terms=terms_of(symbol[0]),
        is_long=held == "long",
        size=abs(cells.amount("closed amount")[0]),
        entry=cells.amount("average entry price")[0],
        exit_price=cells.amount("average closing price")[0],
        gross=cells.amount("position pnl")[0],
        fees=(-cells.amount("opening fee")[0], -cells.amount("closing fee")[0]),
        opened_ms=cells.time_ms("opening time"),
        closed_ms=closed_ms,
        order_id=f"position {cells.text('opening time')}",
        position_side=held,
    )


ORDERS = ExportFormat(
    "bitget_orders",
    VENUE,
    "Bitget futures · orders, as its interface answers",
    frozenset({"symbol", "orderid", "side", "priceavg", "ctime"}),
    (),
    _api,
    asks_zone=False,
)
FILLS = ExportFormat(
    "bitget_fills",
    VENUE,
    "Bitget futures · fills, as its interface answers",
    frozenset({"symbol", "tradeid", "orderid", "side", "price", "ctime"}),
    (),
    _api,
    asks_zone=False,
)
SITE_ORDERS = ExportFormat(
    "bitget_site_orders",
    VENUE,
    "Bitget futures · order history",
    frozenset(
        {
            "date",
            "order id",
            "direction",
            "futures",
            "average price",
            "executed",
            "realized p/l",
            "netprofits",
        }
    ),
    ("date",),
    _site_order,
)
SITE_POSITIONS = ExportFormat(
    "bitget_site_positions",
    VENUE,
    "Bitget futures · position history",
    frozenset(
        {
            "futures",
            "opening time",
            "average entry price",
            "average closing price",
            "closed amount",
            "closed time",
        }
    ),
    ("opening time", "closed time"),
    _site_position,
)
