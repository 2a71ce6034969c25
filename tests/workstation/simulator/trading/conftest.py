"""A signed client of a simulated exchange that stands still until a test advances it."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from workstation.simulator.matching import TimeInForce
from workstation.simulator.outside import NewOrder
from workstation.simulator.rest_query import API_KEY, API_SECRET
from workstation.simulator.server import SimulatorOptions, SimulatorServer

START_MS = 1_767_225_600_000 + 7 * 3_600_000 + 59 * 60_000 + 12_345  # a minute before a settlement


class Refused(Exception):
    """The venue's code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code


class Trading:
    """What the demo key can do, and the engine behind it."""

    def __init__(self, server: SimulatorServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session
        self.market = server.market
        self.account = server.market.trader.account
        self.events: list[dict[str, Any]] = []
        self.timeout_s = 10.0

    async def ask(self, method: str, path: str, **parameters: Any) -> Any:
        text = urlencode({**parameters, "recvWindow": 60_000, "timestamp": time.time_ns() // 1_000_000})
        signature = hmac.new(API_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        text += f"&signature={signature}"
        headers = {"X-MBX-APIKEY": API_KEY}
        address, body = (path + "?" + text, None) if method in ("GET", "DELETE") else (path, text)
        timeout = aiohttp.ClientTimeout(total=self.timeout_s)
        async with self.session.request(
            method, address, data=body, headers=headers, timeout=timeout
        ) as response:
            answer = await response.json()
            if response.status != 200:
                raise Refused(answer["code"], answer["msg"])
            return answer

    async def order(self, side: str, quantity: str, price: str | None = None, **more: Any) -> Any:
        kind = {"type": "LIMIT", "timeInForce": "GTC", "price": price} if price else {"type": "MARKET"}
        asked = {"symbol": "BTCUSDT", "side": side, "quantity": quantity, **kind, **more}
        return await self.ask("POST", "/fapi/v1/order", **asked)

    async def algo(self, side: str, kind: str, **more: Any) -> Any:
        asked = {"symbol": "BTCUSDT", "side": side, "type": kind, "algoType": "CONDITIONAL", **more}
        return await self.ask("POST", "/fapi/v1/algoOrder", **asked)

    def advance(self, ms: int) -> None:
        self.market.advance(self.market.now_ms + ms)

    def best(self, side: str) -> Decimal:
        view = self.market.channels["BTCUSDT"].market.depth(1)
        ((ticks, _),) = view.bids if side == "bid" else view.asks
        return ticks * Decimal("0.1")

    @property
    def mark(self) -> Decimal:
        return self.account.mark_of("BTCUSDT")

    def take_from(self, side: int, price: Decimal) -> None:
        """Let somebody else trade everything up to a price."""
        market = self.market.channels["BTCUSDT"].market
        market.submit(NewOrder(side, 10**7, int(price / Decimal("0.1")), TimeInForce.IOC))
        self.market.tell()

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["e"] == kind]


@pytest.fixture
async def trading() -> AsyncIterator[Trading]:
    options = SimulatorOptions(seed=5, days=0.02, speed=0, symbols=("BTCUSDT", "ETHUSDT"), start_ms=START_MS)
    server = SimulatorServer(options)
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        trading = Trading(server, session)
        trading.market.trader.open_stream()
        hub_publish = server.hub.publish

        def publish(stream: str, payload: bytes) -> None:
            if stream == trading.market.trader.listen_key:
                trading.events.append(json.loads(payload))
            hub_publish(stream, payload)

        server.hub.publish = publish  # type: ignore[method-assign]
        yield trading
    await server.stop()
