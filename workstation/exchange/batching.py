"""Collects decoded messages of one symbol and hands them over as columns."""

from itertools import chain

import numpy as np
import numpy.typing as npt

from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records

PriceAndSize = tuple[float, float]


class BatchBuilder:
    """Rows of one symbol since the batch before.

    Numbers that no market can have (not finite, a price that is not positive, a negative size) spoil their
    message: it is left out and counted, and a book update left out so shows up as a sequence gap.
    """

    def __init__(self, venue: str, symbol: str) -> None:
        self._venue = venue
        self._symbol = symbol
        self.rejected = 0
        """Messages left out because of impossible numbers."""
        self._clear()

    def _clear(self) -> None:
        self._trades: list[tuple[int, int, int, int, int, float, float]] = []
        self._quotes: list[tuple[int, int, int, int, float, float, float, float]] = []
        self._updates: list[tuple[int, int, int, int, int, int, int, bool]] = []
        self._pairs: list[list[PriceAndSize]] = []
        self._last_seq = -1

    def add_trade(
        self, seq: int, recv_ns: int, event_ms: int, trade_id: int, side: int, price: float, size: float
    ) -> None:
        """Take in one public trade; `side` is the taker's, +1 bought or -1 sold."""
        self._trades.append((seq, recv_ns, event_ms, trade_id, side, price, size))

    def add_quote(
        self,
        seq: int,
        recv_ns: int,
        event_ms: int,
        update_id: int,
        bid_price: float,
        bid_size: float,
        ask_price: float,
        ask_size: float,
    ) -> None:
        """Take in one best bid and ask."""
        self._quotes.append((seq, recv_ns, event_ms, update_id, bid_price, bid_size, ask_price, ask_size))

    def add_book_update(
        self,
        seq: int,
        recv_ns: int,
        event_ms: int,
        ids: tuple[int, int, int],
        bids: list[PriceAndSize],
        asks: list[PriceAndSize],
        *,
        is_snapshot: bool = False,
    ) -> None:
        """Take in one depth update or snapshot; `ids` are its first, last and previous update id."""
        self._updates.append((seq, recv_ns, event_ms, *ids, len(bids) + len(asks), is_snapshot))
        self._pairs.append(bids)
        self._pairs.append(asks)

    def note_seq(self, seq: int) -> None:
        """Remember the newest message read, whether or not it made a row."""
        self._last_seq = seq

    @property
    def rows(self) -> int:
        """Messages collected."""
        return len(self._trades) + len(self._quotes) + len(self._updates)

    def take(self) -> MarketBatch:
        """Return what was collected and begin anew."""
        trades = self._sound(np.array(self._trades, TRADE), ("price",), ("size",))
        quotes = self._sound(
            np.array(self._quotes, QUOTE), ("bid_price", "ask_price"), ("bid_size", "ask_size")
        )
        updates, levels = self._book_columns()
        batch = MarketBatch(self._venue, self._symbol, trades, quotes, updates, levels, self._last_seq)
        self._clear()
        return batch

    def _sound(self, rows: Records, prices: tuple[str, ...], sizes: tuple[str, ...]) -> Records:
        sound = np.ones(len(rows), np.bool_)
        for column in prices:
            sound &= np.isfinite(rows[column]) & (rows[column] > 0)
        for column in sizes:
            sound &= np.isfinite(rows[column]) & (rows[column] >= 0)
        if sound.all():
            return rows
        self.rejected += int(np.count_nonzero(~sound))
        return rows[sound]

    def _book_columns(self) -> tuple[Records, Records]:
        updates = np.array(self._updates, BOOK_UPDATE)
        counts = np.array([len(pairs) for pairs in self._pairs], np.int64)
        total = int(counts.sum())
        numbers: npt.NDArray[np.float64] = np.fromiter(
            chain.from_iterable(chain.from_iterable(self._pairs)), np.float64, 2 * total
        )
        levels = np.empty(total, LEVEL)
        levels["price"] = numbers[0::2]
        levels["size"] = numbers[1::2]
        levels["side"] = np.repeat(np.tile(np.array([1, -1], np.int8), len(updates)), counts)
        sound = np.isfinite(numbers).reshape(-1, 2).all(axis=1)
        sound &= (levels["price"] > 0) & (levels["size"] >= 0)
        if sound.all():
            return updates, levels
        update_of_level = np.repeat(np.arange(len(updates)), updates["levels"])
        sound_updates = np.ones(len(updates), np.bool_)
        sound_updates[update_of_level[~sound]] = False
        self.rejected += int(np.count_nonzero(~sound_updates))
        return updates[sound_updates], levels[sound_updates[update_of_level]]
