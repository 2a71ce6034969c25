"""One contract's mark and funding: sampled every second, settled at the end of every interval."""

from collections import deque

import msgspec

from workstation.simulator.derivatives import (
    HOUR_MS,
    IMPACT_MARGIN,
    INTEREST_RATE_8H,
    funding_rate,
    mark_price,
    next_settlement,
    premium_index,
)
from workstation.simulator.events import FundingEvent, MarkPriceEvent
from workstation.simulator.history import Past
from workstation.simulator.klines import Klines
from workstation.simulator.matching import BUY, SELL, MatchingEngine
from workstation.simulator.universe import SymbolSpec

PREMIUM_MS = 5_000
BASIS_SECONDS = 30
MINUTE_MS = 60_000


class MarkState(msgspec.Struct, frozen=True):
    """The present mark and funding.

    Attributes:
        mark, index, estimated_settle: quote per base unit.
        last_funding_rate: what was settled last, a fraction per interval.
        predicted_rate: what would be settled now.
        interest_rate: per 8 hours.
    """

    time_ms: int
    mark: float
    index: float
    estimated_settle: float
    last_funding_rate: float
    predicted_rate: float
    next_funding_ms: int
    interest_rate: float
    interval_hours: int


class FundingBook:
    """Samples the premium, computes the mark and settles the funding of one contract."""

    def __init__(self, spec: SymbolSpec, start_ms: int, index: float) -> None:
        self._spec = spec
        self._tick = float(spec.tick_size)
        # The notional that probes the book, in ticks × lots.
        self._impact_worth = IMPACT_MARGIN * spec.max_leverage / (self._tick * float(spec.lot_size))
        self.interval_hours = spec.funding_interval_hours
        self._is_dated = spec.delivery_ms > 0
        self._changes = [(start_ms + minutes * MINUTE_MS, hours) for minutes, hours in spec.interval_changes]
        self.next_ms = 0 if self._is_dated else next_settlement(start_ms, self.interval_hours)
        self.last_rate = 0.0 if self._is_dated else INTEREST_RATE_8H * self.interval_hours / 8.0
        self.premium_sum = 0.0
        self.premium_count = 0
        self.mark = self.index = index
        self._time_ms = start_ms
        self._basis: deque[float] = deque(maxlen=BASIS_SECONDS)
        self.settled: list[FundingEvent] = []
        self.mark_klines = Klines(start_ms, index)
        self.index_klines = Klines(start_ms, index)
        self.premium_klines = Klines(start_ms, 0.0)

    @property
    def mean_premium(self) -> float:
        """Mean premium of the running interval, the interest rate's own before the first sample."""
        return self.premium_sum / self.premium_count if self.premium_count else INTEREST_RATE_8H

    @property
    def predicted_rate(self) -> float:
        if self._is_dated:
            return 0.0
        rate = funding_rate(self.mean_premium, self.interval_hours)
        return min(self._spec.funding_cap, max(self._spec.funding_floor, rate))

    @property
    def state(self) -> MarkState:
        return MarkState(
            time_ms=self._time_ms,
            mark=self.mark,
            index=self.index,
            estimated_settle=self.index,
            last_funding_rate=self.last_rate,
            predicted_rate=self.predicted_rate,
            next_funding_ms=self.next_ms,
            interest_rate=INTEREST_RATE_8H,
            interval_hours=self.interval_hours,
        )

    def second(
        self, now_ms: int, index: float, engine: MatchingEngine, last_price: float
    ) -> tuple[MarkPriceEvent, FundingEvent | None]:
        """Take the sample of one second; settle if an interval ends with it."""
        tick = self._tick
        self._time_ms = now_ms
        self.index = index
        bids, asks = engine.bids.keys, engine.asks.keys
        if bids and asks:
            self._basis.append(0.5 * tick * (bids[-1] - asks[-1]) - index)
        if now_ms % PREMIUM_MS == 0:
            self._sample_premium(index, engine)
        if self._changes and now_ms >= self._changes[0][0]:
            self.change_interval(self._changes.pop(0)[1])
        mean_basis = sum(self._basis) / len(self._basis) if self._basis else 0.0
        if self._is_dated:
            self.mark = index + mean_basis
        else:
            hours_left = (self.next_ms - now_ms) / HOUR_MS
            self.mark = mark_price(
                index, self.last_rate, hours_left, self.interval_hours, mean_basis, last_price
            )
        self.mark_klines.sample(self.mark)
        self.index_klines.sample(index)
        settled = self._settle(now_ms) if self.next_ms and now_ms >= self.next_ms else None
        event = MarkPriceEvent(
            self._spec.symbol, now_ms, self.mark, index, index, self.predicted_rate, self.next_ms
        )
        return event, settled

    def change_interval(self, hours: int) -> None:
        """Settle every so many hours from now on, as the exchange does where a market is at its limits."""
        if not self._is_dated:
            self.interval_hours = hours
            self.next_ms = next_settlement(self._time_ms, hours)

    def roll(self) -> None:
        """Begin a new minute."""
        self.mark_klines.roll()
        self.index_klines.roll()
        self.premium_klines.roll()

    def adopt(self, past: Past) -> None:
        """Put a past before what has happened; the first interval counts its samples in it."""
        self.mark_klines.extend_back(past.marks)
        self.index_klines.extend_back(past.indices)
        self.premium_klines.extend_back(past.premiums)
        if not self.settled and not self._is_dated:
            self.premium_sum += past.premium_sum
            self.premium_count += past.premium_count
            self.interval_hours = past.interval_hours
            self.next_ms = next_settlement(self._time_ms, self.interval_hours)
            if past.settled:
                self.last_rate = past.settled[-1].rate
        self.settled[:0] = past.settled

    def put_before(self, settled: list[FundingEvent]) -> None:
        """Put settlements before all those held."""
        if settled and not self.settled:
            self.last_rate = settled[-1].rate
        self.settled[:0] = settled

    def history(self, start_ms: int | None, end_ms: int | None, limit: int) -> list[FundingEvent]:
        """Return settlements, oldest first: the newest, or the first from `start_ms` on; ends inclusive."""
        rows = [
            event
            for event in self.settled
            if (start_ms is None or event.time_ms >= start_ms) and (end_ms is None or event.time_ms <= end_ms)
        ]
        if limit <= 0:
            return []
        return rows[-limit:] if start_ms is None else rows[:limit]

    def _sample_premium(self, index: float, engine: MatchingEngine) -> None:
        bid = engine.impact_price(SELL, self._impact_worth)
        ask = engine.impact_price(BUY, self._impact_worth)
        if bid is None or ask is None:
            return  # a book too thin to say
        premium = premium_index(bid * self._tick, ask * self._tick, index)
        self.premium_sum += premium
        self.premium_count += 1
        self.premium_klines.sample(premium)

    def _settle(self, now_ms: int) -> FundingEvent:
        rate = self.predicted_rate
        hours = self.interval_hours
        # The exchange settles hourly as soon as one settlement was as large as it may be.
        if rate >= self._spec.funding_cap or rate <= self._spec.funding_floor:
            self.interval_hours = 1
        event = FundingEvent(self._spec.symbol, self.next_ms, rate, self.mark, hours, self.interval_hours)
        self.settled.append(event)
        self.last_rate = rate
        self.premium_sum, self.premium_count = 0.0, 0
        self.next_ms = next_settlement(now_ms, self.interval_hours)
        return event
