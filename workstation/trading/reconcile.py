"""Proving what is so: every order that is not proven, every fill, every position, held against the venue."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.model.ledger import OrderNote, PositionAdopted
from workstation.model.orders import Order, OrderReport, OrderState
from workstation.model.positions import Position
from workstation.ports import TradingVenue
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock
from workstation.trading.bookkeeping import Bookkeeping
from workstation.trading.news import OrphanOrders, PositionsDiffer
from workstation.trading.portfolio import Portfolio, PositionDifference

_ASK_AGAIN_S = 0.1
_CLOCKS_APART_MS = 60_000  # asked for that much earlier than our clock says: the venue's may differ


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a whole reconciliation led to.

    Attributes:
        unproven: orders of which it is still not known whether the venue has them.
        differences: positions of which the venue holds another size.
    """

    unproven: tuple[Order, ...]
    differences: tuple[PositionDifference, ...]

    @property
    def is_clean(self) -> bool:
        """Whether everything is proven and equal."""
        return not self.unproven and not self.differences


class Reconciler:
    """Asks the venue and writes down its answers. It never sends, repeats or cancels an order."""

    def __init__(
        self, venue: TradingVenue, portfolio: Portfolio, books: Bookkeeping, bus: Bus, clock: Clock
    ) -> None:
        self._venue = venue
        self._portfolio = portfolio
        self._books = books
        self._bus = bus
        self._clock = clock

    async def everything(self) -> Reconciled:
        """Bring the whole account up to date: at the start, after an outage, and now and then.

        Raises:
            VenueError: the venue could not be asked; nothing is concluded from that.
        """
        for balance in await self._venue.balances():
            await self._books.take(balance)
        reports = await self._venue.open_orders()
        positions = await self._venue.positions()
        symbols = {order.intent.symbol for order in self._portfolio.working()}
        symbols |= {report.symbol for report in reports} | {held.symbol for held in positions}
        symbols |= set(self._portfolio.positions)
        for symbol in sorted(symbols):
            self._portfolio.set_symbol(await self._venue.setting(symbol))
            await self.take_fills(symbol)
        for payment in await self._venue.payments_since(self._portfolio.newest_payment_ms):
            await self._books.take(payment)
        for report in reports:
            await self._books.take(report)
        self._forget_foreign(reports)
        there = {report.client_order_id for report in reports}
        for order in self._portfolio.working():
            if order.client_order_id not in there or not order.state.is_proven:
                await self.prove(order.client_order_id)
        await self._forget_cancels(there)
        differences = await self._compare_positions(positions)
        self._tell_orphans(reports)
        unproven = tuple(order for order in self._portfolio.working() if not order.state.is_proven)
        return Reconciled(unproven, differences)

    async def prove(self, client_order_id: str) -> bool:
        """Find out by its client order id what became of an order; return whether that is proven now.

        It is looked for among open, conditional and closed orders and among the fills. It is absent only if
        it is in none of them, no request can still be under way, and the position is what our fills come to.

        Raises:
            VenueError: the venue could not be asked; the order stays as it was.
        """
        order = self._portfolio.order(client_order_id)
        if order is None or order.state.is_final:
            return True
        symbol = order.intent.symbol
        # The time before the questions: an order found absent afterwards was absent at least until then.
        asked_ms = self._clock.now_ms()
        report = await self._venue.find_order(symbol, client_order_id)
        await self.take_fills(symbol)
        if report is not None and report.client_order_id == client_order_id:
            await self._books.take(report)
        found = self._portfolio.order(client_order_id)
        assert found is not None
        if report is not None or found.filled_size:
            return found.state.is_proven
        if order.state.is_proven:
            await self._end_forgotten(found)
            return True
        if asked_ms - order.created_ms <= self._venue.unseen_ms:
            await self._unknown(found, "The venue does not know it yet; a request may still be under way")
            return False
        size = next(
            (held.size for held in await self._venue.positions() if held.symbol == symbol), Decimal(0)
        )
        if size != self._portfolio.position(symbol).size:
            words = "The venue does not know it, but its position is not what the fills come to"
            await self._unknown(found, words)
            return False
        await self._books.note(found, OrderState.ABSENT, "The venue never took it: nothing of it was found")
        return True

    async def _forget_cancels(self, there: set[str]) -> None:
        """A cancel that was asked for before the venue said that the order works may never have arrived.

        To ask a second time is harmless; to believe in a cancel that a kill held back leaves an orphan.
        """
        for order in self._portfolio.working():
            if order.cancel_asked and order.client_order_id in there:
                await self._books.take(
                    OrderNote(order.client_order_id, None, "It still works: the cancel may not have arrived")
                )

    async def _end_forgotten(self, order: Order) -> None:
        """End an order that worked and of which the venue, asked again, has no trace: old ones are purged."""
        if any(report.client_order_id == order.client_order_id for report in await self._venue.open_orders()):
            return
        intent = order.intent
        words = "The venue has no trace of it any more: it is taken to have ended"
        await self._books.take(
            OrderReport(
                intent.venue,
                intent.symbol,
                order.client_order_id,
                order.venue_order_id,
                OrderState.EXPIRED,
                order.updated_ms,
                order.reported_size,
                intent.side,
                intent.kind,
                intent.size,
                words=words,
            )
        )

    async def _unknown(self, order: Order, words: str) -> None:
        if order.state is not OrderState.UNKNOWN or order.words != words:
            await self._books.note(order, OrderState.UNKNOWN, words)

    async def wait_until_ended(self, client_order_id: str, patience_s: float) -> Order | None:
        """Return an order once it is final and all its fills are here; None if that is not proven in time.

        Raises:
            VenueError: the venue could not be asked.
        """
        deadline = self._clock.monotonic() + patience_s
        while self._clock.monotonic() < deadline:
            await self.prove(client_order_id)
            order = self._portfolio.order(client_order_id)
            if order is None:
                return None
            if order.state.is_final and order.missing_size:
                await self.take_fills(order.intent.symbol)
            elif order.state.is_final:
                return order
            await asyncio.sleep(_ASK_AGAIN_S)
        return None

    async def take_fills(self, symbol: str) -> None:
        """Take in the fills of a symbol since the oldest moment of which some may be missing.

        Of a symbol of which nothing is written down nothing is asked: what is held of it is taken over.

        Raises:
            VenueError: the venue could not be asked.
        """
        held = self._portfolio.fills(symbol)
        since = [held[-1].event_ms] if held else []
        since += [order.created_ms for order in self._portfolio.working(symbol)]
        since += [
            order.created_ms for order in self._portfolio.missing_fills if order.intent.symbol == symbol
        ]
        if since:
            for fill in await self._venue.fills_since(symbol, max(0, min(since) - _CLOCKS_APART_MS)):
                await self._books.take(fill)

    async def _compare_positions(self, venues: Sequence[Position]) -> tuple[PositionDifference, ...]:
        found = self._portfolio.differences(venues)
        if found:
            # A fill may have happened between the two questions: only what lasts is a difference.
            for difference in found:
                await self.take_fills(difference.symbol)
            found = self._portfolio.differences(await self._venue.positions())
        lasting = []
        for difference in found:
            if self._portfolio.knows(difference.symbol):
                lasting.append(difference)
            else:  # held before this ledger began: taken over as the venue has it
                await self.adopt(difference)
        if lasting:
            self._bus.publish(PositionsDiffer(tuple(lasting)))
        return tuple(lasting)

    async def adopt(self, difference: PositionDifference) -> None:
        """Go on from the venue's position; what it was before stays in the ledger as it was reckoned.

        Raises:
            PreflightError: it could not be written down.
        """
        await self._books.write(
            PositionAdopted(
                self._portfolio.venue,
                difference.symbol,
                self._clock.now_ms(),
                difference.venues,
                difference.entry_price,
            )
        )

    def _forget_foreign(self, reports: Sequence[OrderReport]) -> None:
        there = {report.venue_order_id for report in reports}
        for venue_order_id in [key for key in self._portfolio.foreign_orders if key not in there]:
            del self._portfolio.foreign_orders[venue_order_id]

    def _tell_orphans(self, reports: Sequence[OrderReport]) -> None:
        orphans = tuple(
            report
            for report in reports
            if report.kind.is_conditional
            and self._portfolio.position(report.symbol).is_flat
            and not self._has_entry(report)
        )
        if orphans:
            self._bus.publish(OrphanOrders(orphans))

    def _has_entry(self, report: OrderReport) -> bool:
        """Whether an opening order still works in that symbol, which the order may be there to protect."""
        return not report.reduce_only or any(
            not order.intent.purpose.reduces for order in self._portfolio.working(report.symbol)
        )
