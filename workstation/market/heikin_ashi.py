"""Heikin-Ashi candles: averages of candles, made to show a trend; their prices were never traded."""

import numpy as np

from workstation.market.candles import CANDLE
from workstation.model.columns import Records

_SHIFTS = (1, 2, 4, 8, 16, 32)  # what lies 64 candles back counts 2^-64: less than a float64 tells


class HeikinAshi:
    """Keeps up with a series of candles.

    close = (open + high + low + close) / 4; open = the mean of the open and close before, of the first candle
    its own; high and low reach to open and close. Time, volume and trades are the candle's.
    """

    def __init__(self) -> None:
        self._rows: Records = np.empty(1_024, CANDLE)
        self._settled = 0
        self._key: object = None

    def rows(self, candles: Records, settled: object) -> Records:
        """Return one row of CANDLE for each of `candles`: a view, valid until the next call.

        Args:
            candles: rows of CANDLE.
            settled: compares equal while only the newest has changed and candles were only added.
        """
        if settled != self._key or len(candles) - 1 < self._settled:
            self._settled, self._key = 0, settled
        count, since = len(candles), self._settled
        if count > len(self._rows):
            grown = np.empty(2 * count, CANDLE)
            grown[:since] = self._rows[:since]
            self._rows = grown
        if count:
            self._fill(candles, since)
            self._settled = count - 1
        return self._rows[:count]

    def _fill(self, candles: Records, since: int) -> None:
        part = candles[since:]
        made = self._rows[since : len(candles)]
        made[:] = part
        closes = (part["open"] + part["high"] + part["low"] + part["close"]) / 4
        opens = np.empty(len(part))
        if since:
            before = self._rows[since - 1]
            opens[0] = (before["open"] + before["close"]) / 2
        else:
            opens[0] = (part["open"][0] + part["close"][0]) / 2
        # Each open is half the one before plus half its close: summed up in a few steps of doubling reach.
        opens[1:] = closes[:-1] / 2
        for shift in _SHIFTS:
            if shift < len(opens):
                opens[shift:] += opens[:-shift] * 0.5**shift
        made["open"], made["close"] = opens, closes
        made["high"] = np.maximum(part["high"], np.maximum(opens, closes))
        made["low"] = np.minimum(part["low"], np.minimum(opens, closes))
