"""Opening the tick store's file: settings, safe creation, upgrades, and sentences for what goes wrong."""

import os
import shutil
from pathlib import Path

import duckdb

from workstation.errors import (
    DataDirectoryError,
    DataDirectoryInUse,
    PreflightError,
    StoreDamaged,
    StoreFull,
)
from workstation.store.schema import MIGRATIONS, Migration, migrate, stored_version

STORE_FILE = "ticks.duckdb"
LOG_SUFFIX = ".wal"

# Checkpoints come at 128 MB of log (three and a half million rows) or when idle: the default of 16 MB stalls
# writing every few seconds. With 384 MB of memory; a log twice as long or less memory took more processor
# time for the same rows, and a longer log a longer stall.
# Blocks of 64 KiB: a six-minute capture takes 4.4 MB instead of 6.3 MB in blocks of 256 KiB, a longer one a
# tenth less, and reading is no slower.
# No extension is ever fetched or loaded, and no query reads a file outside the store.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "checkpoint_threshold": "128MB",
    "default_block_size": 65_536,
    "memory_limit": "384MB",
    "storage_compatibility_version": "v2.0.0",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}

_FULL = ("no space left", "disk quota exceeded", "not enough space on the disk")
_IN_USE = ("conflicting lock", "could not set lock", "being used by another process")
_UNREACHABLE = (
    "permission denied",
    "access is denied",
    "read-only file system",
    "not a directory",
    "is a directory",
    "no such file",
    "file exists",
)


def store_error(error: Exception, data_dir: Path, doing: str) -> PreflightError:
    """What a database or file error means to the trader, as one sentence.

    Args:
        error: what DuckDB or the operating system raised.
        data_dir: the directory the store lives in.
        doing: "opened", "written" or "read".
    """
    if isinstance(error, PreflightError):
        return error
    if isinstance(error, FileExistsError | NotADirectoryError):
        return DataDirectoryError(f"The data directory {data_dir} is not a directory: choose another.")
    detail = " ".join(str(error).split())
    if isinstance(error, OSError) and error.strerror:
        detail = error.strerror
    text = detail.lower()
    if any(words in text for words in _FULL):
        return StoreFull(
            f"The disk of {data_dir} is full: free some space; all that was stored before is kept."
        )
    if any(words in text for words in _IN_USE):
        return DataDirectoryInUse(
            f"Another Preflight has {data_dir} open: close it or choose another data directory."
        )
    if isinstance(error, OSError) or any(words in text for words in _UNREACHABLE):
        return DataDirectoryError(f"The data directory {data_dir} cannot be {doing}: {detail}")
    if doing == "written":
        return DataDirectoryError(f"The tick store in {data_dir} took no more rows: {detail}")
    return StoreDamaged(
        f"The tick store {data_dir / STORE_FILE} is damaged and was left as it is: rescue what can be read "
        f"with `preflight store salvage`, or choose another data directory ({detail})"
    )


def open_database(
    data_dir: Path, now_ms: int, migrations: tuple[Migration, ...] = MIGRATIONS
) -> duckdb.DuckDBPyConnection:
    """Open the store's file at its newest schema; make the directory and the file where they are missing.

    A file of an older schema is copied to `ticks.duckdb.schema<N>.bak` before it is changed.

    Raises:
        DataDirectoryError: the directory cannot be made, read or written.
        DataDirectoryInUse: another process has the store open.
        StoreFull: no room for a new store, or for the copy before an upgrade.
        StoreDamaged: the file is damaged.
        StoreForeign: the file is not a tick store, or is of a newer version.
    """
    path = data_dir / STORE_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path, now_ms, migrations)
        connection = duckdb.connect(str(path), config=SETTINGS)
        try:
            for leftover in data_dir.glob(f"{STORE_FILE}.*.new*"):
                leftover.unlink()
            if 0 < stored_version(connection) < migrations[-1].version:
                connection = _backed_up(connection, path)
            migrate(connection, now_ms, migrations)
        except BaseException:
            connection.close()
            raise
    except (OSError, duckdb.Error) as error:
        raise store_error(error, data_dir, "opened") from error
    return connection


def open_to_read(data_dir: Path, now_ms: int, writes_to: Path) -> duckdb.DuckDBPyConnection:
    """Open an existing store without changing it, for queries that write files into one directory.

    A store of an older schema is upgraded first.

    Args:
        writes_to: the only place outside the store that a query may write to.

    Raises:
        DataDirectoryError: there is no store, or it cannot be read.
        DataDirectoryInUse: another process has it open.
        StoreDamaged: see `open_database`.
    """
    path = data_dir / STORE_FILE
    if not path.exists():
        raise DataDirectoryError(f"There is no tick store in {data_dir}: nothing has been recorded there.")
    settings = {name: value for name, value in SETTINGS.items() if name != "enable_external_access"}
    try:
        connection = duckdb.connect(str(path), read_only=True, config=settings)
        if stored_version(connection) != MIGRATIONS[-1].version:
            connection.close()
            open_database(data_dir, now_ms).close()
            connection = duckdb.connect(str(path), read_only=True, config=settings)
        connection.execute(f"SET allowed_directories = [{quoted(str(writes_to.absolute()) + os.sep)}]")
        connection.execute("SET enable_external_access = false")
    except (OSError, duckdb.Error) as error:
        raise store_error(error, data_dir, "opened") from error
    return connection


def create_store(path: Path, now_ms: int, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Make an empty store under a name that is free; where that fails, nothing is left.

    Raises:
        OSError, duckdb.Error: it cannot be made.
    """
    try:
        connection = duckdb.connect(str(path), config=SETTINGS)
        try:
            migrate(connection, now_ms, migrations)
        finally:
            connection.close()
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def quoted(text: str) -> str:
    """Text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _create(path: Path, now_ms: int, migrations: tuple[Migration, ...]) -> None:
    # Built under another name and moved into place: a kill half way leaves no file that does not open.
    if path.with_name(path.name + LOG_SUFFIX).exists():
        raise StoreDamaged(
            f"{path} is missing but its log {path.name}{LOG_SUFFIX} is there: "
            "put the store back or move the log away."
        )
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    create_store(new, now_ms, migrations)
    try:
        os.link(new, path)  # unlike a rename it never replaces a store that another process made meanwhile
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.rename(new, path)
        return
    new.unlink()


def _backed_up(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyConnection:
    version = stored_version(connection)
    backup = path.with_name(f"{path.name}.schema{version}.bak")
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise StoreFull(
            f"No room to copy {path} before it is upgraded: free {2 * path.stat().st_size >> 20} MB."
        )
    connection.execute("CHECKPOINT")  # the copy must not need the log
    connection.close()
    shutil.copy2(path, backup)
    return duckdb.connect(str(path), config=SETTINGS)
