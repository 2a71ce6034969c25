"""The ledger: one thread owns its SQLite file; a record is on the disk before its future is done."""

import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from workstation.errors import DataDirectoryError
from workstation.model.ledger import LedgerEntry, LedgerRecord
from workstation.runtime.clock import Clock, SystemClock
from workstation.store.ledger_chain import (
    KIND_OF,
    START,
    ChainCheck,
    check_chain,
    decode,
    encode,
    entry_hash,
    export_rows,
    read_anchor,
    write_anchor,
)
from workstation.store.ledger_schema import ANCHOR_FILE, ledger_error, open_ledger_file

Result = TypeVar("Result")

_ROWS = "SELECT seq, kind, time_ms, body, hash FROM entries"
_MOST_TOGETHER = 200  # appends that wait behind one another share a transaction, and its wait for the disk


@dataclass(frozen=True, slots=True)
class _Append:
    time_ms: int
    rows: tuple[tuple[str, str], ...]
    done: "Future[int]"


@dataclass(frozen=True, slots=True)
class _Call:
    work: Callable[[], Any]
    done: "Future[Any]"


def open_ledger(data_dir: Path, *, clock: Clock | None = None) -> "SqliteLedger":
    """Open the ledger of a data directory, or make it where there is none.

    Raises:
        DataDirectoryError, DataDirectoryInUse, StoreFull, LedgerDamaged: see `open_ledger_file`.
    """
    return SqliteLedger(open_ledger_file(data_dir), data_dir, clock or SystemClock())


