"""The volume profile of a stretch of time: how much was traded at each price, and who took it.

Made of trades it is exact. Where trades are not held it is made of candles, whose volume is spread evenly
over the rows from low to high: an estimate, and `from_candles` says how much of the profile is one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.order_flow import value_area
from workstation.model.columns import Records

Floats = NDArray[np.float64]

VALUE_SHARE = 0.7
_SPARE_ROWS = 256


@dataclass(frozen=True, slots=True)
class ProfileArea:
    """The prices that a profile is known by.

    Attributes:
        poc: point of control: the middle of the row with most volume.
        high, low: upper and lower edge of the value area, which holds 70 % of the volume.
    """

    poc: float
    high: float
    low: float


def row_of(prices: Floats, row_height: float) -> NDArray[np.int64]:
    """Return the number of the row that each price lies in; a price on an edge lies above it."""
    # Half a millionth of a row: a price on a row's lower edge belongs to it, whatever its last bit says.
    return np.floor(prices / row_height + 5e-7).astype(np.int64)


def fitting_row_ticks(span: float, tick_size: float, rows: int) -> int:
    """Return how many ticks high a row is so that about `rows` of them fill a span of price: 1, 2, 5, 10 …"""
    wanted = max(1.0, span / max(rows, 1) / tick_size)
    power = 10 ** int(np.floor(np.log10(wanted) + 1e-9))
    return int(next(power * digit for digit in (1, 2, 5, 10) if power * digit >= wanted * (1 - 1e-9)))


class VolumeProfile:
    """Volume by rows of price; grows with every trade at the cost of that trade.

    Attributes:
        row_height: quote units; row r holds prices from r · height up to (r + 1) · height.
        first_row: number of the lowest row held.
        version: grows with every change.
        from_candles: volume that was spread over candles.
        unsaid: volume of which it is not known who took it.
    """

    def __init__(self, row_height: float) -> None:
        self.row_height = row_height
        self.first_row = 0
        self.version = 0
        self.from_candles = 0.0
        self.unsaid = 0.0
        self._volumes: Floats = np.zeros(0)
        self._bought: Floats = np.zeros(0)
        self._area: tuple[int, ProfileArea | None] = (-1, None)

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE."""
        if not len(trades):
            return
        rows, sizes = row_of(trades["price"], self.row_height), trades["size"]
        self._reach(int(rows.min()), int(rows.max()))
        places = rows - self.first_row
        if len(trades) < len(self._volumes) // 8:
            np.add.at(self._volumes, places, sizes)
            np.add.at(self._bought, places, np.where(trades["side"] > 0, sizes, 0.0))
        else:
            count = len(self._volumes)
            self._volumes += np.bincount(places, sizes, count)
            self._bought += np.bincount(places, np.where(trades["side"] > 0, sizes, 0.0), count)
        self.version += 1

    def add_candles(self, candles: Records) -> None:
        """Take in rows of CANDLE, each spread evenly over the rows that it went through."""
        candles = candles[candles["volume"] > 0]
        if not len(candles):
            return
        low, high = row_of(candles["low"], self.row_height), row_of(candles["high"], self.row_height)
        self._reach(int(low.min()), int(high.max()))
        count = len(self._volumes) + 1
        parts = high - low + 1
        known = ~np.isnan(candles["buy_volume"])
        bought = np.where(known, candles["buy_volume"], candles["volume"] / 2)
        for held, volume in ((self._volumes, candles["volume"]), (self._bought, bought)):
            # What begins in a row and ends behind another, summed up: every row in between has it.
            steps = np.bincount(low - self.first_row, volume / parts, count)
            steps -= np.bincount(high - self.first_row + 1, volume / parts, count)
            held += np.maximum(np.cumsum(steps[:-1]), 0.0)
        self.from_candles += float(candles["volume"].sum())
        self.unsaid += float(candles["volume"][~known].sum())
        self.version += 1

    @property
    def total(self) -> float:
        """Everything traded."""
        return float(self._volumes.sum())

    @property
    def volumes(self) -> Floats:
        """(n,) of each row from `first_row` upward; empty rows at both ends may be among them."""
        return self._volumes

    @property
    def bought(self) -> Floats:
        """(n,) what takers bought of it; half of what is `unsaid`."""
        return self._bought

    def area(self) -> ProfileArea | None:
        """Point of control and value area; None before anything was traded.

        By the two-row rule of the Chicago Board of Trade, see `order_flow.value_area`.
        """
        if self._area[0] != self.version:
            self._area = self.version, self._work_out()
        return self._area[1]

    def price_at(self, row: float) -> float:
        """Price of a row's lower edge."""
        return row * self.row_height

    def _work_out(self) -> ProfileArea | None:
        filled = np.flatnonzero(self._volumes > 0)
        if not len(filled):
            return None
        first = int(filled[0])
        found = value_area(self._volumes[first : int(filled[-1]) + 1], share=VALUE_SHARE)
        base = self.first_row + first
        return ProfileArea(
            poc=self.price_at(base + found.poc + 0.5),
            high=self.price_at(base + found.high + 1),
            low=self.price_at(base + found.low),
        )

    def _reach(self, lowest: int, highest: int) -> None:
        """Have a place for every row from `lowest` to `highest`."""
        count = len(self._volumes)
        if count and self.first_row <= lowest and highest < self.first_row + count:
            return
        first = min(lowest - _SPARE_ROWS, self.first_row) if count else lowest - _SPARE_ROWS
        end = max(highest + _SPARE_ROWS, self.first_row + count) if count else highest + _SPARE_ROWS
        below = self.first_row - first if count else 0
        above = end - first - count - below
        self._volumes = np.pad(self._volumes, (below, above))
        self._bought = np.pad(self._bought, (below, above))
        self.first_row = first
