"""The depth heatmap: a day of it painted from the store, and a column appended to a full grid."""

import hashlib
import time
from math import floor
from pathlib import Path
from statistics import median

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.benchmarks.dressed import dressed_application
from tests.benchmarks.made_depth import MadeDay, replayed, store_day
from tests.benchmarks.result import Result
from tests.benchmarks.store import CAPTURE
from ui.links import LinkGroups
from ui.panel import PanelServices
from ui.panels.depth import DepthPanel
from ui.theme import ThemeSource
from workstation.app import Workstation
from workstation.market.depth_grid import BUCKET_MS
from workstation.market.depth_level import UNKNOWN_CODE, level_codes
from workstation.market.size_code import decode, encode
from workstation.market.state import SymbolState
from workstation.market.upkeep import Upkeep
from workstation.model.columns import LEVEL
from workstation.runtime.bus import Bus
from workstation.runtime.clock import SystemClock
from workstation.settings import Keep, Retention
from workstation.store.ticks import open_store

DAY_MS = 86_400_000
SIZE = 1_240, 620
ROUNDS = 7
APPENDS = 400
LEVELS_AN_APPEND = 120
FOR_EVER = Retention(*(Keep() for _ in Retention.__struct_fields__))


def run(shared_data: Path, scratch: Path) -> list[Result]:
    """Measure on the real book of BTCUSDT."""
    dressed_application()
    state = replayed(shared_data / CAPTURE)
    return [*_scroll_back(state, scratch), *_append(state)]


def _panel(workstation: Workstation, symbol: str) -> DepthPanel:
    services = PanelServices(workstation, ThemeSource(), LinkGroups())
    for link in services.links:
        link.set_symbol(symbol)
    panel = DepthPanel(services)
    panel.resize(*SIZE)
    panel.symbol_changed()
    panel.show()
    return panel


def _painted(panel: DepthPanel) -> None:
    panel.refresh()
    QApplication.processEvents()


# A day from the store.


