"""The best bid and ask as two stepped lines over the depth, from the book at the end of each time cell."""

from math import ceil, floor

import numpy as np
import numpy.typing as npt
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme
from ui.widgets.plot_overlay import PlotOverlay
from workstation.market.depth_level import level_for
from workstation.market.depth_map import DepthMap

Floats = npt.NDArray[np.float64]


def step_segments(edges: Floats, heights: Floats) -> Floats:
    """Return (n, 4) line segments x1, y1, x2, y2 of a stepped line.

    Args:
        edges: (columns + 1,) pixels of the columns' edges.
        heights: (columns,) pixel of the line in each; where it is nan the line is broken.
    """
    # Neighbours of one height make one segment: a quiet market costs little.
    changes = np.flatnonzero(np.diff(heights, prepend=np.nan) != 0)
    ends = np.append(changes[1:], len(heights))
    y = heights[changes]
    flat = np.column_stack((edges[changes], y, edges[ends], y))
    joints = np.column_stack((edges[changes[1:]], y[:-1], edges[changes[1:]], y[1:]))
    segments = np.concatenate((flat, joints))
    return np.asarray(segments[~np.isnan(segments).any(axis=1)], np.float64)


class BestPriceItem(PlotOverlay):
    """Paints the best prices that a depth map keeps; a gap breaks the lines."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        # Most paintings are of the newest few pixels: `option.exposedRect` tells which.
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._source: DepthMap | None = None
        self._lines = internals.PrimitiveArray(QLineF, 4)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours from now on."""
        self.theme = theme
        self.update()

    def set_source(self, source: DepthMap | None) -> None:
        """Show the best prices of this map; the depth below asks for repainting where it has changed."""
        if source is not self._source:
            self._source = source
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        source = self._source
        if source is None or source.empty:
            return
        view = self.mapping
        ratio = painter.device().devicePixelRatioF()
        level = level_for(ratio * source.bucket_ms / view.ms_per_px, 1.0)
        column_ms = source.bucket_ms * level.buckets
        first, end = source.columns(level)
        # A column more on either side: the lines are joined at the columns' edges.
        first = max(first, floor(view.time_at(option.exposedRect.left()) / column_ms) - 1)
        end = min(end, ceil(view.time_at(option.exposedRect.right()) / column_ms) + 1)
        if first >= end:
            return
        best = source.best(level, np.arange(first, end))
        edges = view.xs(np.arange(first, end + 1) * float(column_ms))
        painter.save()
        painter.setClipRect(self.area, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        # Each line keeps to its own side of the spread, so that a spread below a pixel still shows both.
        for side, color, shift in ((0, self.theme.up, 1.0), (1, self.theme.down, 0.0)):
            segments = step_segments(edges, np.floor(view.ys(best[:, side])) + shift)
            self._lines.resize(len(segments))
            self._lines.ndarray()[:] = segments
            painter.setPen(QPen(color, 1))
            painter.drawLines(*self._lines.drawargs())
        painter.restore()
