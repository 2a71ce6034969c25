"""How the data of venues arrived: runs of listening, the states within them, how late messages were."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.model.feed_status import FeedProblem, FeedState
from workstation.model.liquidity import DELAY_BINS

WHOLE_VENUE = ""
"""Stands for the symbol where the whole venue is meant."""


@dataclass(frozen=True, slots=True)
class FeedChange:
    """From a moment on the data of a symbol stood so.

    Attributes:
        symbol: in the venue's spelling, or WHOLE_VENUE.
        state: where they stood; None: they were no longer followed.
        problem: the kind of trouble.
        at_ms: UTC, our clock.
    """

    symbol: str
    state: FeedState | None
    problem: FeedProblem
    at_ms: int


@dataclass(frozen=True, slots=True)
class FeedSpell:
    """A stretch in which the data of a symbol stood so.

    Attributes:
        state, problem: where they stood, and the kind of trouble.
        from_ms, to_ms: UTC, our clock; the end is the next change, or the last moment known to be listened.
    """

    state: FeedState
    problem: FeedProblem
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class FeedDelays:
    """How late messages of a symbol were, within their minute.

    Attributes:
        symbol: whose.
        from_ms, to_ms: when they were taken in, UTC, our clock.
        counts: (DELAY_BINS,) how many came how late, see `analytics.liquidity.delay_bins`.
    """

    symbol: str
    from_ms: int
    to_ms: int
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """What is stored of how one symbol's data arrived.

    Attributes:
        runs: spells of each run of listening, oldest first; a run ends where the desk did, or was suspended.
        delays: (DELAY_BINS,) of all stored messages.
    """

    runs: tuple[tuple[FeedSpell, ...], ...]
    delays: NDArray[np.int64]


def no_record() -> FeedRecord:
    """Of a market of which nothing is stored."""
    return FeedRecord((), np.zeros(DELAY_BINS, np.int64))
