"""When the moon is new, full or half: Meeus' series, offline, within half a minute of the Naval Observatory.

The series gives dynamical time, which runs 32.184 s + leap seconds (about 70 s) ahead of UTC.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from math import cos, floor, radians, sin

from workstation.errors import BadFigure

_EPOCH_JD = 2_440_587.5  # 1970-01-01 00:00
_DAY_MS = 86_400_000
_MONTH_DAYS = 29.530588861
_FIRST_NEW_MOON_JD = 2_451_550.09766  # lunation 0: 6 January 2000


class MoonPhase(Enum):
    """Phases by the quarter of a lunation after the new moon."""

    NEW = "new"
    FIRST_QUARTER = "first_quarter"
    FULL = "full"
    LAST_QUARTER = "last_quarter"


_QUARTERS = {
    MoonPhase.NEW: 0.0,
    MoonPhase.FIRST_QUARTER: 0.25,
    MoonPhase.FULL: 0.5,
    MoonPhase.LAST_QUARTER: 0.75,
}


@dataclass(frozen=True, slots=True)
class MoonEvent:
    """A phase and its moment, UTC in milliseconds."""

    phase: MoonPhase
    time_ms: int


def nearest_phase(phase: MoonPhase, time_ms: int) -> MoonEvent:
    """Return the occurrence of a phase nearest to a time.

    Raises:
        BadFigure: before 1972, when UTC had no leap seconds yet.
    """
    around = _lunation(time_ms)
    candidates = [
        MoonEvent(phase, _utc_ms(dynamical_day(phase, floor(around) + step))) for step in (-1, 0, 1)
    ]
    return min(candidates, key=lambda event: abs(event.time_ms - time_ms))


def phases_between(start_ms: int, end_ms: int) -> Iterator[MoonEvent]:
    """Yield every phase from a time on and before another, in order."""
    for lunation in range(floor(_lunation(start_ms)) - 1, floor(_lunation(end_ms)) + 2):
        for phase in MoonPhase:
            time_ms = _utc_ms(dynamical_day(phase, lunation))
            if start_ms <= time_ms < end_ms:
                yield MoonEvent(phase, time_ms)


def dynamical_day(phase: MoonPhase, lunation: int) -> float:
    """Return the Julian ephemeris day (dynamical time) of a phase of a lunation counted from January 2000.

    Source: J. Meeus, "Astronomical Algorithms", 2nd edition, chapter 49.
    """
    k = lunation + _QUARTERS[phase]
    t = k / 1236.85
    day = _FIRST_NEW_MOON_JD + _MONTH_DAYS * k + (0.00015437 + (-0.000000150 + 0.00000000073 * t) * t) * t * t
    eccentricity = 1 - (0.002516 + 0.0000074 * t) * t
    sun = radians((2.5534 + 29.10535670 * k - (0.0000014 + 0.00000011 * t) * t * t) % 360)
    moon = radians(
        (201.5643 + 385.81693528 * k + (0.0107582 + (0.00001238 - 0.000000058 * t) * t) * t * t) % 360
    )
    latitude = radians(
        (160.7108 + 390.67050284 * k - (0.0016118 + (0.00000227 - 0.000000011 * t) * t) * t * t) % 360
    )
    node = radians((124.7746 - 1.56375588 * k + (0.0020672 + 0.00000215 * t) * t * t) % 360)
    day += _NODE_TERM * sin(node)
    for amount, suns, moons, latitudes in _TERMS[phase]:
        angle = suns * sun + moons * moon + latitudes * latitude
        day += amount * 1e-5 * float(eccentricity ** abs(suns)) * sin(angle)
    if phase in (MoonPhase.FIRST_QUARTER, MoonPhase.LAST_QUARTER):
        width = (
            0.00306
            - 0.00038 * eccentricity * cos(sun)
            + 0.00026 * cos(moon)
            - 0.00002 * cos(moon - sun)
            + 0.00002 * cos(moon + sun)
            + 0.00002 * cos(2 * latitude)
        )
        day += width if phase is MoonPhase.FIRST_QUARTER else -width
    for days, start, speed in _PLANETS:
        day += days * sin(radians((start + speed * k) % 360))
    return day + 0.000325 * sin(radians((299.77 + 0.107408 * k - 0.009173 * t * t) % 360))


def _lunation(time_ms: int) -> float:
    return (time_ms / _DAY_MS + _EPOCH_JD - _FIRST_NEW_MOON_JD) / _MONTH_DAYS


def _utc_ms(dynamical: float) -> int:
    ms = round((dynamical - _EPOCH_JD) * _DAY_MS)
    # The leap second that is in force barely depends on the minute by which the two times differ.
    past = bisect_right(_LEAP_STARTS_MS, ms - 70_000)
    if past == 0:
        raise BadFigure("time", "Moon phases are reckoned from 1972 on: UTC had no leap seconds before")
    return ms - 32_184 - 1000 * (9 + past)


_NODE_TERM = -0.00017

# Amounts in 0.00001 days at new and at full moon, and the multiples of the sun's anomaly, of the moon's
# anomaly and of its argument of latitude.
_SYZYGIES = (
    (-40720, -40614, 0, 1, 0), (17241, 17302, 1, 0, 0), (1608, 1614, 0, 2, 0), (1039, 1043, 0, 0, 2),
    (739, 734, -1, 1, 0), (-514, -515, 1, 1, 0), (208, 209, 2, 0, 0), (-111, -111, 0, 1, -2),
    (-57, -57, 0, 1, 2), (56, 56, 1, 2, 0), (-42, -42, 0, 3, 0), (42, 42, 1, 0, 2), (38, 38, 1, 0, -2),
    (-24, -24, -1, 2, 0), (-7, -7, 2, 1, 0), (4, 4, 0, 2, -2), (4, 4, 3, 0, 0), (3, 3, 1, 1, -2),
    (3, 3, 0, 2, 2), (-3, -3, 1, 1, 2), (3, 3, -1, 1, 2), (-2, -2, -1, 1, -2), (-2, -2, 1, 3, 0),
    (2, 2, 0, 4, 0),
)  # fmt: skip
_HALVES = (
    (-62801, 0, 1, 0), (17172, 1, 0, 0), (-1183, 1, 1, 0), (862, 0, 2, 0), (804, 0, 0, 2), (454, -1, 1, 0),
    (204, 2, 0, 0), (-180, 0, 1, -2), (-70, 0, 1, 2), (-40, 0, 3, 0), (-34, -1, 2, 0), (32, 1, 0, 2),
    (32, 1, 0, -2), (-28, 2, 1, 0), (27, 1, 2, 0), (-5, -1, 1, -2), (4, 0, 2, 2), (-4, 1, 1, 2),
    (4, -2, 1, 0), (3, 1, 1, -2), (3, 3, 0, 0), (2, 0, 2, -2), (2, -1, 1, 2), (-2, 1, 3, 0),
)  # fmt: skip
_NEW = tuple((row[0], *row[2:]) for row in _SYZYGIES)
_FULL = tuple((row[1], *row[2:]) for row in _SYZYGIES)
_TERMS = {
    MoonPhase.NEW: _NEW,
    MoonPhase.FIRST_QUARTER: _HALVES,
    MoonPhase.FULL: _FULL,
    MoonPhase.LAST_QUARTER: _HALVES,
}

# What the planets add: amount in days, degrees at lunation 0 and degrees per lunation.
_PLANETS = (
    (0.000165, 251.88, 0.016321), (0.000164, 251.83, 26.651886), (0.000126, 349.42, 36.412478),
    (0.000110, 84.66, 18.206239), (0.000062, 141.74, 53.303771), (0.000060, 207.14, 2.453732),
    (0.000056, 154.84, 7.306860), (0.000047, 34.52, 27.261239), (0.000042, 207.19, 0.121824),
    (0.000040, 291.34, 1.844379), (0.000037, 161.72, 24.198154), (0.000035, 239.56, 25.513099),
    (0.000023, 331.55, 3.592518),
)  # fmt: skip

# Months from whose first day atomic time is 10, 11, 12 … seconds ahead of UTC (IERS Bulletin C).
_LEAP_DAYS = (
    (1972, 1), (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1), (1979, 1),
    (1980, 1), (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1), (1991, 1), (1992, 7),
    (1993, 7), (1994, 7), (1996, 1), (1997, 7), (1999, 1), (2006, 1), (2009, 1), (2012, 7), (2015, 7),
    (2017, 1),
)  # fmt: skip
_LEAP_STARTS_MS = tuple(
    int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000 for year, month in _LEAP_DAYS
)
