"""The journal as tables for other programs: round trips, fills, notes and diary, one row each, exact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from workstation.journal.imports.rows import SYNTHETIC
from workstation.model.journal import AccountKind, Diary, Feelings, JournalAccount, ReviewedTrip, TripNote

Cell = str | int | bool | Decimal | float | None
"""Times are text: ISO 8601 in UTC with milliseconds."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: of it, with its unit.
        kind: "text", "money" (Decimal), "number" (float), "count", "yes" or "time".
    """

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class JournalTable:
    """One table.

    Attributes:
        name: of its file.
        columns: in order.
        rows: a cell for each column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def iso(time_ms: int | None) -> str | None:
    """A moment as "2026-11-21T05:26:35.123Z"; None stays None, and 0 is none."""
    if not time_ms:
        return None
    whole, rest = divmod(time_ms, 1_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def journal_tables(
    accounts: Iterable[JournalAccount], trips: Sequence[ReviewedTrip], diaries: Iterable[Diary] = ()
) -> tuple[JournalTable, ...]:
    """Return round trips, fills, notes and diary as tables, in the order that is given."""
    kinds = {account.key: account.kind for account in accounts}
    return (
        JournalTable("trips", _TRIP_COLUMNS, tuple(_trip(one, kinds) for one in trips)),
        JournalTable("fills", _FILL_COLUMNS, tuple(row for one in trips for row in _fills(one))),
        JournalTable(
            "notes", _NOTE_COLUMNS, tuple(_note(one) for one in trips if one.note.edited_ms or one.note.text)
        ),
        JournalTable("diary", _DIARY_COLUMNS, tuple(_day(one) for one in diaries)),
    )


def _columns(kinds: str) -> tuple[Column, ...]:
    return tuple(
        Column(name, kind)
        for kind, names in (part.split(":") for part in kinds.split(" | "))
        for name in names.split()
    )


_TRIP_COLUMNS = _columns(
    "text:trip_id account account_kind venue symbol coin direction | time:opened_utc closed_utc | "
    "money:held_s size entry_price exit_price pnl fees funding net_pnl initial_risk r_multiple | "
    "text:other_fees setup tags | yes:followed_process | text:broken_rule | yes:is_liquidated | "
    "number:mae_price mfe_price mae_pnl mfe_pnl | text:excursion_source conditions | count:fills | "
    "time:reviewed_utc"
)
_FILL_COLUMNS = _columns(
    "text:trip_id account venue symbol trade_id order_id client_order_id | time:time_utc | text:side | "
    "money:price size fee | text:coin | yes:opens | money:pnl | yes:is_maker is_liquidation is_made_up | "
    "text:position_side"
)
_FEELINGS = "tension doubt urge"
_FELT = " ".join(f"{when}_{name}" for when in ("before", "during", "after") for name in _FEELINGS.split())
_NOTE_COLUMNS = _columns(
    "text:trip_id symbol setup tags | "
    f"count:{_FELT} | yes:followed_process | text:broken_rule text attachments | time:reviewed_utc edited_utc"
)
_DIARY_COLUMNS = _columns(f"text:day text | count:{_FEELINGS} | time:edited_utc")


def _trip(one: ReviewedTrip, kinds: dict[str, AccountKind]) -> tuple[Cell, ...]:
    trip, note, far = one.trip, one.note, one.excursion
    held = None if trip.held_ms is None else Decimal(trip.held_ms) / 1_000
    kind = kinds.get(trip.account)
    return (
        trip.trip_id,
        trip.account,
        None if kind is None else kind.value,
        trip.venue,
        trip.symbol,
        trip.asset,
        trip.direction.value,
        iso(trip.opened_ms),
        iso(trip.closed_ms),
        held,
        trip.size,
        trip.entry_price,
        trip.exit_price,
        trip.pnl,
        trip.fees,
        trip.funding,
        trip.net_pnl,
        trip.initial_risk,
        trip.r_multiple,
        "; ".join(f"{plain(amount)} {coin}" for coin, amount in trip.other_fees) or None,
        one.setup or None,
        _tags(note),
        note.followed,
        note.broken or None,
        trip.is_liquidated,
        None if far is None else far.mae_price,
        None if far is None else far.mfe_price,
        None if far is None else far.mae_pnl,
        None if far is None else far.mfe_pnl,
        None if far is None else far.source,
        "; ".join(f"{name}: {word}" for name, word in sorted(one.conditions.items())) or None,
        len(trip.parts),
        iso(note.reviewed_ms),
    )


def _fills(one: ReviewedTrip) -> Iterable[tuple[Cell, ...]]:
    trip = one.trip
    for part in trip.parts:
        fill = part.fill
        yield (
            trip.trip_id,
            trip.account,
            fill.venue,
            fill.symbol,
            str(fill.trade_id),
            fill.venue_order_id or None,
            fill.client_order_id or None,
            iso(fill.event_ms),
            fill.side.value,
            fill.price,
            part.size,
            part.fee,
            trip.asset,
            part.opens,
            part.pnl,
            fill.is_maker,
            fill.is_liquidation,
            fill.venue_order_id.startswith(SYNTHETIC),
            fill.position_side or None,
        )


def _note(one: ReviewedTrip) -> tuple[Cell, ...]:
    note = one.note
    return (
        note.trip_id,
        one.trip.symbol,
        note.setup or None,
        _tags(note),
        *_feelings(note.before),
        *_feelings(note.during),
        *_feelings(note.after),
        note.followed,
        note.broken or None,
        note.text or None,
        "; ".join(file.name for file in note.attachments) or None,
        iso(note.reviewed_ms),
        iso(note.edited_ms),
    )


def _day(one: Diary) -> tuple[Cell, ...]:
    return (one.day, one.text or None, *_feelings(one.feelings), iso(one.edited_ms))


def _feelings(felt: Feelings) -> tuple[int | None, int | None, int | None]:
    return felt.tension, felt.doubt, felt.urge


def _tags(note: TripNote) -> str | None:
    return "; ".join(f"{tag.group.value}: {tag.name}" for tag in sorted(note.tags)) or None


def plain(value: Decimal) -> str:
    """A Decimal with all its digits and no exponent; zeros at the end that say nothing are left away."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
