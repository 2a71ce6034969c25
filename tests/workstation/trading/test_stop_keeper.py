"""Every position keeps its exits: stops only tighten, trails never go back, one that is missing is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.desk_room import LONG, Room, closed, opened, sent
from tests.workstation.trading.market_made import SYMBOL
from workstation.model.ledger import StopMove
from workstation.model.orders import (
    Bracket,
    Target,
    Trail,
    TrailMode,
)
from workstation.trading.news import StopMissing

D = Decimal


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    one = await opened(tmp_path)
    yield one
    await closed(one)


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


async def test_a_stop_is_not_moved_to_where_it_would_trigger_at_once(room: Room) -> None:
    await sent(room, replace(LONG, price=D(60_000)))
    await room.settle()

    refusal = await room.keeper.move_stop(LONG.intent_id, D(60_000))

    assert refusal is not None
    assert "would trigger at once" in refusal.words
    assert await room.keeper.move_stop(LONG.intent_id, D(59_990)) is None
    await room.settle()
    assert ("stop", D("0.1"), D(59_990)) in room.exits()
