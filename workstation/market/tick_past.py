"""The last trade of each step of time of a market before those that are held, read out of the store."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from workstation.market.past_reader import Job
from workstation.ports import History

Times = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Read:
    from_ms: int
    to_ms: int
    times: Times
    prices: Floats


class TickPast:
    """What the store has of a stretch that grows at both ends; a `Wanting` of a `PastReader`.

    Attributes:
        version: grows with everything that was read.
    """

    def __init__(self, venue: str, symbol: str, step_ms: int) -> None:
        """Read nothing yet.

        Args:
            step_ms: of each so many ms the last trade is taken.
        """
        self.error = ""
        self.version = 0
        self._market = venue, symbol
        self._step_ms = step_ms
        self._wanted = 0, 0
        self._read: tuple[int, int] | None = None
        self._times: Times = np.zeros(0, np.int64)
        self._prices: Floats = np.zeros(0)

    def want(self, from_ms: int, to_ms: int) -> None:
        """Have from_ms ≤ time < to_ms read, as far as it has not been."""
        self._wanted = from_ms, to_ms

    def covers(self, from_ms: int, to_ms: int) -> bool:
        """All that is stored of from_ms ≤ time < to_ms has been read."""
        return self._read is not None and self._read[0] <= from_ms and to_ms <= self._read[1]

    def ticks(self, from_ms: int, to_ms: int) -> tuple[Times, Floats]:
        """Times and prices with from_ms ≤ time < to_ms, as far as they have been read."""
        first, last = np.searchsorted(self._times, (from_ms, to_ms))
        return self._times[first:last], self._prices[first:last]

    def jobs(self, now: float) -> list[Job]:  # noqa: ARG002
        """What is lacking."""
        from_ms, to_ms = self._wanted
        if from_ms >= to_ms or self.covers(from_ms, to_ms):
            return []
        if self._read is not None and self._read[0] <= from_ms <= self._read[1]:
            from_ms = self._read[1]
        return [((from_ms, "ticks"), partial(self._load, from_ms, to_ms))]

    def put(self, found: object, now: float) -> None:  # noqa: ARG002
        """Take in what a job found."""
        if not isinstance(found, _Read):
            return
        times, prices, from_ms = found.times, found.prices, found.from_ms
        if self._read is not None and from_ms == self._read[1]:
            # Windows move on: what lies before the one that is wanted is let go.
            kept = np.searchsorted(self._times, self._wanted[0])
            times = np.concatenate((self._times[kept:], times))
            prices = np.concatenate((self._prices[kept:], prices))
            from_ms = max(self._read[0], self._wanted[0])
        self._read, self._times, self._prices = (from_ms, found.to_ms), times, prices
        self.version += 1

    def _load(self, from_ms: int, to_ms: int, history: History) -> object:
        """On the reader's thread."""
        times, prices = history.last_trades(*self._market, self._step_ms, from_ms, to_ms)
        return _Read(from_ms, to_ms, times, prices)
