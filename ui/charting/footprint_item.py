"""The footprint on a chart: at close zoom candles give way to what takers sold and bought at each price.

How to host one::

    layer = FootprintLayer(bars)
    price_layers.layers.append(layer)               # painted bar by bar, the newest by itself
    if layer.refresh(state, timeframe_ms, plot.mapping):
        plot.repaint_settled()                      # rows of another height, or shown no longer

A row reads "sold × bought". Where one side overwhelms the other diagonally its figure is bold and boxed; a
run of such cells has a bar at its side. Bars whose cells do not add up to their volume, because trades are
missing, stay candles, as all do while cells would be too small to read.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.charting.bar_view import BarView
from ui.charting.pane import Figure
from ui.theme import AGE_PX, Theme, mix, tint, ui_font
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from workstation.analytics.footprint import BarFootprint, FootprintRules, stacked
from workstation.analytics.volume_profile import fitting_row_ticks
from workstation.market.footprint_source import FootprintSource
from workstation.market.state import SymbolState
from workstation.model.columns import Records

LEAST_PITCH_PX = 100.0
"""A bar narrower than this has no room for two figures."""
LEAST_ROW_PX = 15.0
GAP_PX = 3
CANDLE_PX = 5
"""A small candle stands left of each bar's cells."""
STACK_PX = 3
SHADE = 0.34
"""How strongly the busiest row of a bar is shaded, between panel and the theme's control."""


