"""The past as venues tell it (candles, settled funding, open interest …): once each, and what it covers."""

from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.market.candles import CANDLE
from workstation.market.ranges import Range, joined_ranges
from workstation.model.columns import Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.store.news_rows import decimal
from workstation.store.writer import Stored, StoreWriter

CANDLE_COLUMNS: tuple[str, ...] = CANDLE.names or ()

Candles = tuple[Records, npt.NDArray[np.int8]]
"""Rows of CANDLE and the source of each, see `workstation.market.candle_merge`."""

_IS_SERIES = "venue = ? AND symbol = ? AND kind = ? AND timeframe_ms = ?"


def put_candles(
    writer: StoreWriter, venue: str, symbol: str, timeframe_ms: int, candles: Records, source: int
) -> Stored:
    """Store rows of CANDLE in place of what has the same or a lower rank."""
    if not len(candles):
        return {}
    columns = {name: np.ascontiguousarray(candles[name]) for name in CANDLE_COLUMNS}
    names = ", ".join(CANDLE_COLUMNS)
    series = [venue, symbol, timeframe_ms]
    is_series = "venue = ? AND symbol = ? AND timeframe_ms = ?"
    writer.make_room(candles.nbytes)
    with writer.transaction(), writer.new_rows(columns):
        writer.connection.execute(
            f"DELETE FROM candles WHERE {is_series} AND source <= {source:d} "
            "AND open_ms IN (SELECT open_ms FROM new_rows)",
            series,
        )
        writer.connection.execute(
            f"INSERT INTO candles (venue, symbol, timeframe_ms, {names}, source) "
            f"SELECT ?, ?, ?, {names}, {source:d} FROM new_rows "
            f"WHERE open_ms NOT IN (SELECT open_ms FROM candles WHERE {is_series})",
            series + series,
        )
    return {"candles": len(candles)}


def put_funding(writer: StoreWriter, settlements: Sequence[FundingSettlement]) -> Stored:
    """Store settled funding that is not there yet."""
    columns = {
        "venue": _texts([item.venue for item in settlements]),
        "symbol": _texts([item.symbol for item in settlements]),
        "settled_ms": np.array([item.settled_ms for item in settlements], np.int64),
        "interval_hours": np.array([item.interval_hours for item in settlements], np.float64),
        "rate": np.array([float(item.rate) for item in settlements], np.float64),
    }
    return _put_new(writer, "funding_rates", columns, ("venue", "symbol", "settled_ms"))


def put_open_interest(writer: StoreWriter, period_ms: int, samples: Sequence[OpenInterest]) -> Stored:
    """Store samples of open interest that are not there yet."""
    columns = {
        "venue": _texts([item.venue for item in samples]),
        "symbol": _texts([item.symbol for item in samples]),
        "period_ms": np.full(len(samples), period_ms, np.int64),
        "event_ms": np.array([item.event_ms for item in samples], np.int64),
        "size": np.array([float(item.size) for item in samples], np.float64),
        "value": np.array(
            [np.nan if item.value is None else float(item.value) for item in samples], np.float64
        ),
    }
    return _put_new(writer, "open_interest_history", columns, ("venue", "symbol", "period_ms", "event_ms"))


def put_long_short(writer: StoreWriter, period_ms: int, samples: Sequence[LongShortRatio]) -> Stored:
    """Store long/short ratios that are not there yet."""
    columns = {
        "venue": _texts([item.venue for item in samples]),
        "symbol": _texts([item.symbol for item in samples]),
        "period_ms": np.full(len(samples), period_ms, np.int64),
        "event_ms": np.array([item.event_ms for item in samples], np.int64),
        "accounts": np.array([float(item.accounts) for item in samples], np.float64),
        "top_positions": np.array(
            [np.nan if item.top_positions is None else float(item.top_positions) for item in samples],
            np.float64,
        ),
    }
    return _put_new(writer, "long_short_history", columns, ("venue", "symbol", "period_ms", "event_ms"))


def cover(
    writer: StoreWriter,
    venue: str,
    symbol: str,
    kind: HistoryKind,
    timeframe_ms: int,
    from_ms: int,
    to_ms: int,
) -> Stored:
    """Note a stretch as covered."""
    series = [venue, symbol, kind.value, timeframe_ms]
    known = covered(writer.connection, venue, symbol, kind, timeframe_ms)
    ranges = joined_ranges([*known, (from_ms, to_ms)])
    with writer.transaction():
        writer.connection.execute(f"DELETE FROM covered_ranges WHERE {_IS_SERIES}", series)
        for start, end in ranges:
            writer.connection.execute(
                "INSERT INTO covered_ranges VALUES (?, ?, ?, ?, ?, ?)", [*series, start, end]
            )
    return {}


