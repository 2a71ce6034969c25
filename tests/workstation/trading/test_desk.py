"""The desk on a real ledger and the paper venue: sent once, proven when unknown, exits kept in place."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.market_made import CONTRACT, SYMBOL, MadeMarket, made_venue
from tests.workstation.trading.test_gate import Verdict
from workstation.errors import OrderRejected, VenueError, VenueUnreachable
from workstation.exchange.paper_venue import PaperVenue
from workstation.model.ledger import BlockedIntent, OrderNote, StopMove
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    ApprovedOrder,
    Bracket,
    Fill,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
    Side,
    Target,
    Trail,
    TrailMode,
)
from workstation.model.positions import Position
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.desk import Desk, Submitted
from workstation.trading.gate import Gate, Refused
from workstation.trading.news import OrphanOrders, PositionsDiffer, StopMissing
from workstation.trading.portfolio import Portfolio
from workstation.trading.reconcile import Reconciled
from workstation.trading.risk import HardLimits
from workstation.trading.stop_keeper import StopKeeper

D = Decimal
LONG = OrderIntent(
    "paper",
    SYMBOL,
    Side.BUY,
    OrderKind.LIMIT,
    D("0.1"),
    Purpose.OPEN,
    price=D(59_999),
    bracket=Bracket(D(59_000), (Target(D(62_000), D("0.5")), Target(D(63_000), D("0.5")))),
    leverage=D(5),
    margin_mode=MarginMode.ISOLATED,
    setup="swing",
    thesis="range low",
)


class Line:
    """The way to a venue, which can be made to fail at any place: what passes is the real venue's."""

    def __init__(self, venue: PaperVenue) -> None:
        self.real = venue
        self.before: Exception | None = None
        self.after: Exception | None = None
        self.silent = False
        self.garble: Callable[[OrderReport], OrderReport] | None = None
        self.unseen_ms = 5_000
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    async def place(self, order: ApprovedOrder) -> OrderReport:
        self.asked += 1
        if self.before is not None:
            raise self.before
        report = await self.real.place(order)
        if self.after is not None:
            raise self.after
        return report if self.garble is None else self.garble(report)

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        if self.silent:
            raise VenueUnreachable("no network")
        return await self.real.find_order(symbol, client_order_id)


@dataclass
class Room:
    """A desk with all that it stands on."""

    folder: Path
    venue: PaperVenue
    line: Line
    market: MadeMarket
    ledger: SqliteLedger
    clock: ManualClock
    desk: Desk
    keeper: StopKeeper
    news: list[object] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def settle(self) -> None:
        """Let everything that was told be taken in, and the exits be looked after."""
        seen = -1
        while seen != self.desk.portfolio.version:
            seen = self.desk.portfolio.version
            await self.desk.caught_up()
            await self.keeper.tend(SYMBOL)
            await self.desk.caught_up()

    def exits(self) -> list[tuple[str, Decimal, Decimal]]:
        """What works as an exit: (leg, size, price)."""
        found = []
        for order in self.desk.portfolio.working(SYMBOL):
            intent = order.intent
            price = intent.trigger_price if intent.trigger_price is not None else intent.price
            if intent.leg and price is not None:
                found.append((intent.leg, order.remaining_size, price))
        return sorted(found)

    def told(self, kind: type) -> list[object]:
        return [one for one in self.news if isinstance(one, kind)]


async def opened(folder: Path, market: MadeMarket | None = None, venue: PaperVenue | None = None) -> Room:
    """A desk over the ledger and the paper account of a folder, reconciled."""
    venue = made_venue(folder, deposit="20000") if venue is None else venue
    if market is None:
        market = MadeMarket(venue)
        market.snapshot([(59_999.0, 0.5), (59_998.0, 3.0)], [(60_000.0, 5.0), (60_001.0, 5.0)])
        market.mark_at(60_000)
    else:
        market.venue = venue
        venue.add_contract(CONTRACT)
    ledger, clock, bus = open_ledger(folder), ManualClock(market.now_ms), Bus()
    portfolio = Portfolio("paper")
    portfolio.add_contract(CONTRACT)
    portfolio.replay(ledger.entries())
    line = Line(venue)
    limits = replace(HardLimits(), reward_risk=D(1))
    desk = Desk(line, ledger, Gate(lambda: limits, clock), portfolio, market.view, bus, clock)  # type: ignore[arg-type]
    room = Room(folder, venue, line, market, ledger, clock, desk, StopKeeper(desk, bus, clock))
    for kind in (StopMissing, OrphanOrders, PositionsDiffer):
        bus.subscribe(kind, room.news.append)
    room.tasks.append(asyncio.create_task(desk.run()))
    await asyncio.sleep(0)
    await desk.reconcile()
    return room


