"""The ticket with ten open positions: a key in a field until all is painted, and a long checklist alone."""

import time
from decimal import Decimal
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from tests.ui.ticket.trade_floor import SYMBOL, VENUE, TradeFloor
from ui.panels.chart import ChartPanel
from ui.panels.ticket import TicketPanel
from workstation.exchange.paper_contracts import paper_contract
from workstation.model.derivatives import MarkPrice
from workstation.model.instrument import ContractKind, Instrument, SequenceRule
from workstation.model.margin import MarginMode
from workstation.model.orders import Fill, Side
from workstation.model.positions import Balance, SymbolSetting
from workstation.trading.checklist_template import AutomaticRow

KEYS = 200
OTHERS = ("ETH", "SOL", "TAO", "NEAR", "FET", "LPT", "IO", "WLD", "NMR", "GRT")
KEY_MS, CHECKLIST_MS = 16.0, 5.0
SETUP = "ai_breakout_long"


def run(_shared_data: Path, scratch: Path) -> list[Result]:
    """Measure both."""
    application = dressed_application()
    floor = TradeFloor(scratch / "ticket")
    portfolio = floor.account.floor.portfolio
    portfolio.set_balance(Balance(VENUE, "USDT", Decimal(100_000), 1))
    floor.account.floor.desk.freeze("")
    for number, coin in enumerate(OTHERS, start=1):
        _hold(floor, coin, number)
    panel = TicketPanel(floor.services)
    panel.resize(440, 1_350)
    panel.show()
    chart = ChartPanel(floor.services)
    chart.resize(1_200, 700)
    chart.show()
    for side, price in ((1, 60_000.0), (-1, 59_999.0)):
        floor.trade(side, price, 0.1)
    chart.symbol_changed()
    panel.edit(setup=SETUP, isolated=False, entry="59990", stop="58900", target="62400", risk="1")
    application.processEvents()
    assert panel.found is not None
    assert len(portfolio.positions) == len(OTHERS)
    results = [_keys(application, panel), _checklist(floor, panel)]
    panel.put_away()
    chart.put_away()
    floor.account.close()
    return results


def _hold(floor: TradeFloor, coin: str, number: int) -> None:
    """A cross position, with its mark."""
    symbol = f"{coin}USDT"
    instrument = Instrument(
        VENUE,
        symbol,
        ContractKind.LINEAR,
        Decimal("0.01"),
        Decimal("0.001"),
        Decimal(1),
        coin,
        "USDT",
        SequenceRule.PREVIOUS_ID,
    )
    floor.workstation.market.add(instrument)
    floor.account.floor.add_contract(paper_contract(instrument))
    side = Side.BUY if number % 2 else Side.SELL
    portfolio = floor.account.floor.portfolio
    portfolio.set_symbol(SymbolSetting(symbol, Decimal(5), MarginMode.CROSS))
    price = Decimal(100)
    fill = Fill(
        VENUE, symbol, number, "", str(number), side, price, Decimal(20), Decimal(1), "USDT", True, number
    )
    portfolio.take(fill)
    floor.workstation._take_news(MarkPrice(VENUE, symbol, floor.clock.now_ms(), Decimal("100.5")))


def _keys(application: QApplication, panel: TicketPanel) -> Result:
    """Digits typed into the stop: each moves size, costs, effects, checklist, button and chart."""
    field = panel.fields.field("stop")
    field.setFocus()
    taken = []
    for number in range(KEYS):
        field.setText("5890")
        field.setCursorPosition(4)
        application.processEvents()
        started = time.perf_counter()
        QTest.keyClick(field, Qt.Key(Qt.Key.Key_0 + number % 10))
        application.processEvents()
        taken.append((time.perf_counter() - started) * 1000)
        assert panel.draft.stop == f"5890{number % 10}"
    assert panel.found is not None
    assert panel.found.rows
    value = float(np.percentile(taken, 95))
    check = f"{len(panel.found.rows)} effects, {len(panel.checklist.rows)} rows"
    return Result(
        f"key in the ticket with {len(OTHERS)} positions until painted, chart beside it, p95",
        value,
        "ms",
        f"≤ {KEY_MS:g}",
        value <= KEY_MS,
        check,
    )


def _checklist(floor: TradeFloor, panel: TicketPanel) -> Result:
    """The longest shipped checklist for an order, the metrics held for 200 ms as on the desk."""
    assert panel.found is not None
    intent = panel.found.whole
    assert intent is not None
    taken = []
    for _ in range(KEYS):
        started = time.perf_counter()
        verdict = floor.account.checklists.verdict(intent)
        taken.append((time.perf_counter() - started) * 1000)
    assert verdict is not None
    automatic = sum(isinstance(row.row, AutomaticRow) for row in verdict.rows)
    value = float(np.percentile(taken, 95))
    name = (
        f"checklist of {len(verdict.rows)} rows, {automatic} of them automatic, {len(OTHERS)} positions, p95"
    )
    return Result(name, value, "ms", f"≤ {CHECKLIST_MS:g}", value <= CHECKLIST_MS, SYMBOL)
