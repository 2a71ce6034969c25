from decimal import Decimal

import pytest

from tests.workstation.journal.statistics.made_trips import made, random_trips
from workstation.journal.statistics.rules import rule_ledger
from workstation.journal.statistics.table import TripTable
from workstation.model.ledger import Evidence, Override
from workstation.model.missed import MissedTrade
from workstation.model.orders import OrderIntent, OrderKind, Purpose, Refusal, Side


def judged(number: int, net: float, state: str, *overrides: str) -> object:
    evidence = (
        Evidence("i", "volume", "automatic", state, "1.2 ×", "≥ 1.5"),
        Evidence("i", "calm", "emotional", "watch", "3", "≤ 2"),
    )
    return made(
        number, net, evidence=evidence, overrides=tuple(Override("i", one, "so", 1, 2) for one in overrides)
    )


def blocked(intent_id: str, *fields: str) -> MissedTrade:
    intent = OrderIntent(
        "binance_usdm",
        "BTCUSDT",
        Side.BUY,
        OrderKind.LIMIT,
        Decimal(1),
        Purpose.OPEN,
        intent_id=intent_id,
    )
    return MissedTrade("paper", 1, intent, tuple(Refusal(one, "no") for one in fields))


def test_each_rule_says_what_overriding_it_earned_or_cost() -> None:
    trips = [
        judged(0, 20, "pass"),
        judged(1, 10, "watch"),
        judged(2, -10, "fail", "checklist.volume, spread"),
        judged(3, -15, "no data", "checklist.volume"),
    ]
    lines = {line.rule: line for line in rule_ledger(TripTable.of(trips))}  # type: ignore[arg-type]
    volume = lines["volume"]
    assert (volume.passed_count, volume.overridden_count) == (2, 2)
    assert (volume.passed.value, volume.overridden.value) == (1.5, -1.25)
    assert volume.gap_r == pytest.approx(-2.75)
    assert volume.gap_low is not None
    assert volume.gap_high is not None
    assert volume.gap_low <= -2.75 <= volume.gap_high
    assert volume.total_r == -2.5
    assert volume.few
    assert (lines["spread"].passed_count, lines["spread"].overridden_count) == (0, 1)
    assert lines["spread"].gap_r is None
    tells = rule_ledger(TripTable.of([judged(4, 5, "no data"), judged(5, -5, "pass")]))  # type: ignore[list-item]
    told = next(line for line in tells if line.rule == "volume")
    assert (told.passed_count, told.overridden_count) == (1, 0)  # it stood against one, and locked nothing
    assert lines["calm"].overridden_count == 0
    assert lines["calm"].total_r is None


def test_blocked_trades_say_what_the_rule_saved_or_cost() -> None:
    missed = [
        blocked("a", "checklist.volume"),
        blocked("b", "checklist.volume", "size"),
        blocked("c", "checklist.volume"),
        blocked("d"),
    ]
    lines = {
        line.rule: line for line in rule_ledger(TripTable.of([]), missed, {"a": -1.0, "b": 0.25, "d": 9.0})
    }
    assert set(lines) == {"volume", "size"}
    assert lines["volume"].saved_r == 0.75
    assert lines["volume"].unresolved_count == 1
    assert lines["volume"].blocked.n == 2
    assert lines["size"].saved_r == -0.25


def test_no_trip_is_both_passed_and_overridden_and_the_most_overridden_rule_comes_first() -> None:
    table = TripTable.of(random_trips(300, 4))
    lines = rule_ledger(table)
    assert all(line.passed_count + line.overridden_count == 300 for line in lines)
    counts = [line.overridden_count for line in lines]
    assert counts == sorted(counts, reverse=True)
