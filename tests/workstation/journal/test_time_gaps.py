"""Where the book is not known the time machine stands still and says so; what lies behind can be reached."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workstation.journal.stored_market import START_MS, SYMBOL, VENUE, StoredMarket
from workstation.journal.time_machine import TimeMachine
from workstation.market.order_book import BookStatus
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import DuckTickStore, open_store

Open = Callable[[int, int], TimeMachine]


def quotes(market: StoredMarket, first_s: int, last_s: int) -> None:
    """A book that changes each second, and a trade with each change."""
    market.book(START_MS + first_s * 1_000, [(1, 99.0, 1.0), (-1, 101.0, 1.0)], whole=True)
    for second in range(first_s + 1, last_s + 1):
        market.book(START_MS + second * 1_000, [(1, 98.0, float(second))])
        market.trade(START_MS + second * 1_000 + 10, 100.0 + second)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckTickStore]:
    with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def machine(store: DuckTickStore) -> Iterator[Open]:
    made: list[TimeMachine] = []

    def open_one(from_s: int, to_s: int) -> TimeMachine:
        one = TimeMachine(
            store.history, SystemClock(), VENUE, SYMBOL, START_MS + from_s * 1_000, START_MS + to_s * 1_000
        )
        made.append(one)
        settle(one)
        return one

    yield open_one
    for one in made:
        one.close()


def settle(machine: TimeMachine) -> None:
    deadline = time.monotonic() + 20
    while machine.is_waiting:
        machine.refresh(time.monotonic())
        assert time.monotonic() < deadline
        time.sleep(0.001)


def play_until_it_stands(machine: TimeMachine) -> int:
    machine.set_speed(50)
    machine.play()
    settle(machine)
    now_s, deadline = 0.0, time.monotonic() + 20
    machine.pause()
    machine.play()
    while machine.is_playing:
        now_s += 0.02
        machine.refresh(now_s)
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return (machine.moment_ms - START_MS) // 1_000


def test_it_stops_where_nothing_was_recorded_and_goes_on_behind_it(
    store: DuckTickStore, machine: Open
) -> None:
    for name, first, last in (("before", 0, 20), ("after", 60, 80)):
        market = StoredMarket(store, name=name)
        quotes(market, first, last)
        market.done()
    one = machine(5, 75)
    assert play_until_it_stands(one) == 20
    assert "not known from" in one.notice
    assert "nothing was recorded" in one.notice
    one.play()
    settle(one)
    assert (one.moment_ms - START_MS) // 1_000 >= 60
    assert one.state is not None
    assert one.state.book.status is BookStatus.LIVE
    assert play_until_it_stands(one) == 75
    assert one.notice == ""
    one.seek(START_MS + 40_000)
    settle(one)
    assert one.gap is not None
    assert one.state is not None
    assert one.state.book.status is BookStatus.EMPTY


def test_a_missing_update_is_a_gap_until_the_next_whole_book(store: DuckTickStore, machine: Open) -> None:
    market = StoredMarket(store)
    quotes(market, 0, 10)
    market.book(START_MS + 11_000, [(1, 97.0, 1.0)], ids=(900, 900, 899))
    for second in range(12, 20):
        market.book(START_MS + second * 1_000, [(1, 97.0, float(second))])
    market.book(START_MS + 20_000, [(1, 99.0, 1.0), (-1, 101.0, 1.0)], whole=True)
    quotes(market, 21, 30)
    market.done()
    one = machine(2, 28)
    assert play_until_it_stands(one) == 11
    assert "an update of the order book is missing" in one.notice
    one.play()
    settle(one)
    assert (one.moment_ms - START_MS) // 1_000 == 20
    assert one.state is not None
    assert one.state.book.status is BookStatus.LIVE


def test_parts_of_a_session_are_one_market(store: DuckTickStore, machine: Open) -> None:
    for name, first, last in (("part 0", 0, 30), ("part 1", 31, 60)):
        market = StoredMarket(store, name=name)
        quotes(market, first, last)
        market.done()
    one = machine(2, 58)
    assert one.tape is not None
    assert one.tape.gaps == ()
    assert play_until_it_stands(one) == 58
    assert one.state is not None
    assert one.state.book.size_at(1, 98.0) == 58.0
    assert one.state.last_price == 157.0
    seconds = one.state.candles(1_000).rows()
    assert seconds["open_ms"].tolist() == [START_MS + n * 1_000 for n in range(2, 58) if n != 31]


def test_where_nothing_is_kept_it_says_so(machine: Open) -> None:
    one = machine(0, 10)
    assert one.state is None
    assert "No trades and no book are kept" in one.notice
    one.play()
    one.refresh(0.0)
    one.refresh(1.0)
    assert one.moment_ms == START_MS


def test_candles_are_stepped_by_their_borders(store: DuckTickStore, machine: Open) -> None:
    market = StoredMarket(store)
    quotes(market, 0, 60)
    market.done()
    one = machine(3, 58)
    seen = []
    for direction in (1, 1, -1, -1, -1):
        one.step_candle(5_000, direction)
        settle(one)
        seen.append((one.moment_ms - START_MS) // 1_000)
    assert seen == [5, 10, 5, 3, 3]


@pytest.mark.parametrize(("speed", "moved_ms"), [(0.25, 415), (1.0, 1_660), (5.0, 8_300)])
def test_the_cursor_moves_as_fast_as_is_said(
    store: DuckTickStore, machine: Open, speed: float, moved_ms: int
) -> None:
    market = StoredMarket(store)
    quotes(market, 0, 70)
    market.done()
    one = machine(1, 58)
    one.set_speed(speed)
    one.play()
    one.refresh(0.0)
    for frame in range(1, 101):
        one.refresh(frame * 0.0166)
    assert one.moment_ms - one.from_ms == pytest.approx(moved_ms, abs=1)
