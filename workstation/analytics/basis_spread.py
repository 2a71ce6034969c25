"""Where a contract's basis stands among those of a span of time."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.time_share import share_below
from workstation.model.basis import BasisMinutes

MINUTE_MS = 60_000
LEAST_MINUTES = 60

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class BasisSpread:
    """The deviations of a span in the order of their size, to be asked where one stands.

    Attributes:
        span_ms: what was asked for. known_ms: from the oldest minute to the newest.
        ordered: by name (n,) deviations, rising, without unknown ones.
    """

    span_ms: int
    known_ms: int
    ordered: dict[str, Floats] = field(default_factory=dict)

    def percentile(self, name: str, value: float) -> float | None:
        """The share of minutes with a lower deviation, ties half; None with less than an hour known."""
        ordered = self.ordered.get(name)
        if ordered is None or len(ordered) < LEAST_MINUTES or value != value:
            return None
        return share_below(ordered, value)


def spread_of(minutes: BasisMinutes, now_ms: int, span_ms: int) -> BasisSpread:
    """Return the deviations of the newest span of some minutes."""
    first = int(np.searchsorted(minutes.times, now_ms - span_ms))
    times = minutes.times[first:]
    ordered = {}
    for name, values in minutes.values.items():
        found = values[first:]
        ordered[name] = np.sort(found[np.isfinite(found)])
    known_ms = int(times[-1] - times[0]) + MINUTE_MS if len(times) else 0
    return BasisSpread(span_ms, known_ms, ordered)
