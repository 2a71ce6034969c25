"""Bars of any width made of the seconds that were traded, around a cursor that stands between them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workstation.model.columns import Records

WIDTHS_MS = (1_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000)
MOST_BARS = 130
"""In view: more are too narrow to read."""

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bars:
    """Columns of bars: when each opens (UTC ms), and its four prices."""

    times: Times
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats


def width_for(span_ms: float) -> int:
    """The narrowest width of a bar that is read in a view of that span."""
    return next((width for width in WIDTHS_MS if span_ms / width <= MOST_BARS), WIDTHS_MS[-1])


def bars_of(seconds: Records, width_ms: int) -> Bars:
    """Bars of seconds; where nothing was traded there is none.

    Args:
        seconds: rows of CANDLE of a second, oldest first.
        width_ms: of a bar.
    """
    if not len(seconds):
        empty = np.empty(0)
        return Bars(np.empty(0, np.int64), empty, empty, empty, empty)
    opens = seconds["open_ms"] // width_ms * width_ms
    starts = np.flatnonzero(np.diff(opens, prepend=opens[0] - 1))
    ends = np.append(starts[1:], len(seconds)) - 1
    return Bars(
        opens[starts],
        seconds["open"][starts],
        np.maximum.reduceat(seconds["high"], starts),
        np.minimum.reduceat(seconds["low"], starts),
        seconds["close"][ends],
    )
