"""Keeps how the data of a venue arrive: every change of state, and how late messages are, into the store."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.liquidity import delay_bins
from workstation.errors import PreflightError
from workstation.model.columns import MarketBatch
from workstation.model.feed_history import WHOLE_VENUE, FeedChange, FeedDelays
from workstation.model.feed_status import FeedProblem, FeedState, FeedStatus
from workstation.model.liquidity import DELAY_BINS, MINUTE_MS
from workstation.runtime.clock import Clock

LOOK_S = 1.0
"""A change is on the disk after so long at most."""
BEAT_MS = 15_000
"""So often the store is told that it is still being listened: more than that no kill takes away."""
ASLEEP_MS = 60_000
"""Between two looks: the machine was suspended or its clock set, and nobody listened meanwhile."""
DELAYS_EVERY_MS = 1_800_000

_Of = tuple[FeedState, FeedProblem]


class FeedStore(Protocol):
    """Keeps how data arrived."""

    def put_feed_history(
        self,
        venue: str,
        started_ms: int,
        seen_ms: int,
        changes: Sequence[FeedChange],
        delays: Sequence[FeedDelays],
    ) -> None:
        """Queue that a run of listening had come so far, and what happened in it."""
        ...


class FeedDiary:
    """The diary of one venue. It lives on the window's thread; the store writes on its own."""

    def __init__(
        self, venue: str, store: FeedStore, clock: Clock, followed: Callable[[], Collection[str]]
    ) -> None:
        """Keep the diary of a venue.

        Args:
            followed: symbols that are followed now.
        """
        self._venue, self._store, self._clock, self._followed = venue, store, clock, followed
        self._started_ms = 0
        self._looked_ms = 0
        self._beaten_ms = 0
        self._stands: dict[str, _Of] = {}
        self._changes: list[FeedChange] = []
        self._late: dict[str, _Lateness] = {}
        self._delays_from_ms = 0

    def take_status(self, status: FeedStatus) -> None:
        """Note where a symbol, or the whole venue, stands from now on."""
        now_ms = self._now_ms()
        of = status.state, status.problem
        self._change(status.symbol or WHOLE_VENUE, of, now_ms)
        # While the whole feed begins anew nothing comes of any symbol, and none of them is told of.
        is_anew = status.state is FeedState.CONNECTING or status.problem is FeedProblem.FEED_PROCESS
        if status.symbol is None and (is_anew or status.state is FeedState.REFUSED):
            for symbol in self._stands:
                self._change(symbol, of, now_ms)

    def take(self, batch: MarketBatch) -> None:
        """Note how late the messages of a batch are."""
        if len(batch.updates):
            self._late.setdefault(batch.symbol, _Lateness()).take(batch)

    async def run(self) -> NoReturn:
        """Store what is noted until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Store what has been noted since the last look, and now and then that it is still listened."""
        now_ms = self._now_ms()
        if not self._stands:
            return
        for symbol in self._stands.keys() - set(self._followed()) - {WHOLE_VENUE}:
            if self._stands[symbol][0] is not FeedState.REFUSED:
                del self._stands[symbol]
                self._changes.append(FeedChange(symbol, None, FeedProblem.NONE, now_ms))
        delays: list[FeedDelays] = []
        if now_ms - self._delays_from_ms >= DELAYS_EVERY_MS:
            delays = self._take_delays(now_ms)
        if self._changes or delays or now_ms - self._beaten_ms >= BEAT_MS:
            self._put(now_ms, delays)

    def finish(self) -> None:
        """Store the rest; nothing is listened to any longer."""
        if self._stands:
            now_ms = self._now_ms()
            self._put(now_ms, self._take_delays(now_ms))

    def _now_ms(self) -> int:
        """Our clock, after a run that slept or went back in time was ended and another begun."""
        now_ms = self._clock.now_ms()
        if not 0 <= now_ms - self._looked_ms <= ASLEEP_MS:
            if self._stands:
                self._put(self._looked_ms, self._take_delays(self._looked_ms))
            self._started_ms = self._delays_from_ms = now_ms
            self._beaten_ms = 0
            self._changes = [FeedChange(symbol, *of, now_ms) for symbol, of in self._stands.items()]
        self._looked_ms = now_ms
        return now_ms

    def _change(self, symbol: str, of: _Of, now_ms: int) -> None:
        if self._stands.get(symbol) != of:
            self._stands[symbol] = of
            self._changes.append(FeedChange(symbol, *of, now_ms))

    def _put(self, now_ms: int, delays: list[FeedDelays]) -> None:
        with suppress(PreflightError, ValueError):  # the recorder tells of a store that has failed
            self._store.put_feed_history(self._venue, self._started_ms, now_ms, tuple(self._changes), delays)
        self._changes = []
        self._beaten_ms = now_ms

    def _take_delays(self, now_ms: int) -> list[FeedDelays]:
        found = [
            FeedDelays(symbol, self._delays_from_ms, now_ms, counts)
            for symbol, late in self._late.items()
            if (counts := late.taken()).any()
        ]
        self._delays_from_ms = now_ms
        return found


class _Lateness:
    """How late one symbol's messages were, each against the quickest of its minute."""

    def __init__(self) -> None:
        self._minutes: dict[int, list[NDArray[np.float64]]] = {}
        self._counts = np.zeros(DELAY_BINS, np.int64)

    def take(self, batch: MarketBatch) -> None:
        """Note changes of the book; snapshots are fetched, and say nothing."""
        updates = batch.updates
        rows = updates[~updates["is_snapshot"].astype(bool) & (updates["recv_ns"] > 0)]
        minutes = rows["event_ms"] // MINUTE_MS
        late = rows["recv_ns"] / 1e6 - rows["event_ms"]
        for minute in np.unique(minutes).tolist():
            self._minutes.setdefault(minute, []).append(late[minutes == minute])
        # The minute before the newest may still get a message or two.
        for minute in sorted(self._minutes)[:-2]:
            self._count(minute)

    def taken(self) -> NDArray[np.int64]:
        """What has been counted, all of it; begins anew."""
        for minute in sorted(self._minutes):
            self._count(minute)
        counts, self._counts = self._counts, np.zeros(DELAY_BINS, np.int64)
        return counts

    def _count(self, minute: int) -> None:
        late = np.concatenate(self._minutes.pop(minute))
        self._counts += np.bincount(delay_bins(late - late.min()), minlength=DELAY_BINS)
