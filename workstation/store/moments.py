"""What a past moment is made of, read where it is stored: a book, seconds, extremes of price."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.market.candles import CANDLE
from workstation.model.columns import BOOK_UPDATE, LEVEL, Records
from workstation.store.depth_levels import OF_MARKET

Columns = dict[str, npt.NDArray[Any]]

SPANS_AT_ONCE = 50
"""Stretches of time looked through by one query: each is a scan of its own, pruned by the zone maps."""

_HEADER = "seq, recv_ns, event_ms, first_id, last_id, prev_id, levels"


def event_spans(
    cursor: duckdb.DuckDBPyConnection, venue: str, symbol: str
) -> list[tuple[int, int, int, int, int]]:
    """(recording, first and last venue time of its book, of its trades) of a market, by time; 0 is none."""
    book = " UNION ALL ".join(
        f"SELECT recording_id, event_ms FROM {table} WHERE event_ms > 0 AND {OF_MARKET}"
        for table in ("depth_updates", "snapshots")
    )
    trades = f"SELECT recording_id, event_ms FROM trades WHERE event_ms > 0 AND {OF_MARKET}"
    spans = "SELECT recording_id, min(event_ms) AS {0}_from, max(event_ms) AS {0}_to FROM ({1}) GROUP BY 1"
    rows = cursor.execute(
        "SELECT recording_id, coalesce(book_from, 0), coalesce(book_to, 0), coalesce(trades_from, 0), "
        f"coalesce(trades_to, 0) FROM ({spans.format('book', book)}) "
        f"FULL JOIN ({spans.format('trades', trades)}) USING (recording_id)",
        [venue, symbol] * 3,
    ).fetchall()
    found = [(int(a), int(b), int(c), int(d), int(e)) for a, b, c, d, e in rows]
    return sorted(found, key=lambda row: (min(row[1] or row[3], row[3] or row[1]), row[0]))


def seq_after(cursor: duckdb.DuckDBPyConnection, recording_id: int, moment_ms: int) -> int:
    """The first message of a recording that is later than a moment of the venue's clock."""
    parts = " UNION ALL ".join(
        f"SELECT min(seq) AS seq FROM {table} "
        f"WHERE recording_id = {recording_id:d} AND event_ms > {moment_ms:d}"
        for table in ("depth_updates", "snapshots", "trades")
    )
    ((first,),) = cursor.execute(f"SELECT min(seq) FROM ({parts})").fetchall()
    if first is not None:
        return int(first)
    ((end,),) = cursor.execute(
        "SELECT committed_seq + 1 FROM recordings WHERE recording_id = ?", [recording_id]
    ).fetchall()
    return int(end)


def book_headers(cursor: duckdb.DuckDBPyConnection, recording_id: int, from_seq: int, to_seq: int) -> Records:
    """Rows of BOOK_UPDATE of a recording's snapshots and updates with from_seq ≤ seq < to_seq, in order."""
    columns = cursor.execute(
        f"SELECT {_HEADER}, is_snapshot FROM ("
        f"SELECT {_HEADER}, false AS is_snapshot FROM depth_updates "
        "WHERE recording_id = $1 AND seq >= $2 AND seq < $3 UNION ALL "
        f"SELECT {_HEADER}, true AS is_snapshot FROM snapshots "
        "WHERE recording_id = $1 AND seq >= $2 AND seq < $3) ORDER BY seq",
        [recording_id, from_seq, to_seq],
    ).fetchnumpy()
    return _records(BOOK_UPDATE, columns)


def last_snapshot(cursor: duckdb.DuckDBPyConnection, recording_id: int, to_seq: int) -> int | None:
    """The newest snapshot of a recording with seq < to_seq; None where there is none."""
    ((newest,),) = cursor.execute(
        "SELECT max(seq) FROM snapshots WHERE recording_id = ? AND seq < ?", [recording_id, to_seq]
    ).fetchall()
    return None if newest is None else int(newest)


