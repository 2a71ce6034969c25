"""Minutes of a market's liquidity: what rested around the middle at the end of each, how late data came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Curves = NDArray[np.float32]

MINUTE_MS = 60_000

DISTANCES_BPS: Floats = np.array(
    [
        *(0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12.5, 15),
        *(17.5, 20, 25, 30, 40, 50, 75, 100),
    ],
    np.float64,
)
"""Distances from the middle at which a book's depth is kept, hundredths of a per cent."""
DEPTHS_BPS = (5, 10, 25)
"""Those of them that are shown."""

DELAY_BINS = 272
"""Of delays, 16 per doubling: from none to about two minutes; what came later is counted in the last."""


@dataclass(frozen=True, slots=True)
class LiquidityMinutes:
    """Minutes of one market, oldest first, each as it stood at its end.

    Attributes:
        start_ms: (n,) int64, when each began, UTC by the venue's clock.
        bid, ask: (n,) best prices; nan where they were not known.
        bid_curve, ask_curve: (n, len(DISTANCES_BPS)) quote units resting within each distance of the middle;
            nan beyond what was known of the book.
        range_bps: (n,) highest over lowest price traded within the minute; nan where nothing was traded.
        delays: (DELAY_BINS,) how many messages came how late, see `analytics.liquidity.delay_bins`.
    """

    start_ms: NDArray[np.int64]
    bid: Floats
    ask: Floats
    bid_curve: Curves
    ask_curve: Curves
    range_bps: Floats
    delays: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start_ms)

    @property
    def mid(self) -> Floats:
        """(n,) the middle of the best prices."""
        middle: Floats = (self.bid + self.ask) / 2
        return middle

    @property
    def spread_bps(self) -> Floats:
        """(n,) the spread."""
        spread: Floats = (self.ask - self.bid) / self.mid * 1e4
        return spread

    def depth(self, within_bps: float) -> Floats:
        """(n,) quote units within a distance of the middle on the thinner side; nan where either is unknown.

        Args:
            within_bps: one of DISTANCES_BPS.
        """
        place = int(np.flatnonzero(within_bps == DISTANCES_BPS)[0])
        thinner: Floats = np.minimum(self.bid_curve[:, place], self.ask_curve[:, place]).astype(np.float64)
        return thinner

    def cut(self, rows: Any) -> "LiquidityMinutes":
        """Those minutes that a mask or a slice picks; the delays stay those of all."""
        return LiquidityMinutes(
            self.start_ms[rows],
            self.bid[rows],
            self.ask[rows],
            self.bid_curve[rows],
            self.ask_curve[rows],
            self.range_bps[rows],
            self.delays,
        )


def no_minutes() -> LiquidityMinutes:
    """Of a market of which nothing is known."""
    nothing, curve = np.zeros(0), np.zeros((0, len(DISTANCES_BPS)), np.float32)
    return LiquidityMinutes(
        np.zeros(0, np.int64), nothing, nothing, curve, curve, nothing, np.zeros(DELAY_BINS, np.int64)
    )


def joined_minutes(parts: Sequence[LiquidityMinutes]) -> LiquidityMinutes:
    """Stretches that follow one another, put together."""
    if not parts:
        return no_minutes()
    return LiquidityMinutes(
        np.concatenate([part.start_ms for part in parts]),
        np.concatenate([part.bid for part in parts]),
        np.concatenate([part.ask for part in parts]),
        np.concatenate([part.bid_curve for part in parts]),
        np.concatenate([part.ask_curve for part in parts]),
        np.concatenate([part.range_bps for part in parts]),
        np.sum([part.delays for part in parts], axis=0, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class BookCoverage:
    """How long a market's book was listened to, and how long it was known.

    Attributes:
        sessions: recordings one after the other that one run of the desk made count as one.
        listened_ms: from the first to the last depth of each session.
        known_ms: of it, in which the book was known.
        gaps: stretches between in which it was not; longest_gap_ms: the longest of them.
        lost_trades: trades that are missing in the record for good.
        from_ms, to_ms: the whole stretch looked at; equal where there is nothing.
    """

    sessions: int
    listened_ms: int
    known_ms: int
    gaps: int
    longest_gap_ms: int
    lost_trades: int
    from_ms: int
    to_ms: int
