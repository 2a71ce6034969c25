"""What an export holds: for each table the markets and days it has, and the query of each of its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from workstation.store.opening import quoted

DAY_MS = 86_400_000
LEVELS_A_FILE = 2_000_000
"""Levels of a book are sorted within a file of about so many: memory is bounded for any recording."""


@dataclass(frozen=True, slots=True)
class Market:
    """One venue's symbol and the recordings of it that are exported."""

    venue: str
    symbol: str
    recording_ids: tuple[int, ...]

    @property
    def is_recorded(self) -> str:
        """The condition on rows of recordings."""
        return f"recording_id IN ({', '.join(map(str, self.recording_ids)) or 'NULL'})"

    @property
    def is_market(self) -> str:
        """The condition on rows of the past."""
        return f"venue = {quoted(self.venue)} AND symbol = {quoted(self.symbol)}"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an export.

    Attributes:
        day: days since 1970, UTC, by the venue's time.
        name: of the file, without its ending.
        sql: the query of its rows, in their order.
        rows: how many it is expected to have.
    """

    day: int
    name: str
    sql: str
    rows: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """from_ms ≤ venue time < to_ms."""

    from_ms: int
    to_ms: int


_NEWS_TIME = "event_ms"
# A quote of the spot market has no venue time: then ours tells the day.
_TICK_TIME = "if(event_ms > 0, event_ms, recv_ns // 1000000)"

# Columns of each table whose rows are exported as they lie there: the time that tells the day, then all.
_TICKS = {
    "trades": (
        _TICK_TIME,
        "recording_id, seq, recv_ns, event_ms, trade_id, side, price, size",
    ),
    "quotes": (
        _TICK_TIME,
        "recording_id, seq, recv_ns, event_ms, update_id, bid_price, bid_size, ask_price, ask_size",
    ),
    "mark_prices": (_NEWS_TIME, "recording_id, event_ms, mark_price, index_price, settle_price"),
    "funding_estimates": (_NEWS_TIME, "recording_id, event_ms, rate, interval_hours, next_funding_ms"),
    "open_interest": (_NEWS_TIME, "recording_id, event_ms, size, value"),
    "liquidations": (_NEWS_TIME, "recording_id, event_ms, side, price, size"),
    "tickers": (
        _NEWS_TIME,
        "recording_id, event_ms, last, open, high, low, volume, quote_volume, last_trade_id",
    ),
    "spot_prices": (_NEWS_TIME, "recording_id, event_ms, market, bid, ask"),
    "long_short_ratios": (_NEWS_TIME, "recording_id, event_ms, accounts, top_positions"),
    "dated_prices": (
        _NEWS_TIME,
        "recording_id, event_ms, future, expires_ms, mark_price, index_price",
    ),
}
_PAST = {
    "candles": (
        "open_ms",
        "timeframe_ms, open_ms, open, high, low, close, volume, buy_volume, trades, source",
        "timeframe_ms, open_ms",
    ),
    "funding_rates": ("settled_ms", "settled_ms, interval_hours, rate", "settled_ms"),
    "open_interest_history": ("event_ms", "period_ms, event_ms, size, value", "period_ms, event_ms"),
    "long_short_history": (
        "event_ms",
        "period_ms, event_ms, accounts, top_positions",
        "period_ms, event_ms",
    ),
}
BOOK = "book_updates"
TABLES = (*_TICKS, BOOK, *_PAST)
"""What can be exported, by name."""


def markets_of(
    connection: duckdb.DuckDBPyConnection, venue: str | None, symbols: Sequence[str] | None
) -> list[Market]:
    """The markets that the store has anything of, as far as they are wanted."""
    rows = connection.execute(
        "SELECT venue, symbol, list(recording_id ORDER BY recording_id) FILTER (recording_id IS NOT NULL) "
        "FROM (SELECT venue, symbol, recording_id FROM recordings JOIN instruments USING (instrument_id) "
        "UNION ALL SELECT DISTINCT venue, symbol, NULL FROM candles "
        "UNION ALL SELECT DISTINCT venue, symbol, NULL FROM funding_rates "
        "UNION ALL SELECT DISTINCT venue, symbol, NULL FROM open_interest_history "
        "UNION ALL SELECT DISTINCT venue, symbol, NULL FROM long_short_history) "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [
        Market(found_venue, symbol, tuple(recording_ids or ()))
        for found_venue, symbol, recording_ids in rows
        if (venue is None or found_venue == venue) and (symbols is None or symbol in symbols)
    ]


def pieces_of(
    connection: duckdb.DuckDBPyConnection, table: str, market: Market, stretch: Stretch
) -> Iterator[Piece]:
    """The files of one table of one market, oldest day first."""
    if table == BOOK:
        yield from _book_pieces(connection, market, stretch)
    elif table in _PAST:
        time, columns, order = _PAST[table]
        yield from _daily(connection, table, market.is_market, time, columns, order, stretch)
    elif market.recording_ids:
        time, columns = _TICKS[table]
        # Without an order of its own a scan keeps that of insertion: each recording's in the order received.
        order = ""
        if table == "trades":
            columns, order = _with_backfilled(connection, market, columns)
        yield from _daily(connection, table, market.is_recorded, time, columns, order, stretch)


def _with_backfilled(connection: duckdb.DuckDBPyConnection, market: Market, columns: str) -> tuple[str, str]:
    """Columns of trades with whether each was asked for because the stream left it out, and the order."""
    ((repairs,),) = connection.execute(
        f"SELECT count(*) FROM trade_repairs WHERE {market.is_recorded}"
    ).fetchall()
    if not repairs:
        return f"{columns}, false AS backfilled", ""
    repaired = (
        "EXISTS (FROM trade_repairs AS r WHERE r.recording_id = t.recording_id "
        "AND t.trade_id BETWEEN r.first_id AND r.last_id)"
    )
    return f"{columns}, {repaired} AS backfilled", "rowid"


def _daily(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    time: str,
    columns: str,
    order: str,
    stretch: Stretch,
) -> Iterator[Piece]:
    inside = f"{where} AND {time} >= {stretch.from_ms:d} AND {time} < {stretch.to_ms:d}"
    days = connection.execute(
        f"SELECT {time} // {DAY_MS} AS day, count(*) FROM {table} WHERE {inside} GROUP BY day ORDER BY day"
    ).fetchall()
    for day, rows in days:
        of_day = f"{time} >= {day * DAY_MS:d} AND {time} < {(day + 1) * DAY_MS:d}"
        sql = f"SELECT {columns} FROM {table} AS t WHERE {inside} AND {of_day}"
        if order:
            sql += f" ORDER BY {order}"
        yield Piece(day, "all", sql, rows)


def _book_pieces(connection: duckdb.DuckDBPyConnection, market: Market, stretch: Stretch) -> Iterator[Piece]:
    """A row for each level of each message, in order; a message without levels has one row without price."""
    headers = "recording_id, seq, recv_ns, event_ms, first_id, last_id, prev_id"
    inside = f"{_TICK_TIME} >= {stretch.from_ms:d} AND {_TICK_TIME} < {stretch.to_ms:d}"
    for recording_id in market.recording_ids:
        of_recording = f"recording_id = {recording_id:d}"
        messages = connection.execute(
            f"SELECT seq, levels, day FROM (SELECT seq, levels, {_TICK_TIME} // {DAY_MS} AS day "
            f"FROM depth_updates WHERE {of_recording} AND {inside} "
            f"UNION ALL SELECT seq, levels, {_TICK_TIME} // {DAY_MS} FROM snapshots "
            f"WHERE {of_recording} AND {inside}) ORDER BY seq"
        ).fetchnumpy()
        seq, days = messages["seq"], messages["day"]
        rows = np.maximum(messages["levels"], 1)
        for number, (first, last) in enumerate(_cuts(days, rows)):
            span = f"{of_recording} AND seq >= {seq[first]:d} AND seq <= {seq[last - 1]:d}"
            parts = " UNION ALL ".join(
                f"SELECT {headers}, {whole} AS is_snapshot, side, price, size, l.rowid AS place "
                f"FROM (FROM {of_messages} WHERE {span}) AS m "
                f"LEFT JOIN (SELECT *, rowid FROM {of_levels} WHERE {span}) AS l "
                "USING (recording_id, seq)"
                for of_messages, of_levels, whole in (
                    ("depth_updates", "book_deltas", "false"),
                    ("snapshots", "snapshot_levels", "true"),
                )
            )
            sql = f"SELECT * EXCLUDE (place) FROM ({parts}) ORDER BY seq, place"
            yield Piece(int(days[first]), f"{recording_id}-{number}", sql, int(rows[first:last].sum()))


def _cuts(days: np.ndarray, rows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Half-open ranges of messages of one day each, with at most LEVELS_A_FILE rows or a single message."""
    ends = np.cumsum(rows)
    first = 0
    while first < len(days):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + LEVELS_A_FILE, side="right")))
        other_day = np.flatnonzero(days[first:last] != days[first])
        if len(other_day):
            last = first + int(other_day[0])
        yield first, last
        first = last
