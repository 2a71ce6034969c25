"""The recorder: gathers what the market did and hands it to the tick store in pieces worth a transaction."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import NoReturn

import numpy as np

from workstation.errors import PreflightError
from workstation.market.candle_merge import CandleSource
from workstation.model.columns import MarketBatch, Records
from workstation.model.derivatives import FundingRate
from workstation.model.instrument import Instrument
from workstation.ports import DepthColumns, Recording, RecordingNews, TickStore
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock

FLUSH_INTERVAL_S = 0.5
FLUSH_ROWS = 100_000
DEPTH_COLUMNS = 64
"""Depth columns are held back until so many have gathered: stored together they take a fifth of the space."""


@dataclass(slots=True)
class _Open:
    """A recording being written and what is gathered for it."""

    recording: Recording
    source: str
    newest_seq: int  # newest message stored or gathered: what is at or before it is left out
    began: float  # monotonic seconds at which this part began
    batches: list[MarketBatch] = field(default_factory=list)
    depth: list[DepthColumns] = field(default_factory=list)
    news: list[RecordingNews] = field(default_factory=list)
    funding: FundingRate | None = None  # newest estimate: venues repeat it every second


class Recorder:
    """Writes every symbol's batches to its recording, each message once.

    Playing a source again writes only what is not stored yet, so a replay that was killed is completed by
    the next one, and a complete one is not doubled. Nothing here waits for the disk except `open`, `wait` and
    `finish`. After the store fails, the recorder drops what it is given and says so in `failed`; the rest of
    the desk lives on.
    """

    def __init__(self, store: TickStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._open: dict[tuple[str, str], _Open] = {}
        self._gathered_rows = 0
        self._flushed_at = clock.monotonic()
        self.error: PreflightError | None = None
        """What ended recording; None while all is well."""
        self._told = False

    def open(self, identity: str, source: str, instrument: Instrument) -> Recording:
        """Start the recording of one symbol of a source, or take it up where it ended.

        Args:
            identity: the same for every run over the same source, and for nothing else.
            source: where it came from, in words for the trader.
            instrument: whose batches belong to it.

        Raises:
            DataDirectoryError, StoreFull: the store cannot be written.
        """
        recording = self._store.open_recording(identity, source, instrument)
        key = (instrument.venue, instrument.symbol)
        self._open[key] = _Open(recording, source, recording.committed_seq, self._clock.monotonic())
        return recording

    def begin_part(self, opening: MarketBatch) -> None:
        """Close the recording of a market and go on in the next part of it, without waiting.

        Args:
            opening: what the new part begins with: the book as it stands, numbered as the newest message.

        Raises:
            KeyError: no recording is open for its venue and symbol.
        """
        held = self._open[opening.venue, opening.symbol]
        self._hand_over(held, least_columns=1)
        if self.error is not None:
            return
        try:
            held.recording = self._store.next_part(held.recording, held.source)
        except PreflightError as error:
            self.error = error
            return
        held.began = self._clock.monotonic()
        held.batches.append(opening)
        self._gathered_rows += opening.events + len(opening.levels)

    def end(self, venue: str, symbol: str) -> None:
        """Store what is gathered of one market and close its recording, if it has one, without waiting."""
        held = self._open.pop((venue, symbol), None)
        if held is None:
            return
        self._hand_over(held, least_columns=1)
        if self.error is None:
            try:
                self._store.end_recording(held.recording.recording_id)
            except PreflightError as error:
                self.error = error

    def part_age_s(self, venue: str, symbol: str) -> float:
        """How long the part of a market that is being written has lasted, seconds.

        Raises:
            KeyError: no recording is open for this venue and symbol.
        """
        return self._clock.monotonic() - self._open[venue, symbol].began

    def add(self, batch: MarketBatch) -> None:
        """Keep a batch for the next flush; flush when it is due.

        Raises:
            KeyError: no recording is open for its venue and symbol.
        """
        if self.error is not None:
            return
        recording = self._open[batch.venue, batch.symbol]
        if batch.last_seq <= recording.newest_seq:
            return
        fresh = _after(batch, recording.newest_seq)
        recording.newest_seq = batch.last_seq
        recording.batches.append(fresh)
        self._gathered_rows += fresh.events + len(fresh.levels)
        self._flush_when_due()

    def add_depth(self, venue: str, symbol: str, columns: DepthColumns) -> None:
        """Keep finished depth columns until there are enough to store; what is stored already is left out.

        Those held back when the program is killed can be rebuilt from the stored updates.

        Raises:
            KeyError: no recording is open for this venue and symbol.
        """
        recording = self._open[venue, symbol]
        if self.error is None and len(columns):
            recording.depth.append(columns)

    def add_news(self, news: RecordingNews) -> None:
        """Keep a mark price, liquidation … for the next flush; a funding estimate only if it is another.

        Raises:
            KeyError: no recording is open for its venue and symbol.
        """
        recording = self._open[news.venue, news.symbol]
        if self.error is not None:
            return
        if isinstance(news, FundingRate):
            if recording.funding is not None and news == replace(recording.funding, event_ms=news.event_ms):
                return
            recording.funding = news
        recording.news.append(news)
        self._gathered_rows += 1
        self._flush_when_due()

    def add_candles(
        self, instrument: Instrument, timeframe_ms: int, candles: Records, source: CandleSource
    ) -> None:
        """Store rows of CANDLE; one from a source of lower rank never takes the place of a higher one."""
        if self.error is not None or not len(candles):
            return
        try:
            self._store.put_candles(instrument.venue, instrument.symbol, timeframe_ms, candles.copy(), source)
        except PreflightError as error:
            self.error = error

    def flush(self) -> None:
        """Hand what is gathered to the store, one transaction a recording, without waiting for it."""
        self._flush(least_columns=DEPTH_COLUMNS)

    def _flush(self, least_columns: int) -> None:
        self._flushed_at = self._clock.monotonic()
        self._gathered_rows = 0
        for recording in self._open.values():
            self._hand_over(recording, least_columns)

    def _hand_over(self, held: _Open, least_columns: int) -> None:
        batches, held.batches = held.batches, []
        news, held.news = held.news, []
        depth: list[DepthColumns] = []
        if sum(len(columns) for columns in held.depth) >= least_columns:
            depth, held.depth = held.depth, []
        if self.error is None and (batches or depth or news):
            try:
                self._store.write(held.recording.recording_id, batches, depth, news)
            except PreflightError as error:
                self.error = error

    async def run(self, bus: Bus) -> NoReturn:
        """Flush at least twice a second, also while the market is silent; ends when cancelled.

        Args:
            bus: told once if the store has failed.
        """
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            self.flush()
            if self.error is not None and not self._told:
                self._told = True
                bus.publish(Fault("Tick store", str(self.error), self.error))

    def wait(self, rows: int) -> None:
        """Wait until no more than `rows` rows are queued in the store: for replays without a screen."""
        self._store.wait_until_below(rows)

    def finish(self, *, complete: bool) -> None:
        """Store all that is gathered, wait for it, and close every recording.

        A failure of the store is left in `error`; the recordings are then not marked complete.

        Args:
            complete: the source was read to its end.
        """
        self._flush(least_columns=1)
        for held in self._open.values():
            if self.error is not None:
                break
            try:
                self._store.finish_recording(held.recording.recording_id, complete=complete)
            except PreflightError as error:
                self.error = error
        self._open.clear()

    @property
    def failed(self) -> str | None:
        """Why nothing is recorded any more, as a sentence; None while all is well."""
        return None if self.error is None else str(self.error)

    @property
    def rows_stored(self) -> dict[str, int]:
        """Rows committed by this run, by table."""
        return self._store.committed_rows

    @property
    def queued_rows(self) -> int:
        """Rows gathered or handed over and not yet committed."""
        return self._gathered_rows + self._store.queued_rows

    def bytes_on_disk(self) -> int:
        """Size of the store's files."""
        return self._store.bytes_on_disk()

    def bytes_free(self) -> int:
        """Free space on the disk that the store is on."""
        return self._store.bytes_free()

    def _flush_when_due(self) -> None:
        if (
            self._gathered_rows >= FLUSH_ROWS
            or self._clock.monotonic() - self._flushed_at >= FLUSH_INTERVAL_S
        ):
            self.flush()


def _after(batch: MarketBatch, seq: int) -> MarketBatch:
    """The part of a batch that was received after message `seq`; levels stay with their update."""
    trades, quotes = _rows_after(batch.trades, seq), _rows_after(batch.quotes, seq)
    updates = _rows_after(batch.updates, seq)
    if (
        len(trades) == len(batch.trades)
        and len(quotes) == len(batch.quotes)
        and len(updates) == len(batch.updates)
    ):
        return batch
    dropped = batch.updates[: len(batch.updates) - len(updates)]
    levels = batch.levels[int(dropped["levels"].sum()) :]
    return MarketBatch(batch.venue, batch.symbol, trades, quotes, updates, levels, batch.last_seq)


def _rows_after(records: Records, seq: int) -> Records:
    if not len(records) or records["seq"][0] > seq:
        return records
    return records[int(np.searchsorted(records["seq"], seq, side="right")) :]
