"""A round trip in the time machine: the market around it, the trader's own orders and what it was worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from workstation.journal.counterfactuals import Counterfactual
from workstation.journal.moments import (
    SECOND_MS,
    Floats,
    Leg,
    LineStep,
    Times,
    TripMoment,
    known_prices,
    legs_of,
    line_steps,
    pnl_path,
    trip_moment,
)
from workstation.journal.own_orders import OwnOrder, OwnOrderFiles
from workstation.journal.placing import exact
from workstation.journal.stage import Stage
from workstation.journal.tape_map import TapeMap
from workstation.journal.time_machine import AFTER_MS, BEFORE_MS, TimeMachine
from workstation.market.past_reader import Job
from workstation.model.journal import RoundTrip, TripFill
from workstation.model.positions import FundingPayment
from workstation.ports import MomentHistory
from workstation.runtime.clock import Clock
from workstation.trading.contracts import Contract


@dataclass(frozen=True, slots=True)
class _Orders:
    orders: tuple[OwnOrder, ...]


class TripMachine(TimeMachine):
    """Plays one round trip, from some minutes before it to some hours after it.

    Attributes:
        trip: which.
        orders: of its account in this market; empty until they have been read, and for imported trips.
        contract: for the liquidation line; None leaves it out.
        wallet: of the account before the trip; None leaves the liquidation line of a cross position out.
    """

    def __init__(
        self,
        reader: Callable[[], MomentHistory],
        clock: Clock,
        trip: RoundTrip,
        files: OwnOrderFiles | None = None,
        *,
        before_ms: int = BEFORE_MS,
        after_ms: int = AFTER_MS,
        stage: Stage | None = None,
        contract: Contract | None = None,
        wallet: Decimal | None = None,
    ) -> None:
        """Open a round trip; the cursor begins at its first fill.

        Args:
            reader: gives a reader of the store.
            clock: the machine's own.
            files: where the account's orders are read; None knows none.
            before_ms, after_ms: how far before its first and after its last fill can be gone; for one that
                is open, after its newest.
            stage: what it is played into; one of its own by default.
        """
        self.trip = trip
        self.orders: tuple[OwnOrder, ...] = ()
        self.contract, self.wallet = contract, wallet
        self._files = files
        self._has_orders = files is None
        self._path: tuple[Times, Floats] | None = None
        last_ms = max(trip.closed_ms or 0, *(part.fill.event_ms for part in trip.parts))
        super().__init__(
            reader,
            clock,
            trip.venue,
            trip.symbol,
            trip.opened_ms - before_ms,
            last_ms + after_ms,
            start_ms=trip.opened_ms,
            stage=stage,
        )

    @property
    def mark_price(self) -> Decimal | None:
        """The mark price at the cursor, else the middle of the book, else the last price; or None.

        Where only candles are kept: the newest of their closes and of the trip's own fills until then.
        """
        state = self.state
        if state is None:
            return self._last_known()
        if state.mark is not None:
            return state.mark.mark_price
        bid, ask = exact(state.book.best_bid), exact(state.book.best_ask)
        return (bid + ask) / 2 if bid is not None and ask is not None else exact(state.last_price)

    def _last_known(self) -> Decimal | None:
        if self.tape is None or not self.tape.frame_ms:
            return None
        times, prices = known_prices(self.tape.candles, self.tape.frame_ms, legs_of(self.trip))
        place = int(np.searchsorted(times, self.moment_ms, side="right")) - 1
        return exact(float(prices[place])) if place >= 0 else None

    @property
    def fills(self) -> tuple[TripFill, ...]:
        """Its fills up to the cursor."""
        return tuple(part for part in self.trip.parts if part.fill.event_ms <= self.moment_ms)

    @property
    def lines(self) -> tuple[LineStep, ...]:
        """Stops, targets and entries as they stood, over the whole time."""
        return line_steps(self.trip, self.orders)

    @property
    def marks(self) -> tuple[tuple[int, str], ...]:
        """The moments worth going to, oldest first: "entry", "stop moved", "exit", and fills between."""
        found = [(self.trip.opened_ms, "entry")]
        fills = [part for part in self.trip.parts if part.fill.event_ms > self.trip.opened_ms]
        for part in fills:
            is_last = part.fill.event_ms == self.trip.closed_ms
            found.append((part.fill.event_ms, "add" if part.opens else "exit" if is_last else "part exit"))
        stops = [step for step in self.lines if step.name == "stop"]
        for before, after in pairwise(stops):
            if before.price != after.price and after.from_ms > self.trip.opened_ms:
                found.append((after.from_ms, "stop moved"))
        return tuple(sorted(set(found)))

    def moment(self) -> TripMoment:
        """The trip at the cursor."""
        return trip_moment(
            self.trip, self.moment_ms, self.mark_price, self.orders, self.contract, self.wallet
        )

    def path(self) -> tuple[Times, Floats]:
        """How its money went over the whole time: (times, net of fees and funding).

        By seconds; where only candles are kept, by their closes and the trip's own fills.
        """
        if self._path is None and self.tape is not None:
            self._path = self._money_of(self.tape, legs_of(self.trip), self.trip.payments)
        return self._path or (np.empty(0, np.int64), np.empty(0))

    def path_of(self, other: Counterfactual) -> tuple[Times, Floats]:
        """How the money of another way out would have gone, by the same moments."""
        if self.tape is None:
            return np.empty(0, np.int64), np.empty(0)
        return self._money_of(self.tape, other.legs(self.trip.direction.sign), other.payments)

    def _money_of(
        self, tape: TapeMap, legs: Sequence[Leg], payments: Sequence[FundingPayment]
    ) -> tuple[Times, Floats]:
        trip, frame_ms = self.trip, tape.frame_ms
        rows = tape.candles if frame_ms else tape.seconds
        return pnl_path(legs, payments, rows, trip.contract_size, trip.kind, frame_ms or SECOND_MS)

    def go_to_entry(self) -> None:
        """Stand at the first fill."""
        self.seek(self.trip.opened_ms)

    def go_to_exit(self) -> None:
        """Stand at the last fill."""
        self.seek(self.trip.closed_ms or self.trip.parts[-1].fill.event_ms)

    def jobs(self, now: float) -> list[Job]:
        """What is lacking, the most wanted first."""
        found = super().jobs(now)
        return (
            found if self._has_orders else [*found[:1], ("orders", lambda _: self._read_orders()), *found[1:]]
        )

    def put(self, found: object, now: float) -> None:
        """Take in what a job found."""
        if isinstance(found, _Orders):
            self.orders, self._has_orders = found.orders, True
        else:
            super().put(found, now)

    def _read_orders(self) -> _Orders:
        assert self._files is not None
        orders = self._files.orders(self.trip.account)
        return _Orders(orders.between(self.venue, self.symbol, self.from_ms, self.to_ms + 1))
