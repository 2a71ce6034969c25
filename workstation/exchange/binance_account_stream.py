"""The user data stream of Binance USDⓈ-M: followed for ever, begun anew with all that works."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from typing import Any, Protocol

import ccxt.pro
import msgspec

from workstation.errors import PreflightError
from workstation.exchange import binance_orders as wire
from workstation.exchange.raw_client import RawClient
from workstation.model.orders import Fill, OrderReport
from workstation.model.positions import Balance, FundingPayment
from workstation.ports import AccountEvent

log = logging.getLogger(__name__)

RETRY_S = (0.1, 0.3, 1.0, 2.0, 5.0)
PAYMENT_LATE_MS = 60_000
"""A payment is asked for by its time, which lies a little before the event that tells of it."""

_HEARD_LATE_MS = 10_000  # a connection may be dead for a while before that is noticed


class StreamedVenue(Protocol):
    """What the stream needs of its venue."""

    @property
    def venue(self) -> str: ...

    def new_exchange(
        self, taken: tuple[str, ...] = (), take: Callable[[int, str], None] | None = None
    ) -> Any: ...

    def fault(self, error: BaseException) -> PreflightError: ...

    def name(self, symbol: str, order_id: int, client_order_id: str) -> None: ...

    def known_name(self, symbol: str, order_id: int, otherwise: str) -> str: ...

    @property
    def named_symbols(self) -> Collection[str]: ...

    def venue_ms(self) -> int: ...

    async def open_orders(self) -> Sequence[OrderReport]: ...

    async def fills_since(self, symbol: str, from_ms: int) -> Sequence[Fill]: ...

    async def balances(self) -> Sequence[Balance]: ...

    async def payments_since(self, from_ms: int) -> Sequence[FundingPayment]: ...


class AccountStream:
    """Hands over what happens in an account."""

    def __init__(self, venue: StreamedVenue, publish: Callable[[AccountEvent], None]) -> None:
        """Hand over to `publish`."""
        self._venue = venue
        self._publish = publish
        self._exchange: Any = None
        self._heard_until_ms = 0  # the venue's time at which the stream was lost; 0 while it is not
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Follow until cancelled; a connection that ends is made anew."""
        failures = 0
        try:
            while True:
                began = time.monotonic()
                try:
                    await self._follow()
                except Exception as error:
                    log.info("the account's stream ended: %s", self._venue.fault(error))
                if time.monotonic() - began > RETRY_S[-1]:
                    failures = 0
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self) -> None:
        # An exchange object of its own for every connection: the key of the one before is gone with it.
        self._exchange = exchange = self._venue.new_exchange(('{"e":',), self._take)
        watching = asyncio.create_task(exchange.watch_balance(), name="Account stream")
        try:
            while not watching.done() and not any(client.isConnected for client in self._clients):
                await asyncio.sleep(0.02)
            if not watching.done():
                for report in await self._venue.open_orders():
                    self._publish(report)
                for balance in await self._venue.balances():
                    self._publish(balance)
                await self._tell_fills()
            await watching
        finally:
            self._heard_until_ms = self._heard_until_ms or self._venue.venue_ms()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await exchange.close()

    async def _tell_fills(self) -> None:
        """What was filled while nobody listened; an order that is filled is no open one any more."""
        if self._heard_until_ms:
            for symbol in sorted(self._venue.named_symbols):
                for fill in await self._venue.fills_since(symbol, self._heard_until_ms - _HEARD_LATE_MS):
                    self._publish(fill)
        self._heard_until_ms = 0

    @property
    def _clients(self) -> list[RawClient]:
        clients = (self._exchange.clients or {}).values()
        return [client for client in clients if isinstance(client, RawClient)]

    def _take(self, _recv_ns: int, message: str) -> None:
        try:
            event = wire.decode_event(message)
        except msgspec.ValidationError as error:
            log.info("an account event that is not read: %s", error)
            return
        except msgspec.DecodeError:
            log.info("an account event cannot be read: all is asked for anew")
            self._begin_anew()
            return
        try:
            self._tell(event)
        except KeyError as error:
            log.warning("an account event says %s, which is not known: all is asked for anew", error)
            self._begin_anew()

    def _tell(self, event: wire.AccountMessage) -> None:
        venue = self._venue
        if isinstance(event, wire.StreamExpired):
            self._begin_anew()
        elif isinstance(event, wire.OrderEvent):
            name = venue.known_name(event.o.s, event.o.i, event.o.c)
            venue.name(event.o.s, event.o.i, name)
            fill = wire.fill_of_event(venue.venue, event, name)
            if fill is not None:
                self._publish(fill)
            self._publish(wire.report_of_event(venue.venue, event, name))
        elif isinstance(event, wire.AlgoEvent):
            if event.o.ai:
                # What a conditional order has become may bear another name.
                venue.name(event.o.s, int(event.o.ai), event.o.caid)
            report = wire.report_of_algo_event(venue.venue, event)
            if report is not None:
                self._publish(report)
        else:
            for balance in wire.balances_of_event(venue.venue, event):
                self._publish(balance)
            if event.a.m in wire.PAYMENT_KINDS:
                self._spawn(self._tell_payments(event.E - PAYMENT_LATE_MS))

    async def _tell_payments(self, from_ms: int) -> None:
        try:
            for payment in await self._venue.payments_since(from_ms):
                self._publish(payment)
        except PreflightError as error:
            log.info("a payment could not be asked for: %s", error)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin_anew(self) -> None:
        for client in self._clients:
            client.on_error(ccxt.NetworkError("the stream is begun anew"))
