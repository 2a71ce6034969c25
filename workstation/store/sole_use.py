"""Who may write a file: the one process that holds a lock beside it, which ends with the process."""

import sqlite3
from contextlib import suppress
from pathlib import Path

# A database that is never written to: SQLite locks its file in the way of each system, and the system takes
# the lock away when the process ends, however it ends. Unlike SQLite's own exclusive mode on the file that
# is guarded, this leaves it open to readers.


class SoleUse:
    """Held by one process until it is closed."""

    def __init__(self, path: Path) -> None:
        """Take the lock, an empty file that is made where there is none.

        Raises:
            sqlite3.OperationalError: with SQLITE_BUSY where another has it; or it cannot be made.
        """
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0.5, check_same_thread=False)
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let others in. Twice does nothing."""
        with suppress(sqlite3.Error):
            self._connection.rollback()
        self._connection.close()
