"""What the trader wants to be told of, and what has been told: the words that are kept on disk."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal
from uuid import uuid4

import msgspec

from workstation.alerts.expression import MOST_CHARACTERS, parse
from workstation.metrics.metric import Metric, Unit
from workstation.metrics.registry import METRIC_BY_KEY
from workstation.model.levels import AlertTrigger

Finite = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=31 * 86_400)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Sound = Literal["chime", "rise", "alarm", "none"]
SOUNDS: tuple[Sound, ...] = ("chime", "rise", "alarm", "none")

MOST_NOTE_CHARACTERS = 200


class PriceCross(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="price"):
    """The last price crosses a price.

    Attributes:
        price: quote per base unit, above 0.
        direction: which way.
        hysteresis: how far the price must have gone back beyond it before another crossing counts.
    """

    price: Annotated[float, msgspec.Meta(gt=0, le=1e15)]
    direction: Literal["up", "down", "either"] = "either"
    hysteresis: Annotated[float, msgspec.Meta(ge=0, le=1e15)] = 0.0


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="metric"):
    """A metric reaches a value.

    Attributes:
        metric: its key.
        side: "above" (≥) or "below" (≤).
        value: in the metric's unit; a rate is a fraction.
        hysteresis: how far it must go back before it can be told again, in the same unit.

    Raises:
        ValueError: there is no such metric, or it is one of words.
    """

    metric: Name
    side: Literal["above", "below"]
    value: Finite
    hysteresis: Annotated[float, msgspec.Meta(ge=0, le=1e15)] = 0.0

    def __post_init__(self) -> None:
        metric = METRIC_BY_KEY.get(self.metric)
        if metric is None:
            raise ValueError(f"there is no metric {self.metric}")
        if metric.unit is Unit.WORD:
            raise ValueError(f"{self.metric} is told in words: write an expression")

    @property
    def of(self) -> Metric:
        """The metric."""
        return METRIC_BY_KEY[self.metric]


class Formula(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="expression"):
    """An expression over metrics comes true.

    Raises:
        ExpressionError: it cannot be read.
    """

    text: Annotated[str, msgspec.Meta(max_length=MOST_CHARACTERS)]

    def __post_init__(self) -> None:
        parse(self.text)


class LevelReached(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="level"):
    """The market reaches a level that the trader has drawn. The level itself says when; see `LevelBook`.

    Attributes:
        level_id: of the drawing.
        price: where it stood, quote per base unit.
        name: the trader's word for it; "" without one.
        trigger: what the market has to do there.
        timeframe_ms: of the candles whose close counts.
    """

    level_id: Name
    price: float
    name: str
    trigger: AlertTrigger
    timeframe_ms: int


class EventAhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="event"):
    """An event of the calendar comes near. The event itself says how long before; no rule is made of it.

    Attributes:
        title: of the event.
        start_ms: when it takes place, UTC.
        lead_m: so many minutes before.
    """

    title: Annotated[str, msgspec.Meta(max_length=200)]
    start_ms: int
    lead_m: float


AlertCondition = PriceCross | Threshold | Formula | LevelReached | EventAhead


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One alert.

    Attributes:
        rule_id: its own for ever.
        market: key of the market it belongs to ("binance_usdm", "simulated", "replay").
        symbols: what it watches; () for every symbol followed.
        condition: what has to happen.
        repeat: "once" (for each symbol), or "every" time it happens anew.
        cooldown_s: of a repeated one, seconds after a telling in which it is not told again.
        held_s: seconds for which a metric or an expression must hold without a break before it is told.
        expires_ms: our clock, UTC; from then on nothing is told. None for never.
        paused: nothing is watched.
        sound: what it sounds like.
        note: the trader's words.
        created_ms: our clock.
    """

    rule_id: Name
    market: Name
    symbols: tuple[Name, ...]
    condition: AlertCondition
    repeat: Literal["once", "every"] = "once"
    cooldown_s: Seconds = 60.0
    held_s: Seconds = 0.0
    expires_ms: int | None = None
    paused: bool = False
    sound: Sound = "chime"
    note: Annotated[str, msgspec.Meta(max_length=MOST_NOTE_CHARACTERS)] = ""
    created_ms: int = 0


class Latch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is remembered of a rule on one symbol, so that a restart tells nothing twice and forgets nothing.

    Attributes:
        rule_id, symbol: whose.
        side: of a crossing, where the price was: +1 above, −1 below, 0 not known.
        at: the price that side was of; another price begins anew.
        told: the condition has been told and has not ended since.
        count: how often it has been told.
        fired_ms: our clock at the newest telling; 0 before the first.
    """

    rule_id: Name
    symbol: Name
    side: int = 0
    at: float = 0.0
    told: bool = False
    count: int = 0
    fired_ms: int = 0


class Firing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One telling.

    Attributes:
        number: rises by one with each, and is never given twice.
        rule_id, market, symbol, condition, note, sound: as the rule had them.
        value: what the price or metric was; None for an expression.
        fired_ms: our clock.
        market_ms: the venue's time.
        seen: it has been looked at in the history, or put away.
    """

    number: int
    rule_id: Name
    market: Name
    symbol: Name
    condition: AlertCondition
    value: float | None
    fired_ms: int
    market_ms: int
    note: str = ""
    sound: Sound = "chime"
    seen: bool = False


@dataclass(frozen=True, slots=True)
class AlertFired:
    """Published on the bus for every firing, once it is on disk."""

    firing: Firing


class RuleState(Enum):
    """How a rule stands on a symbol."""

    ARMED = "armed"  # it is watched
    WAITING = "waiting"  # it was told, or has just begun to hold: something must happen first
    FIRED = "fired"  # it was told and is done
    NO_DATA = "no data"  # what it watches is not known, or stale; it cannot fire
    PAUSED = "paused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How a rule stands on one symbol now.

    Attributes:
        state: in a word.
        value: of the price or metric watched; None for an expression, and where it is not known.
        why: one sentence where the state needs one.
        holds: the condition is so now; None where that cannot be said.
    """

    state: RuleState
    value: float | None = None
    why: str = ""
    holds: bool | None = None


def new_rule_id() -> str:
    """An id that no rule has."""
    return uuid4().hex