async def closed(room: Room) -> None:
    for task in room.tasks:
        task.cancel()
    await asyncio.gather(*room.tasks, return_exceptions=True)
    await room.desk.finish()
    room.ledger.close()
    room.venue.close()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    one = await opened(tmp_path)
    yield one
    await closed(one)


async def sent(room: Room, intent: OrderIntent = LONG) -> str:
    result = await room.desk.submit(intent, Verdict())
    assert isinstance(result, Submitted), result
    return result.order.client_order_id


async def test_a_trade_from_the_order_over_partial_fills_and_its_bracket_to_flat(room: Room) -> None:
    await sent(room)
    setting = await room.venue.setting(SYMBOL)
    assert (setting.leverage, setting.margin_mode) == (D(5), MarginMode.ISOLATED)

    room.market.trade(-1, 59_999.0, 0.54)  # 0.5 before us, then 0.04 of ours
    await room.settle()
    assert room.exits() == [
        ("stop", D("0.04"), D(59_000)),
        ("target 1", D("0.02"), D(62_000)),
        ("target 2", D("0.02"), D(63_000)),
    ]
    room.market.trade(-1, 59_999.0, 5.0)
    await room.settle()
    assert room.desk.portfolio.position(SYMBOL).size == D("0.1")
    by_leg: dict[str, Decimal] = {}
    for leg, size, _ in room.exits():
        by_leg[leg] = by_leg.get(leg, D(0)) + size
    assert by_leg == {"stop": D("0.1"), "target 1": D("0.05"), "target 2": D("0.05")}

    room.market.trade(1, 62_001.0, 1.0)  # the first target is traded through
    await room.settle()
    assert [size for leg, size, _ in room.exits() if leg == "stop"] == [D("0.05")]
    room.market.mark_at(58_990)
    await room.settle()

    portfolio = room.desk.portfolio
    assert portfolio.position(SYMBOL).is_flat
    assert portfolio.working() == []  # the other target went with the position
    realised, fees, funding = portfolio.earned("USDT")
    balance = (await room.venue.balances())[0].wallet
    assert balance == D(20_000) + realised - fees + funding
    assert realised == D("0.05") * (62_000 - 59_999) + D("0.05") * (59_999 - 59_999)
    again = Portfolio("paper")
    again.add_contract(CONTRACT)
    again.replay(room.ledger.entries())
    assert again.earned("USDT") == portfolio.earned("USDT")
    assert again.orders == portfolio.orders
    assert room.ledger.check().is_whole


FAULTS: Sequence[tuple[str, object]] = (
    ("after", TimeoutError()),
    ("after", ConnectionResetError()),
    ("after", VenueError("ExchangeError: bad gzip")),
    ("after", ValueError("no json")),
    ("garble", lambda report: replace(report, client_order_id="")),
)


@pytest.mark.parametrize(("where", "fault"), FAULTS)
async def test_an_order_whose_answer_was_lost_is_unknown_until_proven_and_never_sent_again(
    room: Room, where: str, fault: object
) -> None:
    setattr(room.line, where, fault)
    room.line.silent = True

    order_id = await sent(room)

    order = room.desk.portfolio.order(order_id)
    assert order is not None
    blocked = await room.desk.submit(replace(LONG, intent_id="b" * 32), Verdict())
    if order.state is OrderState.UNKNOWN:  # its fills may have proven it by themselves
        assert isinstance(blocked, Refused)
        assert "not proven" in blocked.refusals[0].words
    await room.desk.prove_unknown()
    room.line.silent = False
    await room.desk.prove_unknown()
    order = room.desk.portfolio.order(order_id)
    assert order is not None
    assert order.state is OrderState.OPEN
    assert room.line.asked == 1
    assert len(await room.venue.open_orders()) == 1


