"""A market of the test's own making with a paper account on it, and a ticket to trade it with."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.ticket import TicketPanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.model.columns import BOOK_UPDATE, LEVEL, TRADE, MarketBatch
from workstation.model.derivatives import MarkPrice
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.paper_desk import PaperDesk
from workstation.runtime.clock import SystemClock

SYMBOL, VENUE = "BTCUSDT", "made"
INSTRUMENT = Instrument(
    VENUE,
    SYMBOL,
    ContractKind.LINEAR,
    Decimal("0.1"),
    Decimal("0.001"),
    Decimal(1),
    "BTC",
    "USDT",
    SequenceRule.PREVIOUS_ID,
)
SETUP = """
key = "plain"
name = "Plain"
version = 1

[[row]]
kind = "automatic"
key = "spread"
title = "Spread"
metric = "spread_bps"
operator = "<="
threshold = 1.0

[[row]]
kind = "automatic"
key = "risk"
title = "Risk ≤ 1 %"
metric = "order_risk_rate"
operator = "<="
threshold = 0.0101

[[row]]
kind = "manual"
key = "exit"
title = "Exit written"
question = "Where out?"
text = 5

[[row]]
kind = "emotional"
key = "calm"
title = "I feel"
question = "How?"
least = 3
"""


class TradeFloor:
    """The program, its market and its account; every call is one message."""

    def __init__(self, folder: Path) -> None:
        (folder / "checklists").mkdir(parents=True)
        (folder / "checklists" / "plain.toml").write_text(SETUP, encoding="utf-8")
        self.clock = SystemClock()
        self.workstation = Workstation(None, None, self.clock)
        market = self.workstation.market
        market.add(INSTRUMENT)
        self.account = PaperDesk(
            VENUE,
            folder / "paper",
            market,
            self.workstation.metrics,
            self.workstation.bus,
            self.clock,
            data_dir=folder,
        )
        self.workstation.trading = self.account
        links = LinkGroups()
        for link in links:
            link.set_symbol(SYMBOL)
        self.services = PanelServices(self.workstation, ThemeSource(), links)
        self.services.tickets.begin_with(setup="plain")
        self.told: list[tuple[str, bool]] = []
        self.services.hand.told.connect(lambda words, wrong: self.told.append((words, wrong)))
        self._id = 0
        self.book([(59_999.0, 4.0), (59_998.0, 9.0)], [(60_000.0, 5.0), (60_001.0, 9.0)])
        self.mark(60_000)

    def book(self, bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> None:
        """A whole book."""
        self._id += 1
        rows = [(1, *level) for level in bids] + [(-1, *level) for level in asks]
        update = (self._id, 0, self.clock.now_ms(), self._id, self._id, -1, len(rows), True)
        self.workstation.take(
            MarketBatch(VENUE, SYMBOL, updates=np.array([update], BOOK_UPDATE), levels=np.array(rows, LEVEL))
        )

    def trade(self, taker: int, price: float, size: float) -> None:
        """One print."""
        self._id += 1
        row = np.array([(self._id, 0, self.clock.now_ms(), self._id, taker, price, size)], TRADE)
        self.workstation.take(MarketBatch(VENUE, SYMBOL, trades=row))

    def mark(self, price: float) -> None:
        """A mark price."""
        self._mark = price
        news = MarkPrice(VENUE, SYMBOL, self.clock.now_ms(), Decimal(str(price)))
        self.workstation._take_news(news)

    async def pass_time(self) -> None:
        """Let the latency of requests pass on the venue's clock."""
        await asyncio.sleep(0.07)
        self.mark(self._mark)

    def without_tiers(self) -> None:
        """The venue has not said its margin brackets."""
        contract = self.account.floor.portfolio.contracts[SYMBOL]
        rules = replace(contract.rules, tiers=None)
        self.account.floor.add_contract(replace(contract, rules=rules))

    async def begin(self) -> None:
        """Let the account run."""
        self.account.start(self.workstation.supervisor)
        await self.until(lambda: self.account.floor.portfolio.balance("USDT") is not None)
        await self.until(lambda: not self.account.floor.desk.frozen)

    async def ticket(self) -> TicketPanel:
        """A ticket, with the account running behind it."""
        await self.begin()
        panel = TicketPanel(self.services)
        panel.resize(340, 1_200)
        panel.show()
        panel.refresh()
        return panel

    async def until(self, what: Callable[[], bool], within_s: float = 5.0) -> None:
        """Wait until something is so, the market going on and panels being painted."""
        deadline = self.clock.monotonic() + within_s
        while not what():
            assert self.clock.monotonic() < deadline, self.told
            await asyncio.sleep(0.02)
            self.mark(self._mark)
            QApplication.processEvents()

    async def close(self) -> None:
        """End it."""
        await self.workstation.stop()
