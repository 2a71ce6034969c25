"""Stored trades of one market as far as somebody looks at them, summed over a lattice of times and prices."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from workstation.market.ranges import Range
from workstation.ports import History

BLOCK_STEPS = 256
"""Time steps of a lattice that are read together."""
MOST_BLOCKS = 64

Floats = npt.NDArray[np.float64]
_Key = tuple[int, float, int]
"""Time step, price step, number of the block."""

NO_CLUSTERS: Floats = np.empty((0, 4))


@dataclass(frozen=True, slots=True, eq=False)
class TradeBlock:
    """Summed trades of one block, all that were before `to_ms`."""

    key: _Key
    to_ms: int
    clusters: Floats


class TradePast:
    """One market's stored trades for all that look at them; for one thread, the window's.

    Attributes:
        error: why no more can be read; empty while all is well.
        version: grows with everything that is read.
    """

    def __init__(self, venue: str, symbol: str) -> None:
        self.venue, self.symbol = venue, symbol
        self.error = ""
        self.version = 0
        self._blocks: OrderedDict[_Key, TradeBlock] = OrderedDict()
        self._wanted: dict[object, tuple[tuple[int, float], Range]] = {}

    def want(self, who: object, steps: tuple[int, float], stretch: Range) -> None:
        """Have trades in a stretch of time read; what `who` wanted before is not.

        Args:
            steps: time (ms) and price step of the lattice.
            stretch: its end is how far they are all stored by now.
        """
        self._wanted[who] = steps, stretch

    def release(self, who: object) -> None:
        """Nothing is looked at by `who` any more."""
        self._wanted.pop(who, None)
        if not self._wanted:
            self._blocks.clear()

    def clusters(self, who: object) -> Floats:
        """(n, 4) mean time, mean price, taker's side and size of what `who` wants, as far as it is here."""
        wanted = self._wanted.get(who)
        if wanted is None:
            return NO_CLUSTERS
        found = [self._blocks[key].clusters for key in _keys(*wanted) if key in self._blocks]
        if not found:
            return NO_CLUSTERS
        rows = np.concatenate(found)
        return np.asarray(rows[(rows[:, 0] >= wanted[1][0]) & (rows[:, 0] < wanted[1][1])])

    def jobs(self, now: float) -> list[tuple[Hashable, Callable[[History], object]]]:
        """Blocks that are wanted and not here, or read before all of their trades were stored."""
        lacking: dict[_Key, int] = {}
        for steps, stretch in self._wanted.values():
            for key in reversed(_keys(steps, stretch)):
                to_ms = min((key[2] + 1) * BLOCK_STEPS * key[0], stretch[1])
                if key not in self._blocks or self._blocks[key].to_ms < to_ms:
                    lacking[key] = max(to_ms, lacking.get(key, 0))
        del now  # what is stored of a stretch that lies before the present does not change
        return [(key, partial(self._read, key, to_ms)) for key, to_ms in lacking.items()]

    def put(self, found: object, now: float) -> None:
        """Take in a block."""
        del now
        assert isinstance(found, TradeBlock)
        self._blocks[found.key] = found
        self._blocks.move_to_end(found.key)
        self.version += 1
        while len(self._blocks) > MOST_BLOCKS:
            self._blocks.popitem(last=False)

    def _read(self, key: _Key, to_ms: int, history: History) -> TradeBlock:
        time_step_ms, price_step, number = key
        start_ms = number * BLOCK_STEPS * time_step_ms
        rows = history.trade_clusters(self.venue, self.symbol, time_step_ms, price_step, start_ms, to_ms)
        return TradeBlock(key, to_ms, rows)


def _keys(steps: tuple[int, float], stretch: Range) -> list[_Key]:
    width_ms = steps[0] * BLOCK_STEPS
    return [(*steps, number) for number in range(stretch[0] // width_ms, -(-stretch[1] // width_ms))]
