"""Whose liquidity is followed: a few markets at once, for the trader as they trade each of them."""

import asyncio
from collections.abc import Callable, Hashable
from typing import NoReturn

from workstation.analytics.liquidity_usual import OwnTrading
from workstation.market.liquidity_past import Market, MarketLiquidity
from workstation.market.past_reader import Job, PastReader
from workstation.model.instrument import Instrument
from workstation.model.sessions import SESSION_STARTS_H
from workstation.ports import History
from workstation.runtime.clock import Clock

WANTED_S = 600.0
"""A market is followed so long after somebody has asked for it."""
MOST_MARKETS = 12
"""Followed at once: each takes about eight megabytes."""
LOOK_S = 600.0
FOLLOW_S = 0.5


class LiquidityBook:
    """The liquidity of the markets that somebody asks for, and of every market stored by name.

    It lives on the window's thread; reading has a thread of its own, beside the one that looks back.
    """

    def __init__(self, reader: Callable[[], History] | None, clock: Clock) -> None:
        """Read with cursors that `reader` gives; None where nothing is stored."""
        self._reader = None if reader is None else PastReader(reader, clock)
        self._clock = clock
        self._markets: dict[Market, MarketLiquidity] = {}
        self._wanted: dict[Market, tuple[bool, float]] = {}
        self._own: dict[Market, OwnTrading] = {}
        self.stored = StoredMarkets()
        """Which markets are stored at all."""

    @property
    def is_stored(self) -> bool:
        """Something is stored in this session, and can be read."""
        return self._reader is not None

    def market(self, instrument: Instrument, *, shown: bool = False) -> MarketLiquidity | None:
        """The liquidity of a market, read from now on; None where it cannot be, or too many are already.

        Args:
            shown: somebody looks at it: then it takes the place of one that nobody does.
        """
        key = instrument.venue, instrument.symbol
        found = self._markets.get(key)
        if self._reader is None:
            return None
        if found is None:
            if len(self._markets) >= MOST_MARKETS and not (shown and self._make_room()):
                return None
            found = MarketLiquidity(
                key,
                float(instrument.contract_size),
                instrument.kind,
                SESSION_STARTS_H,
                self._clock.now_ms,
            )
            found.own = self._own.get(key, OwnTrading())
            self._markets[key] = found
        before = self._wanted.get(key, (False, 0.0))
        self._wanted[key] = shown or before[0], self._clock.monotonic()
        return found

    def own(self, venue: str, symbol: str) -> OwnTrading:
        """How the trader trades a market, as far as it was told."""
        return self._own.get((venue, symbol), OwnTrading())

    def set_own(self, venue: str, symbol: str, own: OwnTrading) -> None:
        """Tell how the trader trades a market."""
        self._own[venue, symbol] = own
        held = self._markets.get((venue, symbol))
        if held is not None:
            held.own = own

    def version(self, instrument: Instrument) -> Hashable:
        """Equal as long as nothing is known that was not."""
        key = instrument.venue, instrument.symbol
        held = self._markets.get(key)
        return self._own.get(key), None if held is None else id(held.usual)

    def follow(self) -> None:
        """Take in what has been read, and have what is lacking read."""
        if self._reader is None:
            return
        now = self._clock.monotonic()
        for key, (_, asked) in list(self._wanted.items()):
            if now - asked > WANTED_S:
                self._forget(key)
        for market in self._markets.values():
            self._reader.follow(market)
        if self._markets:
            self._reader.follow(self.stored)

    async def run(self) -> NoReturn:
        """Follow for ever; ends when cancelled."""
        while True:
            await asyncio.sleep(FOLLOW_S)
            self.follow()

    def close(self) -> None:
        """Read nothing any longer."""
        if self._reader is not None:
            self._reader.close()

    def _make_room(self) -> bool:
        unseen = [(asked, key) for key, (shown, asked) in self._wanted.items() if not shown]
        if unseen:
            self._forget(min(unseen)[1])
        return bool(unseen)

    def _forget(self, key: Market) -> None:
        held = self._markets.pop(key)
        del self._wanted[key]
        if self._reader is not None:
            self._reader.leave(held)


class StoredMarkets:
    """Every market of which something was recorded, by venue and symbol; a `Wanting`."""

    def __init__(self) -> None:
        self.error = ""
        self.instruments: dict[Market, Instrument] | None = None
        self._looked = 0.0

    def jobs(self, now: float) -> list[Job]:
        """What is lacking."""
        if self.instruments is not None and 0 <= now - self._looked < LOOK_S:
            return []
        return [("stored markets", _stored)]

    def put(self, found: object, now: float) -> None:
        """Take in what a job found."""
        if isinstance(found, dict):
            self.instruments, self._looked = found, now


def _stored(history: History) -> object:
    return {
        (recording.instrument.venue, recording.instrument.symbol): recording.instrument
        for recording in history.recordings()
    }
