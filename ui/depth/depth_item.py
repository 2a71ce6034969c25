"""The depth heatmap in a plot: resting size by time and price as colour, gaps as a hatch."""

from math import ceil, floor

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.depth.depth_image import DepthImage
from ui.depth.depth_palette import DepthPalette, Lut, settled_top, top_code
from ui.theme import AGE_PX, Theme, mix, ui_font
from ui.widgets.plot_mapping import PlotMapping
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.depth_level import UNKNOWN_CODE, DepthLevel, level_for
from workstation.market.depth_map import DepthMap
from workstation.market.size_code import SizeCodes, decode, encode

Range = tuple[int, int]

LEAST_GAP_PX = 2.0
NAMED_GAP_PX = 110.0
"""A gap this wide says what it is…"""
NAME_SHARE = 0.3
"""…at this share of its height, where no price line runs as a rule."""


def seen_level(source: DepthMap, view: PlotMapping, ratio: float) -> DepthLevel:
    """The level of detail of a view: the finest whose cells are not smaller than a pixel of the device.

    Args:
        ratio: device pixels in a pixel.
    """
    return level_for(ratio * source.bucket_ms / view.ms_per_px, ratio * source.bin_size / view.price_per_px)


class DepthItem(PlotOverlay):
    """Paints a depth map into the price pane.

    The level of detail follows the zoom, so that a cell is never smaller than a pixel of the device.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image = DepthImage()
        self._source: DepthMap | None = None
        self._version = (-1, -1)
        self._newest_ms = 0.0
        self._shown: tuple[Range, Range] | None = None
        self._top: int | None = None
        self._fixed: int | None = None  # code of the top that the trader has set
        self._linear = False
        self._lut: Lut = np.zeros(0, np.uint32)
        self._font = ui_font(AGE_PX)
        self._metrics = QFontMetricsF(self._font)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self._palette = DepthPalette(theme, linear=self._linear)
        self._hatch = QBrush(mix(theme.panel, theme.dim, 0.55), Qt.BrushStyle.BDiagPattern)
        self._recolor()

    def set_source(self, source: DepthMap | None) -> None:
        """Show this map; its scale begins anew if it is another."""
        if source is not self._source:
            self._source = source
            self._version = (-1, -1)
            self._shown = None
            self._top = None
            self.update()

    def refresh(self) -> None:
        """Ask for painting where the map has changed since: its open column and what came after."""
        source = self._source
        if source is None or source.version == self._version:
            return
        read = source.version[1] != self._version[1]
        self._version = source.version
        newest_ms = float((source.buckets[1] - 1) * source.bucket_ms)
        left = self.mapping.x(min(self._newest_ms, newest_ms)) - 2.0
        if self.level.buckets > 1:
            left -= source.bucket_ms * self.level.buckets / self.mapping.ms_per_px
        self._newest_ms = newest_ms
        if read:
            self.update()
        elif left < self.area.right():
            left = max(left, self.area.left())
            right = self.mapping.x(newest_ms + source.bucket_ms * self.level.buckets) + 2.0
            self.update(QRectF(left, self.area.top(), right - left, self.area.height()))

    def seen_level(self) -> DepthLevel:
        """How coarse the cells of this view are; those on screen may still be of the view before."""
        if self._source is None:
            return DepthLevel()
        ratio = self.scene().views()[0].devicePixelRatioF()
        return seen_level(self._source, self.mapping, ratio)

    @property
    def level(self) -> DepthLevel:
        """How coarse the cells on screen are."""
        return self._image.level

    @property
    def top_size(self) -> float | None:
        """Size from which a cell has the brightest colour; None before anything was shown."""
        return None if self._top is None else float(decode(np.array([self._top], np.uint16))[0])

    @property
    def shown(self) -> tuple[Range, Range]:
        """Half-open ranges of the level's columns and bins that were painted; empty before any were."""
        return self._shown or ((0, 0), (0, 0))

    def codes_shown(self) -> SizeCodes:
        """A copy of the (bins, columns) size codes that were painted, the highest bin first."""
        return self._image.codes(*self.shown)

    def set_scale(self, top_size: float | None, *, linear: bool) -> None:
        """Give sizes from `top_size` up the brightest colour; None fits the scale to what is in view."""
        fixed = None if top_size is None else int(encode(np.array([top_size]))[0])
        if (fixed, linear) == (self._fixed, self._linear):
            return
        if linear != self._linear:
            self._linear = linear
            self._palette = DepthPalette(self.theme, linear=linear)
        self._fixed = fixed
        if fixed is not None:
            self._top = fixed
        elif self._shown is not None:
            self._top = top_code(self._image.codes(*self._shown))
        self._recolor()

    def rescale(self) -> bool:
        """Fit the colour scale to what is in view; return whether the colours changed."""
        if self._shown is None or self._fixed is not None:
            return False
        top = settled_top(self._top, top_code(self._image.codes(*self._shown)))
        if top == self._top:
            return False
        self._top = top
        self._recolor()
        return True

    def size_at(self, time_ms: float, price: float) -> float | None:
        """Return the size of the cell on screen at a point; None where it is unknown."""
        source = self._source
        if source is None or source.empty:
            return None
        column = floor(time_ms / (source.bucket_ms * self.level.buckets))
        first, end = source.columns(self.level)
        if not first <= column < end:
            return None
        price_bin = floor(price / (source.bin_size * self.level.bins))
        code = source.codes(self.level, np.array([column]), price_bin, 1)
        return None if code[0, 0] == UNKNOWN_CODE else float(decode(code)[0, 0])

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        source = self._source
        if source is None or source.empty:
            return
        view = self.mapping
        ratio = painter.device().devicePixelRatioF()
        level = seen_level(source, view, ratio)
        column_ms = source.bucket_ms * level.buckets
        bin_size = source.bin_size * level.bins
        first, end = source.columns(level)
        columns = max(first, floor(view.from_ms / column_ms)), min(end, ceil(view.to_ms / column_ms))
        bins = floor(view.low / bin_size), ceil(view.high / bin_size)
        if columns[0] >= columns[1] or bins[0] >= bins[1]:
            self._shown = None
            return
        self._image.reserve(ceil(view.width * ratio), ceil(view.height * ratio))
        self._image.show(source, level, columns, bins, self._lut)
        self._shown = columns, bins
        if self._top is None:
            # The first look at a grid: the scale comes from what it shows.
            self._top = self._fixed or top_code(self._image.codes(columns, bins))
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
        self._draw_gaps(painter, source)
        painter.restore()

    def _recolor(self) -> None:
        self._lut = self._palette.lut(self._top or 0)
        self._image.recolor(self._shown[0] if self._shown else (0, 0), self._lut)
        self.update()

    def _draw_gaps(self, painter: QPainter, source: DepthMap) -> None:
        """Hatch every gap in view, however short it is at this zoom, and say how long the long ones are."""
        view = self.mapping
        painter.setFont(self._font)
        for start, stop in source.gaps(view.from_ms, view.to_ms):
            left, right = view.x(start), view.x(stop)
            left, right = (
                max(left, -NAMED_GAP_PX),
                min(max(right, left + LEAST_GAP_PX), view.width + NAMED_GAP_PX),
            )
            band = QRectF(left, self.area.top(), right - left, self.area.height())
            painter.fillRect(band, self.theme.panel)
            painter.fillRect(band, self._hatch)
            seen = band.intersected(QRectF(0, 0, view.width, view.height))
            if seen.width() >= NAMED_GAP_PX:
                name = f"not recorded · {format.duration((stop - start) / 1000)}"
                self._draw_name(painter, seen, name)

    def _draw_name(self, painter: QPainter, band: QRectF, name: str) -> None:
        width = self._metrics.horizontalAdvance(name) + 16
        if width > band.width():
            return
        box = QRectF(
            round(band.center().x() - width / 2),
            round(band.top() + NAME_SHARE * band.height() - 10),
            width,
            20,
        )
        painter.fillRect(box, self.theme.panel)
        painter.setPen(self.theme.muted)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
