"""Drops trades that came before, where a venue's trade ids tell trades apart but do not count them."""

from collections import deque

import numpy as np

from workstation.exchange.trade_chain import Range
from workstation.model.columns import TRADE, Records

REMEMBERED = 5_000


class RecentTrades:
    """Remembers the newest ids of one symbol: venues repeat them after a new subscription.

    It stands in for a `TradeChain` and knows of no holes: whether one is missing, such ids do not say.
    """

    def __init__(self) -> None:
        self.last_id = -1
        self.holes: list[Range] = []
        self.duplicates = 0
        self._ids: set[int] = set()
        self._order: deque[int] = deque()

    @property
    def is_waiting(self) -> bool:
        """Nothing is ever held."""
        return False

    def take(self, trades: Records, now: float) -> Records:
        """Take in rows of TRADE; return those that had not come before."""
        del now
        fresh = [
            index for index, trade_id in enumerate(trades["trade_id"].tolist()) if self._is_new(trade_id)
        ]
        if len(fresh) == len(trades):
            return trades
        self.duplicates += len(trades) - len(fresh)
        return trades[fresh]

    def skip(self, trade_id: int) -> None:
        """Nothing is missing where nothing is counted."""

    def close(self, hole: Range) -> Records:
        """There are no holes to close."""
        del hole
        return np.empty(0, TRADE)

    def overdue(self, now: float) -> Records:
        """Nothing is held."""
        del now
        return np.empty(0, TRADE)

    def _is_new(self, trade_id: int) -> bool:
        if trade_id in self._ids:
            return False
        self._ids.add(trade_id)
        self._order.append(trade_id)
        if len(self._order) > REMEMBERED:
            self._ids.discard(self._order.popleft())
        return True