async def test_an_order_that_never_arrived_is_absent_only_once_no_request_can_be_under_way(
    room: Room,
) -> None:
    room.line.before = TimeoutError()
    order_id = await sent(room)

    await room.desk.prove_unknown()
    order = room.desk.portfolio.order(order_id)
    assert order is not None
    assert order.state is OrderState.UNKNOWN
    room.clock.advance(6.0)
    await room.desk.prove_unknown()

    order = room.desk.portfolio.order(order_id)
    assert order is not None
    assert order.state is OrderState.ABSENT
    assert await room.venue.open_orders() == []
    room.line.before = None
    await sent(room, replace(LONG, intent_id="c" * 32))  # and the way is free again


async def test_an_answer_that_never_comes_is_looked_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.trading.desk._ANSWER_S", 0.01)
    place = room.venue.place

    async def never_answers(order: ApprovedOrder) -> OrderReport:
        await place(order)
        await asyncio.Event().wait()
        raise AssertionError

    room.line.place = never_answers  # type: ignore[method-assign]
    waiting = asyncio.create_task(
        sent(room, replace(LONG, price=D(59_000), bracket=Bracket(D(58_000), (Target(D(62_000)),))))
    )
    while not room.desk.portfolio.working():
        await asyncio.sleep(0)
    assert room.desk.portfolio.working()[0].state in (OrderState.CREATED, OrderState.SENT)

    await waiting
    await room.desk.prove_unknown()

    (order,) = room.desk.portfolio.working()
    assert order.state is OrderState.OPEN


async def test_fills_that_a_report_speaks_of_and_that_never_came_are_asked_for(room: Room) -> None:
    take = room.desk.books.take

    async def loses_fills(event: object) -> None:
        if not isinstance(event, Fill):
            await take(event)  # type: ignore[arg-type]

    room.desk.books.take = loses_fills  # type: ignore[method-assign]
    order_id = await sent(room, replace(LONG, price=D(60_000)))
    await room.desk.caught_up()
    order = room.desk.portfolio.order(order_id)
    assert order is not None
    assert (order.state, order.missing_size) == (OrderState.FILLED, D("0.1"))
    assert room.desk.portfolio.position(SYMBOL).is_flat

    room.desk.books.take = take  # type: ignore[method-assign]
    await room.desk.prove_unknown()

    assert room.desk.portfolio.position(SYMBOL).size == D("0.1")
    assert room.desk.portfolio.missing_fills == []


async def test_only_the_venues_own_word_rejects(room: Room) -> None:
    room.line.before = OrderRejected("Margin is insufficient", code="-2019")

    order = room.desk.portfolio.order(await sent(room))

    assert order is not None
    assert (order.state, order.words) == (OrderState.REJECTED, "Margin is insufficient")


async def test_what_is_refused_is_kept_and_nothing_is_set_at_the_venue(room: Room) -> None:
    result = await room.desk.submit(replace(LONG, bracket=None), Verdict())

    assert isinstance(result, Refused)
    (entry,) = room.ledger.entries(BlockedIntent)
    assert isinstance(entry.record, BlockedIntent)
    assert entry.record.intent.bracket is None
    assert entry.record.mark_price == D(60_000)
    assert (await room.venue.setting(SYMBOL)).margin_mode is MarginMode.CROSS
    assert room.line.asked == 0


