"""Reading the tick store back: each reader has its own cursor and sees every commit made before it asks."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import numpy as np
import numpy.typing as npt

from workstation.errors import StoreDamaged
from workstation.market.ranges import Range
from workstation.model.basis import BasisMinutes
from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch, Records
from workstation.model.derivatives import LongShortRatio, OpenInterest
from workstation.model.feed_history import FeedRecord
from workstation.model.history import FundingSettlement, HistoryKind
from workstation.model.liquidity import BookCoverage, LiquidityMinutes
from workstation.ports import DepthColumns, KeptPart, KnownDepth, Pin, Recording
from workstation.store import basis, depth_levels, feed_history, liquidity, moments, outside, past, pruning
from workstation.store.depth_runs import between, joined, unpacked
from workstation.store.liquidity_cache import DAY_MS, keep_day, kept_day
from workstation.store.news_rows import load_news, load_values
from workstation.store.opening import store_error
from workstation.store.recordings import load_recording, load_recordings
from workstation.store.rows import (
    LEVEL_COLUMNS,
    MESSAGE_COLUMNS,
    QUOTE_COLUMNS,
    TRADE_COLUMNS,
)
from workstation.store.schema import TICK_TABLES
from workstation.store.trade_sums import load_clusters, load_last_trades

MESSAGES_PER_WINDOW = 50_000
"""Book messages whose headers are in memory at a time while a book is read back."""

Result = TypeVar("Result")
News = TypeVar("News")


class DuckHistory:
    """`workstation.ports.History` over one cursor; calls from several threads wait for one another.

    Rows come in the order they were inserted, which for a recording is the order received; that order is
    checked on every read.

    Raises (every method): StoreDamaged when the file cannot be read or holds less than it should.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, data_dir: Path) -> None:
        self._cursor = cursor
        self._data_dir = data_dir
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give the cursor back; the store's file can be released once all readers have."""
        with self._lock:
            self._cursor.close()

    def recordings(self) -> Sequence[Recording]:
        """Every recording, oldest first."""
        return self._read(load_recordings)

    def row_counts(self, recording_id: int) -> dict[str, int]:
        """Rows of a recording by table."""
        counts = " UNION ALL ".join(
            f"SELECT '{table}', {'coalesce(sum(columns), 0)' if table == 'depth_columns' else 'count(*)'} "
            f"FROM {table} WHERE recording_id = {recording_id:d}"
            for table in TICK_TABLES
        )
        found = dict(self._read(lambda cursor: cursor.execute(counts).fetchall()))
        return {table: int(found[table]) for table in TICK_TABLES}

    def trades(self, recording_id: int, from_seq: int, to_seq: int) -> Records:
        """Rows of TRADE with from_seq ≤ seq < to_seq, in order."""
        return self._records(TRADE, TRADE_COLUMNS, "trades", recording_id, from_seq, to_seq)

    def quotes(self, recording_id: int, from_seq: int, to_seq: int) -> Records:
        """Rows of QUOTE with from_seq ≤ seq < to_seq, in order."""
        return self._records(QUOTE, QUOTE_COLUMNS, "quotes", recording_id, from_seq, to_seq)

    def news(self, recording_id: int, kind: type[News]) -> list[News]:
        """Everything of one kind (MarkPrice, FundingRate …) that came, in order."""
        found = self._read(lambda cursor: load_news(cursor, recording_id, kind))
        return cast(list[News], found)

    def news_values(
        self, kind: type, names: Sequence[str], venue: str, symbol: str, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.float64]]]:
        """Figures of one kind of news in from_ms ≤ venue's time < to_ms, out of every recording."""
        return self._read(lambda cursor: load_values(cursor, kind, names, venue, symbol, from_ms, to_ms))

    def book_batches(
        self, recording_id: int, to_seq: int, rows_per_batch: int = 200_000, from_seq: int = 0
    ) -> Iterator[MarketBatch]:
        """Snapshots and depth updates with from_seq ≤ seq < to_seq as batches in the order received.

        A batch holds whole messages: at least one, and no more levels than `rows_per_batch` unless a single
        message has more. What is committed after the first batch is asked for is not seen.
        """
        recording = self._read(lambda cursor: load_recording(cursor, recording_id))
        if recording is None:
            return
        end = min(to_seq, recording.committed_seq + 1)
        start = from_seq
        while start < end:
            updates, start_of_next = self._messages(recording_id, start, end)
            for first, last in _cuts(updates["levels"], rows_per_batch):
                part = updates[first:last]
                yield MarketBatch(
                    venue=recording.instrument.venue,
                    symbol=recording.instrument.symbol,
                    updates=part,
                    levels=self._levels(recording_id, part),
                    last_seq=int(part["seq"][-1]),
                )
            start = start_of_next

    def depth_columns(
        self, recording_id: int, bucket_ms: int, from_ms: int, to_ms: int
    ) -> DepthColumns | None:
        """Stored depth columns with from_ms ≤ start < to_ms, oldest first; None where there are none.

        Where several bin sizes were stored for this bucket: the one that reaches furthest, of equals the
        finest.
        """
        where = (
            f"recording_id = {recording_id:d} AND bucket_ms = {bucket_ms:d} "
            f"AND last_ms >= {from_ms:d} AND first_ms < {to_ms:d}"
        )
        return self._depth(where, bucket_ms, from_ms, to_ms)

    def last_depth_column(self, recording_id: int, bucket_ms: int) -> DepthColumns | None:
        """The newest stored depth column of a recording, alone; None where there is none."""
        of_recording = f"recording_id = {recording_id:d} AND bucket_ms = {bucket_ms:d}"
        ((newest,),) = self._read(
            lambda cursor: cursor.execute(
                f"SELECT max(last_ms) FROM depth_columns WHERE {of_recording}"
            ).fetchall()
        )
        if newest is None:
            return None
        return self._depth(f"{of_recording} AND last_ms = {newest:d}", bucket_ms, newest, newest + 1)

    def depth_series(self, recording_id: int, bucket_ms: int, from_ms: int, to_ms: int) -> list[DepthColumns]:
        """Stored depth columns with from_ms ≤ start < to_ms by bin size, each oldest first."""
        return self._unpack(
            lambda cursor: depth_levels.load_series(cursor, recording_id, bucket_ms, from_ms, to_ms)
        )

    def depth_level(
        self, venue: str, symbol: str, bucket_ms: int, step: int, from_ms: int, to_ms: int
    ) -> list[DepthColumns]:
        """Columns of `step` base buckets with from_ms ≤ start < to_ms, of all recordings of a market.

        They are by recording and bin size, older recordings first, and each oldest first. What has not been
        made coarser yet is made so here, by the same law.
        """
        market = venue, symbol
        return self._unpack(
            lambda cursor: depth_levels.load_level(cursor, market, bucket_ms, step, from_ms, to_ms)
        )

    def depth_known(self, venue: str, symbol: str, bucket_ms: int) -> list[KnownDepth]:
        """Every stretch of a market's stored depth, oldest recording first."""
        return self._unpack(lambda cursor: depth_levels.load_known(cursor, (venue, symbol), bucket_ms))

    def uncoarsened_depth(self, bucket_ms: int) -> list[tuple[int, int, int]]:
        """(recording, from_ms, to_ms) of stored base columns that are in no coarser level yet."""
        return self._read(lambda cursor: depth_levels.uncoarsened_depth(cursor, bucket_ms))

    def trade_clusters(
        self, venue: str, symbol: str, time_step_ms: int, price_step: float, from_ms: int, to_ms: int
    ) -> npt.NDArray[np.float64]:
        """Stored trades with from_ms ≤ time < to_ms summed by side over a lattice of times and prices.

        Returns:
            (n, 4): means of time (UTC ms) and price weighted by size, taker's side, summed size.
        """
        return self._read(
            lambda cursor: load_clusters(cursor, (venue, symbol), time_step_ms, price_step, from_ms, to_ms)
        )

    def last_trades(
        self, venue: str, symbol: str, step_ms: int, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Times and prices of the last trade of each step with from_ms ≤ time < to_ms, oldest first."""
        return self._read(lambda cursor: load_last_trades(cursor, (venue, symbol), step_ms, from_ms, to_ms))

    def last_received_ns(self, recording_id: int) -> int:
        """Our clock at the newest message stored of a recording; 0 where there is none."""
        newest = " UNION ALL ".join(
            f"SELECT max(recv_ns) AS ns FROM {table} WHERE recording_id = {recording_id:d}"
            for table in ("trades", "quotes", "depth_updates", "snapshots")
        )
        ((found,),) = self._read(lambda cursor: cursor.execute(f"SELECT max(ns) FROM ({newest})").fetchall())
        return int(found or 0)

    def _depth(self, where: str, bucket_ms: int, from_ms: int, to_ms: int) -> DepthColumns | None:
        series = self._read(
            lambda cursor: cursor.execute(
                f"SELECT bin_size, bins FROM depth_columns WHERE {where} "
                "GROUP BY ALL ORDER BY max(last_ms) DESC, bin_size, bins DESC LIMIT 1"
            ).fetchall()
        )
        if not series:
            return None
        ((bin_size, bins),) = series
        rows = self._columns(
            f"SELECT columns, packed FROM depth_columns WHERE {where} AND bin_size = ? AND bins = {bins:d}",
            [bin_size],
        )
        try:
            parts = [
                unpacked(packed, bucket_ms, bin_size, int(columns), bins)
                for columns, packed in zip(rows["columns"], rows["packed"], strict=True)
            ]
        except ValueError as error:
            raise store_error(error, self._data_dir, "read") from error
        depth = between(joined(parts), from_ms, to_ms)
        self._check(bool(np.all(np.diff(depth.start_ms) > 0)))
        return depth if len(depth) else None

    # The past of a market, told by its venue.

    def candles(self, venue: str, symbol: str, timeframe_ms: int, from_ms: int, to_ms: int) -> past.Candles:
        """Stored candles that open in from_ms ≤ time < to_ms, oldest first, and the source of each."""
        return self._read(
            lambda cursor: past.load_candles(cursor, venue, symbol, timeframe_ms, from_ms, to_ms)
        )

    def funding(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> list[FundingSettlement]:
        """Funding settled in from_ms ≤ time < to_ms, oldest first."""
        return self._read(lambda cursor: past.load_funding(cursor, venue, symbol, from_ms, to_ms))

    def open_interest(
        self, venue: str, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> list[OpenInterest]:
        """Samples of open interest as the venue told them in from_ms ≤ time < to_ms, oldest first."""
        return self._read(
            lambda cursor: past.load_open_interest(cursor, venue, symbol, period_ms, from_ms, to_ms)
        )

    def long_short(
        self, venue: str, symbol: str, period_ms: int, from_ms: int, to_ms: int
    ) -> list[LongShortRatio]:
        """Long/short ratios as the venue told them in from_ms ≤ time < to_ms, oldest first."""
        return self._read(
            lambda cursor: past.load_long_short(cursor, venue, symbol, period_ms, from_ms, to_ms)
        )

    def feed_record(self, venue: str, symbol: str, from_ms: int) -> FeedRecord:
        """How a symbol's data arrived in runs that were still listening at `from_ms`."""
        return self._read(lambda cursor: feed_history.load_feed_record(cursor, venue, symbol, from_ms))

    def basis(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> BasisMinutes:
        """How far a contract's mark stood from its other prices in from_ms ≤ time < to_ms, by the minute."""
        return self._read(lambda cursor: basis.load_basis(cursor, venue, symbol, from_ms, to_ms))

    def outside(self, key: str, most: int) -> outside.Values:
        """The newest values of a series from outside, at most so many, oldest first."""
        return self._read(lambda cursor: outside.load_outside(cursor, key, most))

    def covered(self, venue: str, symbol: str, kind: HistoryKind, timeframe_ms: int) -> list[Range]:
        """Stretches of time of a series that need not be asked for again, oldest first."""
        return self._read(lambda cursor: past.covered(cursor, venue, symbol, kind, timeframe_ms))

    def event_spans(self, venue: str, symbol: str) -> list[tuple[int, int, int, int, int]]:
        """(recording, first and last venue time of its book, of its trades) by time; 0 where it has none."""
        return self._read(lambda cursor: moments.event_spans(cursor, venue, symbol))

    def seq_after(self, recording_id: int, moment_ms: int) -> int:
        """The first message of a recording that is later than a moment of the venue's clock."""
        return self._read(lambda cursor: moments.seq_after(cursor, recording_id, moment_ms))

    def book_headers(self, recording_id: int, from_seq: int, to_seq: int) -> Records:
        """Rows of BOOK_UPDATE with from_seq ≤ seq < to_seq, in order, without their levels."""
        return self._read(lambda cursor: moments.book_headers(cursor, recording_id, from_seq, to_seq))

    def last_snapshot(self, recording_id: int, to_seq: int) -> int | None:
        """The newest snapshot of a recording with seq < to_seq; None where there is none."""
        return self._read(lambda cursor: moments.last_snapshot(cursor, recording_id, to_seq))

    def levels_after(self, recording_id: int, snapshot_seq: int, from_seq: int, to_seq: int) -> Records:
        """Rows of LEVEL, bids first: a snapshot with updates of from_seq ≤ seq < to_seq applied."""
        return self._read(
            lambda cursor: moments.levels_after(cursor, recording_id, snapshot_seq, from_seq, to_seq)
        )

    def traded_candles(self, recording_id: int, timeframe_ms: int, from_ms: int, to_ms: int) -> Records:
        """Rows of CANDLE made of a recording's trades with from_ms ≤ time < to_ms."""
        return self._read(
            lambda cursor: moments.traded_candles(cursor, recording_id, timeframe_ms, from_ms, to_ms)
        )

    def tape(
        self, recording_id: int, from_ms: int, to_ms: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Times and prices of a recording's trades with from_ms ≤ time < to_ms, by time."""
        return self._read(lambda cursor: moments.tape(cursor, recording_id, from_ms, to_ms))

    def tape_extremes(
        self, venue: str, symbol: str, spans: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float64]:
        """(n, 4): low, its time, high, its time of the trades in each stretch, its ends included; or nan."""
        return self._read(lambda cursor: moments.tape_extremes(cursor, venue, symbol, spans))

    # How liquid markets were.

    def liquidity_span(self, venue: str, symbol: str) -> tuple[int, int]:
        """Times of the oldest and behind the newest stored depth and quotes of a market; 0, 0 of none."""
        return self._read(lambda cursor: liquidity.liquidity_span(cursor, venue, symbol))

    def liquidity(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> LiquidityMinutes:
        """The minutes of a market with from_ms ≤ beginning < to_ms of which anything is known."""
        return self._unpack(lambda cursor: liquidity.load_liquidity(cursor, venue, symbol, from_ms, to_ms))

    def liquidity_day(self, venue: str, symbol: str, day_ms: int, oldest_ms: int) -> LiquidityMinutes:
        """The minutes of a day that is over; read once and kept, with no day before `oldest_ms`."""
        end_ms = day_ms + DAY_MS
        stored = self._read(lambda cursor: liquidity.stored_amount(cursor, venue, symbol, day_ms, end_ms))
        kept = kept_day(self._data_dir, venue, symbol, day_ms, stored)
        if kept is not None:
            return kept
        day = self.liquidity(venue, symbol, day_ms, end_ms)
        keep_day(self._data_dir, venue, symbol, day_ms, stored, day, oldest_ms)
        return day

    def book_coverage(self, venue: str, symbol: str, from_ms: int, to_ms: int) -> BookCoverage:
        """How long a market's book was known of the time that it was listened to."""
        return self._unpack(lambda cursor: liquidity.book_coverage(cursor, venue, symbol, from_ms, to_ms))

    # What is kept.

    def kept_parts(self) -> list[KeptPart]:
        """What is stored of each recording, by group of tables; takes a moment in a large store."""
        return self._read(pruning.kept_parts)

    def past_sizes(self) -> dict[str, tuple[int, int]]:
        """Rows and bytes of each table of the past."""
        return self._read(pruning.past_sizes)

    def past_time_of_row(self, table: str, row: int) -> int:
        """The time of a row of a table of the past, counted from the oldest, from 0."""
        return self._read(lambda cursor: pruning.past_time_of_row(cursor, table, row))

    def pins(self) -> list[Pin]:
        """Stretches that retention keeps."""
        return self._read(pruning.pins)

    def _messages(self, recording_id: int, start: int, end: int) -> tuple[Records, int]:
        """Headers of the next snapshots and updates in order, and the seq at which to go on."""
        names = ", ".join(MESSAGE_COLUMNS)
        updates = self._structured(
            BOOK_UPDATE,
            MESSAGE_COLUMNS,
            f"SELECT {names} FROM depth_updates WHERE recording_id = ? AND seq >= ? AND seq < ? "
            f"ORDER BY seq LIMIT {MESSAGES_PER_WINDOW}",
            [recording_id, start, end],
        )
        if len(updates) == MESSAGES_PER_WINDOW:
            end = int(updates["seq"][-1]) + 1
        snapshots = self._records(BOOK_UPDATE, MESSAGE_COLUMNS, "snapshots", recording_id, start, end)
        updates["is_snapshot"] = False
        snapshots["is_snapshot"] = True
        return _merged(updates, snapshots), end

    def _levels(self, recording_id: int, updates: Records) -> Records:
        span = int(updates["seq"][0]), int(updates["seq"][-1]) + 1
        whole = updates["is_snapshot"]
        seqs: list[npt.NDArray[np.int64]] = []
        levels: list[Records] = []
        for table, of_table in (("book_deltas", updates[~whole]), ("snapshot_levels", updates[whole])):
            if not len(of_table):
                continue
            columns = self._columns(
                f"SELECT seq, {', '.join(LEVEL_COLUMNS)} FROM {table} "
                "WHERE recording_id = ? AND seq >= ? AND seq < ?",
                [recording_id, *span],
            )
            expected = np.repeat(of_table["seq"], of_table["levels"])
            self._check(np.array_equal(columns["seq"], expected))
            seqs.append(expected)
            levels.append(_filled(LEVEL, LEVEL_COLUMNS, columns))
        if len(levels) == 1:
            return levels[0]
        order = np.argsort(np.concatenate(seqs), kind="stable")
        return np.concatenate(levels)[order]

    def _records(
        self, dtype: np.dtype[Any], names: Sequence[str], table: str, recording_id: int, start: int, end: int
    ) -> Records:
        return self._structured(
            dtype,
            names,
            f"SELECT {', '.join(names)} FROM {table} WHERE recording_id = ? AND seq >= ? AND seq < ?",
            [recording_id, start, end],
        )

    def _structured(
        self, dtype: np.dtype[Any], names: Sequence[str], sql: str, parameters: list[int]
    ) -> Records:
        records = _filled(dtype, names, self._columns(sql, parameters))
        self._check(bool(np.all(np.diff(records["seq"]) >= 0)))
        return records

    def _columns(self, sql: str, parameters: Sequence[int | float]) -> dict[str, npt.NDArray[Any]]:
        return self._read(lambda cursor: cursor.execute(sql, list(parameters)).fetchnumpy())

    def _read(self, query: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        with self._lock:
            try:
                return query(self._cursor)
            except (OSError, duckdb.Error) as error:
                raise store_error(error, self._data_dir, "read") from error

    def _unpack(self, query: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        try:
            return self._read(query)
        except ValueError as error:
            raise store_error(error, self._data_dir, "read") from error

    def _check(self, sound: bool) -> None:
        if not sound:
            raise StoreDamaged(
                f"The tick store in {self._data_dir} does not hold the rows it says it holds: "
                "keep the file and record again into another data directory."
            )


def _filled(dtype: np.dtype[Any], names: Sequence[str], columns: dict[str, npt.NDArray[Any]]) -> Records:
    records = np.empty(len(columns[names[0]]), dtype)
    for name in names:
        records[name] = columns[name]
    return records


def _merged(updates: Records, snapshots: Records) -> Records:
    if not len(snapshots):
        return updates
    both = np.concatenate([updates, snapshots])
    return both[np.argsort(both["seq"], kind="stable")]


def _cuts(levels: npt.NDArray[np.int32], rows_per_batch: int) -> Iterator[tuple[int, int]]:
    """Half-open ranges of messages: at most `rows_per_batch` levels each, but at least one message."""
    ends = np.cumsum(levels)
    first = 0
    while first < len(levels):
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + rows_per_batch, side="right")))
        yield first, last
        first = last
