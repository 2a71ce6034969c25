"""Market data as columns: the record types that travel from socket to disk to pixel."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Records = npt.NDArray[np.void]
"""A structured array of one of the record types below, one row an event."""

# `seq` counts the messages of one recording in the order they were received, from 0: it orders rows of
# different kinds, joins levels to their update, and marks how far a recording is committed.
# `recv_ns` is our clock, `event_ms` the venue's; the two are never mixed. event_ms is 0 where the venue
# sends none (spot quotes and spot snapshots).

TRADE = np.dtype(
    [
        ("seq", np.int64),
        ("recv_ns", np.int64),
        ("event_ms", np.int64),
        ("trade_id", np.int64),
        ("side", np.int8),  # the taker's: +1 bought, -1 sold
        ("price", np.float64),
        ("size", np.float64),
    ]
)
QUOTE = np.dtype(
    [
        ("seq", np.int64),
        ("recv_ns", np.int64),
        ("event_ms", np.int64),
        ("update_id", np.int64),
        ("bid_price", np.float64),
        ("bid_size", np.float64),
        ("ask_price", np.float64),
        ("ask_size", np.float64),
    ]
)
BOOK_UPDATE = np.dtype(
    [
        ("seq", np.int64),
        ("recv_ns", np.int64),
        ("event_ms", np.int64),
        ("first_id", np.int64),  # Binance U
        ("last_id", np.int64),  # Binance u, or lastUpdateId of a snapshot
        ("prev_id", np.int64),  # Binance pu; -1 where the venue sends none
        ("levels", np.int32),  # rows of LEVEL that belong to this update
        ("is_snapshot", np.bool_),  # the whole book, not a change of it
    ]
)
LEVEL = np.dtype(
    [
        ("side", np.int8),  # +1 bid, -1 ask
        ("price", np.float64),
        ("size", np.float64),  # the new size resting at this price; 0 removes the level
    ]
)


def _empty(dtype: np.dtype[Any]) -> Records:
    return np.empty(0, dtype)


@dataclass(frozen=True, slots=True)
class MarketBatch:
    """What one symbol did since the batch before, as columns in the order received.

    Attributes:
        venue, symbol: the instrument.
        trades: rows of TRADE.
        quotes: rows of QUOTE.
        updates: rows of BOOK_UPDATE.
        levels: rows of LEVEL; the rows of `updates[0]` first, then those of `updates[1]` …
        last_seq: sequence number of the newest message the feed has read, even if it made no row.
    """

    venue: str
    symbol: str
    trades: Records = field(default_factory=lambda: _empty(TRADE))
    quotes: Records = field(default_factory=lambda: _empty(QUOTE))
    updates: Records = field(default_factory=lambda: _empty(BOOK_UPDATE))
    levels: Records = field(default_factory=lambda: _empty(LEVEL))
    last_seq: int = -1

    @property
    def events(self) -> int:
        """Messages in this batch: trades, quotes and book updates (not levels)."""
        return len(self.trades) + len(self.quotes) + len(self.updates)
