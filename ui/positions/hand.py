"""What the rows of the positions panel do besides closing: they move stops, trail, cancel."""

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject, Signal

from workstation.account_desk import AccountDesk
from workstation.errors import PreflightError
from workstation.model.orders import Refusal, Trail, TrailMode
from workstation.trading.brackets import Ward, wards_of


class PositionHand(QObject):
    """Asks the account for what a row wants, and tells what came of it."""

    told = Signal(str, bool)
    """A sentence, and whether it went wrong."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: set[asyncio.Task[None]] = set()

    def cancel(self, trading: AccountDesk, client_order_id: str) -> None:
        """Cancel one order."""
        self._begin(trading, self._cancel(trading, client_order_id))

    def move_stop(self, trading: AccountDesk, symbol: str, price: Decimal, thesis: str = "") -> None:
        """Move the stops of a position to a price."""
        self._begin(trading, self._move_stop(trading, symbol, price, thesis))

    def trail(self, trading: AccountDesk, symbol: str, mode: TrailMode) -> None:
        """Let the stops of a position follow the price, giving back half."""
        self._begin(trading, self._trail(trading, symbol, mode))

    def repair_stop(self, trading: AccountDesk, symbol: str) -> None:
        """Send the stops of a position again that the venue refused or lost."""
        wards = held_wards(trading, symbol)
        for ward in wards:
            trading.floor.keeper.repair(ward.intent_id)
        trading.touch()
        if wards:
            self.told.emit(f"The stop of {symbol} is sent again", False)
        else:
            self.told.emit(f"No entry here explains {symbol}: close it, or place a stop at the venue", True)

    def _begin(self, trading: AccountDesk, work: Coroutine[Any, Any, None]) -> None:
        trading.touch()
        task = asyncio.get_running_loop().create_task(self._told(work), name="Positions")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PreflightError as error:
            self.told.emit(str(error), True)

    async def _cancel(self, trading: AccountDesk, client_order_id: str) -> None:
        order = trading.floor.portfolio.order(client_order_id)
        if order is not None:
            await trading.floor.desk.cancel(client_order_id)
            self.told.emit(f"The order of {order.intent.symbol} is asked to be cancelled", False)

    async def _move_stop(self, trading: AccountDesk, symbol: str, price: Decimal, thesis: str) -> None:
        wards = held_wards(trading, symbol)
        if not wards:
            self.told.emit(f"There is no stop of {symbol} to move", True)
        for ward in wards:
            refusal = await trading.floor.keeper.move_stop(ward.intent_id, price, thesis)
            self._tell(refusal, f"The stop of {symbol} moves to {price}")

    async def _trail(self, trading: AccountDesk, symbol: str, mode: TrailMode) -> None:
        wards = held_wards(trading, symbol)
        if not wards:
            self.told.emit(f"There is no stop of {symbol} to trail", True)
        for ward in wards:
            what = "its best" if mode is TrailMode.PEAK else "what is won from here"
            refusal = await trading.floor.keeper.start_trail(ward.intent_id, Trail(mode))
            self._tell(refusal, f"The stop of {symbol} gives back half of {what} from now on")

    def _tell(self, refusal: Refusal | None, otherwise: str) -> None:
        self.told.emit(otherwise if refusal is None else refusal.words, refusal is not None)


def held_wards(trading: AccountDesk, symbol: str) -> list[Ward]:
    """The entries that are still in a position."""
    return [ward for ward in wards_of(trading.floor.portfolio, symbol) if ward.held]
