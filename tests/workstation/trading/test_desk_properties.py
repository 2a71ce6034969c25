"""Whatever happens on the way: one order at the venue for one intent, and exits that fit what is held."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.workstation.trading.desk_room import LONG, Line, Room, closed, opened
from tests.workstation.trading.market_made import SYMBOL
from tests.workstation.trading.test_gate import Verdict
from workstation.errors import OrderRejected, VenueError, VenueRateLimited, VenueUnreachable
from workstation.model.orders import (
    Bracket,
    OrderIntent,
    OrderKind,
    OrderReport,
    OrderState,
    Purpose,
    Side,
    Target,
    TimeInForce,
    Trail,
    TrailMode,
    new_id,
)
from workstation.trading.desk import Submitted

D = Decimal
SUBMITS = int(os.environ.get("PREFLIGHT_SUBMITS", "40"))
WALKS = int(os.environ.get("PREFLIGHT_WALKS", "2"))

_LOST: tuple[Callable[[], Exception], ...] = (
    TimeoutError,
    ConnectionResetError,
    ConnectionRefusedError,
    BrokenPipeError,
    lambda: OSError("no route to host"),
    lambda: ValueError("not a number"),
    lambda: KeyError("orderId"),
    lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "cut"),
    lambda: VenueUnreachable("504"),
    lambda: VenueRateLimited("429"),
    lambda: VenueError("a code that nobody knows"),
)
_GARBLED: tuple[Callable[[OrderReport], OrderReport], ...] = (
    lambda report: replace(report, client_order_id=""),
    lambda report: replace(report, client_order_id="somebody else's"),
)
MODES = [("before", number) for number in range(len(_LOST))]
MODES += [("after", number) for number in range(len(_LOST))]
MODES += [("garble", number) for number in range(len(_GARBLED))]
MODES += [("none", 0), ("rejected", 0)]


def fail(line: Line, where: str, number: int) -> None:
    line.before = line.after = line.garble = None
    if where == "before":
        line.before = _LOST[number]()
    elif where == "after":
        line.after = _LOST[number]()
    elif where == "garble":
        line.garble = _GARBLED[number]
    elif where == "rejected":
        line.before = OrderRejected("no", code="-2019")


async def check_submit(room: Room, random: Random) -> None:
    """One intent through one fault: in the end it is at the venue once, or for certain not at all."""
    where, number = random.choice(MODES)
    fail(room.line, where, number)
    room.line.silent = random.random() < 0.4
    limit = replace(LONG, intent_id=new_id(), size=D(random.randint(1, 50)) / 1000, price=D(59_900))
    intent = random.choice((limit, replace(limit, price=D(60_000), time_in_force=TimeInForce.IOC)))
    before = set(room.venue._orders)

    result = await room.desk.submit(intent, Verdict())
    assert isinstance(result, Submitted), result
    for _ in range(random.randint(0, 3)):
        room.clock.advance(random.choice((0.1, 1.0, 3.0)))
        room.line.silent = random.random() < 0.4
        await room.desk.prove_unknown()
    fail(room.line, "none", 0)
    room.line.silent = False
    room.clock.advance(6.0)
    await room.desk.prove_unknown()
    await room.settle()

    order = room.desk.portfolio.order(result.order.client_order_id)
    assert order is not None
    new = [one for one in set(room.venue._orders) - before if not room.venue._orders[one].intent.leg]
    if where in ("before", "rejected"):
        assert new == []
        assert order.state is (OrderState.ABSENT if where == "before" else OrderState.REJECTED)
    else:
        assert new == [order.client_order_id]
        report = await room.venue.find_order(SYMBOL, order.client_order_id)
        assert report is not None
        assert (order.state, order.filled_size) == (report.state, report.filled_size)
    await room.desk.flatten()
    await room.settle()
    assert room.desk.portfolio.position(SYMBOL).is_flat
    assert room.desk.portfolio.working() == []
    room.clock.advance(61.0)


async def test_one_intent_is_one_order_whatever_becomes_of_the_answer(tmp_path: Path) -> None:
    room = await opened(tmp_path)
    asks = [(60_000.0 + step, 9.0) for step in range(5)]
    bids = [(59_999.0 - step, 9.0) for step in range(5)]
    for seed in range(SUBMITS):
        room.market.snapshot(bids, asks)
        try:
            await check_submit(room, Random(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert room.ledger.check().is_whole
    await closed(room)


def drawn_entry(random: Random, mark: Decimal) -> OrderIntent:
    side = random.choice((Side.BUY, Side.SELL))
    price = (mark - side.sign * D(random.randint(-2, 3))).quantize(D("0.1"))
    stop = price - side.sign * D(random.randint(200, 900))
    targets = tuple(
        Target(price + side.sign * D(900 + 700 * number), share)
        for number, share in enumerate(random.choice(((D(1),), (D("0.5"), D("0.5")), (D("0.3"), D("0.33")))))
    )
    trail = random.choice((None, None, Trail(TrailMode.PEAK)))
    return replace(
        LONG,
        intent_id=new_id(),
        side=side,
        kind=OrderKind.LIMIT,
        size=D(random.randint(3, 60)) / 1000,
        price=price,
        bracket=Bracket(stop, targets, trail=trail),
    )


async def step(room: Room, random: Random, price: float) -> float:
    """Let something happen: the market moves, the trader acts, somebody meddles at the venue."""
    market, desk = room.market, room.desk
    held = desk.portfolio.position(SYMBOL)
    what = random.random()
    if what < 0.35:
        price = round(price + random.choice((-1, 1)) * random.randint(1, 400), 1)
        bids = [(round(price - 0.5 - gap, 1), 0.02) for gap in range(8)]
        asks = [(round(price + 0.5 + gap, 1), 0.02) for gap in range(8)]
        market.snapshot(bids, asks)
        market.trade(random.choice((-1, 1)), price, 0.01)
        market.mark_at(price)
    elif what < 0.6:
        await desk.submit(drawn_entry(random, D(str(price))), Verdict())
        room.clock.advance(5.0)
    elif what < 0.75:
        side = random.choice((-1, 1))
        market.trade(side, round(price + side * random.choice((0.5, 1.5)), 1), random.randint(1, 90) / 1000)
    elif what < 0.85 and not held.is_flat:
        await desk.close(SYMBOL, random.choice((D("0.25"), D("0.5"), D(1))))
    elif what < 0.92 and not held.is_flat:
        orders = [order for order in desk.portfolio.orders if order.intent.bracket is not None]
        ward = room.keeper.ward(random.choice(orders).intent.intent_id)
        if ward is not None:
            nearer = ward.stop_price + ward.entry.intent.side.sign * D(random.randint(1, 80))
            await room.keeper.move_stop(ward.intent_id, nearer)
    else:
        working = [order for order in desk.portfolio.working() if not order.intent.leg]
        if working:
            await desk.cancel(random.choice(working).client_order_id)
    return price


async def check_exits(room: Room) -> None:
    portfolio = room.desk.portfolio
    size = portfolio.position(SYMBOL).size
    at_venue = {held.symbol: held.size for held in await room.venue.positions()}
    assert at_venue.get(SYMBOL, D(0)) == size
    stops = [order for order in portfolio.working(SYMBOL) if order.intent.leg == "stop"]
    targets = [order for order in portfolio.working(SYMBOL) if order.intent.leg.startswith("target")]
    assert all(
        order.intent.reduce_only and order.intent.purpose is Purpose.PROTECT for order in stops + targets
    )
    lost = any(
        order.intent.leg == "stop" and order.state in (OrderState.REJECTED, OrderState.EXPIRED)
        for order in portfolio.orders
    )
    stopped = sum((order.remaining_size for order in stops), D(0))
    assert stopped == abs(size) or (lost and stopped <= abs(size)), (stopped, size)
    assert sum((order.remaining_size for order in targets), D(0)) <= abs(size)
    realised, fees, funding = portfolio.earned("USDT")
    assert (await room.venue.balances())[0].wallet == D(20_000) + realised - fees + funding


async def test_after_anything_that_happens_the_exits_fit_the_position(tmp_path: Path) -> None:
    for seed in range(WALKS):
        random, price = Random(seed), 60_000.0
        room = await opened(tmp_path / str(seed))
        for number in range(60):
            try:
                price = await step(room, random, price)
                await room.settle()
                await check_exits(room)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, step {number}: {error}") from error
        assert len(room.desk.portfolio.fills(SYMBOL)) > 5
        assert room.ledger.check().is_whole
        await closed(room)
        await asyncio.sleep(0)
