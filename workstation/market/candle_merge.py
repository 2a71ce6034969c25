"""Candles from several sources put together: without gaps or doubles, and the better source wins."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from workstation.market.candles import CANDLE, coarser_candles
from workstation.model.columns import Records


class CandleSource(IntEnum):
    """Where a candle came from; the higher rank wins."""

    OWN_PARTIAL = 0  # made of our own trades, some of which are missing
    VENUE = 1  # told by the venue
    OWN = 2  # made of every trade of its time, as we received them


class ToldCandles:
    """The past of one series of candles as the store and the venue tell it: one row for each time.

    Attributes:
        rows: rows of CANDLE, oldest first.
    """

    def __init__(self) -> None:
        self.rows = np.empty(0, CANDLE)
        self._sources = np.empty(0, np.int8)

    def put(self, candles: Records, sources: npt.NDArray[np.int8] | CandleSource) -> None:
        """Take in rows of CANDLE; of two of the same time the better source stands, else the later row."""
        added = np.full(len(candles), sources, np.int8) if isinstance(sources, CandleSource) else sources
        rows = np.concatenate([self.rows, candles])
        ranks = np.concatenate([self._sources, added])
        order = np.lexsort((np.arange(len(rows)), ranks, rows["open_ms"]))
        times = rows["open_ms"][order]
        last = np.append(times[1:] != times[:-1], True)[: len(times)]
        self.rows, self._sources = rows[order][last], ranks[order][last]


def merged_candles(own: Records, whole: npt.NDArray[np.bool_], venue: Records) -> Records:
    """Return one row for each opening time that either source has, oldest first.

    Args:
        own: rows of CANDLE made of our own trades.
        whole: for each of them whether it holds every trade of its time.
        venue: rows of CANDLE as the venue told them; of two of the same time the later row stands.
    """
    # Best first: of rows of the same time `unique` finds the first.
    rows = np.concatenate([own[whole], venue[::-1], own[~whole]])
    return rows[np.unique(rows["open_ms"], return_index=True)[1]]


def continued_candle(candle: Records, seconds: Records, as_of_ms: int, timeframe_ms: int) -> Records:
    """Return a candle that was open when the venue told it, with what has been traded since.

    Exact but for the second in which it was told; once closed it is asked for again.

    Args:
        candle: one row of CANDLE.
        seconds: candles of a second made of our own trades.
        as_of_ms: venue's time when it was told.
    """
    open_ms = int(candle["open_ms"][0])
    since = -(-max(as_of_ms, open_ms) // 1_000) * 1_000
    later = seconds[(seconds["open_ms"] >= since) & (seconds["open_ms"] < open_ms + timeframe_ms)]
    if not len(later):
        return candle
    added = coarser_candles(later, timeframe_ms)
    grown = candle.copy()
    grown["high"] = np.maximum(candle["high"], added["high"])
    grown["low"] = np.minimum(candle["low"], added["low"])
    grown["close"] = added["close"]
    grown["volume"] += added["volume"]
    grown["buy_volume"] += added["buy_volume"]
    if candle["trades"][0] >= 0:
        grown["trades"] += added["trades"]
    return grown
