"""Opens one market after another: the old one is closed before the next is opened, the window stays."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ui.condition_view import Condition
from ui.links import LinkGroup
from ui.markets import MarketChoice, Markets, OpenMarket
from ui.services import OTHER_VENUES, Notice, PanelServices
from workstation.app import Workstation
from workstation.errors import PreflightError
from workstation.model.feed_status import FeedStatus

OFFLINE_HINT = "Start Preflight without --offline to follow a market."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SwitchEvents:
    """Who is told of what.

    Attributes:
        changed: the program behind the services is another, or their notice is.
        chosen: the trader has switched to this market.
    """

    changed: Callable[[MarketChoice], None]
    chosen: Callable[[MarketChoice], None]


class MarketSwitch:
    """The market that is open, and the way to the next."""

    def __init__(
        self, services: PanelServices, markets: Markets, first: OpenMarket, events: SwitchEvents
    ) -> None:
        self._services = services
        self._markets = markets
        self._events = events
        self._open: OpenMarket | None = first
        self._coins: dict[LinkGroup, str] = {}
        self._next: MarketChoice | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self.choice = first.choice
        services.use(first.workstation, first.wanted)
        self._say_opening(first.choice)
        self._aim_links()

    @property
    def busy(self) -> bool:
        """A market is being opened or closed."""
        return self._task is not None

    def start(self) -> None:
        """Let the first market run."""
        assert self._open is not None
        self._begin(self._start(self._open))

    def switch(self, key: str) -> None:
        """Open another market; asked again meanwhile, the last one asked for is opened."""
        choice = self._markets.choice(key)
        if choice == (self._next or self.choice) and self._open is not None:
            return
        self._next = choice
        if self._task is not None:
            self._task.cancel()
        else:
            self._begin(self._go_on())

    async def stop(self) -> None:
        """Close the market that is open; none is opened any more."""
        self._next = None
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.get_running_loop().create_task(work, name="Market")
        self._task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the market could not be opened", exc_info=error)
            self._say(Notice(Condition.ERROR, f"{type(error).__name__}: {error}", OTHER_VENUES))
        if self._next is not None:
            self._begin(self._go_on())

    async def _go_on(self) -> None:
        choice, self._next = self._next, None
        assert choice is not None
        self._remember_coins()
        leaving = self.choice
        self.choice = choice
        if self._open is not None:
            self._services.use(Workstation(None, None), self._markets.wanted(choice.key))
            self._say(Notice(Condition.LOADING, f"{leaving.title} is being closed."))
            await self._close()
        self._say_opening(choice)
        try:
            self._open = opened = self._markets.open(choice)
        except PreflightError as error:
            self._say(Notice(Condition.ERROR, str(error), OTHER_VENUES))
            return
        self._services.use(opened.workstation, opened.wanted)
        self._aim_links()
        self._say_opening(choice)
        self._events.chosen(choice)
        await self._start(opened)

    async def _start(self, opened: OpenMarket) -> None:
        try:
            await opened.start()
        except PreflightError as error:
            self._say(Notice(Condition.ERROR, str(error), OTHER_VENUES))
            return
        self._say(Notice(Condition.EMPTY, opened.stands, OFFLINE_HINT) if opened.stands else None)

    async def _close(self) -> None:
        """Close what is open; begun once, it is seen through whoever is cancelled meanwhile."""
        opened, self._open = self._open, None
        if opened is not None:
            self._closing = asyncio.get_running_loop().create_task(opened.stop(), name="Closing the market")
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def _say_opening(self, choice: MarketChoice) -> None:
        self._say(Notice(Condition.LOADING, f"{choice.title} is being opened."))

    def _say(self, notice: Notice | None) -> None:
        self._services.notice = notice
        self._events.changed(self.choice)

    # Links: the coin stays, the venue's spelling of it is another.

    def _remember_coins(self) -> None:
        for link in self._services.links.everyone():
            state = self._services.workstation.market.state(link.symbol)
            if state is not None:
                self._coins[link] = state.instrument.base

    def _aim_links(self) -> None:
        """Let every link group show its coin on this market, or the first symbol."""
        workstation, wanted = self._services.workstation, self._services.wanted
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._unsubscribe = workstation.bus.subscribe(FeedStatus, self._settle_links)
        names = wanted or workstation.market.symbols
        for link in self._services.links.everyone():
            if link.symbol not in names:
                coin = self._coins.get(link, "")
                alike = (name for name in names if coin and name.startswith(coin))
                link.set_symbol(next(alike, names[0] if names else ""))

    def _settle_links(self, status: FeedStatus) -> None:
        """Once the venue has said how it spells its symbols, let no group show one that is none of them."""
        workstation = self._services.workstation
        states, live = workstation.market.states, workstation.live
        if status.symbol is None or live is None or not states:
            return
        for link in self._services.links.everyone():
            known = link.symbol in states or link.symbol in live.symbol_status
            if known or link.symbol in self._services.asked:
                continue
            coin = self._coins.get(link, "BTC")
            alike = (symbol for symbol, state in states.items() if state.instrument.base == coin)
            link.set_symbol(next(alike, next(iter(states))))
