"""Parquet files of tables that are in memory, typed by column."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path

import duckdb

from workstation.errors import DataDirectoryError, PreflightError, StoreFull
from workstation.store.opening import quoted

_TYPES = {
    "text": "VARCHAR",
    "money": "DECIMAL(38, 18)",
    "number": "DOUBLE",
    "count": "BIGINT",
    "yes": "BOOLEAN",
    "time": "TIMESTAMP WITH TIME ZONE",
}
_LAST_DIGIT = Decimal("1e-18")
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_TOGETHER = 1_000


def write_parquet(path: Path, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> None:
    """Write rows into a new file.

    Args:
        path: of the file.
        columns: name and kind: "text", "money" (Decimal, kept to eighteen digits behind the point), "number",
            "count", "yes", or "time" (ISO 8601).
        rows: a value for each column; None is NULL.

    Raises:
        StoreFull, DataDirectoryError: it cannot be written.
    """
    shape = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in columns)
    marks = ", ".join("?" * len(columns))
    try:
        with closing(duckdb.connect(":memory:", config={"threads": 1})) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"CREATE TABLE held ({shape})")
            gathered: list[list[object]] = []
            for row in rows:
                gathered.append([_fitting(value) for value in row])
                if len(gathered) == _TOGETHER:
                    connection.executemany(f"INSERT INTO held VALUES ({marks})", gathered)
                    gathered = []
            if gathered:
                connection.executemany(f"INSERT INTO held VALUES ({marks})", gathered)
            connection.execute(f"COPY held TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.Error as error:
        raise _told(error, path) from None


def _fitting(value: object) -> object:
    if isinstance(value, Decimal):
        return value.quantize(_LAST_DIGIT, context=_CONTEXT)
    return value


def _told(error: duckdb.Error, path: Path) -> PreflightError:
    words = " ".join(str(error).split())
    if "No space left" in words or "quota" in words:
        return StoreFull(f"The disk of {path} is full: nothing was written.")
    return DataDirectoryError(f"{path} cannot be written: {words}")
