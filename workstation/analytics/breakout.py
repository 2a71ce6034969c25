"""Breakouts of a level, stage by stage: break, pullback, retest that holds, or failure.

The rules, for a break upward; downward is the mirror image. Only closed candles count.

* **Break:** a candle closes above the level, the candle before it did not, and its volume is at least 1.5
  times the 30-day average. What "at the level" means from then on is fixed: a share of that candle's ATR.
* **Pullback:** a later candle's low comes down to the level.
* **Retest holds:** buyers return: that candle or a later one closes above the level and above its own open,
  and where the sides of its takers are known, they bought more than they sold. For the next retest the market
  first has to leave the level (a candle whose low stays above it) and come back.
* **Confirmed** when the wanted number of retests has held.
* **Failed** when a candle closes below the level by more than that share; **expired** when too many candles
  have gone by. After either the level waits for another break, in either direction.
"""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.volume_multiple import BREAKOUT_MULTIPLE
from workstation.errors import BadFigure
from workstation.model.columns import Records

Floats = NDArray[np.float64]


class Stage(Enum):
    """How far a breakout has come."""

    BROKEN = "broken"
    PULLBACK = "pullback"
    HOLDING = "retest holding"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_over(self) -> bool:
        """Nothing more comes of it."""
        return self in (Stage.FAILED, Stage.EXPIRED)


@dataclass(frozen=True, slots=True)
class BreakoutRules:
    """The trader's figures.

    Attributes:
        multiple: least volume of the candle that breaks, times the average.
        reach_atr: how near is "at the level", in ATR of the candle that breaks.
        retests: that have to hold.
        lasting: candles after the break within which it has to be confirmed; a confirmed one is watched for
            as long again.
    """

    multiple: float = BREAKOUT_MULTIPLE
    reach_atr: float = 0.25
    retests: int = 2
    lasting: int = 60

    def __post_init__(self) -> None:
        if self.multiple <= 0 or self.reach_atr < 0 or self.retests < 1 or self.lasting < 1:
            raise BadFigure("breakout", "A breakout needs volume, one retest and one candle at least")


@dataclass(frozen=True, slots=True)
class Event:
    """A candle at which a breakout came to a stage.

    Attributes:
        stage: that it came to.
        index: of the candle.
        open_ms: of it.
        price: of a break its close, else how far the candle came back: its low after a break upward.
        retests: that have held by now.
    """

    stage: Stage
    index: int
    open_ms: int
    price: float
    retests: int = 0


@dataclass(frozen=True, slots=True)
class Breakout:
    """One breakout of one level.

    Attributes:
        level: the price.
        direction: +1 upward, -1 downward.
        multiple: the volume of the candle that broke, times the average.
        reach: how near is at the level, quote units.
        stage: it is at.
        retests: that have held.
        wanted: retests that have to hold.
        events: what happened, the break first.
    """

    level: float
    direction: int
    multiple: float
    reach: float
    stage: Stage
    retests: int
    wanted: int
    events: tuple[Event, ...]

    @property
    def broke_ms(self) -> int:
        """When the candle opened that broke."""
        return self.events[0].open_ms


def find_breakouts(
    candles: Records, multiples: Floats, atr: Floats, level: float, rules: BreakoutRules | None = None
) -> tuple[Breakout, ...]:
    """Return every breakout of a level among closed candles, oldest first.

    The next break is looked for once the one before is over, so they never overlap.

    Args:
        candles: (n,) rows of CANDLE, closed ones only, oldest first.
        multiples: (n,) of their volume, nan where the average is unknown: such a candle breaks nothing.
        atr: (n,) average true range at each; nan while there is none: then nothing breaks either.
        level: price.
        rules: the trader's figures.
    """
    rules = rules or BreakoutRules()
    closes = candles["close"]
    if len(closes) < 2:
        return ()
    above = np.sign(closes - level)
    before = above[:-1]
    sides = above[1:]
    strong = (multiples[1:] >= rules.multiple) & ~np.isnan(atr[1:])
    breaks = np.flatnonzero((sides != 0) & (before != sides) & strong) + 1
    found: list[Breakout] = []
    free = 0
    for index in breaks.tolist():
        if index < free:
            continue
        begun = Breakout(
            level=level,
            direction=int(above[index]),
            multiple=float(multiples[index]),
            reach=rules.reach_atr * float(atr[index]),
            stage=Stage.BROKEN,
            retests=0,
            wanted=rules.retests,
            events=(Event(Stage.BROKEN, index, int(candles["open_ms"][index]), float(closes[index])),),
        )
        breakout, free = _followed(begun, candles, index, rules)
        found.append(breakout)
    return tuple(found)


def _followed(breakout: Breakout, candles: Records, broke: int, rules: BreakoutRules) -> tuple[Breakout, int]:
    """A breakout as far as the candles go, and the first candle that may break anew."""
    left = True  # the market has been away from the level since the last retest
    last_watched = broke + rules.lasting
    for index in range(broke + 1, len(candles)):
        if index > last_watched:
            return _at(breakout, Stage.EXPIRED, candles, index), index
        if _fails(breakout, candles[index]):
            return _at(breakout, Stage.FAILED, candles, index), index
        if breakout.stage is Stage.CONFIRMED:
            continue
        touches, returns = _touches(breakout, candles[index]), _returns(breakout, candles[index])
        if breakout.stage is not Stage.PULLBACK and touches and left:
            breakout, left = _at(breakout, Stage.PULLBACK, candles, index), False
        if breakout.stage is Stage.PULLBACK and returns:
            breakout, left = replace(breakout, retests=breakout.retests + 1), False
            is_last = breakout.retests >= rules.retests
            breakout = _at(breakout, Stage.CONFIRMED if is_last else Stage.HOLDING, candles, index)
            if is_last:
                last_watched = index + rules.lasting
        left |= not touches
    return breakout, len(candles)


def _at(breakout: Breakout, stage: Stage, candles: Records, index: int) -> Breakout:
    candle = candles[index]
    adverse = candle["low"] if breakout.direction > 0 else candle["high"]
    event = Event(stage, index, int(candle["open_ms"]), float(adverse), breakout.retests)
    return replace(breakout, stage=stage, events=(*breakout.events, event))


def _fails(breakout: Breakout, candle: np.void) -> bool:
    return bool((candle["close"] - breakout.level) * breakout.direction < -breakout.reach)


def _touches(breakout: Breakout, candle: np.void) -> bool:
    adverse = candle["low"] if breakout.direction > 0 else candle["high"]
    return bool((adverse - breakout.level) * breakout.direction <= breakout.reach)


def _returns(breakout: Breakout, candle: np.void) -> bool:
    """Whether those who broke the level have come back."""
    side = breakout.direction
    delta = 2 * candle["buy_volume"] - candle["volume"]
    return bool(
        (candle["close"] - breakout.level) * side > 0
        and (candle["close"] - candle["open"]) * side > 0
        and not delta * side <= 0  # nan: the sides are not known
    )
