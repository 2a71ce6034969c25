"""The hand that trades: sends tickets, moves stops, closes, flips, and pulls the kill switch."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from PySide6.QtCore import QObject, Signal

from ui.ticket.reckoned import Reckoned
from ui.ticket.reckoning import reckon
from ui.ticket.tickets import Tickets
from workstation.account_desk import AccountDesk
from workstation.errors import PreflightError
from workstation.model.ledger import BlockedIntent, Override
from workstation.model.orders import OrderIntent, Purpose, Refusal, Side, new_id
from workstation.trading.brackets import wards_of
from workstation.trading.contracts import Contract
from workstation.trading.desk import Submitted
from workstation.trading.gate import Refused


class TradingHand(QObject):
    """What keys, buttons and the palette ask of the account; each returns at once and goes on by itself."""

    told = Signal(str, bool)
    """What came of it, and whether it went wrong."""

    def __init__(self, tickets: Tickets, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tickets = tickets
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending: set[str] = set()
        self._let_go: OrderIntent | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is still under way."""
        return bool(self._tasks)

    def send(self, symbol: str, trading: AccountDesk, override: Override | None = None) -> None:
        """Send the ticket of a symbol as it stands; one that is being sent already is not sent twice."""
        if symbol in self._sending:
            self.told.emit(f"The ticket of {symbol} is on its way: wait for its answer", True)
            return
        self._sending.add(symbol)
        task = self._begin(trading, self._send(symbol, trading, override))
        task.add_done_callback(lambda _: self._sending.discard(symbol))

    def let_go(self, found: Reckoned, reason: str, trading: AccountDesk) -> None:
        """Keep, once, an order that was given up while its rules were being overridden: they have held."""
        whole = found.whole
        if whole is None or replace(whole, intent_id="") == self._let_go:
            return
        self._let_go = replace(whole, intent_id="")
        self._begin(trading, self._keep(found, whole, reason, trading))

    def close(self, symbol: str, trading: AccountDesk, share: Decimal) -> None:
        """Close a share of a position at the market."""
        self._begin(trading, self._close(symbol, trading, share))

    def cancel(self, symbol: str, trading: AccountDesk) -> None:
        """Cancel the orders of a symbol that would open; exits stay."""
        self._begin(trading, self._cancel(symbol, trading))

    def break_even(self, symbol: str, trading: AccountDesk) -> None:
        """Move the stops of a symbol to where fees are earned back."""
        self._begin(trading, self._break_even(symbol, trading))

    def flip(self, symbol: str, trading: AccountDesk) -> None:
        """Close a position, and put the ticket on the other side: what opens passes the checklist again."""
        self._begin(trading, self._flip(symbol, trading))

    def flatten(self, trading: AccountDesk) -> None:
        """The kill switch: cancel every order that opens, close every position."""
        self._begin(trading, self._flatten(trading))

    # Below: one of them each.

    def _begin(self, trading: AccountDesk, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        trading.touch()
        task = asyncio.get_running_loop().create_task(self._told(work), name="Trading hand")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PreflightError as error:
            self.told.emit(str(error), True)

    async def _send(self, symbol: str, trading: AccountDesk, override: Override | None) -> None:
        found = reckon(self._tickets.draft(symbol), symbol, trading)
        if not found.intents or found.faults:
            self.told.emit(next(iter(found.faults.values()), "The ticket is not filled in"), True)
            return
        setup, sent = found.draft.setup, 0
        for intent in found.intents:
            verdict = found.verdict
            if verdict is not None:
                verdict = replace(verdict, intent_id=intent.intent_id)
            lifted = None if override is None else replace(override, intent_id=intent.intent_id)
            result = await trading.floor.desk.submit(intent, verdict, lifted)
            if isinstance(result, Refused):
                words = result.refusals[0].words
                self.told.emit(f"{sent} of {len(found.intents)} sent. {words}" if sent else words, True)
                break
            if result.order.state.value == "rejected":
                self.told.emit(f"The venue refused: {result.order.words}", True)
                break
            sent += 1
        if sent:
            trading.checklists.forget(setup, symbol)
            self._tickets.put_away(symbol)
            if sent == len(found.intents):
                self.told.emit(
                    "1 order is at the venue" if sent == 1 else f"{sent} orders are at the venue", False
                )
        else:
            # What was refused is kept under its id: the next try is another intent.
            self._tickets.edit(symbol, order_id=new_id())

    async def _keep(self, found: Reckoned, whole: OrderIntent, reason: str, trading: AccountDesk) -> None:
        words = f"The override was taken back: {reason}" if reason else "The override was taken back"
        kept = replace(whole, intent_id=new_id())  # the ticket goes on, and may be sent under its own
        verdict = None if found.verdict is None else replace(found.verdict, intent_id=kept.intent_id)
        mark = trading.floor.view(kept.symbol).mark_price
        blocked = BlockedIntent(kept, (*found.refusals, Refusal("override", words)), mark)
        await trading.floor.desk.books.write(*(() if verdict is None else verdict.evidence), blocked)

    async def _close(self, symbol: str, trading: AccountDesk, share: Decimal) -> None:
        portfolio = trading.floor.portfolio
        if portfolio.position(symbol).is_flat and not portfolio.missing_size(symbol):
            self.told.emit(f"Nothing is held of {symbol}", True)
            return
        self._tell_exits([await trading.floor.desk.close(symbol, share)])

    async def _cancel(self, symbol: str, trading: AccountDesk) -> None:
        working = trading.floor.portfolio.working(symbol)
        opening = [order for order in working if not order.intent.purpose.reduces]
        await trading.floor.desk.cancel_all(symbol)
        self.told.emit(f"{len(opening)} of {symbol} asked to be cancelled", False)

    async def _break_even(self, symbol: str, trading: AccountDesk) -> None:
        portfolio = trading.floor.portfolio
        contract = portfolio.contracts.get(symbol)
        wards = [] if contract is None else [ward for ward in wards_of(portfolio, symbol) if ward.held]
        if not wards:
            self.told.emit(f"There is no stop of {symbol} to move", True)
        for ward in wards:
            entry, sign = ward.entry.average_price, ward.entry.intent.side.sign
            assert contract is not None
            assert entry is not None
            price = break_even_stop(contract, entry, sign)
            mark = trading.floor.view(symbol).mark_price
            if mark is not None and (mark - price) * sign <= 0:
                self.told.emit("The mark has not passed break-even yet: the stop would trigger at once", True)
                return
            if (price - ward.stop_price) * sign <= 0:
                self.told.emit("The stop stands beyond break-even already", False)
                continue
            refusal = await trading.floor.keeper.move_stop(ward.intent_id, price)
            if refusal is None:
                self.told.emit("The stop moves to break-even, fees of both ends included", False)
            else:
                self.told.emit(refusal.words, True)

    async def _flip(self, symbol: str, trading: AccountDesk) -> None:
        held = trading.floor.portfolio.position(symbol)
        side = Side.SELL if held.size > 0 else Side.BUY
        if not held.is_flat:
            self._tell_exits([await trading.floor.desk.close(symbol)])
            await trading.floor.desk.cancel_all(symbol)
        else:
            side = self._tickets.draft(symbol).side.opposite
        self._tickets.edit(symbol, side=side, entry="", far="", stop="", target="", size="")

    async def _flatten(self, trading: AccountDesk) -> None:
        self._tell_exits(list(await trading.floor.desk.flatten()), "Every order is being cancelled")

    def _tell_exits(self, results: Sequence[Submitted | Refused], otherwise: str = "") -> None:
        refused = [result for result in results if isinstance(result, Refused)]
        for result in refused:
            self.told.emit(f"{result.blocked.intent.symbol}: {result.refusals[0].words}", True)
        left = len(results) - len(refused)
        if left:
            self.told.emit("1 exit is at the venue" if left == 1 else f"{left} exits are at the venue", False)
        elif not results and otherwise:
            self.told.emit(otherwise, False)


def break_even_stop(contract: Contract, entry: Decimal, sign: int) -> Decimal:
    """Return where a stop earns the taker's fees of both ends back, on the tick that earns all of them.

    Args:
        contract: of the symbol.
        entry: average price paid.
        sign: +1 for a long position.
    """
    tick = contract.rules.tick_size
    rounding = ROUND_CEILING if sign > 0 else ROUND_FLOOR
    return (entry * (1 + 2 * sign * contract.taker_rate) / tick).to_integral_value(rounding) * tick


def holds(trading: AccountDesk | None, symbol: str) -> bool:
    """Whether a position is held."""
    return trading is not None and not trading.floor.portfolio.position(symbol).is_flat


def opens(trading: AccountDesk | None, symbol: str) -> bool:
    """Whether orders work that would open."""
    return trading is not None and any(
        order.intent.purpose is Purpose.OPEN for order in trading.floor.portfolio.working(symbol)
    )
