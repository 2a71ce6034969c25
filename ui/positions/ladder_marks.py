"""The rows of a ladder that are ours: orders that rest in the book, and the entry of the position."""

from decimal import Decimal

from ui.positions.figures import exact
from ui.widgets.ladder_own import OwnMark
from workstation.account_desk import AccountDesk
from workstation.model.orders import OrderKind, OrderState


def ladder_marks(trading: AccountDesk, symbol: str, size_decimals: int) -> tuple[OwnMark, ...]:
    """Return what of ours is in a symbol's book; several orders of one side at a price are one mark."""
    portfolio = trading.floor.portfolio
    resting: dict[tuple[Decimal, int], list[tuple[Decimal, Decimal | None]]] = {}
    for order in portfolio.working(symbol):
        intent = order.intent
        if intent.kind is OrderKind.LIMIT and intent.price is not None and order.state is not OrderState.SENT:
            place = resting.setdefault((intent.price, intent.side.sign), [])
            place.append((order.remaining_size, trading.queue_ahead(order.client_order_id)))
    marks = []
    for (price, side), orders in resting.items():
        size = sum((size for size, _ in orders), Decimal(0))
        known = [ahead for _, ahead in orders if ahead is not None]
        queue = f" queue {exact(min(known), 1)}" if known else ""
        marks.append(OwnMark(float(price), side, f"{exact(size, size_decimals)}{queue}", is_order=True))
    held = portfolio.position(symbol)
    if held.size:
        side = 1 if held.size > 0 else -1
        words = f"{'long' if side > 0 else 'short'} {exact(abs(held.size), size_decimals)}"
        marks.append(OwnMark(float(held.entry_price), side, words, is_order=False))
    return tuple(marks)
