"""Candles to trade and keys to press in tests of the chart."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from ui.panels.chart import ChartPanel

START_MS = 1_723_161_255_000  # 2024-08-08 23:54:15 UTC
TIMEFRAME_MS = 5_000


def trade_candles(desk: Any, count: int, *, first: int = 0, price: float = 61_000.0) -> None:
    """Trade `count` candles of five seconds from bucket `first`: each opens, rises 10, falls 5 and closes."""
    trades = []
    for bucket in range(first, first + count):
        at = bucket * TIMEFRAME_MS
        base = price + 3 * (bucket % 7)
        trades += [(at, 1, base, 1.0), (at + 1000, 1, base + 10, 2.0), (at + 2000, -1, base + 5, 0.5)]
    desk.trade(*trades)


def press(chart: ChartPanel, qtbot: Any, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(chart.plot, key)


def image_of(chart: ChartPanel) -> QImage:
    return chart.plot.grab().toImage()
