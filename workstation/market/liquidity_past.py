"""The liquidity of a market out of the store: read day by day on another thread, while somebody wants it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from workstation.analytics.feed_outages import SPANS_DAYS, Reliability, reliability
from workstation.analytics.liquidity_health import VenueHealth, venue_health
from workstation.analytics.liquidity_usual import OwnTrading, UsualLiquidity, usual_liquidity
from workstation.market.past_reader import Job
from workstation.model.instrument import ContractKind
from workstation.model.liquidity import MINUTE_MS, LiquidityMinutes, joined_minutes
from workstation.ports import History

DAY_MS = 86_400_000
DAYS = 30
LOOK_S = 60.0
"""The newest minutes are read this often while somebody wants them."""
SETTLED_MS = 90_000
"""Depth columns are held back for half a minute before they are stored."""

Market = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Span:
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class _Day:
    day: int
    minutes: LiquidityMinutes


@dataclass(frozen=True, slots=True)
class _Newest:
    to_ms: int
    minutes: LiquidityMinutes


@dataclass(frozen=True, slots=True)
class _Worked:
    version: int
    usual: UsualLiquidity
    health: VenueHealth


class MarketLiquidity:
    """What is known of one market's liquidity; a `Wanting` of a `PastReader`.

    Attributes:
        usual: as it was worked out last; None before that.
        health: the same of the venue.
        reliability: how its data arrived, as far as that was listened to; None before it was read.
        days_read, days: how far reading has come.
        working: something newer is being worked out.
    """

    def __init__(
        self,
        market: Market,
        contract_size: float,
        kind: ContractKind,
        session_starts_h: tuple[int, ...],
        now_ms: Callable[[], int],
    ) -> None:
        """Know nothing yet.

        Args:
            now_ms: our clock, UTC.
        """
        self.market = market
        self.error = ""
        self.usual: UsualLiquidity | None = None
        self.health: VenueHealth | None = None
        self.reliability: Reliability | None = None
        self._now_ms = now_ms
        self._listened: float | None = None
        self.own = OwnTrading()
        self.withdrawals: bool | None = None
        self._contract_size, self._is_inverse = contract_size, kind is ContractKind.INVERSE
        self._session_starts_h = session_starts_h
        self._span = _Span(0, 0)
        self._looked: float | None = None
        self._days: dict[int, LiquidityMinutes] = {}
        self._newest: list[LiquidityMinutes] = []
        self._newest_ms = 0
        self._version = 0
        self._asked: tuple[object, ...] = ()

    @property
    def is_looked_up(self) -> bool:
        """It is known whether anything is stored."""
        return self._looked is not None

    @property
    def days(self) -> int:
        """How many days are to be read, the newest included."""
        return len(self._wanted_days()) + 1 if self._span.to_ms else 0

    @property
    def days_read(self) -> int:
        """How many of them have been."""
        return sum(day in self._days for day in self._wanted_days()) + bool(self._newest_ms)

    @property
    def is_whole(self) -> bool:
        """Everything stored has been read and worked out."""
        return self.is_looked_up and self.days_read == self.days and not self.working

    @property
    def working(self) -> bool:
        """What is shown is not of the newest minutes, or not for the trader as they are now."""
        return bool(self.days_read) and self._key() != self._asked

    def _key(self) -> tuple[object, ...]:
        return self._version, self.own.asks, self.withdrawals

    def jobs(self, now: float) -> list[Job]:
        """What is lacking."""
        # How it arrived is read first: it is quick, and the score of what follows counts it.
        if self._listened is None or not 0 <= now - self._listened < LOOK_S:
            return [("feed", partial(self._read_feed, self._now_ms()))]
        if self._looked is None or not 0 <= now - self._looked < LOOK_S:
            return [("span", self._look)]
        if not self._span.to_ms:
            return []
        jobs: list[Job] = []
        if self._newest_ms < self._newest_to_ms:
            jobs.append(("newest", partial(self._read_newest, self._newest_from_ms, self._newest_to_ms)))
        oldest_ms = (self._last_day - DAYS + 1) * DAY_MS
        jobs += [
            ((day, "day"), partial(self._read_day, day, oldest_ms))
            for day in sorted(self._wanted_days(), reverse=True)
            if day not in self._days
        ]
        # Once when the first is there, and then when all are: in between every day would cost another sum.
        if self.working and (not jobs or self.usual is None):
            parts = (*(self._days[day] for day in sorted(self._days)), *self._newest)
            work = partial(self._work, parts, self._version, self.own, self.withdrawals, self.reliability)
            jobs.insert(0, (("work", *self._key()), work))
        return jobs

    def put(self, found: object, now: float) -> None:
        """Take in what a job found."""
        match found:
            case Reliability():
                self.reliability, self._listened = found, now
            case _Span():
                if found.to_ms // DAY_MS != self._span.to_ms // DAY_MS:
                    self._newest, self._newest_ms = [], 0
                self._span, self._looked = found, now
                for day in self._days.keys() - set(self._wanted_days()):
                    del self._days[day]
            case _Day():
                self._days[found.day] = found.minutes
                self._version += 1
            case _Newest():
                self._newest.append(found.minutes)
                self._newest_ms = found.to_ms
                self._version += 1
            case _Worked():
                self.usual, self.health = found.usual, found.health
                self._asked = found.version, found.usual.own.asks, found.health.withdrawals

    @property
    def _last_day(self) -> int:
        return (self._span.to_ms - 1) // DAY_MS

    def _wanted_days(self) -> list[int]:
        """The days before the newest, which is read bit by bit."""
        if not self._span.to_ms:
            return []
        return list(range(max(self._span.from_ms // DAY_MS, self._last_day - DAYS + 1), self._last_day))

    @property
    def _newest_from_ms(self) -> int:
        return self._newest_ms or self._last_day * DAY_MS

    @property
    def _newest_to_ms(self) -> int:
        """Up to where the newest day can be read: as far as nothing more is held back."""
        return max((self._span.to_ms - SETTLED_MS) // MINUTE_MS * MINUTE_MS, self._last_day * DAY_MS)

    # Below: on the reader's thread, touching nothing that changes.

    def _read_feed(self, now_ms: int, history: History) -> object:
        since_ms = now_ms - SPANS_DAYS[-1] * DAY_MS
        return reliability(history.feed_record(*self.market, since_ms), now_ms)

    def _look(self, history: History) -> object:
        return _Span(*history.liquidity_span(*self.market))

    def _read_day(self, day: int, oldest_ms: int, history: History) -> object:
        return _Day(day, history.liquidity_day(*self.market, day * DAY_MS, oldest_ms))

    def _read_newest(self, from_ms: int, to_ms: int, history: History) -> object:
        return _Newest(to_ms, history.liquidity(*self.market, from_ms, to_ms))

    def _work(
        self,
        parts: tuple[LiquidityMinutes, ...],
        version: int,
        own: OwnTrading,
        withdrawals: bool | None,
        feed: Reliability | None,
        history: History,
    ) -> object:
        minutes = joined_minutes(parts)
        usual = usual_liquidity(
            minutes, own, self._session_starts_h, self._contract_size, is_inverse=self._is_inverse
        )
        coverage = history.book_coverage(*self.market, usual.from_ms, usual.to_ms)
        return _Worked(version, usual, venue_health(minutes, coverage, withdrawals, feed))
