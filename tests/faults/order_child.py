"""A desk that trades paper money in a process of its own and dies where it is told to."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from tests.workstation.trading.desk_room import LONG
from tests.workstation.trading.market_made import CONTRACT, SYMBOL, MadeMarket
from tests.workstation.trading.test_gate import Verdict
from workstation.exchange.paper_journal import PaperJournal
from workstation.exchange.paper_venue import PaperVenue
from workstation.model.orders import new_id
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.desk import Desk
from workstation.trading.gate import Gate
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits
from workstation.trading.stop_keeper import StopKeeper


class Death:
    """Counts the steps that anything durable takes, and kills the process at one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def count(death: Death) -> None:
    """Let every write to ledger and journal, and every request, be a step before and after it."""
    write, append, place, cancel = (
        SqliteLedger._write, PaperJournal.append, PaperVenue.place, PaperVenue.cancel,
    )  # fmt: skip

    def counted_write(self: SqliteLedger, appends: object) -> None:
        death.step()
        write(self, appends)  # type: ignore[arg-type]
        death.step()

    def counted_append(self: PaperJournal, *records: object) -> None:
        death.step()
        append(self, *records)  # type: ignore[arg-type]
        death.step()

    async def counted_place(self: PaperVenue, order: object) -> object:
        death.step()
        report = await place(self, order)  # type: ignore[arg-type]
        death.step()
        return report

    async def counted_cancel(self: PaperVenue, symbol: str, client_order_id: str) -> None:
        death.step()
        await cancel(self, symbol, client_order_id)
        death.step()

    SqliteLedger._write = counted_write  # type: ignore[method-assign]
    PaperJournal.append = counted_append  # type: ignore[method-assign]
    PaperVenue.place = counted_place  # type: ignore[method-assign, assignment]
    PaperVenue.cancel = counted_cancel  # type: ignore[method-assign]


async def trade(folder: Path, start_ms: int) -> None:
    """Open, be filled in parts, be protected, trail, amend, close: again and again until killed."""
    venue = PaperVenue("paper", folder / "paper.jsonl", latency_ms=0)
    market = MadeMarket(venue, start_ms=start_ms)
    ledger, clock, bus = open_ledger(folder), ManualClock(start_ms), Bus()
    portfolio = Portfolio("paper")
    portfolio.add_contract(CONTRACT)
    portfolio.replay(ledger.entries())
    limits = replace(HardLimits(), orders_per_minute=10**6)
    desk = Desk(venue, ledger, Gate(lambda: limits, clock), portfolio, market.view, bus, clock)
    keeper = StopKeeper(desk, bus, clock)
    stream = asyncio.create_task(desk.run())
    market.snapshot([(59_999.0, 0.01), (59_998.0, 9.0)], [(60_000.0, 9.0), (60_001.0, 9.0)])
    market.mark_at(60_000)
    await asyncio.sleep(0)
    await desk.reconcile()

    async def settle() -> None:
        seen = -1
        while seen != portfolio.version:
            seen = portfolio.version
            await desk.caught_up()
            await keeper.tend(SYMBOL)
            await desk.caught_up()

    await settle()
    await desk.flatten()
    await settle()
    print("started", flush=True)
    while True:
        market.snapshot([(59_999.0, 0.01), (59_998.0, 9.0)], [(60_000.0, 9.0), (60_001.0, 9.0)])
        clock.advance(1.0)
        intent = replace(LONG, intent_id=new_id())
        await desk.submit(intent, Verdict())
        market.trade(-1, 59_999.0, 0.05)
        await settle()
        market.trade(-1, 59_999.0, 0.2)
        await settle()
        await keeper.move_stop(intent.intent_id, intent.bracket.stop_price + 100)  # type: ignore[union-attr]
        await settle()
        await desk.close(SYMBOL)
        await settle()
        assert not stream.done()


if __name__ == "__main__":
    count(Death(int(sys.argv[2])))
    asyncio.run(trade(Path(sys.argv[1]), int(sys.argv[3])))
