"""The strip under a depth map, aligned with it in time: the spread, and the imbalance near the middle."""

from math import ceil, floor

import numpy as np
import numpy.typing as npt
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui import format
from ui.depth.depth_item import seen_level
from ui.depth.figures import WIDE_SPREAD
from ui.depth.label_sprites import LabelSprites
from ui.theme import Theme, mix
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.book_series import Floats, book_series
from workstation.market.depth_level import Numbers
from workstation.market.depth_map import DepthMap

STRIP_PX = 46
SPREAD_PX = 18
"""Of the strip's height for the spread; the rest is the imbalance."""
LEAST_FULL_SPREAD = 1e-4
"""A full bar is at least a basis point: a spread of one tick that stands still is no news."""
BALANCE_WORDS = "bids − asks near the middle"
_NONE = -1


class BookSeriesCache:
    """Spread and imbalance of the columns last seen, of which only those that changed are read again."""

    def __init__(self) -> None:
        self._key: tuple[DepthMap, float, int] | None = None
        self._version = (-1, -1)
        self._newest = 0
        self._held = np.full(1, _NONE, np.int64)
        self._series = np.zeros((1, 2))

    def series(self, source: DepthMap, buckets: int, first: int, end: int) -> Floats:
        """(end − first, 2) spread and imbalance of a level's columns first ≤ k < end."""
        capacity = len(self._held)
        if end - first > capacity or capacity > 4 * (end - first) + 4_096:
            self._held = np.full(2 * (end - first) + 64, _NONE, np.int64)
            self._series = np.full((len(self._held), 2), np.nan)
        self._forget_changed(source, buckets)
        numbers = np.arange(first, end)
        slots = numbers % len(self._held)
        stale: Numbers = numbers[self._held[slots] != numbers]
        if len(stale):
            at = stale % len(self._held)
            self._series[at] = book_series(source, buckets, stale)
            self._held[at] = stale
        return self._series[slots]

    def _forget_changed(self, source: DepthMap, buckets: int) -> None:
        key, version = (source, source.bin_size, buckets), source.version
        if key != self._key:
            self._key = key
            self._held[:] = _NONE
        elif version != self._version:
            self._held[self._held >= self._newest // buckets] = _NONE
            if source.past is not None and version[1] != self._version[1]:
                column_ms = buckets * source.bucket_ms
                for start, stop in source.past.changes_since(self._version[1]) or [(0, 1 << 62)]:
                    inside = (self._held >= start // column_ms) & (self._held < -(-stop // column_ms))
                    self._held[inside] = _NONE
        self._version = version
        self._newest = source.buckets[1] - 1


class FlowStripItem(PlotOverlay):
    """Paints spread and imbalance into the lower pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._source: DepthMap | None = None
        self._cache = BookSeriesCache()
        self._bars = internals.PrimitiveArray(QRectF, 4)
        self._labels = LabelSprites()
        self._full_spread = 0.0
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self._labels.clear()
        self._quiet = mix(theme.panel, theme.muted, 0.75)
        self._bids = mix(theme.panel, theme.up, 0.75)
        self._asks = mix(theme.panel, theme.down, 0.75)
        self.update()

    def set_source(self, source: DepthMap | None) -> None:
        """Show this map's book; the depth above asks for repainting where it has changed."""
        if source is not self._source:
            self._source = source
            self._full_spread = 0.0
            self.update()

    def at(self, time_ms: float) -> tuple[float, float] | None:
        """Spread (a fraction of the middle) and imbalance of the column at a moment; None where not known."""
        source = self._source
        if source is None or source.empty:
            return None
        buckets = seen_level(source, self.mapping, 1.0).buckets
        number = int(time_ms // (buckets * source.bucket_ms))
        ((spread, imbalance),) = book_series(source, buckets, np.array([number])).tolist()
        return None if np.isnan(spread) else (spread, imbalance)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        source, view = self._source, self.mapping
        top, bottom = view.lower_top, view.lower_bottom
        if source is None or source.empty or bottom - top < STRIP_PX / 2:
            return
        ratio = painter.device().devicePixelRatioF()
        buckets = seen_level(source, view, ratio).buckets
        column_ms = buckets * source.bucket_ms
        first, end = source.columns_seen(buckets, view.from_ms, view.to_ms)
        if first >= end:
            return
        series = self._cache.series(source, buckets, first, end)
        self._settle_scale(series[:, 0])
        # Only what is exposed is painted: most often the newest few pixels.
        start = max(first, floor(view.time_at(option.exposedRect.left()) / column_ms) - 1)
        stop = min(end, ceil(view.time_at(option.exposedRect.right()) / column_ms) + 1)
        if start >= stop:
            return
        edges = np.rint(view.xs(np.arange(start, stop + 1) * float(column_ms)))
        part = series[start - first : stop - first]
        painter.save()
        painter.setClipRect(QRectF(0, top, view.width, bottom - top), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_spread(painter, edges, part[:, 0], top)
        self._paint_imbalance(painter, edges, part[:, 1], top + SPREAD_PX, bottom)
        self._paint_names(painter, option.exposedRect, top, ratio)
        painter.restore()

    def _settle_scale(self, spreads: Floats) -> None:
        """Let the tallest bar be the largest spread in view, in steps, so that bars do not twitch."""
        known = spreads[~np.isnan(spreads)]
        largest = max(float(known.max()) if len(known) else 0.0, LEAST_FULL_SPREAD)
        if largest > self._full_spread or largest < self._full_spread / 4:
            self._full_spread = largest if largest == LEAST_FULL_SPREAD else largest * 1.25
            self.update()

    def _paint_spread(self, painter: QPainter, edges: Floats, spreads: Floats, top: float) -> None:
        bottom = top + SPREAD_PX
        share = spreads / self._full_spread if self._full_spread else spreads * 0
        # Comparisons with nan are False, and where the spread is not known nothing is drawn.
        heights = np.fmin(np.fmax(np.ceil(share * (SPREAD_PX - 3)), 1), SPREAD_PX - 3)
        wide = spreads >= WIDE_SPREAD
        known = ~np.isnan(spreads)
        self._draw(
            painter,
            edges,
            bottom - heights,
            heights,
            known & ~wide,
            self._quiet,
        )
        # What is too wide to trade reaches over the whole strip, so that it is seen without reading a height.
        whole = np.full(len(heights), SPREAD_PX - 2.0)
        self._draw(painter, edges, bottom - whole, whole, known & wide, self.theme.warn)

    def _paint_imbalance(
        self, painter: QPainter, edges: Floats, values: Floats, top: float, bottom: float
    ) -> None:
        middle = round((top + bottom) / 2)
        painter.fillRect(QRectF(0, middle, self.mapping.width, 1), self.theme.hairline)
        reach = middle - top - 1
        heights = np.ceil(np.abs(values) * reach)
        bids, asks = values > 0, values < 0
        self._draw(painter, edges, middle - heights, heights, bids, self._bids)
        self._draw(painter, edges, np.full(len(heights), middle + 1.0), heights, asks, self._asks)

    def _draw(
        self,
        painter: QPainter,
        edges: Floats,
        tops: Floats,
        heights: Floats,
        which: npt.NDArray[np.bool_],
        color: QColor,
    ) -> None:
        count = int(which.sum())
        if not count:
            return
        self._bars.resize(count)
        bars = self._bars.ndarray()
        bars[:, 0] = edges[:-1][which]
        bars[:, 1] = tops[which]
        bars[:, 2] = np.maximum(1.0, (edges[1:] - edges[:-1])[which])
        bars[:, 3] = heights[which]
        painter.setBrush(color)
        painter.drawRects(*self._bars.drawargs())

    def _paint_names(self, painter: QPainter, exposed: QRectF, top: float, ratio: float) -> None:
        if exposed.left() > self.mapping.width / 2:
            return
        words = f"spread ≤ {format.price(self._full_spread * 1e4, 2)} bp"
        for text, y in ((words, top + 1), (BALANCE_WORDS, top + SPREAD_PX)):
            label = self._labels.label(text, self.theme, ratio, "muted")
            if label.width() / ratio < self.mapping.width / 2:
                painter.drawPixmap(QPointF(4, y), label)
