"""Bars cut by what was traded, not by the clock: every n trades, every n of size, every n ticks of range."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from workstation.market.candles import CANDLE
from workstation.model.columns import Records

Cuts = npt.NDArray[np.int64]


class BarUnit(StrEnum):
    """What a bar is cut by; the letter that stands for it in "100t", "50v", "20r"."""

    TRADES = "t"
    VOLUME = "v"
    RANGE = "r"


@dataclass(frozen=True, slots=True)
class BarRule:
    """When one bar ends and the next begins.

    Attributes:
        unit: what is counted.
        amount: TRADES: so many make a bar. VOLUME: the trade that reaches so much size is a bar's last.
            RANGE: in ticks; the trade that would carry a bar further begins the next.
    """

    unit: BarUnit
    amount: float

    def __str__(self) -> str:
        return f"{self.amount:g}{self.unit.value}"


class CountedBars:
    """The bars of one rule, oldest first, growing with the trades.

    Trades count in the order they arrived. A trade belongs to one bar whole, and no bar holds a price that
    was not traded: between range bars the market may jump.
    """

    def __init__(self, rule: BarRule, tick_size: float) -> None:
        """Start empty.

        Args:
            rule: when a bar ends; its amount is positive.
            tick_size: of the instrument.
        """
        self.rule = rule
        self.version = 0
        """Grows with every change."""
        self._range = rule.amount * tick_size * (1 + 1e-9)
        self._bars: Records = np.empty(1_024, CANDLE)
        self._times = np.empty(1_024)
        self._count = 0
        self._cut: Callable[[Records], Cuts] = {
            BarUnit.TRADES: self._cut_trades,
            BarUnit.VOLUME: self._cut_volume,
            BarUnit.RANGE: self._cut_range,
        }[rule.unit]

    def __len__(self) -> int:
        return self._count

    def rows(self) -> Records:
        """The bars as rows of CANDLE, `open_ms` being when the first trade was: a read-only view."""
        view = self._bars[: self._count]
        view.flags.writeable = False
        return view

    def times(self) -> npt.NDArray[np.float64]:
        """When each bar opened, UTC ms, never falling: a view, valid until the next trades."""
        return self._times[: self._count]

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE in the order they arrived."""
        if not len(trades):
            return
        self.version += 1
        cuts = self._cut(trades)
        continues = self._count > 0 and (not len(cuts) or cuts[0] > 0)
        starts = np.concatenate(([0], cuts)) if continues else cuts
        made = _gathered(trades, starts)
        if continues:
            self._merge(made[0])
            made = made[1:]
        while self._count + len(made) > len(self._bars):
            self._bars = np.concatenate([self._bars, np.empty_like(self._bars)])
            self._times = np.concatenate([self._times, np.empty_like(self._times)])
        end = self._count + len(made)
        self._bars[self._count : end] = made
        if len(made):
            newest = self._times[self._count - 1] if self._count else float(made["open_ms"][0])
            opened = np.maximum.accumulate(np.maximum(made["open_ms"].astype(np.float64), newest))
            self._times[self._count : end] = opened
        self._count = end

    def _cut_trades(self, trades: Records) -> Cuts:
        size = max(1, int(self.rule.amount))
        held = int(self._bars["trades"][self._count - 1]) if self._count else size
        return np.arange(max(0, size - held), len(trades), size)

    def _cut_volume(self, trades: Records) -> Cuts:
        amount = self.rule.amount * (1 - 1e-12)
        held = float(self._bars["volume"][self._count - 1]) if self._count else amount
        sums = np.cumsum(trades["size"])
        cuts: list[int] = []
        at = 0 if held >= amount else int(np.searchsorted(sums, amount - held)) + 1
        while at < len(trades):
            cuts.append(at)
            before = float(sums[at - 1]) if at else 0.0
            at = int(np.searchsorted(sums, before + amount)) + 1
        return np.array(cuts, np.int64)

    def _cut_range(self, trades: Records) -> Cuts:
        cuts: list[int] = []
        prices = trades["price"].tolist()
        if self._count:
            low, high = float(self._bars["low"][self._count - 1]), float(self._bars["high"][self._count - 1])
        else:
            cuts.append(0)
            low = high = prices[0]
        reach = self._range
        for index, price in enumerate(prices):
            if price > high:
                high = price
            elif price < low:
                low = price
            else:
                continue
            if high - low > reach:
                cuts.append(index)
                low = high = price
        return np.array(cuts, np.int64)

    def _merge(self, more: np.void) -> None:
        held = self._bars[self._count - 1]
        held["high"] = max(held["high"], more["high"])
        held["low"] = min(held["low"], more["low"])
        held["close"] = more["close"]
        for column in ("volume", "buy_volume", "trades"):
            held[column] += more[column]


def _gathered(trades: Records, starts: Cuts) -> Records:
    """One row of CANDLE for each stretch of trades that begins at `starts`."""
    bars = np.zeros(len(starts), CANDLE)
    if not len(starts):
        return bars
    prices, sizes = trades["price"], trades["size"]
    ends = np.append(starts[1:], len(trades)) - 1
    bars["open_ms"] = trades["event_ms"][starts]
    bars["open"], bars["close"] = prices[starts], prices[ends]
    bars["high"], bars["low"] = np.maximum.reduceat(prices, starts), np.minimum.reduceat(prices, starts)
    bars["volume"] = np.add.reduceat(sizes, starts)
    bars["buy_volume"] = np.add.reduceat(np.where(trades["side"] > 0, sizes, 0.0), starts)
    bars["trades"] = ends - starts + 1
    return bars
