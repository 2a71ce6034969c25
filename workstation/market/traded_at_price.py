"""What was traded at each price: sizes by tick, bought and sold apart, counted from a ring of trades."""

import numpy as np
import numpy.typing as npt

from workstation.model.columns import Records
from workstation.model.instrument import Instrument
from workstation.runtime.rings import Ring

_SPARE_TICKS = 256
MOST_TICKS = 4_000_000
"""A trade further than this from the others is a slip of the venue, and is not counted."""


class TradedAtPrice:
    """Sizes by tick of all trades since it began: what the ring held then, and what came after."""

    def __init__(self, instrument: Instrument, trades: Ring) -> None:
        # Prices as whole numbers over a power of ten, as the venue's text has them.
        tick = instrument.tick_size.normalize()
        self._divisor = 10 ** max(0, -int(tick.as_tuple().exponent))
        self._units_per_tick = int(tick * self._divisor)
        self._trades = trades
        self.version = 0
        """Grows with every change."""
        self.begin_anew(with_held=True)

    def begin_anew(self, *, with_held: bool = False) -> None:
        """Count from now on; or from the oldest trade that the ring holds."""
        self._first = 0
        self._sizes = np.zeros((2, 0))  # bought, sold by tick from `_first`
        trades = self._trades
        self._seen = trades.appended - (len(trades) if with_held else 0)
        self.since_ms = 0
        """Venue time of the oldest trade counted; 0 before one came."""
        self.version += 1

    def refresh(self) -> None:
        """Count the trades that came since the last call."""
        trades = self._trades
        if not trades.appended - len(trades) <= self._seen <= trades.appended:
            # The market was rewound, or trades went by uncounted: a sum with a hole would be a wrong one.
            self.begin_anew(with_held=True)
        new = trades.appended - self._seen
        if not new:
            return
        self._seen = trades.appended
        self._count(trades.rows()[-new:])

    def _count(self, rows: Records) -> None:
        ticks = np.rint(rows["price"] * (self._divisor / self._units_per_tick)).astype(np.int64)
        lowest, highest = int(ticks.min()), int(ticks.max())
        if self._sizes.shape[1]:
            lowest, highest = min(lowest, self._first), max(highest, self._first + self._sizes.shape[1] - 1)
        if highest - lowest > MOST_TICKS:
            middle = int(np.median(ticks)) if not self._sizes.shape[1] else self._first
            kept = np.abs(ticks - middle) < MOST_TICKS // 2
            if kept.any() and not kept.all():
                self._count(rows[kept])
            return
        self._reach(lowest, highest)
        at = ticks - self._first
        width = self._sizes.shape[1]
        for place, side in enumerate((1, -1)):
            of_side = rows["side"] == side
            self._sizes[place] += np.bincount(at[of_side], rows["size"][of_side], width)
        if not self.since_ms:
            self.since_ms = int(rows["event_ms"][0])
        self.version += 1

    def _reach(self, lowest: int, highest: int) -> None:
        """Make room for these ticks, and a little more on the side that grows."""
        width = self._sizes.shape[1]
        if width and self._first <= lowest and highest < self._first + width:
            return
        first = lowest - _SPARE_TICKS if not width or lowest < self._first else self._first
        end = (
            highest + 1 + _SPARE_TICKS if not width or highest >= self._first + width else self._first + width
        )
        sizes = np.zeros((2, end - first))
        if width:
            sizes[:, self._first - first : self._first - first + width] = self._sizes
        self._first, self._sizes = first, sizes

    def sizes(self, side: int, first_tick: int, multiple: int, count: int) -> npt.NDArray[np.float64]:
        """Return the size traded in `count` groups of `multiple` ticks from `first_tick` upwards.

        Args:
            side: of the taker, +1 bought, −1 sold.
        """
        found = np.zeros(count * multiple)
        held = self._sizes[0 if side > 0 else 1]
        begin, end = max(first_tick, self._first), min(first_tick + len(found), self._first + len(held))
        if begin < end:
            found[begin - first_tick : end - first_tick] = held[begin - self._first : end - self._first]
        grouped: npt.NDArray[np.float64] = found.reshape(count, multiple).sum(axis=1)
        return grouped
