"""What ccxt raises becomes one sentence and one kind of error, whatever it is that answers."""

from collections.abc import AsyncIterator, Awaitable, Callable

import ccxt
import pytest
from aiohttp import web

from workstation.errors import (
    PreflightError,
    VenueError,
    VenueRateLimited,
    VenueRefused,
    VenueUnreachable,
    VenueUnsupported,
    WrongVenueAddress,
)
from workstation.exchange.venue_faults import fault_of
from workstation.exchange.venue_link import VenueLink
from workstation.exchange.venues import VENUES

Serve = Callable[[int, str, str], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Makes a server that gives every request the same answer; returns its address."""
    runners: list[web.AppRunner] = []

    async def begin(status: int, text: str, content_type: str) -> str:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=status, text=text, content_type=content_type)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield begin
    for runner in runners:
        await runner.cleanup()


def link_to(url: str) -> VenueLink:
    return VenueLink(
        VENUES["binance_usdm"],
        url,
        lambda recv_ns, text: None,
        lambda why: None,
        lambda keeper: None,
        lambda keeper, result: None,
    )


@pytest.mark.parametrize(
    ("status", "text", "content_type", "kind"),
    [
        (404, "<html>nothing here</html>", "text/html", WrongVenueAddress),
        (200, "<html>welcome</html>", "text/html", WrongVenueAddress),
        (200, '{"hello":"world"}', "application/json", WrongVenueAddress),
        (200, '{"symbols":[]}', "application/json", WrongVenueAddress),
        (403, "<html>Forbidden</html>", "text/html", VenueRefused),
        (451, '{"code":0,"msg":"restricted location"}', "application/json", VenueRefused),
        (503, "<html>back soon</html>", "text/html", VenueUnreachable),
        (429, '{"code":-1003,"msg":"Too many requests"}', "application/json", VenueRateLimited),
        (418, "<html>teapot</html>", "text/html", VenueRateLimited),
    ],
)
async def test_what_answers_wrongly_is_told_apart(
    serve: Serve, status: int, text: str, content_type: str, kind: type[VenueError]
) -> None:
    link = link_to(await serve(status, text, content_type))
    try:
        with pytest.raises(kind) as raised:
            await link.load_markets()
    finally:
        await link.close()
    assert type(raised.value) is kind
    assert str(raised.value).isprintable()
    assert "<" not in str(raised.value)


async def test_every_address_of_a_venue_is_replaced_by_the_one_given() -> None:
    link = link_to("http://127.0.0.1:8080")
    urls = link.exchange.urls["api"]
    assert urls["fapiPublic"] == "http://127.0.0.1:8080/fapi/v1"
    assert urls["ws"]["linear"] == "ws://127.0.0.1:8080/ws"
    assert "binance" not in str({name: url for name, url in urls.items() if name != "test"})
    await link.close()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ccxt.RequestTimeout("binanceusdm GET x"), VenueUnreachable),
        (ccxt.NotSupported("x watchLiquidations() is not supported yet"), VenueUnsupported),
        (ccxt.PermissionDenied("x"), VenueRefused),
        (ccxt.RateLimitExceeded("x"), VenueRateLimited),
        (KeyError("symbols"), WrongVenueAddress),
        (ConnectionResetError(), VenueUnreachable),
        (RuntimeError("anything"), VenueError),
    ],
)
def test_any_error_has_a_sentence(error: Exception, kind: type[PreflightError]) -> None:
    fault = fault_of(error, "Venue", "http://somewhere")
    assert type(fault) is kind
    assert str(fault)
