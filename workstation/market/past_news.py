"""What a venue has told about a symbol's past beside candles: settled funding, open interest, ratios."""

from collections.abc import Sequence

from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.history import FundingSettlement

KEPT_SETTLEMENTS = 9_000
"""A year of hourly ones."""
KEPT_SAMPLES = 4_000


class PastNews:
    """The past of one symbol as far as it has been asked for, oldest first and every moment once.

    Attributes:
        funding: settlements.
        funding_version: grows with every change of them.
        open_interest: samples, usually every five minutes of two days.
        open_interest_version: grows with every change of them.
        long_short: hourly samples of thirty days, as many as venues keep.
        long_short_version: grows with every change of them.
    """

    def __init__(self) -> None:
        self.funding: tuple[FundingSettlement, ...] = ()
        self.funding_version = 0
        self.open_interest: tuple[OpenInterest, ...] = ()
        self.open_interest_version = 0
        self.long_short: tuple[LongShortRatio, ...] = ()
        self.long_short_version = 0

    def add_funding(self, settlements: Sequence[FundingSettlement]) -> None:
        """Take in settlements; one told again takes the place of what was told before."""
        if settlements:
            known = {item.settled_ms: item for item in (*self.funding, *settlements)}
            self.funding = tuple(known[at_ms] for at_ms in sorted(known)[-KEPT_SETTLEMENTS:])
            self.funding_version += 1

    def add_open_interest(self, samples: Sequence[OpenInterest]) -> None:
        """Take in samples; one told again takes the place of what was told before."""
        if samples:
            known = {item.event_ms: item for item in (*self.open_interest, *samples)}
            self.open_interest = tuple(known[at_ms] for at_ms in sorted(known)[-KEPT_SAMPLES:])
            self.open_interest_version += 1

    def add_long_short(self, samples: Sequence[LongShortRatio]) -> None:
        """Take in samples; one told again takes the place of what was told before."""
        if samples:
            known = {item.event_ms: item for item in (*self.long_short, *samples)}
            self.long_short = tuple(known[at_ms] for at_ms in sorted(known)[-KEPT_SAMPLES:])
            self.long_short_version += 1
