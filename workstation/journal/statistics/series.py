"""Series behind the pictures: equity, histogram, excursions, hours by weekdays, actual and passive."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from workstation.analytics.drawdown import Drawdown, balances, deepest_fall, largest_fall
from workstation.analytics.performance import FEW
from workstation.journal.statistics.dimensions import hours_of, weekdays_of
from workstation.journal.statistics.figure import Estimate, mean_of
from workstation.journal.statistics.table import Floats, Measure, Places, Times, TripTable

R_STEP = 0.5
_MOST_BINS = 60
_NEAR, _FAR = 0.005, 0.995  # what lies beyond is far out


@dataclass(frozen=True, slots=True, eq=False)
class Equity:
    """How an account grew, trip by trip.

    Attributes:
        places: (n,) of the trips in the table: those of which the measure is known.
        times_ms: (n + 1,) the first opening, then every close.
        values: (n + 1,) money: the balance, from the starting one or 0; R: Σ R; share: compounded growth.
        falls: (n + 1,) below the peak so far, ≤ 0; a fraction of the peak if share.
        worst: the largest fall; None without trips.
    """

    places: Places
    times_ms: Times
    values: Floats
    falls: Floats
    worst: Drawdown | None


def equity(table: TripTable, measure: Measure) -> Equity:
    """Return the curve of equity with its drawdown."""
    results = table.results(measure)
    places = np.flatnonzero(np.isfinite(results))
    if not len(places):
        empty = np.empty(0)
        return Equity(places, np.empty(0, dtype=np.int64), empty, empty, None)
    known = results[places]
    first = table.opened_ms[places].min(keepdims=True)
    times = np.concatenate((first, table.closed_ms[places]))
    if measure is Measure.SHARE:
        grown = np.concatenate(([1.0], np.cumprod(1.0 + known)))
        falls = grown / np.maximum.accumulate(grown) - 1.0
        return Equity(places, times, grown - 1.0, falls, deepest_fall(grown))
    start = (table.start() or 0.0) if measure is Measure.MONEY else 0.0
    values = balances(known, start)
    return Equity(places, times, values, values - np.maximum.accumulate(values), largest_fall(values))


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How results are spread.

    Attributes:
        edges: (m + 1,) of the bins, multiples of `step`; a bin holds its lower edge.
        counts: (m,) the first and the last also hold what lies beyond.
        step: width of a bin.
        mean: None without results.
        n: results.
    """

    edges: Floats
    counts: Places
    step: float
    mean: float | None
    n: int


def histogram(values: Floats, step: float | None = None) -> Histogram:
    """Return the histogram of results, nan left out.

    Args:
        step: width of a bin; without one a round width that suits their spread (0.5 is usual for R).
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Histogram(np.empty(0), np.empty(0, dtype=np.intp), step or 1.0, None, 0)
    width = step or _round_step(known)
    low, high = floor(known.min() / width), floor(known.max() / width) + 1
    if high - low > _MOST_BINS:  # far outliers would leave everything else in one bin
        near, far = np.quantile(known, (_NEAR, _FAR))
        low, high = max(low, floor(near / width)), min(high, floor(far / width) + 1)
        high = min(high, low + 4 * _MOST_BINS)
    bins = np.clip(np.floor(known / width).astype(np.intp) - low, 0, high - low - 1)
    return Histogram(
        np.arange(low, high + 1) * width,
        np.bincount(bins, minlength=high - low),
        width,
        float(known.mean()),
        len(known),
    )


def _round_step(values: Floats) -> float:
    """Return 1, 2 or 5 times a power of ten, near Freedman and Diaconis' width."""
    lowest, lower, upper, highest = np.quantile(values, (_NEAR, 0.25, 0.75, _FAR))
    wide = max(2 * float(upper - lower) / len(values) ** (1 / 3), float(highest - lowest) / _MOST_BINS)
    if wide <= 1e-12 * max(1.0, float(np.abs(values).max())):  # they are as good as equal
        return 1.0
    power = 10.0 ** floor(log10(wide))
    return power * min((one for one in (1, 2, 5, 10) if one * power >= wide * 0.999), default=10)


@dataclass(frozen=True, slots=True, eq=False)
class Excursions:
    """Points of the scatter of excursions.

    Attributes:
        places: (n,) of the trips in the table.
        mae, mfe, results: (n,) in the measure; the stop lies at −1 R.
        on_tape: (n,) measured on the tape; else on candles, which miss the order of things.
    """

    places: Places
    mae: Floats
    mfe: Floats
    results: Floats
    on_tape: np.ndarray[tuple[int], np.dtype[np.bool_]]


def excursions(table: TripTable, measure: Measure) -> Excursions:
    """Return excursions against results, of the trips of which both are known."""
    mae, mfe = table.in_measure(table.mae, measure), table.in_measure(table.mfe, measure)
    results = table.results(measure)
    places = np.flatnonzero(np.isfinite(mae) & np.isfinite(mfe) & np.isfinite(results))
    sources = (table.trips[place].excursion for place in places)
    on_tape = np.array([one is not None and one.source == "tape" for one in sources], dtype=np.bool_)
    return Excursions(places, mae[places], mfe[places], results[places], on_tape)


@dataclass(frozen=True, slots=True, eq=False)
class HourGrid:
    """Results by weekday and hour of the opening, UTC.

    Attributes:
        sums, counts: (7, 24), Monday first; counts of trips of which the measure is known.
    """

    sums: Floats
    counts: Places

    @property
    def means(self) -> Floats:
        """Mean of each cell; nan where nothing was opened."""
        with np.errstate(invalid="ignore"):
            return self.sums / self.counts

    def few(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Return the cells with less than 30 trips."""
        return self.counts < FEW


def hour_grid(table: TripTable, measure: Measure) -> HourGrid:
    """Return the results of each hour of the week."""
    results = table.results(measure)
    known = np.isfinite(results)
    cells = (weekdays_of(table.opened_ms) * 24 + hours_of(table.opened_ms))[known]
    sums = np.bincount(cells, results[known], minlength=168).astype(np.float64)
    return HourGrid(sums.reshape(7, 24), np.bincount(cells, minlength=168).reshape(7, 24))


@dataclass(frozen=True, slots=True, eq=False)
class AgainstPassive:
    """What managing trades brought over leaving the plan alone.

    Attributes:
        places: (n,) of the trips in the table: those of which both are known.
        actual, passive: (n,) Σ R so far.
        gap: mean of actual − passive per trip, with Student's 95 % interval of the pairs.
        left_out_count: trips without R, or whose plan left alone has no known end.
    """

    places: Places
    actual: Floats
    passive: Floats
    gap: Estimate
    left_out_count: int


def against_passive(table: TripTable, passive_r: Mapping[str, float]) -> AgainstPassive:
    """Return both curves over the same trips.

    Args:
        passive_r: R of the plan left alone, by trip id.
    """
    passive = np.array([passive_r.get(one.trip.trip_id, np.nan) for one in table.trips], dtype=np.float64)
    places = np.flatnonzero(np.isfinite(passive) & np.isfinite(table.r))
    actual, alone = table.r[places], passive[places]
    return AgainstPassive(
        places, np.cumsum(actual), np.cumsum(alone), mean_of(actual - alone), len(table) - len(places)
    )
