"""The ticks around every trade stay, whatever is let go; what trades lack is found out beside the desk."""

from dataclasses import replace
from pathlib import Path

from tests.workstation.journal.stored_market import START_MS, StoredMarket, fill, round_trip
from workstation.journal.keeping import pin_trips
from workstation.market.upkeep import Upkeep
from workstation.model.orders import Side
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.settings import Keep, Retention
from workstation.store.ticks import DuckTickStore, open_store

HOUR_MS = 3_600_000
NOTHING_KEPT = Retention(*(Keep(days=0.0) for _ in Retention.__struct_fields__))


def parts(store: DuckTickStore, hours: int) -> list[int]:
    """A recording for each hour."""
    ids = []
    for hour in range(hours):
        market = StoredMarket(store, name=f"hour {hour}")
        at_ms = START_MS + hour * HOUR_MS
        market.book(at_ms, [(1, 99.0, 1.0), (-1, 101.0, 1.0)], whole=True)
        for second in range(0, 3_600, 600):
            market.trade(at_ms + second * 1_000, 100.0)
            market.book(at_ms + second * 1_000, [(1, 98.0, float(second + 1))])
        ids.append(market.done())
    return ids


def test_retention_keeps_the_hours_around_a_trade_and_nothing_else(tmp_path: Path) -> None:
    opened = START_MS + 3 * HOUR_MS + 20 * 60_000
    trip = round_trip(
        [fill(1, Side.BUY, "100", "1", opened), fill(2, Side.SELL, "101", "1", opened + 60_000)]
    )
    with open_store(tmp_path) as store:
        ids = parts(store, 12)
        history = store.history()
        assert pin_trips(history, store, [trip]) == 1
        assert pin_trips(history, store, [trip]) == 0
        clock = ManualClock(2_500_000_000_000)
        Upkeep(store, lambda: NOTHING_KEPT, clock, Bus()).tidy()
        left = [recording.recording_id for recording in history.recordings()]
        # From half an hour before it to four hours after it: the hours 2 (its second half) to 7.
        assert left == ids[2:8]
        for recording_id in left:
            counts = history.row_counts(recording_id)
            assert (counts["trades"], counts["depth_updates"], counts["snapshots"]) == (6, 6, 1)
        history.close()


def test_an_open_trade_keeps_all_that_follows_until_it_is_closed(tmp_path: Path) -> None:
    opened = START_MS + HOUR_MS
    entry = fill(1, Side.BUY, "100", "1", opened)
    closed = round_trip([entry, fill(2, Side.SELL, "101", "1", opened + HOUR_MS)])
    still_open = replace(closed, closed_ms=None, parts=closed.parts[:1])
    with open_store(tmp_path) as store:
        parts(store, 3)
        history = store.history()
        pin_trips(history, store, [still_open])
        (pin,) = history.pins()
        assert (pin.from_ms, pin.to_ms > START_MS * 1_000) == (opened - 1_800_000, True)
        pin_trips(history, store, [closed])
        (pin,) = history.pins()
        assert pin.to_ms == opened + HOUR_MS + 4 * HOUR_MS
        history.close()


def test_trades_of_which_nothing_is_recorded_pin_nothing(tmp_path: Path) -> None:
    long_ago = START_MS - 400 * 24 * HOUR_MS
    trip = round_trip([fill(1, Side.BUY, "1", "1", long_ago), fill(2, Side.SELL, "1", "1", long_ago + 1)])
    with open_store(tmp_path) as store:
        parts(store, 1)
        history = store.history()
        assert pin_trips(history, store, [trip]) == 0
        assert history.pins() == []
        history.close()
