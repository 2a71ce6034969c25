"""What an order would be filled at in a given book: average price, slippage, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.figures import ONE, ZERO, not_negative, positive
from workstation.errors import BadFigure


@dataclass(frozen=True, slots=True)
class BookWalk:
    """The fill of a market order.

    Attributes:
        filled: size taken, in the levels' unit.
        missing: size the book did not hold.
        average_price, worst_price, best_price: quote per base unit.
        value: average price · filled.
        levels: how many were touched.
        slippage_rate: how much worse the average is than the best price, a fraction, never negative.
    """

    filled: Decimal
    missing: Decimal
    average_price: Decimal
    worst_price: Decimal
    best_price: Decimal
    value: Decimal
    levels: int
    slippage_rate: Decimal

    @property
    def is_partial(self) -> bool:
        """Whether the book was too thin."""
        return self.missing > 0


def walk_book(levels: Iterable[tuple[Decimal, Decimal]], size: Decimal) -> BookWalk:
    """Return what taking a size from one side of the book gives.

    Args:
        levels: (price, size), best first: asks to buy, bids to sell. Empty levels are passed over.
        size: in the levels' unit.

    Raises:
        BadFigure: the size is not positive, the side is empty, or its levels are not in order.
    """
    positive("size", size)
    return _walk(levels, size, ZERO)


def walk_book_by_notional(levels: Iterable[tuple[Decimal, Decimal]], notional: Decimal) -> BookWalk:
    """Return what taking an amount of money from one side gives; its average is the impact price.

    Args:
        levels: (price, size in base units), best first.
        notional: quote units. What the book does not hold is missing in base units, at the worst price.
    """
    positive("notional", notional)
    return _walk(levels, ZERO, notional)


def _walk(levels: Iterable[tuple[Decimal, Decimal]], size: Decimal, notional: Decimal) -> BookWalk:
    filled = value = ZERO
    best = worst = ZERO
    touched = 0
    direction = 0
    for price, resting in levels:
        if resting <= 0:
            continue
        positive("price", price)
        if touched:
            step = (price > worst) - (price < worst)
            if step == 0 or (direction and step != direction):
                raise BadFigure("levels", "The book's levels are not in order, best first")
            direction = step
        else:
            best = price
        left = size - filled if size else (notional - value) / price
        taken = min(left, resting)
        filled += taken
        value += taken * price
        worst = price
        touched += 1
        if taken == left:
            break
    if not touched:
        raise BadFigure("levels", "The book is empty on that side: there is nobody to trade with")
    missing = max(ZERO, size - filled if size else (notional - value) / worst)
    average = value / filled
    return BookWalk(filled, missing, average, worst, best, value, touched, abs(average - best) / best)


def largest_within(levels: Iterable[tuple[Decimal, Decimal]], slippage_rate: Decimal) -> Decimal:
    """Return the most that can be taken before the average is worse than the best by a fraction.

    Args:
        levels: (price, size), best first.
        slippage_rate: 0.001 is 0.1 %.
    """
    not_negative("slippage_rate", slippage_rate)
    filled = value = ZERO
    best: Decimal | None = None
    for price, resting in levels:
        if resting <= 0:
            continue
        best = price if best is None else best
        limit = best * (ONE + slippage_rate if price >= best else ONE - slippage_rate)
        if abs(price - best) <= abs(limit - best):
            filled, value = filled + resting, value + resting * price
            continue
        # Of this level only so much that (value + x · price) / (filled + x) reaches the limit.
        room = (limit * filled - value) / (price - limit)
        if room < resting:
            return filled + max(ZERO, room)
        filled, value = filled + resting, value + resting * price
    return filled
