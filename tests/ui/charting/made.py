"""Bars and views for the tests of charts."""

import numpy as np

from ui.charting.bar_view import BarView
from ui.widgets.plot_mapping import PlotMapping
from workstation.market.candles import CANDLE
from workstation.model.columns import Records

START_MS = 1_723_161_000_000
TIMEFRAME_MS = 5_000


def walk(count: int, *, share: float = 1.0) -> Records:
    """A random walk; of its buckets only a share has a candle."""
    rng = np.random.default_rng(7)
    closes = 1000 + np.cumsum(rng.normal(0, 1, count))
    opens = np.concatenate(([1000.0], closes[:-1]))
    rows = np.zeros(count, CANDLE)
    buckets = np.cumsum(rng.geometric(share, count))
    rows["open_ms"] = START_MS + buckets * TIMEFRAME_MS
    rows["open"], rows["close"] = opens, closes
    rows["high"] = np.maximum(opens, closes) + rng.exponential(1, count)
    rows["low"] = np.minimum(opens, closes) - rng.exponential(1, count)
    rows["volume"], rows["trades"] = rng.exponential(5, count), 1
    return rows


def view_of(rows: Records, settled: object = 0, *, counted: bool = False) -> BarView:
    view = BarView()
    view.update(rows, 1 if counted else TIMEFRAME_MS, settled, counted=counted)
    return view


def mapping_of(view: BarView, px_per_bar: float, low: float = 0.0, high: float = 2000.0) -> PlotMapping:
    """A view of exactly these bars, 200 px high."""
    first, end = view.left(0), view.right_end()
    return PlotMapping(first, end, low, high, (end - first) / view.pitch * px_per_bar, 200, 200, 200)
