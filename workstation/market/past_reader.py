"""Reads what is looked at of the stored past on a thread of its own, so that no window waits for a disk."""

import queue
import threading
from collections.abc import Callable, Hashable
from typing import Protocol

from workstation.errors import PreflightError
from workstation.market.depth_past import DepthPast
from workstation.market.trade_past import TradePast
from workstation.ports import History
from workstation.runtime.clock import Clock

READER_IDLE_S = 2.0
"""The store's cursor is given back when nothing was wanted for so long."""

Job = tuple[Hashable, Callable[[History], object]]
"""A name, and what to do with a reader; it runs on the reader's thread and must touch nothing else."""


class Wanting(Protocol):
    """Something that knows what it lacks; it lives on one thread, the window's.

    Attributes:
        error: why nothing more can be read, a sentence; empty while all is well.
    """

    error: str

    def jobs(self, now: float) -> list[Job]:
        """What is lacking at this monotonic second, the most wanted first."""
        ...

    def put(self, found: object, now: float) -> None:
        """Take in what a job found."""
        ...


class PastReader:
    """The stored past by market, read behind the window's back.

    The window calls `follow` at each refresh: what has been read since is taken in, and what is lacking is
    asked for. What is no longer wanted when its turn comes is never read.
    """

    def __init__(self, reader: Callable[[], History], clock: Clock) -> None:
        """Read with cursors that `reader` gives, one at a time."""
        self._reader = reader
        self._clock = clock
        self._depth: dict[tuple[str, str], DepthPast] = {}
        self._trades: dict[tuple[str, str], TradePast] = {}
        self._changed = threading.Condition()  # guards the three below
        self._jobs: dict[Wanting, list[Job]] = {}  # the first is done next
        self._under_way: set[tuple[Wanting, Hashable]] = set()  # taken and not collected yet
        self._closed = False
        self._done: queue.SimpleQueue[tuple[Wanting, Hashable, object]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def depth(self, venue: str, symbol: str) -> DepthPast:
        """A market's stored depth; nothing of it is read yet when it is first asked for."""
        return self._depth.setdefault((venue, symbol), DepthPast(venue, symbol))

    def trades(self, venue: str, symbol: str) -> TradePast:
        """A market's stored trades, summed."""
        return self._trades.setdefault((venue, symbol), TradePast(venue, symbol))

    def follow(self, wanting: Wanting) -> None:
        """Take in what has been read, and have what is lacking read."""
        self._collect()
        jobs = [] if wanting.error else wanting.jobs(self._clock.monotonic())
        with self._changed:
            jobs = [job for job in jobs if (wanting, job[0]) not in self._under_way]
            self._jobs[wanting] = jobs
            if not jobs or self._closed:
                return
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="past reader", daemon=True)
            self._thread.start()

    def leave(self, wanting: Wanting) -> None:
        """Read nothing for it any longer."""
        with self._changed:
            self._jobs.pop(wanting, None)

    def close(self) -> None:
        """End reading and give the cursor back."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _collect(self) -> None:
        while True:
            try:
                wanting, key, found = self._done.get_nowait()
            except queue.Empty:
                return
            with self._changed:
                self._under_way.discard((wanting, key))
            if isinstance(found, PreflightError):
                wanting.error = str(found)
            else:
                wanting.put(found, self._clock.monotonic())

    # Below: the reader's own thread.

    def _run(self) -> None:
        reader: History | None = None
        while True:
            with self._changed:
                job = self._next_job()
                if job is None and not self._closed:
                    self._changed.wait(None if reader is None else READER_IDLE_S)
                    job = self._next_job()
                closed = self._closed
            if (job is None or closed) and reader is not None:
                reader.close()
                reader = None
            if closed:
                return
            if job is not None:
                wanting, key, work = job
                found: object
                try:
                    reader = reader or self._reader()
                    found = work(reader)
                except PreflightError as error:
                    found = error
                self._done.put((wanting, key, found))

    def _next_job(self) -> tuple[Wanting, Hashable, Callable[[History], object]] | None:
        for wanting, jobs in self._jobs.items():
            if jobs:
                key, work = jobs.pop(0)
                self._under_way.add((wanting, key))
                return wanting, key, work
        return None
