"""What a venue is asked for about the past, and what it answers that is not a column."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class HistoryKind(Enum):
    """Kinds of past that venues keep."""

    CANDLES = "candles"
    FUNDING = "funding"
    OPEN_INTEREST = "open_interest"


@dataclass(frozen=True, slots=True)
class FundingSettlement:
    """Funding that was paid.

    Attributes:
        venue, symbol: the instrument.
        settled_ms: the venue's time of the settlement, rounded to the second: venues stamp it a few ms late.
        rate: fraction of the position's notional that longs paid shorts.
        interval_hours: hours since the settlement before; a rate means nothing without them.
    """

    venue: str
    symbol: str
    settled_ms: int
    rate: Decimal
    interval_hours: float
