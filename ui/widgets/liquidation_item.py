"""Liquidations on a plot: an arrow where a position was closed by force, the way the order pushed."""

from collections import deque
from math import sqrt

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme
from ui.widgets.plot_overlay import PlotOverlay
from workstation.model.derivatives import Liquidation

SMALLEST_PX = 3.5
LARGEST_PX = 8.0
MOST_SHOWN = 300
"""The largest in view are painted; more would hide the market."""


class LiquidationItem(PlotOverlay):
    """Paints the newest liquidations into the price pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._source: deque[Liquidation] | None = None
        self._newest: Liquidation | None = None
        self._columns: npt.NDArray[np.float64] = np.empty((0, 4))

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self.update()

    def set_liquidations(self, source: deque[Liquidation] | None) -> None:
        """Show what is in `source`, newest last; None shows nothing."""
        self._source = source
        self._newest = None
        self._columns = np.empty((0, 4))
        self.refresh()
        self.update()

    def refresh(self) -> None:
        """Take in what has come since, and paint it."""
        newest = self._source[-1] if self._source else None
        if newest is self._newest or self._source is None:
            return
        self._newest = newest
        self._columns = np.array(
            [
                (item.event_ms, float(item.price), float(item.size), 1.0 if item.side == "buy" else -1.0)
                for item in self._source
            ]
        )
        self.update()

    @property
    def in_view(self) -> npt.NDArray[np.float64]:
        """(time, price, size, side) of those that are painted, the largest first."""
        view, rows = self.mapping, self._columns
        if not len(rows):
            return rows
        times, prices = rows[:, 0], rows[:, 1]
        seen = rows[
            (times >= view.from_ms) & (times <= view.to_ms) & (prices >= view.low) & (prices <= view.high)
        ]
        return seen[np.argsort(-seen[:, 2], kind="stable")][:MOST_SHOWN]

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        rows = self.in_view
        if not len(rows):
            return
        largest = float(rows[0, 2])
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.mapping.width, self.mapping.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for time_ms, price, size, side in rows.tolist():
            reach = max(SMALLEST_PX, LARGEST_PX * sqrt(size / largest))
            x, y = self.mapping.x(time_ms), self.mapping.y(price)
            painter.setPen(QPen(self.theme.warn, 1.2))
            painter.setBrush(self.theme.up if side > 0 else self.theme.down)
            # The tip points the way the forced order pushed the price.
            tip = -side * reach
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(x - reach * 0.7, y),
                        QPointF(x, y + tip),
                        QPointF(x + reach * 0.7, y),
                        QPointF(x, y - tip * 0.5),
                    ]
                ),
                Qt.FillRule.OddEvenFill,
            )
        painter.restore()
