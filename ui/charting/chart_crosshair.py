"""The crosshair of a chart: it stands on a bar, tells its group, and hears it."""

import math

from PySide6.QtCore import QObject, Signal

from ui.charting.bar_view import BarView
from ui.links import Crosshair, PanelLink
from ui.widgets.time_price_plot import TimePricePlot


class ChartCrosshair(QObject):
    """Joins a plot's pointer with the link group's crosshair."""

    moved = Signal()
    """It is elsewhere, or gone."""

    def __init__(self, plot: TimePricePlot, bars: BarView, link: PanelLink, source: object) -> None:
        """Join them; `source` is the panel, as which the crosshair is told."""
        super().__init__(plot)
        self._plot, self._bars, self._link = plot, bars, link
        self._time_ms: float | None = None
        plot.pointer_moved.connect(
            lambda time_ms, price: link.set_crosshair(Crosshair(time_ms, price, source))
        )
        link.crosshair_moved.connect(self._on_crosshair)

    @property
    def index(self) -> int | None:
        """The bar whose figures are shown: the one under it, else the newest; None where there is none."""
        bars = self._bars
        if not len(bars):
            return None
        if self._time_ms is None:
            return len(bars) - 1
        if bars.counted:
            return bars.at(self._plot.mapping.position(self._time_ms))
        return bars.at(self._time_ms)

    def _on_crosshair(self, crosshair: Crosshair) -> None:
        self._time_ms = crosshair.time_ms
        if crosshair.time_ms is None:
            self._plot.set_crosshair(None, crosshair.price)
        else:
            # The line stands on the bar whose figures are shown, and says when it opens.
            center_ms, open_ms = self._bar_about(crosshair.time_ms)
            self._plot.set_crosshair(center_ms, crosshair.price, named_ms=open_ms)
        self.moved.emit()

    def _bar_about(self, time_ms: float) -> tuple[float, float]:
        """The middle of the bar that a moment falls into, and when it opens, UTC ms."""
        mapping, bars = self._plot.mapping, self._bars
        if not bars.counted:
            open_ms = int(time_ms) // int(bars.pitch) * int(bars.pitch)
            return open_ms + bars.pitch / 2, open_ms
        bar = math.floor(mapping.position(time_ms))
        return mapping.time_at(mapping.x_at(bar + 0.5)), mapping.time_at(mapping.x_at(bar))