async def test_without_a_ledger_nothing_opens_and_exits_still_leave(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()
    (pages,) = room.ledger._call(lambda: room.ledger._connection.execute("PRAGMA page_count").fetchone())
    room.ledger._call(lambda: room.ledger._connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    refusals = ""
    for _ in range(40):  # until the last page is full
        result = await room.desk.submit(
            replace(
                LONG,
                intent_id="",
                price=D(59_000),
                thesis="x" * 2_000,
                bracket=Bracket(D(58_500), (Target(D(61_000)),)),
            ),
            Verdict(),
        )
        if isinstance(result, Refused):
            refusals = " ".join(refusal.words for refusal in result.refusals)
            break
    assert "ledger cannot be written" in refusals
    out = await room.desk.close(SYMBOL)
    await room.settle()

    assert isinstance(out, Submitted)
    assert out.order.state in (OrderState.FILLED, OrderState.OPEN)
    assert room.desk.portfolio.position(SYMBOL).is_flat


async def test_a_stop_only_tightens_unless_the_thesis_changed(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()
    move = room.keeper.move_stop

    assert await move(LONG.intent_id, D("59500.05")) is None
    await room.settle()
    assert ("stop", D("0.1"), D("59500.1")) in room.exits()
    for words in ("", "range low", "  range   low "):
        refused = await move(LONG.intent_id, D(59_200), words)
        assert refused is not None
        assert refused.field == "thesis"
    beyond = await move(LONG.intent_id, D(40_000), "it is an investment now")
    assert beyond is not None
    assert "liquidation" in beyond.words
    assert await move(LONG.intent_id, D(59_200), "the range is wider: 59.3 held twice") is None
    await room.settle()
    assert [exit for exit in room.exits() if exit[0] == "stop"] == [("stop", D("0.1"), D(59_200))]
    moves = [entry.record for entry in room.ledger.entries(StopMove)]
    assert [move.thesis for move in moves if isinstance(move, StopMove)] == [
        "",
        "the range is wider: 59.3 held twice",
    ]


@pytest.mark.parametrize(
    ("mode", "expected"), [(TrailMode.PEAK, D(61_000)), (TrailMode.INCREMENT, D(61_500))]
)
async def test_both_trails_give_back_half_and_never_go_back(
    room: Room, mode: TrailMode, expected: Decimal
) -> None:
    await sent(room, replace(LONG, price=D(60_000), bracket=Bracket(D(59_000), (Target(D(70_000)),))))
    room.market.mark_at(61_000)
    await room.settle()
    refused = await room.keeper.start_trail(LONG.intent_id, Trail(mode))
    assert refused is None

    room.market.mark_at(62_000)  # the profit doubles: 1000 to 2000 a coin
    await room.settle()
    assert ("stop", D("0.1"), expected) in room.exits()
    room.market.mark_at(61_700)
    await room.settle()
    assert [exit for exit in room.exits() if exit[0] == "stop"] == [("stop", D("0.1"), expected)]


async def test_a_cancel_that_a_kill_held_back_is_asked_for_again(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()
    stop = next(order for order in room.desk.portfolio.working() if order.intent.leg == "stop")
    await room.desk.books.take(OrderNote(stop.client_order_id, None, "Cancel asked for", cancels=True))
    await room.desk.close(SYMBOL)
    await room.settle()
    assert room.exits() == [("stop", D("0.1"), D(59_000))]

    await room.desk.reconcile()
    await room.settle()

    assert room.exits() == []
    assert await room.venue.open_orders() == []


async def test_a_stop_that_was_taken_away_is_told_and_put_back_on_request(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()
    (stop,) = [order for order in room.desk.portfolio.working() if order.intent.leg == "stop"]

    await room.venue.cancel(SYMBOL, stop.client_order_id)  # elsewhere, behind the desk's back
    await room.settle()

    assert [leg for leg, _, _ in room.exits()] == ["target 1", "target 2"]
    (missing,) = room.told(StopMissing)
    assert isinstance(missing, StopMissing)
    assert "does not stand" in missing.words
    room.keeper.repair(LONG.intent_id)
    await room.settle()
    assert ("stop", D("0.1"), D(59_000)) in room.exits()


async def test_the_keeper_ends_when_it_is_told_to_even_as_something_changes(room: Room) -> None:
    running = asyncio.create_task(room.keeper.run())
    await asyncio.sleep(0.01)
    room.desk.books.changed.set()
    await asyncio.sleep(0)
    running.cancel()

    done, _ = await asyncio.wait({running}, timeout=1)

    assert done


async def test_a_position_that_nothing_protects_is_told_within_seconds(room: Room) -> None:
    room.line.before = TimeoutError()  # the stop is on its way and nobody knows
    room.line.silent = True
    entry = replace(LONG, price=D(60_000))
    room.line.before = None
    await sent(room, entry)
    room.line.before = TimeoutError()
    await room.settle()
    assert room.told(StopMissing) == []
    room.clock.advance(3.5)
    await room.settle()

    (missing,) = room.told(StopMissing)
    assert isinstance(missing, StopMissing)
    assert "0.1" in missing.words
    stops = [order for order in room.desk.portfolio.orders if order.intent.leg == "stop"]
    assert len(stops) == 1  # not sent again while it may be at the venue


async def test_a_stop_for_less_than_is_held_does_not_count_as_one_for_all_of_it(room: Room) -> None:
    await sent(room)
    room.market.trade(-1, 59_999.0, 0.54)  # 0.5 before us, then 0.04 of ours
    await room.settle()
    assert ("stop", D("0.04"), D(59_000)) in room.exits()
    room.line.before, room.line.silent = TimeoutError(), True  # the larger stop that follows is not proven
    room.market.trade(-1, 59_999.0, 5.0)
    await room.settle()
    room.clock.advance(3.5)
    await room.settle()

    assert abs(room.desk.portfolio.position(SYMBOL).size) == D("0.1")
    (missing,) = room.told(StopMissing)
    assert isinstance(missing, StopMissing)
    assert missing.words.startswith("0.06")


async def test_a_doubt_that_comes_while_it_is_reconciled_is_not_lifted_by_that(room: Room) -> None:
    everything = room.desk.reconciler.everything

    async def doubted() -> Reconciled:
        found = await everything()
        room.desk.doubt("The trading process ended by itself")
        return found

    room.desk.reconciler.everything = doubted  # type: ignore[method-assign]
    await room.desk.reconcile()
    assert room.desk.frozen == "The trading process ended by itself"

    room.desk.reconciler.everything = everything  # type: ignore[method-assign]
    await room.desk.reconcile()
    assert room.desk.frozen == ""


async def test_a_stop_is_not_moved_to_where_it_would_trigger_at_once(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()

    refusal = await room.keeper.move_stop(LONG.intent_id, D(60_000))

    assert refusal is not None
    assert "would trigger at once" in refusal.words
    assert await room.keeper.move_stop(LONG.intent_id, D(59_990)) is None
    await room.settle()
    assert ("stop", D("0.1"), D(59_990)) in room.exits()


async def test_an_amended_order_is_cancelled_proven_and_sent_anew_without_what_was_filled(room: Room) -> None:
    first = await sent(room)
    room.market.trade(-1, 59_999.0, 0.53)
    await room.settle()

    result = await room.desk.amend(first, Verdict(), price=D("59998"))

    assert isinstance(result, Submitted)
    assert result.order.intent.size == D("0.07")
    old = room.desk.portfolio.order(first)
    assert old is not None
    assert (old.state, old.filled_size) == (OrderState.CANCELLED, D("0.03"))
    reports = await room.venue.open_orders()
    assert [report.price for report in reports if not report.reduce_only] == [D(59_998)]


async def test_the_kill_switch_leaves_nothing_open_and_nothing_working(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()  # only with its stop in place does another order in that symbol keep the risk limit
    await sent(room, replace(LONG, intent_id="d" * 32, price=D(59_500), size=D("0.02")))
    await room.settle()

    await room.desk.flatten()
    await room.settle()

    assert await room.venue.positions() == []
    assert await room.venue.open_orders() == []
    assert room.desk.portfolio.position(SYMBOL).is_flat


async def test_the_kill_switch_closes_what_is_filled_before_its_fills_have_come(room: Room) -> None:
    take = room.desk.books.take

    async def loses_fills(event: object) -> None:
        if not isinstance(event, Fill):
            await take(event)  # type: ignore[arg-type]

    await sent(room, replace(LONG, price=D(60_000), size=D("0.05")))
    await room.settle()
    room.desk.books.take = loses_fills  # type: ignore[method-assign]
    await sent(room, replace(LONG, intent_id="d" * 32, price=D(60_000), size=D("0.02")))
    await room.desk.caught_up()
    assert room.desk.portfolio.position(SYMBOL).size == D("0.05")
    assert [held.size for held in await room.venue.positions()] == [D("0.07")]

    await room.desk.flatten()

    assert await room.venue.positions() == []


async def test_a_position_held_elsewhere_is_told_and_one_from_before_is_taken_over(tmp_path: Path) -> None:
    room = await opened(tmp_path)
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()
    real = room.venue.positions

    async def twice_as_much() -> Sequence[Position]:
        return [replace(held, size=held.size * 2) for held in await real()]

    room.venue.positions = twice_as_much  # type: ignore[method-assign]
    found = await room.desk.reconcile()
    assert [difference.venues for difference in found.differences] == [D("0.2")]
    assert room.told(PositionsDiffer)
    refused = await room.desk.submit(replace(LONG, intent_id="e" * 32), Verdict())
    assert isinstance(refused, Refused)
    assert "another position" in refused.refusals[0].words
    await closed(room)

    (tmp_path / "ledger.sqlite").unlink()  # a ledger that begins later than the account
    (tmp_path / "ledger.head").unlink()
    for leftover in tmp_path.glob("ledger.sqlite-*"):
        leftover.unlink()
    later = await opened(tmp_path, room.market, PaperVenue("paper", tmp_path / "paper.jsonl", latency_ms=0))
    assert later.desk.portfolio.position(SYMBOL).size == D("0.1")
    assert later.desk.frozen == ""
    await closed(later)
