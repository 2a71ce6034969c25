"""Results by calendar day (UTC), and the returns of the days on the balance that each began with."""

from dataclasses import dataclass

import numpy as np

from workstation.journal.statistics.table import Floats, Measure, Places, TripTable

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Every day from the first opening to the last close, also those without a trade.

    Attributes:
        first: days since 1970.
        results: (n,) net results of what was closed on each day.
        counts: (n,) round trips closed, of which the measure is known.
    """

    first: int
    results: Floats
    counts: Places


def by_day(table: TripTable, measure: Measure = Measure.MONEY) -> Days:
    """Return the results of each day, booked when a round trip was closed."""
    if not len(table):
        return Days(0, np.empty(0), np.empty(0, dtype=np.intp))
    first = int(table.opened_ms.min() // DAY_MS)
    days = (table.closed_ms // DAY_MS - first).astype(np.intp)
    length = int(days.max()) + 1
    values = table.results(measure)
    known = np.isfinite(values)
    results: Floats = np.bincount(days[known], values[known], minlength=length).astype(np.float64)
    return Days(first, results, np.bincount(days[known], minlength=length))


def on_day(table: TripTable, day: int) -> Places:
    """Return the places of the trips that were closed on a day, counted from 1970."""
    edges = np.array([day * DAY_MS, (day + 1) * DAY_MS])
    first, last = np.searchsorted(table.closed_ms, edges)
    return np.arange(first, last, dtype=np.intp)


def daily_returns(table: TripTable) -> tuple[Floats | None, str]:
    """Return each day's result as a fraction of the balance it began with; None, and why, if unknown."""
    start = table.start()
    if start is None:
        return None, table.mixed or "The starting balance is not known: type it in to see this"
    results = by_day(table).results
    before = start + np.concatenate(([0.0], np.cumsum(results)[:-1]))
    if (before <= 0).any():
        return None, "The balance was not above zero on some day: there is no return"
    return results / before, ""
