"""The chart at 1,200 × 700 pixels: a tick and a step of panning, until its pixels are painted."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.result import Result
from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.chart import ChartPanel
from ui.theme import DARK, ThemeSource
from workstation.app import Workstation
from workstation.market.candles import CANDLE
from workstation.model.columns import TRADE, MarketBatch, Records
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

WIDTH, HEIGHT = 1_200, 700
TIMEFRAME_MS = 60_000
END_MS = 1_723_161_240_000
COUNTS = (1_000, 10_000, 100_000)
TICKS = 400
TICKS_A_BAR = 10
"""So that every tenth tick opens a bar and moves the view: the p95 is one of those."""
PAN_STEPS = 200
WARM_UP = 20
LIMITS_MS = {"100 in view": 6.0, "zoomed out": 9.0}


def run(_shared_data: Path, _scratch: Path) -> list[Result]:
    """Measure every length of the past, near and zoomed out."""
    dressed_application()
    return [
        result
        for count in COUNTS
        for view in LIMITS_MS
        for result in _Bench(count, view == "zoomed out").results(view)
    ]


def walk(count: int) -> Records:
    """So many candles of a random walk, the newest of which opens at END_MS."""
    rng = np.random.default_rng(11)
    rows = np.zeros(count, CANDLE)
    closes = 60_000 + np.cumsum(rng.normal(0, 12, count))
    rows["open_ms"] = END_MS + (np.arange(count) - count + 1) * TIMEFRAME_MS
    rows["close"], rows["open"] = closes, np.concatenate(([60_000.0], closes[:-1]))
    rows["high"] = np.maximum(rows["open"], rows["close"]) + rng.exponential(6, count)
    rows["low"] = np.minimum(rows["open"], rows["close"]) - rng.exponential(6, count)
    rows["volume"] = rng.gamma(2, 20, count)
    rows["buy_volume"], rows["trades"] = rows["volume"] * rng.uniform(0.2, 0.8, count), 100
    return rows


class _Bench:
    """One chart of so many candles, and the hands that move it."""

    def __init__(self, count: int, zoomed_out: bool) -> None:
        self.count = count
        self.workstation = Workstation(None, None)
        instrument = Instrument(
            venue="binance_usdm",
            symbol="BTCUSDT",
            kind=ContractKind.LINEAR,
            tick_size=Decimal("0.1"),
            lot_size=Decimal("0.001"),
            contract_size=Decimal(1),
            base="BTC",
            quote="USDT",
            sequence_rule=SequenceRule.BINANCE_FUTURES,
        )
        state = self.workstation.market.add(instrument)
        self.series = state.candles(TIMEFRAME_MS)
        self.series.replace(walk(count))
        links = LinkGroups()
        links.first.set_symbol("BTCUSDT")
        links.first.set_timeframe(TIMEFRAME_MS)
        self.chart = ChartPanel(PanelServices(self.workstation, ThemeSource(), links))
        self.chart.resize(WIDTH, HEIGHT)
        self.chart.show()
        width = self.chart.plot.mapping.width
        shown = count if zoomed_out else 100
        self.chart.restore_state({"pitch_px": width / shown})
        self.chart.refresh()
        QApplication.processEvents()
        self._rng = np.random.default_rng(5)
        self._price = float(self.series.rows()["close"][-1])
        self._ticks = 0

    def results(self, view: str) -> list[Result]:
        """Both measures of this chart."""
        limit = LIMITS_MS[view] if self.count == max(COUNTS) else None
        found = []
        for name, step, steps in (("tick", self._tick, TICKS), ("pan", self._pan, PAN_STEPS)):
            times, processor = self._measured(step, steps)
            p50, p95 = (float(np.percentile(times, share)) for share in (50, 95))
            of_processor = "/".join(f"{np.percentile(processor, share):.2f}" for share in (50, 95))
            found.append(
                Result(
                    f"chart: {name} and paint, {self.count:,} bars, {view}, p95",
                    p95,
                    "ms",
                    target="" if limit is None else f"≤ {limit:g}",
                    met=None if limit is None else p95 <= limit,
                    check=f"p50 {p50:.2f} ms; of the processor {of_processor} ms; {self._checked()}",
                )
            )
        self.chart.close()
        self.chart.deleteLater()
        self.workstation.close()
        return found

    def _measured(self, step: Callable[[], None], steps: int) -> tuple[list[float], list[float]]:
        """The ms of each step by the wall's clock, and of the processor, less disturbed by other work."""
        times, processor = [], []
        for number in range(steps + WARM_UP):
            started, used = time.perf_counter(), time.process_time()
            step()
            QApplication.processEvents()
            if number >= WARM_UP:
                times.append((time.perf_counter() - started) * 1e3)
                processor.append((time.process_time() - used) * 1e3)
        return times, processor

    def _tick(self) -> None:
        self._ticks += 1
        self._price += float(self._rng.normal(0, 3))
        trade = np.zeros(1, TRADE)
        trade["event_ms"] = END_MS + self._ticks * TIMEFRAME_MS // TICKS_A_BAR
        trade["price"], trade["size"], trade["side"] = round(self._price, 1), 0.5, 1
        self.workstation.take(MarketBatch("binance_usdm", "BTCUSDT", trades=trade))
        self.chart.refresh()

    def _pan(self) -> None:
        self._ticks += 1
        self.chart.plot.pan_time(7.0 if self._ticks % 20 < 10 else -7.0)

    def _checked(self) -> str:
        """Hold the painted newest candle against the series' own row.

        Raises:
            AssertionError: a wrong colour where the candle's body has to be, or none.
        """
        chart = self.chart
        while self._ticks % TICKS_A_BAR != TICKS_A_BAR - 1:  # a bar that has just opened is a single line
            self._tick()
        chart.jump_to_now()
        QApplication.processEvents()
        row, mapping = self.series.rows()[-1], chart.plot.mapping
        image = chart.plot.grab().toImage()
        x = int(mapping.x(float(row["open_ms"]) + TIMEFRAME_MS / 2))
        ink = DARK.up if row["close"] >= row["open"] else DARK.down
        top, bottom = (round(mapping.y(float(row[field]))) for field in ("high", "low"))
        inked = [y for y in range(round(mapping.height)) if image.pixelColor(x, y) == ink]
        assert inked, f"no candle at {x}"
        if self.count <= mapping.width or mapping.ms_per_px <= TIMEFRAME_MS:
            assert abs(inked[0] - top) <= 1, (inked[0], top)
            assert abs(inked[-1] - bottom) <= 1, (inked[-1], bottom)
            return "the newest candle's painted extremes are its row's"
        assert inked[0] <= top <= inked[-1] + 1, (inked, top)
        assert inked[0] - 1 <= bottom <= inked[-1] + 1, (inked, bottom)
        return "the newest column's painted extremes hold its row's"
