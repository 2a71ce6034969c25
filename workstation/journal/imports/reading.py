"""Reads an export from its first line to its last: all of it is sound, or nothing of it is taken."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from decimal import Context, Decimal, localcontext
from pathlib import Path

from workstation.journal.imports import binance, bitget, bybit, okx
from workstation.journal.imports.figures import BadCell, number, zone_of
from workstation.journal.imports.formats import Cells, ExportFormat, Reading
from workstation.journal.imports.mapped import Mapping as ColumnMapping
from workstation.journal.imports.mapped import mapped_format
from workstation.journal.imports.rows import (
    ExportFill,
    ExportRow,
    Grain,
    ImportRefused,
    LeftOut,
    VenueTotals,
    watched,
)
from workstation.journal.imports.tables import Head, plain_heading, read_head, rows_of
from workstation.model.positions import FundingPayment
from workstation.model.text import printable

FORMATS: tuple[ExportFormat, ...] = (
    binance.TRADES,
    binance.POSITIONS,
    bybit.LOG,
    bybit.TRADES,
    *bybit.CLOSED,
    okx.HISTORY,
    okx.POSITIONS,
    bitget.FILLS,
    bitget.ORDERS,
    bitget.SITE_ORDERS,
    bitget.SITE_POSITIONS,
)
"""Every export that is recognised, the more particular ones first."""

_EXACT = Context(prec=34)
_NONE = Decimal(0)
_READING = 0.9
"""Share of the whole that reading the lines takes; the rest is putting them in order."""


@dataclass(frozen=True, slots=True)
class ReadingChoices:
    """What a file does not say of itself.

    Attributes:
        zone: of its times, "UTC", "UTC+8" or "Europe/Berlin"; None takes the file's own, else UTC.
        day_first: "03/04/2026" is the third of April.
        mapping: of its columns, where it is no export that is recognised.
        contract_sizes: base units (dollars if inverse) in one contract, by symbol.
    """

    zone: str | None = None
    day_first: bool = True
    mapping: ColumnMapping | None = None
    contract_sizes: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the beginning of a file shows.

    Attributes:
        path: of the file.
        head: its header and first rows.
        format: what it is; None where a mapping has to say it.
        zone: that it names; None where it names none.
    """

    path: Path
    head: Head
    format: ExportFormat | None
    zone: tzinfo | None

    @property
    def asks_zone(self) -> bool:
        """Whether the trader has to say in which zone its times are."""
        return self.zone is None and (self.format is None or self.format.asks_zone)


@dataclass(frozen=True, slots=True)
class ReadExport:
    """A whole export.

    Attributes:
        name: of the file, without any path.
        sha256: hexadecimal, of its bytes.
        format: what it is.
        fills: in the order of their times; rows that came twice are there once.
        fundings: the same.
        left_out: how many rows were no fills of a perpetual, by why.
        repeated: rows that came twice.
        totals: the venue's own figures.
    """

    name: str
    sha256: str
    format: ExportFormat
    fills: tuple[ExportFill, ...]
    fundings: tuple[FundingPayment, ...]
    left_out: dict[str, int]
    repeated: int
    totals: VenueTotals


def recognise(path: Path) -> Recognised:
    """Tell what a file is, by its header.

    Raises:
        ImportRefused: it is no table.
    """
    head = read_head(path, lambda names: any(form.needs <= names for form in FORMATS))
    form = next((form for form in FORMATS if form.needs <= head.names), None)
    zone = form.zone_in(head.headings, head.above) if form is not None else None
    return Recognised(path, head, form, zone)


