"""The course that every chart and heatmap runs: the same data, the same ticks, and a look at the pixels.

It runs in the peers' virtual environments as in ours, so it knows numpy and pyqtgraph, which all of them
have, and nothing else.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt import QtCore, QtWidgets

WIDTH, HEIGHT = 1200, 700
FIRST_S = 1_704_067_200  # 2024-01-01
STEP_S = 60
MOST_ROUNDS = 150
LEAST_ROUNDS = 3
WARM_UP = 2
LEAST_SATURATION = 40
"""Candles are coloured, axes, grids and texts are grey: all three programs draw so."""
TOLERANCE_PX = 3
"""Antialiasing and rounding may move an edge by so much."""


@dataclass
class Bars:
    """Bars of a minute, oldest first: parallel float64 arrays, times in UTC seconds."""

    time_s: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray

    def __len__(self) -> int:
        return len(self.time_s)


class Chart(Protocol):
    """A program's chart: its widget is shown with the bars, the newest at the right."""

    viewport: Any
    """The widget that is painted."""

    def tick(self, bars: Bars) -> None:
        """Take in that the newest bar has changed."""

    def x_of(self, index: int) -> float:
        """Pixel of the middle of a bar."""

    def y_of(self, price: float) -> float:
        """Pixel of a price."""


def made_bars(count: int, seed: int = 5) -> Bars:
    """Return a random walk near 60,000, the same for everyone."""
    random = np.random.default_rng(seed)
    close = 60_000 * np.exp(np.cumsum(random.normal(0, 4e-4, count)))
    open_ = np.concatenate(([60_000.0], close[:-1]))
    reach = np.abs(random.normal(0, 15.0, (2, count)))
    high, low = np.maximum(open_, close) + reach[0], np.minimum(open_, close) - reach[1]
    volume = random.gamma(2.0, 20.0, count)
    time_s = FIRST_S + STEP_S * np.arange(count)
    return Bars(time_s, *(np.round(side, 1) for side in (open_, high, low, close)), np.round(volume, 3))


def moved(bars: Bars, number: int) -> None:
    """Let the newest bar trade on: its close goes to and fro, its volume grows."""
    close = round(float(bars.open[-1]) + 12.0 * np.sin(number * 1.7), 1)
    bars.close[-1] = close
    bars.high[-1], bars.low[-1] = max(bars.high[-1], close), min(bars.low[-1], close)
    bars.volume[-1] += 0.1


class Paints(QtCore.QObject):
    """Counts how often a widget is painted: a tick that paints nothing has measured nothing."""

    def __init__(self, widget: Any) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        self.count += event.type() == QtCore.QEvent.Type.Paint
        return False


def run_chart(make: Callable[[Bars, int], Chart]) -> None:
    """Measure one chart as the command line says (bars, bars in view, seconds), and print it as JSON."""
    count, in_view, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    bars = made_bars(count)
    chart = make(bars, in_view)
    settle()
    paints = Paints(chart.viewport)

    def tick(number: int) -> None:
        moved(bars, number)
        chart.tick(bars)

    times = timed(tick, paints, seconds)
    print(json.dumps({**summary(times), "check": candles_wrong(chart, bars, in_view) or "right"}))


def timed(step: Callable[[int], None], paints: Paints, seconds: float) -> list[float]:
    """Return how long each step took with its painting, in ms."""
    times: list[float] = []
    started = time.perf_counter()
    number = 0
    while number < MOST_ROUNDS + WARM_UP:
        before, painted = time.perf_counter(), paints.count
        step(number)
        QtWidgets.QApplication.processEvents()
        spent = time.perf_counter() - before
        if paints.count == painted:
            raise SystemExit("a tick was not painted")
        if number >= WARM_UP:
            times.append(1000 * spent)
        number += 1
        if len(times) >= LEAST_ROUNDS and time.perf_counter() - started > seconds:
            break
    return times


