"""The journal's store: one thread writes its SQLite file, and what could not be written is tried again."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from workstation.errors import JournalReadOnly, PreflightError
from workstation.model.journal import ContractTerms, ImportReceipt
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment
from workstation.store.journal_schema import PLACES, OpenJournal, damaged, journal_error, open_journal_file

AGAIN_S = 2.0
"""How long what could not be written waits until it is tried again."""


@dataclass(frozen=True, slots=True)
class Put:
    """A body is kept under a key of a place; None takes it away."""

    place: str
    key: str
    body: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that can be undone.

    Attributes:
        edit_id: counts up.
        time_ms: our clock.
        what: in the trader's words, "Note of TAOUSDT".
        place, key: what was changed: a place of `PLACES`, or "imports".
        before, after: its body; None where there was none.
        is_undone: it was taken back, and can be done again.
    """

    edit_id: int
    time_ms: int
    what: str
    place: str
    key: str
    before: str | None
    after: str | None
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Forget:
    """An edit that was undone cannot be done again, because another one followed."""

    edit_id: int


@dataclass(frozen=True, slots=True)
class Imported:
    """An import with all that was read.

    Attributes:
        receipt: of it.
        fills, fundings: all of the file, also those that were known already.
        contracts: terms of its symbols.
    """

    receipt: ImportReceipt
    fills: tuple[Fill, ...]
    fundings: tuple[FundingPayment, ...]
    contracts: tuple[ContractTerms, ...]


Change = Put | Edit | Forget | Imported
"""What is written, each idempotent: written twice it is there once."""


@dataclass(frozen=True, slots=True)
class JournalContents:
    """All that a journal's file holds.

    Attributes:
        bodies: by place, by key.
        imports: all, also those that were undone.
        edits: in the order they were made.
    """

    bodies: dict[str, dict[str, str]]
    imports: tuple[Imported, ...]
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class _Write:
    changes: tuple[Change, ...]
    done: "Future[None]"


_encoder = msgspec.json.Encoder()
_receipts = msgspec.json.Decoder(ImportReceipt)
_fills = msgspec.json.Decoder(tuple[Fill, ...])
_fundings = msgspec.json.Decoder(tuple[FundingPayment, ...])
_contracts = msgspec.json.Decoder(tuple[ContractTerms, ...])


