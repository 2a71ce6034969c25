"""A commitment is kept as often as the record says, and what the record does not tell is left out."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.ui.review.made_trips import made_trip
from workstation.journal.rituals.kept import kept
from workstation.model.journal import ReviewedTrip
from workstation.model.ledger import Evidence
from workstation.model.missed import MissedTrade
from workstation.model.orders import OrderIntent, OrderKind, Purpose, Refusal, Side
from workstation.model.rituals import Commitment, Rule, RuleShape

D = Decimal
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
FROM_MS = 20_000 * DAY_MS
INTENT = OrderIntent("v", "BTCUSDT", Side.BUY, OrderKind.LIMIT, D(1), Purpose.OPEN, leverage=D(5))


def promise(rule: Rule) -> Commitment:
    return Commitment("2024-W40", rule, "it cost the week", FROM_MS, FROM_MS, FROM_MS + 7 * DAY_MS)


def at(number: int, hours: float, **chosen: object) -> ReviewedTrip:
    return made_trip(number, opened_ms=FROM_MS + round(hours * HOUR_MS), **chosen)  # type: ignore[arg-type]


def count(rule: Rule, *trips: ReviewedTrip, missed: tuple[MissedTrade, ...] = ()) -> tuple[int, int, int]:
    found = kept(
        promise(rule), trips, missed, lambda one: float(one.trip.initial_risk or 0) / 6072, FROM_MS + DAY_MS
    )
    assert len(found.broken) >= found.of - found.kept
    return found.kept, found.of, found.unknown


def test_entries_a_day_are_counted_by_day_and_the_last_of_a_day_broke_it() -> None:
    trips = [at(1, 1), at(2, 2), at(3, 3), at(4, 30), at(5, -1), at(6, 24 * 8)]
    rule = Rule(RuleShape.TRADES, D(2))
    assert count(rule, *trips) == (1, 2, 0)
    found = kept(promise(rule), trips, (), lambda _: None, FROM_MS)
    assert (found.unit, found.broken, found.is_over) == ("day", (trips[2].trip.trip_id,), False)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(RuleShape.HOURS, from_hour=22, to_hour=2), (2, 4, 0)),
        (Rule(RuleShape.HOURS, from_hour=2, to_hour=5), (2, 4, 0)),
        (Rule(RuleShape.SETUP, name="Failed high"), (1, 4, 0)),
        (Rule(RuleShape.SYMBOL, name="ETHUSDT"), (3, 4, 0)),
        (Rule(RuleShape.LEVERAGE, D(4)), (0, 1, 3)),
        (Rule(RuleShape.RISK, D("0.01")), (4, 4, 0)),
        (Rule(RuleShape.RISK, D("0.009")), (0, 4, 0)),
        (Rule(RuleShape.ROW, name="spread"), (1, 2, 0)),
    ],
)
def test_each_shape_is_judged_on_what_the_record_has(rule: Rule, expected: tuple[int, int, int]) -> None:
    def row(state: str) -> tuple[Evidence, ...]:
        return (Evidence("i", "spread", "automatic", state, "4 bp"),)

    planned = at(1, 1)
    trips = [
        replace(planned, trip=replace(planned.trip, planned=INTENT), evidence=row("fail")),
        replace(at(2, 3, symbol="ETHUSDT"), evidence=row("pass")),
        at(3, 4.5, setup="Retest"),
        at(4, 23),
    ]
    assert count(rule, *trips) == expected


def test_a_pause_counts_from_the_close_of_a_loss_on_the_same_account() -> None:
    rule = Rule(RuleShape.PAUSE, D(30))
    lost = at(1, 1, exit="61900.0")
    close_h = 1 + 5 / 60
    assert count(rule, lost, at(2, close_h + 0.4)) == (1, 2, 0)
    assert count(rule, lost, at(2, close_h + 0.5)) == (2, 2, 0)
    assert count(rule, lost, at(2, close_h + 0.4, account="paper/other")) == (2, 2, 0)
    assert count(rule, at(1, 1), at(2, close_h + 0.4)) == (2, 2, 0)


def test_what_the_gate_held_back_is_told_and_a_lifted_one_ends_early() -> None:
    words = "Your commitment of 4 Oct: no entries in ETHUSDT, until 10 Oct; exits are free"
    missed = (
        MissedTrade("paper", FROM_MS, INTENT, (Refusal("symbol", words),)),
        MissedTrade("paper", FROM_MS, INTENT, (Refusal("size", "The book is too thin"),)),
    )
    rule = Rule(RuleShape.SYMBOL, name="ETHUSDT")
    assert kept(promise(rule), (), missed, lambda _: None, FROM_MS).refused == 1
    lifted = replace(promise(rule), lifted_ms=FROM_MS + HOUR_MS)
    found = kept(lifted, [at(1, 2, symbol="ETHUSDT")], (), lambda _: None, FROM_MS + 2 * HOUR_MS)
    assert (found.of, found.is_over) == (0, True)
