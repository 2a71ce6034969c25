"""The REST half of the simulated exchange: every request's way from faults and limits to its answer."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from workstation.runtime.clock import Clock
from workstation.simulator.faults import BadBody, Refuse, RequestFault, Reset, Slow
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.rest_errors import ApiError, banned, too_many_requests
from workstation.simulator.rest_limits import BAN_S, WeightLimit
from workstation.simulator.rest_query import KEY_HEADER, Query

_WEIGHT_HEADER = "X-MBX-USED-WEIGHT-1M"
_HTML = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>Bad Gateway</body>\r\n</html>\r\n"
_INTERNAL_ERROR = (-1001, "Internal error; unable to process your request. Please try again.")
_FAULT_TEXTS = {
    401: (-2015, "Invalid API-key, IP, or permissions for action."),
    451: (0, "Service unavailable from a restricted location according to 'b. Eligibility' in the terms."),
    500: (-1000, "An unknown error occurred while processing the request."),
    503: (-1008, "Server is currently overloaded with other requests. Please try again in a few minutes."),
    504: (-1007, "Timeout waiting for response from backend server. Send status unknown; "
                 "execution status unknown."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path: what it costs and what it answers.

    Attributes:
        weight: of a request, in the venue's unit.
        answer: returns what is written as JSON.
        of_old: it may tell what lies weeks back: it waits until that is there.
    """

    weight: Callable[[Query], int]
    answer: Callable[[Query], Any]
    of_old: bool = False


class RestServer:
    """Answers requests as the venue would, or as the faults that are on want it."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        faults: ActiveFaults,
        clock: Clock,
        weight_per_minute: int,
        changed: Callable[[], None],
    ) -> None:
        """Serve.

        Args:
            endpoints: by method and path, "GET /fapi/v1/time".
            weight_per_minute: is allowed, counted on `clock`.
            changed: called behind each request that may have changed something.
        """
        self._endpoints = endpoints
        self._faults = faults
        self._clock = clock
        self._changed = changed
        self._limit = WeightLimit(clock, weight_per_minute)
        self.has_old = asyncio.Event()
        """Set once what lies weeks back can be asked for."""
        self.requests = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        self.requests += 1
        content = (await request.read()).decode("latin-1")
        faults = self._faults.of_request(request.method, request.path)
        await _delayed(fault for fault in faults if fault.when == "before")
        if any(isinstance(fault, Reset) and fault.when == "before" for fault in faults):
            return _cut_off(request)
        endpoint = self._endpoints.get(f"{request.method} {request.path}")
        if endpoint is not None and endpoint.of_old:
            await self.has_old.wait()
        try:
            status, headers, body = 200, {}, self._answer(request, content, faults)
        except ApiError as error:
            status, headers = error.status, error.headers
            body = msgspec.json.encode({"code": error.code, "msg": str(error)})
        if request.method != "GET":
            self._changed()
        await _delayed(fault for fault in faults if fault.when == "after")
        content_type = "application/json"
        for fault in faults:
            if isinstance(fault, Reset):
                return _cut_off(request)
            if isinstance(fault, BadBody):
                body = _spoilt(body, fault)
                headers |= {"Content-Encoding": "gzip"} if fault.body == "gzip" else {}
                content_type = "text/html" if fault.body == "html" else content_type
            elif isinstance(fault, Refuse):
                if fault.when == "after":
                    refusal = self._refusal(fault)
                    status, headers = refusal.status, refusal.headers
                    body = msgspec.json.encode({"code": refusal.code, "msg": str(refusal)})
                if fault.status == 502:
                    body, content_type = _HTML, "text/html"
        return web.Response(
            body=body,
            status=status,
            content_type=content_type,
            headers={_WEIGHT_HEADER: str(self._limit.used), **headers},
        )

    def _answer(self, request: web.Request, content: str, faults: tuple[RequestFault, ...]) -> bytes:
        for fault in faults:
            if isinstance(fault, Refuse) and fault.when == "before":
                raise self._refusal(fault)
        endpoint = self._endpoints.get(f"{request.method} {request.path}")
        if endpoint is None:
            raise ApiError(-5000, f"Path {request.path}, Method {request.method} is invalid", 404)
        # A signature is over the query and the body, one behind the other.
        parameters = {**request.query, **dict(parse_qsl(content, keep_blank_values=True))}
        query = Query(parameters, request.query_string + content, request.headers.get(KEY_HEADER))
        self._limit.charge(endpoint.weight(query))
        return msgspec.json.encode(endpoint.answer(query))

    def _refusal(self, fault: Refuse) -> ApiError:
        seconds = max(1, round(fault.duration_s))
        if fault.status == 429:
            return too_many_requests(self._limit.per_minute, seconds)
        if fault.status == 418:
            return banned(self._clock.now_ms() + seconds * 1000, min(seconds, BAN_S))
        code, text = _FAULT_TEXTS.get(fault.status, _INTERNAL_ERROR)
        return ApiError(code, text, fault.status)


async def _delayed(faults: Iterable[RequestFault]) -> None:
    delay_s = sum(fault.delay_s for fault in faults if isinstance(fault, Slow))
    if delay_s:
        await asyncio.sleep(delay_s)


def _cut_off(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _spoilt(body: bytes, fault: BadBody) -> bytes:
    match fault.body:
        case "empty":
            return b""
        case "html":
            return _HTML
        case "cut":
            return body[: len(body) // 2]
        case "gzip":  # says that it is compressed, and is not
            return body
