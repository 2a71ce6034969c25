"""The book of this moment at the right of the newest depth: resting size by price as bars."""

from math import ceil, floor

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme, mix
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.depth_grid import DepthGrid
from workstation.market.depth_level import UNKNOWN_CODE, DepthLevel, level_codes, level_for
from workstation.market.size_code import decode

LEAST_WIDTH_PX = 12.0
WIDEST_PX = 120.0
LEFT_GAP_PX = 3.0


class BookStripItem(PlotOverlay):
    """Paints the newest cells of a depth grid between the newest column and the price axis."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._grid: DepthGrid | None = None
        self._full_size: float | None = None
        self._bars = internals.PrimitiveArray(QRectF, 4)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self.update()

    def set_grid(self, grid: DepthGrid | None) -> None:
        """Show the newest cells of this grid; the depth beside asks for repainting when it changes."""
        if grid is not self._grid:
            self._grid = grid
            self.update()

    def set_full_size(self, size: float | None) -> None:
        """Let a bar of this size fill the strip."""
        if size != self._full_size:
            self._full_size = size
            self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        grid = self._grid
        if grid is None or not self._full_size:
            return
        view = self.mapping
        newest = grid.buckets[1] - 1
        ratio = painter.device().devicePixelRatioF()
        coarse = level_for(ratio * grid.bucket_ms / view.ms_per_px, ratio * grid.bin_size / view.price_per_px)
        # The strip begins where the newest column on screen ends.
        cells = (newest // coarse.buckets + 1) * coarse.buckets
        left = view.x(cells * grid.bucket_ms) + LEFT_GAP_PX
        width = min(WIDEST_PX, self.area.right() - left)
        if left < self.area.left() or width < LEAST_WIDTH_PX or grid.gap[newest % grid.columns]:
            return
        bin_size = grid.bin_size * coarse.bins
        lowest, end = floor(view.low / bin_size), ceil(view.high / bin_size)
        codes = level_codes(grid, DepthLevel(1, coarse.bins), np.array([newest]), lowest, end - lowest)[0]
        codes[codes == UNKNOWN_CODE] = 0
        lengths = width * np.minimum(decode(codes) / self._full_size, 1.0)
        bid, ask = grid.best[newest % grid.columns].tolist()
        bins = np.arange(lowest, end)
        tops = view.ys((bins + 1) * bin_size)
        height = bin_size / view.price_per_px
        bottoms = tops + height - (1.0 if height >= 4 else 0.0)
        painter.save()
        painter.setClipRect(self.area, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(
            QRectF(round(left - LEFT_GAP_PX), self.area.top(), 1, self.area.height()), self.theme.hairline
        )
        middle = bid if np.isnan(ask) else ask if np.isnan(bid) else (bid + ask) / 2
        below = (bins + 0.5) * bin_size < middle
        for side, color in ((below, self.theme.up), (~below, self.theme.down)):
            drawn = side & (lengths >= 0.5)
            self._bars.resize(int(drawn.sum()))
            bars = self._bars.ndarray()
            bars[:, 0] = round(left)
            bars[:, 1] = np.rint(tops[drawn])
            bars[:, 2] = np.ceil(lengths[drawn])
            bars[:, 3] = np.maximum(1.0, np.rint(bottoms[drawn]) - np.rint(tops[drawn]))
            painter.setBrush(mix(self.theme.panel, color, 0.75))
            painter.drawRects(*self._bars.drawargs())
        painter.restore()
