"""One side of a book as arrays, best price first: kept up with what has changed, not sorted anew."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_CHANGES = 4_096
"""With more levels changed than that since the last look, or nobody looking, all are sorted anew."""


class SortedLevels:
    """The levels of a dictionary in order; whoever changes the dictionary says which prices have changed."""

    def __init__(self, levels: Mapping[float, float], sign: int) -> None:
        """Follow `levels`, size by price.

        Args:
            sign: +1 where the lowest price is the best, −1 where the highest is.
        """
        self._levels, self._sign = levels, sign
        self._keys: Floats = np.zeros(0)
        self._sizes: Floats = np.zeros(0)
        self._changed_prices: list[float] = []
        self._changed_sizes: list[float] = []
        self._is_known = False

    def note(self, prices: list[float], sizes: list[float]) -> None:
        """Levels have these sizes now, 0 for those that have left; of the same price the last holds."""
        if self._is_known:
            self._changed_prices += prices
            self._changed_sizes += sizes
            if len(self._changed_prices) > MOST_CHANGES:
                self.forget()

    def forget(self) -> None:
        """Any price may have another size now."""
        self._changed_prices.clear()
        self._changed_sizes.clear()
        self._is_known = False

    def arrays(self) -> tuple[Floats, Floats]:
        """Return (n,) prices, best first, and (n,) their sizes; valid until the levels change."""
        if not self._is_known:
            self._sort()
        elif self._changed_prices:
            self._merge()
        return self._sign * self._keys, self._sizes

    def _sort(self) -> None:
        count = len(self._levels)
        keys = self._sign * np.fromiter(self._levels.keys(), np.float64, count)
        order = np.argsort(keys)
        self._keys = keys[order]
        self._sizes = np.fromiter(self._levels.values(), np.float64, count)[order]
        self._is_known = True

    def _merge(self) -> None:
        # What was said is taken as it was said: to look every price up in the dictionary costs more.
        keys, sizes = self._sign * np.array(self._changed_prices), np.array(self._changed_sizes)
        self._changed_prices.clear()
        self._changed_sizes.clear()
        places = self._keys.searchsorted(keys)
        held = places < len(self._keys)
        held[held] = self._keys[places[held]] == keys[held]
        self._sizes[places[held]] = sizes[held]  # of a place named twice the last is left
        fresh = dict(zip(keys[~held].tolist(), sizes[~held].tolist(), strict=True))
        if fresh:
            joined = np.concatenate((self._keys, np.fromiter(fresh.keys(), np.float64, len(fresh))))
            order = joined.argsort(kind="stable")
            self._keys = joined[order]
            added = np.fromiter(fresh.values(), np.float64, len(fresh))
            self._sizes = np.concatenate((self._sizes, added))[order]
        left = self._sizes > 0
        if not left.all():
            self._keys, self._sizes = self._keys[left], self._sizes[left]
