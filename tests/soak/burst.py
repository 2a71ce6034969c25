"""A burst through a headless desk: as many messages a second as the engine's streams can carry."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.soak.desk import watched
from tests.soak.stored import stored_symbols
from tests.soak.venue import simulated


@dataclass(frozen=True, slots=True)
class BurstReport:
    """What a burst showed.

    Attributes:
        rate, seconds: asked for; messages: sent, within `took_s`.
        missing: trade ids that are not in the store; fetched: those that had to be asked for by REST.
        cut_off: connections that the venue ended because they were read too slowly.
        behind_s: from the end of the burst until the desk had everything.
    """

    seed: int
    rate: float
    seconds: float
    messages: int
    took_s: float
    missing: int
    fetched: int
    cut_off: int
    behind_s: float


async def run_burst(data_dir: Path, *, seed: int, rate: float = 20_000, seconds: float = 10.0) -> BurstReport:
    """Send a burst over eight symbols and hold the store against the engine."""
    symbols = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "TAOUSDT", "WLDUSDT", "VIRTUALUSDT", "NEARUSDT", "GRTUSDT")
    with simulated(seed=seed, symbols=symbols) as venue:
        async with watched(venue, symbols, data_dir) as desk:
            await desk.until_current()
            await asyncio.to_thread(venue.post, "/admin/burst", rate=rate, seconds=seconds)
            while True:
                await asyncio.sleep(0.2)
                state = await venue.state()
                if not state["burst"]["running"]:
                    break
            burst = state["burst"]
            behind_s = await desk.until_current(60.0)
            state = await venue.state()
            await desk.until(lambda: desk.has(state["emitted"]), 30.0, "the end of the burst")
            first_ids = {symbol: seen.first_id for symbol, seen in desk.trades.items()}
            fetched = sum(backfill.found for backfill in desk.backfills)
    missing = 0
    for symbol, found in stored_symbols(data_dir).items():
        ids = found.trades["trade_id"]
        missing += found.missing + max(0, int(ids.min()) - first_ids[symbol])
        missing += max(0, state["emitted"][symbol]["last_trade_id"] - int(ids.max()))
    return BurstReport(
        seed,
        rate,
        seconds,
        int(burst["messages"]),
        float(burst["seconds"]),
        missing,
        fetched,
        int(state["clients_too_slow"]),
        behind_s,
    )
