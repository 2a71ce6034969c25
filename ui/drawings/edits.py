"""How drawings are changed by hand: moved, pulled at a handle, nudged, put onto another market."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ui.widgets.plot_mapping import PlotMapping
from workstation.model.drawings import GREATEST_PRICE, GREATEST_TIME_MS, Anchor, Drawing, DrawingKind, copy_of

BESIDE_PX = 16.0
"""A copy on the same market lies so far right of and below the original."""


@dataclass(frozen=True, slots=True)
class PriceStep:
    """The steps that an instrument's prices have.

    Attributes:
        tick: smallest step, quote per base unit; 0 for none.
        decimals: digits behind the point.
    """

    tick: float = 0.0
    decimals: int = 2

    def rounded(self, price: float) -> float:
        """The nearest price that the instrument can have."""
        if self.tick <= 0:
            return price
        return round(round(price / self.tick) * self.tick, self.decimals)


def anchor_at(time_ms: float, price: float) -> Anchor:
    """An anchor at a point of a plot, brought back to where markets are."""
    return Anchor(
        round(min(max(time_ms, -GREATEST_TIME_MS), GREATEST_TIME_MS)),
        min(max(price, -GREATEST_PRICE), GREATEST_PRICE),
    )


def moved(drawing: Drawing, dx: float, dy: float, mapping: PlotMapping, step: PriceStep) -> Drawing:
    """The drawing `dx` px to the right and `dy` px down; its form on screen stays."""
    anchors = []
    for anchor in drawing.anchors:
        time_ms = mapping.time_at(mapping.x(anchor.time_ms) + dx) if dx else anchor.time_ms
        # Counted from the price itself: a pixel's price has no end of digits.
        price = step.rounded(anchor.price - dy * mapping.price_per_px) if dy else anchor.price
        anchors.append(anchor_at(time_ms, price))
    return replace(drawing, anchors=tuple(anchors))


def with_handle(drawing: Drawing, handle: int, anchor: Anchor) -> Drawing:
    """The drawing with one of its shape's handles at another point."""
    anchors = list(drawing.anchors)
    if drawing.kind is DrawingKind.RECTANGLE and handle >= len(anchors):
        # The corner below or above one anchor and beside the other.
        upright, level = (0, 1) if handle == len(anchors) else (1, 0)
        anchors[upright] = replace(anchors[upright], time_ms=anchor.time_ms)
        anchors[level] = replace(anchors[level], price=anchor.price)
    else:
        anchors[handle] = anchor
    return replace(drawing, anchors=tuple(anchors))


def nudged(drawing: Drawing, by_ms: float, by_price: float, step: PriceStep) -> Drawing:
    """The drawing later by `by_ms` and higher by `by_price`."""
    anchors = tuple(
        anchor_at(anchor.time_ms + by_ms, step.rounded(anchor.price + by_price) if by_price else anchor.price)
        for anchor in drawing.anchors
    )
    return replace(drawing, anchors=anchors)


def pasted(
    drawings: Sequence[Drawing],
    mapping: PlotMapping,
    step: PriceStep,
    *,
    same_market: bool,
    about: tuple[float, float],
) -> list[Drawing]:
    """Copies of drawings for a market, where they can be seen.

    On the same market they lie beside the originals. On another they keep their prices if those are in view
    (the same coin elsewhere); else they keep their form in per cent, about a point.

    Args:
        drawings: what was copied.
        mapping: the view of the plot that they are put on.
        step: of the prices there.
        same_market: they were copied from there.
        about: moment and price that the middle of all goes to, where they cannot keep their prices.
    """
    copies = [copy_of(drawing) for drawing in drawings]
    if same_market:
        return [
            moved(item, 0.0 if item.kind is DrawingKind.LEVEL else BESIDE_PX, BESIDE_PX, mapping, step)
            for item in copies
        ]
    prices = [anchor.price for item in copies for anchor in item.anchors]
    times = [anchor.time_ms for item in copies for anchor in item.anchors]
    if not prices or any(mapping.low <= price <= mapping.high for price in prices):
        return copies
    middle, middle_ms = (min(prices) + max(prices)) / 2, (min(times) + max(times)) / 2
    in_view = any(mapping.from_ms <= moment <= mapping.to_ms for moment in times)
    shift_ms = 0.0 if in_view else about[0] - middle_ms
    factor = about[1] / middle if middle else 1.0

    def carried(anchor: Anchor) -> Anchor:
        return anchor_at(anchor.time_ms + shift_ms, step.rounded(anchor.price * factor))

    return [replace(item, anchors=tuple(map(carried, item.anchors))) for item in copies]
