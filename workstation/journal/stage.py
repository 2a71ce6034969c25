"""What a stored market is played into: a clock that is the cursor, and a bus and a market as the desk has."""

from dataclasses import dataclass

from workstation.market.state import Market
from workstation.runtime.bus import Bus


class CursorClock:
    """The time of the cursor: what stands still while the machine does, so that nothing grows old."""

    def __init__(self) -> None:
        self.moment_ms = 0

    def now_ms(self) -> int:
        """The cursor, venue's clock."""
        return self.moment_ms

    def monotonic(self) -> float:
        """Seconds of it."""
        return self.moment_ms / 1_000


@dataclass(frozen=True, slots=True)
class Stage:
    """What the market is played into: that of a headless program without a feed, for the desk's own panels.

    Attributes:
        cursor: the clock of that program.
        bus: hears `MarketReset` when the cursor has jumped.
        market: holds the state at the cursor.
    """

    cursor: CursorClock
    bus: Bus
    market: Market
