"""Who trades aggressively, and where: delta, volume profile, footprint, book imbalance, open interest."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from workstation.errors import BadFigure

Floats = NDArray[np.float64]


def cumulative_delta(sizes: Floats, sides: NDArray[np.int8], breaks: Sequence[int] = ()) -> Floats:
    """Return taker buys − taker sells so far, at each trade.

    Args:
        sizes: (n,). sides: (n,) of the taker, +1 bought, −1 sold (Binance's `m = true` is −1).
        breaks: indices of trades before which data are missing; the line is nan there and goes on after it.
    """
    line: Floats = np.cumsum(sizes * sides)
    for index in breaks:
        line[index] = nan
    return line


@dataclass(frozen=True, slots=True)
class ValueArea:
    """Where most of the volume was traded, as row indices of a profile.

    Attributes:
        poc: the row with most volume.
        low, high: first and last row of the value area.
        volume: within it.
    """

    poc: int
    low: int
    high: int
    volume: float


def volume_profile(prices: Floats, sizes: Floats, row_height: float) -> tuple[int, Floats]:
    """Return volume by rows of price: the lowest row's number (price // height) and the volumes upward."""
    if row_height <= 0 or not np.isfinite(row_height):
        raise BadFigure("row_height", "A row of the profile must be higher than nothing")
    if not len(prices):
        return 0, np.zeros(0)
    # Half a millionth of a row: a price on a row's lower edge belongs to it, whatever its last bit says.
    rows = np.floor(prices / row_height + 5e-7).astype(np.int64)
    lowest = int(rows.min())
    volumes: Floats = np.bincount(rows - lowest, weights=sizes).astype(np.float64)
    return lowest, volumes


def value_area(
    volumes: Floats, *, share: float = 0.7, rows_at_once: int = 2, target: float | None = None
) -> ValueArea:
    """Return the area around the busiest row that holds a share of the volume.

    From the point of control the next rows above are compared with the next below, and the heavier are
    added (a tie: above) until the share is reached. Of two busiest rows the one nearer the middle counts,
    then the higher.

    Args:
        volumes: (n,) upward.
        share: of the total. target: the volume itself instead.
        rows_at_once: 2 by the rule of the Chicago Board of Trade, 1 by the simpler one.
    """
    if not len(volumes) or volumes.sum() <= 0:
        raise BadFigure("volumes", "No volume: there is no profile")
    if target is None and not 0 < share <= 1:
        raise BadFigure("share", "The share of the value area lies between 0 and 1")
    middle = (len(volumes) - 1) / 2
    busiest = np.flatnonzero(volumes == volumes.max())
    poc = int(min(busiest, key=lambda row: (abs(row - middle), -row)))
    wanted = share * float(volumes.sum()) if target is None else target
    low = high = poc
    held = float(volumes[poc])
    while held < wanted and (low > 0 or high < len(volumes) - 1):
        above = volumes[high + 1 : high + 1 + rows_at_once]
        below = volumes[max(0, low - rows_at_once) : low]
        if len(above) and (not len(below) or above.sum() >= below.sum()):
            high += len(above)
            held += float(above.sum())
        else:
            low -= len(below)
            held += float(below.sum())
    return ValueArea(poc, low, high, held)


def diagonal_ratio(aggressive: float, opposite: float) -> float:
    """Return how many times one side's volume outweighs the other's, a tick apart; inf against none."""
    if opposite > 0:
        return aggressive / opposite
    return inf if aggressive > 0 else nan


def footprint_imbalances(
    bought: Floats, sold: Floats, *, threshold: float = 3.0, min_volume: float = 0.0
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the rows with a buying and those with a selling imbalance, diagonally.

    Args:
        bought, sold: (n,) taker volume by tick, upward: bought[p] against sold[p − 1], and
            sold[p] against bought[p + 1].
        threshold: times the other side.
        min_volume: below it a row says nothing; it also guards where the other side is zero.
    """
    buying, selling = np.zeros(len(bought), np.bool_), np.zeros(len(sold), np.bool_)
    buying[1:] = (bought[1:] > 0) & (bought[1:] >= min_volume) & (bought[1:] >= threshold * sold[:-1])
    selling[:-1] = (sold[:-1] > 0) & (sold[:-1] >= min_volume) & (sold[:-1] >= threshold * bought[1:])
    return buying, selling


def book_imbalance(bid_size: float, ask_size: float) -> float:
    """Return (bids − asks) / (bids + asks) over whatever depth was summed; nan for an empty book."""
    total = bid_size + ask_size
    return (bid_size - ask_size) / total if total > 0 else nan


def microprice(bid: float, bid_size: float, ask: float, ask_size: float) -> float:
    """Return the mid weighted by the other side's size: it leans to the side that is about to give way."""
    total = bid_size + ask_size
    return (bid * ask_size + ask * bid_size) / total if total > 0 else nan


class OpenInterestQuadrant(Enum):
    """What price and open interest say together."""

    LONG_BUILD = "long build"
    SHORT_COVER = "short cover"
    SHORT_BUILD = "short build"
    LONG_UNWIND = "long unwind"


def open_interest_quadrant(price_change: float, interest_change: float) -> OpenInterestQuadrant | None:
    """Return the quadrant; None where either stands still or is unknown.

    Args:
        interest_change: in contracts or coins: dollars of open interest rise with the price alone.
    """
    if not (price_change and interest_change) or np.isnan(price_change) or np.isnan(interest_change):
        return None
    if price_change > 0:
        return OpenInterestQuadrant.LONG_BUILD if interest_change > 0 else OpenInterestQuadrant.SHORT_COVER
    return OpenInterestQuadrant.SHORT_BUILD if interest_change > 0 else OpenInterestQuadrant.LONG_UNWIND
