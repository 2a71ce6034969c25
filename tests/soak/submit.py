"""Orders through the real desk to a venue that loses answers and garbles the stream: one each, or none."""

import asyncio
import hashlib
import hmac
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.workstation.exchange.live_desk import Venue
from tests.workstation.trading.market_made import CONTRACT, SYMBOL
from tests.workstation.trading.test_gate import Verdict
from workstation.exchange.trading_link import ProcessVenue
from workstation.model.margin import MarginMode
from workstation.model.orders import Bracket, OrderIntent, OrderKind, OrderState, Purpose, Side, Target
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.simulator.child import SimulatorChild
from workstation.simulator.rest_query import API_KEY, API_SECRET
from workstation.store.ledger import open_ledger
from workstation.trading.contracts import Contract
from workstation.trading.desk import Desk, Submitted
from workstation.trading.gate import Gate
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits, MarketView

D = Decimal
WITHIN_S = 20.0
ASK_AGAIN_S = 1.0
FAULTS: tuple[dict[str, Any], ...] = (
    {},
    *({"kind": "refuse", "status": status, "when": when} for status in (500, 502, 503, 504)
      for when in ("before", "after")),
    *({"kind": "reset", "when": when} for when in ("before", "after")),
    *({"kind": "body", "body": body} for body in ("empty", "html", "cut", "gzip")),
)  # fmt: skip


STREAM_FAULTS = (*("",) * 6, *("duplicate", "reorder") * 2, "skip", "malformed")


@dataclass(slots=True)
class SubmitReport:
    """What became of orders whose requests were hit.

    Attributes:
        orders: sent; taken: of them, by the venue.
        unknown: whose answer was lost, so that they had to be proven.
        doubled: that the venue has twice. false_rejects: called rejected although nothing meant it.
        misjudged: called there or not there, and it was the other way round.
        wallet_differs: the venue's wallet minus what the desk's own books come to.
    """

    seed: int
    orders: int = 0
    taken: int = 0
    unknown: int = 0
    doubled: int = 0
    false_rejects: int = 0
    misjudged: int = 0
    wallet_differs: str = "0"

    @property
    def holds(self) -> bool:
        """Whether nothing was doubled, rejected or misjudged, and the money is the same."""
        return not (self.doubled or self.false_rejects or self.misjudged or D(self.wallet_differs))


class WaitedOut(SystemClock):
    """The machine's clock with time put on it: a request that was cut off cannot arrive any more."""

    ahead_s = 0.0

    def now_ms(self) -> int:
        return super().now_ms() + round(self.ahead_s * 1000)

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


class Market:
    """The market as the venue tells it, asked anew for every order."""

    def __init__(self, admin: Venue) -> None:
        self._admin = admin
        fields = {name: getattr(CONTRACT, name) for name in CONTRACT.__dataclass_fields__}
        self.contract = Contract(**(fields | {"venue": "simulated"}))
        self.bid = self.ask = self.mark = D(0)

    async def look(self) -> None:
        book = await self._admin.get(f"/fapi/v1/ticker/bookTicker?symbol={SYMBOL}")
        mark = await self._admin.get(f"/fapi/v1/premiumIndex?symbol={SYMBOL}")
        self.bid, self.ask, self.mark = (
            D(book["bidPrice"]),
            D(book["askPrice"]),
            D(mark["markPrice"]),
        )

    def view(self, _symbol: str) -> MarketView:
        deep = D(50)
        return MarketView(
            self.contract, True, "", self.mark, 0, self.bid, ((self.bid, deep),), ((self.ask, deep),), 0
        )