def _scroll_back(state: SymbolState, scratch: Path) -> list[Result]:
    assert state.grid is not None
    buckets = DAY_MS // BUCKET_MS
    day = MadeDay(state.grid.finished_columns(0), 3_446_322_000 // 7_200 * 7_200, buckets)
    instrument = state.instrument
    with open_store(scratch / "day") as store:
        columns = store_day(store, instrument, day)
        began = time.perf_counter()
        Upkeep(store, lambda: FOR_EVER, SystemClock(), Bus()).tidy()
        coarsened_s = time.perf_counter() - began
        store.checkpoint()
    nbytes = sum(path.stat().st_size for path in (scratch / "day").iterdir())
    found: dict[str, list[float]] = {"day": [], "hours": [], "pan": []}
    same = True
    for _ in range(ROUNDS):
        workstation = Workstation(None, open_store(scratch / "day"))
        workstation.market.add(instrument)
        panel = _panel(workstation, instrument.symbol)
        _until_read(panel)
        found["hours"].append(_look(panel, day, 6.0, day.end * BUCKET_MS - DAY_MS / 2))
        found["day"].append(_look(panel, day, 24.0, day.end * BUCKET_MS - DAY_MS))
        same = same and _is_right(panel, day)
        panel.plot.set_view(time=(panel.plot.mapping.from_ms, panel.plot.mapping.from_ms + 1_800_000))
        found["pan"].append(_look(panel, day, 0.5, day.first * BUCKET_MS + 40_000_000))
        same = same and _is_right(panel, day)
        panel.put_away()
        panel.close()
        panel.deleteLater()
        workstation.close()
    day_ms = median(found["day"])
    return [
        Result(
            "depth: 24 h scrolled back to and painted from DuckDB",
            day_ms,
            "ms",
            target="≤ 200",
            met=day_ms <= 200,
            check=f"longest {max(found['day']):.0f} ms; {columns:,} columns of 1,000 cells stored in "
            f"{nbytes / 1e6:.0f} MB; cells equal those recorded: {same}",
        ),
        Result("depth: 6 h scrolled back to and painted", median(found["hours"]), "ms"),
        Result("depth: half an hour at full detail, 10 h back", median(found["pan"]), "ms"),
        Result("depth: coarser levels of a day made by housekeeping", coarsened_s, "s"),
    ]


def _until_read(panel: DepthPanel) -> None:
    ends = time.perf_counter() + 20
    _painted(panel)
    while time.perf_counter() < ends:
        _painted(panel)
        past = panel.source.past if panel.source is not None else None
        if past is not None and past.covered_at > 0 and past.share_of(panel) >= 1.0:
            break
        time.sleep(0.001)
    _painted(panel)


def _look(panel: DepthPanel, day: MadeDay, hours: float, from_ms: float) -> float:
    """Milliseconds from the view's change to its last repaint, frame by frame as the desk refreshes."""
    began = time.perf_counter()
    panel.view.follow(False)
    panel.plot.set_view(time=(from_ms, from_ms + hours * 3_600_000))
    _until_read(panel)
    del day
    return (time.perf_counter() - began) * 1e3


def _is_right(panel: DepthPanel, day: MadeDay) -> bool:
    """Whether a thousand cells on screen are the recorded ones, by the letter of the law."""
    view, source, level = panel.plot.mapping, panel.source, panel.heatmap.level
    assert source is not None
    random = np.random.default_rng(3)
    height = source.bin_size * level.bins
    checked = 0
    for _ in range(1_000):
        time_ms = random.uniform(view.from_ms, min(view.to_ms, day.end * BUCKET_MS - 1))
        price = random.uniform(view.low, view.high)
        end = (int(time_ms // (BUCKET_MS * level.buckets)) + 1) * level.buckets - 1
        column = day.columns(end, end + 1)
        shown = panel.heatmap.size_at(time_ms, price)
        first = floor(price / height) * level.bins - (int(column.first_bin[0]) if len(column) else 0)
        if not len(column) or column.gap[0] or first < 0 or first + level.bins > column.cells.shape[1]:
            right = shown is None
        else:
            sizes = decode(column.cells[0, first : first + level.bins])
            code = encode(np.array([sizes.sum()])) if level.bins > 1 else column.cells[0, first : first + 1]
            right = shown is not None and encode(np.array([shown]))[0] == code[0]
            checked += 1
        if not right:
            return False
    return checked > 300


# A column more.


def _append(state: SymbolState) -> list[Result]:
    grid = state.grid
    assert grid is not None
    workstation = Workstation(None, None)
    workstation.market.states[state.instrument.symbol] = state
    random = np.random.default_rng(5)
    at_ms = _fill(state, random)
    panel = _panel(workstation, state.instrument.symbol)
    results = []
    for words, span_ms in (("5 m", 300_000.0), ("40 m, the whole grid,", 2_400_000.0)):
        panel.view.span_ms = span_ms
        for _ in range(30):
            _painted(panel)
        times, processor = [], []
        for _ in range(APPENDS):
            levels = _changes(state, random)
            at_ms += BUCKET_MS
            began, began_cpu = time.perf_counter(), time.thread_time()
            grid.advance(at_ms)
            grid.take(levels, at_ms)
            grid.settle()
            _painted(panel)
            times.append((time.perf_counter() - began) * 1e3)
            processor.append((time.thread_time() - began_cpu) * 1e3)
        middle = median(times)
        results.append(
            Result(
                f"depth: column append and repaint, {words} in view, every overlay on",
                middle,
                "ms",
                target="≤ 4",
                met=middle <= 4,
                check=f"p95 {np.quantile(times, 0.95):.1f} ms; of the processor {median(processor):.1f} ms; "
                f"{grid.columns:,} × {grid.bins:,} cells; "
                f"{_digests(panel)}",
            )
        )
    panel.close()
    panel.deleteLater()
    return results


def _fill(state: SymbolState, random: np.random.Generator) -> int:
    """Go on until the grid's ring is full; return the newest moment."""
    grid = state.grid
    assert grid is not None
    at_ms = (grid.buckets[1] - 1) * BUCKET_MS
    while grid.buckets[1] - grid.buckets[0] < grid.columns:
        at_ms += BUCKET_MS
        grid.advance(at_ms)
        grid.take(_changes(state, random), at_ms)
    grid.settle()
    return at_ms


def _changes(state: SymbolState, random: np.random.Generator) -> np.ndarray:
    """New sizes of levels that rest near the market."""
    levels = np.zeros(LEVELS_AN_APPEND, LEVEL)
    sides = random.random(len(levels)) < 0.5
    away = np.round(random.exponential(15.0, len(levels)), 1) + 0.1
    levels["side"] = np.where(sides, 1, -1)
    levels["price"] = np.round(np.where(sides, state.book.best_bid - away, state.book.best_ask + away), 1)
    levels["size"] = np.round(10 ** random.uniform(-3, 1.5, len(levels)), 3)
    return levels


def _digests(panel: DepthPanel) -> str:
    """Whether the cells in the image are those of the grid, with the digest of both."""
    grid, level = panel.source.grid if panel.source else None, panel.heatmap.level
    (first, end), (lowest, highest) = panel.heatmap.shown
    assert grid is not None
    cells = level_codes(grid, level, np.arange(first, end), lowest, highest - lowest)
    shown = panel.heatmap.codes_shown().T[:, ::-1]
    digests = [hashlib.blake2b(part.tobytes(), digest_size=6).hexdigest() for part in (cells, shown)]
    known = int(np.count_nonzero(cells != UNKNOWN_CODE))
    return f"{known:,} cells in view equal the grid's: {digests[0] == digests[1]} ({digests[1]})"
