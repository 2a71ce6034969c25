"""Copies of SQLite files while they are in use, and what is wrong with one that is not."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

from workstation.errors import PreflightError
from workstation.store.ledger_chain import check_chain, check_rows, read_anchor
from workstation.store.ledger_schema import ANCHOR_FILE
from workstation.store.ledger_schema import APPLICATION_ID as LEDGER_ID
from workstation.store.sole_use import SoleUse


class CopyFailed(PreflightError):
    """A database cannot be read; the text says what SQLite says of it."""


_MAGIC = b"SQLite format 3\0"
_ROWS = "SELECT seq, kind, time_ms, body, hash FROM entries ORDER BY seq"


def is_database(path: Path) -> bool:
    """Whether a file is a SQLite database.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes it meanwhile, into a new file of its own.

    Raises:
        CopyFailed: it cannot be read; `target` may be left half written.
        OSError: the target cannot be written.
    """
    try:
        with (
            closing(sqlite3.connect(source.absolute().as_uri() + "?mode=ro", uri=True, timeout=5)) as held,
            closing(sqlite3.connect(target)) as copy,
        ):
            held.backup(copy)
            # One file, with no log beside it, so that its bytes are all there is.
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, "No space left on device") from None
        raise CopyFailed(str(error)) from None


def is_in_use(lock: Path) -> bool:
    """Whether another process holds a lock of ours."""
    try:
        SoleUse(lock).close()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    except sqlite3.Error:
        return False  # a file of that name, and no lock
    return False


def database_trouble(path: Path, *, beside: Path | None = None) -> str:
    """Return what is wrong with a database, one sentence; empty where nothing is.

    Pages are checked, and of a ledger the chain of its entries.

    Args:
        path: a file that nobody writes.
        beside: the folder with the note of the ledger's newest entry; None leaves that out.
    """
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro&immutable=1", uri=True)) as held:
            ((found,),) = held.execute("PRAGMA integrity_check(1)").fetchall()
            if found != "ok":
                return f"Its pages do not hold together ({found})."
            (application,) = held.execute("PRAGMA application_id").fetchone()
            if application != LEDGER_ID:
                return ""
            if beside is not None:
                return check_chain(held, read_anchor(beside / ANCHOR_FILE)).what
            return check_rows(held.execute(_ROWS)).what
    except sqlite3.Error as error:
        return f"It cannot be read ({error})."
