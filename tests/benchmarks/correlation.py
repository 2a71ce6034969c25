"""The correlation matrix: an hour added to a year beside pandas' full recompute, and 200 symbols painted."""

import json
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.beside_peers import PEERS, peer_python
from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from ui.correlation.halves import Upper
from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.correlation import CorrelationPanel
from ui.theme import ThemeSource
from workstation.analytics.correlation import log_returns
from workstation.analytics.correlation_clusters import cluster
from workstation.analytics.correlation_matrix import Floats, Method, RollingCorrelation
from workstation.app import Workstation
from workstation.market.candles import CANDLE
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

CANDLES = "candles/binance_usdm_1h_2024-10_2025-10.parquet"
HOUR_MS = 3_600_000
YEAR = 8_760
ADDED = 300
UPDATE_LIMIT_MS = 2.0
PAINTED = 200
PAINT_LIMIT_MS = 16.0
PAINTS = 40
SIDE = 1_400


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure the update on the recorded year, then the painting of made symbols."""
    return [*_updates(hourly_returns(shared_data), scratch), _painting()]


def hourly_returns(shared_data: Path) -> Floats:
    """The recorded year's log returns (n, 60), nan where a symbol was not listed yet."""
    query = "SELECT ts, symbol, close FROM read_parquet(?)"
    columns = duckdb.execute(query, [str(shared_data / CANDLES)]).fetchnumpy()
    hours, hour = np.unique(columns["ts"], return_inverse=True)
    symbols, symbol = np.unique(np.asarray(columns["symbol"], str), return_inverse=True)
    closes = np.full((len(hours), len(symbols)), np.nan)
    closes[hour, symbol] = columns["close"]
    return log_returns(closes)


def _updates(returns: Floats, scratch: Path) -> list[Result]:
    methods = (Method.PEARSON, Method.EWMA)
    rolling = {method: RollingCorrelation(returns[:-ADDED], YEAR, method) for method in methods}
    times: dict[Method, list[float]] = {method: [] for method in methods}
    for method in methods:
        for row in returns[-ADDED:]:
            began = time.perf_counter()
            rolling[method].add(row)
            rolling[method].matrix()
            times[method].append((time.perf_counter() - began) * 1e3)
    window = returns[-YEAR:]
    np.save(scratch / "returns.npy", window)
    peer = [str(peer_python("finplot")), "-W", "ignore", str(PEERS / "pandas_correlation.py")]
    done = subprocess.run(
        [*peer, str(scratch / "returns.npy"), str(scratch / "found.npy")],
        check=True,
        capture_output=True,
        text=True,
    )
    pandas = json.loads(done.stdout)
    matrix = rolling[Method.PEARSON].matrix()
    error = float(np.nanmax(np.abs(matrix - np.load(scratch / "found.npy"))))
    began = time.perf_counter()
    RollingCorrelation(window, YEAR).matrix()
    anew_ms = (time.perf_counter() - began) * 1e3
    names = tuple(f"{index:02}" for index in range(returns.shape[1]))
    began = time.perf_counter()
    cluster(matrix, names)
    order_ms = (time.perf_counter() - began) * 1e3
    ours, p95 = median(times[Method.PEARSON]), np.quantile(times[Method.PEARSON], 0.95)
    what = f"correlation: {returns.shape[1]} symbols × {YEAR:,} hours"
    return [
        Result(
            f"{what}, an hour added and the matrix read, median of {ADDED}",
            ours,
            "ms",
            target=f"≤ {UPDATE_LIMIT_MS:g}",
            met=ours <= UPDATE_LIMIT_MS and error <= 1e-12,
            check=f"within {error:.1e} of pandas' own; p95 {p95:.2f} ms; "
            f"pandas is {pandas['median_ms'] / ours:,.0f} × that",
        ),
        Result(f"{what}, all of it by pandas {pandas['version']}", pandas["median_ms"], "ms"),
        Result(f"{what}, all of it by us", anew_ms, "ms"),
        Result(f"{what}, an hour added with fading weights", median(times[Method.EWMA]), "ms"),
        Result(f"{what}, the tree of likes and its best order", order_ms, "ms"),
    ]


def _painting() -> Result:
    dressed_application()
    workstation = _market()
    panel = CorrelationPanel(PanelServices(workstation, ThemeSource(), LinkGroups()))
    panel.resize(SIDE, SIDE)
    panel.show()
    ends = time.perf_counter() + 60
    panel.refresh()
    while panel.source.found is None and time.perf_counter() < ends:
        time.sleep(0.02)
        panel.refresh()
    QApplication.processEvents()
    found, times = panel.source.found, []
    assert found is not None
    for _ in range(PAINTS):
        panel.matrix.show_found(found, clustered=True, upper=Upper.CHANGE, pair=None)
        began = time.perf_counter()
        panel.matrix.repaint()
        times.append((time.perf_counter() - began) * 1e3)
    colours = len(np.unique(_pixels(panel)))
    painted = median(times)
    panel.put_away()
    panel.deleteLater()
    workstation.close()
    return Result(
        f"correlation: {PAINTED} symbols painted anew at {SIDE} × {SIDE}, median of {PAINTS}",
        painted,
        "ms",
        target=f"≤ {PAINT_LIMIT_MS:g}",
        met=painted <= PAINT_LIMIT_MS and colours > 50 and len(found.symbols) == PAINTED,
        check=f"{len(found.symbols)} symbols, {colours} colours; p95 {np.quantile(times, 0.95):.1f} ms",
    )


def _pixels(panel: CorrelationPanel) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    image = panel.matrix.grab().toImage()
    return np.frombuffer(image.constBits(), np.uint32)


def _market() -> Workstation:
    """Symbols that share a driver, each with its own noise and half with a hole."""
    workstation = Workstation(None, None)
    random = np.random.default_rng(8)
    common = random.normal(0, 0.01, 1_500)
    for number in range(PAINTED):
        name = ("BTC", "ETH")[number] if number < 2 else f"C{number:03}"
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
        rows = np.zeros(1_500, CANDLE)
        rows["open_ms"] = (480_000 + np.arange(1_500)) * HOUR_MS
        moves = random.uniform(-0.5, 1.5) * common + random.normal(0, 0.01, 1_500)
        rows["close"] = 100 * np.exp(np.cumsum(moves))
        state.candles(HOUR_MS).replace(np.delete(rows, 1_400) if number % 2 else rows)
        state.market_ms = 481_500 * HOUR_MS + 5_000
    return workstation
