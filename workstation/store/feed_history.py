"""How the data of venues arrived, in the tick store: runs of listening, changes of state, delays."""

from collections.abc import Sequence

import duckdb
import numpy as np

from workstation.model.feed_history import FeedChange, FeedDelays, FeedRecord, FeedSpell
from workstation.model.feed_status import FeedProblem, FeedState
from workstation.model.liquidity import DELAY_BINS
from workstation.store.writer import Stored, StoreWriter

NOT_FOLLOWED = "not followed"
"""Stands in `feed_changes` for the state of a symbol that was given up."""


def put_feed_history(
    writer: StoreWriter,
    venue: str,
    started_ms: int,
    seen_ms: int,
    changes: Sequence[FeedChange],
    delays: Sequence[FeedDelays],
) -> Stored:
    """Store that a run of listening had come so far, and what happened in it, all of it or nothing."""
    writer.make_room(100 * (1 + len(changes)) + 600 * len(delays))
    connection = writer.connection
    with writer.transaction():
        ((known,),) = connection.execute(
            "SELECT count(*) FROM feed_runs WHERE venue = ? AND started_ms = ?", [venue, started_ms]
        ).fetchall()
        if known:
            connection.execute(
                "UPDATE feed_runs SET seen_ms = ? WHERE venue = ? AND started_ms = ?",
                [seen_ms, venue, started_ms],
            )
        else:
            connection.execute("INSERT INTO feed_runs VALUES (?, ?, ?)", [venue, started_ms, seen_ms])
        for change in changes:
            state = NOT_FOLLOWED if change.state is None else change.state.value
            connection.execute(
                "INSERT INTO feed_changes VALUES (?, ?, ?, ?, ?, ?)",
                [venue, started_ms, change.symbol, state, change.problem.value, change.at_ms],
            )
        for one in delays:
            bins = np.flatnonzero(one.counts)
            connection.execute(
                "INSERT INTO feed_delays VALUES (?, ?, ?, ?, ?, ?)",
                [venue, one.symbol, one.from_ms, one.to_ms, bins.tolist(), one.counts[bins].tolist()],
            )
    return {"feed_changes": len(changes), "feed_delays": len(delays)}


def drop_feed_history(writer: StoreWriter, before_ms: int) -> int:
    """Delete runs that ended before a moment, with what happened in them; return how many rows went."""
    gone = 0
    with writer.transaction():
        old = "(SELECT venue, started_ms FROM feed_runs WHERE seen_ms < ?)"
        for sql in (
            f"DELETE FROM feed_changes WHERE (venue, started_ms) IN {old}",
            "DELETE FROM feed_runs WHERE seen_ms < ?",
            "DELETE FROM feed_delays WHERE to_ms < ?",
        ):
            ((rows,),) = writer.connection.execute(sql, [before_ms]).fetchall()
            gone += int(rows)
    return gone


def load_feed_record(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str, from_ms: int
) -> FeedRecord:
    """What is stored of a symbol of runs that were still listening at `from_ms`, and of delays since then."""
    rows = connection.execute(
        "SELECT c.started_ms, c.state, c.problem, c.at_ms, r.seen_ms FROM feed_changes c "
        "JOIN feed_runs r USING (venue, started_ms) "
        "WHERE venue = ? AND symbol = ? AND seen_ms >= ? ORDER BY c.started_ms, c.rowid",
        [venue, symbol, from_ms],
    ).fetchall()
    runs: list[list[FeedSpell]] = []
    run_of = None
    for place, (started_ms, state, problem, at_ms, seen_ms) in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        is_last = following is None or following[0] != started_ms
        end_ms = seen_ms if is_last or following is None else following[3]
        if started_ms != run_of or state == NOT_FOLLOWED:
            runs.append([])
            run_of = started_ms
        if state != NOT_FOLLOWED and end_ms > at_ms:
            runs[-1].append(FeedSpell(FeedState(state), FeedProblem(problem), int(at_ms), int(end_ms)))
    counts = np.zeros(DELAY_BINS, np.int64)
    for bins, numbers in connection.execute(
        "SELECT bins, counts FROM feed_delays WHERE venue = ? AND symbol = ? AND to_ms >= ?",
        [venue, symbol, from_ms],
    ).fetchall():
        counts[np.asarray(bins, np.int64)] += np.asarray(numbers, np.int64)
    return FeedRecord(tuple(tuple(spells) for spells in runs if spells), counts)
