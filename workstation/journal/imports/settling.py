"""Positions that were open before an export begins: their openings are made up from the venue's own P&L."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Context, Decimal, localcontext

from workstation.journal.imports.formats import entry_that_brings
from workstation.journal.imports.rows import SYNTHETIC, Action, ExportFill, Grain, ImportRefused, watched
from workstation.model.instrument import ContractKind
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill, Side

CARRIED_IN = f"{SYNTHETIC}carried in"
"""`Fill.venue_order_id` of an opening that is in no file."""

_EXACT = Context(prec=34)
_NONE = Decimal(0)
_TOLERANCE = Decimal("0.000001")

_Series = tuple[str, str, str]


def settled(
    rows: Iterable[ExportFill], known: Iterable[Fill], cancelled: Callable[[], bool] = lambda: False
) -> list[ExportFill]:
    """Return the rows in order with an opening before each closing whose own is in no file.

    Such an opening has the size that was closed and the entry that brings the venue's own P&L; it is put a
    millisecond before the closing, for when it was is not known. What neither opens nor has a P&L is kept.

    Args:
        rows: new fills of one account.
        known: fills of it that the journal has.
        cancelled: asked now and then.

    Raises:
        ImportCancelled: `cancelled` said so.
        ImportRefused: the rows hold what an earlier import had to make up.
    """
    series: dict[_Series, list[ExportFill | Fill]] = {}
    for row in rows:
        series.setdefault(_series(row.fill), []).append(row)
    for fill in known:
        if _series(fill) in series and not _is_closed_trade(fill):
            series[_series(fill)].append(fill)
    done: list[ExportFill] = []
    with localcontext(_EXACT):
        for those in series.values():
            done += _one(those, cancelled)
    done.sort(key=lambda row: row.fill.trade_id)
    done.sort(key=lambda row: row.fill.event_ms)
    return done


def _series(fill: Fill) -> _Series:
    return fill.venue, fill.symbol, fill.position_side


def _is_closed_trade(fill: Fill) -> bool:
    return fill.venue_order_id.startswith(SYNTHETIC) and fill.venue_order_id != CARRIED_IN


def _one(those: list[ExportFill | Fill], cancelled: Callable[[], bool]) -> Iterable[ExportFill]:
    """Follow one position through its fills."""
    those.sort(key=_when)
    size, value = _NONE, _NONE  # signed, and what it was opened at
    fresh: list[ExportFill] = []
    begun = False
    for one in watched(those, cancelled):
        row = one if isinstance(one, ExportFill) else None
        fill = row.fill if row is not None else one
        assert isinstance(fill, Fill)
        if row is not None and row.grain is Grain.CLOSED:
            fresh.append(row)
            continue
        if row is None and fill.venue_order_id == CARRIED_IN and begun:
            raise ImportRefused(
                f"An earlier import had to make up how {fill.symbol} was opened, and this file shows it: "
                "undo that import, then import both files together."
            )
        if row is not None:
            begun = True
            opening = _carried_in(row, size, value)
            if opening is not None:
                fresh.append(opening)
                size, value = _after(size, value, opening.fill, opening.terms)
            fresh.append(row)
        terms = row.terms if row is not None else ContractTerms(fill.venue, fill.symbol, fill.fee_asset)
        size, value = _after(size, value, fill, terms)
    return fresh


def _when(one: ExportFill | Fill) -> tuple[int, int]:
    fill = one.fill if isinstance(one, ExportFill) else one
    return fill.event_ms, fill.trade_id


def _after(size: Decimal, value: Decimal, fill: Fill, terms: ContractTerms) -> tuple[Decimal, Decimal]:
    amount = fill.size if fill.side is Side.BUY else -fill.size
    if size * amount >= 0:
        return size + amount, value + _worth(fill.size, fill.price, terms)
    if abs(amount) <= abs(size):
        return size + amount, value - value * abs(amount) / abs(size)
    rest = abs(amount) - abs(size)
    return size + amount, _worth(rest, fill.price, terms)


def _worth(size: Decimal, price: Decimal, terms: ContractTerms) -> Decimal:
    amount = size * terms.contract_size
    return amount / price if terms.kind is ContractKind.INVERSE else amount * price


def _carried_in(row: ExportFill, size: Decimal, value: Decimal) -> ExportFill | None:
    """The opening that a closing lacks, or None."""
    fill, pnl = row.fill, row.venue_pnl
    if row.action is not Action.CLOSE or pnl is None:
        return None
    sign = 1 if fill.side is Side.BUY else -1
    if size * sign > 0:
        return None  # in one position it cannot close what it adds to: the totals will tell
    have = abs(size)
    lacks = fill.size - have
    if lacks <= 0:
        return None
    brought = _NONE
    if have:
        worth = _worth(have, fill.price, row.terms)
        gains = sign < 0 if row.terms.kind is not ContractKind.INVERSE else sign > 0
        brought = worth - value if gains else value - worth
        if not fill.position_side and abs(brought - pnl) <= _TOLERANCE + abs(pnl) * _TOLERANCE:
            return None  # the rest of it opens the other side
    gained = pnl - brought
    entry = entry_that_brings(row.terms, lacks, fill.price, gained if sign < 0 else -gained)
    if entry <= 0:
        return None
    opened = replace(
        fill,
        side=Side.SELL if sign > 0 else Side.BUY,
        venue_order_id=CARRIED_IN,
        price=entry,
        size=lacks,
        fee=_NONE,
        fee_asset=row.terms.asset,
        is_maker=False,
        event_ms=fill.event_ms - 1,
        is_liquidation=False,
    )
    return replace(row, fill=opened, action=Action.OPEN, venue_pnl=None, is_made_up=True)
