"""Under what conditions a round trip was opened: session, moon, volatility of its market, funding."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from workstation.analytics.moon import MoonPhase, nearest_phase
from workstation.analytics.volatility import wilder_atr
from workstation.errors import BadFigure
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.past_metrics import ATR_HOURS, ATR_MEAN_HOURS
from workstation.model.columns import Records
from workstation.model.history import FundingSettlement
from workstation.model.journal import RoundTrip
from workstation.model.sessions import SESSION_STARTS_H, SESSIONS
from workstation.ports import History

SESSION, MOON, VOLATILITY, FUNDING = "session", "moon phase", "volatility regime", "funding regime"
CONDITIONS = (SESSION, MOON, VOLATILITY, FUNDING)
"""Names of conditions, as they stand in `ReviewedTrip.conditions`."""

NOTED_RATE, DANGER_RATE = 0.0001, 0.0005
"""Funding for eight hours: above the first worth a note, above the second a danger."""

_MOONS = {
    MoonPhase.NEW: "new moon",
    MoonPhase.FIRST_QUARTER: "first quarter",
    MoonPhase.FULL: "full moon",
    MoonPhase.LAST_QUARTER: "last quarter",
}
_NEEDED_HOURS = ATR_HOURS + ATR_MEAN_HOURS - 1
_READ_HOURS = _NEEDED_HOURS + 200
"""Wilder's average remembers: of what was before these, less than a thousandth is left."""


def session_of(time_ms: int) -> str:
    """Return the session of a moment, by its hour in UTC."""
    hour = time_ms // HOUR_MS % 24
    return SESSIONS[bisect_right(SESSION_STARTS_H, hour) - 1]


def moon_of(time_ms: int) -> str | None:
    """Return the phase that is nearest to the hour of a moment; None before 1972."""
    return _moon_of_hour(time_ms // HOUR_MS)


@lru_cache(maxsize=8192)
def _moon_of_hour(hour: int) -> str | None:
    time_ms = hour * HOUR_MS
    try:
        events = [nearest_phase(phase, time_ms) for phase in MoonPhase]
    except BadFigure:
        return None
    return _MOONS[min(events, key=lambda event: abs(event.time_ms - time_ms)).phase]


def volatility_of(hours: Records, time_ms: int) -> str | None:
    """Return whether ATR(20) was above the mean of its last 50 values when a trade was opened.

    Args:
        hours: hourly candles, oldest first; those that had not closed yet do not count.
        time_ms: when it was opened.

    Returns:
        "ATR above its mean" or "ATR below its mean"; None where too few candles in a row lead up to it.
    """
    ended = int(np.searchsorted(hours["open_ms"], time_ms - HOUR_MS, side="right"))
    closed = hours[max(0, ended - _READ_HOURS) : ended]
    if not len(closed) or closed["open_ms"][-1] + 2 * HOUR_MS <= time_ms:
        return None
    breaks = np.flatnonzero(np.diff(closed["open_ms"]) != HOUR_MS)
    closed = closed[int(breaks[-1]) + 1 :] if len(breaks) else closed
    if len(closed) < _NEEDED_HOURS:
        return None
    line = wilder_atr(closed["high"], closed["low"], closed["close"], ATR_HOURS)
    return "ATR above its mean" if line[-1] > line[-ATR_MEAN_HOURS:].mean() else "ATR below its mean"


def funding_of(settlements: Sequence[FundingSettlement], time_ms: int) -> str | None:
    """Return what funding was when a trade was opened, by the settlement before it, for eight hours.

    Args:
        settlements: oldest first.
        time_ms: when it was opened.

    Returns:
        "negative", "usual", "raised" or "extreme"; None where the settlement before is not known.
    """
    place = bisect_right(settlements, time_ms, key=lambda one: one.settled_ms)
    if not place:
        return None
    before = settlements[place - 1]
    if before.settled_ms + 2 * before.interval_hours * HOUR_MS < time_ms:
        return None
    rate = float(before.rate) * 8 / before.interval_hours
    if rate < 0:
        return "negative"
    if rate <= NOTED_RATE:
        return "usual"
    return "raised" if rate <= DANGER_RATE else "extreme"


def conditions_of(trips: Sequence[RoundTrip], history: History | None) -> dict[str, dict[str, str]]:
    """Return the conditions of trips by id and name, those that can be known.

    Args:
        trips: any.
        history: the stored past, read once a symbol; None where there is none.

    Raises:
        DataDirectoryError: the past cannot be read.
    """
    found: dict[str, dict[str, str]] = {}
    by_symbol: dict[tuple[str, str], list[RoundTrip]] = {}
    for trip in trips:
        words = found[trip.trip_id] = {SESSION: session_of(trip.opened_ms)}
        moon = moon_of(trip.opened_ms)
        if moon is not None:
            words[MOON] = moon
        by_symbol.setdefault((trip.venue, trip.symbol), []).append(trip)
    if history is None:
        return found
    for (venue, symbol), those in by_symbol.items():
        first, last = min(trip.opened_ms for trip in those), max(trip.opened_ms for trip in those)
        hours, _ = history.candles(venue, symbol, HOUR_MS, first - _READ_HOURS * HOUR_MS, last)
        settled = history.funding(venue, symbol, first - 24 * HOUR_MS, last + 1)
        for trip in those:
            volatility, funding = volatility_of(hours, trip.opened_ms), funding_of(settled, trip.opened_ms)
            if volatility is not None:
                found[trip.trip_id][VOLATILITY] = volatility
            if funding is not None:
                found[trip.trip_id][FUNDING] = funding
    return found
