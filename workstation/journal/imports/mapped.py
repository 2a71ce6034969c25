"""Any other table: the trader says which column is what, and the rows are read like a venue's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workstation.journal.imports.binance import terms_of as binance_terms
from workstation.journal.imports.bitget import terms_of as bitget_terms
from workstation.journal.imports.bybit import terms_of as bybit_terms
from workstation.journal.imports.figures import BadCell
from workstation.journal.imports.formats import Cells, ExportFormat, quote_of, whole_id
from workstation.journal.imports.rows import Action, ExportFill, ExportRow, Grain
from workstation.journal.imports.tables import plain_heading
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill

_KNOWN_TERMS = {"binance_usdm": binance_terms, "bybit": bybit_terms, "bitget": bitget_terms}


@dataclass(frozen=True, slots=True)
class Role:
    """What a column can be.

    Attributes:
        key: of `Mapping.columns`.
        title: for the trader.
        is_needed: no fill without it.
        usual: headings that mean it, the likeliest first.
    """

    key: str
    title: str
    is_needed: bool
    usual: tuple[str, ...]


def _role(key: str, title: str, usual: str, *, is_needed: bool = False) -> Role:
    return Role(key, title, is_needed, tuple(usual.split("|")))


ROLES = (
    _role(
        "time",
        "Time",
        "time|date|timestamp|datetime|date time|trade time|filled time|executed at|utime|ctime|datum|zeit",
        is_needed=True,
    ),
    _role(
        "symbol",
        "Symbol",
        "symbol|market|contract|contracts|pair|trading pair|instrument|ticker|futures|coin",
        is_needed=True,
    ),
    _role("side", "Bought or sold", "side|direction|action|type|buy/sell|b/s", is_needed=True),
    _role(
        "price",
        "Price",
        "price|filled price|average price|avg price|avg. price|fill price|exec price|trade price",
        is_needed=True,
    ),
    _role(
        "size",
        "Size",
        "size|quantity|qty|filled quantity|filled qty|executed|filled|amount|volume",
        is_needed=True,
    ),
    _role("fee", "Fee", "fee|fees|commission|trading fee|fee paid"),
    _role(
        "fee_asset", "Coin of the fee", "fee coin|fee asset|fee currency|commission asset|feecoin|fee unit"
    ),
    _role("trade_id", "Trade id", "trade id|tradeid|transaction id|fill id|exec id|id"),
    _role("order_id", "Order id", "order id|orderid|order no.|order number|order"),
    _role(
        "pnl",
        "Realised P&L",
        "realized profit|realized pnl|realised pnl|realized p/l|closed p&l|pnl|p&l|profit",
    ),
    _role("position_side", "Position (hedge mode)", "position side|posside|position"),
)
"""Everything that a column can be; those that are needed come first."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column of a table is what.

    Attributes:
        columns: heading by `Role.key`; roles without a column are missing.
        venue: as instruments name it, "binance_usdm"; any word where it is another.
        fee_is_negative: the fee of a fill is written as a negative figure where it was paid.
    """

    columns: dict[str, str] = field(default_factory=dict)
    venue: str = "other"
    fee_is_negative: bool = False

    @property
    def lacks(self) -> tuple[str, ...]:
        """Titles of the roles that are needed and have no column."""
        return tuple(role.title for role in ROLES if role.is_needed and not self.columns.get(role.key))


def guessed(headings: Sequence[str]) -> Mapping:
    """The mapping that the headings suggest; each column is used once."""
    plain = {plain_heading(heading): heading for heading in headings if heading.strip()}
    columns: dict[str, str] = {}
    for role in ROLES:
        found = next((name for name in role.usual if name in plain), None)
        if found is not None:
            columns[role.key] = plain.pop(found)
    return Mapping(columns)


def mapped_format(mapping: Mapping) -> ExportFormat:
    """A format that reads a table by `mapping`."""
    names = {key: plain_heading(heading) for key, heading in mapping.columns.items()}

    def read(cells: Cells) -> Iterator[ExportRow]:
        symbol = cells.text(names["symbol"]).upper().replace("/", "").partition(":")[0]
        if not symbol:
            raise BadCell(f"{names['symbol']}: it is empty")
        make = _KNOWN_TERMS.get(mapping.venue)
        terms = make(symbol) if make is not None else ContractTerms(mapping.venue, symbol, quote_of(symbol))
        side = cells.side(names["side"])
        price, size = cells.positive(names["price"]), abs(cells.number(names["size"]))
        if not size:
            raise BadCell(f"{names['size']}: it is zero")
        time_ms = cells.time_ms(names["time"])
        fee, coin = cells.amount(names.get("fee", ""))
        coin = coin or cells.text(names.get("fee_asset", "")).upper() or terms.asset
        order = cells.text(names.get("order_id", ""))
        number, is_hash = whole_id(
            cells.text(names.get("trade_id", "")),
            cells.reading,
            symbol,
            side,
            price,
            size,
            time_ms,
            fee,
            order,
        )
        held = cells.text(names.get("position_side", "")).casefold()
        pnl = cells.number_or_none(names["pnl"]) if "pnl" in names else None
        fill = Fill(
            terms.venue,
            symbol,
            number,
            "",
            order,
            side,
            price,
            size,
            -fee if mapping.fee_is_negative else fee,
            coin,
            False,
            time_ms,
            position_side=held if held in ("long", "short") else "",
        )
        action = Action.CLOSE if pnl else Action.EITHER
        yield ExportFill(fill, terms, Grain.TRADE, action, pnl, cells.line, id_is_made_up=is_hash)

    times = (names["time"],) if "time" in names else ()
    return ExportFormat("mapped", mapping.venue, "Table by mapping", frozenset(), times, read)
