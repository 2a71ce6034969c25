"""Layers over the bars of the price pane: the settled part painted once per view, the newest by itself."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.charting.bar_view import BarView
from ui.charting.pane import Layer
from ui.theme import Theme
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay


class PriceLayers(PlotOverlay):
    """What studies draw on the price's own scale."""

    def __init__(self, theme: Theme, bars: BarView) -> None:
        super().__init__(theme)
        self._bars = bars
        self.layers: list[Layer] = []
        self._strip = QRectF()

    def refresh(self) -> None:
        """The newest bar is another."""
        if self.layers:
            strip = self._newest_strip()
            self.update(self._strip)
            self.update(strip)
            self._strip = strip

    def view_changed(self, mapping: PlotMapping) -> None:
        super().view_changed(mapping)
        self._strip = self._newest_strip()

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        """Paint the lines of every bar but the newest."""
        first, end = self._bars.visible(mapping)
        self._paint(painter, mapping, theme, first, min(end, len(self._bars) - 1))

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        count = len(self._bars)
        if not self._strip.isEmpty():
            self._paint(painter, self.mapping, self.theme, count - 1, count)

    def _paint(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        if end > first:
            painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
            for layer in self.layers:
                layer.paint(painter, mapping, theme, first, end)

    def _newest_strip(self) -> QRectF:
        """The columns that the newest bar's lines may touch; empty while it is out of view."""
        bars, mapping = self._bars, self.mapping
        if not len(bars):
            return QRectF()
        left = mapping.x_at(bars.left(max(-2, -len(bars))))
        right = mapping.x_at(bars.right_end())
        whole = QRectF(0, 0, mapping.width, mapping.height)
        return QRectF(int(left) - 2, 0, int(right - left) + 5, mapping.height) & whole


class PriceWash:
    """A settled layer for what those layers put behind the bars."""

    def __init__(self, bars: BarView, layers: list[Layer]) -> None:
        self._bars, self._layers = bars, layers

    def paint_settled(self, painter: QPainter, mapping: PlotMapping, theme: Theme) -> None:
        """Paint every bar's, the newest's too: what it lacks of a tick nobody sees."""
        first, end = self._bars.visible(mapping)
        if end > first:
            painter.setClipRect(QRectF(0, 0, mapping.width, mapping.height))
            for layer in self._layers:
                layer.paint_wash(painter, mapping, theme, first, end)
