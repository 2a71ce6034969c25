"""Rescues what can be read of a damaged tick store into a fresh one, and sets the damaged file aside."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from workstation.errors import (
    DataDirectoryError,
    PreflightError,
    StoreDamaged,
    StoreFull,
)
from workstation.store.opening import LOG_SUFFIX, SETTINGS, STORE_FILE, create_store, quoted, store_error
from workstation.store.salvage_rows import (
    GROUP_ROWS,
    Stretch,
    columns_of,
    drop_what_lost_its_other_half,
    good_stretches,
    length_of,
    name_the_nameless,
    rows_of,
    unreadable,
)
from workstation.store.schema import MIGRATIONS, refuse_newer, stored_version

_AT = re.compile(r"entry at byte position (\d+)")
_OWN_BOOKS = ("schema_version",)
_ROWS_A_STEP = 8 * GROUP_ROWS

Told = Callable[[str, float], None]
"""Told what is being done, and which share of all is done, 0 … 1."""


class SalvageCancelled(PreflightError):
    """The rescue was cancelled; the store is as it was."""


@dataclass(frozen=True, slots=True)
class TableState:
    """What can be read of one table.

    Attributes:
        table: its name.
        rows: how many there should be, by the store's own count.
        lost: how many of them cannot be read, or are of no use because what belongs to them cannot.
    """

    table: str
    rows: int
    lost: int


@dataclass(frozen=True, slots=True)
class StoreState:
    """What can be read of a store.

    Attributes:
        tables: every table of it; none where it cannot be opened at all.
        why: what keeps it from being opened; empty if nothing does.
        log: what of the log of the last minutes cannot be read, one sentence; empty if all can.
        set_aside: where the damaged file is now; None where nothing was moved.
        nameless: rescued recordings whose entry in the register is lost.
    """

    tables: tuple[TableState, ...]
    why: str = ""
    log: str = ""
    set_aside: Path | None = None
    nameless: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every row can be read."""
        return not (self.why or self.log or self.lost)

    @property
    def rows(self) -> int:
        """Rows that can be read."""
        return sum(table.rows - table.lost for table in self.tables)

    @property
    def lost(self) -> int:
        """Rows that cannot be read."""
        return sum(table.lost for table in self.tables)

    def sentences(self) -> list[str]:
        """What is so, in words for the trader."""
        said = []
        if self.why:
            said.append(f"Nothing of the store can be read: {self.why}")
        elif self.is_whole:
            said.append(f"All {self.rows:,} rows of the store can be read; nothing is damaged.")
        else:
            said.append(f"{self.rows:,} rows of the store can be read, {self.lost:,} cannot.")
        if self.log:
            said.append(self.log)
        said += [
            f"{table.table}: {table.lost:,} of {table.rows:,} rows are lost"
            for table in self.tables
            if table.lost
        ]
        if self.nameless:
            said.append(
                f"Of {self.nameless} recordings it is lost which market they are of: where there were "
                "several, they are kept under the venue “rescued”."
            )
        if self.set_aside is not None:
            said.append(
                f"The damaged file was kept as {self.set_aside.name}; a fresh store stands in its place."
            )
        return said


