"""Which trades the tape shows: those of a minimum size, found as they come, whatever the ring holds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ui import format
from workstation.model.instrument import ContractKind, Instrument
from workstation.runtime.rings import Ring

LARGE_SHARE = 0.99
"""A trade above this share of the newest sizes is set off from the others."""
LARGE_AMONG = 5_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TapeRow:
    """One trade as it is painted.

    Attributes:
        number: which trade it is, counted from 0 since the market began.
        side: the taker's, +1 bought, -1 sold.
        time, price, size, value: as shown.
        large: it is among the largest hundredth.
    """

    number: int
    side: int
    time: str
    price: str
    size: str
    value: str
    large: bool


class TapeRows:
    """The trades of a ring that reach a minimum size, newest first, kept up to date by the new ones alone."""

    def __init__(self, ring: Ring, minimum: float) -> None:
        self._ring = ring
        self.minimum = minimum
        """Smallest size shown, the venue's unit; 0 shows all."""
        self.seen = 0
        """Trades taken in since the market began."""
        self._buffer: Numbers = np.empty(1_024, np.int64)
        self._count = 0
        self.update()

    @property
    def ring(self) -> Ring:
        """The trades followed."""
        return self._ring

    def update(self) -> int:
        """Take in the trades appended since the last call; return how many of them are shown."""
        ring = self._ring
        if ring.appended < self.seen:
            self.seen = 0
            self._count = 0
        fresh = ring.appended - self.seen
        if not fresh:
            return 0
        self.seen = ring.appended
        if not self.minimum:
            return fresh
        rows = ring.rows()[-fresh:]
        numbers = np.flatnonzero(rows["size"] >= self.minimum) + (ring.appended - len(rows))
        self._keep(numbers)
        return len(numbers)

    def __len__(self) -> int:
        return len(self._numbers()) if self.minimum else len(self._ring)

    def newest(self, skip: int, count: int) -> list[int]:
        """Numbers of `count` trades, newest first, after leaving out the newest `skip`."""
        if not self.minimum:
            last = self._ring.appended - 1 - skip
            first = max(self._ring.appended - len(self._ring), last - count + 1)
            return list(range(last, first - 1, -1))
        numbers = self._numbers()
        end = max(0, len(numbers) - skip)
        found: list[int] = numbers[max(0, end - count) : end][::-1].tolist()
        return found

    def between(self, first: int, last: int) -> list[int]:
        """Numbers of the trades shown from `first` to `last`, newest first."""
        if not self.minimum:
            oldest = self._ring.appended - len(self._ring)
            return list(range(min(last, self._ring.appended - 1), max(first, oldest) - 1, -1))
        numbers = self._numbers()
        found: list[int] = numbers[(numbers >= first) & (numbers <= last)][::-1].tolist()
        return found

    def trade(self, number: int) -> tuple[int, int, float, float]:
        """(venue's time in UTC ms, taker's side, price, size) of a trade still held."""
        row = self._ring.rows()[number - (self._ring.appended - len(self._ring))]
        return int(row["event_ms"]), int(row["side"]), float(row["price"]), float(row["size"])

    def large_size(self) -> float:
        """The size above which a trade counts as large now; infinite while there are too few to tell."""
        sizes = self._ring.rows()["size"][-LARGE_AMONG:]
        if len(sizes) < 100:
            return float("inf")
        at = int(len(sizes) * LARGE_SHARE)
        return float(np.partition(sizes, at)[at])

    def _keep(self, numbers: Numbers) -> None:
        if self._count + len(numbers) > len(self._buffer):
            held = self._numbers()
            self._buffer = np.empty(2 * (len(held) + len(numbers)) + 1_024, np.int64)
            self._buffer[: len(held)] = held
            self._count = len(held)
        self._buffer[self._count : self._count + len(numbers)] = numbers
        self._count += len(numbers)

    def _numbers(self) -> Numbers:
        """Numbers of the matching trades that the ring still holds, oldest first."""
        numbers = self._buffer[: self._count]
        return numbers[np.searchsorted(numbers, self._ring.appended - len(self._ring)) :]


def tape_row(
    trade: tuple[int, int, float, float], number: int, instrument: Instrument, large: float
) -> TapeRow:
    """The texts of a trade given as (ms, side, price, size); above the size `large` it counts as large."""
    ms, side, price, size = trade
    value = notional(instrument, price, size)
    return TapeRow(
        number,
        side,
        format.utc_time(ms, with_ms=True),
        format.price(price, instrument.price_decimals),
        format.size(size, instrument.size_decimals),
        "<1" if 0 < value < 0.5 else format.price(value, 0),
        size > large,
    )


def notional(instrument: Instrument, price: float, size: float) -> float:
    """What a trade is worth in quote units: price x size, or contracts x their fixed value if inverse."""
    contract = float(instrument.contract_size)
    if instrument.kind is ContractKind.INVERSE:
        return size * contract
    return price * size * contract