def levels_after(
    cursor: duckdb.DuckDBPyConnection, recording_id: int, snapshot_seq: int, from_seq: int, to_seq: int
) -> Records:
    """Rows of LEVEL, bids first: a snapshot with updates of from_seq ≤ seq < to_seq applied in order.

    Whether those updates do continue the snapshot is for the caller to know.
    """
    columns = cursor.execute(
        "WITH changes AS (SELECT side, price, arg_max(size, rowid) AS size FROM book_deltas "
        "WHERE recording_id = $1 AND seq >= $3 AND seq < $4 GROUP BY side, price) "
        "SELECT side, price, size FROM ("
        "SELECT side, price, size FROM changes UNION ALL "
        "SELECT side, price, size FROM snapshot_levels AS whole "
        "WHERE recording_id = $1 AND seq = $2 AND NOT EXISTS "
        "(SELECT 1 FROM changes WHERE changes.side = whole.side AND changes.price = whole.price)) "
        "WHERE size > 0 ORDER BY side DESC",
        [recording_id, snapshot_seq, from_seq, to_seq],
    ).fetchnumpy()
    return _records(LEVEL, columns)


def traded_candles(
    cursor: duckdb.DuckDBPyConnection, recording_id: int, timeframe_ms: int, from_ms: int, to_ms: int
) -> Records:
    """Rows of CANDLE made of a recording's trades with from_ms ≤ time < to_ms."""
    columns = cursor.execute(
        f"SELECT event_ms // {timeframe_ms:d} * {timeframe_ms:d} AS open_ms, "
        "arg_min(price, (seq, rowid)) AS open, max(price) AS high, min(price) AS low, "
        "arg_max(price, (seq, rowid)) AS close, sum(size) AS volume, "
        "coalesce(sum(size) FILTER (side > 0), 0) AS buy_volume, count(*) AS trades "
        "FROM trades WHERE recording_id = ? AND event_ms >= ? AND event_ms < ? GROUP BY 1 ORDER BY 1",
        [recording_id, from_ms, to_ms],
    ).fetchnumpy()
    return _records(CANDLE, columns)


def tape(
    cursor: duckdb.DuckDBPyConnection, recording_id: int, from_ms: int, to_ms: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Times and prices of a recording's trades with from_ms ≤ time < to_ms, by time."""
    columns = cursor.execute(
        "SELECT event_ms, price FROM trades WHERE recording_id = ? AND event_ms >= ? AND event_ms < ?",
        [recording_id, from_ms, to_ms],
    ).fetchnumpy()
    times, prices = columns["event_ms"], columns["price"]
    if np.any(
        np.diff(times) < 0
    ):  # rows come as they were received, nearly in the order of the venue's times
        order = np.argsort(times, kind="stable")
        times, prices = times[order], prices[order]
    return times, prices


def tape_extremes(
    cursor: duckdb.DuckDBPyConnection, venue: str, symbol: str, spans: Sequence[tuple[int, int]]
) -> npt.NDArray[np.float64]:
    """Lowest and highest price traded in each stretch of venue time, both ends within, and when first.

    Returns:
        (n, 4): low, its time (UTC ms), high, its time; nan where nothing was traded.
    """
    found: list[tuple[float, ...]] = []
    for start in range(0, len(spans), SPANS_AT_ONCE):
        some = spans[start : start + SPANS_AT_ONCE]
        parts = " UNION ALL ".join(
            f"SELECT {number:d} AS number, min((price, event_ms)) AS low, max((price, -event_ms)) AS high "
            f"FROM trades WHERE {OF_MARKET} AND event_ms >= {from_ms:d} AND event_ms <= {to_ms:d}"
            for number, (from_ms, to_ms) in enumerate(some)
        )
        rows = cursor.execute(
            f"SELECT low[1], low[2], high[1], -high[2] FROM ({parts}) ORDER BY number",
            [venue, symbol] * len(some),
        ).fetchall()
        found += [tuple(np.nan if value is None else float(value) for value in row) for row in rows]
    return np.array(found, np.float64).reshape(len(spans), 4)


def _records(dtype: np.dtype[Any], columns: Columns) -> Records:
    names = dtype.names or ()
    records = np.empty(len(columns[names[0]]), dtype)
    for name in names:
        records[name] = columns[name]
    return records
