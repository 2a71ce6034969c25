"""Which stretches of venue time hold every trade: what makes candles of our own complete, or partial."""

import numpy as np
import numpy.typing as npt

from workstation.market.ranges import Range, joined_ranges, missing_ranges
from workstation.model.columns import Records
from workstation.model.feed_status import TradesBackfilled


class TradeCoverage:
    """Follows the trades of one market since they began to arrive.

    Attributes:
        from_ms: venue time of the first trade; None before it. What lies before is not covered.
        to_ms: venue time of the newest trade.
        holes: half-open stretches in which trades are missing, oldest first.
    """

    def __init__(self, *, counts_ids: bool = False) -> None:
        """Begin before the first trade.

        Args:
            counts_ids: trades come as they were recorded and the venue counts their ids: one that is left
                out is a trade missing. A live feed looks after that by itself and tells of what it lost.
        """
        self._counts_ids = counts_ids
        self._last = -1, 0  # id and time of the newest trade
        self.from_ms: int | None = None
        self.to_ms = 0
        self.holes: list[Range] = []
        self._hole_from: int | None = None  # of a hole whose end is not known yet

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE as they come."""
        if not len(trades):
            return
        if self.from_ms is None:
            self.from_ms = int(trades["event_ms"][0])
        self.to_ms = max(self.to_ms, int(trades["event_ms"].max()))
        if self._hole_from is not None:
            self.holes = joined_ranges([*self.holes, (self._hole_from, int(trades["event_ms"][0]) + 1)])
            self._hole_from = None
        if self._counts_ids:
            self._find_missing(trades)

    def _find_missing(self, trades: Records) -> None:
        ids = np.concatenate(([self._last[0]], trades["trade_id"]))
        times = np.concatenate(([self._last[1]], trades["event_ms"]))
        for place in np.flatnonzero((np.diff(ids) > 1) & (ids[:-1] >= 0)).tolist():
            self.holes = joined_ranges([*self.holes, (int(times[place]), int(times[place + 1]) + 1)])
        self._last = int(ids[-1]), int(times[-1])

    def add_repair(self, repair: TradesBackfilled, trades: Records) -> None:
        """Note a hole where the venue would not give trades that were missing.

        Args:
            trades: rows of TRADE around the hole, in order.
        """
        if not repair.lost:
            return
        before = trades["event_ms"][trades["trade_id"] < repair.first_id]
        after = trades["event_ms"][trades["trade_id"] > repair.last_id]
        start = int(before[-1]) if len(before) else (self.from_ms or 0)
        if len(after):
            self.holes = joined_ranges([*self.holes, (start, int(after[0]) + 1)])
        else:  # it ends with the next trade
            self._hole_from = start if self._hole_from is None else min(start, self._hole_from)

    def gaps(self, to_ms: int) -> list[Range]:
        """Stretches up to `to_ms` in which trades are missing, oldest first."""
        return (
            self.holes if self._hole_from is None else joined_ranges([*self.holes, (self._hole_from, to_ms)])
        )

    def ranges(self, timeframe_ms: int, to_ms: int) -> list[Range]:
        """Stretches of whole candles up to `to_ms` that hold every trade, oldest first."""
        if self.from_ms is None:
            return []
        first = -(-self.from_ms // timeframe_ms) * timeframe_ms
        spoilt = [
            (start // timeframe_ms * timeframe_ms, -(-end // timeframe_ms) * timeframe_ms)
            for start, end in self.holes
        ]
        if self._hole_from is not None:
            spoilt.append((self._hole_from // timeframe_ms * timeframe_ms, to_ms))
        return missing_ranges((first, to_ms), spoilt)

    def complete(self, open_ms: npt.NDArray[np.int64], timeframe_ms: int) -> npt.NDArray[np.bool_]:
        """Return for each candle whether it holds every trade of its time.

        The newest candle that trades have reached counts as complete while it grows.
        """
        if self.from_ms is None:
            return np.zeros(len(open_ms), np.bool_)
        whole = open_ms >= self.from_ms
        if self._hole_from is not None:
            whole &= open_ms + timeframe_ms <= self._hole_from
        for start, end in self.holes:
            whole &= (open_ms >= end) | (open_ms + timeframe_ms <= start)
        return whole
