"""Metrics of the breakout of the three-day range: how far it has come, and of which price."""

from dataclasses import dataclass

import numpy as np

from workstation.analytics.breakout import Breakout, Stage, find_breakouts
from workstation.analytics.volatility import wilder_atr
from workstation.analytics.volume_multiple import running_sums, usual_volumes
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import HOUR_MS
from workstation.metrics.market_metrics import OWN_RULE
from workstation.metrics.metric import Metric, NoData, Unit

RANGE_HOURS = 72
WATCHED_HOURS = 24
ATR_HOURS = 20
LEAST_DAYS = 5
BREAKOUT_WORDS = (
    *("inside", "above level", "below level"),
    *("break", "pullback", "retest held", "confirmed", "failed break"),
)
"""How a symbol stands to its range: where no break counts, then by the stage of the newest that does."""

_PLACES = {
    Stage.BROKEN: 3,
    Stage.PULLBACK: 4,
    Stage.HOLDING: 5,
    Stage.CONFIRMED: 6,
    Stage.FAILED: 7,
}


@dataclass(frozen=True, slots=True)
class RangeBreakout:
    """How a symbol stands to its three-day range.

    Attributes:
        place: in `BREAKOUT_WORDS`.
        level: the price that broke, or of the two ends of the range the nearer one.
    """

    place: int
    level: float


def range_breakout(facts: SymbolFacts) -> RangeBreakout:
    """Look for a breakout of the last day from the range of the three days before it, hour by hour.

    Raises:
        NoData: hours are missing of the range or of the day.
    """
    hours = facts.hours()
    if not len(hours):
        raise NoData("The hourly candles are not known yet")
    # Worked out when an hour has closed, or was corrected.
    return facts.once("range breakout", facts.hours_version, lambda: _found(hours))


def _found(hours: np.ndarray[tuple[int], np.dtype[np.void]]) -> RangeBreakout:
    ends = int(hours["open_ms"][-1]) + HOUR_MS
    from_ms = ends - (RANGE_HOURS + WATCHED_HOURS) * HOUR_MS
    split_ms = ends - WATCHED_HOURS * HOUR_MS
    first, split = np.searchsorted(hours["open_ms"], (from_ms, split_ms))
    if split - first < RANGE_HOURS or len(hours) - split < WATCHED_HOURS:
        known = len(hours) - first
        raise NoData(f"Only {known} of the last {RANGE_HOURS + WATCHED_HOURS} hours are known")
    high = float(hours["high"][first:split].max())
    low = float(hours["low"][first:split].min())
    # One hour before the day, so that its first hour can break.
    day = hours[split - 1 :]
    usual = usual_volumes(day["open_ms"], HOUR_MS, hours["open_ms"], running_sums(hours["volume"]), HOUR_MS)
    multiples = np.where(usual.known_days >= LEAST_DAYS, usual.multiples(day["volume"]), np.nan)
    atr = wilder_atr(hours["high"], hours["low"], hours["close"], ATR_HOURS)[split - 1 :]
    broken: list[Breakout] = []
    for level, way in ((high, 1), (low, -1)):
        breakouts = find_breakouts(day, multiples, atr, level)
        broken += [one for one in breakouts if one.direction == way and one.stage in _PLACES]
    close = float(day["close"][-1])
    if broken:
        newest = max(broken, key=lambda one: (not one.stage.is_over, one.broke_ms))
        return RangeBreakout(_PLACES[newest.stage], newest.level)
    if close > high:
        return RangeBreakout(1, high)
    if close < low:
        return RangeBreakout(2, low)
    return RangeBreakout(0, high if high / close <= close / low else low)


def _stage(facts: SymbolFacts) -> float:
    return float(range_breakout(facts).place)


def _level(facts: SymbolFacts) -> float:
    return range_breakout(facts).level


def _distance(facts: SymbolFacts) -> float:
    return facts.last / range_breakout(facts).level - 1


BREAKOUT_METRICS: tuple[Metric, ...] = (
    Metric(
        "breakout_stage",
        "Breakout of the 3-day range",
        "Breakout",
        Unit.WORD,
        ("hours",),
        300_000,
        "how far a break of the last 24 h out of the range of the 72 h before has come, by closed hourly "
        "candles: it counts with 1.5 times the usual volume; without one, where the last close stands",
        OWN_RULE,
        _stage,
        words=BREAKOUT_WORDS,
    ),
    Metric(
        "breakout_level",
        "Level of the breakout",
        "3 d level",
        Unit.PRICE,
        ("hours",),
        300_000,
        "the end of the 3-day range that broke, or the nearer one",
        OWN_RULE,
        _level,
    ),
    Metric(
        "breakout_distance_rate",
        "Distance from the breakout's level",
        "From level",
        Unit.RATE,
        ("hours", "trades"),
        300_000,
        "last / level of the breakout − 1",
        OWN_RULE,
        _distance,
        decimals=1,
        signed=True,
    ),
)
