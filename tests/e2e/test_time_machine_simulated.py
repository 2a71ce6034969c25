"""A trade over the wire of the simulated exchange comes back without desk, exchange or network."""

import asyncio
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.demo_desk import DemoDesk
from workstation.journal.counterfactuals import ACTUAL, counterfactuals
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.journal.journal import Journal
from workstation.journal.own_orders import OwnOrderFiles
from workstation.journal.trip_machine import TripMachine
from workstation.market.rebuild import book_before
from workstation.model.orders import Fill, Side
from workstation.runtime.clock import SystemClock
from workstation.simulator.child import COMMAND, SimulatorChild
from workstation.store.ticks import open_store
from workstation.trading.desk import Submitted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the exchange is stopped by a signal of Unix")

SYMBOL = "TAOUSDT"
Levels = dict[float, float]


@dataclass
class Lived:
    """What was seen while the desk was open: books by the venue's update id, fills, and what was earned."""

    books: dict[int, tuple[Levels, Levels]]
    fills: Sequence[Fill]
    earned: Decimal


async def _watch(demo: DemoDesk, books: dict[int, tuple[Levels, Levels]], seconds: float) -> None:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        book = demo.workstation.market.states[SYMBOL].book
        books[book.update_id] = (dict(book.bids), dict(book.asks))
        await asyncio.sleep(0.03)


async def _trade(folder: Path) -> Lived:
    child = SimulatorChild(seed=5, days=0.01, command=(*COMMAND, "--symbols", SYMBOL))
    child.launch()
    url = await child.listening()
    books: dict[int, tuple[Levels, Levels]] = {}
    async with DemoDesk(folder, url, SYMBOL, records=True) as demo:
        portfolio = demo.portfolio
        await _watch(demo, books, 0.5)
        await demo.open(demo.entry(SYMBOL, Side.BUY, 4_000))
        await demo.until(lambda: portfolio.positions and not portfolio.missing_fills)
        held = portfolio.position(SYMBOL).size
        await demo.until(lambda: demo.working(SYMBOL) == {"stop": held, "target 1": held})
        await _watch(demo, books, 1.5)
        assert isinstance(await demo.desk.floor.desk.close(SYMBOL), Submitted)
        await demo.until(lambda: not portfolio.positions and not portfolio.working())
        await demo.until(lambda: not portfolio.missing_fills)
        await _watch(demo, books, 0.5)
        fills = list(portfolio.fills(SYMBOL))
        pnl, fees, funding = portfolio.earned("USDT")
    await child.stop()
    return Lived(books, fills, pnl - fees + funding)


def test_a_trade_comes_back_from_the_disk_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived = asyncio.run(_trade(tmp_path))

    def refuse(*_: object) -> None:
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with Journal(tmp_path) as journal:
        journal.refresh()
        (reviewed,) = journal.trips()
    trip = reviewed.trip
    assert [part.fill for part in trip.parts] == lived.fills
    assert trip.net_pnl == lived.earned

    with open_store(tmp_path) as store:
        history = store.history()
        recording = next(one for one in history.recordings() if one.instrument.symbol == SYMBOL)
        headers = history.book_headers(recording.recording_id, 0, 2**62)
        seqs = {int(row["last_id"]): int(row["seq"]) for row in headers}
        checked = 0
        for update_id, (bids, asks) in lived.books.items():
            if update_id in seqs:
                book = book_before(history, recording.recording_id, recording.instrument, seqs[update_id] + 1)
                assert (book.bids, book.asks) == (bids, asks)
                checked += 1
        assert checked >= 8

        machine = TripMachine(store.history, SystemClock(), trip, OwnOrderFiles(tmp_path))
        deadline = time.monotonic() + 20
        while machine.is_waiting or not machine.orders:
            machine.refresh(time.monotonic())
            assert time.monotonic() < deadline
            time.sleep(0.001)
        assert trip.closed_ms is not None
        machine.seek((trip.opened_ms + trip.closed_ms) // 2)
        while machine.is_waiting:
            machine.refresh(time.monotonic())
            time.sleep(0.001)
        moment = machine.moment()
        bracket = trip.planned.bracket if trip.planned is not None else None
        assert bracket is not None
        assert moment.size == trip.size
        assert moment.stop_price == bracket.stop_price
        assert moment.target_prices == tuple(target.price for target in bracket.targets)
        assert moment.mark_price is not None
        assert machine.state is not None
        assert machine.state.mark is not None
        machine.close()

        table = counterfactuals(history, trip, terms_of(trip, contract_of_trip(history, trip)))
        actual = table.row(ACTUAL)
        assert actual is not None
        assert actual.net_pnl == lived.earned
        history.close()
