"""A desk that trades the simulated exchange over its wire, here or in a process that dies at a given step."""

import asyncio
import json
import os
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.workstation.trading.test_gate import Verdict
from workstation.exchange.trading_link import ProcessVenue
from workstation.model.margin import MarginMode
from workstation.model.orders import Bracket, OrderIntent, OrderKind, Purpose, Side, Target, new_id
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.simulator.rest_query import API_KEY, API_SECRET
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.contracts import Contract
from workstation.trading.desk import Desk
from workstation.trading.gate import Gate
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits, MarketView
from workstation.trading.stop_keeper import StopKeeper

D = Decimal
SYMBOL = "LPTUSDT"
LOOK_S = 0.5


class Later(SystemClock):
    """A clock that runs ahead: whatever was under way before a kill has long arrived."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


@dataclass
class WireDesk:
    """A desk with all that it stands on."""

    url: str
    venue: ProcessVenue
    ledger: SqliteLedger
    contract: Contract
    portfolio: Portfolio
    desk: Desk
    keeper: StopKeeper

    async def settle(self) -> None:
        """Let everything that was told be taken in, and the exits be looked after."""
        seen = -1
        while seen != self.portfolio.version or self.portfolio.missing_fills:
            seen = self.portfolio.version
            await self.desk.caught_up()
            await self.keeper.tend(SYMBOL)
            await asyncio.sleep(0.02)

    async def trade(self) -> None:
        """Open, be filled in parts, be protected, move the stop, close."""
        price = (await asyncio.to_thread(market_now, self.url, self.contract)).asks[0][0]
        tick = self.contract.rules.tick_size
        intent = OrderIntent(
            "simulated",
            SYMBOL,
            Side.BUY,
            OrderKind.LIMIT,
            D(300),
            Purpose.OPEN,
            price=(price * D("1.003")).quantize(tick),
            bracket=Bracket(
                (price * D("0.985")).quantize(tick), (Target((price * D("1.045")).quantize(tick)),)
            ),
            leverage=D(5),
            margin_mode=MarginMode.ISOLATED,
            setup="swing",
            intent_id=new_id(),
        )
        await self.desk.submit(intent, Verdict())
        await self.settle()
        await self.keeper.move_stop(intent.intent_id, (price * D("0.988")).quantize(tick))
        await self.settle()
        await self.desk.close(SYMBOL)
        await self.settle()


def market_now(url: str, contract: Contract | None) -> MarketView:
    """The exchange's book and mark, asked for."""
    book = _asked(f"{url}/fapi/v1/depth?symbol={SYMBOL}&limit=50")
    mark = _asked(f"{url}/fapi/v1/premiumIndex?symbol={SYMBOL}")
    bids, asks = (tuple((D(p), D(s)) for p, s in book[side]) for side in ("bids", "asks"))
    price = D(mark["markPrice"])
    return MarketView(
        contract, mark_price=price, last_price=price, bids=bids, asks=asks, book_age_ms=0, mark_age_ms=0
    )


def _asked(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.loads(answer.read())


@asynccontextmanager
async def wire_desk(folder: Path, url: str, *, ahead_ms: int = 0) -> AsyncIterator[WireDesk]:
    """Open the ledger of a folder on the account of the exchange, and reconcile."""
    venue = ProcessVenue("simulated", venue="simulated", api_key=API_KEY, secret=API_SECRET, base_url=url)
    ledger, clock, bus = open_ledger(folder), Later(), Bus()
    clock.ahead_ms = ahead_ms
    portfolio = Portfolio("simulated")
    portfolio.replay(ledger.entries())
    limits = replace(HardLimits(), orders_per_minute=10**6, reward_risk=D(1))
    known: list[Contract] = []
    seen: tuple[float, MarketView] = (0.0, MarketView())

    def view(_: str) -> MarketView:
        nonlocal seen
        if clock.monotonic() - seen[0] > LOOK_S:  # an exchange that is asked too often bans us
            seen = (clock.monotonic(), market_now(url, known[0] if known else None))
        return replace(seen[1], contract=known[0] if known else None)

    desk = Desk(venue, ledger, Gate(lambda: limits, clock), portfolio, view, bus, clock)
    keeper = StopKeeper(desk, bus, clock)
    stream = asyncio.create_task(desk.run())
    try:
        known += await venue.contracts([SYMBOL])
        portfolio.add_contract(known[0])
        await desk.reconcile()
        yield WireDesk(url, venue, ledger, known[0], portfolio, desk, keeper)
        assert not stream.done()
    finally:
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)
        await desk.finish()
        ledger.close()


class Death:
    """Counts the steps that anything durable takes, and kills the process at one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def count(death: Death) -> None:
    """Let every write to the ledger, and every message to the trading process, be a step before and after."""
    write, send = SqliteLedger._write, ProcessVenue._send

    def counted_write(self: SqliteLedger, appends: object) -> None:
        death.step()
        write(self, appends)  # type: ignore[arg-type]
        death.step()

    def counted_send(self: ProcessVenue, command: object) -> None:
        death.step()
        send(self, command)  # type: ignore[arg-type]
        death.step()

    SqliteLedger._write = counted_write  # type: ignore[method-assign]
    ProcessVenue._send = counted_send  # type: ignore[method-assign]


async def main() -> None:
    """Trade in `folder` at `url` until killed at a step."""
    async with wire_desk(Path(sys.argv[1]), sys.argv[2]) as wired:
        await wired.settle()
        await wired.desk.flatten()
        await wired.settle()
        count(Death(int(sys.argv[3])))
        while True:
            await wired.trade()


if __name__ == "__main__":
    asyncio.run(main())