class FootprintLayer:
    """Paints footprints over the candles of the price pane."""

    def __init__(self, bars: BarView) -> None:
        self.rules = FootprintRules()
        self.source = FootprintSource()
        self._bars = bars
        self._shown = False
        self._ticks = 1
        self._regular, self._bold = ui_font(AGE_PX), ui_font(AGE_PX, 700)
        self._metrics = QFontMetricsF(self._bold)

    @property
    def shown(self) -> bool:
        """Cells are large enough to be read."""
        return self._shown

    @property
    def why_not(self) -> str:
        """Why no cells are seen where they were asked for, one sentence; empty where they are."""
        if self._bars.counted:
            return "Footprint: only for bars of a timeframe."
        if not self._shown:
            return "Footprint: zoom in (+) until bars are wide enough to read."
        if not len(self.source.footprint):
            return "Footprint: no trades are held of these bars yet."
        return ""

    def refresh(
        self, state: SymbolState, timeframe_ms: int, mapping: PlotMapping, past: Records | None = None
    ) -> bool:
        """Bring the cells up to the market; True if settled ones have to be painted anew.

        Args:
            timeframe_ms: of the chart's candles.
            mapping: what is in view.
            past: rows of TRADE from before those that the state holds.
        """
        tick = float(state.instrument.tick_size)
        # As many ticks as it takes for a row to be read.
        ticks = fitting_row_ticks(LEAST_ROW_PX * mapping.price_per_px, tick, 1)
        pitch_px = self._bars.pitch / mapping.per_px
        shown = not self._bars.counted and pitch_px >= LEAST_PITCH_PX
        changed = shown != self._shown or (shown and ticks != self._ticks)
        self._shown, self._ticks = shown, ticks
        if shown:
            changed |= self.source.refresh(state, timeframe_ms, tick, past)
        return changed

    def span(self, _first: int, _end: int, _mapping: PlotMapping) -> tuple[float, float] | None:
        """The candles fit the scale."""
        return None

    def figures(self, index: int) -> list[Figure]:
        """Delta and volume of a bar."""
        bar = self.source.whole_bar(self._bars.rows[index : index + 1]) if self._shown else None
        if bar is None:
            return []
        return [
            Figure(_signed(bar.delta), "up" if bar.delta >= 0 else "down", "Delta"),
            Figure(format.compact(bar.volume), "", "Volume"),
        ]

    def paint_wash(
        self, _painter: QPainter, _mapping: PlotMapping, _theme: Theme, _first: int, _end: int
    ) -> None:
        """Nothing of it lies behind the bars."""

    def paint(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint the cells of bars first … end - 1 in place of their candles."""
        if not self._shown:
            return
        rows = self._bars.rows
        for index in range(first, end):
            candle = rows[index : index + 1]
            bar = self.source.whole_bar(candle)
            if bar is not None:
                left = mapping.x_at(self._bars.left(index))
                right = mapping.x_at(self._bars.left(index) + self._bars.pitch)
                cells = bar.gathered(self._ticks)
                self._paint_bar(painter, mapping, theme, candle, cells, round(left), round(right))

    def _paint_bar(
        self,
        painter: QPainter,
        mapping: PlotMapping,
        theme: Theme,
        candle: Records,
        bar: BarFootprint,
        left: int,
        right: int,
    ) -> None:
        height = self._ticks * self.source.footprint.row_height
        base = bar.first_row
        # The candle gives way: its wick may reach a little beyond the rows.
        top = round(mapping.y(max((base + len(bar.sold)) * height, float(candle["high"][0])))) - 1
        bottom = round(mapping.y(min(base * height, float(candle["low"][0])))) + 1
        painter.fillRect(QRectF(left, top, right - left, bottom - top), theme.panel)
        self._paint_candle(painter, mapping, theme, candle, left + GAP_PX)
        cells = QRectF(left + GAP_PX + CANDLE_PX + 3, 0, right - left - 2 * GAP_PX - CANDLE_PX - 3, 0)
        buying, selling = bar.imbalances(self.rules)
        runs = stacked(buying, self.rules.stacked_rows), stacked(selling, self.rules.stacked_rows)
        volumes = bar.sold + bar.bought
        greatest = float(volumes.max()) or 1.0
        busiest = bar.busiest
        for place in np.flatnonzero(volumes > 0).tolist():
            row_top = round(mapping.y((base + place + 1) * height))
            row_bottom = round(mapping.y((base + place) * height))
            if row_bottom < 0 or row_top > mapping.height:
                continue
            cell = QRectF(cells.left(), row_top, cells.width(), max(1, row_bottom - row_top - 1))
            share = SHADE * float(volumes[place]) / greatest
            painter.fillRect(cell, mix(theme.panel, theme.accent, share))
            if place == busiest:
                painter.setPen(theme.text)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell.adjusted(0, 0, -1, -1))
            self._figure(painter, theme, cell, float(bar.sold[place]), bool(selling[place]), theme.down, -1)
            self._figure(painter, theme, cell, float(bar.bought[place]), bool(buying[place]), theme.up, 1)
            if runs[0][place]:
                painter.fillRect(
                    QRectF(cell.right() - STACK_PX, row_top, STACK_PX, cell.height() + 1), theme.up
                )
            if runs[1][place]:
                painter.fillRect(QRectF(cell.left(), row_top, STACK_PX, cell.height() + 1), theme.down)
        self._sums(painter, theme, cells, bottom, bar)

    def _figure(
        self,
        painter: QPainter,
        theme: Theme,
        cell: QRectF,
        size: float,
        strong: bool,
        color: QColor,
        side: int,
    ) -> None:
        """One half of a cell: what was sold left of the middle, what was bought right of it."""
        middle = cell.center().x()
        half = QRectF(cell)
        if side < 0:
            half.setRight(middle)
        else:
            half.setLeft(middle)
        text = format.compact(size)
        if strong:
            painter.setPen(color)
            painter.setBrush(mix(theme.panel, color, 0.22))
            painter.drawRect(half.adjusted(1 if side < 0 else 3, 0, -4 if side < 0 else -2, -1))
        font: QFont = self._bold if strong else self._regular
        painter.setFont(font)
        painter.setPen(theme.text if strong or size else theme.muted)
        align = Qt.AlignmentFlag.AlignRight if side < 0 else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            half.adjusted(0, 0, -7, 0) if side < 0 else half.adjusted(7, 0, 0, 0),
            align | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        if side > 0:
            painter.setPen(theme.muted)
            painter.setFont(self._regular)
            painter.drawText(
                QRectF(middle - 6, cell.top(), 12, cell.height()), Qt.AlignmentFlag.AlignCenter, "×"
            )

    def _paint_candle(
        self, painter: QPainter, mapping: PlotMapping, theme: Theme, candle: Records, left: int
    ) -> None:
        y_open, y_high, y_low, y_close = (
            round(mapping.y(float(candle[name][0]))) for name in ("open", "high", "low", "close")
        )
        color = theme.up if y_close <= y_open else theme.down
        painter.fillRect(QRectF(left + CANDLE_PX // 2, y_high, 1, y_low - y_high + 1), color)
        painter.fillRect(QRectF(left, min(y_open, y_close), CANDLE_PX, abs(y_close - y_open) + 1), color)

    def _sums(self, painter: QPainter, theme: Theme, cells: QRectF, y: float, bar: BarFootprint) -> None:
        """The bar's delta and volume under its cells."""
        painter.setFont(self._bold)
        painter.setPen(theme.up if bar.delta >= 0 else theme.down)
        ascent = self._metrics.ascent()
        painter.drawText(QPointF(cells.left(), y + 3 + ascent), f"Δ {_signed(bar.delta)}")
        painter.setFont(self._regular)
        painter.setPen(theme.muted)
        text = format.compact(bar.volume)
        width = self._metrics.horizontalAdvance(text)
        if self._metrics.horizontalAdvance(f"Δ {_signed(bar.delta)}") + width + 8 <= cells.width():
            painter.drawText(QPointF(cells.right() - width, y + 3 + ascent), text)


class FootprintHint(PlotOverlay):
    """One line at the foot of the price pane: why no footprint is seen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._words = ""
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)

    def say(self, words: str) -> None:
        """Say this, or nothing."""
        if words != self._words:
            self._words = words
            self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        width = self._metrics.horizontalAdvance(self._words) + 12
        if not self._words or width > self.mapping.width or self.mapping.height < 40:
            return
        box = QRectF((self.mapping.width - width) / 2, self.mapping.height - 22, width, 18)
        painter.setFont(self._font)
        painter.fillRect(box, tint(self.theme.panel, 0.82))
        painter.setPen(self.theme.muted)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._words)


def _signed(value: float) -> str:
    text = format.compact(value)
    return f"+{text}" if value > 0 else text
