"""Which rows of a damaged store can be read, and which of those mean nothing without the ones that cannot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from workstation.model.instrument import ContractKind, SequenceRule

GROUP_ROWS = 122_880
"""Rows that DuckDB keeps together."""
VECTOR_ROWS = 2_048
"""Rows that DuckDB reads at a time: a damaged block takes as many with it at the least."""

_HALVES = (("depth_updates", "book_deltas"), ("snapshots", "snapshot_levels"))
"""Headers of book messages, and their levels: one is nothing without the other."""

_LAST_MARKET = 32_767
"""The highest number that a market can have."""

_COVERS = {
    "candles": "candles",
    "funding_rates": "funding",
    "open_interest_history": "open_interest",
    "long_short_history": "long_short",
}
"""Tables of the past, and the kind under which it is noted which stretches need not be asked for again."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of a table by their place in the file: start ≤ row < end."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> list[str]:
    """Names of a table's columns; none where there is no such table."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND table_name = ? "
            "ORDER BY column_index",
            [database, table],
        ).fetchall()
    ]


def length_of(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table of `old`, with the places that deleted ones have left."""
    try:
        ((last,),) = connection.execute(f"SELECT max(rowid) FROM old.{table}").fetchall()
        return 0 if last is None else int(last) + 1
    except duckdb.Error:
        ((rows,),) = connection.execute(
            "SELECT estimated_size FROM duckdb_tables() WHERE database_name = 'old' AND table_name = ?",
            [table],
        ).fetchall()
        return int(rows)


def rows_of(connection: duckdb.DuckDBPyConnection, table: str, stretch: Stretch) -> int:
    """Rows of a stretch of a table of `old`, readable or not; deleted ones apart if that can be known."""
    try:
        ((rows,),) = connection.execute(
            f"SELECT count(*) FROM old.{table} WHERE rowid >= {stretch.start} AND rowid < {stretch.end}"
        ).fetchall()
        return int(rows)
    except duckdb.Error:
        return len(stretch)


def unreadable(
    connection: duckdb.DuckDBPyConnection, table: str, stretch: Stretch, go_on: Callable[[], None]
) -> list[Stretch]:
    """Return what of a stretch of a table of `old` cannot be read, to `VECTOR_ROWS` rows exactly.

    Args:
        go_on: called before each look; raises to end it.
    """
    go_on()
    try:
        columns = ", ".join(columns_of(connection, "old", table))
        connection.execute(
            f"SELECT bit_xor(hash({columns})) FROM old.{table} "
            f"WHERE rowid >= {stretch.start} AND rowid < {stretch.end}"
        ).fetchall()
        return []
    except duckdb.Error:
        go_on()
    if len(stretch) <= VECTOR_ROWS:
        return [stretch]
    half = (len(stretch) // 2 + VECTOR_ROWS - 1) // VECTOR_ROWS * VECTOR_ROWS
    middle = stretch.start + half
    return [
        *unreadable(connection, table, Stretch(stretch.start, middle), go_on),
        *unreadable(connection, table, Stretch(middle, stretch.end), go_on),
    ]


def good_stretches(rows: int, bad: Sequence[Stretch]) -> Iterator[Stretch]:
    """What of so many rows lies outside the bad stretches, which are in order."""
    start = 0
    for stretch in bad:
        if stretch.start > start:
            yield Stretch(start, stretch.start)
        start = stretch.end
    if rows > start:
        yield Stretch(start, rows)


def drop_what_lost_its_other_half(connection: duckdb.DuckDBPyConnection, damaged: set[str]) -> dict[str, int]:
    """Delete rows of `fresh` that mean nothing without rows that were lost; return how many by table.

    They are book messages without some of their levels, and levels without their message. What the venue was
    asked for and is lost may be asked for again.

    Args:
        damaged: tables of which something was lost.
    """
    dropped: dict[str, int] = {}

    def delete(table: str, where: str) -> None:
        ((rows,),) = connection.execute(f"DELETE FROM fresh.{table} WHERE {where}").fetchall()
        dropped[table] = dropped.get(table, 0) + int(rows)

    for headers, levels in _HALVES:
        if damaged.isdisjoint((headers, levels)):
            continue
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE torn AS SELECT recording_id, seq FROM "
            f"(SELECT recording_id, seq, sum(levels) AS due FROM fresh.{headers} GROUP BY ALL) FULL JOIN "
            f"(SELECT recording_id, seq, count(*) AS there FROM fresh.{levels} GROUP BY ALL) "
            "USING (recording_id, seq) WHERE coalesce(due, -1) <> coalesce(there, if(due = 0, 0, -2))"
        )
        for table in (headers, levels):
            delete(table, "(recording_id, seq) IN (SELECT (recording_id, seq) FROM torn)")
    for table in damaged & _COVERS.keys():
        connection.execute("DELETE FROM fresh.covered_ranges WHERE kind = ?", [_COVERS[table]])
    return dropped


def name_the_nameless(connection: duckdb.DuckDBPyConnection) -> int:
    """Register recordings of `fresh` whose entry in the register is lost; return how many those are.

    Where there was one market only, it is theirs; else they are kept as markets of the venue "rescued", named
    by their number.
    """
    timed = ("trades", "quotes", "depth_updates", "snapshots")
    rows = " UNION ALL ".join(f"SELECT recording_id, seq, recv_ns FROM fresh.{table}" for table in timed)
    lost = connection.execute(
        f"SELECT recording_id, max(seq), min(recv_ns) // 1000000, max(recv_ns) // 1000000 FROM ({rows}) "
        "WHERE recording_id NOT IN (SELECT recording_id FROM fresh.recordings) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    markets = connection.execute("SELECT instrument_id FROM fresh.instruments").fetchall()
    highest = max((market for (market,) in markets), default=0)
    for number, (recording, newest, started_ms, ended_ms) in enumerate(lost, highest + 1):
        market = highest if len(markets) == 1 else min(number, _LAST_MARKET)
        connection.execute(
            "INSERT INTO fresh.recordings (recording_id, identity, source, instrument_id, started_ms, "
            "committed_seq, complete, part, ended_ms) VALUES (?, ?, 'rescued', ?, ?, ?, false, 0, ?)",
            [recording, f"rescued {recording}", market, started_ms, newest, ended_ms],
        )
    connection.execute(
        "INSERT INTO fresh.instruments SELECT DISTINCT instrument_id, 'rescued', 'MARKET-' || instrument_id, "
        "?, '0.00000001', '0.00000001', '1', '', '', ? FROM fresh.recordings "
        "WHERE instrument_id NOT IN (SELECT instrument_id FROM fresh.instruments)",
        [ContractKind.LINEAR.value, SequenceRule.PREVIOUS_ID.value],
    )
    return len(lost)
