"""The diary of a venue: each change of state once, runs cut where nobody listened, delays by the minute."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workstation.analytics.feed_outages import outages, uptime
from workstation.analytics.liquidity import delay_bins
from workstation.market.feed_diary import FeedDiary
from workstation.model.columns import BOOK_UPDATE, MarketBatch
from workstation.model.feed_history import FeedRecord
from workstation.model.feed_status import FeedProblem, FeedState, FeedStatus
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import DuckTickStore, open_store

VENUE, SYMBOL = "binance_usdm", "BTCUSDT"
BEGAN_MS = 1_790_000_000_000


@dataclass
class Listener:
    """A diary over a real store, and the hours of its days."""

    store: DuckTickStore
    clock: ManualClock = field(default_factory=lambda: ManualClock(BEGAN_MS))
    followed: list[str] = field(default_factory=lambda: [SYMBOL])

    def __post_init__(self) -> None:
        self.diary = FeedDiary(VENUE, self.store, self.clock, lambda: self.followed)

    def say(
        self, state: FeedState, problem: FeedProblem = FeedProblem.NONE, symbol: str | None = SYMBOL
    ) -> None:
        self.diary.take_status(FeedStatus(VENUE, symbol, state, "", problem))

    def listen(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            self.diary.look()

    def record(self) -> FeedRecord:
        self.store.wait_until_below(0)
        history = self.store.history()
        try:
            return history.feed_record(VENUE, SYMBOL, 0)
        finally:
            history.close()


def spans(record: FeedRecord) -> list[tuple[float, float]]:
    return [((one.from_ms - BEGAN_MS) / 1000, one.lasted_ms / 1000) for one in outages(record)]


def test_outages_begin_and_end_with_the_data_and_repairs_are_counted(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        desk = Listener(store)
        for state, seconds in (
            (FeedState.CONNECTING, 10),  # for the first time: nothing was due yet
            (FeedState.LIVE, 60),
            (FeedState.STALE, 20),
            (FeedState.DISCONNECTED, 30),
            (FeedState.CONNECTING, 5),
            (FeedState.REPAIRING, 2),
            (FeedState.LIVE, 100),
        ):
            desk.say(state)
            desk.say(state)  # said again, it is no change
            desk.listen(seconds)
        record = desk.record()
        assert spans(record) == [(70, 55)]
        assert not outages(record)[0].silent
        found = uptime(record, BEGAN_MS, BEGAN_MS + 86_400_000)
        assert (found.lost_ms, found.outages, found.longest_ms, found.repairs) == (55_000, 1, 55_000, 1)
        # Of the newest seconds up to a beat is not on the disk yet.
        assert 202_000 <= found.listened_ms <= 217_000
        desk.diary.finish()
        assert uptime(desk.record(), 0, 2**60).listened_ms == 217_000


def test_a_feed_process_that_ends_takes_every_symbol_with_it(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        desk = Listener(store)
        desk.say(FeedState.LIVE)
        desk.listen(10)
        desk.say(FeedState.DISCONNECTED, FeedProblem.FEED_PROCESS, symbol=None)
        desk.listen(4)
        desk.say(FeedState.DISCONNECTED, symbol=None)  # of the venue: one symbol of it need not be lost
        desk.say(FeedState.LIVE)
        desk.listen(10)
        desk.diary.finish()
        record = desk.record()
        assert spans(record) == [(10, 4)]
        assert outages(record)[0].problem is FeedProblem.FEED_PROCESS


def test_time_that_the_machine_slept_or_a_symbol_was_not_followed_counts_neither_way(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        desk = Listener(store)
        desk.say(FeedState.DISCONNECTED)
        desk.listen(10)
        desk.clock.advance(3_600)
        desk.listen(10)
        desk.say(FeedState.LIVE)
        desk.followed.clear()
        desk.listen(30)
        desk.followed.append(SYMBOL)
        desk.say(FeedState.CONNECTING)
        desk.listen(5)
        desk.say(FeedState.LIVE)
        desk.listen(5)
        desk.diary.finish()
        record = desk.record()
        assert spans(record) == [(0, 10), (3_611, 9)]
        assert (
            uptime(record, 0, 2**60).listened_ms == 10_000 + 10_000 + 5_000
        )  # connecting anew is not counted


def test_a_clock_that_is_set_back_begins_a_run_of_its_own(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        desk = Listener(store)
        desk.say(FeedState.LIVE)
        desk.listen(20)
        desk.clock._now_ms -= 10_000_000
        desk.listen(20)
        desk.diary.finish()
        record = desk.record()
        assert len(record.runs) == 2
        assert uptime(record, 0, 2**60).listened_ms == 20_000 + 19_000
        assert outages(record) == []


def updates(event_ms: Sequence[int], late_ms: Sequence[float]) -> MarketBatch:
    rows = np.zeros(len(event_ms), BOOK_UPDATE)
    rows["event_ms"] = event_ms
    rows["recv_ns"] = (np.array(event_ms) + np.array(late_ms)) * 1e6
    return MarketBatch(VENUE, SYMBOL, updates=rows)


def test_delays_are_counted_against_the_quickest_of_their_minute(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    event_ms = np.sort(rng.integers(0, 40 * 60_000, 4_000)) + BEGAN_MS
    late_ms = rng.exponential(40.0, len(event_ms)) + 700.0
    wanted = np.zeros(272, np.int64)
    for minute in np.unique(event_ms // 60_000):
        of_minute = late_ms[event_ms // 60_000 == minute]
        for delay in of_minute - of_minute.min():
            wanted[delay_bins(np.array([delay]))[0]] += 1
    with open_store(tmp_path) as store:
        desk = Listener(store)
        desk.say(FeedState.LIVE)
        for place in range(0, len(event_ms), 37):
            desk.diary.take(
                updates(event_ms[place : place + 37].tolist(), late_ms[place : place + 37].tolist())
            )
            desk.listen(21)
        desk.diary.finish()
        found = desk.record().delays
    assert found.sum() == len(event_ms)
    assert np.abs(np.cumsum(found) - np.cumsum(wanted)).max() <= 3  # a bin's edge, by the rounding of ns


def test_it_looks_by_itself_once_a_second(tmp_path: Path) -> None:
    async def listen() -> None:
        with open_store(tmp_path) as store:
            desk = Listener(store)
            desk.say(FeedState.LIVE)
            task = asyncio.create_task(desk.diary.run())
            for _ in range(30):
                await asyncio.sleep(0.1)
                if desk.record().runs:
                    break
                desk.clock.advance(0.1)
            task.cancel()
            assert len(desk.record().runs) == 1

    asyncio.run(listen())
