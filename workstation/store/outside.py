"""Series from outside in the tick store: one row a value, the newest word on a moment stands."""

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.store.writer import Stored, StoreWriter

Values = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
"""(n,) UTC milliseconds and values."""


def put_outside(
    writer: StoreWriter,
    key: str,
    times: npt.NDArray[np.int64],
    values: npt.NDArray[np.float64],
    fetched_ms: int,
) -> Stored:
    """Store values of a series; one for a moment that has another takes its place, the same is left."""
    columns: dict[str, npt.NDArray[np.generic]] = {"time_ms": times, "value": values}
    writer.make_room(len(times) * 40)
    with writer.transaction(), writer.new_rows(columns):
        writer.connection.execute(
            "DELETE FROM outside_values USING new_rows WHERE key = ? "
            "AND outside_values.time_ms = new_rows.time_ms AND outside_values.value <> new_rows.value",
            [key],
        )
        ((new,),) = writer.connection.execute(
            "INSERT INTO outside_values SELECT ?, time_ms, value, ? FROM new_rows "
            "WHERE time_ms NOT IN (SELECT time_ms FROM outside_values WHERE key = ?) ORDER BY time_ms",
            [key, fetched_ms, key],
        ).fetchall()
    return {"outside_values": int(new)}


def load_outside(connection: duckdb.DuckDBPyConnection, key: str, most: int) -> Values:
    """The newest values of a series, oldest first."""
    columns = connection.execute(
        "SELECT time_ms, value FROM (SELECT time_ms, value FROM outside_values WHERE key = ? "
        "ORDER BY time_ms DESC LIMIT ?) ORDER BY time_ms",
        [key, most],
    ).fetchnumpy()
    return np.asarray(columns["time_ms"], np.int64), np.asarray(columns["value"], np.float64)
