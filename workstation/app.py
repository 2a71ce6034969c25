"""The composition root: the one place that names concrete feeds and stores and puts them together."""

import asyncio
import logging
from pathlib import Path

from workstation.exchange.replay_feed import ReplayFeed
from workstation.market.intake import Intake
from workstation.market.recorder import Recorder
from workstation.market.state import Market
from workstation.model.columns import MarketBatch
from workstation.model.text import printable
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock, SystemClock
from workstation.runtime.supervisor import Supervisor
from workstation.store.ticks import DuckTickStore, open_store

log = logging.getLogger(__name__)


class Workstation:
    """The headless program: a feed, the market it makes, and the store that keeps it.

    Without a screen it is driven by `take`; in a window by `start` and `stop` in the event loop.
    """

    def __init__(
        self, feed: ReplayFeed | None, store: DuckTickStore | None, clock: Clock | None = None
    ) -> None:
        """Put the parts together; the feed's instruments are followed, and recorded if there is a store.

        Raises:
            DataDirectoryError: the store cannot be written.
        """
        self.clock = clock or SystemClock()
        self.bus = Bus()
        self.supervisor = Supervisor(self.bus)
        self.market = Market(self.bus, self.clock)
        self.feed = feed
        self.store = store
        self.recorder = Recorder(store, self.clock) if store else None
        self._intake = Intake(self.market, self.recorder)
        self._told_store_failed = False
        if feed is not None:
            feed.on_rewind = self._intake.rewind
            for instrument in feed.instruments:
                self.market.add(instrument)
                if self.recorder is not None:
                    self.recorder.open(feed.identity, printable(str(feed.path)), instrument)

    @classmethod
    def for_replay(cls, capture: Path, data_dir: Path, *, speed: float) -> "Workstation":
        """Open a capture and the store in `data_dir`, which is made if it is missing.

        Raises:
            BadCapture: the file is no capture.
            DataDirectoryError: the directory cannot be written or is in use.
        """
        clock = SystemClock()
        feed = ReplayFeed(capture, speed=speed)
        try:
            store = open_store(data_dir, clock=clock)
            try:
                return cls(feed, store, clock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            feed.close()
            raise

    def take(self, batch: MarketBatch) -> None:
        """Take in one batch from the feed."""
        self._intake.take(batch)
        if self.feed is not None:
            health = self.market.states[batch.symbol].health
            health.lag_ms = self.feed.lag_ms
            health.bad_messages = self.feed.bad_lines

    async def start(self) -> None:
        """Start the feed and the recorder as supervised tasks."""
        feed, recorder = self.feed, self.recorder
        if feed is not None:
            self.supervisor.start("Replay", lambda: feed.run(self.take))
            self.supervisor.start("Length of the recording", lambda: asyncio.to_thread(feed.measure))
        if recorder is not None:
            self.supervisor.start("Recorder", self._record, restart=True)

    async def stop(self) -> None:
        """End every task, store what is gathered, close the files."""
        await self.supervisor.stop_all()
        self.close()

    def close(self) -> None:
        """Store what is gathered and close the files; the tasks have ended."""
        feed = self.feed
        try:
            if self.recorder is not None:
                complete = feed is not None and feed.reached_end and not feed.truncated
                self.recorder.finish(complete=complete)
        finally:
            if self.store is not None:
                self.store.close()
            if feed is not None:
                feed.close()

    async def _record(self) -> None:
        """Flush in the background, and say once if the store has failed."""
        assert self.recorder is not None
        while True:
            await asyncio.sleep(0.5)
            self.recorder.flush()
            if self.recorder.failed and not self._told_store_failed:
                self._told_store_failed = True
                self.bus.publish(Fault("Tick store", self.recorder.failed, self.recorder.error))
