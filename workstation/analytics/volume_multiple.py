"""The volume multiple: a candle's volume against the average of the 30 days before it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64] | NDArray[np.float64]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
AVERAGED_DAYS = 30
BREAKOUT_MULTIPLE = 1.5
"""A breakout counts with this many times the average volume, or more."""


@dataclass(frozen=True, slots=True)
class VolumeAverages:
    """What is usual at each candle.

    Attributes:
        volume: (n,) the mean volume of a candle over the days before; nan where nothing is known of them.
        known_days: (n,) how much of those days the mean rests on: 30 where all of it is stored.
    """

    volume: Floats
    known_days: Floats

    def multiples(self, volumes: Floats) -> Floats:
        """Return volumes of the same candles as multiples of what is usual; nan where that is unknown or 0.

        A candle that is still open is compared as it stands: its multiple can only rise.
        """
        usual = np.where(self.volume > 0, self.volume, np.nan)
        multiples: Floats = volumes / usual
        return multiples


def running_sums(volumes: Floats) -> Floats:
    """Return (n + 1,) Σ of the first 0, 1 … n volumes."""
    return np.concatenate(([0.0], np.cumsum(volumes)))


def usual_volumes(
    open_ms: Times,
    timeframe_ms: int,
    stored_ms: Times,
    stored_sums: Floats,
    stored_timeframe_ms: int,
    days: int = AVERAGED_DAYS,
) -> VolumeAverages:
    """Return the mean volume of a candle in the days before each candle.

    The mean is Σ volume / Σ time, times the timeframe: so 30 days of hourly candles, which are always
    stored, serve every shorter timeframe, and what they say is what the candles of that timeframe would.
    Hours that are not stored are left out of both sums. Only candles that had closed when a candle opened
    are counted: the average never knows what comes.

    Args:
        open_ms: (n,) opening times of the candles asked about, rising.
        timeframe_ms: of those.
        stored_ms: (m,) opening times of candles that tell of the past, rising: hourly, or the same ones.
        stored_sums: (m + 1,) running sums of their volumes.
        stored_timeframe_ms: of those.
        days: before each candle.
    """
    ends = np.searchsorted(stored_ms, open_ms - stored_timeframe_ms, side="right")
    starts = np.searchsorted(stored_ms, open_ms - days * DAY_MS, side="left")
    counts = np.maximum(ends - starts, 0)
    totals = stored_sums[starts + counts] - stored_sums[starts]
    known_ms = counts * float(stored_timeframe_ms)
    volume = np.full(len(open_ms), np.nan)
    np.divide(totals * timeframe_ms, known_ms, out=volume, where=known_ms > 0)
    return VolumeAverages(volume, known_ms / DAY_MS)


def better_known(first: VolumeAverages, second: VolumeAverages) -> VolumeAverages:
    """Return at each candle the average that rests on more days; of two equal ones the first."""
    take = first.known_days >= second.known_days
    return VolumeAverages(
        np.where(take, first.volume, second.volume), np.where(take, first.known_days, second.known_days)
    )


def volume_multiple(
    open_ms: int,
    timeframe_ms: int,
    volume: float,
    stored_ms: Times,
    stored_volume: Floats,
    stored_timeframe_ms: int = HOUR_MS,
    days: int = AVERAGED_DAYS,
) -> tuple[float, float]:
    """Return one candle's multiple, and how many days its average rests on; nan and 0 where none is known.

    Args:
        open_ms, timeframe_ms, volume: of the candle.
        stored_ms, stored_volume: (m,) candles that tell of the past, rising.
        stored_timeframe_ms: of those. days: before the candle.
    """
    usual = usual_volumes(
        np.array([open_ms], np.int64),
        timeframe_ms,
        stored_ms,
        running_sums(stored_volume),
        stored_timeframe_ms,
        days,
    )
    return float(usual.multiples(np.array([volume]))[0]), float(usual.known_days[0])
