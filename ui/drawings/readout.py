"""What is told while something is drawn or moved: how far, how much, how long, and in units of risk."""

from collections.abc import Sequence

import numpy as np

from ui import format
from ui.drawings.magnet import Bars
from workstation.model.drawings import Anchor, Drawing, DrawingKind

Parts = tuple[tuple[str, str], ...]
"""Words and the theme's token of their colour."""

STOP_WORD = "stop"
"""A level whose name begins with this is the stop that risk is counted from."""


def move_parts(
    start: Anchor, end: Anchor, bars: Bars | None, drawings: Sequence[Drawing], decimals: int
) -> Parts:
    """Tell of a move from one point to another.

    Args:
        start, end: the points.
        bars: those of the chart, to count them; None where there are none.
        drawings: among which a stop may be.
        decimals: of the instrument's prices.

    Returns:
        Δ price, per cent, bars, duration, and R where a stop is drawn.
    """
    change = end.price - start.price
    token = "up" if change > 0 else "down" if change < 0 else "text"
    parts = [(format.signed(change, decimals), token)]
    if start.price > 0:
        parts.append((format.percent(change / start.price, 2, signed=True), token))
    if bars is not None and len(bars.rows):
        count = bar_count(start.time_ms, end.time_ms, bars)
        parts.append((f"{format.count(count)} {'bar' if abs(count) == 1 else 'bars'}", "text"))
    parts.append((_span((end.time_ms - start.time_ms) / 1000), "muted"))
    risks = risk_multiple(start.price, end.price, drawings)
    if risks is not None:
        parts.append((f"{format.signed(risks, 1)} R", "accent"))
    return tuple(parts)


def _span(seconds: float) -> str:
    """A length of time; what is whole in its largest unit has no second one."""
    first, _, rest = format.duration(seconds).rpartition(" m 0 s")
    if first:
        return f"{first} m{rest}"
    return format.duration(seconds).removesuffix(" 0 m").removesuffix(" 0 h")


def level_parts(price: float, last: float | None, decimals: int) -> Parts:
    """Tell of a level: its price, and how far the market is from it."""
    parts = [(format.price(price, decimals), "text")]
    if last is not None and last > 0:
        parts.append((f"{format.percent(price / last - 1, 2, signed=True)} from last", "muted"))
    return tuple(parts)


def risk_multiple(entry: float, exit_price: float, drawings: Sequence[Drawing]) -> float | None:
    """The move from entry to exit in units of the distance from entry to the nearest stop drawn.

    A level is a stop if its name begins with "stop"; one above the entry is a short's. None without one.
    """
    stops = [
        drawing.anchors[0].price
        for drawing in drawings
        if drawing.kind is DrawingKind.LEVEL and drawing.name.casefold().startswith(STOP_WORD)
    ]
    distances = [price for price in stops if price != entry]
    if not distances:
        return None
    stop = min(distances, key=lambda price: abs(price - entry))
    return (exit_price - entry) / (entry - stop)


def bar_count(from_ms: float, to_ms: float, bars: Bars) -> int:
    """Bars from one moment to another, negative backwards; beyond the newest at its pace."""
    if bars.timeframe_ms:
        return round((to_ms - from_ms) / bars.timeframe_ms)
    opened = bars.rows["open_ms"]
    return int(np.searchsorted(opened, to_ms, side="right") - np.searchsorted(opened, from_ms, side="right"))
