"""What the store can let go: parts of recordings by group of tables, with their sizes, pins, and deletion."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import duckdb

from workstation.ports import KeptPart, Pin
from workstation.store.schema import DERIVED_TABLES, NEWS_TABLES, PAST_TABLES, TICK_TABLES
from workstation.store.writer import StoreWriter

# Tables that leave together. Of a book the messages go before their levels: a reader that finds no message
# asks for no level.
GROUPS: dict[str, tuple[str, ...]] = {
    "trades": ("trades", "trade_repairs"),
    "quotes": ("quotes",),
    "book": ("depth_updates", "snapshots", "book_deltas", "snapshot_levels"),
    "depth": ("depth_levels", "depth_known", "depth_columns"),
    "news": (
        *("mark_prices", "funding_estimates", "open_interest", "liquidations", "tickers"),
        *("spot_prices", "long_short_ratios", "dated_prices"),
    ),
}

# Deleting takes 25 ms a million rows, and as long again when the log is next moved into the file: other
# writes never wait longer than for a step of this size.
STEP_ROWS = 250_000

_TIME_OF_PAST = {
    "candles": "open_ms",
    "funding_rates": "settled_ms",
    "open_interest_history": "event_ms",
    "long_short_history": "event_ms",
}
_KIND_OF_PAST = {
    "candles": "candles",
    "funding_rates": "funding",
    "open_interest_history": "open_interest",
    "long_short_history": "long_short",
}
_WITH_EVENT_MS = ("trades", "quotes", "depth_updates", "mark_prices")


def kept_parts(connection: duckdb.DuckDBPyConnection) -> list[KeptPart]:
    """What is stored of each recording, by group, with the bytes that its rows take in the file."""
    per_row = _bytes_per_row(connection)
    figures: dict[tuple[int, str], list[float]] = {}
    for group, tables in GROUPS.items():
        for table in tables:
            for recording_id, rows in connection.execute(
                f"SELECT recording_id, count(*) FROM {table} GROUP BY recording_id"
            ).fetchall():
                figure = figures.setdefault((recording_id, group), [0, 0.0])
                figure[0] += rows
                figure[1] += rows * per_row.get(table, 0.0)
    recordings = {
        recording_id: (venue, symbol, started_ms, ended_ms)
        for recording_id, venue, symbol, started_ms, ended_ms in connection.execute(
            "SELECT recording_id, venue, symbol, started_ms, ended_ms "
            "FROM recordings JOIN instruments USING (instrument_id)"
        ).fetchall()
    }
    spans = _event_spans(connection) if pins(connection) else {}
    return [
        KeptPart(
            recording_id,
            group,
            *recordings[recording_id],
            rows=int(rows),
            nbytes=round(nbytes),
            event_span=spans.get(recording_id),
        )
        for (recording_id, group), (rows, nbytes) in figures.items()
        if recording_id in recordings
    ]


def past_sizes(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Rows and bytes of each table of the past."""
    per_row = _bytes_per_row(connection)
    sizes = {}
    for table in PAST_TABLES:
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
        sizes[table] = int(rows), round(rows * per_row.get(table, 0.0))
    return sizes


def past_time_of_row(connection: duckdb.DuckDBPyConnection, table: str, row: int) -> int:
    """The time of the row that is number `row` (from 0) from the oldest of a table of the past."""
    time = _TIME_OF_PAST[table]
    ((found,),) = connection.execute(
        f"SELECT {time} FROM {table} ORDER BY {time} LIMIT 1 OFFSET {row:d}"
    ).fetchall()
    return int(found)


def pins(connection: duckdb.DuckDBPyConnection) -> list[Pin]:
    """Every pin."""
    rows = connection.execute("SELECT venue, symbol, from_ms, to_ms, reason FROM pins").fetchall()
    return [Pin(*row) for row in rows]


def add_pins(writer: StoreWriter, pins: Sequence[Pin]) -> None:
    """Pin stretches of markets, all of them or none."""
    with writer.transaction():
        for pin in pins:
            writer.connection.execute(
                "INSERT INTO pins VALUES (?, ?, ?, ?, ?)",
                [pin.venue, pin.symbol, pin.from_ms, pin.to_ms, pin.reason],
            )


def remove_pins(writer: StoreWriter, reason: str) -> None:
    """End every pin of this reason."""
    with writer.transaction():
        writer.connection.execute("DELETE FROM pins WHERE reason = ?", [reason])


