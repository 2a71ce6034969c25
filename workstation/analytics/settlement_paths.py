"""How the price went around past funding settlements: the mean path, how sure it is, and of how many."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.distributions import student_t_quantile

MINUTE_MS = 60_000
REACH_MS = 60 * MINUTE_MS
LEAST_SETTLEMENTS = 3

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SettlementPath:
    """The mean path of the price around settlements.

    Attributes:
        offsets_ms: (k,) from the settlement, negative before it.
        mean: (k,) log return against the price at the settlement.
        low, high: (k,) 95 % interval of that mean (Student's t): where it holds 0, nothing is shown.
        lower, upper: (k,) the quartiles: half of the single paths lie between.
        count: settlements with every candle of their two hours.
        left_out: settlements of which candles are missing.
    """

    offsets_ms: Times
    mean: Floats
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    count: int
    left_out: int


def settlement_path(
    settled_ms: Times, open_ms: Times, closes: Floats, timeframe_ms: int, reach_ms: int = REACH_MS
) -> SettlementPath | None:
    """Return the mean path around settlements; None where fewer than three have all their candles.

    Args:
        settled_ms: (n,) moments of settlement.
        open_ms, closes: (m,) opening times, ascending, and closes of candles; holes may be among them.
        timeframe_ms: width of a candle. A candle's close is the price at its end.
        reach_ms: how far to look to either side, a multiple of the width.
    """
    steps = reach_ms // timeframe_ms
    offsets = np.arange(-steps, steps + 1, dtype=np.int64) * timeframe_ms
    if not len(open_ms) or not len(settled_ms):
        return None
    # Settlements may be stamped a moment late; candles end on whole steps.
    moments = np.round(settled_ms / timeframe_ms).astype(np.int64) * timeframe_ms
    wanted = moments[:, None] + offsets - timeframe_ms
    places = np.minimum(np.searchsorted(open_ms, wanted), len(open_ms) - 1)
    whole = (open_ms[places] == wanted).all(axis=1)
    count = int(whole.sum())
    if count < LEAST_SETTLEMENTS:
        return None
    prices = closes[places[whole]]
    paths = np.log(prices / prices[:, steps : steps + 1])
    mean = paths.mean(axis=0)
    error = student_t_quantile(count - 1) * paths.std(axis=0, ddof=1) / sqrt(count)
    lower, upper = np.quantile(paths, (0.25, 0.75), axis=0)
    return SettlementPath(
        offsets, mean, mean - error, mean + error, lower, upper, count, len(settled_ms) - count
    )
