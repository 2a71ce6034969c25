"""Volume by price at the right edge of a depth map: what was traded at each price, bought beside sold."""

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.depth.seen_trades import SeenTrades
from ui.theme import AGE_PX, Theme, tint, ui_font
from ui.widgets.plot_overlay import PlotOverlay

WIDEST_PX = 84.0
WIDTH_SHARE = 0.08
REPAINT_EVERY = 10
"""Refreshes between two paintings while trades come: twice a second."""


class VolumeItem(PlotOverlay):
    """Paints bars to the left from the right edge of the map."""

    def __init__(self, theme: Theme, seen: SeenTrades) -> None:
        super().__init__(theme)
        self._seen = seen
        self._profile = "off"
        self._unit = ""
        self._version = (-1, -1)
        self._refreshes = 0
        self._right_ms: float | None = None
        self._bars = internals.PrimitiveArray(QRectF, 4)
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self.update()

    def set_profile(self, profile: str, unit: str) -> None:
        """Show what was traded in view ("visible"), in the UTC day ("session") or nothing ("off")."""
        if (profile, unit) != (self._profile, self._unit):
            self._profile, self._unit = profile, unit
            self.update()

    def set_right(self, time_ms: float | None) -> None:
        """End at this moment, where the book of now begins; None ends at the edge of the plot."""
        if time_ms != self._right_ms:
            before = self.place_px()
            self._right_ms = time_ms
            if self._profile != "off" and self.place_px() != before:
                self.update()

    @property
    def shown(self) -> bool:
        """There is anything to be painted."""
        return self._profile != "off"

    def refresh(self) -> None:
        """Ask for painting now and then while trades come."""
        self._refreshes += 1
        if self._profile == "off" or self._refreshes % REPAINT_EVERY:
            return
        if self._seen.version != self._version:
            self._version = self._seen.version
            self.update(self.place_px())

    def rows(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Lower edges of price rows, (rows, 2) sizes bought and sold in each, and a row's height."""
        trades = (
            self._seen.session(self.mapping)
            if self._profile == "session"
            else self._seen.clusters(self.mapping)
        )
        step = self._seen.price_step
        numbers = np.floor(trades.prices / step + 1e-9).astype(np.int64)
        in_time = (trades.times_ms >= self.mapping.from_ms) | (self._profile == "session")
        in_view = in_time & ((numbers + 1) * step > self.mapping.low) & (numbers * step < self.mapping.high)
        if not in_view.any():
            return np.empty(0), np.empty((0, 2)), step
        numbers, sizes, bought = numbers[in_view], trades.sizes[in_view], trades.sides[in_view] > 0
        lowest = int(numbers.min())
        count = int(numbers.max()) - lowest + 1
        sums = np.column_stack(
            [np.bincount(numbers[side] - lowest, sizes[side], count) for side in (bought, ~bought)]
        )
        return (lowest + np.arange(count)) * step, sums, step

    def place_px(self) -> QRectF:
        """Where the bars are painted."""
        width = min(WIDEST_PX, WIDTH_SHARE * self.mapping.width)
        right = self.mapping.width
        if self._right_ms is not None and 0 < self.mapping.x(self._right_ms) < right:
            right = float(round(self.mapping.x(self._right_ms)))
        return QRectF(right - width, 0, width, self.mapping.height)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if self._profile == "off":
            return
        prices, sums, step = self.rows()
        most = float(sums.sum(axis=1).max()) if len(sums) else 0.0
        if most <= 0:
            return
        view, place = self.mapping, self.place_px()
        tops = np.rint(view.ys(prices + step))
        bottoms = np.rint(view.ys(prices))
        heights = np.maximum(1.0, bottoms - tops - (1.0 if step / view.price_per_px >= 4 else 0.0))
        lengths = np.ceil(sums / most * place.width())
        painter.save()
        painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        right = place.right()
        # Bought begins at the axis, sold stands to its left.
        for column, start, color in (
            (0, right - lengths[:, 0], self.theme.up),
            (1, right - lengths[:, 0] - lengths[:, 1], self.theme.down),
        ):
            drawn = lengths[:, column] > 0
            self._bars.resize(int(drawn.sum()))
            bars = self._bars.ndarray()
            bars[:, 0], bars[:, 1] = start[drawn], tops[drawn]
            bars[:, 2], bars[:, 3] = lengths[drawn, column], heights[drawn]
            painter.setBrush(tint(color, 0.36))
            painter.drawRects(*self._bars.drawargs())
        self._paint_largest(painter, place, int(np.argmax(sums.sum(axis=1))), tops, most)
        painter.restore()

    def _paint_largest(
        self, painter: QPainter, place: QRectF, row: int, tops: np.ndarray, most: float
    ) -> None:
        """The price at which the most was traded, and how much that was."""
        text = f"{format.compact(most)} {self._unit}"
        width = self._metrics.horizontalAdvance(text) + 6
        if width > place.width():
            return
        top = float(tops[row]) - self._metrics.height()
        top = top if top > 0 else float(tops[row]) + 2
        box = QRectF(place.right() - width, top, width - 3, self._metrics.height())
        painter.fillRect(box.adjusted(-3, 0, 3, 0), tint(self.theme.panel, 0.8))
        painter.setFont(self._font)
        painter.setPen(self.theme.muted)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, text)
