"""What the same entry would have brought with other exits, net of fees and funding, and what really was."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import chain

import numpy as np

from workstation.analytics.liquidation import Exposure
from workstation.journal.exit_path import Market, market_after
from workstation.journal.exit_rules import HOUR_MS, ExitTerms, bracket_of, other_exits, stop_held
from workstation.journal.exits import STILL_OPEN, Entry, ExitFill, ExitRule, run_exit
from workstation.journal.moments import Leg
from workstation.journal.tape_map import frame_words
from workstation.model.history import FundingSettlement
from workstation.model.instrument import ContractKind
from workstation.model.journal import RoundTrip
from workstation.model.orders import TriggerBy
from workstation.model.positions import FundingPayment, PaymentKind
from workstation.ports import MomentHistory

BEST_WITHIN_MS = 4 * HOUR_MS

ACTUAL = "actual"
_EXTREMES = ("best", "worst")
NOTHING_KEPT = "Neither trades nor candles are kept of the time after the entry."

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One way out of a trade; money in the settlement coin.

    Attributes:
        key: stable: "actual", "stop_held", "trail_peak", "trail_increment", "last_target", "hold_1h",
            "hold_4h", "hold_day", "thirds", "best", "worst".
        title: for the trader, short.
        meaning: what it does, one sentence.
        exits: how it was closed, oldest first; empty where it cannot be reckoned.
        exit_price: average; None without exits.
        filled_on: what the fills were read from: "maker, through", "stop, slipped 2.5", "1 h candle only".
        is_coarse: something of it is known from candles alone.
        pnl: realised, before fees and funding.
        fees, funding: positive is paid; positive was received.
        net_pnl: pnl − fees + funding.
        r_multiple: the same over the initial risk; None where no risk is known.
        more_pnl, more_r: what it is above the actual outcome; 0 for that itself.
        missing: why it cannot be reckoned, one sentence; empty where it is.
        entries, payments: what was opened before the last exit, and its funding.
    """

    key: str
    title: str
    meaning: str
    exits: tuple[ExitFill, ...] = ()
    exit_price: Decimal | None = None
    filled_on: str = ""
    is_coarse: bool = False
    pnl: Decimal = _ZERO
    fees: Decimal = _ZERO
    funding: Decimal = _ZERO
    net_pnl: Decimal = _ZERO
    r_multiple: Decimal | None = None
    more_pnl: Decimal = _ZERO
    more_r: Decimal | None = None
    missing: str = ""
    entries: tuple[Entry, ...] = ()
    payments: tuple[FundingPayment, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it could be reckoned."""
        return not self.missing

    def legs(self, sign: int) -> tuple[Leg, ...]:
        """What changed the position, in order, for `workstation.journal.moments.pnl_path`.

        The fees of its exits are taken together, off the last one.
        """
        opened = [Leg(one.event_ms, one.size * sign, one.price, one.fee) for one in self.entries]
        closed = [Leg(one.event_ms, -one.size * sign, one.price, _ZERO) for one in self.exits]
        if closed:
            paid = sum((leg.fee for leg in opened), _ZERO)
            closed[-1] = replace(closed[-1], fee=self.fees - paid)
        return tuple(sorted((*opened, *closed), key=lambda leg: leg.event_ms))


@dataclass(frozen=True, slots=True)
class CounterfactualTable:
    """All ways out of one trade.

    Attributes:
        rows: the actual one first.
        notes: what the rows rest on, a sentence each; empty before the last row is known.
        count: how many rows there are once all are reckoned.
    """

    rows: tuple[Counterfactual, ...]
    notes: tuple[str, ...]
    count: int

    @property
    def is_whole(self) -> bool:
        """Whether every row has been reckoned."""
        return len(self.rows) == self.count

    def row(self, key: str) -> Counterfactual | None:
        """One of them."""
        return next((row for row in self.rows if row.key == key), None)


def counterfactuals(
    history: MomentHistory,
    trip: RoundTrip,
    terms: ExitTerms,
    progress: Callable[[CounterfactualTable], None] = lambda _table: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> CounterfactualTable:
    """Return every way out of a closed trade; nothing but a note for one that is open.

    Args:
        history: the store.
        trip: the trade.
        terms: its fees and steps.
        progress: told the rows that are known after each of them.
        cancelled: asked after each of them; what was reckoned until then is returned.

    Raises:
        StoreDamaged: the store cannot be read.
    """
    if trip.closed_ms is None:
        words = "The trade is still open: its other exits are reckoned when it is closed."
        return CounterfactualTable((), (words,), 0)
    reckoner = _Reckoner(history, trip, terms)
    rules = list(other_exits(trip, terms))
    count, rows = len(rules) + 1 + len(_EXTREMES), [reckoner.actual()]
    progress(CounterfactualTable(tuple(rows), (), count))
    for row in chain((reckoner.row(*rule) for rule in rules), reckoner.extremes()):
        rows.append(row)
        if cancelled():
            return CounterfactualTable(tuple(rows), (), count)
        progress(CounterfactualTable(tuple(rows), (), count))
    return CounterfactualTable(tuple(rows), tuple(_notes(trip, terms, reckoner.market)), count)


def passive(
    history: MomentHistory, trips: Iterable[RoundTrip], terms: Iterable[ExitTerms]
) -> Iterator[tuple[str, Counterfactual]]:
    """Yield each closed trip's id with the outcome of its plan left alone, one trip after the other.

    Raises:
        StoreDamaged: the store cannot be read.
    """
    for trip, of_trip in zip(trips, terms, strict=True):
        if trip.closed_ms is not None:
            reckoner = _Reckoner(history, trip, of_trip)
            yield trip.trip_id, reckoner.row(*stop_held(trip))


class _Reckoner:
    """Turns exits into money, for one trip."""

    def __init__(self, history: MomentHistory, trip: RoundTrip, terms: ExitTerms) -> None:
        assert trip.closed_ms is not None
        self.trip, self.terms = trip, terms
        self.entries = [
            Entry(part.fill.event_ms, part.size, part.fill.price, part.fee)
            for part in trip.parts
            if part.opens
        ]
        self._history = history
        self._to_ms = max(trip.opened_ms + terms.within_ms, trip.closed_ms) + terms.latency_ms + 1

    @cached_property
    def market(self) -> Market:
        """What came after the entry; what happened is told without it."""
        trip, latency_ms = self.trip, self.terms.latency_ms
        return market_after(self._history, trip.venue, trip.symbol, trip.opened_ms, self._to_ms, latency_ms)

    @cached_property
    def _settled(self) -> Sequence[FundingSettlement]:
        trip = self.trip
        return self._history.funding(trip.venue, trip.symbol, trip.opened_ms + 1, self._to_ms)

    def actual(self) -> Counterfactual:
        """What happened, to the last digit as it was booked."""
        trip = self.trip
        exits = tuple(
            ExitFill(part.fill.event_ms, part.fill.price, part.size, part.fill.is_maker, "", "booked")
            for part in trip.parts
            if not part.opens
        )
        makers = sum((one.size for one in exits if one.is_maker), _ZERO)
        total = sum((one.size for one in exits), _ZERO)
        filled_on = "maker" if makers == total else "taker" if not makers else "maker and taker"
        return Counterfactual(
            ACTUAL,
            "As it happened",
            "The fills as the venue booked them.",
            exits,
            trip.exit_price,
            "liquidated" if trip.is_liquidated else filled_on,
            pnl=trip.pnl,
            fees=trip.fees,
            funding=trip.funding,
            net_pnl=trip.net_pnl,
            r_multiple=trip.r_multiple,
            more_r=None if trip.r_multiple is None else _ZERO,
            entries=tuple(self.entries),
            payments=trip.payments,
        )

    def row(self, key: str, title: str, meaning: str, rule: ExitRule | str) -> Counterfactual:
        """What a rule would have brought."""
        if isinstance(rule, str):
            return Counterfactual(key, title, meaning, missing=rule)
        trip = self.trip
        entries, exits = run_exit(
            rule, self.entries, self.market, trip.direction.sign, trip.kind, self.terms.lot_size
        )
        if not exits:
            return Counterfactual(key, title, meaning, missing=NOTHING_KEPT)
        if rule.until_ms is not None and exits[-1].why == STILL_OPEN:
            words = "Neither trades nor candles are kept of that moment, or it has not come yet."
            return Counterfactual(key, title, meaning, missing=words)
        return self._reckoned(Counterfactual(key, title, meaning), entries, exits)

    def extremes(self) -> Iterator[Counterfactual]:
        """The best and the worst price at which all of it could have been closed within some hours."""
        hours = BEST_WITHIN_MS // HOUR_MS
        last_ms = self.entries[-1].event_ms
        path = self.market.trades
        first, end = np.searchsorted(path.times, [last_ms + 1, self.trip.opened_ms + BEST_WITHIN_MS])
        for key in _EXTREMES:
            title = f"{key.capitalize()} possible in {hours} h"
            wants_high = (self.trip.direction.sign > 0) is (key == "best")
            meaning = f"All of it at the {key} price that was traded after the last entry."
            row = Counterfactual(key, title, meaning)
            if first >= end:
                yield replace(row, missing=NOTHING_KEPT)
                continue
            prices = path.highs[first:end] if wants_high else path.lows[first:end]
            place = int(first) + int(np.argmax(prices) if wants_high else np.argmin(prices))
            price = path.highs[place] if wants_high else path.lows[place]
            frame_ms = int(path.frames[place])
            source = frame_words(frame_ms) if frame_ms else "trade"
            size = sum((entry.size for entry in self.entries), _ZERO)
            exit_ = ExitFill(
                int(path.times[place]), Decimal(repr(float(price))), size, False, "traded", source
            )
            yield self._reckoned(row, self.entries, [exit_])

    def _reckoned(
        self, row: Counterfactual, entries: Sequence[Entry], exits: Sequence[ExitFill]
    ) -> Counterfactual:
        trip, terms = self.trip, self.terms
        pnl = (_worth(trip, exits) - _worth(trip, entries)) * trip.direction.sign
        fees = sum((entry.fee for entry in entries), _ZERO)
        for one in exits:
            rate = terms.maker_rate if one.is_maker else terms.taker_rate
            exposure = Exposure(one.size, one.price, trip.contract_size, trip.kind)
            fees += exposure.notional(one.price) * rate
        payments = tuple(self._payments(entries, exits))
        funding = sum((paid.amount for paid in payments), _ZERO)
        net = pnl - fees + funding
        risk, actual = trip.initial_risk or None, trip.net_pnl
        size = sum((one.size for one in exits), _ZERO)
        is_inverse = trip.kind is ContractKind.INVERSE
        value = sum((one.size / one.price if is_inverse else one.size * one.price for one in exits), _ZERO)
        return replace(
            row,
            exits=tuple(exits),
            exit_price=size / value if is_inverse else value / size,
            filled_on=_filled_on(exits),
            is_coarse=any("candle" in one.source for one in exits),
            pnl=pnl,
            fees=fees,
            funding=funding,
            net_pnl=net,
            r_multiple=None if risk is None else net / risk,
            more_pnl=net - actual,
            more_r=None if risk is None else (net - actual) / risk,
            entries=tuple(entries),
            payments=payments,
        )

    def _payments(self, entries: Sequence[Entry], exits: Sequence[ExitFill]) -> Iterator[FundingPayment]:
        """Funding of what would have been held at each settlement: as it was paid, else by its rate."""
        trip = self.trip
        paid = {one.event_ms: one for one in trip.payments if one.kind is PaymentKind.FUNDING}
        rates = {settled.settled_ms: settled.rate for settled in self._settled}
        last_ms = exits[-1].event_ms
        for at_ms in sorted({*paid, *rates}):
            if at_ms > last_ms:
                return
            held = _held(entries, at_ms) - _held(exits, at_ms)
            if held <= 0:
                continue
            known = paid.get(at_ms)
            if known is not None:
                was = _held(self.entries, at_ms) - sum(
                    (part.size for part in trip.parts if not part.opens and part.fill.event_ms < at_ms), _ZERO
                )
                if was > 0:
                    yield replace(known, amount=known.amount * held / was, position_size=None)
                continue
            price = self._price_at(at_ms)
            if price is None:
                continue
            notional = Exposure(held, price, trip.contract_size, trip.kind).notional(price)
            amount = -notional * rates[at_ms] * trip.direction.sign
            yield FundingPayment(
                trip.venue, trip.symbol, at_ms, amount, trip.asset, rates[at_ms], None, price
            )

    def _price_at(self, at_ms: int) -> Decimal | None:
        path = self.market.marks
        place = int(np.searchsorted(path.times, at_ms, side="right")) - 1
        return Decimal(repr(float(path.closes[place]))) if place >= 0 else None


def _held(parts: Sequence[Entry] | Sequence[ExitFill], at_ms: int) -> Decimal:
    return sum((part.size for part in parts if part.event_ms < at_ms), _ZERO)


def _worth(trip: RoundTrip, parts: Sequence[Entry] | Sequence[ExitFill]) -> Decimal:
    """What was paid or received for parts, so that a long wins what exits are worth above entries."""
    if trip.kind is ContractKind.INVERSE:
        return -sum((part.size * trip.contract_size / part.price for part in parts), _ZERO)
    return sum((part.size * trip.contract_size * part.price for part in parts), _ZERO)


def _filled_on(exits: Sequence[ExitFill]) -> str:
    """What exits were read from, in words."""
    words: dict[str, None] = {}
    by_why: dict[str, list[ExitFill]] = {}
    for one in exits:
        name = "maker, through" if one.is_maker else one.why
        if "candle" in one.source:
            name = f"{one.source} only"
        by_why.setdefault(name, []).append(one)
    for name, parts in by_why.items():
        slipped = sum((part.slipped * part.size for part in parts), _ZERO)
        size = sum((part.size for part in parts), _ZERO)
        is_slip = slipped > 0 and "candle" not in name
        words[f"{name}, slipped {_short(slipped / size)}" if is_slip else name] = None
    return "; ".join(words)


def _short(value: Decimal) -> str:
    """Three figures at most behind the first that counts, no zeros at the end."""
    digits = max(0, 1 - value.adjusted())
    return f"{round(value, digits):f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def _notes(trip: RoundTrip, terms: ExitTerms, market: Market) -> Iterator[str]:
    yield (
        f"Takers find the recorded book {terms.latency_ms} ms after they are sent; makers wait until their "
        "price is traded through."
    )
    yield (
        f"Fees: maker {_percent(terms.maker_rate)} %, taker {_percent(terms.taker_rate)} %; funding as "
        "settled, on what would have been held."
    )
    bracket = bracket_of(trip)
    if bracket is not None and bracket.stop_by is TriggerBy.MARK and not market.has_marks:
        yield "Stops watch the last price here: no mark price is kept of that time."
    if len({part.fill.event_ms for part in trip.parts if part.opens}) > 1:
        yield "Entries that would have come after the last exit are left out."


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"
