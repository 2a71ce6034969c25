"""A venue made of a recording: serves its messages on loopback, as fast or as slowly as is asked for.

Runs as a program, so that sending costs the measured process nothing: it prints its address and waits.
"""

import asyncio
import gzip
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
from aiohttp import web

SLICE_S = 0.0005
MOST_BUFFERED_BYTES = 1 << 20
HEARTBEAT_S = 0.3
HEARTBEAT = (
    '{"e":"markPriceUpdate","E":1723161256299,"s":"BTCUSDT","p":"61500.0","i":"61500.0","P":"61500.0",'
    '"r":"0.0001","T":1723190400000}'
)
EXCHANGE_INFO = {
    "timezone": "UTC",
    "serverTime": 0,
    "rateLimits": [],
    "assets": [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "0"}],
    "symbols": [
        {
            "symbol": "BTCUSDT",
            "pair": "BTCUSDT",
            "contractType": "PERPETUAL",
            "deliveryDate": 4133404800000,
            "onboardDate": 1569398400000,
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "marginAsset": "USDT",
            "pricePrecision": 2,
            "quantityPrecision": 3,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "underlyingType": "COIN",
            "filters": [
                {"filterType": "PRICE_FILTER", "tickSize": "0.10", "minPrice": "1", "maxPrice": "4529764"},
                {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001", "maxQty": "1000"},
                {"filterType": "MIN_NOTIONAL", "notional": "100"},
            ],
            "orderTypes": ["LIMIT", "MARKET"],
            "timeInForce": ["GTC"],
        }
    ],
}


class Source:
    """The recorded messages, several times over with ids that go on, as finished websocket frames."""

    def __init__(self, capture: Path, times: int) -> None:
        self.snapshot: bytes = b""
        events: list[dict[str, object]] = []
        with gzip.open(capture) as lines:
            for line in lines:
                message = msgspec.json.decode(line.partition(b" ")[2])
                if "lastUpdateId" in message:
                    self.snapshot = self.snapshot or msgspec.json.encode(message)
                else:
                    events.append(message["data"])
        self.kinds: list[str] = []
        self.frames: list[bytes] = []
        self.trades = 0
        updates = [event for event in events if event["e"] == "depthUpdate"]
        trades = [event for event in events if event["e"] == "trade"]
        shift_update = updates[-1]["u"] - updates[0]["pu"]  # type: ignore[operator]
        shift_trade = trades[-1]["t"] + 1 - trades[0]["t"]  # type: ignore[operator]
        for turn in range(times):
            for event in events:
                if turn:
                    for name in ("u", "U", "pu"):
                        if name in event:
                            event[name] += shift_update  # type: ignore[operator]
                    if "t" in event:
                        event["t"] += shift_trade  # type: ignore[operator]
                self.kinds.append(str(event["e"]))
                self.frames.append(_frame(msgspec.json.encode(event)))
        self.counts = {kind: self.kinds.count(kind) for kind in ("trade", "depthUpdate", "bookTicker")}


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes([0x81, size]) if size < 126 else bytes([0x81, 126]) + size.to_bytes(2, "big")
    if size >= 65_536:
        head = bytes([0x81, 127]) + size.to_bytes(8, "big")
    return head + payload


class SourceServer:
    """Answers as the venue would, and sends on command."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._sent_ns = np.zeros(len(source.frames), np.int64)
        self._sending: asyncio.Task[None] | None = None
        self._progress = {"sent": 0, "seconds": 0.0, "done": False}

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/fapi/v1/exchangeInfo", _json(EXCHANGE_INFO))
        application.router.add_get("/fapi/v1/fundingInfo", _json([]))
        application.router.add_get("/fapi/v1/depth", self._depth)
        application.router.add_get("/fapi/v1/time", self._time)
        application.router.add_get("/fapi/v1/openInterest", _json({"openInterest": "1", "time": 1}))
        application.router.add_get("/send", self._send)
        application.router.add_get("/progress", self._tell_progress)
        application.router.add_get("/sent", self._tell_sent)
        application.router.add_get("/kinds", self._tell_kinds)
        application.router.add_get("/{category}/ws/{number}", self._socket)
        return application

    async def _depth(self, request: web.Request) -> web.Response:
        return web.Response(body=self._source.snapshot, content_type="application/json")

    async def _time(self, request: web.Request) -> web.Response:
        return web.json_response({"serverTime": time.time_ns() // 1_000_000})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        beating = asyncio.create_task(self._beat(socket))
        async for message in socket:
            asked = msgspec.json.decode(message.data)
            for stream in asked["params"]:
                kind = stream.partition("@")[2].partition("@")[0]
                self._sockets[{"depth": "depthUpdate"}.get(kind, kind)] = socket
            await socket.send_str(f'{{"result":null,"id":{asked["id"]}}}')
        beating.cancel()
        return socket

    async def _beat(self, socket: web.WebSocketResponse) -> None:
        """Between two rounds the connections are not silent, as a venue's never are."""
        while not socket.closed:
            await socket.send_str(HEARTBEAT)
            await asyncio.sleep(HEARTBEAT_S)

    async def _send(self, request: web.Request) -> web.Response:
        """Begin to send `count` messages from `first`, `rate` a second; 0 is as fast as they are taken."""
        query = request.query
        first, count, rate = int(query["first"]), int(query["count"]), float(query["rate"])
        self._progress = {"sent": 0, "seconds": 0.0, "done": False}
        self._sending = asyncio.create_task(self._run(first, first + count, rate))
        return web.json_response(sorted(self._sockets))

    async def _run(self, first: int, end: int, rate: float) -> None:
        # Past aiohttp's framing, which would cost more than the receivers that are measured.
        transports = {
            kind: socket._req.transport  # type: ignore[union-attr]
            for kind, socket in self._sockets.items()
            if not socket.closed and kind in self._source.counts
        }
        kinds, frames = self._source.kinds, self._source.frames
        began = time.perf_counter()
        index = first
        while index < end:
            due = end if rate == 0 else min(end, first + int((time.perf_counter() - began) * rate))
            upto = min(due, index + 512)
            parts: dict[str, list[bytes]] = {}
            for position in range(index, upto):
                parts.setdefault(kinds[position], []).append(frames[position])
            for kind, blobs in parts.items():
                transports[kind].write(b"".join(blobs))  # type: ignore[union-attr]
            self._sent_ns[index:upto] = time.time_ns()
            index = upto
            await asyncio.sleep(0 if index < due else SLICE_S)
            while any(
                transport.get_write_buffer_size() > MOST_BUFFERED_BYTES  # type: ignore[union-attr]
                for transport in transports.values()
            ):
                await asyncio.sleep(0.001)
        self._progress = {"sent": index - first, "seconds": time.perf_counter() - began, "done": True}

    async def _tell_progress(self, request: web.Request) -> web.Response:
        return web.json_response(self._progress)

    async def _tell_sent(self, request: web.Request) -> web.Response:
        """When each message was sent, UTC nanoseconds."""
        return web.Response(body=self._sent_ns.tobytes())

    async def _tell_kinds(self, request: web.Request) -> web.Response:
        """Which of the messages are trades."""
        return web.Response(body=bytes(kind == "trade" for kind in self._source.kinds))


def _json(answer: object):  # type: ignore[no-untyped-def]
    body = msgspec.json.encode(answer)

    async def respond(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return respond


async def _main(capture: Path, times: int) -> None:
    source = Source(capture, times)
    runner = web.AppRunner(SourceServer(source).application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(msgspec.json.encode({"url": f"http://127.0.0.1:{port}", **source.counts}).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
