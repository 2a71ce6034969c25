"""Replays a capture through the whole path without a screen, at full speed, and sums up what happened."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from workstation.app import Workstation
from workstation.market.order_book import BookStatus
from workstation.model.text import printable

QUEUED_ROWS = 400_000
"""Rows that may wait for the disk before the replay waits for them: about 30 MB."""


class ReplaySummary(msgspec.Struct, frozen=True):
    """What a replay read, checked and stored, over all symbols of the capture.

    Attributes:
        capture: the file.
        symbols: the venue's names of what it holds.
        trades, depth_updates, quotes, snapshots: messages by kind.
        sequence_gaps: times an update did not continue the one before.
        crossed_books: updates after which the best bid was at or above the best ask.
        quote_checks: quotes whose update id equals that of a book state.
        quote_mismatches: of these, quotes that differ from the book.
        bad_lines: lines skipped because they could not be read.
        rows_stored: rows committed by this run, by table.
        complete: the capture was read to its end and everything was stored.
        notes: what else the trader should know, in sentences.
        events_per_s: messages per second of `wall_s`.
        wall_s: seconds from the first line read to the last row committed.
    """

    capture: str
    symbols: tuple[str, ...]
    trades: int
    depth_updates: int
    quotes: int
    snapshots: int
    sequence_gaps: int
    crossed_books: int
    quote_checks: int
    quote_mismatches: int
    bad_lines: int
    rows_stored: dict[str, int]
    complete: bool
    notes: tuple[str, ...]
    events_per_s: float
    wall_s: float


def replay(capture: Path, data_dir: Path, progress: Callable[[float], None]) -> ReplaySummary:
    """Replay `capture` into the store of `data_dir`.

    Args:
        progress: called with the share of the file read, 0 … 1.

    Raises:
        BadCapture: the file is no capture.
        DataDirectoryError, StoreFull: the store cannot be opened, or failed on the way.
    """
    workstation = Workstation.for_replay(capture, data_dir, speed=float("inf"))
    feed, recorder = workstation.feed, workstation.recorder
    assert feed is not None
    assert recorder is not None
    started = time.perf_counter()
    try:
        for batches in feed.batches():
            for batch in batches:
                workstation.take(batch)
            if recorder.error is not None:
                break
            recorder.wait(QUEUED_ROWS)
            progress(feed.progress)
    finally:
        workstation.close()
    wall_s = time.perf_counter() - started
    if recorder.error is not None:
        raise recorder.error
    return _summary(workstation, wall_s)


def _summary(workstation: Workstation, wall_s: float) -> ReplaySummary:
    feed, recorder = workstation.feed, workstation.recorder
    assert feed is not None
    assert recorder is not None
    states = workstation.market.states.values()
    health = [state.health for state in states]
    events = sum(h.trades + h.quotes + h.depth_updates + h.snapshots for h in health)
    notes = []
    if feed.truncated:
        notes.append("The file is cut off or damaged: what lies before that is stored and marked incomplete.")
    if feed.first_bad_line is not None:
        number, reason = feed.first_bad_line
        lines = "line" if feed.bad_lines == 1 else "lines"
        notes.append(f"{feed.bad_lines} {lines} could not be read; the first is line {number}: {reason}.")
    for state in states:
        symbol, status = state.instrument.symbol, state.book.status
        if status is BookStatus.EMPTY:
            notes.append(f"{symbol} has no order book snapshot: its trades are replayed, it has no book.")
        elif status is BookStatus.BROKEN:
            notes.append(
                f"{symbol}: depth updates are missing and no snapshot follows: its book is not known."
            )
    if not events:
        notes.append("No message could be read.")
    return ReplaySummary(
        capture=printable(str(feed.path)),
        symbols=workstation.market.symbols,
        trades=sum(h.trades for h in health),
        depth_updates=sum(h.depth_updates for h in health),
        quotes=sum(h.quotes for h in health),
        snapshots=sum(h.snapshots for h in health),
        sequence_gaps=sum(state.book.sequence_gaps for state in states),
        crossed_books=sum(state.book.crossed_books for state in states),
        quote_checks=sum(state.quote_check.checks for state in states),
        quote_mismatches=sum(state.quote_check.mismatches for state in states),
        bad_lines=feed.bad_lines,
        rows_stored=recorder.rows_stored,
        complete=not feed.truncated,
        notes=tuple(notes),
        events_per_s=round(events / wall_s, 1),
        wall_s=round(wall_s, 3),
    )
