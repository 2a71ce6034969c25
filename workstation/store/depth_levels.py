"""Depth columns of every length: longer buckets are kept beside the base, and made where they lack."""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np

from workstation.market.depth_level import columns_at_ends, known_stretches
from workstation.ports import DepthColumns, KnownDepth
from workstation.store.depth_runs import between, joined, unpacked
from workstation.store.rows import Columns, depth_rows, of_recording
from workstation.store.writer import Stored, StoreWriter

_RUN = "recording_id, bin_size, bins, columns, packed"
OF_MARKET = (
    "recording_id IN (SELECT recording_id FROM recordings JOIN instruments USING (instrument_id) "
    "WHERE venue = ? AND symbol = ?)"
)
"""The condition on rows of recordings that they are of a venue's symbol."""


def put_depth_levels(
    writer: StoreWriter,
    recording_id: int,
    levels: Sequence[DepthColumns],
    known: Sequence[KnownDepth],
    to_ms: int,
) -> Stored:
    """Store coarser columns and stretches of a recording and note how far its base columns are in them."""
    parts: dict[tuple[int, float, int], list[DepthColumns]] = {}
    for columns in levels:
        series = columns.bucket_ms, columns.bin_size, columns.cells.shape[1]
        parts.setdefault(series, []).append(columns)
    whole = [columns for some in parts.values() if len(columns := joined(some))]
    rows = [of_recording(recording_id, depth_rows(columns)) for columns in whole]
    writer.make_room(sum(array.nbytes for some in rows for array in some.values()) + 100 * len(known))
    with writer.transaction():
        for table_rows in rows:
            writer.insert("depth_levels", table_rows)
        if known:
            stretches: Columns = {
                "bin_size": np.array([stretch.bin_size for stretch in known], np.float64),
                "from_ms": np.array([stretch.from_ms for stretch in known], np.int64),
                "to_ms": np.array([stretch.to_ms for stretch in known], np.int64),
            }
            writer.insert("depth_known", of_recording(recording_id, stretches))
        writer.connection.execute(
            f"UPDATE recordings SET coarsened_ms = {to_ms:d} WHERE recording_id = {recording_id:d}"
        )
    return {}


def uncoarsened_depth(cursor: duckdb.DuckDBPyConnection, bucket_ms: int) -> list[tuple[int, int, int]]:
    """(recording, from_ms, to_ms) of base columns that are in no coarser level yet, by recording."""
    return cursor.execute(
        "SELECT recording_id, greatest(min(first_ms), any_value(coarsened_ms)), max(last_ms) + ? "
        "FROM depth_columns JOIN recordings USING (recording_id) "
        "WHERE bucket_ms = ? AND last_ms >= coarsened_ms GROUP BY recording_id ORDER BY recording_id",
        [bucket_ms, bucket_ms],
    ).fetchall()


def load_series(
    cursor: duckdb.DuckDBPyConnection, recording_id: int, bucket_ms: int, from_ms: int, to_ms: int
) -> list[DepthColumns]:
    """A recording's base columns with from_ms ≤ start < to_ms by bin size, each oldest first."""
    runs = _rows(
        cursor,
        f"SELECT {_RUN} FROM depth_columns WHERE recording_id = ? AND bucket_ms = ? "
        "AND last_ms >= ? AND first_ms < ?",
        [recording_id, bucket_ms, from_ms, to_ms],
    )
    return [part for _, part in _series(runs, bucket_ms, from_ms, to_ms)]


