"""What tests of drawing share: a plot of bars with a board on it, and hands to use the mouse with."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt

from ui.drawings.board import DrawingBoard
from ui.drawings.magnet import Bars
from ui.drawings.store import DrawingStore
from ui.widgets.time_price_plot import TimePricePlot
from workstation.market.candles import CANDLE
from workstation.model.drawings import Drawing
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

START_MS = 1_723_161_240_000
TIMEFRAME_MS = 60_000
COUNT = 60
MARKET = ("binance_usdm", "BTCUSDT")
NO_KEYS = Qt.KeyboardModifier.NoModifier


def instrument(symbol: str = "BTCUSDT") -> Instrument:
    return Instrument(
        venue="binance_usdm",
        symbol=symbol,
        kind=ContractKind.LINEAR,
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.001"),
        contract_size=Decimal(1),
        base="BTC",
        quote="USDT",
        sequence_rule=SequenceRule.BINANCE_FUTURES,
    )


def candles() -> Bars:
    """An hour: each opens where the one before closed, ten up and four down in turn, wicks of three."""
    rows = np.zeros(COUNT, CANDLE)
    rows["open_ms"] = START_MS + np.arange(COUNT) * TIMEFRAME_MS
    steps = np.where(np.arange(COUNT) % 2 == 0, 10.0, -4.0)
    rows["close"] = 61_000.0 + np.cumsum(steps)
    rows["open"] = rows["close"] - steps
    rows["high"] = np.maximum(rows["open"], rows["close"]) + 3
    rows["low"] = np.minimum(rows["open"], rows["close"]) - 3
    return Bars(rows, TIMEFRAME_MS)


@dataclass
class Sheet:
    """A plot with a board, and what a trader's hand does to it."""

    plot: TimePricePlot
    board: DrawingBoard
    store: DrawingStore
    qtbot: Any

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """What is kept of the market."""
        return self.store.book.drawings(*MARKET)

    @property
    def newest(self) -> Drawing:
        return self.drawings[-1]

    def at(self, bar: float, price: float) -> QPoint:
        """The pixel of a price in the middle of a bar."""
        mapping = self.plot.mapping
        return QPoint(round(mapping.x(START_MS + (bar + 0.5) * TIMEFRAME_MS)), round(mapping.y(price)))

    def move(self, to: QPoint) -> None:
        self.qtbot.mouseMove(self.plot.viewport(), to)

    def click(
        self,
        at: QPoint,
        keys: Qt.KeyboardModifier = NO_KEYS,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        self.move(at)
        self.qtbot.mouseClick(self.plot.viewport(), button, keys, at)

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        target = self.plot.viewport()
        self.qtbot.mousePress(target, Qt.MouseButton.LeftButton, keys, start)
        for step in (1, 2, 3):
            self.qtbot.mouseMove(target, start + (end - start) * step / 3)
        self.qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, keys, end)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.qtbot.keyClick(self.plot, key, keys)

    def image_color(self, at: QPoint) -> str:
        return self.plot.grab().toImage().pixelColor(at).name()
