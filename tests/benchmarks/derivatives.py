"""The panels of funding, basis, open interest and liquidations, refreshed at 4 Hz on a market that moves."""

import time
from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from ui.links import LinkGroups
from ui.panel import Panel, PanelServices
from ui.panels.basis import BasisPanel
from ui.panels.funding import FundingPanel
from ui.panels.liquidation_map import LiquidationMapPanel
from ui.panels.liquidations import LiquidationsPanel
from ui.panels.open_interest import OpenInterestPanel
from ui.panels.term_structure import TermStructurePanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.market.candles import CANDLE
from workstation.market.state import SymbolState
from workstation.model.columns import TRADE, MarketBatch
from workstation.model.derivatives import FundingRate, Liquidation, MarkPrice, OpenInterest, Ticker
from workstation.model.history import FundingSettlement
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

SYMBOLS = 60
ROUNDS = 120
STEP_MS = 250
FRAME_LIMIT_MS = 16.0
HOUR_MS = 3_600_000
NOW_MS = 490_000 * HOUR_MS + 1_800_000
PLACES: tuple[tuple[type[Panel], int, int], ...] = (
    (FundingPanel, 850, 262),
    (BasisPanel, 850, 190),
    (OpenInterestPanel, 430, 300),
    (LiquidationsPanel, 430, 220),
    (LiquidationMapPanel, 420, 520),
    (TermStructurePanel, 560, 220),
)


def run(_shared_data: Path, _scratch: Path) -> list[Result]:
    """Measure what a frame of all six costs: reading, painting, and what is handed to threads."""
    application = dressed_application()
    workstation = Workstation(None, None)
    states = [_followed(workstation, number) for number in range(SYMBOLS)]
    services = PanelServices(workstation, ThemeSource(), LinkGroups())
    services.links.first.set_symbol(states[0].instrument.symbol)
    panels = []
    for kind, width, height in PLACES:
        panel = kind(services)
        panel.resize(width, height)
        panel.show()
        panel.symbol_changed()
        panels.append(panel)
    times, slowest = [], dict.fromkeys((kind.title for kind, _, _ in PLACES), 0.0)
    for number in range(ROUNDS + 20):
        _move(workstation, states, number)
        began = time.thread_time()
        for panel in panels:
            at = time.thread_time()
            panel.refresh()
            panel.update_condition()
            application.processEvents()
            if number >= 20:
                slowest[panel.title] = max(slowest[panel.title], (time.thread_time() - at) * 1e3)
        if number >= 20:
            times.append((time.thread_time() - began) * 1e3)
        time.sleep(0.01)  # threads have the rest of the quarter of a second
    funding, _, interest, told, estimate, _ = panels
    assert isinstance(funding, FundingPanel)
    assert isinstance(interest, OpenInterestPanel)
    assert isinstance(told, LiquidationsPanel)
    assert isinstance(estimate, LiquidationMapPanel)
    whole = (
        funding.reading is not None
        and len(funding.reading.history) == 1_095
        and len(interest.view.standings) == SYMBOLS
        and told.sums.long_count > 0
        and estimate.view.has_map
    )
    for panel in panels:
        panel.put_away()
        panel.deleteLater()
    workstation.close()
    median, p95 = float(np.median(times)), float(np.quantile(times, 0.95))
    worst = max(slowest, key=lambda title: slowest[title])
    return [
        Result(
            f"derivatives: six panels refreshed and painted at 4 Hz, {SYMBOLS} symbols, the window's thread, "
            f"median of {ROUNDS}",
            median,
            "ms",
            target=f"≤ {FRAME_LIMIT_MS:g}",
            met=median <= FRAME_LIMIT_MS and whole,
            check=f"p95 {p95:.1f} ms; the slowest single one {slowest[worst]:.1f} ms ({worst})",
        )
    ]


def _followed(workstation: Workstation, number: int) -> SymbolState:
    """A market with a year of funding, two days of open interest and fifteen days of candles."""
    name = "BTC" if not number else f"C{number:02}"
    state = workstation.market.add(
        Instrument(
            venue="binance_usdm",
            symbol=f"{name}USDT",
            kind=ContractKind.LINEAR,
            tick_size=Decimal("0.1"),
            lot_size=Decimal("0.001"),
            contract_size=Decimal(1),
            base=name,
            quote="USDT",
            sequence_rule=SequenceRule.BINANCE_FUTURES,
        )
    )
    random, symbol = np.random.default_rng(number), state.instrument.symbol
    settled = NOW_MS // (8 * HOUR_MS) * 8 * HOUR_MS
    state.past.add_funding(
        [
            FundingSettlement("v", symbol, settled - place * 8 * HOUR_MS, Decimal(f"{rate:.8f}"), 8.0)
            for place, rate in enumerate(random.normal(0.0001, 0.0002, 1_095))
        ]
    )
    sizes = 1_000 * np.exp(random.normal(0, 0.004, 577).cumsum())
    state.past.add_open_interest(
        [
            OpenInterest("v", symbol, NOW_MS - (576 - place) * 300_000, Decimal(f"{size:.3f}"))
            for place, size in enumerate(sizes)
        ]
    )
    for timeframe_ms in (300_000, 900_000, HOUR_MS):
        rows = np.zeros(1_500, CANDLE)
        rows["open_ms"] = NOW_MS // timeframe_ms * timeframe_ms - np.arange(1_500, 0, -1) * timeframe_ms
        rows["close"] = 60_000 * np.exp(random.normal(0, 0.001, 1_500).cumsum())
        rows["high"], rows["low"] = rows["close"] * 1.001, rows["close"] * 0.999
        state.candles(timeframe_ms).replace(rows)
    price = Decimal(60_000)
    state.take_news(
        Ticker("v", symbol, NOW_MS, price, price * 98 / 100, price, price, Decimal(9), Decimal(540_000))
    )
    return state


def _move(workstation: Workstation, states: list[SymbolState], number: int) -> None:
    """A quarter of a second of a market: trades, marks, funding, open interest and a liquidation."""
    at_ms = NOW_MS + number * STEP_MS
    random = np.random.default_rng(number)
    for place, state in enumerate(states):
        symbol = state.instrument.symbol
        trades = np.zeros(1, TRADE)
        trades["event_ms"], trades["price"], trades["size"] = at_ms, 60_000 + random.normal(0, 20), 0.1
        trades["side"] = 1
        workstation.take(MarketBatch("binance_usdm", symbol, trades=trades))
        mark = Decimal(f"{60_000 + random.normal(0, 10):.1f}")
        state.take_news(MarkPrice("v", symbol, at_ms, mark, Decimal(60_010)))
        rate = Decimal(f"{random.normal(0.0001, 0.00001):.8f}")
        state.take_news(FundingRate("v", symbol, at_ms, rate, 8.0, NOW_MS + HOUR_MS))
        if number % 4 == 0:
            size = Decimal(f"{1_000 + random.normal(0, 5):.3f}")
            state.take_news(OpenInterest("v", symbol, at_ms, size))
        if place == number % SYMBOLS or not place:
            state.take_news(Liquidation("v", symbol, at_ms, "sell", mark, Decimal("0.5")))
