"""Texts of the list of round trips: the cells of one, and the sums of a day."""

from decimal import Decimal

from ui import format
from ui.positions.figures import signed, trend
from ui.review.trip_columns import TripColumn
from ui.review.trip_index import Sums, TripIndex
from ui.review.trip_words import coin_of


def cell(index: TripIndex, place: int, column: TripColumn, setup: str, *, with_date: bool) -> tuple[str, str]:
    """(text, token of its colour) of one cell.

    Args:
        index: the round trips.
        place: which of them.
        column: of the list.
        setup: as the trader calls the setup; empty without one.
        with_date: where the list does not stand by days.
    """
    trip, net, r = index.trips[place].trip, index.net[place], index.r[place]
    is_open = trip.closed_ms is None
    if column is TripColumn.TIME:
        time = format.utc_time(trip.opened_ms)[:5]
        return (f"{format.utc_date(trip.opened_ms)[2:]} {time}" if with_date else time), "muted"
    if column is TripColumn.SYMBOL:
        return coin_of(trip.symbol, trip.asset), "text"
    if column is TripColumn.SIDE:
        return trip.direction.value, "up" if trip.direction.sign > 0 else "down"
    if column is TripColumn.SETUP:
        name = setup or format.NO_FIGURE
        return ("open" if is_open else name), "accent" if is_open else "muted"
    if column is TripColumn.R:
        return signed(r), "muted" if is_open else trend(r)
    if column is TripColumn.MONEY:
        return signed(net, _decimals(net)), "muted" if is_open else trend(net, _decimals(net))
    rate = index.rate(place)
    percent = None if rate is None else rate * 100
    return signed(percent), "muted" if is_open else trend(percent)


def sum_text(column: TripColumn, sums: Sums) -> tuple[str, str]:
    """(text, token) of a day's sum under a column; empty where the column has none."""
    if not sums.n:
        return "", "muted"
    if column is TripColumn.R:
        return (signed(sums.r), trend(sums.r)) if sums.with_r else ("", "muted")
    if column is TripColumn.MONEY:
        if len(sums.money) != 1:
            return "several coins", "muted"
        net = sums.money[0][1]
        return signed(net, _decimals(net)), trend(net, _decimals(net))
    if column is TripColumn.RATE and sums.rate is not None:
        return signed(sums.rate * 100), trend(sums.rate * 100)
    return "", "muted"


def _decimals(net: Decimal) -> int:
    """Places behind the point of an amount: more for coins of which a little is much."""
    return 2 if not net or abs(net) >= Decimal("0.1") else 6