class Salvage:
    """Reads a store to the last row and makes a fresh one of what can be read; `cancel` ends it anywhere.

    The damaged file is never written to and never deleted: once the fresh store is whole on the disk, it is
    renamed and the fresh one takes its place. A kill before that leaves everything as it was.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = data_dir / STORE_FILE
        self._draft = (
            data_dir / f"{STORE_FILE}.{os.getpid()}.new"
        )  # cleared away at any start if we are killed
        self._cancelled = threading.Event()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._nameless = 0

    def cancel(self) -> None:
        """End as soon as possible; what runs raises `SalvageCancelled`."""
        self._cancelled.set()
        if self._connection is not None:
            self._connection.interrupt()

    def check(self, told: Told) -> StoreState:
        """Read every row and say what cannot be read; nothing is changed.

        Raises:
            SalvageCancelled: `cancel` was called.
            DataDirectoryInUse: another process has the store open.
            StoreForeign: it is none of ours, or of a newer version.
            DataDirectoryError: there is no store.
        """
        try:
            with self._opened() as (connection, log):
                states = self._looked_through(connection, told)
                tables = tuple(each.state for each in states)
                return StoreState(tables, log=log)
        except _Unopenable as error:
            return StoreState((), why=error.why)

    def run(self, now_ms: int, told: Told) -> StoreState:
        """Rescue what can be read, set the damaged file aside and put a fresh store in its place.

        A store that is whole is left as it is.

        Args:
            now_ms: our clock, for the new store and the name of the damaged file.
            told: see `Told`.

        Raises:
            StoreFull: there is no room for a second store.
            SalvageCancelled, DataDirectoryInUse, StoreForeign, DataDirectoryError: see `check`.
        """
        try:
            self._clear_draft()
            try:
                with self._opened() as (connection, log):
                    found = self._looked_through(connection, lambda words, share: told(words, share / 2))
                    state = StoreState(tuple(each.state for each in found), log=log)
                    if state.is_whole:
                        return state
                    self._check_room()
                    create_store(self._draft, now_ms)
                    tables = self._copied(
                        connection, found, lambda words, share: told(words, 0.5 + share / 2)
                    )
                    state = StoreState(tables, log=log)
            except _Unopenable as error:
                state = StoreState((), why=error.why)
                create_store(self._draft, now_ms)
            return StoreState(state.tables, state.why, state.log, self._exchange(now_ms), self._nameless)
        except (OSError, duckdb.Error) as error:
            self._raise_if_cancelled()
            raise store_error(error, self._data_dir, "written") from error
        finally:
            self._clear_draft()

    # Opening what is damaged.

    @contextmanager
    def _opened(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
        """The store, attached for reading as `old`, and what is wrong with its log."""
        if not self._path.exists():
            raise DataDirectoryError(f"There is no tick store in {self._data_dir}.")
        settings = {name: value for name, value in SETTINGS.items() if name != "enable_external_access"}
        connection = duckdb.connect(config=settings)
        self._connection = connection
        try:
            log = self._attach(connection)
            refuse_newer(self._version(connection), MIGRATIONS)
            yield connection, log
        finally:
            self._connection = None
            connection.close()

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> str:
        try:
            _attach(connection, self._path)
            return ""
        except (OSError, duckdb.Error) as error:
            known = store_error(error, self._data_dir, "opened")
            if not isinstance(known, StoreDamaged):
                raise known from error
            if "WAL" not in str(error):
                raise _Unopenable(_plain(error)) from error
            found = _AT.search(str(error))
        # The log holds what came since the last checkpoint: entries before the damage are whole.
        old, log = (
            self._draft.with_name(self._draft.name + "-old"),
            self._path.with_name(STORE_FILE + LOG_SUFFIX),
        )
        _linked(self._path, old)
        if found is not None:
            draft = old.with_name(old.name + LOG_SUFFIX)
            shutil.copyfile(log, draft)
            os.truncate(draft, int(found.group(1)))
            with suppress(duckdb.Error):
                _attach(connection, old)
                share = int(found.group(1)) / max(1, log.stat().st_size)
                return f"Of the log of the last minutes {1 - share:.0%} cannot be read: its end is lost."
            draft.unlink()
        try:
            _attach(connection, old)
        except duckdb.Error as error:
            raise _Unopenable(_plain(error)) from error
        return "The log of the last minutes cannot be read: what came since the last checkpoint is lost."

    def _version(self, connection: duckdb.DuckDBPyConnection) -> int:
        try:
            return stored_version(connection, "old")
        except duckdb.Error:
            return 0  # the page that says so is damaged: what the tables hold decides

    # Reading and copying.

    def _looked_through(self, connection: duckdb.DuckDBPyConnection, told: Told) -> list["_Found"]:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old' ORDER BY table_oid"
            ).fetchall()
            if name not in _OWN_BOOKS
        ]
        lengths = {table: length_of(connection, table) for table in tables}
        whole = sum(lengths.values()) or 1
        done = 0
        found = []
        for table in tables:
            words = f"Reading {table}"
            bad: list[Stretch] = []
            for start in range(0, lengths[table], _ROWS_A_STEP):
                self._raise_if_cancelled()
                told(words, done / whole)
                step = Stretch(start, min(start + _ROWS_A_STEP, lengths[table]))
                bad += unreadable(connection, table, step, self._raise_if_cancelled)
                done += len(step)
            rows = rows_of(connection, table, Stretch(0, lengths[table]))
            lost = sum(rows_of(connection, table, stretch) for stretch in bad)
            found.append(_Found(TableState(table, rows, lost), lengths[table], tuple(bad)))
        return found

    def _copied(
        self,
        connection: duckdb.DuckDBPyConnection,
        found: Sequence["_Found"],
        told: Told,
    ) -> tuple[TableState, ...]:
        connection.execute(f"ATTACH {quoted(str(self._draft))} AS fresh")
        whole = sum(each.length for each in found) or 1
        done = 0
        for each in found:
            table = each.state.table
            known = columns_of(connection, "fresh", table)
            names = ", ".join(name for name in columns_of(connection, "old", table) if name in known)
            for stretch in good_stretches(each.length, each.bad) if names else ():
                for start in range(stretch.start, stretch.end, _ROWS_A_STEP):
                    self._raise_if_cancelled()
                    told(f"Rescuing {table}", done / whole)
                    end = min(start + _ROWS_A_STEP, stretch.end)
                    connection.execute(
                        f"INSERT INTO fresh.{table} ({names}) SELECT {names} FROM old.{table} "
                        f"WHERE rowid >= {start} AND rowid < {end}"
                    )
                    done += end - start
        told("Putting in order", 1.0)
        self._nameless = name_the_nameless(connection)
        damaged = {each.state.table for each in found if each.bad}
        dropped = drop_what_lost_its_other_half(connection, damaged)
        connection.execute("CHECKPOINT fresh")
        connection.execute("DETACH fresh")
        return tuple(
            TableState(table, rows, lost + dropped.get(table, 0))
            for table, rows, lost in ((e.state.table, e.state.rows, e.state.lost) for e in found)
        )

    # The exchange.

    def _exchange(self, now_ms: int) -> Path:
        """Put the fresh store in place of the damaged one, which keeps a name of its own."""
        self._raise_if_cancelled()
        moment = datetime.fromtimestamp(now_ms / 1_000, UTC)
        aside = self._path.with_name(f"{STORE_FILE}.damaged-{moment:%Y%m%d-%H%M%S}")
        log = self._path.with_name(STORE_FILE + LOG_SUFFIX)
        descriptor = os.open(self._draft, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        # There is a store at any moment: a kill in between leaves the damaged one, refused as before.
        try:
            os.link(self._path, aside)
        except OSError:  # a file system without hard links
            os.rename(self._path, aside)
        if log.exists():
            os.rename(log, aside.with_name(aside.name + LOG_SUFFIX))
        os.replace(self._draft, self._path)
        return aside

    def _check_room(self) -> None:
        needed = self._path.stat().st_size
        if shutil.disk_usage(self._data_dir).free < needed + (64 << 20):
            raise StoreFull(
                f"No room beside {self._path} for what can be rescued: free {(needed >> 20) + 64:,} MB first."
            )

    def _clear_draft(self) -> None:
        for leftover in self._data_dir.glob(f"{self._draft.name}*"):
            with suppress(OSError):
                leftover.unlink()

    def _raise_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise SalvageCancelled("Cancelled: the store is as it was.")


@dataclass(frozen=True, slots=True)
class _Found:
    """A table as it was read: its length with the places of deleted rows, and what of that is bad."""

    state: TableState
    length: int
    bad: tuple[Stretch, ...]


class _Unopenable(Exception):
    """Nothing of the file can be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"ATTACH {quoted(str(path))} AS old (READ_ONLY)")


def _linked(path: Path, to: Path) -> None:
    try:
        os.link(path, to)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, to)


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())
