"""Collects decoded messages of one symbol and hands them over as columns."""

from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workstation.exchange.decoding import BadMessage
from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records

MOST_PRICE = 1e12
MOST_SIZE = 1e18
"""Beyond any market, in any unit: larger numbers would only drown the sums that they are added to."""

PriceAndSize = tuple[float, float]
_seq = attrgetter("seq")


class BookMessage(NamedTuple):
    """One depth update or snapshot as decoded; the fields up to `is_snapshot` are those of BOOK_UPDATE."""

    seq: int
    recv_ns: int
    event_ms: int
    first_id: int
    last_id: int
    prev_id: int
    is_snapshot: bool
    bids: list[PriceAndSize]
    asks: list[PriceAndSize]


class BatchBuilder:
    """Rows of one symbol since the batch before.

    Numbers that no market can have (not a number, a price that is not positive, a negative size, more than
    there is in the world) spoil their message: it is left out and said to be bad, and a book update left out
    so shows up as a sequence gap.
    """

    def __init__(self, venue: str, symbol: str) -> None:
        self._venue = venue
        self._symbol = symbol
        self._rejected: list[BadMessage] = []
        self._trades: list[Records] = []
        self._quotes: list[Records] = []
        self._books: list[BookMessage] = []
        self._last_seq = -1

    def add_trades(self, trades: Records) -> None:
        """Take in rows of TRADE, in the order received."""
        self._trades.append(trades)

    def add_quotes(self, quotes: Records) -> None:
        """Take in rows of QUOTE, in the order received."""
        self._quotes.append(quotes)

    def add_books(self, messages: list[BookMessage]) -> None:
        """Take in depth updates or snapshots; the order among calls does not matter."""
        self._books += messages

    def note_seq(self, seq: int) -> None:
        """Remember the newest message read, whether or not it made a row."""
        self._last_seq = max(self._last_seq, seq)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was collected."""
        return not (self._trades or self._quotes or self._books)

    def take(self) -> MarketBatch:
        """Return what was collected, in the order received, and begin anew."""
        trades = self._sound(_joined(self._trades, TRADE), ("price",), ("size",))
        quotes = self._sound(
            _joined(self._quotes, QUOTE), ("bid_price", "ask_price"), ("bid_size", "ask_size")
        )
        updates, levels = self._book_columns()
        batch = MarketBatch(self._venue, self._symbol, trades, quotes, updates, levels, self._last_seq)
        self._trades, self._quotes, self._books = [], [], []
        return batch

    def take_rejected(self) -> list[BadMessage]:
        """Return the messages that `take` has left out since the call before."""
        rejected, self._rejected = self._rejected, []
        return rejected

    def _sound(self, rows: Records, prices: tuple[str, ...], sizes: tuple[str, ...]) -> Records:
        sound = np.ones(len(rows), np.bool_)
        for column in prices:
            sound &= _possible(rows[column], MOST_PRICE) & (rows[column] > 0)
        for column in sizes:
            sound &= _possible(rows[column], MOST_SIZE)
        if sound.all():
            return rows
        self._reject(rows["seq"][~sound])
        return rows[sound]

    def _reject(self, seqs: npt.NDArray[np.int64]) -> None:
        self._rejected += [
            BadMessage(seq, "a price or size that no market has") for seq in np.unique(seqs).tolist()
        ]

    def _book_columns(self) -> tuple[Records, Records]:
        updates = np.empty(len(self._books), BOOK_UPDATE)
        if not self._books:
            return updates, np.empty(0, LEVEL)
        *columns, bids, asks = zip(*sorted(self._books, key=_seq), strict=True)
        for name, column in zip(BookMessage._fields, columns, strict=False):
            updates[name] = column
        sides = tuple(chain.from_iterable(zip(bids, asks, strict=True)))
        counts = np.fromiter(map(len, sides), np.int64, len(sides))
        updates["levels"] = counts[0::2] + counts[1::2]
        total = int(counts.sum())
        pairs = chain.from_iterable(sides)
        numbers: npt.NDArray[np.float64] = np.fromiter(chain.from_iterable(pairs), np.float64, 2 * total)
        levels = np.empty(total, LEVEL)
        levels["price"] = numbers[0::2]
        levels["size"] = numbers[1::2]
        levels["side"] = np.repeat(np.tile(np.array([1, -1], np.int8), len(updates)), counts)
        sound = _possible(levels["price"], MOST_PRICE) & (levels["price"] > 0)
        sound &= _possible(levels["size"], MOST_SIZE)
        if sound.all():
            return updates, levels
        update_of_level = np.repeat(np.arange(len(updates)), updates["levels"])
        sound_updates = np.ones(len(updates), np.bool_)
        sound_updates[update_of_level[~sound]] = False
        self._reject(updates["seq"][~sound_updates])
        return updates[sound_updates], levels[sound_updates[update_of_level]]


def _possible(numbers: npt.NDArray[np.float64], most: float) -> npt.NDArray[np.bool_]:
    """Whether each number is from 0 to `most`; what is not a number is not."""
    return (numbers >= 0) & (numbers <= most)


def _joined(parts: list[Records], dtype: np.dtype[np.void]) -> Records:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return np.empty(0, dtype)
    rows = np.concatenate(parts)
    in_order = bool((np.diff(rows["seq"]) >= 0).all())
    return rows if in_order else rows[np.argsort(rows["seq"], kind="stable")]
