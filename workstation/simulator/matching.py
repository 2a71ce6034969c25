"""A price-time-priority matching engine over whole ticks and lots: one symbol's book."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from enum import Enum

BUY = 1
SELL = -1


class TimeInForce(Enum):
    """What becomes of the part of an order that does not trade at once."""

    GTC = "GTC"  # rests
    IOC = "IOC"  # is cancelled
    FOK = "FOK"  # the whole order is refused unless all of it trades
    GTX = "GTX"  # post only: the whole order is refused if any of it would trade


class Refusal(Enum):
    """Why the engine did not take an order."""

    WOULD_TRADE = "a post-only order would trade"
    NOT_FILLABLE = "not enough rests within the limit to fill it at once"
    NOTHING_THERE = "nothing rests on the other side"


class Order:
    """A resting order. `key` is the price in ticks times the side, so that a better price is a larger key."""

    __slots__ = ("key", "lots", "order_id", "owner", "side", "slot")

    def __init__(self, order_id: int, side: int, key: int, lots: int, owner: int) -> None:
        self.order_id = order_id
        self.side = side
        self.key = key
        self.lots = lots
        self.owner = owner
        self.slot = -1  # its place in its owner's list, if the owner keeps one

    @property
    def price_ticks(self) -> int:
        return self.key * self.side


class Level:
    """All orders at one price, oldest first."""

    __slots__ = ("lots", "orders")

    def __init__(self) -> None:
        self.lots = 0
        self.orders: dict[int, Order] = {}  # in order of arrival; a dictionary keeps it and forgets in O(1)


class Side:
    """One side of the book: levels by key, and the keys in order, best last."""

    __slots__ = ("changed", "keys", "levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.keys: list[int] = []
        self.changed: set[int] = set()  # keys of levels that changed since the last depth event

    def add(self, order: Order) -> None:
        """Rest an order behind those already at its price."""
        key = order.key
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level()
            keys = self.keys
            if not keys or key > keys[-1]:
                keys.append(key)
            else:
                insort(keys, key)
        level.lots += order.lots
        level.orders[order.order_id] = order
        self.changed.add(key)

    def remove(self, order: Order) -> None:
        """Take a resting order out."""
        key = order.key
        level = self.levels[key]
        del level.orders[order.order_id]
        level.lots -= order.lots
        if not level.orders:
            self.drop(key)
        self.changed.add(key)

    def drop(self, key: int) -> None:
        """Forget an empty level."""
        del self.levels[key]
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]

    def fillable(self, worst_key: int, lots: int) -> bool:
        """Say whether `lots` rest at `worst_key` or better."""
        for key in reversed(self.keys):
            if key < worst_key:
                return False
            lots -= self.levels[key].lots
            if lots <= 0:
                return True
        return False

    def best(self, count: int) -> list[tuple[int, int]]:
        """Return (price in ticks, lots) of the best levels, best first."""
        levels, sign = self.levels, self.sign
        return [(key * sign, levels[key].lots) for key in self.keys[: -count - 1 : -1]]

    def take_changes(self) -> list[tuple[int, int]]:
        """Return (price in ticks, lots now) of the levels that changed, best first, and forget them."""
        levels, sign = self.levels, self.sign
        changes = []
        for key in sorted(self.changed, reverse=True):
            level = levels.get(key)
            changes.append((key * sign, level.lots if level is not None else 0))
        self.changed.clear()
        return changes


class Fill:
    """One trade: `lots` of the resting `maker` at its price."""

    __slots__ = ("lots", "maker", "price_ticks")

    def __init__(self, maker: Order, price_ticks: int, lots: int) -> None:
        self.maker = maker
        self.price_ticks = price_ticks
        self.lots = lots


@dataclass(slots=True)
class Outcome:
    """What became of an order when it met the book."""

    order_id: int
    fills: list[Fill] = field(default_factory=list)
    filled_lots: int = 0
    resting: Order | None = None
    refusal: Refusal | None = None


class MatchingEngine:
    """One symbol's book. Every change of it, one order placed, filled or cancelled, takes a new update id."""

    __slots__ = ("_next_order_id", "asks", "bids", "first_changed_id", "orders", "update_id")

    def __init__(self, *, first_update_id: int, first_order_id: int) -> None:
        self.bids = Side(BUY)
        self.asks = Side(SELL)
        self.orders: dict[int, Order] = {}
        self.update_id = first_update_id
        self.first_changed_id = 0  # the first update since the last depth event; 0: none
        self._next_order_id = first_order_id

    def rest(self, side: int, price_ticks: int, lots: int, owner: int) -> Order:
        """Put an order that does not cross onto the book; the caller has seen to that."""
        order_id = self._next_order_id
        self._next_order_id = order_id + 1
        order = Order(order_id, side, price_ticks * side, lots, owner)
        self.orders[order_id] = order
        self.update_id += 1
        if not self.first_changed_id:
            self.first_changed_id = self.update_id
        (self.bids if side == BUY else self.asks).add(order)
        return order

    def cancel(self, order_id: int) -> Order | None:
        """Take a resting order out; None if there is none of that id."""
        order = self.orders.pop(order_id, None)
        if order is None:
            return None
        self.update_id += 1
        if not self.first_changed_id:
            self.first_changed_id = self.update_id
        (self.bids if order.side == BUY else self.asks).remove(order)
        return order

    def reduce(self, order_id: int, lots: int) -> None:
        """Take `lots` off a resting order, less than all; it keeps its place.

        Raises:
            ValueError: there is no such order, or not so much of it.
        """
        order = self.orders.get(order_id)
        if order is None or not 0 < lots < order.lots:
            raise ValueError("an order can only be made smaller while it rests")
        self.update_id += 1
        if not self.first_changed_id:
            self.first_changed_id = self.update_id
        side = self.bids if order.side == BUY else self.asks
        order.lots -= lots
        side.levels[order.key].lots -= lots
        side.changed.add(order.key)

    def submit(
        self, side: int, lots: int, price_ticks: int | None, time_in_force: TimeInForce, owner: int
    ) -> Outcome:
        """Match an order against the book and rest what its time in force lets rest.

        Args:
            side: +1 buys, −1 sells.
            lots: more than 0.
            price_ticks: the worst price it takes; None for a market order, which never rests.
            time_in_force: ignored for a market order but for FOK.
            owner: who sent it; a number that means something to the caller only.

        Raises:
            ValueError: the size or the limit is not positive.
        """
        if lots <= 0 or (price_ticks is not None and price_ticks <= 0):
            raise ValueError("an order needs a positive size, and a positive price if it has one")
        outcome = Outcome(self._next_order_id)
        other = self.asks if side == BUY else self.bids
        # Seen from the other side, a price is good enough if its key is at least this.
        worst_key = -price_ticks * side if price_ticks is not None else None
        crosses = bool(other.keys) and (worst_key is None or other.keys[-1] >= worst_key)
        if time_in_force is TimeInForce.GTX and crosses and price_ticks is not None:
            outcome.refusal = Refusal.WOULD_TRADE
        elif price_ticks is None and not other.keys:
            outcome.refusal = Refusal.NOTHING_THERE
        elif time_in_force is TimeInForce.FOK:
            floor = worst_key if worst_key is not None else other.keys[0]
            if not other.fillable(floor, lots):
                outcome.refusal = Refusal.NOT_FILLABLE
        self._next_order_id += 1
        if outcome.refusal is not None:
            return outcome
        left = self._match(outcome, other, lots, worst_key) if crosses else lots
        outcome.filled_lots = lots - left
        rests = time_in_force in (TimeInForce.GTC, TimeInForce.GTX)
        if left and rests and price_ticks is not None:
            self._next_order_id -= 1  # the remainder keeps the order's own id
            outcome.resting = self.rest(side, price_ticks, left, owner)
        return outcome

    def _match(self, outcome: Outcome, other: Side, lots: int, worst_key: int | None) -> int:
        """Fill from the best level on, oldest order first; return the lots that found no one."""
        keys, levels, fills = other.keys, other.levels, outcome.fills
        while lots and keys:
            key = keys[-1]
            if worst_key is not None and key < worst_key:
                break
            level = levels[key]
            price_ticks = key * other.sign
            for maker in list(level.orders.values()):
                take = maker.lots if maker.lots <= lots else lots
                lots -= take
                maker.lots -= take
                level.lots -= take
                if not maker.lots:
                    del level.orders[maker.order_id]
                    del self.orders[maker.order_id]
                self.update_id += 1
                if not self.first_changed_id:
                    self.first_changed_id = self.update_id
                fills.append(Fill(maker, price_ticks, take))
                if not lots:
                    break
            other.changed.add(key)
            if not level.orders:
                other.drop(key)
        return lots

    def impact_price(self, side: int, quote_ticks: float) -> float | None:
        """Return the average price, in ticks, of trading a notional through the book.

        Args:
            side: +1 buys from the asks, −1 sells to the bids.
            quote_ticks: the notional in ticks × lots.

        Returns:
            None if the whole side is smaller than that.
        """
        book = self.asks if side == BUY else self.bids
        left, lots = quote_ticks, 0.0
        for key in reversed(book.keys):
            price = key * book.sign
            worth = price * book.levels[key].lots
            if worth >= left:
                return quote_ticks / (lots + left / price)
            left -= worth
            lots += book.levels[key].lots
        return None
