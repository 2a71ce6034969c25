"""The venue's clock against ours, and our clock against itself."""

import time
from collections.abc import Awaitable, Callable
from statistics import median

from workstation.model.feed_status import ClockSkew

SAMPLES = 5
JUMP_S = 2.0
"""Wall clock and monotonic clock drift apart by milliseconds a day: seconds at once are a jump."""

SLEPT_S = 5.0
"""A tick that comes so late was slept through: the lid was closed, or the process was stopped."""


async def measure_skew(venue: str, server_ms: Callable[[], Awaitable[float]]) -> ClockSkew:
    """Ask the venue for the time five times; each answer is compared with the middle of its round trip.

    Raises:
        Exception: what `server_ms` raises.
    """
    skews: list[float] = []
    round_trips: list[float] = []
    for _ in range(SAMPLES):
        wall_ms, began = time.time_ns() / 1e6, time.perf_counter()
        venue_ms = await server_ms()
        round_trip_ms = (time.perf_counter() - began) * 1e3
        skews.append(venue_ms - (wall_ms + round_trip_ms / 2))
        round_trips.append(round_trip_ms)
    return ClockSkew(venue, median(skews), min(round_trips))


class ClockWatch:
    """Notices that the wall clock was set, or that time has passed in which nothing ran."""

    def __init__(
        self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin to watch; both clocks in seconds."""
        self._wall = wall
        self._monotonic = monotonic
        self._last = (wall(), monotonic())

    def jumped(self) -> str | None:
        """Return what happened since the call before, as a sentence; None if time went its usual way."""
        before, self._last = self._last, (self._wall(), self._monotonic())
        wall_s, monotonic_s = (now - then for now, then in zip(self._last, before, strict=True))
        if abs(wall_s - monotonic_s) > JUMP_S:
            return f"The system clock jumped by {wall_s - monotonic_s:+.0f} s; every connection is made anew."
        if monotonic_s > SLEPT_S:
            return f"This computer slept for {monotonic_s:.0f} s; every connection is made anew."
        return None