def drop_steps(writer: StoreWriter, recording_id: int, group: str) -> Iterator[Callable[[], int]]:
    """Steps for the writer thread, each of which deletes some rows of a group and returns how many.

    The last one forgets the recording if nothing is left of it.
    """
    is_recording = f"recording_id = {recording_id:d}"
    for table in GROUPS[group]:
        wheres = [is_recording]
        if table in ("book_deltas", "trades", "quotes"):
            wheres = writer.call(partial(_stretches, writer, table, is_recording))
        for where in wheres:
            yield partial(_delete, writer, f"DELETE FROM {table} WHERE {where}")
    yield partial(_forget_if_empty, writer, recording_id)


def drop_past_steps(writer: StoreWriter, table: str, before_ms: int) -> Iterator[Callable[[], int]]:
    """Steps that delete rows of a table of the past and forget that the time before was covered."""
    kind = _KIND_OF_PAST[table]

    def drop() -> int:
        with writer.transaction():
            rows = _count(writer, f"DELETE FROM {table} WHERE {_TIME_OF_PAST[table]} < {before_ms:d}")
            of_kind = f"kind = '{kind}' AND"
            writer.connection.execute(f"DELETE FROM covered_ranges WHERE {of_kind} to_ms <= {before_ms:d}")
            writer.connection.execute(
                f"UPDATE covered_ranges SET from_ms = {before_ms:d} WHERE {of_kind} from_ms < {before_ms:d}"
            )
        return rows

    yield drop


def drop_past_of(writer: StoreWriter, venue: str) -> None:
    """Delete a venue's rows of every table of the past, and forget that it was covered."""
    with writer.transaction():
        for table in (*PAST_TABLES, "covered_ranges"):
            writer.connection.execute(f"DELETE FROM {table} WHERE venue = ?", [venue])


def _stretches(writer: StoreWriter, table: str, is_recording: str) -> list[str]:
    """Conditions that cut a recording's rows into pieces of about STEP_ROWS by their sequence number."""
    ((rows, first, last),) = writer.connection.execute(
        f"SELECT count(*), min(seq), max(seq) FROM {table} WHERE {is_recording}"
    ).fetchall()
    if not rows:
        return []
    pieces = -(-rows // STEP_ROWS)
    step = -(-(last + 1 - first) // pieces)
    return [
        f"{is_recording} AND seq >= {start:d} AND seq < {start + step:d}"
        for start in range(first, last + 1, step)
    ]


def _delete(writer: StoreWriter, sql: str) -> int:
    with writer.transaction():
        return _count(writer, sql)


def _count(writer: StoreWriter, sql: str) -> int:
    ((rows,),) = writer.connection.execute(sql).fetchall()
    return int(rows)


def _forget_if_empty(writer: StoreWriter, recording_id: int) -> int:
    held = " OR ".join(
        f"EXISTS (FROM {table} WHERE recording_id = {recording_id:d})"
        for table in (*TICK_TABLES, *NEWS_TABLES)
    )
    with writer.transaction():
        writer.connection.execute(
            f"DELETE FROM recordings WHERE recording_id = {recording_id:d} AND NOT ({held})"
        )
    return 0


def _bytes_per_row(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Bytes in the file for each row of each table, as far as its rows have left the log."""
    ((block_bytes,),) = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()
    found: dict[str, float] = {}
    for table in (*TICK_TABLES, *DERIVED_TABLES, *NEWS_TABLES, *PAST_TABLES):
        ((blocks, more_blocks, rows),) = connection.execute(
            "SELECT count(DISTINCT block_id) FILTER (block_id >= 0), "
            "coalesce(sum(len(additional_block_ids)), 0), "
            "coalesce(sum(count) FILTER (column_id = 0 AND segment_type <> 'VALIDITY'), 0) "
            f"FROM pragma_storage_info('{table}') WHERE persistent"
        ).fetchall()
        if rows:
            found[table] = float((blocks + more_blocks) * block_bytes / rows)
    return found


def _event_spans(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    """Oldest and newest venue time of each recording that has any."""
    parts = " UNION ALL ".join(
        f"SELECT recording_id, min(event_ms) AS first, max(event_ms) AS last FROM {table} "
        "WHERE event_ms > 0 GROUP BY recording_id"
        for table in _WITH_EVENT_MS
    )
    rows: Sequence[tuple[int, int, int]] = connection.execute(
        f"SELECT recording_id, min(first), max(last) FROM ({parts}) GROUP BY recording_id"
    ).fetchall()
    return {recording_id: (first, last) for recording_id, first, last in rows}
