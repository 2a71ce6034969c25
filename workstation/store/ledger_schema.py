"""The ledger's file: its tables as numbered migrations, its views, and how it is opened."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

from workstation.errors import (
    DataDirectoryError,
    DataDirectoryInUse,
    LedgerDamaged,
    PreflightError,
    StoreFull,
)
from workstation.store.ledger_chain import KINDS
from workstation.store.sole_use import SoleUse

LEDGER_FILE = "ledger.sqlite"
ANCHOR_FILE = "ledger.head"
LOCK_FILE = "ledger.lock"
APPLICATION_ID = 0x50464C47  # "PFLG", so that no other program's file is taken for a ledger

# Laws of the file:
# * There is one table and rows are only added. What a record says lies in `body`, as canonical JSON; each
#   kind of record is a view over it, so there is no second copy that could say otherwise.
# * Decimals are text in there, because Decimal("0.10") must come back as it was.
# * Fills and funding are unique by what identifies them at the venue: the same news taken twice is kept once.
# * REPLACE would delete rows without asking a DELETE trigger; `entries_only_follow` stops it before that.
_LEDGER_1 = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_kind ON entries (kind, seq);
CREATE UNIQUE INDEX fill_once ON entries (
    json_extract(body, '$.venue'), json_extract(body, '$.symbol'), json_extract(body, '$.trade_id'),
    json_extract(body, '$.side')) WHERE kind = 'fill';
CREATE UNIQUE INDEX funding_once ON entries (
    json_extract(body, '$.venue'), json_extract(body, '$.symbol'), json_extract(body, '$.event_ms'))
    WHERE kind = 'funding';
CREATE UNIQUE INDEX approval_once ON entries (json_extract(body, '$.client_order_id'))
    WHERE kind = 'approval';
CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
CREATE TRIGGER entries_never_leave BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END;
CREATE TRIGGER entries_only_follow BEFORE INSERT ON entries
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
    BEGIN SELECT RAISE(ABORT, 'an entry follows the newest one'); END;
"""

# Payments have kinds: a liquidation may be paid for in the very millisecond of a settlement.
_LEDGER_2 = """
DROP INDEX funding_once;
CREATE UNIQUE INDEX funding_once ON entries (
    json_extract(body, '$.venue'), json_extract(body, '$.symbol'), json_extract(body, '$.event_ms'),
    coalesce(json_extract(body, '$.kind'), 'funding')) WHERE kind = 'funding';
"""


@dataclass(frozen=True, slots=True)
class LedgerMigration:
    """One step from a version of the tables to the next."""

    version: int
    script: str


MIGRATIONS = (LedgerMigration(1, _LEDGER_1), LedgerMigration(2, _LEDGER_2))


class _WritableLedger(sqlite3.Connection):
    """A ledger's file together with the right to write it: two desks would trade one account twice."""

    sole: SoleUse | None = None

    def close(self) -> None:
        super().close()
        if self.sole is not None:
            self.sole.close()


def open_ledger_file(
    data_dir: Path, migrations: tuple[LedgerMigration, ...] = MIGRATIONS
) -> sqlite3.Connection:
    """Open a ledger at its newest schema for one thread alone; make what is missing.

    Others may read it meanwhile (`workstation.store.ledger_reader`), nobody else may write it.
    A ledger of an older schema is copied to `ledger.sqlite.schema<N>.bak` before it is changed.

    Raises:
        DataDirectoryError: the directory cannot be made, read or written.
        DataDirectoryInUse: another process has the ledger open.
        StoreFull: the disk is full.
        LedgerDamaged: the file is no ledger, is damaged, or is of a newer version. It is left as it is.
    """
    path = data_dir / LEDGER_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        sole = SoleUse(data_dir / LOCK_FILE)
        try:
            # The caller sees to it that one thread uses it at a time.
            connection = sqlite3.connect(
                path, isolation_level=None, timeout=2, check_same_thread=False, factory=_WritableLedger
            )
        except BaseException:
            sole.close()
            raise
        connection.sole = sole
        try:
            _prepare(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise ledger_error(error, data_dir) from error
    return connection


def ledger_error(error: Exception, data_dir: Path) -> PreflightError:
    """Return what SQLite or the system complained of in words that say what to do."""
    path = data_dir / LEDGER_FILE
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DataDirectoryInUse(
            f"{path} is open in another Preflight: close it, or choose another --data-dir."
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"The disk of {path} is full: nothing can be written down, so no order can leave.")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return LedgerDamaged(f"{path} is damaged: move it away and put a copy back ({error}).")
    return DataDirectoryError(f"{path} cannot be used: {getattr(error, 'strerror', None) or error}")


def _prepare(connection: sqlite3.Connection, path: Path, migrations: tuple[LedgerMigration, ...]) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not is_new and application != APPLICATION_ID:
        raise LedgerDamaged(f"{path} is a database, but no ledger: move it away.")
    if version > migrations[-1].version:
        raise LedgerDamaged(f"{path} was written by a newer Preflight: use that one, or another --data-dir.")
    if 0 < version < migrations[-1].version:
        _back_up(connection, path, version)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for migration in migrations:
            if migration.version > version:
                for statement in _statements(migration.script):
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {migrations[-1].version}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        _make_views(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """Cut a script into statements: executescript would commit before it, and a migration is one step."""
    statements, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if part.strip() and sqlite3.complete_statement(part):
            statements.append(part)
            part = ""
    return statements


def _make_views(connection: sqlite3.Connection) -> None:
    """Make one view a kind of record, a column a field; those of an older version are replaced."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
    held = dict(connection.execute(query).fetchall())
    for kind, record_type in KINDS.items():
        name = f"{kind}_view"
        columns = ", ".join(
            f"json_extract(body, '$.{field.name}') AS \"{field.name}\"" for field in fields(record_type)
        )
        sql = f"CREATE VIEW {name} AS SELECT seq, time_ms, {columns} FROM entries WHERE kind = '{kind}'"
        if held.get(name) != sql:
            connection.execute(f"DROP VIEW IF EXISTS {name}")
            connection.execute(sql)


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise StoreFull(f"No room to copy {path} before it is upgraded: free some space.")
    with closing(sqlite3.connect(path.with_name(f"{path.name}.schema{version}.bak"))) as copy:
        connection.backup(copy)
