"""What prices did since a rule last looked, and whether that reached the price it waits for."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from workstation.alerts.crossings import flips
from workstation.alerts.rules import Latch, LevelReached, PriceCross
from workstation.market.state import SymbolState
from workstation.model.levels import AlertTrigger

Prices = NDArray[np.float64]

TOUCH_TICKS = 5
TOUCH_RATE = 0.0005
"""A level that was touched must be left by so much, the more of the two, before it is touched again."""


def traded_since(state: SymbolState, appended: int) -> Prices:
    """The prices of the trades that came after so many, in order."""
    rows = state.trades.rows()
    count = min(max(state.trades.appended - appended, 0), len(rows))
    prices: Prices = rows["price"][len(rows) - count :]
    return prices


def closed_since(state: SymbolState, timeframe_ms: int, closed_ms: int) -> tuple[Prices, int]:
    """The closes of the candles that opened after `closed_ms` and have closed, and when the newest opened.

    Args:
        timeframe_ms: whole seconds.
        closed_ms: 0 asks for the newest closed candle alone.
    """
    rows = state.candles(timeframe_ms).rows()
    closed = rows[: int(np.searchsorted(rows["open_ms"], state.market_ms - timeframe_ms, side="right"))]
    if not len(closed):
        return np.zeros(0), closed_ms
    fresh = closed[closed["open_ms"] > closed_ms] if closed_ms else closed[-1:]
    return fresh["close"].copy(), int(closed["open_ms"][-1])


def reached(
    condition: PriceCross | LevelReached, path: Prices, latch: Latch, tick_size: float
) -> tuple[Latch, list[int]]:
    """Follow a path; return what is to be remembered, and the places at which the condition came true."""
    if latch.at != condition.price:  # another price: where the market was to the old one says nothing
        latch = msgspec.structs.replace(latch, side=0, at=condition.price, told=False)
    if isinstance(condition, LevelReached) and condition.trigger is AlertTrigger.TOUCH:
        return _touched(condition.price, path, latch, tick_size)
    above, below = _bounds(condition)
    side, ups, downs = flips(path, above, below, latch.side)
    way = condition.direction if isinstance(condition, PriceCross) else "either"
    places = sorted([*(ups if way != "down" else []), *(downs if way != "up" else [])])
    return msgspec.structs.replace(latch, side=side), places


def _touched(price: float, path: Prices, latch: Latch, tick_size: float) -> tuple[Latch, list[int]]:
    """Where a path first trades at a price or across it; it must leave before it can again."""
    side, ups, downs = flips(path, price, price, latch.side)
    hits = sorted({*np.flatnonzero(np.abs(path - price) <= tick_size / 2).tolist(), *ups, *downs})
    latch = msgspec.structs.replace(latch, side=side)
    if hits and not latch.told:
        return msgspec.structs.replace(latch, told=True), hits[:1]
    band = max(TOUCH_TICKS * tick_size, TOUCH_RATE * price)
    if latch.told and len(path) and abs(path[-1] - price) > band:
        latch = msgspec.structs.replace(latch, told=False)
    return latch, []


def _bounds(condition: PriceCross | LevelReached) -> tuple[float, float]:
    """The price above which it is above, and the one below which it is below."""
    if isinstance(condition, LevelReached):
        return condition.price, condition.price
    above = condition.price if condition.direction == "up" else condition.price + condition.hysteresis
    below = condition.price if condition.direction == "down" else condition.price - condition.hysteresis
    return above, below
