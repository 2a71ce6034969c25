"""Everything that trades one account, put together and kept running."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from workstation.market.state import Market
from workstation.ports import Ledger, TradingVenue
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock
from workstation.runtime.supervisor import Supervisor
from workstation.trading.contracts import Contract
from workstation.trading.desk import Desk
from workstation.trading.gate import Gate, Guardrail
from workstation.trading.market_facts import market_view
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits, MarketView
from workstation.trading.stop_keeper import StopKeeper


class MarketClock:
    """A clock that shows the newest venue time of the markets followed: a replay is traded in its own day.

    Ages and deadlines are still those of the machine.
    """

    def __init__(self, market: Market, machine: Clock) -> None:
        """Follow `market`; before it has said a time, the machine's stands in."""
        self._market = market
        self._machine = machine

    def now_ms(self) -> int:
        """Newest venue time seen, UTC milliseconds."""
        newest = max((state.market_ms for state in self._market.states.values()), default=0)
        return newest or self._machine.now_ms()

    def monotonic(self) -> float:
        """The machine's."""
        return self._machine.monotonic()


class TradingFloor:
    """One account on one venue.

    Attributes:
        portfolio: what is ours: orders, fills, positions; panels read it.
        gate, desk, keeper: who judges, who sends, who looks after exits.
        task_names: of what runs for it.
    """

    task_names = ("Account", "Reconciliation", "Stops")

    def __init__(
        self,
        venue: TradingVenue,
        ledger: Ledger,
        market: Market,
        bus: Bus,
        clock: Clock,
        *,
        contracts: Sequence[Contract] = (),
        limits: Callable[[], HardLimits] = HardLimits,
        guardrails: Sequence[Guardrail] = (),
    ) -> None:
        """Put an account together out of what the ledger holds; nothing is asked of the venue yet.

        Args:
            market: where books and marks are read.
            clock: follows the venue's time (that of the recording in a replay).
            contracts: what is known of symbols; those that the ledger speaks of should be among them.
            limits: asked anew for every intent.
            guardrails: rules on the trader's day.
        """
        self._market = market
        self._clock = clock
        self.portfolio = Portfolio(venue.venue)
        for contract in contracts:
            self.portfolio.add_contract(contract)
        self.portfolio.replay(ledger.entries())
        self.gate = Gate(limits, clock, guardrails)
        self.desk = Desk(venue, ledger, self.gate, self.portfolio, self.view, bus, clock)
        self.keeper = StopKeeper(self.desk, bus, clock)

    def add_contract(self, contract: Contract) -> None:
        """Say how a symbol is traded, or say it anew."""
        self.portfolio.add_contract(contract)

    def view(self, symbol: str) -> MarketView:
        """Return what is known of a symbol now."""
        contract = self.portfolio.contracts.get(symbol)
        return market_view(self._market.state(symbol), contract, self._clock.monotonic())

    async def finish(self) -> None:
        """Wait for answers that are under way; the tasks have ended, and the ledger may be closed then."""
        await self.desk.finish()

    def start(self, supervisor: Supervisor, learn: Callable[[], Awaitable[None]] | None = None) -> None:
        """Take in the account's events, reconcile, and look after exits, as supervised tasks.

        Args:
            learn: finds out how symbols are traded; before that is known nothing is reconciled or sent.
        """
        learnt = asyncio.Event()

        async def reconcile() -> None:
            if learn is not None and not learnt.is_set():
                await learn()
            learnt.set()
            await self.desk.watch()

        async def keep() -> None:
            await learnt.wait()
            await self.keeper.run()

        for name, run in zip(self.task_names, (self.desk.run, reconcile, keep), strict=True):
            supervisor.start(name, run, restart=True)
