"""Which stretches of venue time hold every trade: what makes candles of our own complete, or partial."""

import numpy as np
import numpy.typing as npt

from workstation.market.ranges import Range, joined_ranges
from workstation.model.columns import Records
from workstation.model.feed_status import TradesBackfilled


class TradeCoverage:
    """Follows the trades of one market since they began to arrive.

    Attributes:
        from_ms: venue time of the first trade; None before it. What lies before is not covered.
        to_ms: venue time of the newest trade.
        holes: half-open stretches in which trades are missing, oldest first.
    """

    def __init__(self) -> None:
        self.from_ms: int | None = None
        self.to_ms = 0
        self.holes: list[Range] = []

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE as they come."""
        if not len(trades):
            return
        if self.from_ms is None:
            self.from_ms = int(trades["event_ms"][0])
        self.to_ms = max(self.to_ms, int(trades["event_ms"].max()))

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
        end = int(after[0]) if len(after) else self.to_ms
        self.holes = joined_ranges([*self.holes, (start, end + 1)])

    def complete(self, open_ms: npt.NDArray[np.int64], timeframe_ms: int) -> npt.NDArray[np.bool_]:
        """Return for each candle whether it holds every trade of its time.

        The newest candle that trades have reached counts as complete while it grows.
        """
        if self.from_ms is None:
            return np.zeros(len(open_ms), np.bool_)
        whole = open_ms >= self.from_ms
        for start, end in self.holes:
            whole &= (open_ms >= end) | (open_ms + timeframe_ms <= start)
        return whole
