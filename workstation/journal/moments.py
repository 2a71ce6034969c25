"""A round trip at one moment: what was held, what it had brought so far, and which lines stood where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from workstation.analytics.liquidation import Exposure, liquidation_point
from workstation.errors import BadFigure
from workstation.journal.own_orders import OwnOrder
from workstation.model.columns import Records
from workstation.model.instrument import ContractKind
from workstation.model.journal import RoundTrip
from workstation.model.margin import MarginMode
from workstation.model.orders import Side
from workstation.model.positions import FundingPayment
from workstation.trading.contracts import Contract

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SECOND_MS = 1_000
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """Something that changed what was held: signed size, long > 0; price in quote per base unit; fee paid."""

    event_ms: int
    size: Decimal
    price: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class LineStep:
    """A line that stood at a price for from_ms ≤ time < to_ms; to_ms is None where it stands still."""

    from_ms: int
    to_ms: int | None
    price: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class TripMoment:
    """A round trip at one moment of the venue's clock; money in the settlement coin.

    Attributes:
        moment_ms: when.
        size: held, long > 0.
        entry_price: average of what is open; None while nothing is.
        mark_price: at which the open part is valued; None where it is not known.
        open_pnl: of the open part before fees; None without a mark price.
        realised_pnl, fees, funding: until then; fees positive if paid, funding positive if received.
        net_pnl: realised + open − fees + funding; None without a mark price.
        r_multiple: the same over the initial risk; None where no risk is known.
        realised_r: what is realised, fees and funding included, over the initial risk.
        stop_price: of the protective stop that stood; None where none did.
        target_prices: of the targets that stood.
        liquidation_price: None where it is not known, or there is none.
    """

    moment_ms: int
    size: Decimal
    entry_price: Decimal | None
    mark_price: Decimal | None
    open_pnl: Decimal | None
    realised_pnl: Decimal
    fees: Decimal
    funding: Decimal
    net_pnl: Decimal | None
    r_multiple: Decimal | None
    realised_r: Decimal | None
    stop_price: Decimal | None
    target_prices: tuple[Decimal, ...]
    liquidation_price: Decimal | None


def trip_moment(
    trip: RoundTrip,
    moment_ms: int,
    mark_price: Decimal | None,
    orders: Sequence[OwnOrder] = (),
    contract: Contract | None = None,
    wallet: Decimal | None = None,
) -> TripMoment:
    """Return a round trip as it stood at a moment, everything that happened at that millisecond included.

    Args:
        trip: the whole of it.
        mark_price: quote per base unit at that moment.
        orders: the account's, of this market; without any the plan's own stop and targets are shown.
        contract: for the liquidation price.
        wallet: of the account before the trip: for the liquidation price of a cross position.
    """
    realised = fees = size = value = _ZERO
    for part in trip.parts:
        if part.fill.event_ms > moment_ms:
            break
        fees += part.fee
        realised += part.pnl
        if part.opens:
            size, value = size + part.size, value + _value(trip.kind, part.size, part.fill.price)
        elif size:
            value -= value * part.size / size
            size -= part.size
    funding = sum((paid.amount for paid in trip.payments if paid.event_ms <= moment_ms), _ZERO)
    entry = None
    open_pnl: Decimal | None = _ZERO
    if size:
        entry = value / size if trip.kind is not ContractKind.INVERSE else size / value
        signed = size * trip.direction.sign
        open_pnl = None
        if mark_price is not None:
            open_pnl = Exposure(signed, entry, trip.contract_size, trip.kind).profit(mark_price)
    settled = realised - fees + funding
    net = None if open_pnl is None else settled + open_pnl
    risk = trip.initial_risk or None
    standing = [order for order in own_exits(trip, orders) if order.works_at(moment_ms)]
    return TripMoment(
        moment_ms,
        size * trip.direction.sign if size else _ZERO,
        entry,
        mark_price,
        open_pnl,
        realised,
        fees,
        funding,
        net,
        None if net is None or risk is None else net / risk,
        None if risk is None else settled / risk,
        _stop(trip, standing, is_known=bool(orders)) if size else None,
        _targets(trip, standing, is_known=bool(orders)) if size else (),
        None
        if entry is None
        else _liquidation(trip, size, entry, contract, None if wallet is None else wallet + settled),
    )


def own_exits(trip: RoundTrip, orders: Iterable[OwnOrder]) -> list[OwnOrder]:
    """Return the stops and targets of a market that were this trip's: they could close it while it was held.

    An order that was sent with the entry and worked before its fill is one of them; one that worked only
    before or after the trip belongs to another.
    """
    closing = [Side.BUY, Side.SELL][trip.direction.sign > 0]
    return [
        order
        for order in orders
        if (order.is_stop or order.is_target)
        and order.intent.side is closing
        and (order.to_ms is None or order.to_ms > trip.opened_ms)
        and (trip.closed_ms is None or order.from_ms < trip.closed_ms)
    ]


def line_steps(trip: RoundTrip, orders: Sequence[OwnOrder]) -> tuple[LineStep, ...]:
    """Return the lines of the trip's stops, targets and entries as they stood, oldest first.

    They are named "stop", "target 1" …, and "entry" for what was to open. What protects ends with the trip,
    though the venue was told some milliseconds later.
    """
    steps = []
    for order in own_exits(trip, orders):
        price = order.intent.trigger_price if order.is_stop else order.intent.price
        to_ms = order.to_ms if trip.closed_ms is None else min(order.to_ms or trip.closed_ms, trip.closed_ms)
        if price is not None and to_ms != order.from_ms:
            steps.append(LineStep(order.from_ms, to_ms, price, "stop" if order.is_stop else order.intent.leg))
    for order in orders:
        intent = order.intent
        if order.is_stop or order.is_target or intent.price is None or order.to_ms == order.from_ms:
            continue
        if intent.intent_id in trip.intent_ids:
            steps.append(LineStep(order.from_ms, order.to_ms, intent.price, "entry"))
    return tuple(sorted(steps, key=lambda step: step.from_ms))


def legs_of(trip: RoundTrip) -> tuple[Leg, ...]:
    """What changed the position, in order."""
    sign = trip.direction.sign
    return tuple(
        Leg(part.fill.event_ms, part.size * (sign if part.opens else -sign), part.fill.price, part.fee)
        for part in trip.parts
    )


def pnl_path(
    legs: Sequence[Leg],
    payments: Sequence[FundingPayment],
    seconds: Records,
    contract_size: Decimal = Decimal(1),
    kind: ContractKind = ContractKind.LINEAR,
    frame_ms: int = SECOND_MS,
) -> tuple[Times, Floats]:
    """Return how money went, at each candle that closed since the first leg: net of fees and funding so far.

    Args:
        legs, payments: what happened, in order.
        seconds: rows of CANDLE, oldest first.
        contract_size, kind: of the contract.
        frame_ms: the candles' length. Those longer than a second tell too little of what happened within:
            the legs count as prices too, at their moments.

    Returns:
        Times (UTC ms, the end of each candle, and those of legs) and money in the settlement coin.
    """
    if not legs:
        return np.empty(0, np.int64), np.empty(0)
    times, prices = known_prices(seconds, frame_ms, legs)
    first = int(np.searchsorted(times, legs[0].event_ms))
    times, prices = times[first:], prices[first:]
    size = float(contract_size)
    is_inverse = kind is ContractKind.INVERSE
    worth = -1 / prices if is_inverse else prices
    held, cash = np.zeros(len(times)), np.zeros(len(times))
    for leg in legs:
        place = int(np.searchsorted(times, leg.event_ms))
        amount = float(leg.size) * size
        held[place:] += amount
        cash[place:] -= amount * (-1 / float(leg.price) if is_inverse else float(leg.price)) + float(leg.fee)
    for paid in payments:
        cash[int(np.searchsorted(times, paid.event_ms)) :] += float(paid.amount)
    return times, cash + held * worth


def known_prices(candles: Records, frame_ms: int, legs: Sequence[Leg]) -> tuple[Times, Floats]:
    """Return the prices known of a market, and since when: closes, and legs between long candles.

    Args:
        candles: rows of CANDLE, oldest first; each is known once it is over.
        frame_ms: their length.
        legs: prices of their own.
    """
    times = candles["open_ms"] + frame_ms
    prices = candles["close"].astype(np.float64)
    if frame_ms > SECOND_MS and legs:
        times = np.append(times, [leg.event_ms for leg in legs])
        prices = np.append(prices, [float(leg.price) for leg in legs])
        order = np.argsort(times, kind="stable")
        times, prices = times[order], prices[order]
    return times, prices


def _value(kind: ContractKind, size: Decimal, price: Decimal) -> Decimal:
    return size / price if kind is ContractKind.INVERSE else size * price


def _stop(trip: RoundTrip, standing: list[OwnOrder], *, is_known: bool) -> Decimal | None:
    stops = [order.intent.trigger_price for order in standing if order.is_stop]
    if stops or is_known:
        return stops[-1] if stops else None
    bracket = trip.planned.bracket if trip.planned is not None else None
    return bracket.stop_price if bracket is not None else None


def _targets(trip: RoundTrip, standing: list[OwnOrder], *, is_known: bool) -> tuple[Decimal, ...]:
    if is_known:
        prices = [order.intent.price for order in standing if order.is_target]
        return tuple(price for price in prices if price is not None)
    bracket = trip.planned.bracket if trip.planned is not None else None
    return tuple(target.price for target in bracket.targets) if bracket is not None else ()


def _liquidation(
    trip: RoundTrip, size: Decimal, entry: Decimal, contract: Contract | None, wallet: Decimal | None
) -> Decimal | None:
    planned = trip.planned
    if contract is None or contract.rules.tiers is None or planned is None:
        return None
    exposure = Exposure(size * trip.direction.sign, entry, trip.contract_size, trip.kind)
    if planned.margin_mode is MarginMode.ISOLATED and planned.leverage:
        margin = exposure.notional(entry) / planned.leverage
    elif wallet is not None:
        margin = wallet
    else:
        return None
    try:
        point = liquidation_point(
            exposure,
            margin,
            contract.rules.tiers,
            fee_rate=contract.taker_rate,
            closing_fee=contract.closing_fee,
        )
    except BadFigure:
        return None
    return None if point is None else point.price
