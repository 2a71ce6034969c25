"""Exports of Binance futures: trade history in both its generations, and position history."""

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

_COIN_MARGINED = re.compile(r"([A-Z0-9]+?)USD(_PERP|_\d{6})", re.ASCII)
_YES = ("true", "yes", "y", "1")


@lru_cache(4_096)
def terms_of(symbol: str) -> ContractTerms:
    """Terms of a symbol as Binance spells it; coin-margined ones count contracts of 100 or 10 dollars."""
    inverse = _COIN_MARGINED.fullmatch(symbol)
    if inverse is None:
        return ContractTerms("binance_usdm", symbol, quote_of(symbol))
    size = Decimal(100) if inverse[1] == "BTC" else Decimal(10)
    return ContractTerms("binance_coinm", symbol, inverse[1], size, ContractKind.INVERSE)


def _symbol(cells: Cells) -> str:
    symbol = cells.text("symbol").upper()
    if not symbol:
        raise BadCell("symbol: it is empty")
    return symbol


def _hedged(cells: Cells) -> str:
    side = cells.text("position side").casefold()
    return side if side in ("long", "short") else ""


def _trade(cells: Cells) -> Iterator[ExportRow]:
    symbol = _symbol(cells)
    terms = terms_of(symbol)
    side = cells.side("side")
    price, size = cells.positive("price"), cells.positive("quantity")
    time_ms = cells.time_ms("date", "time")
    fee, coin = cells.amount("fee")
    coin = coin or cells.text("fee coin", "fee asset").upper() or terms.asset
    order = cells.text("order id")
    number, is_hash = whole_id(
        cells.text("trade id"), cells.reading, symbol, side, price, size, time_ms, fee, coin
    )
    fill = Fill(
        terms.venue,
        symbol,
        number,
        "",
        order,
        side,
        price,
        size,
        abs(fee) if not cells.text("fee").startswith("-") else fee,
        coin,
        cells.text("maker", "role").casefold() in (*_YES, "maker"),
        time_ms,
        position_side=_hedged(cells),
    )
    pnl = cells.number_or_none("realized profit", "realized pnl")
    action = Action.CLOSE if pnl else Action.EITHER
    yield ExportFill(fill, terms, Grain.TRADE, action, pnl, cells.line, id_is_made_up=is_hash)


def _position(cells: Cells) -> Iterator[ExportRow]:
    symbol = _symbol(cells)
    if "closed" not in cells.text("status").casefold() or "partially" in cells.text("status").casefold():
        yield LeftOut("position that is still open", cells.line)
        return
    terms = terms_of(symbol)
    held = cells.text("position side").casefold()
    if held not in ("long", "short"):
        raise BadCell(f"position side: {held[:40]!r} is neither long nor short")
    yield from closed_trade(
        cells,
        terms=terms,
        is_long=held == "long",
        size=cells.amount("closed vol.")[0],
        entry=cells.positive("entry price"),
        exit_price=cells.positive("avg. close price"),
        gross=cells.amount("closing pnl")[0],
        fees=(Decimal(0), Decimal(0)),
        opened_ms=cells.time_ms("opened"),
        closed_ms=cells.time_ms("closed"),
        order_id=f"position {cells.text('opened')}",
        position_side=held,
    )


TRADES = ExportFormat(
    "binance_trades",
    "binance_usdm",
    "Binance futures · trade history",
    frozenset({"symbol", "side", "price", "quantity", "fee", "realized profit"}),
    ("date", "time"),
    _trade,
)
POSITIONS = ExportFormat(
    "binance_positions",
    "binance_usdm",
    "Binance futures · position history",
    frozenset(
        {"symbol", "position side", "entry price", "avg. close price", "closed vol.", "closing pnl", "closed"}
    ),
    ("opened", "closed"),
    _position,
)
