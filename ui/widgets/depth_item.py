"""The depth heatmap in a plot: resting size by time and price as colour, gaps as a hatch."""

from math import ceil, floor

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme, mix
from ui.widgets.depth_image import DepthImage
from ui.widgets.depth_palette import DepthPalette, Lut, settled_top, top_code
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.depth_grid import DepthGrid
from workstation.market.depth_level import (
    UNKNOWN_CODE,
    DepthLevel,
    level_codes,
    level_columns,
    level_for,
)
from workstation.market.size_code import decode

Range = tuple[int, int]

LEAST_GAP_PX = 2.0


class DepthItem(PlotOverlay):
    """Paints a depth grid into the price pane.

    The level of detail follows the zoom, so that a cell is never smaller than a pixel of the device.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image = DepthImage()
        self._grid: DepthGrid | None = None
        self._version = -1
        self._newest_ms = 0.0
        self._shown: tuple[Range, Range] | None = None
        self._top: int | None = None
        self._lut: Lut = np.zeros(0, np.uint32)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self._palette = DepthPalette(theme)
        self._hatch = QBrush(mix(theme.panel, theme.dim, 0.55), Qt.BrushStyle.BDiagPattern)
        self._recolor()

    def set_grid(self, grid: DepthGrid | None) -> None:
        """Show this grid; its scale begins anew if it is another."""
        if grid is not self._grid:
            self._grid = grid
            self._version = -1
            self._shown = None
            self._top = None
            self.update()

    def refresh(self) -> None:
        """Ask for painting where the grid has changed since: its open column and what came after."""
        grid = self._grid
        if grid is None or grid.version == self._version:
            return
        self._version = grid.version
        newest_ms = float((grid.buckets[1] - 1) * grid.bucket_ms)
        left = self.mapping.x(min(self._newest_ms, newest_ms)) - 2.0
        if self.level.buckets > 1:
            left -= grid.bucket_ms * self.level.buckets / self.mapping.ms_per_px
        self._newest_ms = newest_ms
        if left < self.area.right():
            left = max(left, self.area.left())
            right = self.mapping.x(newest_ms + grid.bucket_ms * self.level.buckets) + 2.0
            self.update(QRectF(left, self.area.top(), right - left, self.area.height()))

    @property
    def level(self) -> DepthLevel:
        """How coarse the cells on screen are."""
        return self._image.level

    @property
    def top_size(self) -> float | None:
        """Size from which a cell has the brightest colour; None before anything was shown."""
        return None if self._top is None else float(decode(np.array([self._top], np.uint16))[0])

    def rescale(self) -> bool:
        """Fit the colour scale to what is in view; return whether the colours changed."""
        if self._shown is None:
            return False
        top = settled_top(self._top, top_code(self._image.codes(*self._shown)))
        if top == self._top:
            return False
        self._top = top
        self._recolor()
        return True

    def size_at(self, time_ms: float, price: float) -> float | None:
        """Return the size of the cell on screen at a point; None where it is unknown."""
        grid = self._grid
        if grid is None:
            return None
        column = floor(time_ms / (grid.bucket_ms * self.level.buckets))
        price_bin = floor(price / (grid.bin_size * self.level.bins))
        code = level_codes(grid, self.level, np.array([column]), price_bin, 1)
        return None if code[0, 0] == UNKNOWN_CODE else float(decode(code)[0, 0])

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        grid = self._grid
        if grid is None or grid.buckets[0] == grid.buckets[1]:
            return
        view = self.mapping
        ratio = painter.device().devicePixelRatioF()
        level = level_for(ratio * grid.bucket_ms / view.ms_per_px, ratio * grid.bin_size / view.price_per_px)
        column_ms = grid.bucket_ms * level.buckets
        bin_size = grid.bin_size * level.bins
        first, end = level_columns(grid, level)
        columns = max(first, floor(view.from_ms / column_ms)), min(end, ceil(view.to_ms / column_ms))
        bins = floor(view.low / bin_size), ceil(view.high / bin_size)
        if columns[0] >= columns[1] or bins[0] >= bins[1]:
            self._shown = None
            return
        self._image.reserve(ceil(view.width * ratio), ceil(view.height * ratio))
        self._image.show(grid, level, columns, bins, self._lut)
        self._shown = columns, bins
        if self._top is None:
            # The first look at a grid: the scale comes from what it shows.
            self._top = top_code(self._image.codes(columns, bins))
            self._lut = self._palette.lut(self._top or 0)
            self._image.recolor(columns, self._lut)
        painter.save()
        painter.setClipRect(self.area, Qt.ClipOperation.IntersectClip)
        self._image.draw(
            painter,
            columns,
            bins,
            (view.x(0.0), column_ms / view.ms_per_px),
            (view.y(0.0), bin_size / view.price_per_px),
            ratio,
        )
        self._draw_gaps(painter, grid)
        painter.restore()

    def _recolor(self) -> None:
        self._lut = self._palette.lut(self._top or 0)
        self._image.recolor(self._shown[0] if self._shown else (0, 0), self._lut)
        self.update()

    def _draw_gaps(self, painter: QPainter, grid: DepthGrid) -> None:
        """Hatch every gap in view, however short it is at this zoom."""
        view = self.mapping
        first, end = grid.buckets
        first = max(first, floor(view.from_ms / grid.bucket_ms))
        end = min(end, ceil(view.to_ms / grid.bucket_ms))
        gap = grid.gap[np.arange(first, end) % grid.columns]
        if not gap.any():
            return
        edges = np.flatnonzero(np.diff(gap, prepend=False, append=False)) + first
        for start, stop in edges.reshape(-1, 2).tolist():
            left, right = view.x(start * grid.bucket_ms), view.x(stop * grid.bucket_ms)
            band = QRectF(left, self.area.top(), max(LEAST_GAP_PX, right - left), self.area.height())
            painter.fillRect(band, self.theme.panel)
            painter.fillRect(band, self._hatch)
