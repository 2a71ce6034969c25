"""The desk: submits through the gate, cancels, amends, closes; what is unknown is proven, never resent."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from workstation.errors import OrderRejected, PreflightError, VenueError
from workstation.model.ledger import BlockedIntent, OrderNote, Override
from workstation.model.orders import (
    ApprovedOrder,
    Order,
    OrderIntent,
    OrderKind,
    OrderState,
    Purpose,
    Refusal,
    Side,
    new_id,
)
from workstation.ports import AccountEvent, Ledger, TradingVenue
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock
from workstation.trading.bookkeeping import Bookkeeping
from workstation.trading.brackets import STOP
from workstation.trading.gate import ChecklistVerdict, Gate, Passed, Refused
from workstation.trading.market_facts import situation_of
from workstation.trading.news import DeskFrozen
from workstation.trading.portfolio import Portfolio
from workstation.trading.reconcile import Reconciled, Reconciler
from workstation.trading.risk import MarketView, Situation
from workstation.trading.symbol_setting import set_up

log = logging.getLogger(__name__)

_NOT_RECONCILED = "The account is being reconciled with the venue: nothing is opened until that is done"
_ANSWER_S = 15.0  # an answer that has not come by then is looked for
_CANCEL_PATIENCE_S = 10.0
_RECONCILE_S = 30.0
_PROVE_S = 1.0


@dataclass(frozen=True, slots=True)
class Submitted:
    """An order that left the desk, or was refused by the venue.

    Attributes:
        order: as it stands after the venue's answer, or without one.
    """

    order: Order


class Desk:
    """Trades one account on one venue.

    An order is on the disk before its request leaves, and its request leaves once. Whatever is not a plain
    answer leaves it UNKNOWN until it is proven by its client order id. All methods run on one event loop. The
    clock follows the venue's time (that of the recording in a replay).
    """

    def __init__(
        self,
        venue: TradingVenue,
        ledger: Ledger,
        gate: Gate,
        portfolio: Portfolio,
        market: Callable[[str], MarketView],
        bus: Bus,
        clock: Clock,
    ) -> None:
        """Put the parts together; `portfolio` has taken in what the ledger holds.

        Args:
            market: what is known of a symbol now.
        """
        self.portfolio = portfolio
        self._venue = venue
        self._ledger = ledger
        self._gate = gate
        self._market = market
        self._bus = bus
        self._clock = clock
        self.books = Bookkeeping(ledger, portfolio, bus)
        self.reconciler = Reconciler(venue, portfolio, self.books, bus, clock)
        self.frozen = _NOT_RECONCILED
        """Why nothing may be opened; empty where it may."""
        self._reconcile_at = clock.monotonic()
        self._doubts = 0
        self._deciding = asyncio.Lock()
        self._events: asyncio.Queue[AccountEvent] = asyncio.Queue()
        self._under_way: set[asyncio.Task[Any]] = set()

    # Looking.

    def market(self, symbol: str) -> MarketView:
        """Return what is known of a symbol, with why nothing may be opened in it."""
        view = self._market(symbol)
        unproven = any(
            order.state is OrderState.UNKNOWN and not order.intent.purpose.reduces
            for order in self.portfolio.working(symbol)
        )
        doubt = "An order in this symbol is not proven yet: another one could double it" if unproven else ""
        return replace(view, frozen=view.frozen or self.frozen or doubt)

    def situation(self, symbol: str) -> Situation:
        """Return all that an intent in a symbol is judged in, now."""
        return situation_of(self.portfolio, self.market(symbol), self._market, symbol)

    def judge(
        self,
        intent: OrderIntent,
        verdict: ChecklistVerdict | None = None,
        override: Override | None = None,
    ) -> Sequence[Refusal]:
        """Return what speaks against an intent now, for a ticket to show while it is filled in."""
        return self._gate.judge(intent, self.situation(intent.symbol), verdict, override)

    # Sending.

    async def submit(
        self,
        intent: OrderIntent,
        verdict: ChecklistVerdict | None = None,
        override: Override | None = None,
    ) -> Submitted | Refused:
        """Send an intent through the gate to the venue, once.

        Returns:
            The order with what is known of it, UNKNOWN included; or every reason why it did not leave. What
            was refused is kept in the ledger too.
        """
        if not intent.purpose.reduces and not self._gate.judge(
            intent, self.situation(intent.symbol), verdict, override
        ):
            try:
                await set_up(self._venue, self.portfolio, intent)
            except VenueError as error:
                words = f"Leverage and margin mode could not be set at the venue: {error}"
                return await self._refuse(intent, Refusal("leverage", words))
        async with self._deciding:
            decision = self._gate.decide(intent, self.situation(intent.symbol), verdict, override)
            if isinstance(decision, Refused):
                return await self._keep(decision)
            try:
                await self._write_down(intent, decision)
            except PreflightError as error:
                if not intent.purpose.reduces:
                    return await self._refuse(intent, Refusal("", f"The ledger cannot be written: {error}"))
                # What can only reduce goes out all the same: a full disk must not hold anybody in a position.
                words = f"An exit leaves without being written down: {error}"
                self._bus.publish(Fault("Ledger", words, error))
                self.portfolio.take(decision.approval)
        return Submitted(await self._send(decision.order))

    async def cancel(self, client_order_id: str) -> None:
        """Ask the venue to cancel an order; that it is cancelled is told when the venue says so.

        Raises:
            VenueError: the venue could not be asked, or refused.
        """
        order = self.portfolio.order(client_order_id)
        if order is None or order.state.is_final:
            return
        await self.books.take(OrderNote(client_order_id, None, "Cancel asked for", cancels=True))
        try:
            await self._venue.cancel(order.intent.symbol, client_order_id)
        except Exception as error:
            await self.books.take(OrderNote(client_order_id, None, f"The cancel failed: {error}"))
            raise

    async def cancel_all(self, symbol: str | None = None) -> None:
        """Ask the venue to cancel every order that opens, of one symbol or of all; exits stay.

        Raises:
            VenueError: a cancel failed; the others were asked for all the same.
        """
        orders = [order for order in self.portfolio.working(symbol) if not order.intent.purpose.reduces]
        results = await asyncio.gather(
            *(self.cancel(order.client_order_id) for order in orders), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def close(self, symbol: str, share: Decimal = Decimal(1)) -> Submitted | Refused:
        """Close a share of a position at the market, fills on their way included; always possible."""
        booked = self.portfolio.position(symbol).size
        held = max(booked, booked + self.portfolio.missing_size(symbol), key=abs)  # reduce-only: never beyond
        size = abs(held) * share
        side = Side.SELL if held > 0 else Side.BUY
        purpose = Purpose.EXIT if share == 1 else Purpose.REDUCE
        intent = OrderIntent(
            self._venue.venue, symbol, side, OrderKind.MARKET, size, purpose, reduce_only=True
        )
        return await self.submit(intent)

    async def flatten(self) -> Sequence[Submitted | Refused]:
        """Cancel every order that opens and close every position at the market: the kill switch.

        All of it is asked for at once; a cancel that fails does not hold back an exit.
        """
        cancels = asyncio.ensure_future(self.cancel_all())
        missing = {order.intent.symbol for order in self.portfolio.missing_fills}
        coming = {symbol for symbol in missing if self.portfolio.missing_size(symbol)}
        closed = await asyncio.gather(*(self.close(one) for one in {*self.portfolio.positions, *coming}))
        try:
            await cancels
        except VenueError as error:
            self._bus.publish(Fault("Kill switch", f"Not every order is cancelled: {error}", error))
        return closed

    async def amend(
        self,
        client_order_id: str,
        verdict: ChecklistVerdict | None = None,
        *,
        size: Decimal | None = None,
        price: Decimal | None = None,
        trigger_price: Decimal | None = None,
    ) -> Submitted | Refused:
        """Replace an order that works by another.

        It is cancelled, proven to have ended, and what was not filled of it goes through the gate anew.

        Args:
            client_order_id: of the order.
            verdict: of the checklist, needed again for an order that opens.
            size: of the order as a whole, what was filled included; None keeps it.
            price, trigger_price: None keeps them.

        Raises:
            VenueError: the venue could not be asked; nothing new was sent.
        """
        order = self.portfolio.order(client_order_id)
        if order is None or order.state.is_final:
            words = "That order does not work any more"
            gone = OrderIntent(self._venue.venue, "", Side.BUY, OrderKind.LIMIT, Decimal(0), Purpose.OPEN)
            return await self._refuse(gone if order is None else order.intent, Refusal("", words))
        if order.intent.leg == STOP:
            words = "A protective stop is moved, not amended: it may only tighten"
            return await self._refuse(order.intent, Refusal("trigger_price", words))
        changed = replace(
            order.intent,
            intent_id=new_id(),
            parent_id=order.intent.parent_id or order.intent.intent_id,
            size=order.intent.size if size is None else size,
            price=order.intent.price if price is None else price,
            trigger_price=order.intent.trigger_price if trigger_price is None else trigger_price,
        )
        await self.cancel(client_order_id)
        ended = await self.reconciler.wait_until_ended(client_order_id, _CANCEL_PATIENCE_S)
        if ended is None:
            words = "The venue has not confirmed the cancel: nothing new was sent, the old one may still work"
            return await self._refuse(changed, Refusal("", words))
        return await self.submit(replace(changed, size=changed.size - ended.filled_size), verdict)

    # Running.

    async def reconcile(self) -> Reconciled:
        """Bring everything up to date with the venue; opening is possible again once all is proven.

        Raises:
            VenueError: the venue could not be asked.
        """
        doubts = self._doubts
        found = await self.reconciler.everything()
        if doubts != self._doubts:
            return found  # what was asked before the doubt proves nothing about what came with it
        if found.differences:
            symbols = ", ".join(difference.symbol for difference in found.differences)
            self.freeze(f"The venue holds another position than our fills come to in {symbols}")
        else:
            self.freeze("")
        return found

    async def run(self) -> None:
        """Take in what the venue tells until cancelled."""
        async with asyncio.TaskGroup() as both:  # if either fails the other ends too, and it is told
            both.create_task(self._take_events())
            both.create_task(self._venue.run(self._events.put_nowait))

    async def caught_up(self) -> None:
        """Wait until all that the venue has told so far is written down and believed."""
        await self._events.join()

    async def watch(self) -> None:
        """Reconcile, prove what is unknown, and reconcile again now and then, until cancelled."""
        while True:
            try:
                if self._clock.monotonic() >= self._reconcile_at:
                    self._reconcile_at = self._clock.monotonic() + _RECONCILE_S  # a doubt meanwhile: at once
                    await self.reconcile()
                await self.prove_unknown()
            except VenueError as error:
                self.doubt(f"The venue cannot be asked: {error}")
            await asyncio.sleep(_PROVE_S)

    def doubt(self, words: str) -> None:
        """Something may have happened unseen: nothing is opened before all has been reconciled anew."""
        self._doubts += 1
        self.freeze(words)
        self._reconcile_at = self._clock.monotonic()

    async def finish(self) -> None:
        """Wait for the answers that are under way: before the ledger is closed."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def prove_unknown(self) -> None:
        """Try to prove every order that is not, and to find the fills that are missing.

        What cannot be asked about stays for the next time.
        """
        for symbol in {order.intent.symbol for order in self.portfolio.missing_fills}:
            await self._try(self.reconciler.take_fills(symbol))
        for order in self.portfolio.working():
            if not order.state.is_proven and order.client_order_id not in self._sending:
                await self._try(self.reconciler.prove(order.client_order_id))

    async def _try(self, question: Coroutine[Any, Any, object]) -> None:
        try:
            await question
        except VenueError as error:
            log.info("not proven: %s", error)

    def freeze(self, words: str) -> None:
        """Let nothing be opened, for a reason that is shown, until `reconcile`; empty: it may be."""
        if words != self.frozen:
            self.frozen = words
            self._bus.publish(DeskFrozen(words))

    # Below: one step each.

    @property
    def _sending(self) -> set[str]:
        """Orders whose answer is still awaited."""
        return {task.get_name() for task in self._under_way}

    async def _take_events(self) -> None:
        while True:
            event = await self._events.get()
            await self.books.take(event)
            self._events.task_done()

    async def _write_down(self, asked: OrderIntent, passed: Passed) -> None:
        override = () if passed.override is None else (passed.override,)
        await self.books.write(asked, *passed.evidence, *override, passed.approval)

    async def _send(self, order: ApprovedOrder) -> Order:
        """Place an order and take in the answer, in a task that outlives whoever waits for it."""
        task = asyncio.create_task(self._place(order), name=order.client_order_id)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)
        found = self.portfolio.order(order.client_order_id)
        assert found is not None
        return found

    async def _place(self, order: ApprovedOrder) -> None:
        client_order_id = order.client_order_id
        self.books.believe(OrderNote(client_order_id, OrderState.SENT, ""))
        try:
            async with asyncio.timeout(_ANSWER_S):
                report = await self._venue.place(order)
        except OrderRejected as error:
            await self.books.note(client_order_id, OrderState.REJECTED, str(error))
            return
        except Exception as error:
            log.info("order %s: %r", client_order_id, error)
            words = str(error) if isinstance(error, VenueError) else f"No clear answer: {error!r}"
            await self.books.note(client_order_id, OrderState.UNKNOWN, words)
            return
        if report.client_order_id != client_order_id:
            await self.books.note(client_order_id, OrderState.UNKNOWN, "The answer was not about this order")
            return
        await self.books.take(report)

    async def _refuse(self, intent: OrderIntent, *refusals: Refusal) -> Refused:
        mark = self._market(intent.symbol).mark_price if intent.symbol else None
        return await self._keep(Refused(BlockedIntent(intent, refusals, mark)))

    async def _keep(self, refused: Refused) -> Refused:
        """Keep what was refused; that it cannot be written down lets nothing pass."""
        try:
            await self.books.write(*refused.evidence, refused.blocked)
        except PreflightError as error:
            self._bus.publish(Fault("Ledger", str(error), error))
        return refused
