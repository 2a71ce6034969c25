"""Where a value stands among others: the share that lies below it."""

import numpy as np
from numpy.typing import NDArray


def share_below(ordered: NDArray[np.float64], value: float) -> float:
    """Return the share of `ordered`, rising and not empty, that is less than a value; ties count half."""
    less = int(np.searchsorted(ordered, value, side="left"))
    not_more = int(np.searchsorted(ordered, value, side="right"))
    return (less + not_more) / 2 / len(ordered)