async def orders_at(admin: Venue) -> list[dict[str, Any]]:
    """Every order that the venue has ever taken, by its own books."""
    text = urlencode({"symbol": SYMBOL, "limit": 1000, "timestamp": time.time_ns() // 1_000_000})
    signature = hmac.new(API_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    address = f"{admin.url}/fapi/v1/allOrders?{text}&signature={signature}"
    headers = {"X-MBX-APIKEY": API_KEY}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(address) as response:
        rows: list[dict[str, Any]] = await response.json()
    return rows


def entry(rng: random.Random, market: Market) -> OrderIntent:
    """An order to open: one that rests, one that trades, one that does both."""
    price = {
        "rests": round(market.bid * D("0.98"), 1),
        "trades": round(market.ask * D("1.002"), 1),
        "touches": market.ask,
    }[rng.choice(("rests", "trades", "touches"))]
    target = Target(round(price * D("1.04"), 1))
    return OrderIntent(
        "simulated",
        SYMBOL,
        Side.BUY,
        OrderKind.LIMIT,
        D(rng.randrange(2, 20)).scaleb(-3),
        Purpose.OPEN,
        price=price,
        bracket=Bracket(round(price * D("0.985"), 1), (target,)),
        leverage=D(5),
        margin_mode=MarginMode.ISOLATED,
        setup="swing",
    )


async def run_submits(data_dir: Path, *, seed: int, count: int) -> SubmitReport:
    """Send `count` orders, each with a fault in its way, and hold the desk's books against the venue's.

    Raises:
        TimeoutError: something was not proven, or not over, in time.
    """
    rng, report = random.Random(seed), SubmitReport(seed)
    child = SimulatorChild(seed=seed, days=0.01)
    child.launch()
    url = await child.listening()
    venue = ProcessVenue("simulated", venue="simulated", api_key=API_KEY, secret=API_SECRET, base_url=url)
    ledger, clock = open_ledger(data_dir), WaitedOut()
    portfolio = Portfolio("simulated")
    async with aiohttp.ClientSession() as session:
        admin = Venue(url, session)
        market = Market(admin)
        portfolio.add_contract(market.contract)
        limits = HardLimits(reward_risk=D(1), orders_per_minute=100_000)
        desk = Desk(venue, ledger, Gate(lambda: limits, clock), portfolio, market.view, Bus(), clock)
        running = asyncio.create_task(desk.run())
        try:
            await desk.reconcile()
            sent = [await one_order(rng, n, desk, market, admin, clock, report) for n in range(count)]
            await desk.reconcile()
            await compare(desk, venue, admin, sent, report)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await desk.finish()
            ledger.close()
            await child.stop()
    return report


async def one_order(
    rng: random.Random,
    number: int,
    desk: Desk,
    market: Market,
    admin: Venue,
    clock: WaitedOut,
    report: SubmitReport,
) -> str:
    """Open with faults in the way, prove what is unknown, be flat again; return the order's name."""
    await market.look()
    faults = []
    if fault := FAULTS[number % len(FAULTS)]:
        faults.append({**fault, "count": 1, "duration_s": 20.0, "paths": "POST /fapi/v1/order"})
    if stream := rng.choice(STREAM_FAULTS):
        faults.append({"kind": stream, "count": rng.randint(1, 3), "streams": "user*"})
    await admin.fault(*faults)
    result = await desk.submit(entry(rng, market), Verdict())
    assert isinstance(result, Submitted), result
    order = result.order
    report.orders += 1
    report.unknown += order.state is OrderState.UNKNOWN
    report.false_rejects += order.state is OrderState.REJECTED
    clock.ahead_s += 8.0
    await desk.prove_unknown()
    found = desk.portfolio.order(order.client_order_id)
    assert found is not None
    assert found.state.is_proven, (faults, found)
    if not found.state.is_final:
        await desk.cancel(found.client_order_id)

    def is_over() -> bool:
        now = desk.portfolio.order(order.client_order_id)
        return now is not None and now.state.is_final and not now.missing_size

    await until(desk, is_over)
    held = desk.portfolio.position(SYMBOL).size
    if held:
        out = OrderIntent(
            "simulated", SYMBOL, Side.SELL, OrderKind.MARKET, held, Purpose.EXIT, reduce_only=True
        )
        assert isinstance(await desk.submit(out), Submitted)
        await until(desk, lambda: desk.portfolio.position(SYMBOL).is_flat)
    return order.client_order_id


async def until(desk: Desk, what: Callable[[], bool]) -> None:
    """Wait; what the stream has lost is asked for now and then, as the desk does every half minute."""
    began = asked = time.monotonic()
    while not what():
        now = time.monotonic()
        if now - began > WITHIN_S:
            raise TimeoutError(f"still working: {desk.portfolio.working()}")
        if now - asked > ASK_AGAIN_S:
            asked = now
            await desk.reconcile()
        await asyncio.sleep(0.02)
        await desk.caught_up()


async def compare(
    desk: Desk, venue: ProcessVenue, admin: Venue, sent: list[str], report: SubmitReport
) -> None:
    """Hold the desk's books against the venue's."""
    there = Counter(row["clientOrderId"] for row in await orders_at(admin))
    for client_order_id in sent:
        order = desk.portfolio.order(client_order_id)
        assert order is not None
        taken = there[client_order_id]
        report.taken += bool(taken)
        report.doubled += taken > 1
        report.misjudged += bool(taken) is (order.state is OrderState.ABSENT)
    report.misjudged += len(await venue.open_orders()) + len(await venue.positions())
    realised, fees, funding = desk.portfolio.earned("USDT")
    (balance,) = await venue.balances()
    differs = balance.wallet - (10_000 + realised - fees + funding)
    report.wallet_differs = f"{differs.normalize():f}"
