"""Volume: one bar for each bar of the chart, in the colour of its rise or fall."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QPainter

from ui import format
from ui.charting.bar_view import BarView, Drawn
from ui.charting.candle_item import RectBatch
from ui.charting.pane import Figure
from ui.theme import Theme, mix
from ui.widgets.plot_mapping import Floats, PlotMapping

INK_SHARE = 0.45
"""How strongly volume is inked, between panel and candle."""


def volume_rects(drawn: Drawn, width: int, mapping: PlotMapping) -> Floats:
    """Return the rectangles (x, y, width, height) of the volume bars on a scale that begins at 0."""
    rects = np.empty((len(drawn), 4))
    height = np.ceil(np.minimum(drawn.volume / mapping.high, 1.0) * mapping.height)
    rects[:, 0], rects[:, 2], rects[:, 3] = drawn.center - width // 2, width, height
    rects[:, 1] = mapping.height - height
    return rects


class VolumeLayer:
    """Paints what was traded in each bar."""

    def __init__(self, bars: BarView) -> None:
        self._bars = bars
        self._batch = RectBatch()
        self.size_decimals = 3
        """Digits of the instrument's sizes."""

    def span(self, first: int, end: int, mapping: PlotMapping) -> tuple[float, float] | None:
        """From nothing to the greatest volume."""
        return 0.0, self._bars.extremes(first, end, mapping.per_px)[2]

    def paint_wash(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Nothing lies behind volume."""

    def paint(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint bars first … end - 1."""
        drawn = self._bars.drawn(first, end, mapping)
        rects = volume_rects(drawn, self._bars.body_width(mapping), mapping)
        rises = drawn.close >= drawn.open
        self._batch.draw(painter, rects[rises], mix(theme.panel, theme.up, INK_SHARE))
        self._batch.draw(painter, rects[~rises], mix(theme.panel, theme.down, INK_SHARE))

    def figures(self, index: int) -> Sequence[Figure]:
        """The bar's volume, and how much of it was bought."""
        row = self._bars.rows[index]
        volume, bought = float(row["volume"]), float(row["buy_volume"])
        figures = [Figure(format.size(volume, self.size_decimals), name="Volume")]
        if volume > 0 and bought == bought:  # nan where the venue does not say it
            figures.append(
                Figure(f"{format.percent(bought / volume, 0)} bought", name="Share that takers bought")
            )
        return figures
