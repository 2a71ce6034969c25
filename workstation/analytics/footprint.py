"""The footprint: what takers sold and bought at each price of each bar, and where one side overwhelms.

Imbalances are diagonal: buys at a price against sells one row below, where those who sold had stood.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.order_flow import footprint_imbalances
from workstation.analytics.volume_profile import row_of
from workstation.model.columns import Records

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

IMBALANCE_RATIO = 3.0
STACKED_ROWS = 3
"""So many imbalances of one side above one another are stacked."""


@dataclass(frozen=True, slots=True)
class FootprintRules:
    """When a side overwhelms.

    Attributes:
        ratio: times the other side's volume, diagonally.
        least_share: a side of a cell with less than this share of its bar's volume says nothing: against
            nearly nothing any dust would be an imbalance.
        stacked_rows: imbalances above one another that are stacked.
    """

    ratio: float = IMBALANCE_RATIO
    least_share: float = 0.01
    stacked_rows: int = STACKED_ROWS


@dataclass(frozen=True, slots=True)
class BarFootprint:
    """One bar.

    Attributes:
        first_row: number of the lowest row; row r holds prices from r · height up to (r + 1) · height.
        sold, bought: (n,) what takers sold into the bid and bought from the ask, by row upward.
    """

    first_row: int
    sold: Floats
    bought: Floats

    @property
    def delta(self) -> float:
        """Bought − sold."""
        return float(self.bought.sum() - self.sold.sum())

    @property
    def volume(self) -> float:
        """Bought + sold."""
        return float(self.bought.sum() + self.sold.sum())

    @property
    def busiest(self) -> int:
        """Place of the row with most volume."""
        return int(np.argmax(self.bought + self.sold))

    def gathered(self, rows: int) -> "BarFootprint":
        """The same bar in rows so many times as high; edges are multiples of the new height."""
        if rows == 1:
            return self
        first = self.first_row // rows
        starts = np.arange(first, (self.first_row + len(self.sold) - 1) // rows + 1) * rows - self.first_row
        edges = np.maximum(starts, 0)
        return BarFootprint(first, np.add.reduceat(self.sold, edges), np.add.reduceat(self.bought, edges))

    def imbalances(self, rules: FootprintRules) -> tuple[Flags, Flags]:
        """Return at which places buying and at which selling overwhelms."""
        return footprint_imbalances(
            self.bought,
            self.sold,
            threshold=rules.ratio,
            min_volume=rules.least_share * self.volume,
        )


def stacked(flags: Flags, rows: int = STACKED_ROWS) -> Flags:
    """Return which places belong to a run of at least so many."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    held = np.zeros(len(flags), np.bool_)
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if end - start >= rows:
            held[start:end] = True
    return held


class Footprint:
    """The footprints of a market's bars, growing with its trades.

    Attributes:
        bar_ms: length of a bar.
        row_height: quote units.
    """

    def __init__(self, bar_ms: int, row_height: float) -> None:
        self.bar_ms = bar_ms
        self.row_height = row_height
        self._bars: dict[int, BarFootprint] = {}

    def __len__(self) -> int:
        return len(self._bars)

    def bar(self, open_ms: int) -> BarFootprint | None:
        """The footprint of the bar that opens then; None where nothing is known of it."""
        return self._bars.get(open_ms)

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE, in any order."""
        if not len(trades):
            return
        opens = trades["event_ms"] // self.bar_ms * self.bar_ms
        rows, buys = row_of(trades["price"], self.row_height), trades["side"] > 0
        sizes = trades["size"]
        first = opens[0]
        if (opens == first).all():
            self._add(int(first), rows, sizes, buys)
            return
        order = np.argsort(opens, kind="stable")
        edges = np.flatnonzero(np.diff(opens[order])) + 1
        for part in np.split(order, edges):
            self._add(int(opens[part[0]]), rows[part], sizes[part], buys[part])

    def _add(self, open_ms: int, rows: NDArray[np.int64], sizes: Floats, buys: Flags) -> None:
        held = self._bars.get(open_ms)
        lowest, highest = int(rows.min()), int(rows.max())
        if held is not None:
            lowest = min(lowest, held.first_row)
            highest = max(highest, held.first_row + len(held.sold) - 1)
        count = highest - lowest + 1
        places = rows - lowest
        bought: Floats = np.bincount(places, np.where(buys, sizes, 0.0), count).astype(np.float64)
        sold: Floats = np.bincount(places, np.where(buys, 0.0, sizes), count).astype(np.float64)
        if held is not None:
            part = slice(held.first_row - lowest, held.first_row - lowest + len(held.sold))
            bought[part] += held.bought
            sold[part] += held.sold
        self._bars[open_ms] = BarFootprint(lowest, sold, bought)
