"""Reads a ledger while a desk writes it: what is new since the last look, proven by the chain of hashes."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workstation.errors import LedgerDamaged
from workstation.model.ledger import LedgerEntry
from workstation.store.ledger_chain import KIND_OF, START, decode, entry_hash
from workstation.store.ledger_schema import APPLICATION_ID, LEDGER_FILE, ledger_error

_FRESH_NS = 1_000_000_000
_Row = tuple[int, str, int, str, bytes]


@dataclass(frozen=True, slots=True)
class NewEntries:
    """What a look at a ledger found.

    Attributes:
        entries: of the kinds asked for, in their order.
        is_anew: the file is another than before: this is all of it, and what was read earlier is void.
    """

    entries: tuple[LedgerEntry, ...]
    is_anew: bool = False


class LedgerReader:
    """Looks at one ledger, again and again, without ever holding up who writes it.

    The file is open only while it is read, so that the desk finds it alone when it ends.
    """

    def __init__(self, folder: Path, kinds: Sequence[type]) -> None:
        """Look at the ledger in `folder` for records of these kinds."""
        self._folder = folder
        self._path = folder / LEDGER_FILE
        self._names = frozenset(KIND_OF[kind] for kind in kinds)
        self._seq, self._head = 0, START
        self._stamp: tuple[int, ...] = ()
        self.trouble = ""
        """What is wrong with the chain, one sentence; entries that can be read are told all the same."""

    def look(self) -> NewEntries:
        """Return what was written since the last look; nothing where the file is as it was.

        Raises:
            DataDirectoryError, LedgerDamaged: the file cannot be read.
        """
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return NewEntries(())
        is_written = bool(stamp[2])
        try:
            with closing(self._open(is_written=is_written)) as connection:
                rows = _rows(connection, self._seq)
                # Continued only if the newest entry that is known is still there, as it was.
                goes_on = not self._seq or bool(rows and rows[0][0] == self._seq and rows[0][4] == self._head)
                if not goes_on:
                    rows = _rows(connection, 0)
        except sqlite3.Error as error:
            raise ledger_error(error, self._folder) from None
        if not is_written and self._stamp_now() != stamp:
            return NewEntries(())  # a desk began to write it meanwhile: the next look sees all
        # A file changed only just now may be changed again without another time: look once more.
        newest = max(stamp[1], stamp[3])
        self._stamp = stamp if time.time_ns() - newest > _FRESH_NS else ()
        is_anew = not goes_on
        if is_anew:
            self._seq, self._head, self.trouble = 0, START, ""
        elif self._seq:
            rows = rows[1:]
        return NewEntries(self._proven(rows), is_anew)

    def _stamp_now(self) -> tuple[int, ...]:
        """Size and time of the file, then of its log; zeros where there is none."""
        stamp: list[int] = []
        for path in (self._path, self._path.with_name(f"{LEDGER_FILE}-wal")):
            try:
                status = path.stat()
            except OSError:
                stamp += (0, 0)
            else:
                stamp += (status.st_size, status.st_mtime_ns)
        return tuple(stamp)

    def _open(self, *, is_written: bool) -> sqlite3.Connection:
        # Without a log nobody writes: then SQLite need not make one, which it would leave behind.
        mode = "?mode=ro" if is_written else "?immutable=1"
        uri = self._path.absolute().as_uri() + mode
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=0.5, check_same_thread=False
        )
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application not in (APPLICATION_ID, 0):  # 0: it is just being made
                raise LedgerDamaged(f"{self._path} is a database, but no ledger: move it away.")
        except BaseException:
            connection.close()
            raise
        return connection

    def _proven(self, rows: Sequence[_Row]) -> tuple[LedgerEntry, ...]:
        """Follow the chain over what is new; return the entries asked for, also those after a break."""
        found = []
        for seq, kind, time_ms, body, held in rows:
            if not self.trouble:
                if seq != self._seq + 1:
                    self.trouble = f"Entry {self._seq + 1} is missing: after {self._seq} comes {seq}."
                elif entry_hash(self._head, seq, kind, time_ms, body) != held:
                    self.trouble = (
                        f"Entry {seq} ({kind}) is not what was written, or the one before it is not."
                    )
            self._seq, self._head = seq, held
            if kind in self._names:
                try:
                    found.append(LedgerEntry(seq, time_ms, decode(seq, kind, body)))
                except LedgerDamaged as error:
                    self.trouble = self.trouble or str(error)
        return tuple(found)


def _rows(connection: sqlite3.Connection, from_seq: int) -> list[_Row]:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone():
        return []
    query = "SELECT seq, kind, time_ms, body, hash FROM entries WHERE seq >= ? ORDER BY seq"
    return connection.execute(query, (from_seq,)).fetchall()
