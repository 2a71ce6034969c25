"""What a metric is: a name, a unit, what it is made of and how, and what reading it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workstation.metrics.facts import SymbolFacts

Scope = Literal["symbol", "venue", "account", "order"]
"""What a metric is about; one of a venue, an account or an order reads the same under every symbol."""


class Unit(Enum):
    """What a metric's value counts; its name on screen is the value."""

    PRICE = "price"  # quote units per base unit
    QUOTE = "quote"  # money, in quote units
    SIZE = "size"  # the instrument's unit of size: base units, or contracts if inverse
    RATE = "%"  # a fraction: 0.01 is 1 %
    BPS = "bp"  # hundredths of a per cent: 1 is 0.01 %
    TIMES = "×"
    NUMBER = ""
    SECONDS = "s"
    HOURS = "h"
    PER_SECOND = "/s"
    WORD = "word"  # the place in the metric's `words`


class ReadingState(Enum):
    """Whether a value can be relied on."""

    OK = "ok"
    STALE = "stale"  # it was so; what it is made of has not come for longer than it may
    NO_DATA = "no data"


class NoData(Exception):
    """A metric cannot be known now; the text says why, in the trader's words. Never shown as a failure."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that can be known, declared once for columns, alerts, checklists and the journal.

    Attributes:
        key: its name in expressions and files; rates end in `_rate` or `_bps`, times in `_s` or `_h`.
        title: its name on screen, without the unit.
        short: the same for a narrow column.
        unit: what its value counts.
        inputs: keys of `workstation.metrics.inputs.INPUTS` that it is made of.
        max_age_ms: how old the oldest of its inputs may be before it is stale; None for one that cannot be.
        formula: how it is worked out, in words.
        source: where the definition comes from.
        compute: works it out, or raises `NoData`.
        decimals: digits shown behind the point; of PRICE and SIZE the instrument's own.
        signed: a sign is always shown.
        words: of a WORD, what its values 0, 1 … stand for.
        scope: what it is about.
        own_unit: of a NUMBER, how its unit is written where its source names one.
    """

    key: str
    title: str
    short: str
    unit: Unit
    inputs: tuple[str, ...]
    max_age_ms: int | None
    formula: str
    source: str
    compute: "Callable[[SymbolFacts], float]"
    decimals: int = 2
    signed: bool = False
    words: tuple[str, ...] = ()
    scope: Scope = "symbol"
    own_unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a metric answers about a symbol.

    Attributes:
        value: in the metric's unit; None without data, the last known while stale.
        time_ms: our clock when the oldest of what it is made of came; 0 without data.
        source: who told what it is made of: "binance_usdm book".
        state: whether it can be relied on.
        why: one sentence where it cannot; empty where it can.
    """

    value: float | None
    time_ms: int
    source: str
    state: ReadingState
    why: str = ""

    @property
    def is_ok(self) -> bool:
        """It has a value that holds now."""
        return self.state is ReadingState.OK
