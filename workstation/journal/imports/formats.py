"""How the exports of venues are read: a format knows its header and turns each row into fills and funding."""

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

from workstation.journal.imports import figures
from workstation.journal.imports.figures import BadCell
from workstation.journal.imports.rows import (
    SYNTHETIC,
    Action,
    ExportFill,
    ExportRow,
    Grain,
)
from workstation.journal.imports.tables import plain_heading
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill, Side

QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USDE", "DAI", "USD", "EUR", "BTC", "ETH")
"""Coins that contracts are quoted in, longest first where one ends with another."""
_MOST_ROUNDED = Decimal("0.01")
_SAME = Decimal("1e-24")
_NOTHING = ("", "-", "--", "n/a", "null", "none")


@dataclass(slots=True)
class Reading:
    """What is the same for all rows of one file.

    Attributes:
        zone: of times that do not say theirs.
        day_first, comma_is_point: see `figures`.
        contract_sizes: base units in one contract, by symbol, where the trader or the file said so.
    """

    zone: tzinfo
    day_first: bool = True
    comma_is_point: bool = False
    contract_sizes: Mapping[str, Decimal] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)

    def id_of(self, *parts: object) -> int:
        """A number that names a row without a trade id: equal rows are told apart by how often they came."""
        text = "\x1f".join(map(str, parts))
        self._seen[text] += 1
        digest = hashlib.sha256(f"{text}\x1f{self._seen[text]}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 2


class Cells:
    """One row, by heading."""

    __slots__ = ("_cells", "_places", "line", "reading")

    def __init__(self, places: Mapping[str, int], cells: Sequence[str], line: int, reading: Reading) -> None:
        self._places, self._cells, self.line, self.reading = places, cells, line, reading

    def text(self, *names: str) -> str:
        """The cell of the first of these headings that there is; empty for one that says nothing."""
        for name in names:
            place = self._places.get(name)
            if place is not None:
                said = self._cells[place].strip(" \t\r\n\ufeff'")
                if said[:1].isalpha():
                    said = sys.intern(said)  # names of symbols and coins: one object for all rows
                return "" if said.casefold() in _NOTHING else said
        return ""

    def number(self, *names: str) -> Decimal:
        """The number of a cell.

        Raises:
            BadCell: it has none.
        """
        return self._number(names, self.text(*names))

    def number_or_none(self, *names: str) -> Decimal | None:
        """The number of a cell, or None where it is empty."""
        said = self.text(*names)
        return self._number(names, said) if said else None

    def amount(self, *names: str) -> tuple[Decimal, str]:
        """The number of a cell that may name its coin, and the coin; (0, "") where it is empty."""
        said = self.text(*names)
        if not said:
            return Decimal(0), ""
        figure, coin = figures.amount_and_coin(said)
        return self._number(names, figure), coin.upper()

    def positive(self, *names: str) -> Decimal:
        """A number above zero.

        Raises:
            BadCell: it is not.
        """
        value = self.number(*names)
        if value <= 0:
            raise BadCell(f"{names[0]}: {value} is not above zero")
        return value

    def time_ms(self, *names: str) -> int:
        """The moment of a cell.

        Raises:
            BadCell: it says none.
        """
        try:
            return figures.time_ms(self.text(*names), self.reading.zone, day_first=self.reading.day_first)
        except BadCell as error:
            raise BadCell(f"{names[0]}: {error}") from None

    def side(self, *names: str) -> Side:
        """Bought or sold.

        Raises:
            BadCell: neither.
        """
        said = self.text(*names).casefold().replace("_", " ")
        if said in ("buy", "b", "bid", "long", "bought", "buy single", "open long", "close short", "true"):
            return Side.BUY
        if said in ("sell", "s", "ask", "short", "sold", "sell single", "open short", "close long", "false"):
            return Side.SELL
        raise BadCell(f"{names[0]}: {said[:40]!r} is neither bought nor sold")

    def _number(self, names: Sequence[str], said: str) -> Decimal:
        try:
            return figures.number(said, comma_is_point=self.reading.comma_is_point)
        except BadCell as error:
            raise BadCell(f"{names[0]}: {error}") from None


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One kind of export.

    Attributes:
        key: names it, "binance_trades".
        venue: as instruments name it, "binance_usdm".
        title: for the trader, "Binance · trade history".
        needs: headings that tell it, as `plain_heading` writes them.
        times: headings of its moments; where one names a zone it is that one.
        read: turns a row into what it means.
        pnl_is_net: its P&L has fees and funding in it.
        asks_zone: its times do not say their zone.
    """

    key: str
    venue: str
    title: str
    needs: frozenset[str]
    times: tuple[str, ...]
    read: Callable[[Cells], Iterable[ExportRow]]
    pnl_is_net: bool = False
    asks_zone: bool = True

    def zone_in(self, headings: Iterable[str], above: str) -> tzinfo | None:
        """The zone that the file itself names, or None."""
        for heading in headings:
            if plain_heading(heading) in self.times:
                found = figures.zone_in(heading)
                if found is not None:
                    return found
        return figures.zone_in(above)


def quote_of(symbol: str) -> str:
    """The coin that a symbol is quoted in ("BTCUSDT", "BTC-USDT-SWAP"); USDT where none is known."""
    plain = symbol.upper().partition("_")[0].removesuffix("-SWAP").removesuffix("PERP")
    if symbol.upper().endswith("PERP") and not plain.endswith(QUOTES):
        return "USDC"
    return next((quote for quote in QUOTES if plain.endswith(quote)), "USDT")


def whole_id(text: str, reading: Reading, *parts: object) -> tuple[int, bool]:
    """A trade id as a number, and whether it had to be made up of what the row says."""
    plain = text.strip()
    if (plain.isascii() and plain.isdigit() and len(plain) <= 18) or (
        plain.isdigit() and int(plain) < 1 << 63
    ):
        return int(plain), False
    if plain:
        return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:8], "big") >> 2, True
    return reading.id_of(*parts), True


def entry_that_brings(terms: ContractTerms, size: Decimal, exit_price: Decimal, gained: Decimal) -> Decimal:
    """The entry of a long (of a short: with `gained` negated) that brings `gained` at this exit."""
    worth = size * terms.contract_size
    if terms.kind is ContractKind.INVERSE:
        return worth / (gained + worth / exit_price)
    return exit_price - gained / worth


def closed_trade(
    cells: Cells,
    *,
    terms: ContractTerms,
    is_long: bool,
    size: Decimal,
    entry: Decimal,
    exit_price: Decimal,
    gross: Decimal,
    fees: tuple[Decimal, Decimal],
    opened_ms: int | None,
    closed_ms: int,
    order_id: str,
    position_side: str = "",
    is_liquidation: bool = False,
) -> tuple[ExportFill, ExportFill]:
    """The two fills that stand for a closed trade of which the venue told only what came of it.

    Entry and exit are as the venue says; the fill that opened is placed right before the one that closed
    where it does not say when. Together they bring exactly `gross` less `fees`.

    Args:
        gross: realised before fees; where prices were rounded it is what the venue reckoned, and the entry is
            moved by less than its rounding.
        fees: of opening and closing, positive is paid.
    """
    opened, closed = (Side.BUY, Side.SELL) if is_long else (Side.SELL, Side.BUY)
    if size <= 0 or entry <= 0 or exit_price <= 0:
        raise BadCell("what was closed has no size or no price")
    exact = entry_that_brings(terms, size, exit_price, gross if is_long else -gross)
    if abs(exact - entry) > entry * _MOST_ROUNDED:
        raise BadCell(f"{gross} is not what {size} from {entry} to {exit_price} come to")
    if abs(exact - entry) > entry * _SAME:
        entry = exact
    number = cells.reading.id_of(
        terms.venue, terms.symbol, is_long, size, entry, exit_price, gross, closed_ms, order_id
    )
    number -= number % 2
    halves = []
    for place, (side, price, action) in enumerate(
        ((opened, entry, Action.OPEN), (closed, exit_price, Action.CLOSE))
    ):
        fill = Fill(
            terms.venue,
            terms.symbol,
            number + place,
            "",
            f"{SYNTHETIC}{order_id}",
            side,
            price,
            size,
            fees[place],
            terms.asset,
            False,
            closed_ms if place or opened_ms is None else min(opened_ms, closed_ms),
            is_liquidation and place == 1,
            position_side,
        )
        pnl = gross if place else None
        halves.append(ExportFill(fill, terms, Grain.CLOSED, action, pnl, cells.line, is_made_up=True))
    return halves[0], halves[1]
