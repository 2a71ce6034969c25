"""A simulated exchange in this process that stands still until a test advances it, and a client for it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from workstation.simulator.server import SimulatorOptions, SimulatorServer

START_MS = 1_767_225_600_000 + 10 * 3_600_000 + 12_345


class Venue:
    """A running exchange and a client session on it."""

    def __init__(self, server: SimulatorServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    async def get(self, path: str, **parameters: Any) -> Any:
        async with self.session.get(path, params=parameters) as response:
            return await response.json()

    async def post(self, path: str, json: Any = None, **parameters: Any) -> Any:
        async with self.session.post(path, params=parameters, json=json) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def advance(self, ms: int) -> None:
        await self.post("/admin/advance", ms=ms)

    def follow(self, *streams: str) -> Any:
        return self.session.ws_connect("/stream?streams=" + "/".join(streams))


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    """Two symbols with two hours of history, standing still."""
    options = SimulatorOptions(
        seed=5, days=1 / 12, speed=0, symbols=("BTCUSDT", "LPTUSDT"), start_ms=START_MS
    )
    server = SimulatorServer(options)
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        yield Venue(server, session)
    await server.stop()
