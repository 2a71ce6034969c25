"""The store's housekeeping beside the market: mends what a kill left unfinished, lets go of what is old."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

import msgspec

from workstation.market.depth_grid import BUCKET_MS
from workstation.market.depth_level import STORED_STEPS, columns_at_ends, known_stretches
from workstation.market.rebuild import continued_depth
from workstation.market.recorder import DEPTH_COLUMNS
from workstation.market.retention import DAY_MS, oldest_to_keep, parts_to_drop
from workstation.ports import DepthColumns, History, KeptStore, KnownDepth, Recording
from workstation.runtime.bus import Bus
from workstation.runtime.clock import Clock
from workstation.settings import Keep, Retention

FIRST_AFTER_S = 5.0
"""The desk opens before its store is tidied."""
EVERY_S = 600.0

# The work is done on a thread of its own, which shares Python with the window: it breathes often.
LEVELS_PER_BREATH = 5_000
BREATH_S = 0.002

COARSENED_AFTER_MS = 900_000
"""Of a recording that is being written, depth is made coarser by so much at a time: runs of many columns."""
COLUMNS_A_STEP = 3_600
FEED_HISTORY_DAYS = 400
"""How the data of venues arrived is small, and kept for so long."""
COLUMNS_A_BREATH = 640

_PAST_TABLES = (
    ("candles", "candles"),
    ("funding", "funding_rates"),
    ("open_interest", "open_interest_history"),
    ("open_interest", "long_short_history"),
)
"""Each table of the past with the name of its limit in `Retention`."""


@dataclass(frozen=True, slots=True)
class StoreTidied:
    """What one round of housekeeping did, told on the bus when it did anything.

    Attributes:
        mended_columns: depth columns rebuilt that a kill had left out.
        dropped_rows: rows let go, by group of tables.
        wall_s: how long it took.
    """

    mended_columns: int
    dropped_rows: dict[str, int]
    wall_s: float


class Upkeep:
    """Housekeeping of one store; never holds other writes up for longer than one short step."""

    def __init__(self, store: KeptStore, retention: Callable[[], Retention], clock: Clock, bus: Bus) -> None:
        """Keep `store` within what `retention` says whenever it is asked."""
        self._store = store
        self._retention = retention
        self._clock = clock
        self._bus = bus
        self._stopping = threading.Event()

    async def run(self) -> NoReturn:
        """Do a round now and then until cancelled."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            work = asyncio.get_running_loop().run_in_executor(None, self.tidy)
            try:
                done = await asyncio.shield(work)
            except asyncio.CancelledError:
                self._stopping.set()  # the thread ends after the step it is in, and the store waits for it
                await asyncio.wait([work])
                raise
            if done.mended_columns or done.dropped_rows:
                self._bus.publish(done)
            await asyncio.sleep(EVERY_S)

    def tidy(self) -> StoreTidied:
        """Do one round and return what was done; meant for a thread of its own.

        Raises:
            PreflightError: the store failed.
        """
        started = time.perf_counter()
        history = self._store.history()
        try:
            mended = self._mend(history)
            self._coarsen(history)
            dropped = self._drop(history)
        finally:
            history.close()
        if dropped:
            self._store.checkpoint()
        return StoreTidied(mended, dropped, time.perf_counter() - started)

    def _mend(self, history: History) -> int:
        writing = self._store.open_recordings  # before the recordings: one that ends meanwhile was not killed
        recordings = history.recordings()
        columns = 0
        for recording in recordings:
            if self._stopping.is_set():
                break
            if recording.ended_ms or recording.recording_id in writing:
                continue
            if recording.complete:  # all of it had been stored before it was killed
                self._end(history, recording)
            else:
                columns += self._mend_depth(history, recording, recordings)
        return columns

    def _mend_depth(self, history: History, killed: Recording, recordings: Sequence[Recording]) -> int:
        """Store the depth columns that the recorder held back when it was killed."""
        parts = [killed]
        last = history.last_depth_column(killed.recording_id, BUCKET_MS)
        if last is None:
            before = [r for r in recordings if _is_part_before(r, killed)]
            parts = [*before, killed]
            last = history.last_depth_column(parts[0].recording_id, BUCKET_MS)
        rebuilt = continued_depth(history, parts, last, self._clock, LEVELS_PER_BREATH)
        held: list[DepthColumns] = []
        columns = 0
        for depth in rebuilt:
            if self._stopping.is_set():
                return columns  # what is stored so far is continued in the next run
            if len(depth):
                held.append(depth)
            if sum(map(len, held)) >= DEPTH_COLUMNS:
                columns += self._write(killed, held)
            time.sleep(BREATH_S)
        columns += self._write(killed, held)
        self._end(history, killed)
        return columns

    def _coarsen(self, history: History) -> None:
        """Keep coarser levels of the depth columns that came since the last time."""
        writing = self._store.open_recordings  # before the stretches: what ends meanwhile waits for the next
        for recording_id, from_ms, to_ms in history.uncoarsened_depth(BUCKET_MS):
            if recording_id in writing and to_ms - from_ms < COARSENED_AFTER_MS:
                continue
            for start_ms in range(from_ms, to_ms, COLUMNS_A_STEP * BUCKET_MS):
                if self._stopping.is_set():
                    return
                end_ms = min(to_ms, start_ms + COLUMNS_A_STEP * BUCKET_MS)
                levels: list[DepthColumns] = []
                known: list[KnownDepth] = []
                for part_ms in range(start_ms, end_ms, COLUMNS_A_BREATH * BUCKET_MS):
                    part_end_ms = min(end_ms, part_ms + COLUMNS_A_BREATH * BUCKET_MS)
                    for part in history.depth_series(recording_id, BUCKET_MS, part_ms, part_end_ms):
                        levels += [columns_at_ends(part, step) for step in STORED_STEPS[1:]]
                        known += known_stretches(part)
                    time.sleep(BREATH_S)
                self._store.put_depth_levels(recording_id, levels, known, end_ms)

    def _end(self, history: History, killed: Recording) -> None:
        received_ms = history.last_received_ns(killed.recording_id) // 1_000_000
        self._store.end_killed(killed.recording_id, received_ms or killed.started_ms)

    def _write(self, recording: Recording, held: list[DepthColumns]) -> int:
        if held:
            self._store.write(recording.recording_id, [], held.copy())
        columns = sum(map(len, held))
        held.clear()
        return columns

    def _drop(self, history: History) -> dict[str, int]:
        limits = self._retention()
        now_ms = self._clock.now_ms()
        dropped: dict[str, int] = {}
        keep: dict[str, Keep] = msgspec.structs.asdict(limits)
        parts, pins = history.kept_parts(), history.pins()
        writing = self._store.open_recordings  # after the parts: one that began meanwhile is not old
        going = parts_to_drop(parts, keep, pins, writing, now_ms)
        for part in going:
            if self._stopping.is_set():
                return dropped
            rows = self._store.drop(part.recording_id, part.group)
            dropped[part.group] = dropped.get(part.group, 0) + rows
        for name, table in _PAST_TABLES:
            limit = keep[name]
            rows, nbytes = history.past_sizes()[table]
            before_ms = oldest_to_keep(limit, rows, nbytes, now_ms, partial(history.past_time_of_row, table))
            if before_ms is not None:
                gone = self._store.drop_past(table, before_ms)
                if gone:
                    dropped[name] = dropped.get(name, 0) + gone
        gone = self._store.drop_feed_history(now_ms - FEED_HISTORY_DAYS * DAY_MS)
        if gone:
            dropped["feed history"] = gone
        return dropped


def _is_part_before(recording: Recording, killed: Recording) -> bool:
    return (
        recording.identity == killed.identity
        and recording.instrument.symbol == killed.instrument.symbol
        and recording.part == killed.part - 1
    )
