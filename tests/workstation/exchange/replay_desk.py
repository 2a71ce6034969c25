"""A capture of plain messages, and a desk that takes what is played of it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.workstation.exchange.wire import (
    depth,
    lines,
    quote,
    snapshot,
    trade,
)
from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.state import Market
from workstation.model.columns import MarketBatch
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock

MS = 1_000_000
COUNT = 600


def message(number: int) -> bytes:
    """The message at a place in the long capture: a snapshot, then trades, quotes and chained updates.

    Prices and sizes are halves, whose sums are exact in any order.
    """
    if number == 0:
        return snapshot(1)
    price = f"{61700 + number % 7}.50"
    kinds = (
        lambda: trade(number, price, "0.500"),
        lambda: quote(number, "61699.90", "61800.20"),
        lambda: depth(2 + number // 3, bids=[(price, f"{number % 5}.000")]),
    )
    return kinds[number % 3]()


def write(folder: Path, *messages: bytes) -> Path:
    path = folder / "capture"
    path.write_bytes(lines(messages))
    return path


def seqs(batches: list[MarketBatch]) -> list[int]:
    return [
        seq
        for batch in batches
        for seq in sorted(
            [*batch.trades["seq"].tolist(), *batch.quotes["seq"].tolist(), *batch.updates["seq"].tolist()]
        )
    ]


def played_at_once(path: Path) -> tuple[ReplayFeed, list[MarketBatch]]:
    feed = ReplayFeed(path)
    batches = [batch for some in feed.batches() for batch in some]
    feed.close()
    return feed, batches


class Desk:
    """A market fed by a replay, and what it was handed."""

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        self.feed = ReplayFeed(path, speed=speed)
        self.feed.on_rewind = self.rewind
        self.market = Market(Bus(), SystemClock())
        for instrument in self.feed.instruments:
            self.market.add(instrument)
        self.batches: list[MarketBatch] = []
        self.rewinds = 0

    def take(self, batch: MarketBatch) -> None:
        self.batches.append(batch)
        self.market.apply(batch)

    def rewind(self) -> None:
        self.rewinds += 1
        self.batches.clear()
        self.market.reset()

    @property
    def seqs(self) -> list[int]:
        return seqs(self.batches)

    def look(self) -> tuple[object, ...]:
        """All that the market knows, to compare."""
        looks: list[object] = []
        for state in self.market.states.values():
            book, grid = state.book, state.grid
            looks += [
                state.trades.rows().tobytes(),
                state.quotes.rows().tobytes(),
                state.candles(1_000).rows().tobytes(),
                (sorted(book.bids.items()), sorted(book.asks.items()), book.status, book.event_ms),
                (state.last_price, state.market_ms, state.session),
                grid
                and (grid.buckets, [column.tobytes() for column in (grid.gap, grid.codes, grid.first_bin)]),
            ]
        return tuple(looks)


async def until(condition: Callable[[], bool], patience_s: float = 5.0) -> None:
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.001)


async def while_running(desk: Desk, play: Callable[[], Awaitable[None]]) -> None:
    task = asyncio.create_task(desk.feed.run(desk.take))
    try:
        await play()
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        desk.feed.close()
