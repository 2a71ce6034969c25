"""The magnet: what near the pointer a drawing is likely to be meant for."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, hypot, log10

import numpy as np

from ui.widgets.plot_mapping import PlotMapping
from workstation.model.columns import Records
from workstation.model.drawings import Drawing, DrawingKind

REACH_PX = 10.0
"""How far the magnet reaches."""
ROUND_REACH_PX = 5.0
ROUND_APART_PX = 48.0
"""Round numbers lie at least so far apart on screen: nearer ones are not round enough to be meant."""
_PRICES = (("high", "high"), ("low", "low"), ("close", "close"), ("open", "open"))


@dataclass(frozen=True, slots=True)
class Pull:
    """Where the magnet pulls.

    Attributes:
        x: pixel of the moment; None where only the price is meant.
        y: pixel of the price.
        time_ms: the moment; None where only the price is meant.
        price: exactly as it is there.
        what: in the trader's words, "high".
    """

    x: float | None
    y: float
    time_ms: int | None
    price: float
    what: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a chart, as far as drawing needs them.

    Attributes:
        rows: records with `open_ms`, `open`, `high`, `low` and `close`, oldest first.
        timeframe_ms: width of each; 0 where they are not of equal width.
    """

    rows: Records
    timeframe_ms: int

    def middle_ms(self, index: int) -> float:
        """The moment in the middle of a bar, where its wick is painted."""
        opened = float(self.rows["open_ms"][index])
        if self.timeframe_ms:
            return opened + self.timeframe_ms / 2
        if index + 1 < len(self.rows):
            return (opened + float(self.rows["open_ms"][index + 1])) / 2
        return opened

    def index_at(self, time_ms: float) -> int:
        """The newest bar that opened by then; -1 before the first."""
        return int(np.searchsorted(self.rows["open_ms"], time_ms, side="right")) - 1


def pull(
    x: float, y: float, mapping: PlotMapping, bars: Bars | None, drawings: Iterable[Drawing]
) -> Pull | None:
    """The nearest of what is worth drawing to near a pixel; None where nothing is near.

    Args:
        x, y: the pointer, widget pixels.
        mapping: the view.
        bars: whose highs, lows, opens and closes pull; None on a plot without bars.
        drawings: whose points and levels pull.
    """
    found: list[tuple[float, Pull]] = []
    for drawing in drawings:
        for anchor in drawing.anchors if drawing.visible else ():
            at_y = mapping.y(anchor.price)
            if drawing.kind is DrawingKind.LEVEL:
                if abs(at_y - y) <= REACH_PX:
                    name = drawing.name or "level"
                    found.append((abs(at_y - y), Pull(None, at_y, None, anchor.price, name)))
                continue
            at_x = mapping.x(anchor.time_ms)
            distance = hypot(at_x - x, at_y - y)
            if distance <= REACH_PX:
                # The end of another line is rarely pointed at by chance.
                found.append((distance / 2, Pull(at_x, at_y, anchor.time_ms, anchor.price, "drawing")))
    if bars is not None and len(bars.rows):
        found += _of_bars(x, y, mapping, bars)
    if not found:
        number = round_number(mapping.price_at(y), mapping.price_per_px)
        at_y = mapping.y(number)
        if abs(at_y - y) <= ROUND_REACH_PX:
            return Pull(None, at_y, None, number, "round")
    return min(found, key=lambda entry: entry[0])[1] if found else None


def round_number(price: float, price_per_px: float) -> float:
    """The nearest price with few digits, few enough that such prices lie well apart on screen."""
    least = price_per_px * ROUND_APART_PX
    power = 10.0 ** floor(log10(least))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least * (1 - 1e-9))
    return round(price / step) * step


def _of_bars(x: float, y: float, mapping: PlotMapping, bars: Bars) -> list[tuple[float, Pull]]:
    """The prices of the bar under the pointer and of its neighbours."""
    under = bars.index_at(mapping.time_at(x))
    found = []
    for index in range(max(0, under - 1), min(len(bars.rows), under + 2)):
        middle_ms = bars.middle_ms(index)
        at_x = mapping.x(middle_ms)
        # Anywhere on the bar itself, or as near to its neighbour's wick as to its price.
        aside = 0.0 if index == under else abs(at_x - x)
        if aside > REACH_PX:
            continue
        row = bars.rows[index]
        for field, word in _PRICES:
            price = float(row[field])
            at_y = mapping.y(price)
            if abs(at_y - y) <= REACH_PX:
                found.append((hypot(aside, at_y - y), Pull(at_x, at_y, round(middle_ms), price, word)))
    return found
