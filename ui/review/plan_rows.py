"""The plan of a round trip held against its fills, row by row."""

from dataclasses import dataclass
from decimal import Decimal

from ui import format
from ui.positions.figures import exact, signed, trend
from ui.review.trip_words import held_words, price_places
from workstation.journal.margin_facts import MarginFacts, no_liquidation, planned_liquidation
from workstation.model.instrument import ContractKind
from workstation.model.journal import ReviewedTrip, RoundTrip, TripFill
from workstation.model.orders import OrderIntent, Target

NOTHING = Decimal(0)
_LIQUIDATION = "Of the planned size at the planned price, by the venue's table of margins"
_NO_LIQUIDATION = (
    "A cross position rests on the wallet of then: say what the account began with in the statistics. "
    "What is open beside it moves the price, so then none is told"
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One figure as planned, as it came, and the difference.

    Attributes:
        label: what it is, with its unit.
        plan, fill, difference: texts; a dash where there is none.
        token: theme's token of the difference.
        tip: how it is reckoned, in a sentence.
    """

    label: str
    plan: str
    fill: str
    difference: str = ""
    token: str = "muted"
    tip: str = ""


def gain(trip: RoundTrip, size: Decimal, entry: Decimal, exit_price: Decimal) -> Decimal:
    """Profit of `size` from one price to another before costs, in the settlement coin."""
    if trip.kind is ContractKind.INVERSE:
        if not entry or not exit_price:
            return NOTHING
        return trip.direction.sign * size * trip.contract_size * (1 / entry - 1 / exit_price)
    return trip.direction.sign * size * trip.contract_size * (exit_price - entry)


def fee_rate(parts: list[TripFill], trip: RoundTrip) -> Decimal | None:
    """What the fees of fills were of their value; None without any."""
    value = sum((_value(trip, part.size, part.fill.price) for part in parts), NOTHING)
    return sum((part.fee for part in parts), NOTHING) / value if value else None


def planned_result(one: ReviewedTrip) -> tuple[Decimal, Decimal] | None:
    """(P&L after fees, fees) had every target been filled and nothing else; None where no plan says.

    Fees are reckoned at the rates that this round trip paid: its entries', and its makers' for targets.
    """
    trip = one.trip
    plan = trip.planned
    if plan is None or plan.bracket is None or not plan.bracket.targets:
        return None
    entry = plan.price or trip.entry_price
    opening = fee_rate([part for part in trip.parts if part.opens], trip)
    resting = [part for part in trip.parts if part.fill.is_maker]
    closing = fee_rate(resting, trip) if resting else opening
    if opening is None or closing is None:
        return None
    fees = _value(trip, plan.size, entry) * opening
    profit = NOTHING
    for target in plan.bracket.targets:
        size = plan.size * target.share
        profit += gain(trip, size, entry, target.price)
        fees += _value(trip, size, target.price) * closing
    return profit - fees, fees


def slippage(one: ReviewedTrip) -> Decimal | None:
    """What was lost between the price asked for and the fills of entry and stop; None without a plan."""
    trip = one.trip
    plan = trip.planned
    if plan is None:
        return None
    lost = NOTHING
    if plan.price is not None:
        lost += gain(trip, trip.size, plan.price, trip.entry_price)
    stop = last_stop(one)
    for part in trip.parts:
        if stop is not None and not part.opens and not part.fill.is_maker and _beyond(trip, part, stop):
            lost += gain(trip, part.size, part.fill.price, stop)
    return lost


def last_stop(one: ReviewedTrip) -> Decimal | None:
    """Where the protective stop stood last."""
    if one.stop_moves:
        return one.stop_moves[-1].to_price
    plan = one.trip.planned
    return None if plan is None or plan.bracket is None else plan.bracket.stop_price


def plan_rows(one: ReviewedTrip, margin: MarginFacts | None = None) -> list[PlanRow]:
    """Every row; what no plan says is a dash.

    Args:
        one: the round trip.
        margin: what its liquidation price rests on; None while that is not known.
    """
    trip = one.trip
    plan, places = trip.planned, price_places(trip)
    unit = "contracts" if trip.kind is ContractKind.INVERSE else trip.symbol.removesuffix(trip.asset)
    rows = [_entry_row(trip, plan, places), _size_row(trip, plan, unit)]
    rows += _stop_rows(one, places)
    bracket = None if plan is None else plan.bracket
    left = [part for part in trip.parts if not part.opens and part.fill.is_maker]
    for number, target in enumerate(() if bracket is None else bracket.targets, start=1):
        rows.append(_target_row(trip, target, number, places, _taken(left, trip, target)))
    rows.append(PlanRow("Exit", format.NO_FIGURE, exact(trip.exit_price, places), _exits_words(trip)))
    rows += _result_rows(one)
    if plan is not None:
        rows.append(_liquidation_row(trip, plan, margin, places))
    return rows


def _liquidation_row(trip: RoundTrip, plan: OrderIntent, margin: MarginFacts | None, places: int) -> PlanRow:
    """Where the position as planned would have been liquidated; why that is not known, where it is not."""
    label = "Liquidation" if plan.leverage is None else f"Liquidation at {plan.leverage.normalize():f} ×"
    mode = "" if plan.margin_mode is None else f"{plan.margin_mode.value}, "
    if margin is None:
        why = "the store is not open, or is being read"
    else:
        why = no_liquidation(trip, margin.contract, margin.wallet, margin.no_wallet)
    if why or margin is None:
        return PlanRow(label, format.NO_FIGURE, format.NO_FIGURE, why, "muted", _NO_LIQUIDATION)
    price = planned_liquidation(trip, plan, margin)
    if price is None:
        return PlanRow(label, "none", format.NO_FIGURE, f"{mode}the margin bears any price", "muted")
    away = abs(price / trip.entry_price - 1)
    words = f"{mode}{format.percent(float(away), 1)} away"
    return PlanRow(label, exact(price, places), format.NO_FIGURE, words, "muted", _LIQUIDATION)


def _entry_row(trip: RoundTrip, plan: OrderIntent | None, places: int) -> PlanRow:
    asked = None if plan is None else plan.price
    role = _roles([part for part in trip.parts if part.opens])
    words = exact(asked, places) if asked is not None else "market" if plan is not None else format.NO_FIGURE
    if asked is None:
        return PlanRow("Entry", words, exact(trip.entry_price, places), role)
    better = trip.direction.sign * (asked - trip.entry_price)
    difference = f"{signed(trip.entry_price - asked, places)} {role}"
    return PlanRow(
        "Entry", words, exact(trip.entry_price, places), difference, "down" if better < 0 else "muted"
    )


def _size_row(trip: RoundTrip, plan: OrderIntent | None, unit: str) -> PlanRow:
    asked = None if plan is None else plan.size
    decimals = max(_decimals(trip.size), 0 if asked is None else _decimals(asked))
    difference = "" if asked is None else signed(trip.size - asked, decimals)
    off = asked is not None and trip.size != asked
    return PlanRow(
        f"Size, {unit}",
        exact(asked, decimals),
        exact(trip.size, decimals),
        difference,
        "warn" if off else "muted",
    )


def _stop_rows(one: ReviewedTrip, places: int) -> list[PlanRow]:
    plan, moves = one.trip.planned, len(one.stop_moves)
    first = None if plan is None or plan.bracket is None else plan.bracket.stop_price
    last = last_stop(one)
    if first is None and last is None:
        return [PlanRow("Stop", format.NO_FIGURE, format.NO_FIGURE, "none" if plan is not None else "")]
    words, token = "not moved", "muted"
    if moves and first is not None and last is not None:
        words = f"{signed(last - first, places)} in {moves} move{'s' if moves > 1 else ''}"
        loosened = any(move.thesis for move in one.stop_moves)
        token = "down" if loosened else "warn"
    return [PlanRow("Stop", exact(first, places), exact(last, places), words, token)]


def _taken(left: list[TripFill], trip: RoundTrip, target: Target) -> list[TripFill]:
    """Take the fills of a target out of `left`: those that rested at its price or better, up to its size."""
    assert trip.planned is not None
    wanted, taken = trip.planned.size * target.share, list[TripFill]()
    for part in tuple(left):
        if wanted > 0 and trip.direction.sign * (part.fill.price - target.price) >= 0:
            left.remove(part)
            taken.append(part)
            wanted -= part.size
    return taken


def _target_row(
    trip: RoundTrip, target: Target, number: int, places: int, reached: list[TripFill]
) -> PlanRow:
    share = f", {format.percent(float(target.share), 0)}" if target.share != 1 else ""
    label, asked = f"Target {number}{share}", exact(target.price, places)
    if not reached:
        missed = "" if trip.exit_price is None else signed(trip.exit_price - target.price, places)
        return PlanRow(label, asked, format.NO_FIGURE, f"{missed} not reached".strip(), "down")
    size = sum((part.size for part in reached), NOTHING)
    price = sum((part.size * part.fill.price for part in reached), NOTHING) / size
    return PlanRow(
        label,
        asked,
        exact(price, places),
        f"{signed(price - target.price, places)} {_roles(reached)}",
        "muted",
    )


def _result_rows(one: ReviewedTrip) -> list[PlanRow]:
    trip, asset = one.trip, one.trip.asset
    net, r, risk = trip.net_pnl, trip.r_multiple, trip.initial_risk
    decimals = 2 if abs(net) >= Decimal("0.1") or not net else 6
    planned = planned_result(one)
    plan_pnl, plan_fees = (None, None) if planned is None else planned
    plan_r = None if plan_pnl is None or not risk else plan_pnl / risk
    lost = slippage(one)
    plan = trip.planned
    at_rates = "The plan's fees are reckoned at the rates that this round trip paid"
    held = (
        f"≤ {format.duration(plan.hold_ms / 1000)}" if plan is not None and plan.hold_ms else format.NO_FIGURE
    )
    settled = f"{len(trip.payments)} settlement{'' if len(trip.payments) == 1 else 's'}"
    over = plan is not None and plan.hold_ms and trip.held_ms is not None and trip.held_ms > plan.hold_ms
    rows = [
        PlanRow("R after costs", signed(plan_r), signed(r), *_minus(r, plan_r, 2), at_rates),
        PlanRow(
            f"P&L, {asset}",
            signed(plan_pnl, decimals),
            signed(net, decimals),
            *_minus(net, plan_pnl, decimals),
            at_rates,
        ),
        PlanRow(
            f"Fees, {asset}",
            signed(None if plan_fees is None else -plan_fees, decimals),
            signed(-trip.fees, decimals),
            *_minus(-trip.fees, None if plan_fees is None else -plan_fees, decimals),
            at_rates,
        ),
    ]
    if trip.payments or trip.funding:
        rows.append(PlanRow(f"Funding, {asset}", format.NO_FIGURE, signed(trip.funding, decimals), settled))
    rows += [
        PlanRow(
            f"Slippage, {asset}",
            format.NO_FIGURE,
            signed(None if lost is None else -lost, decimals),
            "",
            "muted",
            "Between the price asked for and the fills, of the entry and of the stop",
        ),
        PlanRow("Hold", held, held_words(trip), "too long" if over else settled, "warn" if over else "muted"),
        PlanRow(f"Risk, {asset}", exact(risk, decimals), format.NO_FIGURE, "to the first stop, with fees"),
    ]
    if one.excursion is not None:
        measured = "on the tape" if one.excursion.source == "tape" else f"on {one.excursion.source} candles"
        for label, money in (("MAE", one.excursion.mae_pnl), ("MFE", one.excursion.mfe_pnl)):
            in_r = "" if not risk else f"{format.signed(money / float(risk))} R · "
            rows.append(
                PlanRow(f"{label}, {asset}", format.NO_FIGURE, format.signed(money), f"{in_r}{measured}")
            )
    return rows


def _minus(now: Decimal | None, plan: Decimal | None, decimals: int) -> tuple[str, str]:
    if now is None or plan is None:
        return "", "muted"
    return signed(now - plan, decimals), trend(now - plan, decimals)


def _beyond(trip: RoundTrip, part: TripFill, stop: Decimal) -> bool:
    """It was filled at the stop or worse: the stop's own fill, not one by hand before it."""
    return trip.direction.sign * (part.fill.price - stop) <= 0


def _value(trip: RoundTrip, size: Decimal, price: Decimal) -> Decimal:
    if trip.kind is ContractKind.INVERSE:
        return size * trip.contract_size / price if price else NOTHING
    return size * trip.contract_size * price


def _roles(parts: list[TripFill]) -> str:
    makers = sum(part.fill.is_maker for part in parts)
    if any(part.fill.is_liquidation for part in parts):
        return "liquidated"
    return "maker" if makers == len(parts) else "taker" if not makers else "maker and taker"


def _exits_words(trip: RoundTrip) -> str:
    closing = [part for part in trip.parts if not part.opens]
    if not closing:
        return "open"
    return f"{len(closing)} fill{'s' if len(closing) > 1 else ''}, {_roles(closing)}"


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
