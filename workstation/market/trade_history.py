"""The stored trades of one market before a moment, one by one, newest first as far as they are wanted."""

from collections.abc import Callable, Hashable

import numpy as np

from workstation.model.columns import TRADE, Records
from workstation.ports import History

MOST_TRADES = 500_000
"""Enough for thousands of bars, and read within a second or two."""
STEP = 400_000
"""Messages of a recording that are looked through at a time."""


class TradeHistory:
    """Something that a `PastReader` reads: wanted once, for one thread, the window's.

    Attributes:
        error: why nothing can be read; empty while all is well.
        trades: rows of TRADE in the venue's order; None until they have been read.
    """

    def __init__(self, venue: str, symbol: str, before_ms: int, most: int = MOST_TRADES) -> None:
        """Want the newest `most` trades that were before a moment of the venue's clock."""
        self.venue, self.symbol, self.before_ms = venue, symbol, before_ms
        self.error = ""
        self.trades: Records | None = None
        self._most = most

    def jobs(self, now: float) -> list[tuple[Hashable, Callable[[History], object]]]:
        """Read them, unless that is done."""
        del now
        return [] if self.trades is not None else [("trades", self.read)]

    def put(self, found: object, now: float) -> None:
        """Take in what was read."""
        del now
        assert isinstance(found, np.ndarray)
        self.trades = found

    def read(self, history: History) -> Records:
        """Return the trades, each once: sessions may overlap."""
        parts: list[Records] = []
        held = 0
        for recording in reversed(history.recordings()):
            if (recording.instrument.venue, recording.instrument.symbol) != (self.venue, self.symbol):
                continue
            end = recording.committed_seq + 1
            while end > 0 and held < self._most:
                start = max(0, end - STEP)
                rows = history.trades(recording.recording_id, start, end)
                rows = rows[rows["event_ms"] < self.before_ms]
                parts.append(rows)
                held += len(rows)
                end = start
            if held >= self._most:
                break
        if not held:
            return np.empty(0, TRADE)
        trades = np.concatenate(parts)
        trades = trades[np.lexsort((trades["trade_id"], trades["event_ms"]))]
        known = np.ones(len(trades), np.bool_)
        same = (np.diff(trades["trade_id"]) == 0) & (np.diff(trades["event_ms"]) == 0)
        known[1:] = ~(same & (trades["trade_id"][1:] > 0))
        return trades[known][-self._most :]
