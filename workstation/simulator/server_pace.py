"""Lets simulated time follow the wall clock at a chosen speed, in slices so that others get their turn."""

import asyncio
import time
from collections.abc import Callable

from workstation.simulator.server_market import ServedMarket

_TICK_S = 0.010
_SLICE_S = 0.025  # of work before others get their turn


class Pace:
    """Moves a market along the wall clock.

    Attributes:
        lag_ms: simulated milliseconds that the market is behind where it should be, when last looked at.
    """

    def __init__(self, market: ServedMarket, speed: float, late_s: Callable[[], float]) -> None:
        """Let `market` run `speed` simulated seconds per second; 0 lets it stand still.

        Args:
            late_s: asked once it runs: seconds since the moment that the market's time stands for. Filling
                the past took them, and they are made up for at once.
        """
        self._market = market
        self._speed = speed
        self._late_s = late_s
        self.lag_ms = 0

    async def run(self) -> None:
        """Follow the wall clock until cancelled."""
        market = self._market
        began, start_ms = time.monotonic(), market.now_ms
        if self._speed:
            start_ms += int(1000 * self._late_s())
        while True:
            due_ms = start_ms + int((time.monotonic() - began) * 1000 * self._speed)
            now_ms = market.now_ms
            self.lag_ms = max(0, due_ms - now_ms)
            until = time.monotonic() + _SLICE_S
            while now_ms < due_ms and time.monotonic() < until:
                now_ms = market.step(due_ms)
            market.flush()
            await asyncio.sleep(_TICK_S if now_ms >= due_ms else 0)
