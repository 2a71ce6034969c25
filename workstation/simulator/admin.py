"""The other side of the simulated exchange, for rehearsals: faults, the engine's truth, bursts, time."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from aiohttp import web

from workstation.simulator.faults import Fault
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.faults_schedule import FaultSchedule
from workstation.simulator.server_burst import Burst
from workstation.simulator.server_market import ServedMarket
from workstation.simulator.server_pace import Pace
from workstation.simulator.streams import Hub
from workstation.simulator.trading.wire import money

_ALIGN_MS = 100  # the engine's depth events fall on multiples of this
_MOST_ADVANCE_MS = 86_400_000
_FUNDING_HOURS = (1, 2, 4, 8)


class AdminServer:
    """Answers `/admin/…`; it is bound to this machine as all of the server is."""

    def __init__(
        self,
        market: ServedMarket,
        hub: Hub,
        faults: ActiveFaults,
        schedule: FaultSchedule,
        pace: Pace,
        burst: Burst,
        began_ms: int,
    ) -> None:
        """Look into and push these parts of the run that began then, UTC milliseconds of our clock."""
        self._began_ms = began_ms
        self._market = market
        self._hub = hub
        self._faults = faults
        self._schedule = schedule
        self._pace = pace
        self._burst = burst

    def routes(self) -> list[web.RouteDef]:
        """The paths and who answers them."""
        return [
            web.get("/admin/state", self.state),
            web.get("/admin/faults", self.faults),
            web.post("/admin/faults", self.post_faults),
            web.post("/admin/burst", self.post_burst),
            web.post("/admin/advance", self.post_advance),
            web.post("/admin/deposit", self.post_deposit),
            web.post("/admin/funding", self.post_funding),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Tell when this run began, the time, what was emitted and, with `symbol`, the book.

        `align=1` first goes to the next depth event's time, so that the book told is one that followers of
        the depth streams can have: theirs equals it when they have applied the update `last_update_id`.
        """
        symbol = request.query.get("symbol")
        if symbol is not None and symbol not in self._market.channels:
            raise web.HTTPNotFound(text=f"no symbol {symbol!r}")
        if request.query.get("align") == "1":
            self._market.advance(-(-self._market.now_ms // _ALIGN_MS) * _ALIGN_MS)
        state: dict[str, Any] = {
            "began_ms": self._began_ms,
            "time_ms": self._market.now_ms,
            "lag_ms": self._pace.lag_ms,
            "clients": len(self._hub.clients),
            "clients_seen": self._hub.clients_seen,
            "clients_too_slow": self._hub.clients_too_slow,
            "published": self._hub.published,
            "streams": sorted(self._hub.followed),
            "emitted": {name: channel.emitted for name, channel in self._market.channels.items()},
            "burst": self._burst.progress,
        }
        if symbol is not None:
            channel = self._market.channels[symbol]
            view = channel.market.depth(int(request.query.get("levels", "1000")))
            price, size = channel.writer.price, channel.writer.size
            state["book"] = {
                "symbol": symbol,
                "last_update_id": view.last_update_id,
                "bids": [(price(ticks), size(lots)) for ticks, lots in view.bids],
                "asks": [(price(ticks), size(lots)) for ticks, lots in view.asks],
            }
        return _json(state)

    async def faults(self, _: web.Request) -> web.Response:
        """Tell which faults have begun and how many messages and requests they have hit."""
        return _json(
            {
                "fired": self._schedule.fired,
                "messages_hit": self._faults.messages_hit,
                "requests_hit": self._faults.requests_hit,
                "skew_ms": self._faults.skew_ms,
            }
        )

    async def post_faults(self, request: web.Request) -> web.Response:
        """Take one fault or a list of them as JSON; `at_s` counts from now."""
        body = await request.read()
        try:
            wanted = msgspec.json.decode(body, type=list[Fault] if body.lstrip()[:1] == b"[" else Fault)
        except msgspec.DecodeError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        for fault in wanted if isinstance(wanted, list) else [wanted]:
            self._schedule.post(fault)
        return _json({"ok": True})

    async def post_burst(self, request: web.Request) -> web.Response:
        """Trade on `symbols` (all if none is named) until the streams carry `rate` messages a second."""
        symbols = [name for name in request.query.get("symbols", "").split(",") if name]
        unknown = [name for name in symbols if name not in self._market.channels]
        if unknown:
            raise web.HTTPNotFound(text=f"no symbol {unknown[0]!r}")
        rate, seconds = _number(request, "rate", 20_000), _number(request, "seconds", 10)
        self._burst.start(symbols or list(self._market.channels), rate, seconds)
        return _json({"ok": True})

    async def post_advance(self, request: web.Request) -> web.Response:
        """Move simulated time on by `ms`; for exchanges that stand still (`--speed 0`)."""
        by_ms = int(_number(request, "ms", 0))
        if not 0 <= by_ms <= _MOST_ADVANCE_MS:
            raise web.HTTPBadRequest(text="ms must be within a day")
        self._market.advance(self._market.now_ms + by_ms)
        return _json({"time_ms": self._market.now_ms})

    async def post_funding(self, request: web.Request) -> web.Response:
        """Let `symbol` settle its funding every `hours` hours from now on."""
        channel = self._market.channels.get(request.query.get("symbol", ""))
        hours = _number(request, "hours", 8)
        if channel is None or hours not in _FUNDING_HOURS:
            raise web.HTTPBadRequest(text="a symbol, and 1, 2, 4 or 8 hours")
        channel.market.funding.change_interval(int(hours))
        return _json({"next_ms": channel.market.funding.next_ms})

    async def post_deposit(self, request: web.Request) -> web.Response:
        """Pay `amount` into the demo account, or out of it if it is negative."""
        try:
            amount = Decimal(request.query.get("amount", "0"))
        except InvalidOperation:
            raise web.HTTPBadRequest(text="amount must be a number") from None
        trader = self._market.trader
        if not amount.is_finite() or trader.account.wallet + amount < 0:
            raise web.HTTPBadRequest(text="there is not so much")
        trader.account.earn("TRANSFER", "", amount, self._market.now_ms)
        trader.tell(trader.writer.account_update(trader.account, "DEPOSIT", self._market.now_ms, []))
        self._market.flush()
        return _json({"wallet": money(trader.account.wallet)})


def _number(request: web.Request, name: str, default: float) -> float:
    text = request.query.get(name)
    try:
        return default if text is None else float(text)
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} must be a number") from None


def _json(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
