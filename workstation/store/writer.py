"""The one thread that writes the tick store: a queue of writes, each a transaction, and of calls."""

import logging
import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from workstation.errors import PreflightError, StoreFull
from workstation.store.opening import LOG_SUFFIX, STORE_FILE, store_error
from workstation.store.rows import Columns
from workstation.store.schema import TICK_TABLES

log = logging.getLogger(__name__)

IDLE_CHECKPOINT_S = 5.0
MOST_ROWS_TOGETHER = 50_000
"""Writes that wait behind one another become one transaction until it has so many rows.

Together with a recorder's largest write that stays below about one DuckDB row group and a half: longer
transactions reach the file early, are written again at the next checkpoint, and leave holes behind.
"""

Result = TypeVar("Result")
Stored = Mapping[str, int]
"""Rows written, by table."""


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[], Stored]
    rows: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes into a write together with the parts queued right behind it."""

    content: Any
    work: Callable[[Sequence[Any]], Stored]
    rows: int


class _Call:
    """Something to be done by the writer thread while another thread waits for it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self.done: Future[object] = Future()

    def run(self) -> None:
        try:
            self.done.set_result(self._work())
        except Exception as error:
            self.done.set_exception(error)


class StoreWriter:
    """Runs writes in the order they were queued, each whole or not at all.

    The first write that fails ends writing for good, so that no later rows follow a hole; its error is
    raised by every `put` and `call` after it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, data_dir: Path, free_space_floor: int) -> None:
        """Own `connection` from now on; `free_space_floor` bytes of the disk are never used."""
        self.connection = connection
        """For the writer thread alone: for the work that it is given."""
        self._data_dir = data_dir
        self._floor = free_space_floor
        self._tasks: queue.SimpleQueue[_Write | _Part | _Call | None] = queue.SimpleQueue()
        self._ahead: list[_Write | _Call | None] = []  # taken from the queue and not done yet
        self._changed = threading.Condition()  # guards the four below
        self._queued_rows = 0
        self._committed_rows = dict.fromkeys(TICK_TABLES, 0)
        self._error: PreflightError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="tick store", daemon=True)
        self._thread.start()

    def put(self, rows: int, work: Callable[[], Stored]) -> None:
        """Queue a write of `rows` rows; `work` makes its own transaction and tells what it wrote.

        Raises:
            StoreFull, DataDirectoryError: an earlier write failed; nothing of this one is kept.
            ValueError: the store is closed.
        """
        with self._changed:
            self._check()
            self._queued_rows += rows
            self._tasks.put(_Write(work, rows))

    def put_part(self, rows: int, content: Any, work: Callable[[Sequence[Any]], Stored]) -> None:
        """Queue a write that may be made together with those queued before and behind it.

        A transaction costs some milliseconds however small it is: what many markets bring at a time must not
        be as many transactions.

        Args:
            rows: in it.
            content: what is to be written.
            work: the same for all parts: writes the contents of several in one transaction.

        Raises:
            StoreFull, DataDirectoryError, ValueError: as `put`.
        """
        with self._changed:
            self._check()
            self._queued_rows += rows
            self._tasks.put(_Part(content, work, rows))

    def call(self, work: Callable[[], Result]) -> Result:
        """Have `work` done after all that is queued and return what it returns.

        An error of `work` is its caller's: it does not end writing.

        Raises:
            StoreFull, DataDirectoryError: an earlier write failed, or this one.
            ValueError: the store is closed.
        """

        def unless_failed() -> Result:
            if self._error is not None:
                raise self._error
            return work()

        call = _Call(unless_failed)
        with self._changed:
            self._check()
            self._tasks.put(call)
        try:
            return call.done.result()  # type: ignore[return-value]
        except (OSError, duckdb.Error) as error:
            raise store_error(error, self._data_dir, "written") from error

    def wait_until_below(self, rows: int) -> None:
        """Wait until at most `rows` rows are queued."""
        with self._changed:
            self._changed.wait_for(lambda: self._queued_rows <= rows)

    @property
    def queued_rows(self) -> int:
        """Rows queued and not yet committed."""
        return self._queued_rows

    @property
    def committed_rows(self) -> dict[str, int]:
        """Rows committed, by table."""
        with self._changed:
            return dict(self._committed_rows)

    def close(self) -> bool:
        """Do what is queued, checkpoint, and end the thread; False if that was done before."""
        with self._changed:
            if self._closed:
                return False
            self._closed = True
            self._tasks.put(None)
        self._thread.join()
        return True

    def bytes_free(self) -> int:
        """Free space on the disk."""
        return shutil.disk_usage(self._data_dir).free

    def bytes_on_disk(self) -> int:
        """Size of the store's file and of its log."""
        return _size(self._data_dir / STORE_FILE) + self.log_size()

    def log_size(self) -> int:
        """Size of the store's log."""
        return _size(self._data_dir / (STORE_FILE + LOG_SUFFIX))

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
        if self._closed:
            raise ValueError("the tick store is closed")

    # Below: for the writer thread.

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside, or nothing of it."""
        self.connection.begin()
        try:
            yield
            self.connection.commit()
        except BaseException:
            try:
                self.connection.rollback()
            except duckdb.Error:
                log.exception("the tick store could not roll back; it is whole when it is next opened")
            raise

    @contextmanager
    def new_rows(self, columns: Columns) -> Iterator[None]:
        """Let statements inside read `columns` as the table `new_rows`."""
        self.connection.register("new_rows", columns)
        yield
        # Not after a failure: until the transaction is rolled back nothing else can be done.
        self.connection.unregister("new_rows")

    def insert(self, table: str, columns: Columns) -> None:
        """Append rows of recordings; `recording_id` is one of the columns."""
        names = ", ".join(columns)
        with self.new_rows(columns):
            self.connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new_rows")

    def make_room(self, nbytes: int) -> None:
        """See to it that so many bytes can be written and checkpointed.

        A disk that fills up during a checkpoint invalidates the database until it is reopened, so there is
        always room for these rows and for a checkpoint of the whole log above the floor.

        Raises:
            StoreFull: there is no such room.
        """
        if self.bytes_free() >= nbytes + self.log_size() + self._floor:
            return
        self.checkpoint()
        if self.bytes_free() < nbytes + self.log_size() + self._floor:
            raise StoreFull(
                f"The disk of {self._data_dir} is nearly full ({self.bytes_free() >> 20} MB left): nothing "
                "more is recorded, what was stored is kept. Free some space and start again."
            )

    def checkpoint(self) -> None:
        """Move the log into the file, if there is room for that and no reader holds it up."""
        if self._error is not None or not self.log_size():
            return
        if self.bytes_free() < self.log_size() + self._floor:
            log.warning("no checkpoint: %d MB free in %s", self.bytes_free() >> 20, self._data_dir)
            return
        try:
            self.connection.execute("CHECKPOINT")
        except duckdb.TransactionException:
            pass  # a reader holds it up; the log keeps everything until the next one
        except duckdb.Error:
            log.exception("tick store: checkpoint")

    def _run(self) -> None:
        while True:
            try:
                task = self._ahead.pop() if self._ahead else self._tasks.get(timeout=IDLE_CHECKPOINT_S)
            except queue.Empty:
                self.checkpoint()
                continue
            if task is None:
                break
            if isinstance(task, _Call):
                task.run()
            elif isinstance(task, _Part):
                self._do_together(self._with_those_behind(task))
            else:
                self._do(task)
        self.checkpoint()
        try:
            self.connection.close()
        except duckdb.Error:
            log.exception("closing the tick store")

    def _with_those_behind(self, first: _Part) -> list[_Part]:
        """A part and those that wait right behind it."""
        parts, rows = [first], first.rows
        while rows < MOST_ROWS_TOGETHER:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if not isinstance(task, _Part):
                self._ahead.append(task)
                break
            parts.append(task)
            rows += task.rows
        return parts

    def _do_together(self, parts: Sequence[_Part]) -> None:
        """Write parts in one transaction; where that fails, each in its own, up to the one that cannot be."""

        def work() -> Stored:
            return parts[0].work([part.content for part in parts])

        rows = sum(part.rows for part in parts)
        if len(parts) == 1:
            self._do(_Write(work, rows))
            return
        try:
            stored = work() if self._error is None else {}
        except Exception as error:
            log.debug("tick store: %d writes together: %s", len(parts), error)
            for part in parts:
                self._do_together([part])
        else:
            self._do(_Write(lambda: stored, rows))

    def _do(self, task: _Write) -> None:
        stored: Stored = {}
        failure: PreflightError | None = None
        if self._error is None:
            try:
                stored = task.work()
            except Exception as error:  # whatever it was, no later rows may follow the hole it left
                failure = store_error(error, self._data_dir, "written")
                log.error("tick store: %s", failure, exc_info=error)
        with self._changed:
            self._error = failure or self._error
            self._queued_rows -= task.rows
            for table, rows in stored.items():
                self._committed_rows[table] = self._committed_rows.get(table, 0) + rows
            self._changed.notify_all()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
