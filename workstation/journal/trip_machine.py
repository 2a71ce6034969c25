"""A round trip in the time machine: the market around it, the trader's own orders and what it was worth."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from workstation.journal.counterfactuals import Counterfactual
from workstation.journal.moments import (
    Floats,
    LineStep,
    Times,
    TripMoment,
    legs_of,
    line_steps,
    pnl_path,
    trip_moment,
)
from workstation.journal.own_orders import OwnOrder, OwnOrderFiles
from workstation.journal.placing import exact
from workstation.journal.stage import Stage
from workstation.journal.time_machine import AFTER_MS, BEFORE_MS, TimeMachine
from workstation.market.past_reader import Job
from workstation.model.journal import RoundTrip, TripFill
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
        """The mark price at the cursor, else the middle of the book, else the last price; or None."""
        state = self.state
        if state is None:
            return None
        if state.mark is not None:
            return state.mark.mark_price
        bid, ask = exact(state.book.best_bid), exact(state.book.best_ask)
        return (bid + ask) / 2 if bid is not None and ask is not None else exact(state.last_price)

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
        """How its money went over the whole time, by seconds: (times, net of fees and funding)."""
        if self._path is None and self.tape is not None:
            trip = self.trip
            self._path = pnl_path(
                legs_of(trip), trip.payments, self.tape.seconds, trip.contract_size, trip.kind
            )
        return self._path or (np.empty(0, np.int64), np.empty(0))

    def path_of(self, other: Counterfactual) -> tuple[Times, Floats]:
        """How the money of another way out would have gone, by the same seconds."""
        if self.tape is None:
            return np.empty(0, np.int64), np.empty(0)
        trip = self.trip
        legs = other.legs(trip.direction.sign)
        return pnl_path(legs, other.payments, self.tape.seconds, trip.contract_size, trip.kind)

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
