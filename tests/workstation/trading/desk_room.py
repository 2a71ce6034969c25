"""A desk with all that it stands on: a ledger, the paper venue, and a line to it that can be made to fail."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from tests.workstation.trading.market_made import CONTRACT, SYMBOL, MadeMarket, made_venue
from tests.workstation.trading.test_gate import Verdict
from workstation.errors import VenueUnreachable
from workstation.exchange.paper_venue import PaperVenue
from workstation.model.margin import MarginMode
from workstation.model.orders import (
    ApprovedOrder,
    Bracket,
    OrderIntent,
    OrderKind,
    OrderReport,
    Purpose,
    Side,
    Target,
)
from workstation.runtime.bus import Bus
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import SqliteLedger, open_ledger
from workstation.trading.desk import Desk, Submitted
from workstation.trading.gate import Gate
from workstation.trading.news import OrphanOrders, PositionsDiffer, StopMissing
from workstation.trading.portfolio import Portfolio
from workstation.trading.risk import HardLimits
from workstation.trading.stop_keeper import StopKeeper

D = Decimal
LONG = OrderIntent(
    "paper",
    SYMBOL,
    Side.BUY,
    OrderKind.LIMIT,
    D("0.1"),
    Purpose.OPEN,
    price=D(59_999),
    bracket=Bracket(D(59_000), (Target(D(62_000), D("0.5")), Target(D(63_000), D("0.5")))),
    leverage=D(5),
    margin_mode=MarginMode.ISOLATED,
    setup="swing",
    thesis="range low",
)


class Line:
    """The way to a venue, which can be made to fail at any place: what passes is the real venue's."""

    def __init__(self, venue: PaperVenue) -> None:
        self.real = venue
        self.before: Exception | None = None
        self.after: Exception | None = None
        self.silent = False
        self.garble: Callable[[OrderReport], OrderReport] | None = None
        self.unseen_ms = 5_000
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    async def place(self, order: ApprovedOrder) -> OrderReport:
        self.asked += 1
        if self.before is not None:
            raise self.before
        report = await self.real.place(order)
        if self.after is not None:
            raise self.after
        return report if self.garble is None else self.garble(report)

    async def find_order(self, symbol: str, client_order_id: str) -> OrderReport | None:
        if self.silent:
            raise VenueUnreachable("no network")
        return await self.real.find_order(symbol, client_order_id)


@dataclass
class Room:
    """A desk with all that it stands on."""

    folder: Path
    venue: PaperVenue
    line: Line
    market: MadeMarket
    ledger: SqliteLedger
    clock: ManualClock
    desk: Desk
    keeper: StopKeeper
    news: list[object] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def settle(self) -> None:
        """Let everything that was told be taken in, and the exits be looked after."""
        seen = -1
        while seen != self.desk.portfolio.version:
            seen = self.desk.portfolio.version
            await self.desk.caught_up()
            await self.keeper.tend(SYMBOL)
            await self.desk.caught_up()

    def exits(self) -> list[tuple[str, Decimal, Decimal]]:
        """What works as an exit: (leg, size, price)."""
        found = []
        for order in self.desk.portfolio.working(SYMBOL):
            intent = order.intent
            price = intent.trigger_price if intent.trigger_price is not None else intent.price
            if intent.leg and price is not None:
                found.append((intent.leg, order.remaining_size, price))
        return sorted(found)

    def told(self, kind: type) -> list[object]:
        return [one for one in self.news if isinstance(one, kind)]


async def opened(folder: Path, market: MadeMarket | None = None, venue: PaperVenue | None = None) -> Room:
    """A desk over the ledger and the paper account of a folder, reconciled."""
    venue = made_venue(folder, deposit="20000") if venue is None else venue
    if market is None:
        market = MadeMarket(venue)
        market.snapshot([(59_999.0, 0.5), (59_998.0, 3.0)], [(60_000.0, 5.0), (60_001.0, 5.0)])
        market.mark_at(60_000)
    else:
        market.venue = venue
        venue.add_contract(CONTRACT)
    ledger, clock, bus = open_ledger(folder), ManualClock(market.now_ms), Bus()
    portfolio = Portfolio("paper")
    portfolio.add_contract(CONTRACT)
    portfolio.replay(ledger.entries())
    line = Line(venue)
    limits = replace(HardLimits(), reward_risk=D(1))
    desk = Desk(line, ledger, Gate(lambda: limits, clock), portfolio, market.view, bus, clock)  # type: ignore[arg-type]
    room = Room(folder, venue, line, market, ledger, clock, desk, StopKeeper(desk, bus, clock))
    for kind in (StopMissing, OrphanOrders, PositionsDiffer):
        bus.subscribe(kind, room.news.append)
    room.tasks.append(asyncio.create_task(desk.run()))
    await asyncio.sleep(0)
    await desk.reconcile()
    return room


async def closed(room: Room) -> None:
    for task in room.tasks:
        task.cancel()
    await asyncio.gather(*room.tasks, return_exceptions=True)
    await room.desk.finish()
    room.ledger.close()
    room.venue.close()


async def sent(room: Room, intent: OrderIntent = LONG) -> str:
    result = await room.desk.submit(intent, Verdict())
    assert isinstance(result, Submitted), result
    return result.order.client_order_id
