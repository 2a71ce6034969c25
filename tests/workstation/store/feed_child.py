"""A program that keeps the diary of a venue until it is killed, a second a millisecond; not a test itself."""

import sys
import time
from pathlib import Path

from workstation.market.feed_diary import FeedDiary
from workstation.model.feed_status import FeedState, FeedStatus
from workstation.runtime.clock import ManualClock
from workstation.store.ticks import open_store

STATES = (FeedState.LIVE, FeedState.STALE, FeedState.LIVE, FeedState.DISCONNECTED, FeedState.REPAIRING)
EVERY_S = 7


def keep(data_dir: Path, began_ms: int) -> None:
    with open_store(data_dir) as store:
        clock = ManualClock(began_ms)
        diary = FeedDiary("binance_usdm", store, clock, lambda: ("BTCUSDT",))
        for second in range(10**9):
            if second % EVERY_S == 0:
                state = STATES[second // EVERY_S % len(STATES)]
                diary.take_status(FeedStatus("binance_usdm", "BTCUSDT", state))
            diary.look()
            store.wait_until_below(0)
            if second == 20:
                print("listening", flush=True)
            clock.advance(1)
            time.sleep(0.001)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
