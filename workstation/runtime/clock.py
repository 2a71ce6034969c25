"""Time as something that is handed in, so that tests and replays can own it."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the program reads the time."""

    def now_ms(self) -> int:
        """UTC milliseconds since 1970; may step when the system clock is set."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never step back: for ages and deadlines."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = now_ms
        self._monotonic = 0.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._now_ms += round(seconds * 1000)
        self._monotonic += seconds
