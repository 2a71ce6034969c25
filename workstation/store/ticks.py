"""The DuckDB tick store: one thread owns the writing connection, others hand it rows or read by cursor."""

import atexit
import logging
import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import duckdb

from workstation.errors import PreflightError, StoreFull
from workstation.model.columns import MarketBatch
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns, Recording
from workstation.runtime.clock import Clock, SystemClock
from workstation.store.depth_runs import after, joined
from workstation.store.history import DuckHistory
from workstation.store.opening import LOG_SUFFIX, STORE_FILE, open_database, store_error
from workstation.store.recordings import add_recording, find_recording
from workstation.store.rows import Columns, depth_rows, rows_of, tables_of
from workstation.store.schema import TICK_TABLES

log = logging.getLogger(__name__)

FREE_SPACE_FLOOR = 64 << 20
"""Bytes left free on the disk at all times: ticks stop first, the journal and the desk keep room to live."""

IDLE_CHECKPOINT_S = 5.0

Result = TypeVar("Result")

_Series = tuple[int, int, float, int]
"""Recording, bucket, bin size and bins: depth columns that belong together."""


@dataclass(frozen=True, slots=True)
class _Write:
    recording_id: int
    batches: Sequence[MarketBatch]
    depth: Sequence[DepthColumns]
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


def open_store(
    data_dir: Path, *, clock: Clock | None = None, free_space_floor: int = FREE_SPACE_FLOOR
) -> "DuckTickStore":
    """Open the tick store of a data directory, or make it where there is none.

    Args:
        data_dir: where `ticks.duckdb` lives; made if missing.
        clock: stamps new recordings; the machine's clock by default.
        free_space_floor: bytes of the disk that are never used.

    Raises:
        DataDirectoryError: the directory cannot be made, read or written.
        DataDirectoryInUse: another process has the store open.
        StoreFull: no room for a new store.
        StoreDamaged: the file is damaged, not a tick store, or of a newer version. It is left as it is.
    """
    clock = SystemClock() if clock is None else clock
    return DuckTickStore(open_database(data_dir, clock.now_ms()), data_dir, clock, free_space_floor)