def covered(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str, kind: HistoryKind, timeframe_ms: int
) -> list[Range]:
    """The stretches covered, oldest first."""
    return connection.execute(
        f"SELECT from_ms, to_ms FROM covered_ranges WHERE {_IS_SERIES} ORDER BY from_ms",
        [venue, symbol, kind.value, timeframe_ms],
    ).fetchall()


def load_candles(
    connection: duckdb.DuckDBPyConnection,
    venue: str,
    symbol: str,
    timeframe_ms: int,
    from_ms: int,
    to_ms: int,
) -> Candles:
    """Candles that open in from_ms ≤ time < to_ms, oldest first, and the source of each."""
    columns = connection.execute(
        f"SELECT {', '.join(CANDLE_COLUMNS)}, source FROM candles WHERE venue = ? AND symbol = ? "
        "AND timeframe_ms = ? AND open_ms >= ? AND open_ms < ? ORDER BY open_ms",
        [venue, symbol, timeframe_ms, from_ms, to_ms],
    ).fetchnumpy()
    candles = np.empty(len(columns["open_ms"]), CANDLE)
    for name in CANDLE_COLUMNS:
        candles[name] = np.ma.filled(columns[name], np.nan) if name == "buy_volume" else columns[name]
    return candles, columns["source"]


def load_funding(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str, from_ms: int, to_ms: int
) -> list[FundingSettlement]:
    """Funding settled in from_ms ≤ time < to_ms, oldest first."""
    rows = connection.execute(
        "SELECT settled_ms, rate, interval_hours FROM funding_rates "
        "WHERE venue = ? AND symbol = ? AND settled_ms >= ? AND settled_ms < ? ORDER BY settled_ms",
        [venue, symbol, from_ms, to_ms],
    ).fetchall()
    return [FundingSettlement(venue, symbol, at_ms, decimal(rate), hours) for at_ms, rate, hours in rows]


def load_open_interest(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str, period_ms: int, from_ms: int, to_ms: int
) -> list[OpenInterest]:
    """Samples in from_ms ≤ time < to_ms, oldest first."""
    rows = connection.execute(
        "SELECT event_ms, size, value FROM open_interest_history WHERE venue = ? AND symbol = ? "
        "AND period_ms = ? AND event_ms >= ? AND event_ms < ? ORDER BY event_ms",
        [venue, symbol, period_ms, from_ms, to_ms],
    ).fetchall()
    return [
        OpenInterest(venue, symbol, at_ms, decimal(size), None if value is None else decimal(value))
        for at_ms, size, value in rows
    ]


def load_long_short(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str, period_ms: int, from_ms: int, to_ms: int
) -> list[LongShortRatio]:
    """Samples in from_ms ≤ time < to_ms, oldest first."""
    rows = connection.execute(
        "SELECT event_ms, accounts, top_positions FROM long_short_history WHERE venue = ? AND symbol = ? "
        "AND period_ms = ? AND event_ms >= ? AND event_ms < ? ORDER BY event_ms",
        [venue, symbol, period_ms, from_ms, to_ms],
    ).fetchall()
    return [
        LongShortRatio(venue, symbol, at_ms, decimal(accounts), None if top is None else decimal(top))
        for at_ms, accounts, top in rows
    ]


def _put_new(
    writer: StoreWriter, table: str, columns: dict[str, npt.NDArray[np.generic]], key: tuple[str, ...]
) -> Stored:
    rows = len(next(iter(columns.values())))
    if not rows:
        return {}
    names, keys = ", ".join(columns), ", ".join(key)
    writer.make_room(rows * 100)
    with writer.transaction(), writer.new_rows(columns):
        ((new,),) = writer.connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM "
            f"(SELECT DISTINCT ON ({keys}) {names} FROM new_rows) ANTI JOIN {table} USING ({keys}) "
            f"ORDER BY {keys}"
        ).fetchall()
    return {table: int(new)}


def _texts(values: list[str]) -> npt.NDArray[np.object_]:
    texts = np.empty(len(values), object)
    texts[:] = values
    return texts
