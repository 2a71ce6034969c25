"""Bursts on demand: real trades through the matching engine, as many messages a second as are asked for."""

import asyncio
import time
from itertools import cycle
from typing import TypedDict

from workstation.simulator.matching import BUY, SELL, TimeInForce
from workstation.simulator.outside import NewOrder
from workstation.simulator.server_market import ServedMarket
from workstation.simulator.streams import Hub

_STEP_S = 0.005
_MOST_ORDERS_AT_ONCE = 500


class BurstProgress(TypedDict):
    """How far the newest burst is."""

    running: bool
    orders: int
    messages: int
    seconds: float


class Burst:
    """Sends small market orders until the streams carry the rate asked for.

    The orders trade, so ids, books, candles and REST history stay as lawful as in the usual flow.
    """

    def __init__(self, market: ServedMarket, hub: Hub) -> None:
        """Trade on `market`; what `hub` publishes to clients counts as a message."""
        self._market = market
        self._hub = hub
        self._task: asyncio.Task[None] | None = None
        self.progress = BurstProgress(running=False, orders=0, messages=0, seconds=0.0)

    def start(self, symbols: list[str], rate: float, seconds: float) -> None:
        """Begin a burst; one that is running is replaced.

        Args:
            rate: messages per second, over all streams that somebody follows.
        """
        self.stop()
        self.progress = BurstProgress(running=True, orders=0, messages=0, seconds=0.0)
        self._task = asyncio.get_running_loop().create_task(self._run(symbols, rate, seconds), name="burst")

    def stop(self) -> None:
        """End the burst that is running, if any."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self.progress["running"] = False

    async def _run(self, symbols: list[str], rate: float, seconds: float) -> None:
        progress = self.progress
        targets = cycle([(symbol, side) for side in (BUY, SELL) for symbol in symbols])
        began, published = time.monotonic(), self._hub.published
        while True:
            elapsed = time.monotonic() - began
            progress["seconds"] = min(elapsed, seconds)
            due = rate * progress["seconds"] - progress["messages"]
            if elapsed >= seconds and due <= 0:
                break
            orders = 0
            # In small pieces, because how many messages an order makes depends on who follows what.
            while progress["messages"] < rate * progress["seconds"] and orders < _MOST_ORDERS_AT_ONCE:
                for _ in range(10):
                    symbol, side = next(targets)
                    self._market.channels[symbol].market.submit(
                        NewOrder(side=side, lots=1, time_in_force=TimeInForce.IOC)
                    )
                orders += 10
                progress["orders"] += 10
                self._market.tell()
                progress["messages"] = max(self._hub.published - published, progress["orders"])
            self._market.flush()
            await asyncio.sleep(_STEP_S if orders < _MOST_ORDERS_AT_ONCE else 0)
        progress["running"] = False
