"""The ways out of a trade that are held against what happened, and what they are reckoned by."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.analytics.liquidation import Exposure
from workstation.analytics.venue_rules import round_limit
from workstation.exchange.paper_contracts import paper_contract
from workstation.journal.exits import ExitRule
from workstation.model.instrument import Instrument, SequenceRule
from workstation.model.journal import RoundTrip
from workstation.model.orders import Bracket, Trail, TrailMode, TriggerBy
from workstation.ports import History
from workstation.trading.contracts import Contract

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LATENCY_MS = 80
"""Between an order that is sent and the book that it finds."""

STOP_HELD = "stop_held"

_ZERO = Decimal(0)
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """What exits are reckoned by.

    Attributes:
        tick_size, lot_size: steps of price, and of size in the venue's unit.
        maker_rate, taker_rate: fees, fractions of the notional.
        latency_ms: between an order and what it finds.
        within_ms: how long after the entry a rule may still close it.
    """

    tick_size: Decimal
    lot_size: Decimal
    maker_rate: Decimal
    taker_rate: Decimal
    latency_ms: int = LATENCY_MS
    within_ms: int = DAY_MS


def contract_of_trip(history: History, trip: RoundTrip) -> Contract:
    """Return the contract of a trip: by the instrument recorded, else by what its fills show of it."""
    for recording in reversed(history.recordings()):
        instrument = recording.instrument
        if (instrument.venue, instrument.symbol) == (trip.venue, trip.symbol):
            return paper_contract(instrument)
    prices = [part.fill.price for part in trip.parts]
    sizes = [part.fill.size for part in trip.parts]
    base = trip.symbol.removesuffix(trip.asset).strip("-_/") or trip.symbol
    return paper_contract(
        Instrument(
            trip.venue,
            trip.symbol,
            trip.kind,
            _step(prices),
            _step(sizes),
            trip.contract_size,
            base,
            trip.asset,
            SequenceRule.FULL_SNAPSHOTS,
        )
    )


def terms_of(trip: RoundTrip, contract: Contract) -> ExitTerms:
    """Return the terms of a trip: the fee rates that it paid itself, the contract's where it paid none."""
    rates = {True: contract.maker_rate, False: contract.taker_rate}
    for is_maker in rates:
        fees = notional = _ZERO
        for part in trip.parts:
            if part.fill.is_maker is is_maker and part.fill.fee_asset == trip.asset:
                exposure = Exposure(part.size, part.fill.price, trip.contract_size, trip.kind)
                fees, notional = fees + part.fee, notional + exposure.notional(part.fill.price)
        if notional:
            # A venue rounds each fee; its rates have a few digits.
            rates[is_maker] = (fees / notional).quantize(Decimal("0.000001"))
    return ExitTerms(contract.rules.tick_size, contract.rules.lot_size, rates[True], rates[False])


NamedRule = tuple[str, str, str, ExitRule | str]
"""(key, title, meaning, the rule or why there is none)."""

NO_PLAN = "No stop was planned, as far as is known."


def bracket_of(trip: RoundTrip) -> Bracket | None:
    return None if trip.planned is None else trip.planned.bracket


def stop_held(trip: RoundTrip) -> NamedRule:
    bracket = bracket_of(trip)
    rule: ExitRule | str = NO_PLAN
    if bracket is not None:
        targets = tuple((target.price, target.share) for target in bracket.targets)
        rule = ExitRule(bracket.stop_price, bracket.stop_by is TriggerBy.MARK, targets)
    return STOP_HELD, "Stop held", "Stop and targets as they were planned, and nothing moved.", rule


def other_exits(trip: RoundTrip, terms: ExitTerms) -> Iterator[NamedRule]:
    """Every other exit of a trade."""
    yield stop_held(trip)
    bracket, sign = bracket_of(trip), trip.direction.sign
    stop = None if bracket is None else bracket.stop_price
    plain = ExitRule(stop, bracket is not None and bracket.stop_by is TriggerBy.MARK)
    risk = None if stop is None or (trip.entry_price - stop) * sign <= 0 else abs(trip.entry_price - stop)
    for key, mode, name in (
        ("trail_peak", TrailMode.PEAK, "peak"),
        ("trail_increment", TrailMode.INCREMENT, "increment"),
    ):
        what = "the best profit" if mode is TrailMode.PEAK else "what is won from there on"
        rule: ExitRule | str = NO_PLAN
        if risk is not None:
            rule = replace(plain, trail=Trail(mode, _HALF), trail_from=float(risk))
        yield key, f"50 % trail of {name}", f"From +1 R on the stop gives back half of {what}.", rule
    targets = () if bracket is None else bracket.targets
    last: ExitRule | str = "No target was planned." if bracket is not None else NO_PLAN
    if targets:
        last = replace(plain, targets=((targets[-1].price, Decimal(1)),))
    yield "last_target", "Target only", "All of it at the last target, the stop held.", last
    for key, title, until_ms in (
        ("hold_1h", "Time stop 1 h", trip.opened_ms + HOUR_MS),
        ("hold_4h", "Time stop 4 h", trip.opened_ms + 4 * HOUR_MS),
        ("hold_day", "End of day", (trip.opened_ms // DAY_MS + 1) * DAY_MS),
    ):
        if until_ms <= trip.opened_ms + terms.within_ms:
            meaning = "Closed at market then, or by the planned stop before it."
            if key == "hold_day":
                meaning = "Closed at market at 00:00 UTC, or by the planned stop before it."
            yield key, title, meaning, replace(plain, until_ms=until_ms)
    thirds: ExitRule | str = NO_PLAN
    if risk is not None:
        third = Decimal(1) / 3
        steps = (
            round_limit(sign < 0, trip.entry_price + risk * sign * times, terms.tick_size)
            for times in (1, 2, 3)
        )
        shares = (third, third, 1 - 2 * third)
        thirds = replace(plain, targets=tuple(zip(steps, shares, strict=True)))
    yield (
        "thirds",
        "Rolling, in thirds",
        "A third at +1, +2 and +3 R each, the stop held for the rest.",
        thirds,
    )


def _step(values: list[Decimal]) -> Decimal:
    """The smallest step that all of them lie on, a power of ten."""
    return Decimal(1).scaleb(min(int(value.normalize().as_tuple().exponent) for value in values))
