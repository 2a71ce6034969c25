"""What an import would add to the journal, compared with what is there; and the step that adds it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.journal.imports.reading import ReadExport
from workstation.journal.imports.rows import (
    SYNTHETIC,
    ExportFill,
    Grain,
    ImportRefused,
    refuse_cancelled,
    watched,
)
from workstation.journal.imports.settling import CARRIED_IN, settled
from workstation.journal.journal import Journal
from workstation.journal.round_trips import round_trips
from workstation.model.journal import (
    AccountKind,
    ContractTerms,
    ImportReceipt,
    JournalAccount,
    RoundTrip,
)
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment

VENUE_TITLES = {
    "binance_usdm": "Binance",
    "binance_coinm": "Binance",
    "bybit": "Bybit",
    "okx": "OKX",
    "bitget": "Bitget",
    "other": "Table",
}
_NONE = Decimal(0)
_NEVER = (1, 0)
_Name = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What would be added, and what would not.

    Attributes:
        account: that it would be added to.
        exports: the files.
        fills: new ones, those that are made up among them.
        fundings: new ones.
        known: rows whose fills or payments the journal has.
        repeated: rows that came twice within the files.
        overlaps: rows left out because the journal has the same trades from another kind of export.
        made_up: fills that stand for an opening in no file, or for a closed trade.
        before, after: round trips of the account without and with the import.
        pnl, fees, funding: by coin, of the closed and open round trips that change; P&L before fees.
    """

    account: JournalAccount
    exports: tuple[ReadExport, ...]
    fills: tuple[ExportFill, ...]
    fundings: tuple[FundingPayment, ...]
    known: int
    repeated: int
    overlaps: int
    made_up: int
    before: tuple[RoundTrip, ...]
    after: tuple[RoundTrip, ...]
    pnl: dict[str, Decimal]
    fees: dict[str, Decimal]
    funding: dict[str, Decimal]

    @property
    def is_empty(self) -> bool:
        """Whether the journal has all of it already."""
        return not self.fills and not self.fundings

    @property
    def added(self) -> tuple[RoundTrip, ...]:
        """Round trips that are not there yet, or are another than before."""
        held = {trip.trip_id: trip for trip in self.before}
        return tuple(trip for trip in self.after if held.get(trip.trip_id) != trip)

    @property
    def span_ms(self) -> tuple[int, int] | None:
        """The first and the last new moment."""
        times = [row.fill.event_ms for row in self.fills] + [paid.event_ms for paid in self.fundings]
        return (min(times), max(times)) if times else None

    @property
    def left_out(self) -> dict[str, int]:
        """Rows that are no fills of a perpetual, by why."""
        found: Counter[str] = Counter()
        for export in self.exports:
            found.update(export.left_out)
        return dict(found)

    @property
    def venue_pnl(self) -> dict[str, Decimal]:
        """The venue's own P&L over all rows of the files, by coin."""
        return _summed(export.totals.pnl for export in self.exports)

    @property
    def pnl_is_net(self) -> bool:
        """Whether the venue's P&L has fees and funding in it."""
        return any(export.totals.pnl_is_net for export in self.exports)

    @property
    def agrees(self) -> bool | None:
        """Whether the fills come to what the venue says; None where it says nothing, or files overlap."""
        if self.known or self.overlaps or not self.venue_pnl:
            return None
        if self.pnl_is_net:
            mine = {
                coin: self.pnl.get(coin, _NONE) - self.fees.get(coin, _NONE) + self.funding.get(coin, _NONE)
                for coin in self.venue_pnl
            }
        else:
            mine = {coin: self.pnl.get(coin, _NONE) for coin in self.venue_pnl}
        # The venue books eight decimals; an average that does not end differs behind the eighteenth.
        return all(round(mine[coin] - value, 8) == 0 for coin, value in self.venue_pnl.items())


def usual_account(exports: Sequence[ReadExport]) -> JournalAccount:
    """The account that exports go to unless another is named."""
    venue = exports[0].fills[0].fill.venue if exports[0].fills else exports[0].format.venue
    return account_named(f"{VENUE_TITLES.get(venue, venue)} import")


