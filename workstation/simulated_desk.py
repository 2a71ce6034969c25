"""A demo account on the simulated exchange: orders go over its wire, signed, as to a real venue."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workstation.account_desk import AccountDesk
from workstation.errors import PreflightError, VenueError
from workstation.exchange.live_feed import LiveFeed
from workstation.exchange.trading_link import ProcessVenue
from workstation.exchange.venues import SIMULATED
from workstation.market.state import Market
from workstation.metrics.registry import MetricReader
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock
from workstation.runtime.supervisor import Supervisor
from workstation.simulator.child import NoSimulator, ask_run
from workstation.simulator.rest_query import API_KEY, API_SECRET
from workstation.simulator.universe import UNIVERSE
from workstation.trading.floor import MarketClock

log = logging.getLogger(__name__)

_ASK_AGAIN_S = 1.0
_OPEN_AGAIN_S = 2.0
_FOLDER = "demo"
_LIMITS = "limits"


class SimulatedDesk(AccountDesk):
    """Trades the account that one run of the simulated exchange keeps.

    Fees, margin brackets and steps are the exchange's own; fills, funding and liquidations come over its
    account stream. Until all of them are known and the account is reconciled, nothing can be opened.
    """

    title = "DEMO"
    meaning = (
        "Play money on the simulated exchange: orders go over its wire, signed, as to a real venue. "
        "The account begins anew with each run of that exchange"
    )

    def __init__(
        self,
        venue: str,
        base_url: str,
        folder: Path,
        market: Market,
        metrics: MetricReader,
        bus: Bus,
        clock: Clock,
        *,
        data_dir: Path | None = None,
        limits_folder: Path | None = None,
    ) -> None:
        """Open the ledger that is in `folder`, or make it; the trading process starts with `start`.

        Args:
            venue: as its instruments name it.
            base_url: where the exchange is reached.
            folder: of this run of the exchange alone.
            market, metrics, bus, clock, data_dir, limits_folder: see `AccountDesk`.

        Raises:
            PreflightError: the ledger cannot be used.
            BadFigure: the trader's own sectors cannot be read.
        """
        self._wire = ProcessVenue(
            SIMULATED.key, venue=venue, api_key=API_KEY, secret=API_SECRET, base_url=base_url
        )
        super().__init__(
            self._wire,
            folder,
            market,
            metrics,
            bus,
            clock,
            data_dir=data_dir,
            limits_folder=limits_folder,
            desk_clock=MarketClock(market, clock),
        )
        self._bus = bus
        self._wire.on_lost = self._tell_lost

    @property
    def process_id(self) -> int | None:
        """The trading process; None while there is none."""
        return self._wire.process_id

    def start(self, supervisor: Supervisor) -> None:
        """See `AccountDesk.start`."""
        self.floor.start(supervisor, self._learn_contracts)

    def _tell_lost(self, words: str) -> None:
        self.floor.desk.doubt(words)
        self._bus.publish(Fault("Trading process", words))

    async def _learn_contracts(self) -> None:
        """Ask how everything that may be listed is traded, until that is answered."""
        while True:
            try:
                contracts = await self._wire.contracts(tuple(UNIVERSE))
            except VenueError as error:
                log.info("the terms of the contracts: %s", error)
                await asyncio.sleep(_ASK_AGAIN_S)
                continue
            for contract in contracts:
                self.floor.add_contract(contract)
            return


class DemoAccounts:
    """Keeps the account of the present run of the exchange open: another run of it is another account."""

    def __init__(
        self,
        live: LiveFeed,
        market: Market,
        metrics: MetricReader,
        bus: Bus,
        clock: Clock,
        supervisor: Supervisor,
        data_dir: Path,
        use: Callable[[SimulatedDesk | None], None],
    ) -> None:
        """Prepare; `run` opens the first.

        Args:
            live: of the exchange; its address may be told later.
            market, metrics, bus, clock: of the desks; supervisor: of their tasks.
            data_dir: accounts lie in its demo/<venue>/<moment at which the run began, UTC milliseconds>.
            use: told which desk trades from now on; None while there is none.
        """
        self._live = live
        self._market = market
        self._metrics = metrics
        self._bus = bus
        self._clock = clock
        self._supervisor = supervisor
        self._data_dir = data_dir
        self._use = use
        self._due = asyncio.Event()
        self._told = ""  # why the account could not be opened: told once

    def look(self) -> None:
        """Ask which run it is: the exchange was away, and may not be the one that it was."""
        self._due.set()

    async def run(self) -> None:
        """Open the account of every run until cancelled."""
        desk: SimulatedDesk | None = None
        run_ms = None
        while True:
            self._due.clear()
            url, began_ms = await self._ask()
            if began_ms != run_ms or desk is None:
                if desk is not None:
                    self._use(None)
                    await desk.stop(self._supervisor)
                desk, run_ms = self._opened(url, began_ms), began_ms
                self._use(desk)
                if desk is not None:
                    desk.start(self._supervisor)
            # A ledger that another program holds, or a full disk, is tried again: it may be mended meanwhile.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), _OPEN_AGAIN_S if desk is None else None)

    async def _ask(self) -> tuple[str, int]:
        """Where the exchange is, and when its run began; asked until it answers."""
        told = ""
        while True:
            url = self._live.base_url
            if url is not None:
                try:
                    return url, await asyncio.to_thread(ask_run, url)
                except NoSimulator as error:
                    if str(error) != told:
                        told = str(error)
                        self._bus.publish(Fault("Demo account", told, error))
                except OSError as error:
                    log.info("the exchange does not say which run it is: %s", error)
            await asyncio.sleep(_ASK_AGAIN_S)

    def _opened(self, url: str, run_ms: int) -> SimulatedDesk | None:
        venue, accounts = self._live.venue, self._data_dir / _FOLDER
        try:
            opened = SimulatedDesk(
                venue,
                url,
                accounts / venue / str(run_ms),
                self._market,
                self._metrics,
                self._bus,
                self._clock,
                data_dir=self._data_dir,
                limits_folder=accounts / _LIMITS / venue,
            )
        except PreflightError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._bus.publish(Fault("Demo account", self._told, error))
            return None
        self._told = ""
        return opened
