"""What the liquidation price of a round trip rests on: its contract, and the wallet that answered for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from workstation.analytics.liquidation import Exposure, liquidation_point
from workstation.errors import BadFigure
from workstation.journal.exit_rules import contract_of_trip
from workstation.journal.journal import Journal
from workstation.journal.starts import starting_balances
from workstation.model.journal import RoundTrip
from workstation.model.margin import MarginMode
from workstation.model.orders import OrderIntent
from workstation.ports import History
from workstation.trading.contracts import Contract

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MarginFacts:
    """What is known of the margin of a round trip.

    Attributes:
        contract: with the venue's table of margins.
        wallet: of the account just before the trip, in its settlement coin; None where it is not known.
        no_wallet: why it is not, a few words; empty where it is.
    """

    contract: Contract
    wallet: Decimal | None
    no_wallet: str


def margin_facts(history: History, journal: Journal, trip: RoundTrip) -> MarginFacts:
    """Return what the margin of a trip rests on. Reads files: not for the window's thread."""
    start = starting_balances(journal, [(trip.account, trip.asset)]).get((trip.account, trip.asset))
    others = [one.trip for one in journal.trips(trip.account) if one.trip.trip_id != trip.trip_id]
    wallet, why = wallet_before(trip, others, start)
    return MarginFacts(contract_of_trip(history, trip), wallet, why)


def wallet_before(
    trip: RoundTrip, others: Iterable[RoundTrip], start: Decimal | None
) -> tuple[Decimal | None, str]:
    """Return (wallet just before a trip, why it is not known).

    What was put in or taken out after the account's first fill is in no ledger, and not counted.

    Args:
        trip: which.
        others: all other round trips of its account.
        start: what the account held before its first round trip; None if nobody has said it.
    """
    if start is None:
        return None, "wallet not known"
    wallet = start
    for other in others:
        if other.asset != trip.asset:
            continue
        if other.closed_ms is None or other.closed_ms > trip.opened_ms:
            ends_ms = trip.closed_ms
            if ends_ms is None or other.opened_ms < ends_ms:
                return None, "shared margin"
            continue
        wallet += other.net_pnl
    return wallet, ""


def no_liquidation(trip: RoundTrip, contract: Contract | None, wallet: Decimal | None, why: str) -> str:
    """Return why the liquidation price of a trip cannot be reckoned, in a few words; empty where it can."""
    planned = trip.planned
    if planned is None:
        return "margin mode not known"
    if contract is None or contract.rules.tiers is None:
        return "no margin table"
    if planned.margin_mode is MarginMode.ISOLATED and planned.leverage:
        return ""
    return "" if wallet is not None else why or "wallet not known"


def planned_liquidation(trip: RoundTrip, plan: OrderIntent, facts: MarginFacts) -> Decimal | None:
    """Return at which mark price the position as it was planned would be liquidated; None where never.

    It is that of the planned size at the planned price (at market: the price of the fills), in isolated
    mode at the planned leverage, else with all of the wallet behind it.

    Args:
        trip: what came of the plan.
        plan: the order that opened it.
        facts: for which `no_liquidation` knows no objection.
    """
    entry = plan.price or trip.entry_price
    exposure = Exposure(plan.size * trip.direction.sign, entry, trip.contract_size, trip.kind)
    is_isolated = plan.margin_mode is MarginMode.ISOLATED and plan.leverage
    margin = exposure.notional(entry) / plan.leverage if is_isolated and plan.leverage else facts.wallet
    tiers = facts.contract.rules.tiers
    if margin is None or margin <= _ZERO or tiers is None:
        return None
    try:
        point = liquidation_point(
            exposure,
            margin,
            tiers,
            fee_rate=facts.contract.taker_rate,
            closing_fee=facts.contract.closing_fee,
        )
    except BadFigure:
        return None
    return None if point is None else point.price
