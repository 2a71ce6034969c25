"""Brings a market back from the store: the same book and the same depth cells as when it was live."""

from workstation.market.order_book import OrderBook
from workstation.market.state import SymbolState
from workstation.model.columns import MarketBatch
from workstation.model.instrument import Instrument
from workstation.ports import History
from workstation.runtime.clock import Clock


def rebuild_book(history: History, recording_id: int, instrument: Instrument, to_seq: int) -> OrderBook:
    """Return the book as it was before message `to_seq` of a recording.

    Every update since the recording's start is applied again: exact, and linear in its length.
    """
    book = OrderBook(instrument)
    for batch in history.book_batches(recording_id, to_seq):
        book.apply(batch.updates, batch.levels)
    return book


def rebuild_state(
    history: History, recording_id: int, instrument: Instrument, to_seq: int, clock: Clock
) -> SymbolState:
    """Return a symbol's book, depth grid, tape and candles as they were before message `to_seq`."""
    state = SymbolState(instrument, clock)
    for batch in history.book_batches(recording_id, to_seq):
        state.apply(batch)
    state.apply(
        MarketBatch(
            instrument.venue,
            instrument.symbol,
            trades=history.trades(recording_id, 0, to_seq),
            quotes=history.quotes(recording_id, 0, to_seq),
        )
    )
    return state
