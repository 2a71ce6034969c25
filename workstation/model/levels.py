"""Levels: prices that a trader has named, and what is to be told when the market reaches one."""

from dataclasses import dataclass
from enum import Enum

import msgspec

LEAST_CLOSE_MS = 1_000
GREATEST_CLOSE_MS = 366 * 86_400_000


class AlertTrigger(Enum):
    """What a market has to do at a level to be told of."""

    CROSS = "cross"  # trade on the other side of it than before
    TOUCH = "touch"  # trade at it, from whichever side
    CLOSE = "close"  # close a candle on the other side of it than the candle before


class AlertRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a level tells of itself.

    Attributes:
        trigger: what the market has to do there.
        timeframe_ms: width of the candles whose close counts; of no account for the other triggers.

    Raises:
        ValueError: candles so narrow or wide do not exist.
    """

    trigger: AlertTrigger
    timeframe_ms: int = 60_000

    def __post_init__(self) -> None:
        if not LEAST_CLOSE_MS <= self.timeframe_ms <= GREATEST_CLOSE_MS:
            raise ValueError(f"a candle of {self.timeframe_ms} ms cannot close")


@dataclass(frozen=True, slots=True)
class Level:
    """One horizontal price that a trader has drawn.

    Attributes:
        level_id: of the drawing; the same for as long as it exists, whatever is changed about it.
        venue, symbol: the market, as `Instrument` spells it.
        price: quote per base unit.
        name: the trader's word for it; "" without one.
        alert: what is to be told, None for nothing.
    """

    level_id: str
    venue: str
    symbol: str
    price: float
    name: str
    alert: AlertRule | None
