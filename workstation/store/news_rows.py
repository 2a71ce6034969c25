"""News of a recording (mark prices, funding, open interest, liquidations, tickers) as rows, and back."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, cast

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.model.derivatives import (
    DatedPrice,
    FundingRate,
    Liquidation,
    LongShortRatio,
    MarkPrice,
    OpenInterest,
    SpotPrice,
    Ticker,
)
from workstation.model.feed_status import TradesBackfilled
from workstation.ports import RecordingNews
from workstation.store.rows import Columns

_SIDES = {"buy": 1, "sell": -1}

# For each kind of news its table, and the attributes that are its columns, all numbers but side and names.
# A decimal becomes the nearest double, whose shortest text is that decimal again, up to 15 digits.
_INTEGERS = frozenset(
    ("event_ms", "next_funding_ms", "last_trade_id", "first_id", "last_id", "found", "lost", "expires_ms")
)
_TEXTS = frozenset(("market", "future"))
_TABLES: dict[type, tuple[str, tuple[str, ...]]] = {
    MarkPrice: ("mark_prices", ("event_ms", "mark_price", "index_price", "settle_price")),
    FundingRate: ("funding_estimates", ("event_ms", "rate", "interval_hours", "next_funding_ms")),
    OpenInterest: ("open_interest", ("event_ms", "size", "value")),
    Liquidation: ("liquidations", ("event_ms", "side", "price", "size")),
    Ticker: (
        "tickers",
        ("event_ms", "last", "open", "high", "low", "volume", "quote_volume", "last_trade_id"),
    ),
    SpotPrice: ("spot_prices", ("event_ms", "market", "bid", "ask")),
    LongShortRatio: ("long_short_ratios", ("event_ms", "accounts", "top_positions")),
    DatedPrice: ("dated_prices", ("event_ms", "future", "expires_ms", "mark_price", "index_price")),
    TradesBackfilled: ("trade_repairs", ("first_id", "last_id", "found", "lost")),
}


def news_rows(news: Sequence[RecordingNews]) -> dict[str, Columns]:
    """News of one recording as columns by table, each kind in the order it came."""
    by_kind: dict[type, list[RecordingNews]] = {}
    for item in news:
        by_kind.setdefault(type(item), []).append(item)
    return {
        _TABLES[kind][0]: {name: _column(name, items) for name in _TABLES[kind][1]}
        for kind, items in by_kind.items()
    }


def load_news(connection: duckdb.DuckDBPyConnection, recording_id: int, kind: type) -> list[RecordingNews]:
    """News of one kind of a recording, in the order it came."""
    table, names = _TABLES[kind]
    ((venue, symbol),) = connection.execute(
        "SELECT venue, symbol FROM recordings JOIN instruments USING (instrument_id) WHERE recording_id = ?",
        [recording_id],
    ).fetchall() or [("", "")]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM {table} WHERE recording_id = ? ORDER BY rowid", [recording_id]
    ).fetchall()
    make = cast(Callable[..., RecordingNews], kind)
    readers = [_reader(name) for name in names]
    return [
        make(
            venue=venue,
            symbol=symbol,
            **{name: read(value) for name, read, value in zip(names, readers, row, strict=True)},
        )
        for row in rows
    ]


def load_values(
    connection: duckdb.DuckDBPyConnection,
    kind: type,
    names: Sequence[str],
    venue: str,
    symbol: str,
    from_ms: int,
    to_ms: int,
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.float64]]]:
    """Figures of one kind of news of a market, out of every recording, by the venue's time.

    Args:
        names: attributes of that kind, numbers all of them; nan where the venue did not say.
        from_ms, to_ms: from_ms ≤ time < to_ms.
    """
    table, known = _TABLES[kind]
    columns = [name for name in names if name in known]
    rows = connection.execute(
        f"SELECT event_ms, {', '.join(columns)} FROM {table} WHERE recording_id IN (SELECT recording_id FROM "
        "recordings JOIN instruments USING (instrument_id) WHERE venue = ? AND symbol = ?) "
        "AND event_ms >= ? AND event_ms < ? ORDER BY event_ms",
        [venue, symbol, from_ms, to_ms],
    ).fetchnumpy()
    values = [np.ma.filled(rows[name].astype(np.float64), np.nan) for name in columns]
    return np.asarray(rows["event_ms"], np.int64), values


def decimal(value: float) -> Decimal:
    """The decimal with the fewest digits that is this double."""
    return Decimal(repr(value))


def _column(name: str, items: Sequence[RecordingNews]) -> npt.NDArray[np.generic]:
    values = [getattr(item, name) for item in items]
    if name == "side":
        return np.array([_SIDES[value] for value in values], np.int8)
    if name in _INTEGERS:
        return np.array(values, np.int64)
    if name in _TEXTS:
        return np.array(values, object)
    # What is not a number is NULL in the table: what the venue did not say.
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def _reader(name: str) -> Callable[[Any], object]:
    if name == "side":
        return lambda value: "buy" if value > 0 else "sell"
    if name in _INTEGERS or name in _TEXTS or name == "interval_hours":
        return lambda value: value
    return lambda value: None if value is None else decimal(value)
