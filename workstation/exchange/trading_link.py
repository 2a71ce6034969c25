"""A venue to trade on, reached through the trading process: the desk's side of it."""

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import BinaryIO

from workstation import errors
from workstation.errors import OrderRejected, PreflightError, VenueError, VenueUnreachable
from workstation.exchange import trading_wire as wire
from workstation.exchange.venues import entry_for
from workstation.model.margin import MarginMode
from workstation.model.orders import ApprovedOrder, Fill, OrderReport
from workstation.model.positions import Balance, FundingPayment, Position, SymbolSetting
from workstation.ports import AccountEvent
from workstation.runtime.child_process import end_child, start_child
from workstation.trading.contracts import Contract

log = logging.getLogger(__name__)

TRADING_COMMAND = (sys.executable, "-m", "workstation.exchange.trading_process")
"""How the trading process is started; a bundled program names itself with a hidden command instead."""

RESTART_S = (0.2, 1.0, 2.0, 5.0)
UNSEEN_MS = 7_000


class ProcessVenue:
    """A `TradingVenue` whose ccxt lives in a process of its own; `run` keeps that process.

    What was asked of a process that dies is answered by an error: for an order that means unknown.
    """

    def __init__(
        self,
        entry: str,
        *,
        venue: str,
        api_key: str,
        secret: str,
        base_url: str | None = None,
        command: Sequence[str] = TRADING_COMMAND,
    ) -> None:
        """Prepare; `run` starts the process.

        Args:
            entry: key of the venue's entry in `workstation.exchange.venues`.
            venue: the desk's name of it.
            api_key, secret: go to the process through its standard input only.
            base_url: where it is reached instead of its own address.
            command: starts the process.
        """
        self._opening = wire.OpenAccount(entry, venue, base_url, api_key, secret)
        self._title = entry_for(entry).title
        self._command = tuple(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = 0
        self._waiting: dict[int, asyncio.Future[wire.Told]] = {}
        self._stands = asyncio.Event()
        self._publish: Callable[[AccountEvent], None] = lambda _: None
        self.restarts = 0
        self.on_lost: Callable[[str], None] = lambda _: None
        """Told, in words, that the process ended by itself; it is started again."""

    @property
    def venue(self) -> str:
        """See `TradingVenue.venue`."""
        return self._opening.venue

    @property
    def unseen_ms(self) -> int:
        """See `TradingVenue.unseen_ms`."""
        return UNSEEN_MS

    @property
    def process_id(self) -> int | None:
        """The process; None while there is none."""
        return self._process.pid if self._process is not None else None

    # --- what a venue does ----------------------------------------------------------------------------

    async def place(self, order: ApprovedOrder) -> OrderReport:
        """See `TradingVenue.place`; without the process it is refused at once, for nothing has left."""
        if not self._stands.is_set():
            raise OrderRejected(
                f"Not sent: the trading process of {self._title} is not there.", code="process"
            )
        told = await self._ask(wire.Place(order.intent, order.client_order_id))
        return told.reports[0]

    async def cancel(self, symbol: str, client_order_id: str) -> None:
        """See `TradingVenue.cancel`."""
        await self._ask(wire.Cancel(symbol, client_order_id))

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        """See `TradingVenue.find_order`."""
        told = await self._ask(wire.FindOrder(symbol, client_order_id))
        return told.reports[0] if told.reports else None

    async def open_orders(self) -> Sequence[OrderReport]:
        """See `TradingVenue.open_orders`."""
        return (await self._ask(wire.OpenOrders())).reports

    async def fills_since(self, symbol: str, from_ms: int) -> Sequence[Fill]:
        """See `TradingVenue.fills_since`."""
        return (await self._ask(wire.FillsSince(symbol, from_ms))).fills

    async def payments_since(self, from_ms: int) -> Sequence[FundingPayment]:
        """See `TradingVenue.payments_since`."""
        return (await self._ask(wire.PaymentsSince(from_ms))).payments

    async def positions(self) -> Sequence[Position]:
        """See `TradingVenue.positions`."""
        return (await self._ask(wire.Positions())).positions

    async def balances(self) -> Sequence[Balance]:
        """See `TradingVenue.balances`."""
        return (await self._ask(wire.Balances())).balances

    async def setting(self, symbol: str) -> SymbolSetting:
        """See `TradingVenue.setting`."""
        setting = (await self._ask(wire.Setting(symbol))).setting
        if setting is None:
            raise VenueUnreachable(f"{self._title} does not say what {symbol} is set to.")
        return setting

    async def set_up(self, symbol: str, leverage: Decimal, margin_mode: MarginMode) -> None:
        """See `TradingVenue.set_up`."""
        await self._ask(wire.SetUp(symbol, leverage, margin_mode))

    async def contracts(self, symbols: Sequence[str]) -> Sequence[Contract]:
        """Return how each of these is traded by this account; what the venue does not list is left out.

        Raises:
            VenueError: the venue does not say.
        """
        return (await self._ask(wire.Contracts(tuple(symbols)))).contracts

    async def run(self, publish: Callable[[AccountEvent], None]) -> None:
        """See `TradingVenue.run`; a process that dies is started again.

        Raises:
            FeedProcessFailed: it cannot be started at all.
        """
        self._publish = publish
        failures = 0
        while True:
            began = time.monotonic()
            await self._run_once()
            if time.monotonic() - began > RESTART_S[-1]:
                failures = 0
            await asyncio.sleep(RESTART_S[min(failures, len(RESTART_S) - 1)])
            failures += 1

    # --- the process ----------------------------------------------------------------------------------

    async def _run_once(self) -> None:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        try:
            self._process = process = start_child(self._command)
        except OSError as error:
            raise errors.FeedProcessFailed(
                f"The trading process cannot be started: {error.strerror}."
            ) from None
        assert process.stdout is not None
        try:
            self._send(self._opening)
            threading.Thread(
                target=self._listen,
                args=(process.stdout, loop, ended),
                name=f"Account on {self.venue}",
                daemon=True,
            ).start()
            self._stands.set()
            await ended.wait()
            self.restarts += 1
            # Told before whoever waits for an answer hears that there is none: nothing is opened in between.
            self.on_lost(
                f"The trading process of {self._title} ended by itself and is started again. "
                "What was on its way is looked for; nothing is opened before that"
            )
        finally:
            self._stands.clear()
            await self._stop(process)

    async def _stop(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(VenueUnreachable(f"The trading process of {self._title} ended."))
        self._waiting.clear()
        await end_child(process)

    def _listen(self, pipe: BinaryIO, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
        """Read messages to the end of the pipe, on a thread of its own."""
        told: wire.Told | None = None
        while True:
            try:
                told = wire.read_told(pipe)
            except (OSError, ValueError):
                log.exception("a message of %s cannot be read", self.venue)
                told = None
            try:
                if told is None:
                    loop.call_soon_threadsafe(ended.set)
                else:
                    loop.call_soon_threadsafe(self._take, told)
            except RuntimeError:
                break  # the desk's loop is closed: nobody is there any more
            if told is None:
                break
        pipe.close()

    def _take(self, told: wire.Told) -> None:
        if not told.number:
            for event in wire.events_of(told):
                self._publish(event)
            return
        answer = self._waiting.pop(told.number, None)
        if answer is None or answer.done():
            return
        if told.error:
            answer.set_exception(_error_of(told))
        else:
            answer.set_result(told)

    async def _ask(self, question: wire.Question) -> wire.Told:
        await self._stands.wait()
        self._numbers += 1
        number = self._numbers
        answer: asyncio.Future[wire.Told] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._send(wire.Asked(number, question))
            return await answer
        finally:
            self._waiting.pop(number, None)

    def _send(self, command: wire.Command) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise VenueUnreachable(f"The trading process of {self._title} is not there.")
        try:
            process.stdin.write(wire.encode(command))
            process.stdin.flush()
        except (OSError, ValueError):
            raise VenueUnreachable(f"The trading process of {self._title} has ended.") from None


def _error_of(told: wire.Told) -> PreflightError:
    if told.error == "OrderRejected":
        return OrderRejected(told.words, code=told.code)
    kind = getattr(errors, told.error, VenueError)
    if isinstance(kind, type) and issubclass(kind, VenueError):
        return kind(told.words)
    return VenueError(told.words)
