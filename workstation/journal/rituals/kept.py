"""Whether a commitment was kept: counted from the record, trade by trade, as far as the record tells."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workstation.model.journal import ReviewedTrip
from workstation.model.missed import MissedTrade
from workstation.model.rituals import Commitment, Rule, RuleShape
from workstation.trading.commitments import is_within, promise_words

_DAY_MS, _MINUTE_MS = 86_400_000, 60_000


@dataclass(frozen=True, slots=True)
class Kept:
    """How a commitment fared.

    Attributes:
        commitment: which.
        kept, of: entries, or days with entries, that kept it, of all that it could be judged on.
        unit: "entry" or "day".
        unknown: entries of which the record does not tell.
        broken: ids of the round trips that broke it, as they were opened.
        refused: orders that the gate held back for it.
        is_over: nothing more can change it.
    """

    commitment: Commitment
    kept: int
    of: int
    unit: str
    unknown: int
    broken: tuple[str, ...]
    refused: int
    is_over: bool


def kept(
    commitment: Commitment,
    trips: Sequence[ReviewedTrip],
    missed: Sequence[MissedTrade],
    risk_rate: Callable[[ReviewedTrip], float | None],
    now_ms: int,
) -> Kept:
    """Count how often a commitment was kept.

    Args:
        commitment: what was promised.
        trips: of all accounts that count, in any order, also from before it.
        missed: orders that never became a position.
        risk_rate: initial risk for the balance at the opening, a fraction; None where it is not known.
        now_ms: our clock.
    """
    until_ms = min(commitment.until_ms, commitment.lifted_ms or commitment.until_ms)
    ordered = sorted(trips, key=lambda one: one.trip.opened_ms)
    inside = [one for one in ordered if commitment.from_ms <= one.trip.opened_ms < until_ms]
    rule = commitment.rule
    is_daily = rule.shape is RuleShape.TRADES
    judged = _by_day(rule, ordered, inside) if is_daily else _by_trip(rule, ordered, inside, risk_rate)
    known = [verdict for verdict, _ in judged if verdict is not None]
    words = promise_words(commitment)
    return Kept(
        commitment,
        sum(known),
        len(known),
        "day" if is_daily else "entry",
        len(judged) - len(known),
        tuple(trip_id for verdict, those in judged if verdict is False for trip_id in those),
        sum(any(refusal.words.startswith(words) for refusal in one.refusals) for one in missed),
        now_ms >= until_ms,
    )


Judged = list[tuple[bool | None, tuple[str, ...]]]
"""A verdict, None where it is not known, and the trips that it is of."""


def _by_day(rule: Rule, ordered: Sequence[ReviewedTrip], inside: Sequence[ReviewedTrip]) -> Judged:
    """Judge whole days of an account; entries of the day on which it was made count as the gate counts."""
    places = [(one.trip.account, one.trip.opened_ms // _DAY_MS) for one in ordered]
    counts = Counter(places)
    those: dict[tuple[str, int], list[str]] = defaultdict(list)
    for one in inside:
        those[one.trip.account, one.trip.opened_ms // _DAY_MS].append(one.trip.trip_id)
    found: Judged = []
    for place, ids in those.items():
        beyond = counts[place] - int(rule.figure)
        found.append((beyond <= 0, tuple(ids[-max(0, beyond) :] if beyond > 0 else ())))
    return found


def _by_trip(
    rule: Rule,
    ordered: Sequence[ReviewedTrip],
    inside: Sequence[ReviewedTrip],
    risk_rate: Callable[[ReviewedTrip], float | None],
) -> Judged:
    found: Judged = []
    for one in inside:
        applies, verdict = _verdict(rule, one, ordered, risk_rate)
        if applies:
            found.append((verdict, (one.trip.trip_id,)))
    return found


def _verdict(
    rule: Rule,
    one: ReviewedTrip,
    ordered: Sequence[ReviewedTrip],
    risk_rate: Callable[[ReviewedTrip], float | None],
) -> tuple[bool, bool | None]:
    """Whether a rule says anything of a trip, and whether it was kept."""
    trip = one.trip
    if rule.shape is RuleShape.HOURS:
        return True, not is_within(rule, trip.opened_ms)
    if rule.shape is RuleShape.SETUP:
        return True, None if not one.setup else rule.name not in (trip.setup, one.note.setup)
    if rule.shape is RuleShape.SYMBOL:
        return True, trip.symbol != rule.name
    if rule.shape is RuleShape.LEVERAGE:
        leverage = None if trip.planned is None else trip.planned.leverage
        return True, None if leverage is None else leverage <= rule.figure
    if rule.shape is RuleShape.RISK:
        risk = risk_rate(one)
        return True, None if risk is None else risk <= float(rule.figure) * 1.000_001
    if rule.shape is RuleShape.PAUSE:
        return True, not _follows_loss(rule, one, ordered)
    rows = [row for row in one.evidence if row.row == rule.name]
    return bool(rows), all(row.state == "pass" for row in rows)


def _follows_loss(rule: Rule, one: ReviewedTrip, ordered: Sequence[ReviewedTrip]) -> bool:
    opened_ms = one.trip.opened_ms
    pause_ms = int(rule.figure * _MINUTE_MS)
    return any(
        other.trip.account == one.trip.account
        and other.trip.closed_ms is not None
        and other.trip.net_pnl < 0
        and other.trip.closed_ms <= opened_ms < other.trip.closed_ms + pause_ms
        for other in ordered
        if other.trip.trip_id != one.trip.trip_id
    )