class DuckTickStore:
    """`workstation.ports.TickStore` in a DuckDB file.

    Every `write` is one transaction holding whole messages and the recording's new `committed_seq`: after a
    kill a recording is exactly the messages up to its `committed_seq`. The first failure ends writing for
    good, so that no later rows follow a hole; it is raised by every call after it.

    Depth columns are stored once: a column that does not start after the newest stored one of the same
    recording, bucket, bin size and bin count is left out. Columns of another bin size are a series of their
    own beside the first.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, data_dir: Path, clock: Clock, free_space_floor: int
    ) -> None:
        self._root = connection  # only ever asked for cursors, one thread at a time
        self._root_lock = threading.Lock()
        self._writer = connection.cursor()  # used by the writer thread alone
        self._data_dir = data_dir
        self._clock = clock
        self._floor = free_space_floor
        self._tasks: queue.SimpleQueue[_Write | _Call | None] = queue.SimpleQueue()
        self._changed = threading.Condition()  # guards the four below
        self._queued_rows = 0
        self._committed_rows = dict.fromkeys(TICK_TABLES, 0)
        self._error: PreflightError | None = None
        self._closed = False
        self._newest_column: dict[_Series, int] = {}  # writer thread alone
        self._thread = threading.Thread(target=self._run, name="tick store", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # what is queued is stored even when the program ends without closing

    def open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        """Start a recording, or take up the one with this identity, venue and symbol where it ended.

        A recording that was once read to its end stays complete.
        """
        return self._call(lambda: self._open_recording(identity, source, instrument))

    def write(self, recording_id: int, batches: Sequence[MarketBatch], depth: Sequence[DepthColumns]) -> None:
        """Queue rows to be committed in one transaction with the newest `last_seq` of `batches`.

        Returns at once; the arrays must not change afterwards. Prices and sizes must be numbers: NaN is
        refused by the tables and ends writing.

        Raises:
            StoreFull, DataDirectoryError: an earlier write failed; nothing of this one is kept.
            ValueError: the store is closed.
        """
        rows = rows_of(batches) + sum(len(columns) for columns in depth)
        with self._changed:
            self._check()
            self._queued_rows += rows
            self._tasks.put(_Write(recording_id, batches, depth, rows))

    def wait_until_below(self, rows: int) -> None:
        """Wait until at most `rows` rows are queued: what keeps a full-speed replay from filling memory."""
        with self._changed:
            self._changed.wait_for(lambda: self._queued_rows <= rows)

    def finish_recording(self, recording_id: int, *, complete: bool) -> None:
        """Wait until all queued rows are committed and mark how the recording ended.

        Raises:
            StoreFull, DataDirectoryError: a write failed; what was committed before it is kept.
        """
        self._call(lambda: self._finish_recording(recording_id, complete))

    @property
    def queued_rows(self) -> int:
        """Rows handed over and not yet committed."""
        return self._queued_rows

    @property
    def committed_rows(self) -> dict[str, int]:
        """Rows committed by this process, by table."""
        with self._changed:
            return dict(self._committed_rows)

    def bytes_on_disk(self) -> int:
        """Size of the store's file and of its log."""
        return self._file_size() + self._log_size()

    def bytes_free(self) -> int:
        """Free space on the disk that the store is on."""
        return self._free()

    def history(self) -> DuckHistory:
        """A reader with its own cursor; close it before the store, whose file stays locked until then."""
        with self._root_lock:
            return DuckHistory(self._root.cursor(), self._data_dir)

    def close(self) -> None:
        """Commit what is queued, checkpoint, and release the file. A second call does nothing."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._tasks.put(None)
        self._thread.join()
        atexit.unregister(self.close)
        with self._root_lock:
            self._root.close()

    def __enter__(self) -> "DuckTickStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
        if self._closed:
            raise ValueError("the tick store is closed")

    def _call(self, work: Callable[[], Result]) -> Result:
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

    # Below: the writer thread.

    def _run(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=IDLE_CHECKPOINT_S)
            except queue.Empty:
                self._checkpoint()
                continue
            if task is None:
                break
            if isinstance(task, _Call):
                task.run()
            else:
                self._commit(task)
        self._checkpoint()
        try:
            self._writer.close()
        except duckdb.Error:
            log.exception("closing the tick store")

    def _commit(self, task: _Write) -> None:
        stored: dict[str, int] = {}
        failure: PreflightError | None = None
        if self._error is None:
            try:
                stored = self._insert(task)
            except Exception as error:  # whatever it was, no later rows may follow the hole it left
                failure = store_error(error, self._data_dir, "written")
                log.error("tick store: %s", failure, exc_info=error)
        with self._changed:
            self._error = failure or self._error
            self._queued_rows -= task.rows
            for table, rows in stored.items():
                self._committed_rows[table] += rows
            self._changed.notify_all()

    def _insert(self, task: _Write) -> dict[str, int]:
        tables = tables_of(task.batches)
        writes = list(tables.items())
        stored = {table: len(next(iter(columns.values()))) for table, columns in writes}
        newest: dict[_Series, int] = {}
        for series, columns in self._new_depth(task):
            newest[series] = int(columns.start_ms[-1])
            stored["depth_columns"] = stored.get("depth_columns", 0) + len(columns)
            writes.append(("depth_columns", depth_rows(columns)))
        self._make_room(sum(array.nbytes for _, columns in writes for array in columns.values()))
        last_seq = max((batch.last_seq for batch in task.batches), default=-1)
        with self._transaction():
            for table, rows in writes:
                self._insert_columns(table, task.recording_id, rows)
            self._writer.execute(
                "UPDATE recordings SET committed_seq = ? WHERE recording_id = ? AND committed_seq < ?",
                [last_seq, task.recording_id, last_seq],
            )
        self._newest_column.update(newest)
        return stored

    def _new_depth(self, task: _Write) -> Iterator[tuple[_Series, DepthColumns]]:
        """The depth columns of a write that are not stored yet, together by series."""
        parts: dict[_Series, list[DepthColumns]] = {}
        newest = dict(self._newest_column)
        for columns in task.depth:
            series = (task.recording_id, columns.bucket_ms, columns.bin_size, columns.cells.shape[1])
            fresh = after(columns, newest.get(series, -1))
            if len(fresh):
                newest[series] = int(fresh.start_ms[-1])
                parts.setdefault(series, []).append(fresh)
        for series, fresh_parts in parts.items():
            yield series, joined(fresh_parts)

    def _insert_columns(self, table: str, recording_id: int, columns: Columns) -> None:
        names = ", ".join(columns)
        self._writer.register("new_rows", columns)
        self._writer.execute(
            f"INSERT INTO {table} (recording_id, {names}) SELECT {recording_id:d}, {names} FROM new_rows"
        )
        self._writer.unregister("new_rows")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._writer.begin()
        try:
            yield
            self._writer.commit()
        except BaseException:
            try:
                self._writer.rollback()
            except duckdb.Error:
                log.exception("the tick store could not roll back; it is whole when it is next opened")
            raise

    def _make_room(self, nbytes: int) -> None:
        # A disk that fills up during a checkpoint invalidates the database until it is reopened, so there is
        # always room for these rows and for a checkpoint of the whole log above the floor.
        if self._free() >= nbytes + self._log_size() + self._floor:
            return
        self._checkpoint()
        if self._free() < nbytes + self._log_size() + self._floor:
            raise StoreFull(
                f"The disk of {self._data_dir} is nearly full ({self._free() >> 20} MB left): nothing "
                "more is recorded, what was stored is kept. Free some space and start again."
            )

    def _checkpoint(self) -> None:
        if self._error is not None or not self._log_size():
            return
        if self._free() < self._log_size() + self._floor:
            log.warning("no checkpoint: %d MB free in %s", self._free() >> 20, self._data_dir)
            return
        try:
            self._writer.execute("CHECKPOINT")
        except duckdb.TransactionException:
            pass  # a reader holds it up; the log keeps everything until the next one
        except duckdb.Error:
            log.exception("tick store: checkpoint")

    def _open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        found = find_recording(self._writer, identity, instrument)
        if found is not None:
            self._load_newest_columns(found.recording_id)
            return found
        self._make_room(0)
        with self._transaction():
            return add_recording(self._writer, identity, source, instrument, self._clock.now_ms())

    def _load_newest_columns(self, recording_id: int) -> None:
        for bucket_ms, bin_size, bins, newest in self._writer.execute(
            "SELECT bucket_ms, bin_size, bins, max(last_ms) FROM depth_columns "
            "WHERE recording_id = ? GROUP BY ALL",
            [recording_id],
        ).fetchall():
            self._newest_column[(recording_id, bucket_ms, bin_size, bins)] = newest

    def _finish_recording(self, recording_id: int, complete: bool) -> None:
        self._writer.execute(
            "UPDATE recordings SET complete = complete OR ? WHERE recording_id = ?", [complete, recording_id]
        )

    def _free(self) -> int:
        return shutil.disk_usage(self._data_dir).free

    def _file_size(self) -> int:
        path = self._data_dir / STORE_FILE
        return path.stat().st_size if path.exists() else 0

    def _log_size(self) -> int:
        path = self._data_dir / (STORE_FILE + LOG_SUFFIX)
        return path.stat().st_size if path.exists() else 0
