"""Minutes of how far a contract's mark stood from index, spot and last trade, out of all that is stored."""

import duckdb
import numpy as np

from workstation.model.basis import BasisMinutes

MINUTE_MS = 60_000

_OF_MARKET = (
    "recording_id IN (SELECT recording_id FROM recordings JOIN instruments USING (instrument_id) "
    "WHERE venue = $venue AND symbol = $symbol) AND event_ms >= $from_ms AND event_ms < $to_ms"
)
# Of each minute the newest of every price, and the extremes of mark against index within it. What was traded
# last is the close of the stored candle.
_MINUTES = f"""
WITH marks AS (
    SELECT event_ms // {MINUTE_MS} AS minute, arg_max(mark_price, event_ms) AS mark,
        arg_max(mark_price / index_price - 1, event_ms) AS index_end,
        min(mark_price / index_price - 1) AS index_low, max(mark_price / index_price - 1) AS index_high
    FROM mark_prices WHERE {_OF_MARKET} AND mark_price > 0 GROUP BY minute),
spots AS (
    SELECT event_ms // {MINUTE_MS} AS minute, arg_max((bid + ask) / 2, event_ms) AS spot
    FROM spot_prices WHERE {_OF_MARKET} GROUP BY minute),
lasts AS (
    SELECT open_ms // {MINUTE_MS} AS minute, close AS last FROM candles
    WHERE venue = $venue AND symbol = $symbol AND timeframe_ms = {MINUTE_MS}
        AND open_ms >= $from_ms AND open_ms < $to_ms)
SELECT minute * {MINUTE_MS} AS times, index_end, index_low, index_high,
    mark / spot - 1 AS spot, mark / last - 1 AS last
FROM marks LEFT JOIN spots USING (minute) LEFT JOIN lasts USING (minute) ORDER BY minute
"""


def load_basis(
    connection: duckdb.DuckDBPyConnection, venue: str, symbol: str, from_ms: int, to_ms: int
) -> BasisMinutes:
    """The minutes of a market with from_ms ≤ beginning < to_ms in which its mark was told."""
    rows = connection.execute(
        _MINUTES, {"venue": venue, "symbol": symbol, "from_ms": from_ms, "to_ms": to_ms}
    ).fetchnumpy()
    columns = {
        name: np.ma.filled(np.ma.asarray(rows[name], np.float64), np.nan)
        for name in ("index_end", "index_low", "index_high", "spot", "last")
    }
    return BasisMinutes(
        np.asarray(rows["times"], np.int64),
        {"index": columns["index_end"], "spot": columns["spot"], "last": columns["last"]},
        {"index": columns["index_low"], "spot": columns["spot"], "last": columns["last"]},
        {"index": columns["index_high"], "spot": columns["spot"], "last": columns["last"]},
    )
