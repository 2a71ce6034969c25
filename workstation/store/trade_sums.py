"""Stored trades summed where they are stored: a day of them is millions, its picture a few thousand."""

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.store.depth_levels import OF_MARKET


def load_last_trades(
    cursor: duckdb.DuckDBPyConnection, market: tuple[str, str], step_ms: int, from_ms: int, to_ms: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The last trade of each step with from_ms ≤ time < to_ms: its time and price, oldest first."""
    columns = cursor.execute(
        "SELECT max(event_ms) AS at_ms, last(price ORDER BY event_ms, trades.rowid) AS price FROM trades "
        f"WHERE {OF_MARKET} AND event_ms >= {from_ms:d} AND event_ms < {to_ms:d} AND price > 0 "
        f"GROUP BY event_ms // {step_ms:d} ORDER BY at_ms",
        [*market],
    ).fetchnumpy()
    return np.asarray(columns["at_ms"], np.int64), np.asarray(columns["price"], np.float64)


def load_clusters(
    cursor: duckdb.DuckDBPyConnection,
    market: tuple[str, str],
    time_step_ms: int,
    price_step: float,
    from_ms: int,
    to_ms: int,
) -> npt.NDArray[np.float64]:
    """Trades with from_ms ≤ time < to_ms summed by side over a lattice of times and prices.

    Returns:
        (n, 4): means of time (UTC ms) and price weighted by size, taker's side, summed size.
    """
    columns = cursor.execute(
        f"SELECT sum(size * (event_ms - {from_ms:d})) / sum(size) + {from_ms:d} AS at_ms, "
        "sum(size * price) / sum(size) AS price, side::DOUBLE AS side, sum(size) AS size "
        f"FROM trades WHERE {OF_MARKET} AND event_ms >= {from_ms:d} AND event_ms < {to_ms:d} AND size > 0 "
        f"GROUP BY event_ms // {time_step_ms:d}, floor(price / ? + 1e-9), side ORDER BY at_ms",
        [*market, price_step],
    ).fetchnumpy()
    return np.column_stack([columns[name] for name in ("at_ms", "price", "side", "size")]).astype(np.float64)
