"""What panels need to live in a test: a real program without a feed, an instrument, and batches by hand."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.panels.chart_parts import START_MS, trade_candles
from tests.ui.panels.depth_parts import run, settle
from ui.links import LinkGroup, LinkGroups
from ui.panel import Panel, PanelServices
from ui.panels.chart import ChartPanel
from ui.panels.depth import DepthPanel
from ui.theme import ThemeSource, load_fonts
from workstation.app import Workstation
from workstation.model.columns import BOOK_UPDATE, LEVEL, QUOTE, TRADE, MarketBatch
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.runtime.clock import ManualClock


def instrument(symbol: str = "BTCUSDT", **changes: Any) -> Instrument:
    """A linear perpetual with the steps of BTCUSDT."""
    fields: dict[str, Any] = {
        "venue": "binance_usdm",
        "symbol": symbol,
        "kind": ContractKind.LINEAR,
        "tick_size": Decimal("0.1"),
        "lot_size": Decimal("0.001"),
        "contract_size": Decimal(1),
        "base": "BTC",
        "quote": "USDT",
        "sequence_rule": SequenceRule.BINANCE_FUTURES,
    }
    return Instrument(**(fields | changes))


@dataclass
class Desk:
    """A running program without a feed, and the means to feed it by hand."""

    workstation: Workstation
    clock: ManualClock
    services: PanelServices
    qtbot: QtBot
    last_ids: dict[str, int] = field(default_factory=dict)

    @property
    def link(self) -> LinkGroup:
        return self.services.links.first

    def add(self, followed: Instrument) -> None:
        """Follow an instrument; the first one is shown."""
        self.workstation.market.add(followed)
        if not self.link.symbol:
            self.link.set_symbol(followed.symbol)

    def open(self, panel: type[Panel], width: int = 420, height: int = 500) -> Any:
        """Open a panel of that class as the window would."""
        opened = panel(self.services)
        self.qtbot.addWidget(opened)
        opened.resize(width, height)
        opened.symbol_changed()
        opened.show()
        self.qtbot.waitExposed(opened)
        opened.refresh()
        return opened

    def trade(self, *trades: tuple[int, int, float, float], symbol: str = "BTCUSDT") -> None:
        """Apply trades given as (ms after the start, taker's side, price, size)."""
        rows = np.zeros(len(trades), TRADE)
        for row, (after_ms, side, price, size) in zip(rows, trades, strict=True):
            row["event_ms"], row["side"], row["price"], row["size"] = START_MS + after_ms, side, price, size
        self._apply(MarketBatch("binance_usdm", symbol, trades=rows))

    def quote(self, count: int, symbol: str = "BTCUSDT") -> None:
        """Apply so many quotes."""
        self._apply(MarketBatch("binance_usdm", symbol, quotes=np.zeros(count, QUOTE)))

    def book(
        self,
        bids: dict[float, float],
        asks: dict[float, float],
        *,
        snapshot: bool = False,
        gap: bool = False,
        symbol: str = "BTCUSDT",
        after_ms: int = 0,
    ) -> None:
        """Apply a depth update (or a snapshot) of those levels; with `gap` one that follows a lost one."""
        before = self.last_ids.get(symbol, 100)
        newest = before + 1
        self.last_ids[symbol] = newest
        updates = np.zeros(1, BOOK_UPDATE)
        updates["event_ms"] = START_MS + after_ms
        updates["first_id"], updates["last_id"] = newest, newest
        updates["prev_id"] = before - 50 if gap else before
        updates["levels"], updates["is_snapshot"] = len(bids) + len(asks), snapshot
        levels = np.zeros(len(bids) + len(asks), LEVEL)
        levels["side"] = [1] * len(bids) + [-1] * len(asks)
        levels["price"] = [*bids, *asks]
        levels["size"] = [*bids.values(), *asks.values()]
        self._apply(MarketBatch("binance_usdm", symbol, updates=updates, levels=levels))

    def _apply(self, batch: MarketBatch) -> None:
        self.workstation.take(batch)


class PaintCounter(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        QApplication.processEvents()
        self._paints = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self._paints += event.type() is QEvent.Type.Paint
        return False

    def take(self) -> int:
        """Deliver what is due, and return the paints since the last call."""
        QApplication.processEvents()
        paints, self._paints = self._paints, 0
        return paints


@pytest.fixture(scope="session")
def _fonts(qapp: Any) -> None:
    load_fonts()


@pytest.fixture
def desk(qtbot: QtBot, _fonts: None) -> Desk:
    """A program without a feed and without an instrument, on a clock that the test moves."""
    clock = ManualClock()
    workstation = Workstation(None, None, clock)
    services = PanelServices(workstation, ThemeSource(), LinkGroups())
    return Desk(workstation, clock, services, qtbot)


@pytest.fixture
def btc_desk(desk: Desk) -> Desk:
    """A desk that follows BTCUSDT."""
    desk.add(instrument())
    return desk


@pytest.fixture(name="instrument")
def _instrument() -> Any:
    """The maker of instruments."""
    return instrument


@pytest.fixture(name="count_paints")
def _count_paints() -> type[PaintCounter]:
    """The counter of a widget's paints."""
    return PaintCounter


@pytest.fixture
def chart(btc_desk: Any) -> ChartPanel:
    """A chart of two hundred candles, wide enough for all header figures."""
    trade_candles(btc_desk, 200)
    opened: ChartPanel = btc_desk.open(ChartPanel, 1000, 500)
    return opened


@pytest.fixture
def panel(btc_desk: Any) -> DepthPanel:
    run(btc_desk, 120)
    return settle(btc_desk.open(DepthPanel, 700, 400))
