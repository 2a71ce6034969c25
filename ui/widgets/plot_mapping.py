"""Where market time and price lie on a plot's pixels, and the laws by which a view pans, zooms and fits."""

from bisect import bisect_right
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

    The price pane is (0, 0, width, height). Below it, under a hairline, lie the lower panes from `lower_top`
    to `lower_bottom`; both are equal when there is none.

    The axis is counted in *positions*: here they are moments in ms, in a `BarMapping` they are bars.

    Attributes:
        from_ms, to_ms: venue time at the left and right edge, UTC ms.
        low, high: price at the lower and upper edge of the price pane.
        width, height: size of the price pane, px.
        lower_top, lower_bottom: vertical extent of the lower panes, px.
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
        """Market time in one pixel, ms; the mean where it is not everywhere the same."""
        return (self.to_ms - self.from_ms) / max(self.width, 1.0)

    @property
    def left(self) -> float:
        """Position of the left edge."""
        return self.from_ms

    @property
    def right(self) -> float:
        """Position of the right edge."""
        return self.to_ms

    @property
    def per_px(self) -> float:
        """Positions in one pixel."""
        return (self.right - self.left) / max(self.width, 1.0)

    def x_at(self, position: float) -> float:
        """Pixel of a position; may lie outside the plot."""
        return (position - self.left) / self.per_px

    def xs_at(self, positions: Numbers) -> Floats:
        """Pixels of many positions."""
        return np.asarray((positions - self.left) / self.per_px, np.float64)

    def position(self, time_ms: float) -> float:
        """Position of a moment."""
        return time_ms

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


@dataclass(frozen=True, slots=True)
class BarMapping(PlotMapping):
    """A view that counts bars evenly, however long each took; a moment lies within the bar it fell into.

    Attributes:
        times: (n,) moment at which each bar opens, UTC ms, never falling; at least one.
        first_bar, last_bar: positions of the left and right edge; bar i lies from i to i + 1.
    """

    times: Floats
    first_bar: float
    last_bar: float

    @property
    def left(self) -> float:
        """Position of the left edge."""
        return self.first_bar

    @property
    def right(self) -> float:
        """Position of the right edge."""
        return self.last_bar

    def position(self, time_ms: float) -> float:
        """Position of a moment; beyond the bars it goes on at their mean pace."""
        index = bisect_right(self.times, time_ms) - 1
        if 0 <= index < len(self.times) - 1:
            opened = float(self.times[index])
            return index + (time_ms - opened) / (float(self.times[index + 1]) - opened)
        end = 0 if index < 0 else index
        return end + (time_ms - float(self.times[end])) / mean_bar_ms(self.times)

    def x(self, time_ms: float) -> float:
        """Pixel of a moment; may lie outside the plot."""
        return self.x_at(self.position(time_ms))

    def xs(self, times_ms: Numbers) -> Floats:
        """Pixels of many moments."""
        moments = np.asarray(times_ms, np.float64)
        times, last = self.times, len(self.times) - 1
        opened = np.clip(np.searchsorted(times, moments, side="right") - 1, 0, last)
        beyond = (moments < times[0]) | (opened == last)
        lengths = np.where(beyond, mean_bar_ms(times), times[np.minimum(opened + 1, last)] - times[opened])
        return self.xs_at(opened + (moments - times[opened]) / np.maximum(lengths, 1e-9))

    def time_at(self, x: float) -> float:
        """Moment at a pixel, UTC ms."""
        return bar_time(self.times, self.left + x * self.per_px)


def mean_bar_ms(times: Floats) -> float:
    """How long the bars that open at these moments take on average, ms; at least 1."""
    return max(1.0, float(times[-1] - times[0]) / max(1, len(times) - 1))


def bar_time(times: Floats, position: float) -> float:
    """Moment of a position among bars that open at these moments, UTC ms."""
    index = int(position) if position >= 0 else -1
    if 0 <= index < len(times) - 1:
        opened = float(times[index])
        return opened + (position - index) * (float(times[index + 1]) - opened)
    end = 0 if index < 0 else len(times) - 1
    return float(times[end]) + (position - end) * mean_bar_ms(times)


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
