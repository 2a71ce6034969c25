"""The desk on a real ledger and the paper venue: sent once, and proven when unknown."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.desk_room import LONG, Room, closed, opened, sent
from tests.workstation.trading.market_made import CONTRACT, SYMBOL
from tests.workstation.trading.test_gate import Verdict
from workstation.errors import OrderRejected, VenueError
from workstation.exchange.paper_venue import PaperVenue
from workstation.model.ledger import BlockedIntent, OrderNote
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    ApprovedOrder,
    Bracket,
    Fill,
    OrderReport,
    OrderState,
    Target,
)
from workstation.model.positions import Position
from workstation.trading.desk import Submitted
from workstation.trading.gate import Refused
from workstation.trading.news import PositionsDiffer
from workstation.trading.portfolio import Portfolio
from workstation.trading.reconcile import Reconciled

D = Decimal


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    one = await opened(tmp_path)
    yield one
    await closed(one)


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
