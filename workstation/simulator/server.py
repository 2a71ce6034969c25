"""The simulated exchange as a program: Binance-compatible REST and websocket on this machine only."""

import asyncio
import random
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from workstation.errors import PreflightError
from workstation.runtime.clock import Clock, SystemClock
from workstation.simulator.admin import AdminServer
from workstation.simulator.dated import dated_specs
from workstation.simulator.exchange import SimulatedExchange
from workstation.simulator.faults import FaultPlan, load_plan
from workstation.simulator.faults_active import ActiveFaults
from workstation.simulator.faults_schedule import FaultSchedule
from workstation.simulator.rest import RestServer
from workstation.simulator.rest_endpoints import endpoints
from workstation.simulator.rest_limits import WEIGHT_PER_MINUTE
from workstation.simulator.server_burst import Burst
from workstation.simulator.server_market import ServedMarket
from workstation.simulator.server_pace import Pace
from workstation.simulator.streams import Hub
from workstation.simulator.streams_socket import SocketServer
from workstation.simulator.trading.endpoints import trading_endpoints
from workstation.simulator.universe import PROFILES, UNIVERSE

HOST = "127.0.0.1"


class SimulatorError(PreflightError):
    """The simulated exchange cannot be started as asked."""


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """What `preflight simulate` is asked for.

    Attributes:
        port: 0 lets the system choose one.
        seed: repeats a market exactly.
        days: of history to fill before it listens.
        speed: simulated seconds per second; 0 stands still until `/admin/advance`.
        profile: which venue of `universe.PROFILES`.
        faults: a TOML file of faults; None for none.
        symbols: what to list; None for all.
        start_ms: simulated time at the start, UTC; None for now.
    """

    port: int = 0
    seed: int = 7
    days: float = 1.0
    speed: float = 1.0
    profile: str = "a"
    faults: Path | None = None
    symbols: tuple[str, ...] | None = None
    start_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a simulated exchange is reached."""

    url: str
    port: int
    websocket: str


class SimulatorServer:
    """One simulated exchange on one port."""

    def __init__(self, options: SimulatorOptions, clock: Clock | None = None) -> None:
        """Make the market and its past; `start` lets it run and be reached.

        Raises:
            SimulatorError: an unknown symbol or profile.
            BadFaultPlan: the faults file cannot be read.
        """
        clock = clock or SystemClock()
        plan = load_plan(options.faults) if options.faults is not None else FaultPlan()
        self._began_ms = began_ms = clock.now_ms()
        exchange = _make_exchange(options, began_ms)
        self._port = options.port
        self._active = ActiveFaults(clock, random.Random(f"{plan.seed} active"))
        self.hub = Hub(self._active)
        self.market = ServedMarket(exchange, self.hub, self._active)
        self._schedule = FaultSchedule(plan, self._active, self.hub, clock, self._restart)
        # A market that is told when to begin repeats exactly; any other has our time of day.
        keeps_time = options.start_ms is None
        self._pace = Pace(
            self.market,
            options.speed,
            late_s=lambda: (clock.now_ms() - began_ms) / 1000 if keeps_time else 0.0,
        )
        self._burst = Burst(self.market, self.hub)
        # A market that runs faster has as much more to be asked for; the minute is one of the wall clock.
        weight = round(WEIGHT_PER_MINUTE * max(1.0, options.speed))
        market_endpoints = endpoints(self.market, self._active, clock, weight)
        self._rest = RestServer(
            {
                **{f"GET {path}": one for path, one in market_endpoints.items()},
                **trading_endpoints(self.market.trader, self._active, clock),
            },
            self._active,
            clock,
            weight,
            self._changed,
        )
        self._sockets = SocketServer(self.hub, clock)
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.2)
        self._site: web.TCPSite | None = None
        self._pacing: asyncio.Task[None] | None = None
        self._aging: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """What REST paths are appended to; the websocket has the same host and port."""
        return f"http://{HOST}:{self._port}"

    @property
    def listening(self) -> Listening:
        """Where it is reached, once it listens."""
        return Listening(self.url, self._port, f"ws://{HOST}:{self._port}")

    async def start(self) -> None:
        """Listen, let time run, begin the faults.

        Raises:
            SimulatorError: the port is taken.
        """
        await self._runner.setup()
        try:
            await self._listen()
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            reason = error.strerror if isinstance(error, OSError) else "ports go from 0 to 65535"
            raise SimulatorError(f"port {self._port} cannot be used: {reason}") from None
        loop = asyncio.get_running_loop()
        self._aging = loop.create_task(self._fill_older(), name="older past")
        self._pacing = loop.create_task(self._pace.run(), name="pace")
        self._schedule.start()

    async def stop(self) -> None:
        """Cut all connections and end."""
        await self._schedule.stop()
        self._burst.stop()
        for task in (self._pacing, self._aging):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._cut_connections()
        await self._runner.cleanup()

    async def wait(self) -> None:
        """Return when the market has stopped running by an error, which is raised."""
        if self._pacing is not None:
            await self._pacing

    async def _fill_older(self) -> None:
        """Draw the weeks before the minutes while the market runs already: whoever asks for them waits."""
        for _ in self.market.exchange.older_steps():
            await asyncio.sleep(0)
        self._rest.has_old.set()

    def _application(self) -> web.Application:
        app = web.Application()
        sockets = self._sockets
        for path in ("", "/public", "/market", "/private"):
            app.router.add_get(path + "/ws", sockets.serve_raw)
            app.router.add_get(path + "/ws/{streams:.*}", sockets.serve_raw)
            app.router.add_get(path + "/stream", sockets.serve_combined)
        app.add_routes(
            AdminServer(
                self.market,
                self.hub,
                self._active,
                self._schedule,
                self._pace,
                self._burst,
                self._began_ms,
            ).routes()
        )
        app.router.add_route("*", "/{path:.*}", self._rest.handle)
        return app

    def _changed(self) -> None:
        """Tell at once what an order has done."""
        self.market.tell()
        self.market.flush()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, HOST, self._port)
        await self._site.start()
        if not self._port:
            self._port = int(self._runner.addresses[0][1])

    async def _restart(self, away_s: float) -> None:
        """Be unreachable for a while; the market goes on."""
        if self._site is not None:
            await self._site.stop()
        self._cut_connections()
        await asyncio.sleep(away_s)
        await self._listen()

    def _cut_connections(self) -> None:
        self.hub.drop(self.hub.clients)
        server = self._runner.server
        for connection in server.connections if server is not None else []:
            connection.force_close()
            if connection.transport is not None:
                connection.transport.abort()


def _make_exchange(options: SimulatorOptions, now_ms: int) -> SimulatedExchange:
    profile = PROFILES.get(options.profile)
    if profile is None:
        raise SimulatorError(f"no venue {options.profile!r}: there are {', '.join(PROFILES)}")
    start_ms = options.start_ms if options.start_ms is not None else now_ms
    known = [*UNIVERSE, *dated_specs(start_ms)]
    unknown = [symbol for symbol in options.symbols or () if symbol not in known]
    if unknown:
        raise SimulatorError(f"no symbol {unknown[0]!r}: there are {', '.join(known)}")
    exchange = SimulatedExchange(
        seed=options.seed,
        profile=profile,
        start_ms=start_ms,
        symbols=options.symbols,
    )
    if options.days > 0:
        exchange.fill_minutes(options.days)
    return exchange


def run(
    options: SimulatorOptions, announce: Callable[[Listening], None], *, until_stdin_ends: bool = False
) -> None:
    """Serve until SIGINT or SIGTERM, or until standard input ends if that is asked for.

    Args:
        announce: called once it listens.
        until_stdin_ends: end when whoever holds the other end of standard input is gone, however it went.
    """
    asyncio.run(_run(options, announce, until_stdin_ends))


async def _run(
    options: SimulatorOptions, announce: Callable[[Listening], None], until_stdin_ends: bool
) -> None:
    loop = asyncio.get_running_loop()
    asked_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, asked_to_end.set)
        except NotImplementedError:  # Windows has no signals in its event loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked_to_end.set))
    if until_stdin_ends:
        # A thread, because not every system can wait for a pipe in its event loop.
        threading.Thread(
            target=_wait_for_end_of_stdin, args=(loop, asked_to_end), name="stdin", daemon=True
        ).start()
    server = SimulatorServer(options)
    await server.start()
    announce(server.listening)
    running = loop.create_task(server.wait(), name="market")
    ending = loop.create_task(asked_to_end.wait(), name="end")
    try:
        done, _ = await asyncio.wait((running, ending), return_when=asyncio.FIRST_COMPLETED)
        if running in done:
            running.result()
    finally:
        ending.cancel()
        await server.stop()
        running.cancel()


def _wait_for_end_of_stdin(loop: asyncio.AbstractEventLoop, asked_to_end: asyncio.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    with suppress(RuntimeError):  # the loop has ended by itself
        loop.call_soon_threadsafe(asked_to_end.set)
