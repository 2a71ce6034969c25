"""One side of a book as arrays, best price first: kept up with what has changed, not sorted anew."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_CHANGES = 4_096
"""With more levels changed than that since the last look, or nobody looking, all are sorted anew."""

LEAST_LEFT = 256
"""Levels that have left may stand with a size of 0 up to as many as are held, and these."""


class SortedLevels:
    """The levels of a dictionary in order; whoever changes the dictionary says which prices have changed."""

    def __init__(self, levels: Mapping[float, float], sign: int) -> None:
        """Follow `levels`, size by price.

        Args:
            sign: +1 where the lowest price is the best, −1 where the highest is.
        """
        self._levels, self._sign = levels, sign
        self._keys: Floats = np.full(1, np.inf)
        self._sizes: Floats = np.zeros(1)
        self._changed: list[tuple[Floats, Floats]] = []
        self._changes = 0
        self._is_known = False

    def note(self, prices: Floats, sizes: Floats) -> None:
        """Levels have these sizes now, 0 for those that have left; of the same price the last holds."""
        if self._is_known:
            self._changed.append((prices, sizes))
            self._changes += len(prices)
            if self._changes > MOST_CHANGES:
                self.forget()

    def forget(self) -> None:
        """Any price may have another size now."""
        self._changed.clear()
        self._changes = 0
        self._is_known = False

    def arrays(self) -> tuple[Floats, Floats]:
        """Return (n,) prices, best first, and (n,) their sizes, some 0: their levels have left.

        Both are valid until the levels change.
        """
        if not self._is_known:
            self._sort()
        elif self._changes:
            self._merge()
        return self._sign * self._keys[:-1], self._sizes[:-1]

    def _sort(self) -> None:
        count = len(self._levels)
        # A last one beyond all others: what is looked for has always a place.
        keys, sizes = np.full(count + 1, np.inf), np.zeros(count + 1)
        keys[:-1] = np.fromiter(self._levels.keys(), np.float64, count)
        keys[:-1] *= self._sign
        sizes[:-1] = np.fromiter(self._levels.values(), np.float64, count)
        order = keys.argsort()
        self._keys, self._sizes = keys[order], sizes[order]
        self._is_known = True

    def _merge(self) -> None:
        # What was said is taken as it was said: to look every price up in the dictionary costs more.
        prices, changed = zip(*self._changed, strict=True)
        keys, sizes = self._sign * np.concatenate(prices), np.concatenate(changed)
        self._changed.clear()
        self._changes = 0
        places = self._keys.searchsorted(keys)
        held = self._keys[places] == keys
        if held.all():
            self._sizes[places] = sizes  # of a place named twice the last is left
            return
        self._sizes[places[held]] = sizes[held]
        new = ~held
        fresh = dict(zip(keys[new].tolist(), sizes[new].tolist(), strict=True))
        # Most have been held before: these are put between them, and nothing is sorted again.
        own = np.array(sorted(key for key, size in fresh.items() if size))
        places = self._keys.searchsorted(own) + np.arange(len(own))
        stay = np.ones(len(self._keys) + len(own), bool)
        stay[places] = False
        self._keys = _joined(stay, self._keys, places, own)
        self._sizes = _joined(stay, self._sizes, places, np.array([fresh[key] for key in own.tolist()]))
        if len(self._keys) > 2 * len(self._levels) + LEAST_LEFT:
            self._sort()


def _joined(stay: NDArray[np.bool_], held: Floats, places: NDArray[np.int64], own: Floats) -> Floats:
    joined: Floats = np.empty(len(stay))
    joined[stay], joined[places] = held, own
    return joined
