"""The estimated liquidation map beside a price scale: shorts above, longs below, by leverage, summed."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ui import format
from ui.derivatives.plot import CENTER, LEFT, RIGHT, Plot, paint_tag, paint_words, polygon
from ui.derivatives.plot_widget import PlotWidget
from ui.theme import Theme, mix
from ui.widgets.price_axis import price_ticks
from workstation.analytics.liquidation_map import LiquidationMap

LEGEND_PX = 22
FOOT_PX = 18
LEAST_SHARE = 0.25
"""The palest of the leverages keeps so much of its colour."""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A price that is marked on the scale: the last one, an entry, a stop, a liquidation."""

    name: str
    price: float
    token: str
    dashed: bool = True


class MapView(PlotWidget):
    """Paints a map; the wheel makes its reach wider or narrower."""

    zoomed = Signal(int)
    """Steps that the wheel was turned, towards the hand positive."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Estimated liquidation map", (300, 420), (120, 90), parent)
        self._map: LiquidationMap | None = None
        self._lines: tuple[PriceLine, ...] = ()
        self._words = ""
        self._decimals, self._reach = 1, (0.0, 1.0)
        self._unit = ""
        self._is_inverse = False
        self._stamp: object = None
        self._still: tuple[object, QPixmap] = (None, QPixmap())

    def show_map(
        self,
        found: LiquidationMap | None,
        reach: tuple[float, float],
        lines: tuple[PriceLine, ...],
        decimals: int,
        unit: str,
        words: str,
        *,
        is_inverse: bool = False,
    ) -> None:
        """Show a map.

        Args:
            reach: lowest and highest price of the scale.
            lines: prices to mark; those off the scale are left out.
            decimals: of prices. unit: what values are in.
            words: why there is no map, a sentence.
            is_inverse: sizes are contracts worth quote units, not coins.
        """
        stamp = (id(found), reach, lines, decimals, unit, words)
        if stamp != self._stamp:
            self._stamp = stamp
            self._map, self._reach, self._lines, self._decimals = found, reach, lines, decimals
            self._unit, self._words, self._is_inverse = unit, words, is_inverse
            self.update()

    @property
    def has_map(self) -> bool:
        """Whether there is something to show."""
        return self._map is not None

    def values(self) -> tuple[np.ndarray[tuple[int, int]], np.ndarray[tuple[int, int]]]:
        """(k, rows) of longs and of shorts in quote units."""
        found = self._map
        assert found is not None
        worth = 1.0 if self._is_inverse else found.prices
        return found.longs * worth, found.shorts * worth

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, found = self._theme, self._map
        painter.fillRect(self.rect(), theme.panel)
        painter.setFont(self._small)
        low, high = self._reach
        if found is None or not high > low:
            paint_words(painter, theme, QRectF(self.rect()), self._words)
            return
        widest = max((format.price(value, self._decimals) for value in self._reach), key=len)
        scale = self._small_metrics.horizontalAdvance(widest) + 16
        area = QRectF(8, LEGEND_PX, self.width() - scale - 12, self.height() - LEGEND_PX - FOOT_PX)
        if area.width() < 40 or area.height() < 30:
            return
        longs, shorts = self.values()
        most = max(float(longs.sum(axis=0).max()), float(shorts.sum(axis=0).max()), 1e-9)
        plot = Plot(area, 0.0, most * 1.08, low, high)
        painter.drawPixmap(0, 0, self._still_picture(plot, found, longs, shorts, most))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lines(painter, plot)
        self._paint_pointer(painter, plot, longs, shorts)

    def _still_picture(
        self,
        plot: Plot,
        found: LiquidationMap,
        longs: np.ndarray[tuple[int, int]],
        shorts: np.ndarray[tuple[int, int]],
        most: float,
    ) -> QPixmap:
        """All but the lines, which move with every trade: painted once a map."""
        theme, ratio = self._theme, self.devicePixelRatioF()
        fixed = tuple(line.price for line in self._lines if line.name != "last")
        stamp = (id(found), self._reach, self.size().toTuple(), id(theme), ratio, fixed, self._unit)
        if self._still[0] == stamp:
            return self._still[1]
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.panel)
        painter = QPainter(picture)
        painter.setFont(self._small)
        self._paint_scales(painter, plot, most)
        for table, up in ((shorts, True), (longs, False)):
            self._paint_rows(painter, plot, table, theme.up if up else theme.down)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_sums(painter, plot, longs, shorts)
        self._paint_legend(painter, found)
        painter.end()
        self._still = stamp, picture
        return picture

    def _paint_scales(self, painter: QPainter, plot: Plot, most: float) -> None:
        theme, area = self._theme, plot.area
        for value in price_ticks(plot.low, plot.high, area.height(), self._decimals):
            y = plot.y(value)
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if all(abs(plot.y(line.price) - y) > 15 for line in self._lines):
                painter.setPen(theme.muted)
                painter.drawText(
                    QRectF(area.right() + 8, y - 8, 90, 16), LEFT, format.price(value, self._decimals)
                )
        painter.setPen(theme.muted)
        foot = QRectF(area.left(), area.bottom() + 1, area.width(), FOOT_PX - 2)
        painter.drawText(foot, LEFT, "0")
        painter.drawText(foot, RIGHT, f"{format.compact(most)} {self._unit} a row")

    def _shade(self, color: QColor, place: int, count: int) -> QColor:
        """The higher the leverage, the more of the colour."""
        share = 1.0 if count < 2 else 1.0 - (1.0 - LEAST_SHARE) * place / (count - 1)
        return mix(self._theme.panel, color, share)

    def _paint_rows(
        self, painter: QPainter, plot: Plot, table: np.ndarray[tuple[int, int]], color: QColor
    ) -> None:
        found = self._map
        assert found is not None
        height = plot.y(0) - plot.y(found.row_height)
        gap = 1.0 if height > 3 else 0.0
        starts = np.vstack((np.zeros(table.shape[1]), np.cumsum(table, axis=0)))
        per_unit = plot.area.width() / plot.right
        for place in range(table.shape[0]):
            shade = self._shade(color, place, table.shape[0])
            for row in np.flatnonzero(table[place] > 0).tolist():
                top = plot.y((found.first_row + row + 1) * found.row_height)
                if top < plot.area.top() - height or top > plot.area.bottom():
                    continue
                left = plot.area.left() + float(starts[place, row]) * per_unit
                width = float(table[place, row]) * per_unit
                bottom = min(top + height - gap, plot.area.bottom())
                top = max(top, plot.area.top())
                painter.fillRect(QRectF(left, top, width, bottom - top), shade)

    def _paint_sums(
        self,
        painter: QPainter,
        plot: Plot,
        longs: np.ndarray[tuple[int, int]],
        shorts: np.ndarray[tuple[int, int]],
    ) -> None:
        """What adds up from the price outward."""
        found = self._map
        assert found is not None
        prices = found.prices
        last = next((line.price for line in self._lines if line.name == "last"), float(np.mean(self._reach)))
        above, below = prices > last, prices < last
        up = np.cumsum(shorts.sum(axis=0)[above])
        down = np.cumsum(longs.sum(axis=0)[below][::-1])[::-1]
        most = max(float(up.max(initial=0.0)), float(down.max(initial=0.0)))
        if not most:
            return
        for sums, where, name in ((up, prices[above], "shorts"), (down, prices[below], "longs")):
            inside = (where >= plot.low) & (where <= plot.high)
            if inside.sum() < 2:
                continue
            xs = plot.area.left() + sums[inside] / most * plot.area.width() * 0.92
            ys = plot.area.bottom() - (where[inside] - plot.low) / (plot.high - plot.low) * plot.area.height()
            painter.setPen(QPen(self._theme.muted, 1, Qt.PenStyle.DashLine))
            painter.drawPolyline(polygon(xs, ys))
            total = float(sums[-1] if name == "shorts" else sums[0])
            words = f"Σ {name} {format.compact(total)}"
            box = QRectF(0, 0, self._small_metrics.horizontalAdvance(words) + 10, 16)
            top = plot.area.top() + 2 if name == "shorts" else plot.area.bottom() - 18
            box.moveTopLeft(QPointF(plot.area.right() - box.width() - 4, top))
            back = QColor(self._theme.panel)
            back.setAlphaF(0.82)
            painter.fillRect(box, back)
            painter.setPen(self._theme.text)
            painter.drawText(box, CENTER, words)

    def _paint_legend(self, painter: QPainter, found: LiquidationMap) -> None:
        theme, x = self._theme, 10.0
        painter.setPen(theme.muted)
        painter.drawText(QRectF(x, 0, 70, LEGEND_PX), LEFT, "leverage")
        x += self._small_metrics.horizontalAdvance("leverage") + 10
        whole = [f"{part.leverage:g}× {part.share * 100:.0f} %" for part in found.mix]
        short = [f"{part.leverage:g}×" for part in found.mix]
        room = self.width() - x - sum(self._small_metrics.horizontalAdvance(words) + 34 for words in whole)
        for place, words in enumerate(whole if room >= 0 else short):
            width = 22 + self._small_metrics.horizontalAdvance(words) + 12
            if x + width > self.width():
                break
            for offset, color in ((0, theme.up), (8, theme.down)):
                painter.fillRect(QRectF(x + offset, 6, 8, 10), self._shade(color, place, len(found.mix)))
            painter.setPen(theme.muted)
            painter.drawText(QRectF(x + 21, 0, width, LEGEND_PX), LEFT, words)
            x += width

    def _paint_lines(self, painter: QPainter, plot: Plot) -> None:
        theme = self._theme
        for line in self._lines:
            if not plot.low <= line.price <= plot.high:
                continue
            y, color = plot.y(line.price), QColor(getattr(theme, line.token))
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine))
            painter.drawLine(QPointF(plot.area.left(), y), QPointF(plot.area.right(), y))
            words = format.price(line.price, self._decimals)
            box = paint_tag(painter, plot.area.right() + 3, y, words, color, theme.panel)
            painter.setPen(color)
            painter.drawText(QRectF(box.left() - 74, y - 15, 66, 14), RIGHT, line.name)

    def _paint_pointer(
        self,
        painter: QPainter,
        plot: Plot,
        longs: np.ndarray[tuple[int, int]],
        shorts: np.ndarray[tuple[int, int]],
    ) -> None:
        found = self._map
        pointer = self.pointed(plot)
        if pointer is None or found is None:
            return
        share = (plot.area.bottom() - pointer.y()) / plot.area.height()
        price = plot.low + share * (plot.high - plot.low)
        row = int(np.floor(price / found.row_height)) - found.first_row
        if not 0 <= row < longs.shape[1]:
            return
        parts = [
            f"{name} {format.compact(float(table[:, row].sum()))}"
            for name, table in (("shorts", shorts), ("longs", longs))
            if table[:, row].sum() > 0
        ]
        low = format.price((found.first_row + row) * found.row_height, self._decimals)
        words = f"from {low}: " + (", ".join(parts) or "nothing")
        self.paint_tip(painter, plot, pointer.x() + 4, pointer.y() - 22, words)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = round(event.angleDelta().y() / 120)
        if steps:
            self.zoomed.emit(steps)
        event.accept()