class JournalStore:
    """The journal's file. Whatever was handed to `write` is written in its order, in whole transactions.

    A write that fails is told in its future and kept; it is tried again every few seconds and when the store
    is closed, so that a full disk costs nothing while the program runs.
    """

    def __init__(self, data_dir: Path, *, read_only: bool = False) -> None:
        """Open the file; see `open_journal_file` for errors."""
        self._data_dir = data_dir
        self._file: OpenJournal = open_journal_file(data_dir, read_only=read_only)
        self._lock = threading.Condition()
        self._waiting: list[_Write] = []
        self._is_closing = False
        self._using = threading.Lock()  # of the connection
        self.trouble = ""
        """Why what was handed over is not on the disk yet; empty while all is."""
        self._thread: threading.Thread | None = None
        if not self.is_read_only:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()

    @property
    def is_read_only(self) -> bool:
        """Whether another process writes this journal."""
        return self._file.sole is None

    def load(self) -> JournalContents:
        """Return all that is there.

        Raises:
            JournalDamaged: a page cannot be read, or what it holds is no record of the journal.
            DataDirectoryError: it cannot be read.
        """
        try:
            with self._using:
                return _loaded(self._file.connection)
        except msgspec.MsgspecError as error:
            raise damaged(self._data_dir, str(error)) from None
        except sqlite3.Error as error:
            raise journal_error(error, self._data_dir) from None

    def data_version(self) -> int:
        """Return a number that is another one after another process has written."""
        with self._using:
            return int(self._file.connection.execute("PRAGMA data_version").fetchone()[0])

    def check(self) -> str:
        """Return what is wrong with the file's pages; empty where nothing is."""
        try:
            with self._using:
                rows = self._file.connection.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.Error as error:
            return str(journal_error(error, self._data_dir))
        return "" if rows == [("ok",)] else str(damaged(self._data_dir, rows[0][0]))

    def write(self, *changes: Change) -> "Future[None]":
        """Write changes in one transaction; the future is done once they are on the disk.

        Raises (in the future):
            StoreFull, DataDirectoryError, JournalDamaged: they are not there yet, and are tried again.

        Raises:
            JournalReadOnly: another process writes this journal.
        """
        if self.is_read_only:
            raise JournalReadOnly(
                "Another Preflight has this journal open: it can be read here, and is changed there."
            )
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()
        with self._lock:
            if self._is_closing:
                raise ValueError("the journal is closed")
            self._waiting.append(_Write(changes, done))
            self._lock.notify()
        return done

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until all that was handed over is written; return whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._waiting, timeout_s)

    def use(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Return what `work` reads from the connection, between two writes."""
        with self._using:
            return work(self._file.connection)

    def close(self) -> None:
        """Write what waits, and release the file. Twice does nothing.

        Raises:
            StoreFull, DataDirectoryError: something could not be written, and is lost.
        """
        with self._lock:
            if self._is_closing:
                return
            self._is_closing = True
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()
        self._file.close()
        if self._waiting:
            raise journal_error(OSError(0, self.trouble), self._data_dir)

    # Below: the journal's thread.

    def _run(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._waiting or self._is_closing)
                is_last, together = self._is_closing, list(self._waiting)
            failed = self._write(together) if together else False
            with self._lock:
                if not failed:
                    del self._waiting[: len(together)]
                    self._lock.notify_all()
                    if self._is_closing and not self._waiting:
                        return
                elif is_last:
                    return
                else:
                    self._lock.wait_for(lambda: self._is_closing, AGAIN_S)

    def _write(self, writes: Sequence[_Write]) -> bool:
        """Write all in one transaction; return whether that failed."""
        connection = self._file.connection
        try:
            with self._using:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    for write in writes:
                        for change in write.changes:
                            _put(connection, change)
                    connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
        except Exception as error:
            told: Exception = journal_error(error, self._data_dir) if _is_of_disk(error) else error
            self.trouble = str(told)
            for write in writes:
                if not write.done.done():
                    write.done.set_exception(told)
            return True
        self.trouble = ""
        for write in writes:
            if not write.done.done():
                write.done.set_result(None)
        return False


def _is_of_disk(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error | OSError) and not isinstance(error, PreflightError)


def _put(connection: sqlite3.Connection, change: Change) -> None:
    if isinstance(change, Put):
        assert change.place in PLACES
        if change.body is None:
            connection.execute(f"DELETE FROM {change.place} WHERE key = ?", (change.key,))
        else:
            connection.execute(
                f"INSERT OR REPLACE INTO {change.place} (key, body) VALUES (?, ?)", (change.key, change.body)
            )
    elif isinstance(change, Edit):
        edit = (change.edit_id, change.time_ms, change.what, change.place, change.key, change.before,
               change.after, change.is_undone)  # fmt: skip
        connection.execute("INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", edit)
    elif isinstance(change, Forget):
        connection.execute("DELETE FROM edits WHERE edit_id = ?", (change.edit_id,))
    else:
        parts = (change.fills, change.fundings, change.contracts)
        row = (str(change.receipt.import_id), _encoder.encode(change.receipt).decode())
        connection.execute(
            "INSERT OR REPLACE INTO imports (key, body, fills, fundings, contracts) VALUES (?, ?, ?, ?, ?)",
            (*row, *map(_encoder.encode, parts)),
        )


def _loaded(connection: sqlite3.Connection) -> JournalContents:
    connection.execute("BEGIN")
    try:
        bodies = {
            place: dict(connection.execute(f"SELECT key, body FROM {place}").fetchall()) for place in PLACES
        }
        imports = tuple(
            Imported(_receipts.decode(body), _fills.decode(a), _fundings.decode(b), _contracts.decode(c))
            for body, a, b, c in connection.execute(
                "SELECT body, fills, fundings, contracts FROM imports ORDER BY CAST(key AS INTEGER)"
            )
        )
        edits = tuple(
            Edit(number, time_ms, what, place, key, before, after, bool(is_undone))
            for number, time_ms, what, place, key, before, after, is_undone in connection.execute(
                "SELECT * FROM edits ORDER BY edit_id"
            )
        )
    finally:
        connection.execute("COMMIT")
    return JournalContents(bodies, imports, edits)
