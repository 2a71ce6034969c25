"""A copy of a market's order book, kept row by row, that knows what paper orders have taken from it."""

from collections.abc import Iterator
from decimal import Decimal

from workstation.market.order_book import ASK, BID, BookStatus, OrderBook
from workstation.model.columns import Records

LevelChange = tuple[int, float, float, float]
"""(side, price, size before, size now) of one level."""

_ZERO = Decimal(0)


def exact(value: float) -> Decimal:
    """Return a price or size of public data as it prints: what the venue sent."""
    return Decimal(repr(float(value)))


class PaperBook:
    """The levels of both sides. It is known from `start` on, until a gap in the market's own book."""

    def __init__(self) -> None:
        self._sides: dict[int, dict[float, float]] = {BID: {}, ASK: {}}
        self._taken: dict[tuple[int, float], Decimal] = {}
        self._last_id = -1
        self.is_known = False

    def start(self, book: OrderBook) -> None:
        """Take over the market's own book as it stands; unknown where that is."""
        self.is_known = book.status is BookStatus.LIVE
        self._sides = {BID: dict(book.bids), ASK: dict(book.asks)}
        self._taken.clear()
        self._last_id = book.update_id

    def forget(self) -> None:
        """Know nothing any more."""
        self.is_known = False

    def apply(self, last_id: int, levels: Records) -> list[LevelChange]:
        """Take in the levels of one update; return what changed. An update that is older changes nothing."""
        if last_id <= self._last_id:
            return []
        self._last_id = last_id
        changes = []
        for side, price, size in levels.tolist():
            held = self._sides[side]
            before = held.get(price, 0.0)
            if size:
                held[price] = size
            else:
                held.pop(price, None)
            self._taken.pop((side, price), None)  # the venue's word on a level replaces what we took of it
            changes.append((side, price, before, size))
        return changes

    def size(self, side: int, price: Decimal) -> Decimal:
        """Size that rests at a price; 0 where nothing does."""
        return exact(self._sides[side].get(float(price), 0.0))

    def available(self, side: int) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield (price, size) of a side, best first, less what was taken since a level's last update."""
        held = self._sides[side]
        for price in sorted(held, reverse=side == BID):
            left = exact(held[price]) - self._taken.get((side, price), _ZERO)
            if left > 0:
                yield exact(price), left

    def take(self, side: int, price: Decimal, size: Decimal) -> None:
        """Note that a paper order took so much of a level: nobody else can have it."""
        key = (side, float(price))
        self._taken[key] = self._taken.get(key, _ZERO) + size
