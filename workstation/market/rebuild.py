"""Brings a market back from the store: the same book and the same depth cells as when it was live."""

from collections.abc import Iterator, Sequence

import numpy as np

from workstation.market.book_chain import runs
from workstation.market.depth_grid import DepthGrid
from workstation.market.order_book import OrderBook
from workstation.market.sequence import waits_for_snapshots
from workstation.market.state import SymbolState
from workstation.model.columns import MarketBatch
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns, History, MomentHistory, Recording
from workstation.runtime.clock import Clock


def rebuild_book(history: History, recording_id: int, instrument: Instrument, to_seq: int) -> OrderBook:
    """Return the book as it was before message `to_seq` of a recording.

    Every update since the recording's start is applied again: exact, and linear in its length.
    """
    book = OrderBook(instrument)
    for batch in history.book_batches(recording_id, to_seq):
        book.apply(batch.updates, batch.levels)
    return book


def book_before(history: MomentHistory, recording_id: int, instrument: Instrument, to_seq: int) -> OrderBook:
    """Return the book as it was before message `to_seq`, as `rebuild_book` does, in hundredths of a second.

    The store picks the newest size of every price since the last snapshot. Where the ids do not continue one
    another it is followed update by update instead.
    """
    newest = history.last_snapshot(recording_id, to_seq)
    if newest is None:
        return rebuild_book(history, recording_id, instrument, to_seq)
    rule = instrument.sequence_rule
    headers = history.book_headers(recording_id, 0 if waits_for_snapshots(rule) else newest, to_seq)
    known = list(runs(rule, headers))
    if not known or known[-1].start is None:
        return rebuild_book(history, recording_id, instrument, to_seq)
    run = known[-1]
    whole, applied = run.snapshot.copy(), run.updates[run.start :]
    from_seq = int(applied["seq"][0]) if len(applied) else to_seq
    levels = history.levels_after(recording_id, newest, from_seq, to_seq)
    whole["levels"] = len(levels)
    if len(applied):
        whole["last_id"] = applied["last_id"][-1]
        whole["event_ms"] = max(int(whole["event_ms"][0]), int(applied["event_ms"].max()))
    book = OrderBook(instrument)
    book.apply(whole, levels)
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


def continued_depth(
    history: History,
    parts: Sequence[Recording],
    last: DepthColumns | None,
    clock: Clock,
    rows_per_batch: int = 200_000,
) -> Iterator[DepthColumns]:
    """Yield the depth columns that follow the column `last`, as they were when the market was live.

    They come batch by batch of the book's updates, and many of those finish none.

    Args:
        parts: the recording that `last` lies in, and the parts that follow it; of a session's first part
            there may be no column yet.
        last: the newest column known; None to begin anew.
        rows_per_batch: levels applied between two columns handed over, at most.
    """
    state = SymbolState(parts[0].instrument, clock)
    next_bucket = 0 if last is None else int(last.start_ms[-1]) // last.bucket_ms + 1
    known_seq = -1
    for part in parts:
        for batch in history.book_batches(part.recording_id, 2**62, rows_per_batch):
            # A part opens with the book as it stood after the part before it: the live grid saw none of that.
            batch = _split(batch, int(np.searchsorted(batch.updates["seq"], known_seq, side="right")))[1]
            if last is not None and state.grid is None:
                # The book alone, up to the end of the known column; from there on grid and book.
                later = np.flatnonzero(batch.updates["event_ms"] >= next_bucket * last.bucket_ms)
                before, batch = _split(batch, int(later[0]) if len(later) else len(batch.updates))
                state.book.apply(before.updates, before.levels)
                if not len(later):
                    continue
                state.grid = DepthGrid(state.instrument, state.book, continued=last)
            state.apply(batch)
            if state.grid is not None:
                yield state.grid.finished_columns(next_bucket)
                next_bucket = max(next_bucket, state.grid.buckets[1] - 1)
        known_seq = part.committed_seq


def _split(batch: MarketBatch, updates: int) -> tuple[MarketBatch, MarketBatch]:
    """The first so many updates of a batch of updates alone, and the rest."""
    levels = int(batch.updates["levels"][:updates].sum())
    parts = (
        (batch.updates[:updates], batch.levels[:levels]),
        (batch.updates[updates:], batch.levels[levels:]),
    )
    first, rest = (
        MarketBatch(batch.venue, batch.symbol, updates=of_part, levels=of_levels, last_seq=batch.last_seq)
        for of_part, of_levels in parts
    )
    return first, rest
