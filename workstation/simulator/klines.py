"""Candles from one-minute bars: closed bars as one array, the one still open in plain numbers."""

import numpy as np
import numpy.typing as npt

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
WEEK_MS = 604_800_000
_MONDAY_MS = 4 * 86_400_000  # the epoch began on a Thursday; weeks begin on Mondays

OPEN_MS, OPEN, HIGH, LOW, CLOSE, VOLUME, QUOTE_VOLUME, TRADES, BUY_VOLUME, BUY_QUOTE = range(10)
COLUMNS = 10

Rows = npt.NDArray[np.float64]
"""Candles, a row each: open_ms, open, high, low, close, volume (base), volume (quote), trades, and the
base and quote volume that takers bought."""


class Klines:
    """One-minute bars of a price, without holes, and candles of any whole number of minutes from them."""

    def __init__(self, start_ms: int, price: float, *, tick: float = 1.0, lot: float = 1.0) -> None:
        """Begin with the minute of `start_ms` at `price`; trades come in ticks and lots of these sizes."""
        self._tick = tick
        self._lot = lot
        self._closed: Rows = np.empty((4096, COLUMNS))
        self._count = 0
        self._open_ms = start_ms // MINUTE_MS * MINUTE_MS
        self._lots = self._worth = self._trades = self._buy_lots = self._buy_worth = 0
        self._hours: Rows = np.empty((0, COLUMNS))
        self._begin(price)

    def __len__(self) -> int:
        """Minutes held, the open one included."""
        return self._count + 1

    @property
    def first_ms(self) -> int:
        """Start of the oldest minute."""
        return int(self._closed[0, OPEN_MS]) if self._count else self._open_ms

    @property
    def last(self) -> float:
        return self._close

    def trade(self, price_ticks: int, lots: int, taker_bought: bool) -> None:
        """Count a trade in the open minute."""
        price = price_ticks * self._tick
        self._close = price
        if not self._trades:
            # A minute begins with its first trade; without any it repeats the close before.
            self._open = self._high = self._low = price
        elif price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price
        self._trades += 1
        self._lots += lots
        worth = price_ticks * lots
        self._worth += worth
        if taker_bought:
            self._buy_lots += lots
            self._buy_worth += worth

    def sample(self, price: float) -> None:
        """Let the open minute see a price that nobody traded at: a mark, a premium."""
        self._close = price
        if not self._trades:
            self._open = self._high = self._low = price
            self._trades = 1
        elif price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price

    def roll(self) -> None:
        """Close the open minute and begin the next."""
        if self._count == len(self._closed):
            grown = np.empty((2 * self._count, COLUMNS))
            grown[: self._count] = self._closed
            self._closed = grown
        self._closed[self._count] = self._live()
        self._count += 1
        self._open_ms += MINUTE_MS
        self._begin(self._close)

    def extend_back(self, rows: Rows) -> None:
        """Put older minutes before those held; the last of them is the earlier part of the oldest held."""
        if int(rows[-1, OPEN_MS]) != self.first_ms:
            raise ValueError("the last older row must be of the oldest minute held")
        self._begin_earlier(rows[-1])
        older = rows[:-1]
        closed = np.empty((len(older) + self._count + 4096, COLUMNS))
        closed[: len(older)] = older
        closed[len(older) : len(older) + self._count] = self._closed[: self._count]
        self._closed = closed
        self._count += len(older)

    def put_hours_before(self, rows: Rows) -> None:
        """Put hours before the minutes; the last may be the part of an hour before the first minute.

        Candles of an hour and longer reach back into them, shorter ones do not.
        """
        self._hours = rows

    def _begin_earlier(self, row: Rows) -> None:
        held = self._closed[0] if self._count else self._live()
        merged = combine(np.vstack((row, held)), np.array([0]))[0]
        if self._count:
            self._closed[0] = merged
            return
        self._open, self._high, self._low, self._close = (float(value) for value in merged[OPEN:VOLUME])
        self._trades = int(merged[TRADES])
        self._lots, self._buy_lots = round(merged[VOLUME] / self._lot), round(merged[BUY_VOLUME] / self._lot)
        money = self._lot * self._tick
        self._worth, self._buy_worth = round(merged[QUOTE_VOLUME] / money), round(merged[BUY_QUOTE] / money)

    def candles(
        self, interval_ms: int, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> Rows:
        """Return candles, oldest first, the live one included.

        Args:
            interval_ms: a whole number of minutes; weeks begin on Monday.
            start_ms, end_ms: bounds of the candles' open times, both inclusive.
            limit: at most this many: the first after `start_ms` if that is given, else the newest.

        Raises:
            ValueError: the interval is not a whole number of minutes.
        """
        if interval_ms <= 0 or interval_ms % MINUTE_MS:
            raise ValueError("an interval is a whole number of minutes")
        shift = _MONDAY_MS if interval_ms == WEEK_MS else 0
        older = self._hours if interval_ms % HOUR_MS == 0 else self._hours[:0]
        first_ms = int(older[0, OPEN_MS]) if len(older) else self.first_ms
        first = -(-(max(first_ms, start_ms or 0) - shift) // interval_ms) * interval_ms + shift
        if start_ms is None or start_ms <= first_ms:
            # The oldest candle may begin before the first minute held.
            first = (first_ms - shift) // interval_ms * interval_ms + shift
        last = self._open_ms if end_ms is None else min(end_ms, self._open_ms)
        last = (last - shift) // interval_ms * interval_ms + shift
        span = (limit - 1) * interval_ms
        if start_ms is None:
            first = max(first, last - span)
        else:
            last = min(last, first + span)
        if last < first or limit <= 0:
            return np.empty((0, COLUMNS))
        low = max(0, (first - self.first_ms) // MINUTE_MS)
        high = max(0, (last + interval_ms - self.first_ms) // MINUTE_MS)
        rows = self._closed[low : min(high, self._count)]
        if high > self._count:
            rows = np.vstack((rows, self._live()))
        if len(older) and first < self.first_ms:
            wanted = (older[:, OPEN_MS] >= first) & (older[:, OPEN_MS] < last + interval_ms)
            rows = np.vstack((older[wanted], rows))
        if interval_ms == MINUTE_MS:
            return rows.copy()
        buckets = (rows[:, OPEN_MS].astype(np.int64) - shift) // interval_ms
        starts = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
        merged = combine(rows, starts)
        merged[:, OPEN_MS] = buckets[starts] * interval_ms + shift
        return merged

    def _begin(self, price: float) -> None:
        self._open = self._high = self._low = self._close = price
        self._lots = self._worth = self._trades = self._buy_lots = self._buy_worth = 0

    def _live(self) -> Rows:
        lot, money = self._lot, self._lot * self._tick
        return np.array(
            (
                self._open_ms, self._open, self._high, self._low, self._close,
                self._lots * lot, self._worth * money, self._trades,
                self._buy_lots * lot, self._buy_worth * money,
            )
        )  # fmt: skip


def combine(rows: Rows, starts: npt.NDArray[np.int64]) -> Rows:
    """Make one candle of the rows from each start up to the next; rows without trades set no price."""
    merged = np.empty((len(starts), COLUMNS))
    ends = np.append(starts[1:], len(rows)) - 1
    traded = rows[:, TRADES] > 0
    # A candle without any trade repeats the close before it, as its rows do.
    first = np.minimum.reduceat(np.where(traded, np.arange(len(rows)), len(rows)), starts)
    quiet = first == len(rows)
    first[quiet] = starts[quiet]
    merged[:, OPEN_MS] = rows[starts, OPEN_MS]
    merged[:, OPEN] = rows[first, OPEN]
    merged[:, HIGH] = np.maximum.reduceat(np.where(traded, rows[:, HIGH], -np.inf), starts)
    merged[:, LOW] = np.minimum.reduceat(np.where(traded, rows[:, LOW], np.inf), starts)
    merged[:, CLOSE] = rows[ends, CLOSE]
    merged[quiet, HIGH] = merged[quiet, LOW] = merged[quiet, CLOSE]
    merged[:, VOLUME:] = np.add.reduceat(rows[:, VOLUME:], starts, axis=0)
    return merged
