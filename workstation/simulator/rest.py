"""The REST half of the simulated exchange: every request's way from faults and limits to its answer."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from workstation.runtime.clock import Clock
from workstation.simulator.faults import BadBody, Refuse, RequestFault, Slow
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
    """One GET path: what it costs and what it answers.

    Attributes:
        weight: of a request, in the venue's unit.
        answer: returns what is written as JSON.
    """

    weight: Callable[[Query], int]
    answer: Callable[[Query], Any]


class RestServer:
    """Answers requests as the venue would, or as the faults that are on want it."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        faults: ActiveFaults,
        clock: Clock,
        weight_per_minute: int,
    ) -> None:
        """Serve `endpoints` by path; `weight_per_minute` of them is allowed, counted on `clock`."""
        self._endpoints = endpoints
        self._faults = faults
        self._clock = clock
        self._limit = WeightLimit(clock, weight_per_minute)
        self.requests = 0

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request."""
        self.requests += 1
        faults = self._faults.of_request(request.path)
        delay_s = sum(fault.delay_s for fault in faults if isinstance(fault, Slow))
        if delay_s:
            await asyncio.sleep(delay_s)
        try:
            status, headers, body = 200, {}, self._answer(request, faults)
        except ApiError as error:
            status, headers = error.status, error.headers
            body = msgspec.json.encode({"code": error.code, "msg": str(error)})
        content_type = "application/json"
        for fault in faults:
            if isinstance(fault, BadBody):
                body = {"empty": b"", "html": _HTML, "cut": body[: len(body) // 2]}[fault.body]
                content_type = "text/html" if fault.body == "html" else content_type
            elif isinstance(fault, Refuse) and fault.status == 502:
                body, content_type = _HTML, "text/html"
        return web.Response(
            body=body,
            status=status,
            content_type=content_type,
            headers={_WEIGHT_HEADER: str(self._limit.used), **headers},
        )

    def _answer(self, request: web.Request, faults: tuple[RequestFault, ...]) -> bytes:
        for fault in faults:
            if isinstance(fault, Refuse):
                raise self._refusal(fault)
        endpoint = self._endpoints.get(request.path)
        if endpoint is None or request.method != "GET":
            raise ApiError(-5000, f"Path {request.path}, Method {request.method} is invalid", 404)
        query = Query(request.query, request.query_string, request.headers.get(KEY_HEADER))
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
