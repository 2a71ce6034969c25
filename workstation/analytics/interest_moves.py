"""What open interest and price did together over a day: the way through the quadrants, and spikes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SPIKE_RATE = 0.15
REJECTED_SHARE = 0.5

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


def value_at(times: Times, values: Floats, moment_ms: int, slack_ms: int) -> float:
    """Return the newest value at or before a moment; nan where it is older than the slack."""
    place = int(np.searchsorted(times, moment_ms, side="right")) - 1
    if place < 0 or moment_ms - int(times[place]) > slack_ms:
        return float("nan")
    return float(values[place])


def change_path(
    times: Times,
    interest: Floats,
    price_times: Times,
    prices: Floats,
    moments_ms: Times,
    slack_ms: int = HOUR_MS,
) -> tuple[Floats, Floats]:
    """Return the 24 h changes of price and of open interest at several moments, as fractions; nan if unknown.

    Args:
        times, interest: (n,) samples of open interest in contracts or coins, ascending.
        price_times, prices: (m,) prices and when each was so, ascending.
        moments_ms: (k,).
        slack_ms: how much older than a moment what is known of it may be.
    """
    price_changes, interest_changes = np.full(len(moments_ms), np.nan), np.full(len(moments_ms), np.nan)
    for place, moment in enumerate(moments_ms.tolist()):
        for known, values, changes in (
            (price_times, prices, price_changes),
            (times, interest, interest_changes),
        ):
            then = value_at(known, values, moment - DAY_MS, slack_ms)
            if then:
                changes[place] = value_at(known, values, moment, slack_ms) / then - 1
    return price_changes, interest_changes


@dataclass(frozen=True, slots=True)
class InterestSpike:
    """Open interest that rose fast, and what the price made of it.

    Attributes:
        rise_rate: from its low to its high within the day, a fraction.
        from_ms, to_ms: of that low and that high.
        extreme_price: the furthest that the price went from where it was at the low.
        went_rate: how far that was, a fraction with its sign.
        given_back: share of that move that was given back by now; above one, it turned against it.
    """

    rise_rate: float
    from_ms: int
    to_ms: int
    extreme_price: float
    went_rate: float
    given_back: float

    @property
    def is_rejected(self) -> bool:
        """Whether at least half of the move is gone: those who came late are under water."""
        return self.given_back >= REJECTED_SHARE


def interest_spike(
    times: Times,
    interest: Floats,
    open_ms: Times,
    highs: Floats,
    lows: Floats,
    closes: Floats,
    now_ms: int,
    least_rate: float = SPIKE_RATE,
    within_ms: int = DAY_MS,
) -> InterestSpike | None:
    """Return the greatest rise of open interest within the last day, if it is a spike; else None.

    Args:
        times, interest: (n,) samples in contracts or coins, ascending.
        open_ms, highs, lows, closes: (m,) candles, ascending.
        now_ms: the venue's time.
        least_rate: a rise below it is no spike. 15 to 20 % are usual.
        within_ms: how long ago the rise may have begun.
    """
    first = int(np.searchsorted(times, now_ms - within_ms))
    times, interest = times[first:], interest[first:]
    if len(times) < 2 or not (interest > 0).all():
        return None
    lowest = np.minimum.accumulate(interest)
    rises = interest / lowest - 1
    top = int(np.argmax(rises))
    if rises[top] < least_rate:
        return None
    bottom = int(np.argmin(interest[: top + 1]))
    begun = int(np.searchsorted(open_ms, times[bottom], side="right")) - 1
    if begun < 0 or begun >= len(open_ms):
        return None
    base, last = float(closes[begun]), float(closes[-1])
    after = slice(begun, None)
    high, low = float(highs[after].max()), float(lows[after].min())
    extreme = high if high - base >= base - low else low
    went = extreme - base
    given_back = (extreme - last) / went if went else 0.0
    return InterestSpike(
        float(rises[top]), int(times[bottom]), int(times[top]), extreme, went / base, given_back
    )
