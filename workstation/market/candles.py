"""Candles of any timeframe, kept up to date from trades and rebuilt from shorter candles."""

import numpy as np

from workstation.analytics.study import TAIL
from workstation.model.columns import Records

CANDLE = np.dtype(
    [
        ("open_ms", np.int64),  # venue time at which the candle opens, a multiple of the timeframe
        ("open", np.float64),
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("volume", np.float64),  # in the instrument's unit of size
        ("buy_volume", np.float64),  # the part that takers bought
        ("trades", np.int64),
    ]
)


def candles_from_trades(trades: Records, timeframe_ms: int) -> Records:
    """Return rows of CANDLE for rows of TRADE in time order; a candle with no trade has no row."""
    opens = trades["event_ms"] // timeframe_ms * timeframe_ms
    starts = _group_starts(opens)
    candles = np.empty(len(starts), CANDLE)
    if not len(starts):
        return candles
    prices, sizes = trades["price"], trades["size"]
    ends = np.append(starts[1:], len(trades)) - 1
    candles["open_ms"] = opens[starts]
    candles["open"] = prices[starts]
    candles["close"] = prices[ends]
    candles["high"] = np.maximum.reduceat(prices, starts)
    candles["low"] = np.minimum.reduceat(prices, starts)
    candles["volume"] = np.add.reduceat(sizes, starts)
    candles["buy_volume"] = np.add.reduceat(np.where(trades["side"] > 0, sizes, 0.0), starts)
    candles["trades"] = ends - starts + 1
    return candles


def coarser_candles(candles: Records, timeframe_ms: int) -> Records:
    """Return candles of a longer timeframe, which must be a multiple of the shorter one's."""
    opens = candles["open_ms"] // timeframe_ms * timeframe_ms
    starts = _group_starts(opens)
    coarse = np.empty(len(starts), CANDLE)
    if not len(starts):
        return coarse
    ends = np.append(starts[1:], len(candles)) - 1
    coarse["open_ms"] = opens[starts]
    coarse["open"] = candles["open"][starts]
    coarse["close"] = candles["close"][ends]
    coarse["high"] = np.maximum.reduceat(candles["high"], starts)
    coarse["low"] = np.minimum.reduceat(candles["low"], starts)
    for column in ("volume", "buy_volume", "trades"):
        coarse[column] = np.add.reduceat(candles[column], starts)
    return coarse


class CandleSeries:
    """The candles of one timeframe, oldest first, growing with the market."""

    def __init__(self, timeframe_ms: int) -> None:
        """Start empty; `timeframe_ms` is at least 1."""
        self.timeframe_ms = timeframe_ms
        self.version = 0
        """Grows with every change."""
        self.settled_version = 0
        """Grows when a candle that was not the newest has changed, come between, or gone."""
        self.replaced = 0
        """Grows when candles further back than the last few (`study.TAIL`) may be others than before."""
        self._candles: Records = np.empty(1_024, CANDLE)
        self._count = 0

    def rows(self) -> Records:
        """The candles as rows of CANDLE: a read-only view, valid until the next change."""
        view = self._candles[: self._count]
        view.flags.writeable = False
        return view

    def __len__(self) -> int:
        return self._count

    @property
    def newest_ms(self) -> int:
        """When the newest candle opened; 0 before the first."""
        return int(self._candles["open_ms"][self._count - 1]) if self._count else 0

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE.

        A trade whose venue time lies before the newest candle (venues' clocks slip by milliseconds between
        messages) changes high, low and volume of the candle it belongs to, never its open and close.
        """
        if not len(trades):
            return
        self.version += 1
        opens = trades["event_ms"] // self.timeframe_ms * self.timeframe_ms
        newest = self._candles["open_ms"][self._count - 1] if self._count else opens[0]
        reached = np.maximum(np.maximum.accumulate(opens), newest)
        late = opens < reached
        self.add_candles(candles_from_trades(trades[~late], self.timeframe_ms))
        if late.any():
            self._add_late(trades[late])

    def add_candles(self, candles: Records) -> None:
        """Append candles of this timeframe; the first may continue the newest one held."""
        if not len(candles):
            return
        self.version += 1
        if self._count and candles["open_ms"][0] == self._candles["open_ms"][self._count - 1]:
            self._merge(self._count - 1, candles[0], is_newest=True)
            candles = candles[1:]
        while self._count + len(candles) > len(self._candles):
            self._candles = np.concatenate([self._candles, np.empty_like(self._candles)])
        self._candles[self._count : self._count + len(candles)] = candles
        self._count += len(candles)

    def replace(self, candles: Records) -> None:
        """Hold these candles of this timeframe, oldest first, and none else; trades go on with the newest."""
        self.version += 1
        self.settled_version += 1
        self.replaced += 1
        self._count = len(candles)
        if self._count > len(self._candles):
            self._candles = np.empty(2 * self._count, CANDLE)
        self._candles[: self._count] = candles

    def clear(self) -> None:
        """Forget every candle."""
        self._count = 0
        self.version += 1
        self.settled_version += 1
        self.replaced += 1

    def _add_late(self, trades: Records) -> None:
        self.settled_version += 1
        for candle in candles_from_trades(np.sort(trades, order="event_ms"), self.timeframe_ms):
            held = self._candles["open_ms"][: self._count]
            index = int(np.searchsorted(held, candle["open_ms"]))
            self.replaced += index < self._count - TAIL
            if index < self._count and held[index] == candle["open_ms"]:
                self._merge(index, candle, is_newest=False)
            else:
                self._insert(index, candle)

    def _merge(self, index: int, candle: np.void, *, is_newest: bool) -> None:
        held = self._candles[index]
        held["high"] = max(held["high"], candle["high"])
        held["low"] = min(held["low"], candle["low"])
        if is_newest:
            held["close"] = candle["close"]
        for column in ("volume", "buy_volume", "trades"):
            held[column] += candle[column]

    def _insert(self, index: int, candle: np.void) -> None:
        kept = self._candles[: self._count]
        grown = np.insert(kept, index, candle)
        self._count += 1
        if self._count > len(self._candles):
            self._candles = np.empty(2 * len(self._candles), CANDLE)
        self._candles[: self._count] = grown


def _group_starts(keys: Records) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the index at which each run of equal keys begins."""
    if not len(keys):
        return np.empty(0, np.int64)
    return np.concatenate(([0], np.flatnonzero(np.diff(keys)) + 1)).astype(np.int64)
