"""What the store knows of a coin's contracts: funding on every venue, candles, open interest, basis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from workstation.analytics.basis_spread import BasisSpread, spread_of
from workstation.analytics.funding_history import FundingHistory
from workstation.market.candles import CANDLE
from workstation.market.past_reader import Job, PastReader
from workstation.model.basis import BasisMinutes
from workstation.model.columns import Records
from workstation.model.derivatives import OpenInterest
from workstation.model.instrument import ContractKind, Instrument
from workstation.ports import History

YEAR_MS = 365 * 86_400_000
INTEREST_BACK_MS = 30 * 86_400_000
INTEREST_PERIOD_MS = 300_000
PATH_TIMEFRAME_MS = 300_000
MAP_TIMEFRAME_MS = 900_000
AGAIN_S = 600.0
"""What other sessions and venues have added to the store is looked for so often."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What was read.

    Attributes:
        venues: settlements of the same coin and quote by venue and symbol, the symbol's own among them.
        path_candles: five-minute candles of the year. map_candles: quarter-hours of the last thirty days.
        interest: samples of open interest of the last thirty days.
        basis: minutes of a year of the mark against its other prices.
        spreads: of the newest thirty days, and of the year.
    """

    venues: dict[tuple[str, str], FundingHistory] = field(default_factory=dict)
    path_candles: Records = field(default_factory=lambda: np.zeros(0, CANDLE))
    map_candles: Records = field(default_factory=lambda: np.zeros(0, CANDLE))
    interest: Sequence[OpenInterest] = ()
    basis: BasisMinutes | None = None
    spreads: tuple[BasisSpread, ...] = ()


class StoredPast:
    """Reads what is stored of one symbol on the reader's thread; `workstation.market.past_reader.Wanting`."""

    def __init__(self, read: Callable[[History, Instrument, int], Stored]) -> None:
        """Read with `read_funding`, `read_interest` or `read_basis`."""
        self.error = ""
        self.version = 0
        self.found: Stored | None = None
        self._read = read
        self._instrument: Instrument | None = None
        self._now_ms = 0
        self._due_s = 0.0

    def follow(self, reader: PastReader | None, instrument: Instrument, now_ms: int) -> None:
        """Read what is stored of a symbol up to now, if there is a store, and every ten minutes again."""
        if instrument != self._instrument:
            self._instrument, self.found, self._due_s = instrument, None, 0.0
            self.error = ""
            self.version += 1
        self._now_ms = now_ms
        if reader is not None:
            reader.follow(self)

    def jobs(self, now: float) -> list[Job]:
        """See `Wanting.jobs`."""
        if now < self._due_s or self._instrument is None:
            return []
        instrument, now_ms, read = self._instrument, self._now_ms, self._read
        return [(instrument, lambda history: (instrument, read(history, instrument, now_ms)))]

    def put(self, found: object, now: float) -> None:
        """See `Wanting.put`."""
        match found:
            case (Instrument() as instrument, Stored() as stored) if instrument == self._instrument:
                self.found = stored
                self.version += 1
                self._due_s = now + AGAIN_S

    def forget(self) -> None:
        """What was read holds no longer."""
        self._instrument, self.found = None, None
        self.version += 1


def read_funding(history: History, instrument: Instrument, now_ms: int) -> Stored:
    """A year of settlements of the coin on every venue, and five-minute candles of the symbol."""
    from_ms = now_ms - YEAR_MS
    markets = {
        (other.venue, other.symbol)
        for recording in history.recordings()
        for other in [recording.instrument]
        if other.base == instrument.base
        and other.quote == instrument.quote
        and other.kind is not ContractKind.SPOT
    }
    markets.add((instrument.venue, instrument.symbol))
    venues = {
        market: FundingHistory.of(settled)
        for market in sorted(markets)
        if (settled := history.funding(*market, from_ms, now_ms + 1))
    }
    candles, _ = history.candles(instrument.venue, instrument.symbol, PATH_TIMEFRAME_MS, from_ms, now_ms)
    return Stored(venues, path_candles=candles)


def read_interest(history: History, instrument: Instrument, now_ms: int) -> Stored:
    """Thirty days of open interest and of the symbol's candles."""
    venue, symbol, from_ms = instrument.venue, instrument.symbol, now_ms - INTEREST_BACK_MS
    samples = history.open_interest(venue, symbol, INTEREST_PERIOD_MS, from_ms, now_ms + 1)
    candles, _ = history.candles(venue, symbol, MAP_TIMEFRAME_MS, from_ms, now_ms)
    return Stored(map_candles=candles, interest=samples)


def read_basis(history: History, instrument: Instrument, now_ms: int) -> Stored:
    """A year of minutes of the mark against its other prices, put in order for percentiles."""
    minutes = history.basis(instrument.venue, instrument.symbol, now_ms - YEAR_MS, now_ms + 1)
    spreads = tuple(spread_of(minutes, now_ms, span_ms) for span_ms in (INTEREST_BACK_MS, YEAR_MS))
    return Stored(basis=minutes, spreads=spreads)


def joined_candles(stored: Records, live: Records) -> Records:
    """Stored and live candles as one, oldest first; of the same moment the live one."""
    if not len(live):
        return stored.copy()
    return np.concatenate((stored[stored["open_ms"] < live["open_ms"][0]], live))