def account_named(title: str) -> JournalAccount:
    """The imported account of that title.

    Raises:
        ImportRefused: the title is empty, or no name.
    """
    plain = " ".join(title.split())
    if not plain or len(plain) > 60 or not plain.isprintable():
        raise ImportRefused("Name the account, in sixty letters at most.")
    return JournalAccount(f"import/{plain.casefold()}", plain, AccountKind.IMPORTED)


def preview(
    journal: Journal,
    account: JournalAccount,
    exports: Sequence[ReadExport],
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ImportPreview:
    """Compare exports of one account with what the journal has; nothing is written.

    Args:
        progress: told the share that is done, 0 … 1.
        cancelled: asked now and then.

    Raises:
        ImportRefused: the files contradict one another or an earlier import.
        ImportCancelled: `cancelled` said so.
    """
    before = tuple(one.trip for one in journal.trips(account.key))
    held_fills = _fills_of(before)
    held_fundings = {(paid.venue, paid.symbol, paid.event_ms) for trip in before for paid in trip.payments}
    fundings: dict[tuple[str, str, int], FundingPayment] = {}
    every, known, repeated = _new_rows(exports, held_fills, cancelled)
    for export in exports:
        for paid in export.fundings:
            if (paid.venue, paid.symbol, paid.event_ms) in held_fundings:
                known += 1
            else:
                fundings[paid.venue, paid.symbol, paid.event_ms] = paid
    progress(0.2)
    fresh, overlaps = _without_overlaps(every, held_fills, cancelled)
    progress(0.35)
    complete = settled(fresh, held_fills, cancelled)
    del every, fresh
    progress(0.6)
    terms = _terms(exports, before)
    events: list[Fill | FundingPayment] = [*held_fills, *(paid for trip in before for paid in trip.payments)]
    events += [row.fill for row in complete]
    events += fundings.values()
    after = tuple(round_trips(account.key, events, terms, go_on=lambda: refuse_cancelled(cancelled)))
    progress(1.0)
    pnl, fees, funding = _difference(before, after)
    return ImportPreview(
        account,
        tuple(exports),
        tuple(complete),
        tuple(fundings.values()),
        known,
        repeated,
        overlaps,
        sum(row.is_made_up for row in complete),
        before,
        after,
        pnl,
        fees,
        funding,
    )


def take_in(journal: Journal, found: ImportPreview) -> ImportReceipt | None:
    """Add what was previewed, in one step that can be undone; None where there is nothing to add.

    Raises:
        JournalReadOnly, StoreFull, DataDirectoryError: nothing was added.
    """
    if found.is_empty:
        return None
    if len(found.exports) == 1:
        (one,) = found.exports
        name, digest = one.name, one.sha256
    else:
        name = ", ".join(export.name for export in found.exports)
        digest = hashlib.sha256("".join(export.sha256 for export in found.exports).encode()).hexdigest()
    terms = {(row.terms.venue, row.terms.symbol): row.terms for row in found.fills}
    return journal.add_imported(
        found.account,
        [row.fill for row in found.fills],
        found.fundings,
        tuple(terms.values()),
        name,
        digest,
    )


def _new_rows(
    exports: Sequence[ReadExport], held: Sequence[Fill], cancelled: Callable[[], bool]
) -> tuple[list[ExportFill], int, int]:
    """The rows that the journal has not, how many it has, and how many the files tell twice."""
    known, repeated = 0, sum(export.repeated for export in exports)
    if len(exports) == 1 and not held:
        return list(exports[0].fills), known, repeated  # a file tells each of its fills once
    names = {_name(fill) for fill in held}
    rows: dict[_Name, ExportFill] = {}
    for export in exports:
        for row in watched(export.fills, cancelled):
            name = _name(row.fill)
            if name in names:
                known += 1
            elif name in rows:
                repeated += 1
            else:
                rows[name] = row
    return list(rows.values()), known, repeated


def _name(fill: Fill) -> _Name:
    return fill.venue, fill.symbol, fill.trade_id, fill.side.value


def _fills_of(trips: Iterable[RoundTrip]) -> list[Fill]:
    """Every fill once: one that turned a position has a part in two round trips."""
    return list({_name(part.fill): part.fill for trip in trips for part in trip.parts}.values())


def _terms(
    exports: Sequence[ReadExport], before: Iterable[RoundTrip]
) -> dict[tuple[str, str], ContractTerms]:
    found = {
        (trip.venue, trip.symbol): ContractTerms(
            trip.venue, trip.symbol, trip.asset, trip.contract_size, trip.kind
        )
        for trip in before
    }
    for export in exports:
        for row in export.fills:
            name = row.terms.venue, row.terms.symbol
            if found.setdefault(name, row.terms) != row.terms:
                raise ImportRefused(
                    f"{row.terms.symbol}: the files count it in contracts of different sizes.", row.line
                )
    return found


def _without_overlaps(
    rows: list[ExportFill], held: Sequence[Fill], cancelled: Callable[[], bool]
) -> tuple[list[ExportFill], int]:
    """Leave out rows whose trades are there already, told by order, by trade or as closed trades."""

    def every() -> Iterator[tuple[Fill, Grain]]:
        yield from ((fill, _grain(fill)) for fill in held)
        yield from ((row.fill, row.grain) for row in watched(rows, cancelled))

    orders = {_order(fill) for fill in held if _grain(fill) is Grain.ORDER}
    if orders or any(row.grain is Grain.ORDER for row in rows):
        trades = {_order(fill) for fill, grain in every() if grain is Grain.TRADE and fill.venue_order_id}
    else:
        trades = set()  # where nothing is told by order, nothing can be told twice by it
    # Fills tell more than closed trades do: where an account has both, the closed trades of those days go.
    told = _spans(fill for fill, grain in every() if grain is not Grain.CLOSED)
    fresh = _spans(row.fill for row in rows if row.grain is not Grain.CLOSED)
    for fill in held:
        first, last = fresh.get((fill.venue, fill.symbol), _NEVER)
        if _grain(fill) is Grain.CLOSED and first <= fill.event_ms <= last:
            raise ImportRefused(
                f"The journal has closed trades of {fill.symbol} of the same days from another export, and "
                "these fills tell them again: undo that import, then import the fills, which tell more."
            )
    kept = []
    for row in rows:
        first, last = told.get((row.fill.venue, row.fill.symbol), _NEVER)
        if row.grain is Grain.CLOSED:
            is_told = first <= row.fill.event_ms <= last
        else:
            is_told = _order(row.fill) in (trades if row.grain is Grain.ORDER else orders)
        if not is_told:
            kept.append(row)
    return kept, len(rows) - len(kept)


def _order(fill: Fill) -> tuple[str, str, str]:
    return fill.venue, fill.symbol, fill.venue_order_id


def _spans(fills: Iterable[Fill]) -> dict[tuple[str, str], tuple[int, int]]:
    """The first and the last moment of each symbol, without what was made up for a position carried in."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for fill in fills:
        if fill.venue_order_id != CARRIED_IN:
            first, last = found.get((fill.venue, fill.symbol), (fill.event_ms, fill.event_ms))
            found[fill.venue, fill.symbol] = min(first, fill.event_ms), max(last, fill.event_ms)
    return found


def _grain(fill: Fill) -> Grain:
    if fill.venue_order_id.startswith(SYNTHETIC) and fill.venue_order_id != CARRIED_IN:
        return Grain.CLOSED
    return Grain.ORDER if fill.venue_order_id == str(fill.trade_id) else Grain.TRADE


def _difference(
    before: Iterable[RoundTrip], after: Iterable[RoundTrip]
) -> tuple[dict[str, Decimal], dict[str, Decimal], dict[str, Decimal]]:
    pnl: dict[str, Decimal] = {}
    fees: dict[str, Decimal] = {}
    funding: dict[str, Decimal] = {}
    for sign, trips in ((1, after), (-1, before)):
        for trip in trips:
            for into, coin, amount in (
                (pnl, trip.asset, trip.pnl),
                (fees, trip.asset, trip.fees),
                (funding, trip.asset, trip.funding),
                *((fees, coin, amount) for coin, amount in trip.other_fees),
            ):
                into[coin] = into.get(coin, _NONE) + sign * amount
    return pnl, fees, {coin: amount for coin, amount in funding.items() if amount}


def _summed(parts: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for part in parts:
        for coin, amount in part.items():
            found[coin] = found.get(coin, _NONE) + amount
    return found
