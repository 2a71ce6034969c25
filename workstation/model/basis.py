"""How far a contract's mark stood from its other prices, minute by minute."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BasisMinutes:
    """Deviations of the mark, as fractions; nan where the other price was not known.

    Attributes:
        times: (n,) beginnings of minutes, UTC ms, rising; minutes of which nothing is stored are left out.
        values: by "index", "spot", "last" (n,) mark / that − 1 at the end of each minute.
        low, high: by the same names (n,) the least and the most within it, as far as they are stored.
    """

    times: Times
    values: dict[str, Floats]
    low: dict[str, Floats]
    high: dict[str, Floats]
