"""Whole trades on the simulated exchange over its wire: filled, protected, settled, liquidated, restarted."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from tests.workstation.demo_desk import DemoDesk
from workstation.model.margin import MarginMode
from workstation.model.orders import OrderState, Side, Trail, TrailMode
from workstation.model.positions import PaymentKind
from workstation.simulator.child import COMMAND, SimulatorChild
from workstation.store.ledger import open_ledger
from workstation.trading.desk import Submitted
from workstation.trading.portfolio import Portfolio

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform == "win32", reason="kills and signals are of Unix"),
]

D = Decimal
SETTLED_MS = 1_785_571_200_000  # 2026-08-01 08:00 UTC: every contract settles
BEFORE_MS = 10_000
SEED, FALLING, THIN = 5, "TAOUSDT", "LPTUSDT"
"""A market in which the first falls by a few parts of a thousand just after the settlement."""
CLEAN_EXIT_S = 5.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange() -> AsyncIterator[str]:
    symbols = ("--symbols", "LPTUSDT,TAOUSDT,FETUSDT,BTCUSDT", "--start", str(SETTLED_MS - BEFORE_MS))
    child = SimulatorChild(seed=SEED, days=0.01, command=(*COMMAND, *symbols))
    child.launch()
    yield await child.listening()
    await child.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


async def equal_to_the_venue(demo: DemoDesk) -> None:
    """Positions and money of the desk are those of the exchange, to the last digit."""
    rows = await demo.ask("/fapi/v3/positionRisk")
    at_venue = {row["symbol"]: D(row["positionAmt"]) for row in rows if D(row["positionAmt"])}
    assert {symbol: held.size for symbol, held in demo.portfolio.positions.items()} == at_venue
    realised, fees, funding = demo.portfolio.earned("USDT")
    assert realised - fees + funding == await demo.earned_at_venue()
    (wallet,) = await demo.ask("/fapi/v3/balance")
    balance = demo.portfolio.balance("USDT")
    assert balance is not None
    assert balance.wallet == D(wallet["balance"])


async def protected(demo: DemoDesk, symbol: str) -> None:
    """A stop and a target work for exactly what is held, at the exchange itself."""
    held = abs(demo.portfolio.position(symbol).size)
    await demo.until(lambda: demo.working(symbol) == {"stop": held, "target 1": held})
    await demo.until(lambda: all(one.state is OrderState.OPEN for one in demo.portfolio.working(symbol)))
    (stop,) = await demo.ask("/fapi/v1/openAlgoOrders", symbol=symbol)
    (target,) = await demo.ask("/fapi/v1/openOrders", symbol=symbol)
    assert D(stop["quantity"]) == D(target["origQty"]) == held


async def replayed(demo: DemoDesk, folder: Path) -> Portfolio:
    """What the ledger alone comes to; the desk has been stopped."""
    (run,) = (folder / "demo" / "simulated").iterdir()
    again = Portfolio("simulated")
    for contract in demo.portfolio.contracts.values():
        again.add_contract(contract)
    with open_ledger(run) as ledger:
        assert ledger.check().is_whole
        again.replay(ledger.entries())
    return again


async def test_whole_trades_are_filled_protected_settled_trailed_liquidated_and_equal_to_the_last_digit(
    exchange: str, folder: Path
) -> None:
    async with DemoDesk(folder, exchange, FALLING, THIN) as demo:
        portfolio, keeper = demo.portfolio, demo.desk.floor.keeper
        assert portfolio.contracts[THIN].rules.tiers is not None

        # Gate, order, partial fills, and at the exchange a stop and a target for exactly what was filled.
        thin = await demo.open(demo.entry(THIN, Side.BUY, 5_000, margin_mode=MarginMode.CROSS))
        await demo.until(lambda: portfolio.positions and not portfolio.missing_fills)
        assert sum(fill.client_order_id == thin for fill in portfolio.fills(THIN)) > 1
        await protected(demo, THIN)
        short = demo.entry(FALLING, Side.SELL, 4_000)
        await demo.open(short)
        await demo.until(lambda: len(portfolio.positions) == 2 and not portfolio.missing_fills)
        await protected(demo, FALLING)
        await equal_to_the_venue(demo)

        # Funding is settled: the whole account's, told by its stream.
        def settled() -> set[str]:
            return {held.symbol for held in portfolio.positions.values() if held.funding}

        await demo.until(lambda: settled() == {THIN, FALLING})
        await equal_to_the_venue(demo)

        # The market falls: the short's stop follows, at the exchange too.
        assert await keeper.start_trail(short.intent_id, Trail(TrailMode.PEAK, D("0.95"))) is None
        assert short.bracket is not None
        nearer = short.bracket.stop_price * D("0.99")
        await demo.until(lambda: (portfolio.stop_price(FALLING) or nearer) < nearer)
        await protected(demo, FALLING)

        # Money leaves the account: what is held across it is closed by force, and paid for.
        (wallet,) = await demo.ask("/fapi/v3/balance")
        await demo.admin("deposit", amount=D(5) - D(wallet["crossWalletBalance"]))
        await demo.until(lambda: THIN not in portfolio.positions and not portfolio.working(THIN))
        assert any(fill.is_liquidation for fill in portfolio.fills(THIN))
        await demo.until(lambda: PaymentKind.INSURANCE in {payment.kind for payment in demo.payments})
        assert await demo.ask("/fapi/v1/openAlgoOrders", symbol=THIN) == []

        assert isinstance(await demo.desk.floor.desk.close(FALLING), Submitted)
        await demo.until(lambda: not portfolio.positions and not portfolio.working())
        await demo.until(lambda: not portfolio.missing_fills)
        await equal_to_the_venue(demo)
        assert (await demo.desk.floor.desk.reconcile()).is_clean

        children = psutil.Process().children(recursive=True)
        began = time.monotonic()
    assert time.monotonic() - began < CLEAN_EXIT_S
    assert len(psutil.wait_procs(children, timeout=1)[0]) == 2, "the feed and the trading process"
    again = await replayed(demo, folder)
    assert (again.positions, again.earned("USDT")) == ({}, portfolio.earned("USDT"))
    assert again.orders == portfolio.orders


async def test_a_restart_takes_up_what_happened_meanwhile_and_a_lost_process_loses_no_order(
    exchange: str, tmp_path: Path
) -> None:
    async with DemoDesk(tmp_path, exchange, THIN) as first:
        await first.admin("deposit", amount=10_000)
        await first.until(lambda: first.desk.account().wallet > 10_000)
        await first.open(first.entry(THIN, Side.BUY, 4_000))
        await first.until(lambda: first.portfolio.positions and not first.portfolio.missing_fills)
        await protected(first, THIN)
        held = first.portfolio.position(THIN).size

    # While nobody looks, a part is sold elsewhere and the target is cancelled.
    (target,) = await first.ask("/fapi/v1/openOrders", symbol=THIN)
    await first.ask("/fapi/v1/order", "DELETE", symbol=THIN, orderId=target["orderId"])
    sold = {"side": "SELL", "type": "MARKET", "quantity": 100, "reduceOnly": "true"}
    await first.ask("/fapi/v1/order", "POST", symbol=THIN, **sold)

    async with DemoDesk(tmp_path, exchange, THIN) as demo:
        assert demo.portfolio.position(THIN).size == held - 100
        await demo.until(lambda: demo.working(THIN).get("stop") == held - 100)

        # The trading process dies with an order on its way: unknown first, then proven, and held once.
        await demo.fault(
            kind="slow", delay_s=1.0, count=1, duration_s=5.0, paths="POST /fapi/v1/order", when="before"
        )
        closing = asyncio.create_task(demo.desk.floor.desk.close(THIN, D("0.5")))
        await asyncio.sleep(0.3)
        killed = demo.desk.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        result = await closing
        assert isinstance(result, Submitted)
        name = result.order.client_order_id
        states = [order.state for order in demo.seen if order.client_order_id == name]
        assert OrderState.UNKNOWN in states
        assert any("ended by itself" in words for words in demo.faults)
        assert "ended by itself" in demo.desk.floor.desk.market(THIN).frozen
        await demo.until(lambda: demo.desk.process_id not in (None, killed))
        await demo.until(lambda: (demo.portfolio.order(name) or result.order).state is OrderState.FILLED)
        await demo.until(lambda: not demo.portfolio.missing_fills)
        await demo.until(demo.is_ready)
        left = demo.portfolio.position(THIN).size
        assert left == held - 100 - result.order.intent.size
        await demo.until(lambda: demo.working(THIN).get("stop") == left)
        rows = await demo.ask("/fapi/v1/allOrders", symbol=THIN, limit=1000)
        assert sum(row["clientOrderId"] == name for row in rows) == 1

        await demo.desk.floor.desk.flatten()
        await demo.until(lambda: not demo.portfolio.positions and not demo.portfolio.working())
        assert (await demo.desk.floor.desk.reconcile()).is_clean
