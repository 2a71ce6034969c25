"""The journal's file: its tables as numbered migrations, and how it is opened."""

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from workstation.errors import (
    DataDirectoryError,
    DataDirectoryInUse,
    JournalDamaged,
    PreflightError,
    StoreFull,
)
from workstation.store.sole_use import SoleUse

JOURNAL_FOLDER = "journal"
JOURNAL_FILE = "journal.sqlite"
LOCK_FILE = "journal.lock"
ATTACHMENTS = "attachments"
APPLICATION_ID = 0x50464A4E  # "PFJN", so that no other program's file is taken for a journal

# Laws of the file:
# * What the trader says is JSON under the key of what it is said of; a table for each kind of thing.
# * Every change of a place that can be undone is a row of `edits`, with what was there before and after.
# * What is imported is one row an import, and is never thrown away: to undo it is to mark it.
_JOURNAL_1 = """
CREATE TABLE notes (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE diary (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE missed (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE excursions (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE conditions (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE terms (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE imports (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    fills BLOB NOT NULL,
    fundings BLOB NOT NULL,
    contracts BLOB NOT NULL
) STRICT;
CREATE TABLE edits (
    edit_id INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    place TEXT NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    is_undone INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

_JOURNAL_2 = """
CREATE TABLE shadows (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
"""

_JOURNAL_3 = """
CREATE TABLE starts (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
"""

_JOURNAL_4 = """
CREATE TABLE weeks (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE commitments (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE losses (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE playbook (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
"""

RITUALS = ("weeks", "commitments", "losses", "playbook")
"""Tables of the trader's rituals."""
PLACES = ("notes", "diary", "missed", "excursions", "conditions", "terms", "shadows", "starts", *RITUALS)
"""Tables of a key and a body."""


@dataclass(frozen=True, slots=True)
class JournalMigration:
    """One step from a version of the tables to the next."""

    version: int
    script: str


MIGRATIONS = (
    JournalMigration(1, _JOURNAL_1),
    JournalMigration(2, _JOURNAL_2),
    JournalMigration(3, _JOURNAL_3),
    JournalMigration(4, _JOURNAL_4),
)


@dataclass(frozen=True, slots=True)
class OpenJournal:
    """A journal's file while it is open.

    Attributes:
        connection: for one thread at a time.
        sole: the right to write; None where another process has it.
    """

    connection: sqlite3.Connection
    sole: SoleUse | None

    def close(self) -> None:
        """Release the file."""
        self.connection.close()
        if self.sole is not None:
            self.sole.close()


def open_journal_file(
    data_dir: Path, *, read_only: bool = False, migrations: tuple[JournalMigration, ...] = MIGRATIONS
) -> OpenJournal:
    """Open the journal of a data directory at its newest schema, or make it where there is none.

    Where another process writes it, it is opened to be read. One of an older schema is copied to
    `journal.sqlite.schema<N>.bak` before it is changed.

    Args:
        data_dir: the data directory.
        read_only: do not try to write it.
        migrations: steps of the tables.

    Raises:
        DataDirectoryError: the directory cannot be made, read or written.
        StoreFull: the disk is full.
        JournalDamaged: the file is no journal, is damaged, or is of a newer version. It is left as it is.
    """
    folder = data_dir / JOURNAL_FOLDER
    path = folder / JOURNAL_FILE
    sole: SoleUse | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not read_only:
            try:
                sole = SoleUse(folder / LOCK_FILE)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
        if sole is None and not path.exists():
            raise DataDirectoryInUse(f"{path} is being made by another Preflight: try again in a moment.")
        connection = sqlite3.connect(
            path.absolute().as_uri() + ("?mode=ro" if sole is None else ""),
            uri=True,
            isolation_level=None,
            timeout=2,
            check_same_thread=False,
        )
        try:
            _prepare(connection, path, migrations, may_write=sole is not None)
        except BaseException:
            connection.close()
            raise
    except (OSError, sqlite3.Error) as error:
        if sole is not None:
            sole.close()
        raise journal_error(error, data_dir) from error
    except BaseException:
        if sole is not None:
            sole.close()
        raise
    return OpenJournal(connection, sole)


def journal_error(error: Exception, data_dir: Path) -> PreflightError:
    """Return what SQLite or the system complained of in words that say what to do."""
    path = data_dir / JOURNAL_FOLDER / JOURNAL_FILE
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DataDirectoryInUse(
            f"{path} is open in another Preflight: close it, or choose another --data-dir."
        )
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == 28:
        return StoreFull(
            f"The disk of {path} is full: what was written last is not kept yet. "
            "Free some space; it is tried again."
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return damaged(data_dir, str(error))
    return DataDirectoryError(f"{path} cannot be used: {getattr(error, 'strerror', None) or error}")


def damaged(data_dir: Path, why: str) -> JournalDamaged:
    """Return what to say of a file that does not hold together."""
    path = data_dir / JOURNAL_FOLDER / JOURNAL_FILE
    return JournalDamaged(
        f"{path} is damaged and was left as it is: put a backup in its place (preflight journal restore), or "
        f"move it away to begin a new one ({why})."
    )


def _prepare(
    connection: sqlite3.Connection,
    path: Path,
    migrations: tuple[JournalMigration, ...],
    *,
    may_write: bool,
) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not is_new and application != APPLICATION_ID:
        raise JournalDamaged(f"{path} is a database, but no journal: move it away.")
    if version > migrations[-1].version:
        raise JournalDamaged(f"{path} was written by a newer Preflight: use that one, or another --data-dir.")
    if not may_write:
        if version < migrations[-1].version:
            raise DataDirectoryInUse(f"{path} is being brought up to date by another Preflight: try again.")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    if version == migrations[-1].version:
        return
    if version:
        _back_up(connection, path, version)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for migration in migrations:
            if migration.version > version:
                for statement in migration.script.split(";\n"):
                    if statement.strip():
                        connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {migrations[-1].version}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise StoreFull(f"No room to copy {path} before it is upgraded: free some space.")
    with closing(sqlite3.connect(path.with_name(f"{path.name}.schema{version}.bak"))) as copy:
        connection.backup(copy)