def read_export(
    path: Path,
    choices: ReadingChoices = ReadingChoices(),
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ReadExport:
    """Read a file to its end.

    Args:
        path: of it.
        choices: what it does not say of itself.
        progress: told the share that was read, 0 … 1.
        cancelled: asked now and then.

    Raises:
        ImportRefused: a line is not what it should be; it says which, and what is wrong.
        ImportCancelled: `cancelled` said so.
    """
    found = recognise(path)
    form, head = found.format, found.head
    if choices.mapping is not None:
        if choices.mapping.lacks:
            raise ImportRefused(f"Say which column is: {', '.join(choices.mapping.lacks)}.")
        form = mapped_format(choices.mapping)
    if form is None:
        shown = ", ".join(printable(name) for name in head.headings[:12])
        raise ImportRefused(
            f"{path.name} is no export that is known here ({shown}): map its columns in the import window."
        )
    try:
        own = form.zone_in(head.headings, head.above) or found.zone
        zone = own if own is not None else zone_of(choices.zone) if choices.zone else UTC
    except BadCell as error:
        raise ImportRefused(f"{error}.") from None
    reading = Reading(zone, choices.day_first, head.separator in (";", "\t"), dict(choices.contract_sizes))
    places = _places(head)
    if form is okx.HISTORY:
        shown_sizes = _contract_sizes(path, found, places, reading)
        reading.contract_sizes = {**shown_sizes, **choices.contract_sizes}
    with localcontext(_EXACT):
        gathered = _Gathered()
        for line, cells in rows_of(path, head, lambda share: progress(_READING * share), cancelled):
            try:
                for row in form.read(Cells(places, cells, line, reading)):
                    _demand_plain(row)
                    gathered.add(row)
            except BadCell as error:
                words = f"{printable(str(error))}."
                if head.is_json:
                    raise ImportRefused(f"Record {line}: {words}") from None
                raise ImportRefused(words, line) from None
            except ArithmeticError:
                raise ImportRefused("its figures come to no number.", line) from None
        return gathered.export(path, form, progress, cancelled)


def _demand_plain(row: ExportRow) -> None:
    """Refuse names that no venue gives: they are shown, sorted by and written into files.

    Raises:
        BadCell: a symbol, a coin or an order's number is none.
    """
    if isinstance(row, LeftOut):
        return
    if isinstance(row, ExportFill):
        symbol, coin, order = row.fill.symbol, row.fill.fee_asset, row.fill.venue_order_id
    else:
        symbol, coin, order = row.symbol, row.asset, ""
    for name, most in ((symbol, 40), (coin, 20)):
        if not name or len(name) > most or not all(mark.isalnum() or mark in "_-.:" for mark in name):
            raise BadCell(f"{name[:40]!r} is no name of a symbol or a coin")
    if len(order) > 80 or not order.isprintable():
        raise BadCell(f"{order[:40]!r} is no number of an order")


def _places(head: Head) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, heading in enumerate(head.headings):
        places.setdefault(plain_heading(heading), place)
    return places


class _Gathered:
    """Rows of a file as they come: each fill once, payments of one moment together, the rest counted."""

    def __init__(self) -> None:
        self._fills: dict[tuple[str, str, int, str], ExportFill] = {}
        self._fundings: dict[tuple[str, str, int], FundingPayment] = {}
        self._left_out: Counter[str] = Counter()
        self._repeated = 0

    def add(self, row: ExportRow) -> None:
        """Take in a row.

        Raises:
            ImportRefused: another line tells the same trade otherwise.
        """
        if isinstance(row, LeftOut):
            self._left_out[row.why] += 1
        elif isinstance(row, FundingPayment):
            key = (row.venue, row.symbol, row.event_ms)
            before = self._fundings.get(key)
            if before is not None and before == row:
                self._repeated += 1
            elif before is not None:
                # Both positions of hedge mode are settled at once.
                self._fundings[key] = replace(before, amount=before.amount + row.amount)
            else:
                self._fundings[key] = row
        else:
            fill = row.fill
            held = self._fills.setdefault((fill.venue, fill.symbol, fill.trade_id, fill.side.value), row)
            if held is row:
                return
            if held.fill != fill:
                words = f"trade {fill.trade_id} of {fill.symbol} is told otherwise in line {held.line}."
                raise ImportRefused(words, row.line)
            self._repeated += 1

    def export(
        self, path: Path, form: ExportFormat, progress: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> ReadExport:
        """The whole file, in order of time; nothing is held here any more.

        Raises:
            ImportRefused: there is nothing to import in it.
            ImportCancelled: `cancelled` said so.
        """
        fills = list(self._fills.values())
        self._fills.clear()
        in_order = _in_order(fills, cancelled)
        progress(1.0)
        fundings, left_out = self._fundings.values(), self._left_out
        if not in_order and not fundings:
            why = ", ".join(f"{count} × {printable(words)}" for words, count in left_out.most_common(3))
            raise ImportRefused(f"There is no fill of a perpetual in {path.name}{f': {why}' if why else ''}.")
        return ReadExport(
            path.name,
            _sha256(path),
            form,
            tuple(in_order),
            tuple(sorted(fundings, key=lambda one: one.event_ms)),
            dict(left_out),
            self._repeated,
            _totals(form, watched(in_order, cancelled), fundings),
        )


def _in_order(fills: list[ExportFill], cancelled: Callable[[], bool]) -> list[ExportFill]:
    """By time. Where trades have no numbers of their own, those of one second keep the order of the file."""
    newest_first = len(fills) > 1 and fills[0].fill.event_ms > fills[-1].fill.event_ms
    # One key after the other, the last one first: keys of several parts would take as much room as the rows.
    fills.sort(key=lambda row: row.fill.trade_id)
    fills.sort(key=lambda row: row.line, reverse=newest_first)
    fills.sort(key=lambda row: row.fill.event_ms)
    apart: Counter[tuple[str, str, int]] = Counter()
    for place, row in enumerate(watched(fills, cancelled)):
        if not row.id_is_made_up:
            continue
        same = (row.fill.symbol, row.fill.position_side, row.fill.event_ms)
        behind = apart[same]
        apart[same] += 1
        if behind and row.fill.event_ms % 1_000 == 0:
            later = min(behind, 999)
            fills[place] = replace(row, fill=replace(row.fill, event_ms=row.fill.event_ms + later))
    fills.sort(key=lambda row: row.fill.event_ms)
    return fills


def _totals(
    form: ExportFormat, fills: Iterable[ExportFill], fundings: Iterable[FundingPayment]
) -> VenueTotals:
    pnl: dict[str, Decimal] = {}
    fees: dict[str, Decimal] = {}
    funding: dict[str, Decimal] = {}
    count = 0
    for row in fills:
        asset = row.terms.asset
        count += row.grain is not Grain.CLOSED or row.venue_pnl is not None
        if row.venue_pnl is not None:
            pnl[asset] = pnl.get(asset, _NONE) + row.venue_pnl
        fees[row.fill.fee_asset] = fees.get(row.fill.fee_asset, _NONE) + row.fill.fee
        if form.pnl_is_net:
            pnl[asset] = pnl.get(asset, _NONE) - row.fill.fee
    for payment in fundings:
        funding[payment.asset] = funding.get(payment.asset, _NONE) + payment.amount
        if form.pnl_is_net:
            pnl[payment.asset] = pnl.get(payment.asset, _NONE) + payment.amount
    return VenueTotals(count, pnl, fees, funding, form.pnl_is_net)


def _contract_sizes(
    path: Path, found: Recognised, places: Mapping[str, int], reading: Reading
) -> dict[str, Decimal]:
    """How large one contract of each symbol is, where its closings show it: OKX's are powers of ten."""
    held: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    sizes: dict[str, Decimal] = {}
    lines = list(rows_of(path, found.head, lambda _share: None, lambda: False))
    rows = [Cells(places, cells, line, reading) for line, cells in lines]
    if len(rows) > 1 and rows[0].text("time") > rows[-1].text("time"):
        rows.reverse()
    for row in rows:
        action, symbol = row.text("action").casefold(), row.text("symbol").upper()
        side = "long" if "long" in action else "short" if "short" in action else ""
        if symbol in sizes or not side or "funding" in action:
            continue
        try:
            size, price = abs(row.number("amount")), row.number("filled price")
            pnl = row.number_or_none("pnl") or _NONE
        except BadCell:
            continue
        have, worth = held.get((symbol, side), (_NONE, _NONE))
        if action.startswith("open"):
            held[symbol, side] = (have + size, worth + size * price)
        elif have >= size > 0 and pnl:
            moved = (price - worth / have) * size
            if symbol.partition("-")[2].startswith("USD-"):
                moved = size / (worth / have) - size / price
            if moved:
                sizes[symbol] = Decimal(1).scaleb(round(abs(pnl / moved).log10()))
            held[symbol, side] = (have - size, worth - worth * size / have)
    return sizes


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from None


def contract_size_of(text: str) -> tuple[str, Decimal]:
    """Read "BTC-USDT-SWAP=0.01".

    Raises:
        ImportRefused: it is not written like that.
    """
    symbol, _, size = text.partition("=")
    try:
        value = number(size)
    except BadCell as error:
        raise ImportRefused(f"{error}; write SYMBOL=SIZE.") from None
    if not symbol or value <= 0:
        raise ImportRefused(f"{text!r} is no contract size; write SYMBOL=SIZE.")
    return symbol.upper(), value
