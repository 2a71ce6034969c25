"""What feeds hand over: data as they arrive, and what a venue tells of its past."""

from collections.abc import Callable, Sequence
from typing import Protocol

from workstation.model.columns import MarketBatch, Records
from workstation.model.derivatives import DerivativeNews, LongShortRatio, OpenInterest
from workstation.model.feed_status import TradesBackfilled
from workstation.model.history import FundingSettlement
from workstation.model.instrument import Instrument

RecordingNews = DerivativeNews | TradesBackfilled
"""What is recorded beside columns."""


class Feed(Protocol):
    """A source of market data: a recording today, a venue tomorrow."""

    @property
    def instruments(self) -> Sequence[Instrument]:
        """What this feed carries; known before `run`."""
        ...

    async def run(self, publish: Callable[[MarketBatch], None]) -> None:
        """Hand over batches in the order received until the source ends or the task is cancelled."""
        ...


class VenueHistory(Protocol):
    """What a venue tells about the past of one of its symbols.

    Every method asks for from_ms ≤ time < to_ms on the venue's clock, answers oldest first and turns as many
    pages as that takes. An answer may begin later than asked: the venue keeps no more.

    Raises (every method):
        HistoryUnavailable: the venue does not keep this, refuses it, or cannot be reached now.
    """

    async def candles(self, symbol: str, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """Rows of CANDLE by opening time; the newest may still be open.

        `buy_volume` is nan and `trades` -1 where the venue does not say them. A timeframe that the venue
        does not offer is unavailable: nothing is resampled here.
        """
        ...

    async def funding(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[FundingSettlement]:
        """Funding settled."""
        ...

    async def open_interest(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[OpenInterest]:
        """Open interest sampled once a period."""
        ...

    async def long_short(
        self, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> Sequence[LongShortRatio]:
        """Long/short ratios sampled once a period."""
        ...
