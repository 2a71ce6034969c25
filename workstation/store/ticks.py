"""The DuckDB tick store: one thread owns the writing connection, others hand it rows or read by cursor."""

import atexit
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.model.columns import MarketBatch, Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.feed_history import FeedChange, FeedDelays
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns, KnownDepth, Pin, Recording, RecordingNews
from workstation.runtime.clock import Clock, SystemClock
from workstation.store import depth_levels, feed_history, outside, past, pruning
from workstation.store.depth_runs import after, joined
from workstation.store.history import DuckHistory
from workstation.store.news_rows import news_rows
from workstation.store.opening import open_database, store_error
from workstation.store.recordings import (
    add_recording,
    close_recording,
    find_recording,
    newest_recording_id,
    note_committed,
    open_again,
)
from workstation.store.rows import Columns, depth_rows, joined_columns, of_recording, rows_of, tables_of
from workstation.store.writer import Stored, StoreWriter

FREE_SPACE_FLOOR = 64 << 20
"""Bytes left free on the disk at all times: ticks stop first, the journal and the desk keep room to live."""

_Series = tuple[int, int, float, int]
"""Recording, bucket, bin size and bins: depth columns that belong together."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What one `write` was given."""

    recording_id: int
    batches: Sequence[MarketBatch]
    depth: Sequence[DepthColumns]
    news: Sequence[RecordingNews]


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
        StoreDamaged: the file is damaged. It is left as it is.
        StoreForeign: the file is not a tick store, or of a newer version. It is left as it is.
    """
    clock = SystemClock() if clock is None else clock
    connection = open_database(data_dir, clock.now_ms())
    try:
        return DuckTickStore(connection, data_dir, clock, free_space_floor)
    except duckdb.Error as error:
        connection.close()
        raise store_error(error, data_dir, "opened") from error


class DuckTickStore:
    """`workstation.ports.TickStore` in a DuckDB file.

    Every `write` is committed whole: messages, the news that came with them and the recording's new
    `committed_seq`; writes that wait behind one another become one transaction. After a kill a recording is
    exactly the messages up to its `committed_seq`. The first failure ends writing for good, so that no later
    rows follow a hole; it is raised by every call after it.

    Depth columns are stored once: a column that does not start after the newest stored one of the same
    recording, bucket, bin size and bin count is left out. Columns of another bin size are a series of their
    own beside the first.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, data_dir: Path, clock: Clock, free_space_floor: int
    ) -> None:
        self._root = connection  # only ever asked for cursors, one thread at a time
        self._root_lock = threading.Lock()
        self._data_dir = data_dir
        self._clock = clock
        self._newest_id = newest_recording_id(connection)
        self._newest_column: dict[_Series, int] = {}  # both: writer thread alone
        self._known: set[int] = set()  # recordings whose newest columns are in there
        self._writer = StoreWriter(connection.cursor(), data_dir, free_space_floor)
        self._open: set[int] = set()  # left by the writer thread once the end is committed
        atexit.register(self.close)  # what is queued is stored even when the program ends without closing

    # Recordings.

    def open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        """Start a recording, or take up the one with this identity, venue and symbol where it ended.

        A recording that was once read to its end stays complete.
        """
        return self._writer.call(lambda: self._open_recording(identity, source, instrument))

    def next_part(self, recording: Recording, source: str) -> Recording:
        """Close a recording and go on in a new one, the next part of the same session, without waiting.

        Raises:
            StoreFull, DataDirectoryError: an earlier write failed.
        """
        recording_id = self._new_id()
        following = Recording(
            recording_id,
            recording.identity,
            recording.instrument,
            committed_seq=-1,
            complete=False,
            part=recording.part + 1,
        )
        now_ms = self._clock.now_ms()
        self._writer.put(0, lambda: self._begin_part(recording.recording_id, following, source, now_ms))
        self._open.add(recording_id)
        return following

    def write(
        self,
        recording_id: int,
        batches: Sequence[MarketBatch],
        depth: Sequence[DepthColumns],
        news: Sequence[RecordingNews] = (),
    ) -> None:
        """Queue rows to be committed in one transaction with the newest `last_seq` of `batches`.

        Returns at once; the arrays must not change afterwards. Prices and sizes must be numbers: NaN is
        refused by the tables and ends writing.

        Raises:
            StoreFull, DataDirectoryError: an earlier write failed; nothing of this one is kept.
            ValueError: the store is closed.
        """
        rows = rows_of(batches) + sum(len(columns) for columns in depth) + len(news)
        self._writer.put_part(rows, _Rows(recording_id, batches, depth, news), self._insert)

    def wait_until_below(self, rows: int) -> None:
        """Wait until at most `rows` rows are queued: what keeps a full-speed replay from filling memory."""
        self._writer.wait_until_below(rows)

    def end_recording(self, recording_id: int) -> None:
        """Queue the end of a recording that was recorded as long as was asked for."""
        now_ms = self._clock.now_ms()
        self._writer.put(0, lambda: self._close_recording(recording_id, now_ms, complete=True))

    def finish_recording(self, recording_id: int, *, complete: bool) -> None:
        """Wait until all queued rows are committed and mark how and when the recording ended.

        Args:
            complete: the source was read to its end.

        Raises:
            StoreFull, DataDirectoryError: a write failed; what was committed before it is kept.
        """
        now_ms = self._clock.now_ms()
        self._writer.call(lambda: self._close_recording(recording_id, now_ms, complete=complete))

    @property
    def data_dir(self) -> Path:
        """The directory that the store is in."""
        return self._data_dir

    @property
    def open_recordings(self) -> frozenset[int]:
        """Recordings that are being written; any other that has not ended was killed."""
        return frozenset(self._open)

    # The past of a market, told by its venue.

    def put_candles(self, venue: str, symbol: str, timeframe_ms: int, candles: Records, source: int) -> None:
        """Queue rows of CANDLE; one from a source of lower rank never takes the place of a higher one.

        Args:
            source: rank, see `workstation.market.candle_merge`.
        """
        work = partial(past.put_candles, self._writer, venue, symbol, timeframe_ms, candles, source)
        self._writer.put(len(candles), work)

    def put_funding(self, settlements: Sequence[FundingSettlement]) -> None:
        """Queue settled funding; what is stored already is left as it is."""
        self._writer.put(len(settlements), partial(past.put_funding, self._writer, settlements))

    def put_open_interest(self, period_ms: int, samples: Sequence[OpenInterest]) -> None:
        """Queue samples of open interest; what is stored already is left as it is."""
        self._writer.put(len(samples), partial(past.put_open_interest, self._writer, period_ms, samples))

    def put_long_short(self, period_ms: int, samples: Sequence[LongShortRatio]) -> None:
        """Queue long/short ratios; what is stored already is left as it is."""
        self._writer.put(len(samples), partial(past.put_long_short, self._writer, period_ms, samples))

    def cover(
        self, venue: str, symbol: str, kind: HistoryKind, timeframe_ms: int, from_ms: int, to_ms: int
    ) -> None:
        """Note that from_ms ≤ time < to_ms of a series is stored and need not be asked for again."""
        work = partial(past.cover, self._writer, venue, symbol, kind, timeframe_ms, from_ms, to_ms)
        self._writer.put(0, work)

    def put_outside(
        self, key: str, times: npt.NDArray[np.int64], values: npt.NDArray[np.float64], fetched_ms: int
    ) -> None:
        """Queue values of a series from outside; the newest word on a moment stands."""
        work = partial(outside.put_outside, self._writer, key, times, values, fetched_ms)
        self._writer.put(len(times), work)

    def put_feed_history(
        self,
        venue: str,
        started_ms: int,
        seen_ms: int,
        changes: Sequence[FeedChange],
        delays: Sequence[FeedDelays],
    ) -> None:
        """Queue that the run of listening that began then had come so far, and what happened in it."""
        work = partial(
            feed_history.put_feed_history, self._writer, venue, started_ms, seen_ms, changes, delays
        )
        self._writer.put(1 + len(changes) + len(delays), work)

    # What is kept.

    def end_killed(self, recording_id: int, ended_ms: int) -> None:
        """Note when a recording that was killed ended, our clock."""
        self._writer.call(lambda: self._close_recording(recording_id, ended_ms, complete=False))

    def put_depth_levels(
        self, recording_id: int, levels: Sequence[DepthColumns], known: Sequence[KnownDepth], to_ms: int
    ) -> None:
        """Keep coarser columns of a recording, and its stretches without a gap, up to `to_ms`."""
        work = partial(depth_levels.put_depth_levels, self._writer, recording_id, levels, known, to_ms)
        self._writer.call(work)

    def pin(self, *pins: Pin) -> None:
        """Keep what lies in stretches of venue time for ever, until `unpin` with the same reason."""
        self._writer.call(lambda: pruning.add_pins(self._writer, pins))

    def unpin(self, reason: str) -> None:
        """End every pin of this reason."""
        self._writer.call(lambda: pruning.remove_pins(self._writer, reason))

    def drop(self, recording_id: int, group: str) -> int:
        """Delete a group of tables' rows of one recording, in short steps between other writes; return rows.

        Raises:
            ValueError: the recording is being written.
        """
        if recording_id in self._open:
            raise ValueError(f"recording {recording_id} is being written")
        return self._in_steps(pruning.drop_steps(self._writer, recording_id, group))

    def drop_past(self, table: str, before_ms: int) -> int:
        """Delete rows of a table of the past that are older than `before_ms`; return how many."""
        return self._in_steps(pruning.drop_past_steps(self._writer, table, before_ms))

    def drop_past_of(self, venue: str) -> None:
        """Delete all of a venue's past, and forget that it was covered."""
        self._writer.call(lambda: pruning.drop_past_of(self._writer, venue))

    def drop_feed_history(self, before_ms: int) -> int:
        """Delete how data arrived in runs of listening that ended before a moment; return rows."""
        return self._writer.call(lambda: feed_history.drop_feed_history(self._writer, before_ms))

    def checkpoint(self) -> None:
        """Move the log into the file and give deleted rows' space back for new ones."""
        self._writer.call(self._writer.checkpoint)

    # Figures, readers, end.

    @property
    def queued_rows(self) -> int:
        """Rows handed over and not yet committed."""
        return self._writer.queued_rows

    @property
    def committed_rows(self) -> dict[str, int]:
        """Rows committed by this process, by table."""
        return self._writer.committed_rows

    def bytes_on_disk(self) -> int:
        """Size of the store's file and of its log."""
        return self._writer.bytes_on_disk()

    def bytes_free(self) -> int:
        """Free space on the disk that the store is on."""
        return self._writer.bytes_free()

    def history(self) -> DuckHistory:
        """A reader with its own cursor; close it before the store, whose file stays locked until then."""
        with self._root_lock:
            return DuckHistory(self._root.cursor(), self._data_dir)

    def close(self) -> None:
        """Commit what is queued, checkpoint, and release the file. A second call does nothing."""
        if not self._writer.close():
            return
        atexit.unregister(self.close)
        with self._root_lock:
            self._root.close()

    def __enter__(self) -> "DuckTickStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _in_steps(self, steps: Iterator[Callable[[], int]]) -> int:
        return sum(self._writer.call(step) for step in steps)

    def _new_id(self) -> int:
        with self._root_lock:
            self._newest_id += 1
            return self._newest_id

    # Below: the writer thread.

    def _insert(self, parts: Sequence[_Rows]) -> Stored:
        """Commit what was queued for one or many recordings, each table's rows in one statement."""
        tables: dict[str, list[Columns]] = {}
        stored: dict[str, int] = {}
        newest_column = dict(self._newest_column)
        newest_seq: dict[int, int] = {}
        for part in parts:
            writes = [*tables_of(part.batches).items(), *news_rows(part.news).items()]
            for table, columns in writes:
                stored[table] = stored.get(table, 0) + len(next(iter(columns.values())))
            for fresh in self._new_depth(part.recording_id, part.depth, newest_column):
                stored["depth_columns"] = stored.get("depth_columns", 0) + len(fresh)
                writes.append(("depth_columns", depth_rows(fresh)))
            for table, columns in writes:
                tables.setdefault(table, []).append(of_recording(part.recording_id, columns))
            last_seq = max((batch.last_seq for batch in part.batches), default=-1)
            newest_seq[part.recording_id] = max(last_seq, newest_seq.get(part.recording_id, -1))
        whole = {table: joined_columns(some) for table, some in tables.items()}
        self._writer.make_room(sum(array.nbytes for rows in whole.values() for array in rows.values()))
        with self._writer.transaction():
            for table, columns in whole.items():
                self._writer.insert(table, columns)
            note_committed(self._writer.connection, newest_seq)
        self._newest_column = newest_column
        return stored

    def _new_depth(
        self, recording_id: int, depth: Sequence[DepthColumns], newest: dict[_Series, int]
    ) -> Iterator[DepthColumns]:
        """The depth columns of a write that are not stored yet, together by series; `newest` is moved on."""
        parts: dict[_Series, list[DepthColumns]] = {}
        if depth and recording_id not in self._known:
            self._load_newest_columns(recording_id, newest)
        for columns in depth:
            series = (recording_id, columns.bucket_ms, columns.bin_size, columns.cells.shape[1])
            fresh = after(columns, newest.get(series, -1))
            if len(fresh):
                newest[series] = int(fresh.start_ms[-1])
                parts.setdefault(series, []).append(fresh)
        for fresh_parts in parts.values():
            yield joined(fresh_parts)

    def _open_recording(self, identity: str, source: str, instrument: Instrument) -> Recording:
        found = find_recording(self._writer.connection, identity, instrument)
        if found is not None:
            self._open.add(found.recording_id)
            with self._writer.transaction():
                open_again(self._writer.connection, found.recording_id)
            return found
        self._writer.make_room(0)
        recording = Recording(self._new_id(), identity, instrument, committed_seq=-1, complete=False)
        self._open.add(recording.recording_id)
        with self._writer.transaction():
            add_recording(self._writer.connection, recording, source, self._clock.now_ms())
        return recording

    def _begin_part(self, finished_id: int, following: Recording, source: str, now_ms: int) -> Stored:
        self._writer.make_room(0)
        with self._writer.transaction():
            close_recording(self._writer.connection, finished_id, now_ms, complete=True)
            add_recording(self._writer.connection, following, source, now_ms)
        self._forget(finished_id)
        return {}

    def _close_recording(self, recording_id: int, ended_ms: int, *, complete: bool) -> Stored:
        with self._writer.transaction():
            close_recording(self._writer.connection, recording_id, ended_ms, complete=complete)
        self._forget(recording_id)
        return {}

    def _load_newest_columns(self, recording_id: int, newest: dict[_Series, int]) -> None:
        for bucket_ms, bin_size, bins, last_ms in self._writer.connection.execute(
            "SELECT bucket_ms, bin_size, bins, max(last_ms) FROM depth_columns "
            "WHERE recording_id = ? GROUP BY ALL",
            [recording_id],
        ).fetchall():
            newest[(recording_id, bucket_ms, bin_size, bins)] = last_ms
        self._known.add(recording_id)

    def _forget(self, recording_id: int) -> None:
        self._open.discard(recording_id)
        self._known.discard(recording_id)
        for series in [series for series in self._newest_column if series[0] == recording_id]:
            del self._newest_column[series]
