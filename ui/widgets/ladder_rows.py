"""What the rows of a ladder hold: the book's sizes added up by price step, for the rows in view only."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite, isnan

import numpy as np

from ui import format
from workstation.market.order_book import OrderBook
from workstation.market.traded_at_price import TradedAtPrice
from workstation.model.instrument import Instrument

MULTIPLES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Row steps offered, in ticks."""
ROW_SHARE_OF_PRICE = 1.8e-5
"""Row step a new ladder aims at, as a share of the price: 40 rows then show about 7 bp."""


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One row as it is painted.

    Attributes:
        price: the row's price, quote per base unit.
        price_text, bid_text, ask_text: as shown; "" where nothing rests.
        bid, ask: size resting in the row, the venue's unit of size; 0 where nothing rests.
        bid_sum, ask_sum: size from the best price to this row; 0 on the other side of it, and while sums are
            not asked for.
        bought, sold: size traded in the row, by the taker's side; 0 while that is not asked for.
        traded_text: both together, as shown.
        best: +1 the best bid is in this row, -1 the best ask, 0 neither.
        last_side: taker's side of the newest trade if it was in this row, else 0.
    """

    price: float
    price_text: str
    bid_text: str
    ask_text: str
    bid: float
    ask: float
    best: int
    last_side: int
    bid_sum: float = 0.0
    ask_sum: float = 0.0
    bought: float = 0.0
    sold: float = 0.0
    traded_text: str = ""


def default_multiple(instrument: Instrument, price: float) -> int:
    """The row step, in ticks, that shows a useful stretch of the book around `price` in about 40 rows."""
    if not isfinite(price):
        return 1
    most = price * ROW_SHARE_OF_PRICE / float(instrument.tick_size)
    return max((multiple for multiple in MULTIPLES if multiple <= most), default=1)


class PriceSteps:
    """Whole-number arithmetic on the price rows of one instrument: row n lies at n x multiple ticks.

    A bid belongs to the row at or below its price and an ask to the row at or above it, so that bids and asks
    never share a row.
    """

    def __init__(self, instrument: Instrument, multiple: int) -> None:
        self.multiple = multiple
        step = (instrument.tick_size * multiple).normalize()
        self.decimals = max(0, -int(step.as_tuple().exponent))
        """Digits behind the decimal point that the rows' prices need."""
        self.text = format.price(float(step), max(self.decimals, min(1, instrument.price_decimals)))
        """The step itself, "1.0"."""
        # Prices as integers over a power of ten: the quotient is the float that the venue's text reads as.
        tick = instrument.tick_size.normalize()
        self._divisor: int = 10 ** max(0, -int(tick.as_tuple().exponent))
        self._units_per_tick = int(tick * Decimal(self._divisor))

    def ticks(self, price: float) -> int:
        """The number of the tick nearest to a price."""
        return round(price * self._divisor / self._units_per_tick)

    def bid_row(self, price: float) -> int:
        """The row that a bid (or a trade) at `price` belongs to."""
        return self.ticks(price) // self.multiple

    def ask_row(self, price: float) -> int:
        """The row that an ask at `price` belongs to."""
        return -(-self.ticks(price) // self.multiple)

    def price(self, row: int) -> float:
        """The price of a row."""
        price: float = row * self.multiple * self._units_per_tick / self._divisor
        return price

    def tick_prices(self, first_tick: int, count: int) -> list[float]:
        """The prices of `count` ticks from `first_tick` upwards, exactly as the book has them."""
        ticks = np.arange(first_tick, first_tick + count, dtype=np.int64)
        prices: list[float] = (ticks * self._units_per_tick / self._divisor).tolist()
        return prices

    def sizes(self, book: OrderBook, top_row: int, count: int) -> tuple[list[float], list[float]]:
        """Bid and ask size of `count` rows from `top_row` downwards."""
        multiple = self.multiple
        bottom_row = top_row - count + 1
        bids = self._sizes(book.bids, bottom_row * multiple, count)
        asks = self._sizes(book.asks, (bottom_row - 1) * multiple + 1, count)
        bids.reverse()
        asks.reverse()
        return bids, asks

    def traded(self, traded: TradedAtPrice, top_row: int, count: int) -> tuple[list[float], list[float]]:
        """Bought and sold size of `count` rows from `top_row` downwards, each where it was resting."""
        multiple = self.multiple
        bottom_row = top_row - count + 1
        bought = traded.sizes(1, (bottom_row - 1) * multiple + 1, multiple, count)[::-1]
        sold = traded.sizes(-1, bottom_row * multiple, multiple, count)[::-1]
        return bought.tolist(), sold.tolist()

    def beyond(self, book: OrderBook, top_row: int, count: int) -> tuple[float, float]:
        """Size of the bids above the rows in view, and of the asks below them."""
        bottom_row = top_row - count + 1
        bids = asks = 0.0
        if not isnan(book.best_bid) and self.bid_row(book.best_bid) > top_row:
            bids = sum(size for price, size in book.bids.items() if self.bid_row(price) > top_row)
        if not isnan(book.best_ask) and self.ask_row(book.best_ask) < bottom_row:
            asks = sum(size for price, size in book.asks.items() if self.ask_row(price) < bottom_row)
        return bids, asks

    def _sizes(self, levels: Mapping[float, float], first_tick: int, count: int) -> list[float]:
        """Sizes of `count` groups of `multiple` ticks from `first_tick` upwards.

        A narrow view asks the book for each of its ticks; a wide one goes through the book once.
        """
        ticks = count * self.multiple
        if ticks <= 2 * len(levels):
            get = levels.get
            found = [get(price, 0.0) for price in self.tick_prices(first_tick, ticks)]
            if self.multiple == 1:
                return found
            grouped = np.array(found).reshape(count, self.multiple).sum(axis=1)
        else:
            prices = np.fromiter(levels.keys(), np.float64, len(levels))
            at = np.rint(prices * (self._divisor / self._units_per_tick)).astype(np.int64) - first_tick
            inside = (at >= 0) & (at < ticks)
            held = np.fromiter(levels.values(), np.float64, len(levels))
            grouped = np.bincount(at[inside] // self.multiple, held[inside], count)
        sizes: list[float] = grouped.tolist()
        return sizes


def full_bar(sizes: list[float]) -> float:
    """The size that fills a bar: the next of 1, 2, 5 x a power of ten above nine tenths of the sizes in view.

    Round steps let the scale stand still; the largest tenth is left out so that a wall flattens nothing else.
    """
    resting = sorted(size for size in sizes if size)
    if not resting:
        return 1.0
    most = resting[len(resting) * 9 // 10]
    power: float = 10.0 ** np.floor(np.log10(most))
    return next((step * power for step in (1, 2, 5) if most <= step * power), 10 * power)
