"""Where market time and price lie on a plot's pixels, and the laws by which a view pans, zooms and fits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.integer[Any]] | npt.NDArray[np.floating[Any]]

FIT_MARGIN = 0.08
"""Share of the fitted price range left free above and below what is fitted."""
KEPT_MARGIN = 0.025
"""A fitted range is kept while at least this share of it is still free on both sides…"""
KEPT_FILL = 0.55
"""…and what is shown fills at least this share of it: so the scale does not twitch at every tick."""


@dataclass(frozen=True, slots=True)
class PlotMapping:
    """A plot's view: its ranges and its panes, in widget pixels with the origin at the top left.

    The price pane is (0, 0, width, height). Below it, under a hairline, lies the lower pane from `lower_top`
    to `lower_bottom`; both are equal when there is none.

    Attributes:
        from_ms, to_ms: venue time at the left and right edge, UTC ms.
        low, high: price at the lower and upper edge of the price pane.
        width, height: size of the price pane, px.
        lower_top, lower_bottom: vertical extent of the lower pane, px.
    """

    from_ms: float
    to_ms: float
    low: float
    high: float
    width: float
    height: float
    lower_top: float
    lower_bottom: float

    @property
    def ms_per_px(self) -> float:
        """Market time in one pixel, ms."""
        return (self.to_ms - self.from_ms) / max(self.width, 1.0)

    @property
    def price_per_px(self) -> float:
        """Price in one pixel."""
        return (self.high - self.low) / max(self.height, 1.0)

    def x(self, time_ms: float) -> float:
        """Pixel of a moment; may lie outside the plot."""
        return (time_ms - self.from_ms) / self.ms_per_px

    def y(self, price: float) -> float:
        """Pixel of a price; may lie outside the plot."""
        return (self.high - price) / self.price_per_px

    def xs(self, times_ms: Numbers) -> Floats:
        """Pixels of many moments."""
        return np.asarray((times_ms - self.from_ms) / self.ms_per_px, np.float64)

    def ys(self, prices: Numbers) -> Floats:
        """Pixels of many prices."""
        return np.asarray((self.high - prices) / self.price_per_px, np.float64)

    def time_at(self, x: float) -> float:
        """Moment at a pixel, UTC ms."""
        return self.from_ms + x * self.ms_per_px

    def price_at(self, y: float) -> float:
        """Price at a pixel of the price pane."""
        return self.high - y * self.price_per_px


def zoomed(low: float, high: float, factor: float, about: float) -> tuple[float, float]:
    """The range `factor` times as long (below 1 zooms in) in which `about` keeps its place."""
    return about - (about - low) * factor, about + (high - about) * factor


def fitted_price_range(
    lowest: float, highest: float, least_span: float, current: tuple[float, float] | None
) -> tuple[float, float]:
    """The price range that shows lowest…highest with a margin.

    Args:
        lowest, highest: extremes of what is visible.
        least_span: no range is shorter than this; keeps a still market from filling the plot.
        current: the range fitted before; it is returned unchanged while it still serves.
    """
    if current is not None:
        low, high = current
        free = KEPT_MARGIN * (high - low)
        serves = lowest >= low + free and highest <= high - free
        if serves and max(highest - lowest, least_span * (1 - 2 * FIT_MARGIN)) >= KEPT_FILL * (high - low):
            return current
    span = max((highest - lowest) / (1 - 2 * FIT_MARGIN), least_span)
    middle = (lowest + highest) / 2
    return middle - span / 2, middle + span / 2
