"""Where a path of prices goes from one side of a band to the other."""

import numpy as np
from numpy.typing import NDArray


def flips(
    path: NDArray[np.float64], above: float, below: float, side: int = 0
) -> tuple[int, list[int], list[int]]:
    """Follow a path and return the side it ends on, and where it went up and down across the band.

    Args:
        path: (n,) prices in the order they came.
        above: a price over it is on the upper side.
        below: a price under it is on the lower side; never more than `above`. Between the two, and at them,
            the side is the one before.
        side: where it came from: +1, −1, or 0 where that is not known, and the first side seen no crossing.

    Returns:
        +1, −1 or 0; the places in the path at which it crossed upward; and downward.
    """
    marks = np.where(path > above, 1, np.where(path < below, -1, 0))
    places = np.flatnonzero(marks)
    if not len(places):
        return side, [], []
    sides = np.concatenate(([side], marks[places]))
    before, after = sides[:-1], sides[1:]
    ups = places[(before == -1) & (after == 1)].tolist()
    downs = places[(before == 1) & (after == -1)].tolist()
    return int(sides[-1]), ups, downs
