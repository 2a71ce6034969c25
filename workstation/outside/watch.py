"""Looks at every source when it is due, off the window's thread, and keeps what it brings."""

import asyncio
import contextlib
import logging
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workstation.errors import DataDirectoryError
from workstation.outside.book import MOST_HELD, OutsideBook, Series
from workstation.outside.fetching import Fetch
from workstation.outside.reading import BadSource, Taken, read_source
from workstation.outside.source import Mistake, Source, load_sources
from workstation.runtime.clock import Clock

log = logging.getLogger(__name__)

LOOK_S = 0.5
FILES_EVERY_S = 2.0
MOST_AT_ONCE = 4
FIRST_RETRY_S = 15
MOST_RETRY_S = 3_600


class OutsideHistory(Protocol):
    """Reads stored series."""

    def outside(self, key: str, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The newest values of a series, oldest first."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class OutsideStore(Protocol):
    """Keeps series."""

    def put_outside(
        self, key: str, times: npt.NDArray[np.int64], values: npt.NDArray[np.float64], fetched_ms: int
    ) -> None:
        """Queue values of a series."""
        ...

    def history(self) -> OutsideHistory:
        """A reader of its own."""
        ...


class OutsideWatch:
    """Reads the declarations of a folder again whenever they change, and looks at what they name."""

    def __init__(self, folder: Path, store: OutsideStore | None, clock: Clock) -> None:
        """Watch the sources of a folder.

        Args:
            store: keeps the values; None keeps them in memory alone.
        """
        self.folder = folder
        self.book = OutsideBook()
        self._store = store
        self._clock = clock
        self._stamp: object = None
        self._under_way: dict[str, tuple[asyncio.Task[None], Fetch]] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        read_s = -FILES_EVERY_S
        try:
            while True:
                now_s = self._clock.monotonic()
                if now_s - read_s >= FILES_EVERY_S:
                    read_s = now_s
                    await self._read_files()
                self._begin_what_is_due()
                await asyncio.sleep(LOOK_S)
        finally:
            for task, fetch in tuple(self._under_way.values()):
                fetch.cancel()
                task.cancel()
            await asyncio.gather(*(task for task, _ in self._under_way.values()), return_exceptions=True)
            self._under_way.clear()

    def look_now(self, key: str | None = None) -> None:
        """Look at a source at the next turn, None at all."""
        for series in self.book.series.values():
            if key in (None, series.source.key):
                series.next_ms = 0

    async def _read_files(self) -> None:
        found = await asyncio.to_thread(self._changed_files)
        if found is None:
            return
        fresh = self.book.declare(*found)
        if fresh and self._store is not None:
            await asyncio.to_thread(self._load, [series for series in fresh if not len(series.times)])
            self.book.version += 1

    def _changed_files(self) -> tuple[tuple[Source, ...], tuple[Mistake, ...]] | None:
        try:
            stamp = sorted(
                (path.name, (known := path.stat()).st_mtime_ns, known.st_size)
                for path in self.folder.glob("*.toml")
            )
        except OSError:
            return None  # a file is being replaced; the next turn reads it
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        return load_sources(self.folder)

    def _load(self, fresh: list[Series]) -> None:
        assert self._store is not None
        with contextlib.closing(self._store.history()) as history:
            for series in fresh:
                series.add(*history.outside(series.source.key, MOST_HELD))

    def _begin_what_is_due(self) -> None:
        now_ms = self._clock.now_ms()
        for key, series in self.book.series.items():
            if len(self._under_way) >= MOST_AT_ONCE:
                return
            # A clock that was set back must not leave a source alone for long.
            far = series.next_ms - now_ms > (series.source.interval_s + MOST_RETRY_S) * 1000
            if key not in self._under_way and (now_ms >= series.next_ms or far):
                fetch = Fetch(series.source, self.folder)
                task = asyncio.get_running_loop().create_task(self._look(series, fetch))
                self._under_way[key] = task, fetch
                task.add_done_callback(partial(self._ended, key))

    def _ended(self, key: str, _task: asyncio.Task[None]) -> None:
        self._under_way.pop(key, None)

    async def _look(self, series: Series, fetch: Fetch) -> None:
        try:
            taken = await asyncio.to_thread(self._fetched, series.source, fetch)
        except BadSource as error:
            words = str(error)
        except Exception as error:
            # Whatever a source sends, the desk goes on; what is a mistake of ours is in the log.
            log.exception("outside series %s", series.source.key)
            words = f"It could not be read: {type(error).__name__}: {error}"
        else:
            self._keep(series, taken)
            return
        if self.book.series.get(series.source.key) is series:
            retry_s = min(MOST_RETRY_S, FIRST_RETRY_S * 2 ** min(series.failures, 10))
            self.book.failed(series, words, self._clock.now_ms(), retry_s * 1000)

    def _fetched(self, source: Source, fetch: Fetch) -> Taken:
        return read_source(source, fetch.run(), self._clock.now_ms())

    def _keep(self, series: Series, taken: Taken) -> None:
        if self.book.series.get(series.source.key) is not series:
            return  # it was declared otherwise meanwhile
        now_ms = self._clock.now_ms()
        self.book.took(series, taken, now_ms)
        if self._store is not None:
            try:
                self._store.put_outside(series.source.key, taken.times, taken.values, now_ms)
                self.book.store_trouble = ""
            except (DataDirectoryError, ValueError) as error:
                self.book.store_trouble = f"Values from outside are not stored: {error}"
