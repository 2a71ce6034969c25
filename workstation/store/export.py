"""Exports the tick store to Parquet files that any engine reads: by table, venue, symbol and UTC day."""

import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import duckdb
import msgspec

from workstation.errors import PreflightError
from workstation.store.export_tables import BOOK, DAY_MS, TABLES, Market, Stretch, markets_of, pieces_of
from workstation.store.opening import open_to_read, quoted, store_error

__all__ = ["BOOK", "TABLES", "ExportCancelled", "ExportProgress", "ExportSummary", "Exporter"]

_EVER = Stretch(-(1 << 62), 1 << 62)


class ExportRefused(PreflightError):
    """The export cannot be made as asked; nothing was written."""


class ExportCancelled(PreflightError):
    """The export was cancelled; nothing was written."""


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Where an export stands.

    Attributes:
        table, market: what is being written.
        share: of the tables and markets asked for that are done, 0 … 1.
        rows: written so far.
    """

    table: str
    market: str
    share: float
    rows: int


class ExportSummary(msgspec.Struct, frozen=True):
    """What an export wrote; also left beside its files as `manifest.json`.

    Attributes:
        source: the data directory.
        venue, symbols, from_ms, to_ms: what was asked for; None for all.
        rows: by table.
        files: by table.
        nbytes: of all files.
    """

    source: str
    venue: str | None
    symbols: tuple[str, ...] | None
    from_ms: int | None
    to_ms: int | None
    rows: dict[str, int]
    files: dict[str, int]
    nbytes: int


class Exporter:
    """One export. `run` does it; `cancel` ends it from any thread."""

    def __init__(
        self,
        data_dir: Path,
        out: Path,
        *,
        tables: Sequence[str] = TABLES,
        venue: str | None = None,
        symbols: Sequence[str] | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
    ) -> None:
        """Prepare an export.

        Args:
            data_dir: where the store is; it is not changed.
            out: a directory that does not exist yet, or is empty. It appears when everything is in it:
                `<table>/venue=…/symbol=…/day=YYYY-MM-DD/<file>.parquet`, compressed with zstd, and
                `recordings.parquet` with what each `recording_id` means.
            tables: of `TABLES`.
            venue, symbols: None for all.
            from_ms, to_ms: half-open stretch of venue time; None without end.

        Raises:
            ExportRefused: there is no such table, or `out` is in use.
        """
        unknown = [table for table in tables if table not in TABLES]
        if unknown:
            raise ExportRefused(f"There is no table {unknown[0]!r} to export; there are {', '.join(TABLES)}.")
        if out.exists() and not (out.is_dir() and not any(out.iterdir())):
            raise ExportRefused(f"{out} exists and is not an empty directory: name another.")
        self._data_dir = data_dir
        self._out = out.absolute()
        self._tables = tuple(dict.fromkeys(tables))
        self._venue = venue
        self._symbols = None if symbols is None else tuple(symbols)
        self._asked = from_ms, to_ms
        self._stretch = Stretch(
            _EVER.from_ms if from_ms is None else from_ms, _EVER.to_ms if to_ms is None else to_ms
        )
        self._draft = self._out.with_name(f".{self._out.name}.{os.getpid()}.part")
        self._cancelled = threading.Event()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def cancel(self) -> None:
        """End the export as soon as possible; `run` raises `ExportCancelled`."""
        self._cancelled.set()
        if self._connection is not None:
            self._connection.interrupt()

    def run(self, progress: Callable[[ExportProgress], None]) -> ExportSummary:
        """Write everything, then put it in its place.

        Raises:
            ExportCancelled: `cancel` was called; nothing is left behind.
            ExportRefused: the store has nothing of what was asked for.
            DataDirectoryInUse: another process has the store open.
            PreflightError: the store cannot be read, or the files cannot be written.
        """
        now_ms = round(datetime.now(UTC).timestamp() * 1_000)
        try:
            self._connection = open_to_read(self._data_dir, now_ms, self._draft)
            try:
                self._out.parent.mkdir(parents=True, exist_ok=True)
                for leftover in self._out.parent.glob(f".{self._out.name}.*.part"):
                    shutil.rmtree(leftover)  # of an export that was killed: the store's lock is ours now
                self._draft.mkdir()
                summary = self._write_all(progress)
            finally:
                self._connection.close()
                self._connection = None
            if self._out.exists():
                self._out.rmdir()
            os.rename(self._draft, self._out)
        except duckdb.InterruptException:
            raise ExportCancelled("The export was cancelled; nothing was written.") from None
        except OSError as error:
            raise ExportRefused(f"{self._out} cannot be written: {error.strerror}") from None
        except duckdb.IOException as error:
            raise ExportRefused(f"{self._out} cannot be written: {' '.join(str(error).split())}") from None
        except duckdb.Error as error:
            raise store_error(error, self._data_dir, "read") from error
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)
        return summary

    def _write_all(self, progress: Callable[[ExportProgress], None]) -> ExportSummary:
        connection = self._connection
        assert connection is not None
        markets = markets_of(connection, self._venue, self._symbols)
        if not markets:
            raise ExportRefused(f"The store in {self._data_dir} has nothing of what was asked for.")
        rows = dict.fromkeys(self._tables, 0)
        files = dict.fromkeys(self._tables, 0)
        steps = [(table, market) for table in self._tables for market in markets]
        for done, (table, market) in enumerate(steps):
            folder = self._draft / table / f"venue={_safe(market.venue)}" / f"symbol={_safe(market.symbol)}"
            name = f"{market.venue} {market.symbol}"
            progress(ExportProgress(table, name, done / len(steps), sum(rows.values())))
            for piece in pieces_of(connection, table, market, self._stretch):
                self._check()
                of_day = folder / f"day={_date(piece.day)}"
                of_day.mkdir(parents=True, exist_ok=True)
                rows[table] += self._copy(connection, piece.sql, of_day / f"{piece.name}.parquet")
                files[table] += 1
                progress(ExportProgress(table, name, done / len(steps), sum(rows.values())))
            self._check()
        self._copy(connection, _recordings(markets), self._draft / "recordings.parquet")
        summary = ExportSummary(
            source=str(self._data_dir),
            venue=self._venue,
            symbols=self._symbols,
            from_ms=self._asked[0],
            to_ms=self._asked[1],
            rows=rows,
            files=files,
            nbytes=sum(path.stat().st_size for path in self._draft.rglob("*.parquet")),
        )
        manifest = msgspec.json.format(msgspec.json.encode(summary), indent=2)
        (self._draft / "manifest.json").write_bytes(manifest + b"\n")
        return summary

    def _copy(self, connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
        ((rows,),) = connection.execute(
            f"COPY ({sql}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
        return int(rows)

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise ExportCancelled("The export was cancelled; nothing was written.")


def _recordings(markets: Sequence[Market]) -> str:
    recording_ids = [str(recording_id) for market in markets for recording_id in market.recording_ids]
    return (
        "SELECT recording_id, identity, part, source, started_ms, ended_ms, committed_seq, complete, venue, "
        "symbol, kind, tick_size, lot_size, contract_size, base, quote, sequence_rule "
        "FROM recordings JOIN instruments USING (instrument_id) "
        f"WHERE recording_id IN ({', '.join(recording_ids) or 'NULL'}) ORDER BY recording_id"
    )


def _safe(name: str) -> str:
    """A name as a part of a path; engines that read partitioned files undo this."""
    return quote(name, safe="")


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_MS / 1_000, UTC).date().isoformat()
