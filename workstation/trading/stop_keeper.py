"""Keeps every position's exits as they should be, moves and trails stops, is loud where one is missing."""

import asyncio
from contextlib import suppress
from decimal import Decimal

from workstation.errors import PreflightError
from workstation.model.ledger import StopMove, TrailStarted
from workstation.model.orders import OrderIntent, OrderState, Refusal, Trail, TriggerBy
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock
from workstation.trading.brackets import Ward, plan, trailed_stop, wards_of
from workstation.trading.desk import Desk
from workstation.trading.gate import Refused
from workstation.trading.news import StopMissing

_LOOK_S = 0.25
_BARE_S = 3.0  # a position may stand so long without a proven stop before that is told
_TRAIL_STEP = Decimal("0.0005")  # of the price: a stop is not replaced for less
_GATHER_S = 1.0  # a part of a target may wait so long for more of it
_MOST_STEPS = 20  # of one pass; a bracket is in place after two or three


class StopKeeper:
    """Looks after the brackets of one desk, in one task: nothing is ever sent twice by two of them."""

    def __init__(self, desk: Desk, bus: Bus, clock: Clock) -> None:
        """Look after the positions of `desk`."""
        self._desk = desk
        self._portfolio = desk.portfolio
        self._bus = bus
        self._clock = clock
        self._best: dict[str, Decimal] = {}
        self._bare_since: dict[str, float] = {}
        self._told: set[tuple[str, str]] = set()
        self._repair: set[str] = set()
        self._gathers_since: dict[str, float] = {}

    # What the trader asks for.

    def ward(self, intent_id: str) -> Ward | None:
        """Return an entry with its exits while there is something to look after; None afterwards."""
        entry = self._portfolio.entry(intent_id)
        if entry is None:
            return None
        wards = wards_of(self._portfolio, entry.intent.symbol)
        return next((ward for ward in wards if ward.intent_id == intent_id), None)

    async def move_stop(self, intent_id: str, price: Decimal, thesis: str = "") -> Refusal | None:
        """Move the stop of an entry: nearer at will, farther only with a thesis that has changed.

        Args:
            intent_id: of the entry.
            price: the new trigger.
            thesis: the changed thesis, needed to loosen; it must differ from the one at the entry.

        Returns:
            Why not; None where it is on its way.

        Raises:
            PreflightError: it could not be written down.
        """
        ward = self.ward(intent_id)
        if ward is None:
            return Refusal("bracket.stop_price", "There is nothing left to protect in that trade")
        if not price.is_finite() or price <= 0:
            return Refusal("bracket.stop_price", "The stop must be a price above zero")
        intent = ward.entry.intent
        mark = self._desk.market(intent.symbol).mark_price
        by_mark = ward.bracket.stop_by is TriggerBy.MARK and ward.held
        if by_mark and mark is not None and (mark - price) * intent.side.sign <= 0:
            words = f"The mark is {mark:f}: a stop there would trigger at once. Close the position instead"
            return Refusal("bracket.stop_price", words)
        loosens = (price - ward.stop_price) * intent.side.sign < 0
        said = " ".join(thesis.split())
        if loosens and (not said or said == " ".join(intent.thesis.split())):
            words = "A stop only tightens. To give it more room, write down how the thesis has changed"
            return Refusal("thesis", words)
        if loosens:
            beyond = self._beyond_liquidation(ward, price)
            if beyond is not None:
                return beyond
        if price != ward.stop_price:
            move = StopMove(intent_id, intent.symbol, ward.stop_price, price, said if loosens else "")
            await self._desk.books.write(move)
            self._desk.books.touch(intent.symbol)
        return None

    async def start_trail(self, intent_id: str, trail: Trail) -> Refusal | None:
        """Let the stop of an entry follow the price from now on; None where it does.

        Raises:
            PreflightError: it could not be written down.
        """
        ward = self.ward(intent_id)
        mark = None if ward is None else self._desk.market(ward.entry.intent.symbol).mark_price
        if ward is None or mark is None or not ward.held or ward.entry.average_price is None:
            return Refusal("bracket.trail", "There is no open position to trail in that trade")
        if not trail.share.is_finite() or not 0 <= trail.share < 1:
            return Refusal("bracket.trail", "The share given back lies between 0 % and below 100 %")
        contract = self._portfolio.contracts[ward.entry.intent.symbol]
        size = ward.held * ward.entry.intent.side.sign
        base = contract.exposure(size, ward.entry.average_price).profit(mark)
        self._best.pop(intent_id, None)
        await self._desk.books.write(TrailStarted(intent_id, trail.mode, trail.share, max(Decimal(0), base)))
        return None

    def repair(self, intent_id: str) -> None:
        """Send the stop of an entry again that the venue refused or that was cancelled elsewhere."""
        self._repair.add(intent_id)
        self._told = {told for told in self._told if told[0] != intent_id}

    # Running.

    async def run(self) -> None:
        """Look after everything until cancelled: at once after a change, else four times a second."""
        books = self._desk.books
        while True:
            # Not wait_for: before Python 3.12 it may swallow the cancel that ends this task.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await books.changed.wait()
            books.changed.clear()
            symbols = books.touched | set(self._portfolio.positions)
            books.touched.clear()
            for symbol in sorted(symbols):
                await self.tend(symbol)

    async def tend(self, symbol: str) -> None:
        """Bring the exits of a symbol to where they belong, and say what stands without a stop."""
        contract = self._portfolio.contracts.get(symbol)
        if contract is None:
            return
        for ward in wards_of(self._portfolio, symbol):
            await self._trail(ward)
            await self._tend_ward(ward.intent_id)
        self._watch_cover(symbol)

    async def _tend_ward(self, intent_id: str) -> None:
        """Plan and do, step by step, until there is nothing left to do now."""
        for _ in range(_MOST_STEPS):
            ward = self.ward(intent_id)
            if ward is None:
                return
            contract = self._portfolio.contracts[ward.entry.intent.symbol]
            repair = intent_id in self._repair
            steps = plan(ward, contract, may_repair=repair)
            if self._have_gathered(intent_id, steps.gathers):
                steps = plan(ward, contract, may_repair=repair, may_gather=False)
            if steps.alarm:
                self._tell(StopMissing(ward.entry.intent.symbol, intent_id, steps.alarm))
            if not steps.place and not steps.cancel:
                return
            for intent in steps.place:
                if not await self._place(intent):
                    return
            for client_order_id in steps.cancel:
                try:
                    await self._desk.cancel(client_order_id)
                except PreflightError as error:
                    self._bus.publish(Fault("Stops", f"An exit could not be cancelled: {error}", error))
                    return
            self._repair.discard(intent_id)

    def _have_gathered(self, intent_id: str, gathers: bool) -> bool:
        """Whether parts of a target have waited for more of them long enough."""
        if not gathers:
            self._gathers_since.pop(intent_id, None)
            return False
        now = self._clock.monotonic()
        return now - self._gathers_since.setdefault(intent_id, now) >= _GATHER_S

    async def _place(self, intent: OrderIntent) -> bool:
        """Send one exit; return whether it is at the venue for certain, so that the next step can follow."""
        result = await self._desk.submit(intent)
        if isinstance(result, Refused):
            words = "; ".join(refusal.words for refusal in result.refusals)
            self._tell(
                StopMissing(intent.symbol, intent.parent_id, f"The {intent.leg} was not sent: {words}")
            )
            return False
        state = result.order.state
        return state.is_proven and state not in (OrderState.REJECTED, OrderState.EXPIRED)

    async def _trail(self, ward: Ward) -> None:
        trail, symbol = self._portfolio.trails.get(ward.intent_id), ward.entry.intent.symbol
        mark = self._desk.market(symbol).mark_price
        if mark is None or not ward.held:
            return
        if trail is None:
            if ward.bracket.trail is None:
                return
            trail = TrailStarted(
                ward.intent_id, ward.bracket.trail.mode, ward.bracket.trail.share, Decimal(0)
            )
        sign = ward.entry.intent.side.sign
        best = self._best.get(ward.intent_id, mark)
        best = self._best[ward.intent_id] = max(best, mark) if sign > 0 else min(best, mark)
        stop = trailed_stop(ward, self._portfolio.contracts[symbol], trail, best)
        if stop is None or abs(stop - ward.stop_price) < ward.stop_price * _TRAIL_STEP:
            return
        if (mark - stop) * sign <= 0:
            return  # the mark has fallen back through it: the stop that stands does its work
        try:
            await self._desk.books.write(StopMove(ward.intent_id, symbol, ward.stop_price, stop))
        except PreflightError as error:
            self._bus.publish(Fault("Stops", f"The trailing stop stays: {error}", error))

    def _beyond_liquidation(self, ward: Ward, price: Decimal) -> Refusal | None:
        symbol = ward.entry.intent.symbol
        point = self._desk.situation(symbol).account.liquidations().get(symbol)
        if point is None or (price - point.price) * ward.entry.intent.side.sign > 0:
            return None
        words = (
            f"That stop lies beyond liquidation at {point.price:.8g}: the position would be gone before it"
        )
        return Refusal("bracket.stop_price", words)

    def _watch_cover(self, symbol: str) -> None:
        """Say it once where a part of a position has stood without a proven stop for some seconds."""
        size = abs(self._portfolio.position(symbol).size)
        covered = sum((_covered(ward) for ward in wards_of(self._portfolio, symbol)), Decimal(0))
        if covered >= size:
            self._bare_since.pop(symbol, None)
            self._told = {told for told in self._told if told[0] != symbol}
            return
        now = self._clock.monotonic()
        if now - self._bare_since.setdefault(symbol, now) >= _BARE_S:
            words = f"{size - covered:f} of the position stand without a stop that the venue has confirmed"
            self._tell(StopMissing(symbol, "", words))

    def _tell(self, news: StopMissing) -> None:
        key = (news.intent_id or news.symbol, news.words)
        if key not in self._told:
            self._told.add(key)
            self._bus.publish(news)


def _covered(ward: Ward) -> Decimal:
    """What the stops of an entry that the venue has confirmed would close of it."""
    working = (OrderState.OPEN, OrderState.PARTIALLY_FILLED)
    stops = (order.remaining_size for order in ward.stops if order.state in working)
    return min(ward.held, sum(stops, Decimal(0)))
