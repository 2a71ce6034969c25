"""The program without a window on the simulated exchange, and a way to ask that exchange past the desk."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.workstation.trading.test_gate import Verdict
from workstation.app import Workstation
from workstation.market.order_book import ASK, BID
from workstation.model.margin import MarginMode
from workstation.model.orders import Bracket, Order, OrderIntent, OrderKind, Purpose, Side, Target
from workstation.model.positions import FundingPayment
from workstation.runtime.bus import Fault
from workstation.simulated_desk import SimulatedDesk
from workstation.simulator.rest_query import API_KEY, API_SECRET
from workstation.trading.desk import Submitted
from workstation.trading.news import FundingBooked, OrderChanged
from workstation.trading.portfolio import Portfolio

D = Decimal
PATIENCE_S = 20.0


class DemoDesk:
    """One start of the program, which follows an exchange that is there already."""

    def __init__(self, folder: Path, url: str, *symbols: str, records: bool = False) -> None:
        self.url = url
        self.symbols = symbols
        recorded = folder if records else None
        self.workstation = Workstation.for_venue("simulated", symbols, recorded, base_url=url)
        self.workstation.trade_on_exchange(folder)
        self.seen: list[Order] = []
        self.faults: list[str] = []
        self.workstation.bus.subscribe(Fault, lambda fault: self.faults.append(fault.message))
        self.payments: list[FundingPayment] = []
        self.workstation.bus.subscribe(FundingBooked, lambda news: self.payments.append(news.payment))
        self.workstation.bus.subscribe(OrderChanged, lambda news: self.seen.append(news.order))

    async def __aenter__(self) -> "DemoDesk":
        await self.workstation.start()
        await self.until(self.is_ready)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.workstation.stop()

    @property
    def desk(self) -> SimulatedDesk:
        assert isinstance(self.workstation.trading, SimulatedDesk)
        return self.workstation.trading

    @property
    def portfolio(self) -> Portfolio:
        return self.desk.floor.portfolio

    def is_ready(self) -> bool:
        if self.workstation.trading is None:
            return False
        return all(map(self._is_tradable, self.symbols))

    def _is_tradable(self, symbol: str) -> bool:
        view = self.desk.floor.desk.market(symbol)
        is_known = view.contract is not None and view.mark_price is not None and len(view.asks) > 3
        return is_known and not view.frozen

    async def until(self, what: Callable[[], Any], within_s: float = PATIENCE_S) -> None:
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < within_s, self._told()
            await asyncio.sleep(0.01)

    def _told(self) -> object:
        trading = self.workstation.trading
        if trading is None:
            return "no account"
        orders = [
            (one.intent.symbol, one.intent.leg, one.state.value, str(one.intent.size), one.words)
            for one in trading.floor.portfolio.orders
        ]
        return trading.floor.desk.frozen, trading.floor.portfolio.positions, orders

    def working(self, symbol: str) -> dict[str, Decimal]:
        """Size of what works for a position, by leg."""
        sizes: dict[str, Decimal] = {}
        for order in self.portfolio.working(symbol):
            leg = order.intent.leg or "entry"
            sizes[leg] = sizes.get(leg, D(0)) + order.remaining_size
        return sizes

    def entry(self, symbol: str, side: Side, notional: int, **changes: Any) -> OrderIntent:
        """An entry that takes several levels of the book, with a stop at 1.5 % and a target at 4.5 %."""
        state = self.workstation.market.states[symbol]
        lot, tick = state.instrument.lot_size, state.instrument.tick_size
        price = D(repr(float(state.book.top(ASK if side is Side.BUY else BID, 1)[0][0])))

        def away(rate: str) -> Decimal:
            return (price * (1 + side.sign * D(rate))).quantize(tick)

        made = OrderIntent(
            "simulated",
            symbol,
            side,
            OrderKind.LIMIT,
            (notional / price).quantize(lot),
            Purpose.OPEN,
            price=away("0.003"),
            bracket=Bracket(away("-0.015"), (Target(away("0.045")),)),
            leverage=D(5),
            margin_mode=MarginMode.ISOLATED,
            setup="swing",
        )
        return replace(made, **changes)

    async def open(self, intent: OrderIntent) -> str:
        """Send an entry through the gate; return its name."""
        result = await self.desk.floor.desk.submit(intent, Verdict())
        assert isinstance(result, Submitted), result
        return result.order.client_order_id

    async def ask(self, path: str, method: str = "GET", **parameters: object) -> Any:
        """A signed question or order of our own, past the desk."""
        server = await self._asked(f"{self.url}/fapi/v1/time")
        text = urlencode({**parameters, "timestamp": server["serverTime"]})
        signature = hmac.new(API_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        return await self._asked(f"{self.url}{path}?{text}&signature={signature}", method)

    async def admin(self, path: str, **parameters: object) -> Any:
        """Push the exchange."""
        return await self._asked(f"{self.url}/admin/{path}?{urlencode(parameters)}", "POST")

    async def fault(self, **fault: object) -> None:
        """Let the exchange fail."""
        async with aiohttp.ClientSession() as session:
            await session.post(f"{self.url}/admin/faults", json=fault)

    async def _asked(self, address: str, method: str = "GET") -> Any:
        headers = {"X-MBX-APIKEY": API_KEY}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, address) as answer,
        ):
            said = await answer.json()
            assert answer.status == 200, said
            return said

    async def earned_at_venue(self) -> Decimal:
        """What the exchange has booked of trades, fees, funding and insurance, to its last digit."""
        rows = await self.ask("/fapi/v1/income", limit=1000)
        return sum((D(row["income"]) for row in rows if row["incomeType"] != "TRANSFER"), D(0))
