"""Killed at any step of an order over the wire: none is lost, none is doubled, the next start reconciles."""

import asyncio
import hashlib
import hmac
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from tests.faults.wire_desk import SYMBOL, wire_desk
from workstation.model.ledger import Approval
from workstation.model.orders import OrderState
from workstation.simulator.child import SimulatorChild
from workstation.simulator.rest_query import API_KEY, API_SECRET
from workstation.trading.portfolio import Portfolio

KILLS = int(os.environ.get("PREFLIGHT_WIRE_KILLS", "2"))
SEED = 20_261_121
STEPS = 90  # of a round trip and a half
LIVES = 4
"""On one account, then on a new one: starts ask much, and the exchange leaves alone who asks too much."""
AHEAD_MS = 60_000
PATIENCE_S = 30.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and signals are of Unix")


def asked(url: str, path: str, **parameters: object) -> Any:
    """A signed question of our own, past the desk."""
    text = urlencode({**parameters, "timestamp": time.time_ns() // 1_000_000})
    signature = hmac.new(API_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    request = urllib.request.Request(f"{url}{path}?{text}&signature={signature}")
    request.add_header("X-MBX-APIKEY", API_KEY)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


async def check_after_kill(folder: Path, url: str) -> int:
    """Start again on what a killed desk left; return how many orders there are."""
    async with wire_desk(folder, url, ahead_ms=AHEAD_MS) as wired:
        portfolio, ledger = wired.portfolio, wired.ledger
        assert ledger.check().is_whole
        assert wired.desk.frozen == ""
        assert all(order.state.is_proven for order in portfolio.orders)
        await wired.settle()
        stops = [order for order in portfolio.working(SYMBOL) if order.intent.leg == "stop"]
        assert sum(order.remaining_size for order in stops) == abs(portfolio.position(SYMBOL).size)

        orders = await asyncio.to_thread(asked, url, "/fapi/v1/allOrders", symbol=SYMBOL, limit=1000)
        algos = await asyncio.to_thread(asked, url, "/fapi/v1/allAlgoOrders", symbol=SYMBOL, limit=1000)
        # What a conditional order has become bears its name: it is one order, twice in the lists.
        names = Counter(row["clientOrderId"] for row in orders if row["origType"] in ("LIMIT", "MARKET"))
        names += Counter(row["clientAlgoId"] for row in algos)
        approved = {entry.record.client_order_id for entry in ledger.entries(Approval)}  # type: ignore[union-attr]
        assert max(names.values(), default=1) == 1
        assert set(names) <= approved
        for order in portfolio.orders:
            never_taken = order.state in (OrderState.ABSENT, OrderState.REJECTED)
            assert never_taken == (order.client_order_id not in names), order

        rows = await asyncio.to_thread(asked, url, "/fapi/v3/positionRisk")
        held = {row["symbol"]: Decimal(row["positionAmt"]) for row in rows if Decimal(row["positionAmt"])}
        assert {symbol: one.size for symbol, one in portfolio.positions.items()} == held
        realised, fees, funding = portfolio.earned("USDT")
        income = await asyncio.to_thread(asked, url, "/fapi/v1/income", limit=1000)
        assert realised - fees + funding == sum((Decimal(row["income"]) for row in income), Decimal(0))
        again = Portfolio("simulated")
        again.add_contract(wired.contract)
        again.replay(ledger.entries())
        assert again.orders == portfolio.orders
        return len(portfolio.orders)


async def test_an_order_over_the_wire_survives_a_kill_at_any_of_its_steps(
    tmp_path: Path, repository: Path
) -> None:
    draws = random.Random(SEED)
    exchange: SimulatorChild | None = None
    url, orders = "", 0
    for number in range(KILLS):
        if number % LIVES == 0:
            if exchange is not None:
                await exchange.stop()
            exchange = SimulatorChild(seed=number, days=0.01)
            exchange.launch()
            url = await exchange.listening()
        folder = tmp_path / f"run{number // LIVES}"
        step = 1 + (number * STEPS) // KILLS + draws.randrange(max(1, STEPS // KILLS))
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.wire_desk", str(folder), url, str(step)],
            cwd=repository,
            env={**os.environ, "PYTHONPATH": str(repository)},
            stderr=subprocess.PIPE,
        )
        known: list[psutil.Process] = []
        deadline = time.monotonic() + PATIENCE_S
        while child.poll() is None and time.monotonic() < deadline:
            known = psutil.Process(child.pid).children() or known
            await asyncio.sleep(0.02)
        child.kill()
        _, said = child.communicate()
        assert child.returncode == -9, said.decode()[-2000:]
        assert psutil.wait_procs(known, timeout=5)[1] == [], "the trading process stays behind"
        orders += await check_after_kill(folder, url)
    assert exchange is not None
    await exchange.stop()
    print(f"killed {KILLS} times, {orders} orders looked at")
