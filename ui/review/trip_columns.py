"""The columns of the list of round trips: which have room, and how they sort."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from PySide6.QtGui import QFontMetricsF

from ui.review.trip_index import TripIndex

GAP = 10


class Unit(StrEnum):
    """What a result is told in."""

    MONEY = "money"
    RATE = "rate"
    R = "r"


class TripColumn(Enum):
    """A column, its value the title."""

    MARK = "✓"
    TIME = "Time"
    SYMBOL = "Symbol"
    SIDE = "Side"
    R = "R"
    MONEY = "P&L"
    RATE = "%"
    SETUP = "Setup"


_OF_UNIT = {Unit.MONEY: TripColumn.MONEY, Unit.RATE: TripColumn.RATE, Unit.R: TripColumn.R}
_LEFT = (TripColumn.MARK, TripColumn.TIME, TripColumn.SYMBOL, TripColumn.SIDE, TripColumn.SETUP)
_WIDEST = {
    TripColumn.SYMBOL: "1000PEPE",
    TripColumn.SIDE: "short",
    TripColumn.R: "+00.00",
    TripColumn.MONEY: "+00 000.00",
    TripColumn.RATE: "+00.00",
}
_MARK_PX, _LEAST_SETUP_PX, _LEAST_SYMBOL_PX = 13.0, 76.0, 44.0
_LEAVING = (TripColumn.RATE, TripColumn.SETUP, TripColumn.MONEY, TripColumn.R, TripColumn.SIDE)
"""Which column leaves first where room is short; the figure of the unit in force stays."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands, px."""

    column: TripColumn
    left: float
    right: float

    @property
    def is_left(self) -> bool:
        """Its texts begin at the left."""
        return self.column in _LEFT


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and which way."""

    column: TripColumn
    descending: bool


def laid_out(width: float, pad: int, unit: Unit, metrics: QFontMetricsF, widest_time: str) -> list[Place]:
    """Place the columns that have room; the setup takes what is left over, else the symbol does."""
    chosen = _OF_UNIT[unit]
    there = [*TripColumn]
    widths = {column: metrics.horizontalAdvance(text) for column, text in _WIDEST.items()}
    widths[TripColumn.TIME] = metrics.horizontalAdvance(widest_time)
    widths |= {TripColumn.MARK: _MARK_PX, TripColumn.SETUP: _LEAST_SETUP_PX}
    room = width - 2 * pad

    def needed() -> float:
        return sum(widths[column] for column in there) + GAP * (len(there) - 1)

    for column in _LEAVING:
        if needed() > room and column is not chosen:
            there.remove(column)
    short = max(0.0, needed() - room)
    widths[TripColumn.SYMBOL] = max(_LEAST_SYMBOL_PX, widths[TripColumn.SYMBOL] - short)
    if needed() > room:
        there.remove(TripColumn.TIME)
    grows = TripColumn.SETUP if TripColumn.SETUP in there else TripColumn.SYMBOL
    widths[grows] += max(0.0, room - needed())
    placed, x = [], float(pad)
    for column in there:
        placed.append(Place(column, x, x + widths[column]))
        x += widths[column] + GAP
    return placed


def titles(columns: Sequence[Place], index: TripIndex, places: Sequence[int]) -> list[str]:
    """The columns' titles; that of money names the coin where there is only one."""
    asset = index.trips[places[0]].trip.asset if len(places) else ""
    return [
        f"{place.column.value} {asset}".strip() if place.column is TripColumn.MONEY else place.column.value
        for place in columns
    ]


def sorted_places(index: TripIndex, places: Sequence[int], sort: Sort) -> list[int]:
    """Places in a column's order; those without a figure come last either way."""
    given = [int(place) for place in places]

    def value(place: int) -> object:
        one = index.trips[place]
        match sort.column:
            case TripColumn.MONEY:
                return index.net[place]
            case TripColumn.R:
                return index.r[place]
            case TripColumn.RATE:
                return index.rate(place)
            case TripColumn.SYMBOL:
                return one.trip.symbol
            case TripColumn.SIDE:
                return one.trip.direction.value
            case TripColumn.SETUP:
                return one.setup.casefold() or None
            case TripColumn.MARK:
                return {None: 1, True: 0, False: 2}[one.note.followed]
            case _:
                return one.trip.opened_ms

    full = [place for place in given if value(place) is not None]
    empty = [place for place in given if value(place) is None]
    return sorted(full, key=value, reverse=sort.descending) + empty  # type: ignore[arg-type]