def summary(times: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and number of times in ms."""
    return {
        "median_ms": float(np.median(times)),
        "p95_ms": float(np.percentile(times, 95)),
        "rounds": len(times),
    }


def settle() -> None:
    """Let everything be laid out and painted once."""
    for _ in range(10):
        QtWidgets.QApplication.processEvents()
        time.sleep(0.01)


def pixels(widget: Any) -> np.ndarray:
    """Return what a widget shows as (height, width, 3) of int16, blue first."""
    image = widget.grab().toImage().convertToFormat(pg.QtGui.QImage.Format.Format_RGB32)
    return pg.functions.ndarray_from_qimage(image)[..., :3].astype(np.int16)


def candles_wrong(chart: Chart, bars: Bars, in_view: int) -> str:
    """Look whether the candles stand where the bars' prices are; "" if they do, else what is wrong."""
    picture = pixels(chart.viewport)
    colored = picture.max(axis=2) - picture.min(axis=2) > LEAST_SATURATION
    first = len(bars) - in_view
    columns = np.array([round(chart.x_of(index)) for index in range(first, len(bars))])
    floor = round(chart.y_of(float(bars.low[first:].min()))) + 2 * TOLERANCE_PX
    inside = np.flatnonzero((columns > 4) & (columns < picture.shape[1] - 4))
    # The newest, and some between: whoever is outside the plot (a margin) is passed over.
    chosen = {int(columns[inside[-1]]), *columns[inside[:: max(1, len(inside) // 6)]][1:-1].tolist()}
    for column in sorted(chosen):
        rows = np.flatnonzero(colored[:floor, column - 1 : column + 2].any(axis=1))
        if not len(rows):
            return f"nothing is painted at x = {column}"
        # A bar's neighbours reach into its pixels: at least the nearest is there, at most those around are.
        least, most = (
            _extent(chart, bars, first, columns, column, 0),
            _extent(chart, bars, first, columns, column, 3),
        )
        off = max(most[0] - rows[0], rows[0] - least[0], least[1] - rows[-1], rows[-1] - most[1])
        if off > TOLERANCE_PX:
            return f"candle at x = {column} is {off:.0f} px off"
    return ""


def _extent(
    chart: Chart, bars: Bars, first: int, columns: np.ndarray, column: int, reach_px: int
) -> tuple[float, float]:
    """Return the top and bottom pixel of the bars whose middle is within so many pixels of a column."""
    near = np.flatnonzero(np.abs(columns - column) <= reach_px) + first
    return chart.y_of(float(bars.high[near].max())), chart.y_of(float(bars.low[near].min()))


class Heatmap(Protocol):
    """A program's heatmap of a (columns, cells) matrix of sizes, all of it in view, oldest column first."""

    viewport: Any
    """The widget that is painted."""

    def append(self, column: np.ndarray) -> None:
        """Take in the next column; the oldest goes."""

    def point(self, column: int, cell: int) -> tuple[float, float]:
        """Pixel of the middle of a cell."""

    def uncover(self) -> None:
        """Take away what is painted over the cells, for the look at them after the measurement."""


def made_sizes(columns: int, cells: int, seed: int = 9) -> np.ndarray:
    """Return (columns, cells) resting sizes, the same for all: most cells empty, some filled for long."""
    random = np.random.default_rng(seed)
    resting = random.random(cells) < 0.35
    sizes = np.empty((columns, cells))
    for number in range(columns):
        resting ^= random.random(cells) < 0.02
        sizes[number] = np.where(resting, random.gamma(1.5, 4.0, cells) + 0.5, 0.0)
    return sizes


def run_heatmap(make: Callable[[np.ndarray], Heatmap]) -> None:
    """Measure one heatmap as the command line says (columns, cells, seconds), and print it as JSON."""
    columns, cells, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    more = made_sizes(columns + MOST_ROUNDS + WARM_UP, cells)
    heatmap = make(more[:columns].copy())
    settle()
    paints = Paints(heatmap.viewport)
    appended = 0

    def append(number: int) -> None:
        nonlocal appended
        heatmap.append(more[columns + number])
        appended = number + 1

    times = timed(append, paints, seconds)
    wrong = cells_wrong(heatmap, more[appended : appended + columns])
    print(json.dumps({**summary(times), "check": wrong or "right"}))


def cells_wrong(heatmap: Heatmap, sizes: np.ndarray) -> str:
    """Look whether empty cells have the colour of nothing and the others have not; "" if so.

    Only cells whose neighbours are like them are looked at: cells smaller than pixels share them.
    """
    heatmap.uncover()
    settle()
    picture = pixels(heatmap.viewport)
    filled = sizes > 0
    all_filled, any_filled = filled.copy(), filled.copy()
    for axis, per_px in enumerate((sizes.shape[0] / WIDTH, sizes.shape[1] / HEIGHT)):
        reach = 2 + int(2 * per_px)  # a program may paint as one what shares a pixel
        shifts = range(-reach, reach + 1)
        all_filled = np.logical_and.reduce([np.roll(all_filled, shift, axis) for shift in shifts])
        any_filled = np.logical_or.reduce([np.roll(any_filled, shift, axis) for shift in shifts])
    alike = all_filled | ~any_filled
    alike[:12] = alike[-12:] = alike[:, :12] = alike[:, -12:] = False
    random = np.random.default_rng(1)
    found: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for full in (True, False):
        places = np.argwhere(alike & (filled == full))
        for column, cell in random.permutation(places)[:60].tolist():
            x, y = heatmap.point(column, cell)
            if 0 <= x < picture.shape[1] and 0 <= y < picture.shape[0]:
                found[full].append(picture[int(y), int(x)])
    if min(map(len, found.values())) < 10:
        return "too few cells to judge by"
    nothing = np.median(found[False], axis=0)
    empties = [np.abs(color - nothing).max() <= 2 for color in found[False]]
    fulls = [np.abs(color - nothing).max() > 2 for color in found[True]]
    off = len(empties) + len(fulls) - sum(empties) - sum(fulls)
    return "" if off == 0 else f"{off} of {len(empties) + len(fulls)} cells are painted wrong"
