"""One websocket's conversation: subscriptions by method and id, pings both ways, and the venue's limits."""

import asyncio
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from workstation.runtime.clock import Clock
from workstation.simulator.streams import Client, Hub
from workstation.simulator.wire_frames import ping_frame, pong_frame, text_frame

MESSAGES_PER_S = 10
MAX_STREAMS = 1024
PING_EVERY_S = 180.0
PONG_WITHIN_S = 600.0
MAX_REQUEST_BYTES = 128 * 1024

_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_INVALID_REQUEST, _INVALID_JSON = 2, 3
_POLICY_VIOLATION = 1008  # close code, RFC 6455


class _RequestError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class _Request(msgspec.Struct):
    method: str
    params: list[Any] = []
    id: int | str | None = None


_decode = msgspec.json.Decoder(_Request).decode
_encode = msgspec.json.encode


class SocketServer:
    """Serves `/ws` and `/ws/<stream>/<stream>` (bare events) and `/stream?streams=a/b` (wrapped)."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        """Serve from `hub`; limits are counted on `clock`."""
        self._hub = hub
        self._clock = clock

    async def serve_raw(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a socket that gets events bare."""
        # The user data stream is named by its listen key, in the path or, as of late, beside it.
        names = request.match_info.get("streams", "") or request.query.get("listenKey", "")
        return await self._serve(request, names, combined=False)

    async def serve_combined(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a socket that gets events wrapped with the name of their stream."""
        return await self._serve(request, request.query.get("streams", ""), combined=True)

    async def _serve(self, request: web.Request, names: str, *, combined: bool) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, autoping=False, max_msg_size=MAX_REQUEST_BYTES)
        await socket.prepare(request)
        if request.transport is None:
            return socket
        client = Client(request.transport, combined=combined)
        self._hub.add(client)
        self._hub.subscribe(client, [name for name in names.split("/") if name][:MAX_STREAMS])
        pings = asyncio.get_running_loop().create_task(self._ping(client), name="pings")
        try:
            await self._converse(socket, client)
        finally:
            pings.cancel()
            self._hub.remove(client)
        return socket

    async def _converse(self, socket: web.WebSocketResponse, client: Client) -> None:
        window, messages = self._clock.monotonic(), 0
        while True:
            message = await socket.receive()
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            now = self._clock.monotonic()
            if now - window >= 1.0:
                window, messages = now, 0
            messages += 1
            if messages > MESSAGES_PER_S:
                client.flush()
                await socket.close(code=_POLICY_VIOLATION, message=b"Too many requests")
                return
            if message.type is WSMsgType.PING:
                client.queue(pong_frame(bytes(message.data)))
            elif message.type is WSMsgType.PONG:
                client.ponged = now
            else:
                client.queue(text_frame(self._answer(client, message.data)))
            client.flush()

    async def _ping(self, client: Client) -> None:
        client.ponged = self._clock.monotonic()
        while True:
            await asyncio.sleep(PING_EVERY_S)
            if self._clock.monotonic() - client.ponged > PONG_WITHIN_S:
                self._hub.drop([client])
                return
            client.queue(ping_frame(str(self._clock.now_ms()).encode()))
            client.flush()

    def _answer(self, client: Client, text: str | bytes) -> bytes:
        """Do what a message asks and return the response to it."""
        request_id: int | str | None = None
        try:
            request = _read(text)
            request_id = request.id
            return _encode({"result": self._do(client, request), "id": request_id})
        except _RequestError as error:
            return _encode({"error": {"code": error.code, "msg": str(error)}, "id": request_id})

    def _do(self, client: Client, request: _Request) -> Any:
        match request.method:
            case "SUBSCRIBE":
                streams = _stream_names(request)
                if len(client.streams) + len(streams) > MAX_STREAMS:
                    raise _RequestError(_INVALID_REQUEST, "Invalid request: too many parameters")
                self._hub.subscribe(client, streams)
                return None
            case "UNSUBSCRIBE":
                self._hub.unsubscribe(client, _stream_names(request))
                return None
            case "LIST_SUBSCRIPTIONS":
                return list(client.streams)
            case "SET_PROPERTY":
                match request.params:
                    case ["combined", bool(value)]:
                        client.combined = value
                        return None
                    case ["combined", _]:
                        raise _RequestError(1, "Invalid value type: expected Boolean")
                raise _RequestError(0, "Unknown property")
            case _:
                if request.params == ["combined"]:
                    return client.combined
                raise _RequestError(0, "Unknown property")


def _read(text: str | bytes) -> _Request:
    try:
        request = _decode(text)
    except msgspec.ValidationError as error:
        raise _RequestError(_INVALID_REQUEST, f"Invalid request: {error}") from None
    except msgspec.DecodeError as error:
        raise _RequestError(_INVALID_JSON, f"Invalid JSON: {error}") from None
    if request.method not in _METHODS:
        known = ", ".join(f"`{method}`" for method in _METHODS)
        raise _RequestError(
            _INVALID_REQUEST,
            f"Invalid request: unknown variant `{request.method[:40]}`, expected one of {known}",
        )
    return request


def _stream_names(request: _Request) -> list[str]:
    if not all(isinstance(name, str) for name in request.params):
        raise _RequestError(_INVALID_REQUEST, "Invalid request: stream names must be strings")
    return request.params
