"""Reads a ladder's rows from the book: sizes or their sums, what was traded there, and which rows changed."""

from dataclasses import dataclass
from itertools import accumulate
from math import isnan

from ui import format
from ui.widgets.ladder_rows import LadderRow, PriceSteps
from workstation.market.order_book import OrderBook
from workstation.market.traded_at_price import TradedAtPrice

Market = tuple[float, float, float, int]
"""Best bid, best ask, newest trade's price (each nan when there is none) and its taker's side (0: none)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read.

    Attributes:
        steps: the rows' prices. top: number of the highest row. count: rows.
        size_decimals: digits behind the point of a size.
        sums: show sizes added up from the best price instead of each row's own.
        traded: what was traded; None where that is not shown.
    """

    steps: PriceSteps
    top: int
    count: int
    size_decimals: int
    sums: bool
    traded: TradedAtPrice | None


def priced(reading: Reading) -> list[tuple[float, str]]:
    """The price of each row, highest first, and its text."""
    steps = reading.steps
    prices = [steps.price(reading.top - index) for index in range(reading.count)]
    return [(price, format.price(price, steps.decimals)) for price in prices]


def read_rows(
    book: OrderBook,
    market: Market,
    reading: Reading,
    prices: list[tuple[float, str]],
    before: list[LadderRow],
) -> tuple[list[LadderRow], set[int]]:
    """Return the rows, and the numbers of those that differ from `before`.

    Args:
        before: rows of the same prices, which are kept where nothing changed; empty for none.
    """
    steps, top, count = reading.steps, reading.top, reading.count
    bids, asks = steps.sizes(book, top, count)
    zeros = [0.0] * count
    bid_sums, ask_sums, bought, sold = zeros, zeros, zeros, zeros
    if reading.sums:
        above, below = steps.beyond(book, top, count)
        # Bids add up downwards from the best, asks upwards.
        bid_sums = [total + above for total in accumulate(bids)]
        ask_sums = [total + below for total in accumulate(reversed(asks))][::-1]
    if reading.traded is not None:
        bought, sold = steps.traded(reading.traded, top, count)
    bid, ask, last, last_side = market
    bid_row = top - steps.bid_row(bid) if not isnan(bid) else -1
    ask_row = top - steps.ask_row(ask) if not isnan(ask) else -1
    last_row = -1
    if not isnan(last):
        # A purchase took an ask, so it is marked where that ask was shown.
        last_row = top - (steps.ask_row(last) if last_side > 0 else steps.bid_row(last))
    rows: list[LadderRow] = []
    dirty: set[int] = set()
    columns = zip(bids, asks, bid_sums, ask_sums, bought, sold, strict=True)
    for index, figures in enumerate(columns):
        best = 1 if index == bid_row else -1 if index == ask_row else 0
        side = last_side if index == last_row else 0
        old = before[index] if before else None
        if old is not None and _figures(old) == figures and old.best == best and old.last_side == side:
            rows.append(old)
            continue
        dirty.add(index)
        rows.append(_row(prices[index], figures, best, side, reading))
    return rows, dirty


def _figures(row: LadderRow) -> tuple[float, ...]:
    return row.bid, row.ask, row.bid_sum, row.ask_sum, row.bought, row.sold


def _row(
    price: tuple[float, str], figures: tuple[float, ...], best: int, side: int, reading: Reading
) -> LadderRow:
    bid, ask, bid_sum, ask_sum, bought, sold = figures
    shown_bid, shown_ask = (bid_sum, ask_sum) if reading.sums else (bid, ask)
    traded = bought + sold

    def text(size: float) -> str:
        return format.size(size, reading.size_decimals) if size else ""

    return LadderRow(
        *price,
        text(shown_bid),
        text(shown_ask),
        bid,
        ask,
        best,
        side,
        bid_sum,
        ask_sum,
        bought,
        sold,
        format.compact(traded) if traded else "",
    )
