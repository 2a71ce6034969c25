"""Keeps one symbol's trades whole: by their ids, what came twice is dropped and what is missing is a hole."""

import numpy as np

from workstation.model.columns import TRADE, Records

HOLD_S = 4.0
"""How long newer trades wait for a hole before them to be filled, so that they can go on in order."""

Range = tuple[int, int]
"""First and last id, both included."""

_NOTHING = np.empty(0, TRADE)


class TradeChain:
    """One symbol's trades by id, which the venue counts without gaps.

    Trades behind a hole are held until it is filled or has been open for some seconds; from then on they go
    on at once, and what fills the hole later comes late. `last_id` and the holes survive a reconnection: what
    was missed meanwhile is a hole like any other.
    """

    def __init__(self, last_id: int = -1) -> None:
        """Begin behind a trade; -1 to begin with whatever comes first."""
        self.last_id = last_id
        """Newest id seen; -1 before the first."""
        self.holes: list[Range] = []
        """Ids that are missing, lowest first."""
        self.duplicates = 0
        self._held: list[Records] = []
        self._open_since: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether trades are held, or a hole is open."""
        return self._open_since is not None

    @property
    def held(self) -> int:
        """Trades that wait for a hole to be filled."""
        return sum(map(len, self._held))

    def take(self, trades: Records, now: float) -> Records:
        """Take in rows of TRADE as they came; return those that can go on, in order of their ids.

        Args:
            now: monotonic seconds.
        """
        ids = trades["trade_id"]
        if not self.holes and len(ids):
            first, last = int(ids[0]), int(ids[-1])
            continues = self.last_id < 0 or first == self.last_id + 1
            if continues and last - first == len(ids) - 1 and bool((np.diff(ids) == 1).all()):
                self.last_id = last
                return trades
        fresh = [index for index, trade_id in enumerate(ids.tolist()) if self._is_fresh(trade_id)]
        self.duplicates += len(ids) - len(fresh)
        if fresh:
            self._held.append(trades[fresh])
        if self.holes and self._open_since is None:
            self._open_since = now
        return self._release() if self._is_overdue(now) else self._releasable()

    def skip(self, trade_id: int) -> None:
        """Note an id that is not missing although there is no trade to it."""
        self._is_fresh(trade_id)

    def close(self, hole: Range) -> Records:
        """Stop waiting for what is still missing between two ids; return what can go on now."""
        first, last = hole
        remaining: list[Range] = []
        for begin, end in self.holes:
            if begin < first:
                remaining.append((begin, min(end, first - 1)))
            if end > last:
                remaining.append((max(begin, last + 1), end))
        self.holes = remaining
        return self._releasable()

    def overdue(self, now: float) -> Records:
        """Return held trades that have waited long enough, in order of their ids."""
        return self._release() if self._is_overdue(now) else _NOTHING

    def _is_overdue(self, now: float) -> bool:
        waited = self._open_since is not None and now - self._open_since >= HOLD_S
        return waited and bool(self.holes)

    def _is_fresh(self, trade_id: int) -> bool:
        if trade_id > self.last_id:
            if 0 <= self.last_id < trade_id - 1:
                self.holes.append((self.last_id + 1, trade_id - 1))
            self.last_id = trade_id
            return True
        for index, (begin, end) in enumerate(self.holes):
            if begin <= trade_id <= end:
                rest = [(begin, trade_id - 1), (trade_id + 1, end)]
                self.holes[index : index + 1] = [part for part in rest if part[0] <= part[1]]
                return True
        return False

    def _releasable(self) -> Records:
        if not self.holes:
            self._open_since = None
            return self._release()
        if not self._held:
            return _NOTHING
        # What lies before the lowest hole waits for nothing.
        held = np.concatenate(self._held)
        before = held["trade_id"] < self.holes[0][0]
        self._held = [held[~before]]
        return np.sort(held[before], order="trade_id")

    def _release(self) -> Records:
        if not self._held:
            return _NOTHING
        held, self._held = np.concatenate(self._held), []
        return np.sort(held, order="trade_id")
