"""A pane below the price pane: a scale of its own, what is painted on it, and what its legend says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtGui import QPainter

from ui import format
from ui.charting.bar_view import BarView
from ui.theme import Theme
from ui.widgets.plot_mapping import PlotMapping, fitted_price_range

LABEL_GAP_PX = 26
"""Least distance between two labels of a pane's scale."""
HEADROOM = 1.12
"""A scale that begins at 0 reaches this many times as high as its greatest value…"""
KEPT_FILL = 0.5
"""…and is kept while the greatest value fills at least this share of it."""
GUIDE_REACH = 0.5
"""A scale reaches to its only guide where that is no further off than this share of what is in view."""
AUTO_DECIMALS = -1
"""Digits follow the magnitude."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of a legend.

    Attributes:
        text: the value.
        role: colour role of its swatch; "" for none.
        name: what it is, for the tool tip and where a legend has several.
    """

    text: str
    role: str = ""
    name: str = ""


class Layer(Protocol):
    """Something painted bar by bar on a pane's scale, in the price pane or below it."""

    def span(self, first: int, end: int, mapping: PlotMapping) -> tuple[float, float] | None:
        """Extremes of bars first … end - 1; None where there is nothing."""
        ...

    def paint_wash(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint what lies behind all other layers and the bars."""
        ...

    def paint(self, painter: QPainter, mapping: PlotMapping, theme: Theme, first: int, end: int) -> None:
        """Paint bars first … end - 1, in pixels whose origin is the pane's top left."""
        ...

    def figures(self, index: int) -> Sequence[Figure]:
        """Its values at a bar."""
        ...


class Pane:
    """One pane: the layers it holds share its scale."""

    def __init__(self, key: str, title: str, *, share: float, from_zero: bool = False) -> None:
        """Make an empty one.

        Args:
            key: its name in layouts.
            title: what its legend is headed with.
            share: of the plot's height that it would like.
            from_zero: its scale begins at 0, as that of sizes does.
        """
        self.key = key
        self.title = title
        self.share = share
        self.from_zero = from_zero
        self.unit = ""
        self.decimals = AUTO_DECIMALS
        self.guides: tuple[float, ...] = ()
        self.layers: list[Layer] = []
        self.top = self.bottom = 0.0
        """Its extent in the widget, px; nothing when there is no room for it."""
        self.low, self.high = 0.0, 1.0
        """What its edges stand for."""
        self.empty = True
        """Nothing is in view: there is no scale to show."""

    @property
    def height(self) -> float:
        """Its height, px."""
        return self.bottom - self.top

    def mapping(self, whole: PlotMapping) -> PlotMapping:
        """The pane's own mapping, its origin at the pane's top left."""
        return replace(whole, low=self.low, high=self.high, height=self.height)

    def y(self, value: float) -> float:
        """Pixel of a value in the widget."""
        return self.top + (self.high - value) / (self.high - self.low) * self.height

    def value_at(self, y: float) -> float:
        """Value at a pixel of the widget."""
        return self.high - (y - self.top) / max(self.height, 1.0) * (self.high - self.low)

    def fit(self, bars: BarView, mapping: PlotMapping) -> bool:
        """Fit the scale to what is in view; True if it is another."""
        first, end = bars.visible(mapping)
        before = self.low, self.high, self.empty
        spans = [layer.span(first, end, mapping) for layer in self.layers] if end > first else []
        known = [span for span in spans if span is not None]
        self.empty = not known
        if known:
            self._take(min(span[0] for span in known), max(span[1] for span in known))
        return before != (self.low, self.high, self.empty)

    def _take(self, lowest: float, highest: float) -> None:
        if self.from_zero:
            if highest <= 0:
                self.low, self.high = 0.0, 1.0
            elif not KEPT_FILL * self.high <= highest <= self.high:
                self.low, self.high = 0.0, highest * HEADROOM
            return
        # A single guide far away, the 0 of a sum, would press what is in view flat.
        near = GUIDE_REACH * (highest - lowest)
        if len(self.guides) > 1 or any(lowest - near <= guide <= highest + near for guide in self.guides):
            lowest, highest = min((lowest, *self.guides)), max((highest, *self.guides))
        least = max(abs(highest), abs(lowest)) * 1e-9 or 1e-9
        self.low, self.high = fitted_price_range(lowest, highest, least, (self.low, self.high))

    def ticks(self) -> list[float]:
        """The labelled values of its scale."""
        if self.empty or self.height < LABEL_GAP_PX:
            return []
        least = (self.high - self.low) * LABEL_GAP_PX / self.height
        power = 10.0 ** math.floor(math.log10(least))
        step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))
        margin = 9 / self.height * (self.high - self.low)
        first, last = math.ceil((self.low + margin) / step), math.floor((self.high - margin) / step)
        return [number * step for number in range(first, last + 1)]

    def tick_text(self, value: float) -> str:
        """A labelled value's text: as many digits as the steps between labels need."""
        ticks = self.ticks()
        step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(value) or 1.0
        if abs(value) >= 10_000:
            return format.compact(value)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        return format.price(0.0 if abs(value) < step / 2 else value, min(decimals, 8))

    def text(self, value: float) -> str:
        """A value's text in the legend and at the crosshair, without its unit."""
        if self.decimals == AUTO_DECIMALS:
            return format.compact(value)
        return format.price(value, self.decimals)
