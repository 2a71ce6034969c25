"""A trade on a recorded market, then no desk and no network: the time machine brings all of it back."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

import pytest

from tests.workstation.exchange.test_paper_recorded import cut
from tests.workstation.trading.desk_room import LONG
from tests.workstation.trading.test_gate import Verdict
from workstation.app import Workstation
from workstation.journal.counterfactuals import ACTUAL, counterfactuals
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.journal.journal import Journal
from workstation.journal.keeping import TripKeeping
from workstation.journal.own_orders import OwnOrderFiles
from workstation.journal.placing import place_at
from workstation.journal.tape_map import tape_map
from workstation.journal.time_machine import TimeMachine
from workstation.journal.trip_machine import TripMachine
from workstation.market.order_book import BookStatus
from workstation.market.past_reader import PastReader
from workstation.model.journal import ReviewedTrip
from workstation.model.orders import Bracket, Fill, Side, Target
from workstation.runtime.clock import SystemClock
from workstation.store.ticks import DuckTickStore, open_store
from workstation.trading.desk import Submitted

pytestmark = pytest.mark.real_data

D = Decimal
SYMBOL = "BTCUSDT"
LIVED_MS = 150_000
PIECES = 12
Levels = dict[float, float]


@dataclass
class Lived:
    """What was seen while the desk was open."""

    data_dir: Path
    books: dict[int, tuple[int, int, Levels, Levels]]
    """By the message that comes next: venue time, update id, bids, asks."""
    fills: list[Fill]
    wallet: Decimal


async def _turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
    await asyncio.sleep(0.004)  # the ledger writes on a thread


async def _trade(shared_data: Path, data_dir: Path) -> Lived:
    """Sell, take half off at a target, close the rest by hand; note the book after every piece."""
    capture = shared_data / "captures" / "binance_usdm_BTCUSDT_2024-08-08.gz"
    workstation = Workstation.for_replay(capture, data_dir, speed=inf)
    workstation.trade_on_paper(data_dir)
    account, feed = workstation.trading, workstation.feed
    assert account is not None
    assert feed is not None
    account.start(workstation.supervisor)
    books: dict[int, tuple[int, int, Levels, Levels]] = {}
    state = workstation.market.states[SYMBOL]
    sold = closed = False
    portfolio = account.floor.portfolio
    begins_ms = 0
    for batches in feed.batches():
        if closed and state.market_ms > begins_ms + LIVED_MS and not portfolio.working(SYMBOL):
            break
        for batch in batches:
            for piece in cut(batch, PIECES):
                workstation.take(piece)
                if state.book.status is not BookStatus.LIVE:
                    continue
                await _turns()
                book = state.book
                books[piece.last_seq + 1] = (
                    state.market_ms,
                    book.update_id,
                    dict(book.bids),
                    dict(book.asks),
                )
                begins_ms = begins_ms or state.market_ms
                if not sold and not account.floor.desk.frozen and state.market_ms > begins_ms + 20_000:
                    bid = D(repr(book.best_bid))
                    bracket = Bracket(bid + 150, (Target(bid - 20, D("0.5")), Target(bid - 900, D("0.5"))))
                    intent = replace(
                        LONG,
                        venue="binance_usdm",
                        side=Side.SELL,
                        price=bid - 5,
                        size=D("0.05"),
                        bracket=bracket,
                        hold_ms=0,
                    )
                    result = await account.floor.desk.submit(intent, Verdict())
                    assert isinstance(result, Submitted), result
                    sold = True
                elif sold and not closed and state.market_ms > begins_ms + 120_000:
                    assert portfolio.position(SYMBOL).size < 0
                    assert isinstance(await account.floor.desk.close(SYMBOL), Submitted)
                    closed = True
    await _turns(200)
    assert closed
    assert portfolio.position(SYMBOL).size == 0
    fills = list(portfolio.fills(SYMBOL, 0))
    balance = portfolio.balance("USDT")
    assert balance is not None
    await workstation.stop()
    return Lived(data_dir, books, fills, balance.wallet)


@pytest.fixture(scope="module")
def lived(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return asyncio.run(_trade(shared_data, tmp_path_factory.mktemp("desk")))


@pytest.fixture
def store(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> Iterator[DuckTickStore]:
    def refuse(*_: object) -> None:
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with open_store(lived.data_dir) as opened:
        yield opened


Open = Callable[..., Any]


@pytest.fixture
def machine(store: DuckTickStore) -> Iterator[Open]:
    """`machine(…)`: a time machine on the store, at rest."""
    opened: list[TimeMachine] = []

    def open_one(*arguments: Any, kind: type[TimeMachine] = TimeMachine, **named: Any) -> Any:
        made = kind(store.history, SystemClock(), *arguments, **named)
        opened.append(made)
        settle(made)
        return made

    yield open_one
    for made in opened:
        made.close()


@pytest.fixture
def reviewed(lived: Lived) -> ReviewedTrip:
    with Journal(lived.data_dir) as journal:
        journal.refresh()
        (found,) = journal.trips()
    return found


def settle(machine: TimeMachine) -> None:
    """Let it read until the cursor stands."""
    deadline = time.monotonic() + 20
    while machine.is_waiting:
        machine.refresh(time.monotonic())
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert not machine.error


def test_the_book_is_that_of_then_level_by_level_and_so_are_the_fills(
    lived: Lived, store: DuckTickStore, machine: Open, reviewed: ReviewedTrip
) -> None:
    trip = reviewed.trip
    assert [part.fill for part in trip.parts] == lived.fills
    files = OwnOrderFiles(lived.data_dir)
    trip_machine = machine(trip, files, kind=TripMachine, before_ms=60_000, after_ms=60_000)
    history = store.history()
    tape = tape_map(history, trip.venue, SYMBOL, trip_machine.from_ms, trip_machine.to_ms)
    same = 0
    for number, (seq, (market_ms, update_id, bids, asks)) in enumerate(lived.books.items()):
        if number % 4:
            continue
        place = place_at(history, tape, market_ms, SystemClock(), seq)
        assert place is not None
        assert place.state.book.bids == bids
        assert place.state.book.asks == asks
        trip_machine.seek(market_ms)
        settle(trip_machine)
        if trip_machine.state.book.update_id == update_id:
            same += 1
            assert trip_machine.state.book.bids == bids
            assert trip_machine.state.book.asks == asks
        expected = [fill for fill in lived.fills if fill.event_ms <= market_ms]
        assert [part.fill for part in trip_machine.fills] == expected
    assert same >= 10
    history.close()


def test_playing_arrives_where_seeking_does(machine: Open, reviewed: ReviewedTrip) -> None:
    trip = reviewed.trip
    played = machine(trip.venue, SYMBOL, trip.opened_ms - 10_000, trip.opened_ms + 40_000)
    played.set_speed(50)
    played.play()
    now_s = 0.0
    while played.is_playing:
        now_s += 0.016
        played.refresh(now_s)
        time.sleep(0.001)
    assert played.moment_ms == played.to_ms
    sought = machine(trip.venue, SYMBOL, played.from_ms, played.to_ms, start_ms=played.to_ms)
    one, other = played.state, sought.state
    assert one is not None
    assert other is not None
    assert one.book.bids == other.book.bids
    assert one.book.asks == other.book.asks
    assert one.last_price == other.last_price
    assert one.trades.rows()[-50:].tobytes() == other.trades.rows()[-50:].tobytes()
    ours, theirs = one.candles(1_000).rows()[-20:], other.candles(1_000).rows()[-20:]
    for name in ("open_ms", "open", "high", "low", "close", "trades"):
        assert (ours[name] == theirs[name]).all(), name
    assert one.grid is not None
    assert other.grid is not None
    newest = other.grid.buckets[1] - 1
    assert (one.grid.codes[newest % one.grid.columns] == other.grid.codes[newest % one.grid.columns]).all()


def test_messages_are_taken_and_undone_one_by_one(machine: Open, reviewed: ReviewedTrip) -> None:
    trip = reviewed.trip
    one = machine(trip.venue, SYMBOL, trip.opened_ms - 5_000, trip.opened_ms + 5_000)
    seen = []
    for _ in range(40):
        seen.append((one.state.book.update_id, one.state.trades.appended, dict(one.state.book.bids)))
        one.step_event(1)
        settle(one)
    last_trades = [trades for _, trades, _ in seen]
    assert last_trades != sorted(set(last_trades))
    for update_id, _, bids in reversed(seen):
        one.step_event(-1)
        settle(one)
        assert one.state.book.update_id == update_id
        assert one.state.book.bids == bids


def test_stops_and_targets_stand_as_they_stood(lived: Lived, machine: Open, reviewed: ReviewedTrip) -> None:
    trip = reviewed.trip
    assert trip.planned is not None
    bracket = trip.planned.bracket
    assert bracket is not None
    files = OwnOrderFiles(lived.data_dir)
    one = machine(trip, files, kind=TripMachine, before_ms=30_000, after_ms=200_000)
    assert trip.closed_ms is not None
    for _ in range(20):
        one.refresh(time.monotonic())
        time.sleep(0.002)
    one.seek(trip.closed_ms - 5_000)
    settle(one)
    moment = one.moment()
    assert moment.size == D("-0.025")
    assert moment.stop_price == bracket.stop_price
    assert moment.target_prices == (bracket.targets[1].price,)
    assert moment.realised_pnl == D("0.025") * (moment.entry_price - bracket.targets[0].price)
    one.go_to_exit()
    settle(one)
    assert one.moment().net_pnl == trip.net_pnl
    ends = [order.to_ms for order in one.orders if order.to_ms is not None]
    assert len(ends) == len(one.orders)
    one.seek(max(ends))  # the exits are cancelled a moment later
    settle(one)
    after = one.moment()
    assert after.size == 0
    assert after.stop_price is None
    assert after.net_pnl == trip.net_pnl
    times, path = one.path()
    assert times[0] >= trip.opened_ms
    assert path[-1] == pytest.approx(float(trip.net_pnl))


def test_as_it_happened_is_what_the_account_won(
    lived: Lived, store: DuckTickStore, reviewed: ReviewedTrip
) -> None:
    trip = reviewed.trip
    history = store.history()
    table = counterfactuals(history, trip, terms_of(trip, contract_of_trip(history, trip)))
    actual = table.row(ACTUAL)
    assert actual is not None
    assert actual.net_pnl == lived.wallet - 10_000
    assert actual.net_pnl == actual.pnl - actual.fees + actual.funding
    held = table.row("stop_held")
    assert held is not None
    assert held.is_known
    assert held.more_pnl == held.net_pnl - actual.net_pnl
    history.close()


def test_what_a_trade_lacks_is_found_out_beside_the_desk(lived: Lived, store: DuckTickStore) -> None:
    history = store.history()
    with Journal(lived.data_dir) as journal:
        journal.refresh()
        (before,) = journal.trips()
        keeping = TripKeeping(journal)
        keeping.use(store)
        reader = PastReader(store.history, SystemClock())
        trip = before.trip
        deadline = time.monotonic() + 20
        while trip.trip_id not in keeping.passive_r or journal.trips()[0].excursion is None:
            reader.follow(keeping)
            journal.refresh()
            assert time.monotonic() < deadline, keeping.error
            time.sleep(0.005)
        reader.close()
        excursion = journal.trips()[0].excursion
        assert excursion is not None
        assert excursion.source == "tape"
        assert trip.closed_ms is not None
        ((low, _, high, _),) = history.tape_extremes(trip.venue, SYMBOL, [(trip.opened_ms, trip.closed_ms)])
        assert (excursion.mfe_price, excursion.mae_price) == (low, high)  # it was short
        (pin,) = history.pins()
        assert (pin.symbol, pin.from_ms < trip.opened_ms, pin.to_ms > trip.closed_ms) == (SYMBOL, True, True)
        table = counterfactuals(history, trip, terms_of(trip, contract_of_trip(history, trip)))
        alone = table.row("stop_held")
        assert alone is not None
        assert alone.r_multiple is not None
        assert keeping.passive_r == {trip.trip_id: float(alone.r_multiple)}
        assert TripKeeping(journal).passive_r == keeping.passive_r  # kept for the next start
    history.close()
