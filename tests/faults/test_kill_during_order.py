"""Killed at any step of an order: none is lost, none is doubled, and the next start reconciles."""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.workstation.trading.market_made import CONTRACT, SYMBOL, MadeMarket
from workstation.exchange.paper_journal import Placed
from workstation.exchange.paper_venue import PaperVenue
from workstation.model.ledger import Approval
from workstation.model.orders import Fill, OrderState
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger
from workstation.trading.desk import Desk
from workstation.trading.gate import Gate
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits
from workstation.trading.stop_keeper import StopKeeper

KILLS = int(os.environ.get("PREFLIGHT_KILLS", "6"))
SEED = 20_261_121
STEPS = 130  # of two round trips


async def check_after_kill(folder: Path, now_ms: int) -> int:
    """Start again on what a killed desk left; return how many orders there are."""
    venue = PaperVenue("paper", folder / "paper.jsonl", latency_ms=0)
    market = MadeMarket(venue, start_ms=now_ms)
    market.snapshot([(59_999.0, 1.0)], [(60_000.0, 9.0)])
    market.mark_at(60_000)
    ledger, clock, bus = open_ledger(folder), ManualClock(now_ms + 60_000), Bus()
    assert ledger.check().is_whole
    approvals = [entry.record for entry in ledger.entries(Approval)]
    placed = [record for record in venue._journal.records if isinstance(record, Placed)]
    known = {approval.client_order_id for approval in approvals if isinstance(approval, Approval)}
    # Nothing reached the venue that was not written down before, and nothing twice.
    assert {record.client_order_id for record in placed} <= known
    assert max(Counter(record.client_order_id for record in placed).values(), default=1) == 1
    entries = Counter(record.intent.intent_id for record in placed if not record.intent.leg)
    assert max(entries.values(), default=1) == 1

    portfolio = Portfolio("paper")
    portfolio.add_contract(CONTRACT)
    portfolio.replay(ledger.entries())
    limits = HardLimits()
    desk = Desk(venue, ledger, Gate(lambda: limits, clock), portfolio, market.view, bus, clock)
    stream = asyncio.create_task(desk.run())
    await asyncio.sleep(0)
    found = await desk.reconcile()
    assert found.is_clean, found
    assert desk.frozen == ""
    there = {record.client_order_id for record in placed}
    for order in portfolio.orders:
        report = await venue.find_order(SYMBOL, order.client_order_id)
        assert (order.client_order_id in there) == (report is not None)
        if report is None:
            assert order.state in (OrderState.ABSENT, OrderState.REJECTED)
        else:
            assert (order.state, order.filled_size) == (report.state, report.filled_size)
    at_venue = {held.symbol: held.size for held in await venue.positions()}
    assert {symbol: held.size for symbol, held in portfolio.positions.items()} == at_venue
    assert portfolio.fills(SYMBOL) == tuple(await venue.fills_since(SYMBOL, 0))
    realised, fees, funding = portfolio.earned("USDT")
    assert (await venue.balances())[0].wallet == 10_000 + realised - fees + funding

    # What was left in the position is protected again, and can be closed.
    keeper = StopKeeper(desk, bus, clock)
    seen = -1
    while seen != portfolio.version:
        seen = portfolio.version
        await desk.caught_up()
        await keeper.tend(SYMBOL)
        await desk.caught_up()
    if at_venue:
        assert portfolio.stop_price(SYMBOL) is not None
    stops = [order for order in portfolio.working(SYMBOL) if order.intent.leg == "stop"]
    assert len(stops) <= 1
    assert sum(order.remaining_size for order in stops) == abs(portfolio.position(SYMBOL).size)
    again = Portfolio("paper")
    again.add_contract(CONTRACT)
    again.replay(ledger.entries())
    assert again.orders == portfolio.orders
    assert [entry.record for entry in ledger.entries(Fill)] == list(portfolio.fills(SYMBOL))
    stream.cancel()
    await asyncio.gather(stream, return_exceptions=True)
    ledger.close()
    venue.close()
    return len(portfolio.orders)


async def test_an_order_survives_a_kill_at_any_of_its_steps(tmp_path: Path, repository: Path) -> None:
    draws = random.Random(SEED)
    steps = [
        1 + (number * STEPS) // KILLS + draws.randrange(max(1, STEPS // KILLS)) for number in range(KILLS)
    ]
    orders, now_ms = 0, 1_000
    for number, step in enumerate(steps):
        folder = tmp_path / f"run{number // 10}"  # ten lives on one account, then a new one
        child = subprocess.run(
            [sys.executable, "-m", "tests.faults.order_child", str(folder), str(step), str(now_ms)],
            cwd=repository,
            env={**os.environ, "PYTHONPATH": str(repository)},
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert child.returncode == -9, child.stderr.decode()[-2000:]
        now_ms += 10_000_000
        orders += await check_after_kill(folder, now_ms)
        now_ms += 10_000_000
    print(f"killed {KILLS} times, {orders} orders looked at")