def load_level(
    cursor: duckdb.DuckDBPyConnection,
    market: tuple[str, str],
    bucket_ms: int,
    step: int,
    from_ms: int,
    to_ms: int,
) -> list[DepthColumns]:
    """Columns of `step` base buckets with from_ms ≤ start < to_ms, of all recordings of a market.

    They are by recording and bin size, older recordings first, and each oldest first.
    """
    if step == 1:
        base = f"SELECT {_RUN} FROM depth_columns WHERE {OF_MARKET} AND bucket_ms = ?"
        runs = _rows(
            cursor, f"{base} AND last_ms >= ? AND first_ms < ?", [*market, bucket_ms, from_ms, to_ms]
        )
        return [part for _, part in _series(runs, bucket_ms, from_ms, to_ms)]
    kept = _rows(
        cursor,
        f"SELECT {_RUN} FROM depth_levels WHERE {OF_MARKET} AND bucket_ms = ? "
        "AND last_ms >= ? AND first_ms < ?",
        [*market, bucket_ms * step, from_ms, to_ms],
    )
    parts = [*_series(kept, bucket_ms * step, from_ms, to_ms)]
    for recording_id, columns in _uncoarsened(cursor, market, bucket_ms, from_ms, to_ms + bucket_ms * step):
        coarse = between(columns_at_ends(columns, step), from_ms, to_ms)
        if len(coarse):
            parts.append((recording_id, coarse))
    return [part for _, part in sorted(parts, key=lambda part: part[0])]


def load_known(
    cursor: duckdb.DuckDBPyConnection, market: tuple[str, str], bucket_ms: int
) -> list[KnownDepth]:
    """Every stretch of a market's base columns without a gap, oldest recording first."""
    found = known_by_recording(cursor, market, bucket_ms)
    return [stretch for _, stretch in sorted(found, key=lambda item: (item[0], item[1].from_ms))]


def known_by_recording(
    cursor: duckdb.DuckDBPyConnection, market: tuple[str, str], bucket_ms: int
) -> list[tuple[int, KnownDepth]]:
    """(recording, stretch without a gap) of a market's base columns, in no order."""
    kept = cursor.execute(
        f"SELECT recording_id, from_ms, to_ms, bin_size FROM depth_known WHERE {OF_MARKET}", [*market]
    ).fetchall()
    found = [(recording_id, KnownDepth(*stretch)) for recording_id, *stretch in kept]
    for recording_id, columns in _uncoarsened(cursor, market, bucket_ms, 0, _FOR_EVER_MS):
        found += [(recording_id, stretch) for stretch in known_stretches(columns)]
    return found


_Run = tuple[int, float, int, int, bytes]
_FOR_EVER_MS = 1 << 62


def _uncoarsened(
    cursor: duckdb.DuckDBPyConnection, market: tuple[str, str], bucket_ms: int, from_ms: int, to_ms: int
) -> Iterator[tuple[int, DepthColumns]]:
    """Base columns of a market's recordings that are in no coarser level yet."""
    wanted = (
        f"FROM depth_columns JOIN recordings USING (recording_id) WHERE {OF_MARKET} "
        "AND bucket_ms = ? AND last_ms >= ? AND first_ms < ? AND last_ms >= coarsened_ms"
    )
    parameters: list[str | int] = [*market, bucket_ms, from_ms, to_ms]
    # First without the cells: most often there is nothing, and one blob costs as much as many.
    found: list[tuple[int, int]] = cursor.execute(
        f"SELECT DISTINCT recording_id, coarsened_ms {wanted}", parameters
    ).fetchall()
    if not found:
        return
    coarsened_ms = dict(found)
    runs = _rows(cursor, f"SELECT {_RUN} {wanted}", parameters)
    for recording_id, columns in _series(runs, bucket_ms, from_ms, to_ms):
        fresh = between(columns, coarsened_ms[recording_id], to_ms)
        if len(fresh):
            yield recording_id, fresh


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[str | int]) -> list[_Run]:
    return cursor.execute(f"{sql} ORDER BY recording_id, bin_size, bins, first_ms", parameters).fetchall()


def _series(
    runs: Sequence[_Run], bucket_ms: int, from_ms: int, to_ms: int
) -> Iterator[tuple[int, DepthColumns]]:
    """The runs put together by recording and series, cut to a stretch of time."""
    parts: dict[tuple[int, float, int], list[DepthColumns]] = {}
    for recording_id, bin_size, bins, count, packed in runs:
        run = unpacked(packed, bucket_ms, bin_size, count, bins)
        parts.setdefault((recording_id, bin_size, bins), []).append(run)
    for (recording_id, _, _), of_series in parts.items():
        columns = between(joined(of_series), from_ms, to_ms)
        if len(columns):
            yield recording_id, columns