class SqliteLedger:
    """`workstation.ports.Ledger` in a SQLite file: write-ahead log, every commit waits for the disk.

    A kill at any moment leaves the entries whose futures were done, and perhaps the ones after them, in whole
    transactions. A failed write leaves nothing of itself behind and does not end writing: with room on the
    disk again the next one succeeds.
    """

    def __init__(self, connection: sqlite3.Connection, data_dir: Path, clock: Clock) -> None:
        self._connection = connection  # the ledger thread's alone from here on
        self._data_dir = data_dir
        self._clock = clock
        self._tasks: queue.SimpleQueue[_Append | _Call | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards the order of `_closed` and the queue
        self._closed = False
        self._seq, self._head = _newest(connection)
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    @property
    def data_dir(self) -> Path:
        """The directory that the ledger is in."""
        return self._data_dir

    def append(self, *records: LedgerRecord) -> "Future[int]":
        """Write records in one transaction; the future holds the newest seq once they are on the disk.

        A fill or a funding payment that is there already is left out, not written twice. The future cannot
        be cancelled: what was handed over is written, whoever still waits for it.

        Raises (in the future):
            StoreFull, DataDirectoryError: nothing of it was written.
        """
        done: Future[int] = Future()
        done.set_running_or_notify_cancel()
        self._put(_Append(self._clock.now_ms(), tuple(map(encode, records)), done))
        return done

    def entries(self, *kinds: type, from_seq: int = 1) -> Sequence[LedgerEntry]:
        """Return entries of these kinds (all, if none is named) in the order they were written.

        Raises:
            LedgerDamaged: an entry cannot be read.
        """
        names = [KIND_OF[kind] for kind in kinds] or list(KIND_OF.values())
        marks = ",".join("?" * len(names))
        query = f"{_ROWS} WHERE seq >= ? AND kind IN ({marks}) ORDER BY seq"
        rows = self._call(lambda: self._connection.execute(query, (from_seq, *names)).fetchall())
        return [LedgerEntry(seq, time_ms, decode(seq, kind, body)) for seq, kind, time_ms, body, _ in rows]

    def check(self) -> ChainCheck:
        """Check the whole chain against its hashes, its guards and the head noted when it was last closed."""
        anchor = read_anchor(self._data_dir / ANCHOR_FILE)
        return self._call(lambda: check_chain(self._connection, anchor))

    def export(self, target: Path) -> int:
        """Write every entry with its hash as a line of JSON into a new file; return how many.

        Raises:
            DataDirectoryError: the file is there already, or cannot be written.
        """
        try:
            with target.open("xb") as file:
                rows = self._call(lambda: self._connection.execute(f"{_ROWS} ORDER BY seq").fetchall())
                file.writelines(export_rows(rows))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DataDirectoryError(f"{target} cannot be written: {error.strerror}") from None
        return len(rows)

    def close(self) -> None:
        """Write what is queued, note the newest entry beside the file, and release it. Twice does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._tasks.put(None)
        self._thread.join()
        with suppress(OSError):  # a missing anchor is only one check less
            write_anchor(self._data_dir / ANCHOR_FILE, self._seq, self._head)
        self._connection.close()

    def __enter__(self) -> "SqliteLedger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, task: _Append | _Call) -> None:
        with self._lock:
            if self._closed:
                raise ValueError("the ledger is closed")
            self._tasks.put(task)

    def _call(self, work: Callable[[], Result]) -> Result:
        """Have `work` done on the ledger's thread after all that is queued, and return what it returns."""
        done: Future[Result] = Future()
        self._put(_Call(work, done))
        try:
            return done.result()
        except sqlite3.Error as error:
            raise ledger_error(error, self._data_dir) from error

    # Below: the ledger's thread.

    def _run(self) -> None:
        task = self._tasks.get()
        while task is not None:
            if isinstance(task, _Call):
                try:
                    task.done.set_result(task.work())
                except Exception as error:
                    task.done.set_exception(error)
                task = self._tasks.get()
            else:
                task = self._write_with_those_behind(task)

    def _write_with_those_behind(self, first: _Append) -> _Append | _Call | None:
        """Write an append together with those that wait right behind it; return what comes after them."""
        together, following = [first], None
        while len(together) < _MOST_TOGETHER and not self._tasks.empty():
            following = self._tasks.get()
            if not isinstance(following, _Append):
                self._write(together)
                return following
            together.append(following)
        self._write(together)
        return self._tasks.get()

    def _write(self, appends: Sequence[_Append]) -> None:
        """Write appends in one transaction and then say so; if it fails, none of them was written."""
        connection, seq, head = self._connection, self._seq, self._head
        newest: list[int] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for append in appends:
                for kind, body in append.rows:
                    if self._is_known(kind, body):
                        continue
                    seq += 1
                    head = entry_hash(head, seq, kind, append.time_ms, body)
                    row = (seq, append.time_ms, kind, body, head)
                    connection.execute(
                        "INSERT INTO entries (seq, time_ms, kind, body, hash) VALUES (?, ?, ?, ?, ?)", row
                    )
                newest.append(seq)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            if len(appends) > 1:  # the fault may be one append's alone
                for append in appends:
                    self._write([append])
                return
            appends[0].done.set_exception(ledger_error(error, self._data_dir))
            return
        self._seq, self._head = seq, head
        for append, written in zip(appends, newest, strict=True):
            append.done.set_result(written)

    def _is_known(self, kind: str, body: str) -> bool:
        """Whether a fill or a funding payment is there already."""
        keys: tuple[str, ...]
        if kind == "fill":
            keys = ("venue", "symbol", "trade_id", "side")
        elif kind == "funding":
            keys = ("venue", "symbol", "event_ms", "kind")
        else:
            return False
        same = " AND ".join(f"{_field('body', key)} = {_field('?1', key)}" for key in keys)
        query = f"SELECT 1 FROM entries WHERE kind = '{kind}' AND {same}"
        return self._connection.execute(query, (body,)).fetchone() is not None


def _field(body: str, key: str) -> str:
    """A field of a body; payments written before there were kinds are of funding."""
    extracted = f"json_extract({body}, '$.{key}')"
    return f"coalesce({extracted}, 'funding')" if key == "kind" else extracted


def _newest(connection: sqlite3.Connection) -> tuple[int, bytes]:
    row = connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, START) if row is None else (int(row[0]), bytes(row[1]))
