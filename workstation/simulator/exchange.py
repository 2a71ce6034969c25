"""A simulated exchange: markets that share an index, a clock and a seed."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from workstation.simulator.dated import dated_specs
from workstation.simulator.events import MarketEvent
from workstation.simulator.history import index_history
from workstation.simulator.market import SimulatedMarket
from workstation.simulator.older import older_days, older_index
from workstation.simulator.prices import DAY_MINUTES, MINUTE_MS, Floats, PriceProcess
from workstation.simulator.universe import PROFILES, UNIVERSE, VenueProfile

WARM_UP_MS = 30_000
"""The markets run this long before the exchange opens, so that their books and tapes are under way."""

DAY_MS = DAY_MINUTES * MINUTE_MS
OLDEST_DAYS = 90
"""What lies before the minutes that are asked for is filled in by the hour, so far back in all."""

_TIME = attrgetter("time_ms")


__all__ = ["SimulatedExchange", "SimulatedMarket"]


class SimulatedExchange:
    """All markets of one venue. The same seed, profile, start and symbols give the same events, however
    `advance` cuts the time up."""

    def __init__(
        self,
        *,
        seed: int,
        profile: VenueProfile = PROFILES["a"],
        start_ms: int,
        symbols: Sequence[str] | None = None,
    ) -> None:
        """Open the exchange.

        Args:
            start_ms: UTC; the clock starts here.
            symbols: what to list, all if None; a dated future only beside its perpetual.

        Raises:
            ValueError: a symbol is not in the universe.
        """
        dated = dated_specs(start_ms)
        names = [*UNIVERSE, *dated] if symbols is None else list(dict.fromkeys(symbols))
        pairs = [name for name in names if name in UNIVERSE]
        unknown = [name for name in names if name not in pairs and name not in dated]
        unknown += [name for name in names if name in dated and dated[name].pair not in pairs]
        if unknown or not names:
            raise ValueError(f"not on the simulated exchange: {', '.join(unknown) or 'no symbol at all'}")
        specs = [UNIVERSE[name] for name in pairs]
        listed = {spec.symbol: spec for spec in specs} | {
            name: dated[name] for name in names if name in dated
        }
        self._column = {name: pairs.index(spec.pair) for name, spec in listed.items()}
        self.seed = seed
        self.profile = profile
        self.start_ms = start_ms
        self.process = PriceProcess(seed, specs, start_ms)
        warm_ms = start_ms - WARM_UP_MS
        self.markets: dict[str, SimulatedMarket] = {
            name: SimulatedMarket(
                spec, profile, self.process, self._column[name], seed=seed, start_ms=warm_ms
            )
            for name, spec in listed.items()
        }
        self._minutes: tuple[int, Floats] | None = None
        self.now_ms = warm_ms
        self.advance(start_ms)

    def advance(self, to_ms: int) -> list[MarketEvent]:
        """Let the clock run to `to_ms` and return everything that happened since, in time order.

        Events of one moment are in the order of `markets`. A moment that is past changes nothing.
        """
        if to_ms < self.now_ms:
            return []
        events: list[MarketEvent] = []
        # In steps of a minute at most: all markets read the same minute of prices before it is let go.
        while True:
            stop = min(to_ms, (self.now_ms // MINUTE_MS + 1) * MINUTE_MS)
            step: list[MarketEvent] = []
            for market in self.markets.values():
                step += market.advance(stop)
            step.sort(key=_TIME)
            events += step
            self.now_ms = stop
            if stop % DAY_MS == 0:
                self.process.forget_before(stop // MINUTE_MS)
            if stop >= to_ms:
                return events

    def fill_history(self, days: float) -> None:
        """Give every market a past that ends in its present, of so many days by the minute, and older hours.

        Call once, before the clock has moved.
        """
        self.fill_minutes(days)
        for _ in self.older_steps():
            pass

    def fill_minutes(self, days: float) -> None:
        """Give every market its past by the minute; call once, before the clock has moved."""
        opened_ms = self.start_ms - WARM_UP_MS
        minutes = max(1, round(days * DAY_MINUTES))
        log_index, vol = index_history(self.process, opened_ms, minutes)
        for name, market in self.markets.items():
            column = self._column[name]
            market.fill_history(log_index[:, column], vol[:, column])
        self._minutes = minutes, log_index[0]
        self.process.forget_before(opened_ms // MINUTE_MS)

    def older_steps(self) -> Iterator[None]:
        """Put hours before the minutes, in steps of some milliseconds, while the markets may go on."""
        if self._minutes is None:
            return
        minutes, log_index = self._minutes
        opened_ms = self.start_ms - WARM_UP_MS
        first_ms = (opened_ms // MINUTE_MS - minutes) * MINUTE_MS
        hours = max(0, OLDEST_DAYS * 24 - minutes // 60)
        for number in older_days(first_ms, hours):
            self.process.older_day(number)
            yield
        older, vol = older_index(self.process, first_ms, log_index, hours)
        for name, market in self.markets.items():
            column = self._column[name]
            market.fill_older(older[:, column], vol[:, column])
            yield
        self._minutes = None
