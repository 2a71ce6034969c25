"""What a venue is asked for about the past, and what it answers."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from workstation.model.derivatives import LongShortRatio, OpenInterest


class HistoryKind(Enum):
    """Kinds of past that venues keep."""

    CANDLES = "candles"
    FUNDING = "funding"
    OPEN_INTEREST = "open_interest"
    LONG_SHORT = "long_short"


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


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """An answer about the past of one symbol.

    Attributes:
        venue, symbol: the instrument.
        request_id: of the question.
        candles: rows of CANDLE as numpy holds them.
        funding, open_interest, long_short: the rest of what was asked, oldest first.
        error: why there is no answer, one sentence; empty where there is one.
        lasting: asking again does not help.
    """

    venue: str
    symbol: str
    request_id: int
    candles: bytes = b""
    funding: tuple[FundingSettlement, ...] = ()
    open_interest: tuple[OpenInterest, ...] = ()
    long_short: tuple[LongShortRatio, ...] = ()
    error: str = ""
    lasting: bool = False
