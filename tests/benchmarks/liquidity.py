"""Liquidity: a month of a busy symbol read out of the store, and what a refresh of the panel costs."""

import os
import time
from pathlib import Path
from statistics import median

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.made_depth import replayed
from tests.benchmarks.made_month import MadeMonth, store_month
from tests.benchmarks.result import Result
from tests.benchmarks.store import CAPTURE
from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.liquidity import LiquidityPanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.market.liquidity_past import MarketLiquidity
from workstation.market.state import SymbolState
from workstation.metrics.registry import HOLD_S
from workstation.store.ticks import open_store

DAYS = 30
QUOTES_A_SECOND = 5.0
END_MS = 1_723_161_240_000
REFRESHES = 40
MEMORY_LIMIT_MB = 400.0
REFRESH_LIMIT_MS = 16.0


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure on a month made of the real book of BTCUSDT."""
    dressed_application()
    state = replayed(shared_data / CAPTURE)
    assert state.grid is not None
    folder = scratch / "month"
    with open_store(folder) as store:
        month = MadeMonth(state.grid.finished_columns(0), END_MS, DAYS, QUOTES_A_SECOND)
        quotes = store_month(store, state.instrument, month)
        store.checkpoint()
    results = []
    workstation, panel = _opened(folder, state)
    before_mb = _resident_mb()
    began = time.perf_counter()
    market, most_mb = _read(panel, workstation, state)
    first_s = time.perf_counter() - began
    grown_mb = most_mb - before_mb
    assert market.usual is not None
    minutes = market.usual.minutes
    what = f"liquidity: {DAYS} days of minutes, {quotes:,} quotes"
    results.append(
        Result(
            f"{what}, read out of the store behind the window",
            first_s,
            "s",
            check=f"{minutes:,} minutes; {first_s / DAYS * 1e3:.0f} ms a day",
        )
    )
    results.append(
        Result(
            "liquidity: resident memory that reading the month added at its peak",
            grown_mb,
            "MB",
            target=f"≤ {MEMORY_LIMIT_MB:g}",
            met=grown_mb <= MEMORY_LIMIT_MB,
        )
    )
    results.append(_refreshes(panel))
    _close(panel, workstation)
    workstation, panel = _opened(folder, state)
    began = time.perf_counter()
    again, _ = _read(panel, workstation, state)
    again_s = time.perf_counter() - began
    assert again.usual is not None
    results.append(
        Result(
            "liquidity: the same month after a restart, from the days that were kept",
            again_s,
            "s",
            check=f"same figures: {again.usual.measures == market.usual.measures}",
        )
    )
    _close(panel, workstation)
    return results


def _opened(folder: Path, state: SymbolState) -> tuple[Workstation, LiquidityPanel]:
    workstation = Workstation(None, open_store(folder))
    workstation.market.states[state.instrument.symbol] = state
    services = PanelServices(workstation, ThemeSource(), LinkGroups())
    for link in services.links:
        link.set_symbol(state.instrument.symbol)
    services.habits.sizes[state.instrument.symbol] = "25"
    panel = LiquidityPanel(services)
    panel.resize(900, 420)
    panel.symbol_changed()
    panel.show()
    return workstation, panel


def _read(
    panel: LiquidityPanel, workstation: Workstation, state: SymbolState
) -> tuple[MarketLiquidity, float]:
    """The market once everything is read, and the most memory that was resident meanwhile."""
    ends, most_mb = time.perf_counter() + 300, 0.0
    while time.perf_counter() < ends:
        panel.refresh()
        most_mb = max(most_mb, _resident_mb())
        market = workstation.liquidity.market(state.instrument)
        if market is not None and market.is_whole:
            return market, most_mb
        time.sleep(0.02)
    raise TimeoutError("the month was not read in five minutes")


def _refreshes(panel: LiquidityPanel) -> Result:
    times, state = [], panel.state
    assert state is not None
    for _ in range(REFRESHES):
        time.sleep(HOLD_S)  # what was read a moment ago is held so long
        state.book.version += 1  # as an update of the book does
        began = time.perf_counter()
        panel.refresh()
        QApplication.processEvents()
        times.append((time.perf_counter() - began) * 1e3)
    found = median(times)
    return Result(
        f"liquidity: the panel refreshed on a live book, four times a second, median of {REFRESHES}",
        found,
        "ms",
        target=f"≤ {REFRESH_LIMIT_MS:g}",
        met=found <= REFRESH_LIMIT_MS,
        check=f"p95 {np.quantile(times, 0.95):.1f} ms",
    )


def _close(panel: LiquidityPanel, workstation: Workstation) -> None:
    panel.put_away()
    panel.close()
    panel.deleteLater()
    workstation.close()


def _resident_mb() -> float:
    """What this process holds in memory now; 0 where the system does not say."""
    page = Path("/proc/self/statm")
    return int(page.read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6 if page.exists() else 0.0
