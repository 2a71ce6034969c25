"""The guardrail of the calendar, through the gate: what a window forbids, cuts, or only tells."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from tests.workstation.trading.test_account import account, contract, held
from tests.workstation.trading.test_gate import LONG, SYMBOL, Verdict
from tests.workstation.trading.test_gate import SITUATION as BARE
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, WindowRule, new_event_id
from workstation.model.ledger import Override
from workstation.model.orders import OrderIntent, OrderKind, Purpose, Side
from workstation.runtime.clock import ManualClock
from workstation.trading.event_guard import EventGuard
from workstation.trading.gate import Gate, Passed, Refused
from workstation.trading.risk import HardLimits, Situation

D = Decimal
SITUATION = replace(BARE, account=replace(BARE.account, contracts={SYMBOL: contract(SYMBOL)}))
AT_MS = round(datetime(2026, 10, 20, 18, tzinfo=UTC).timestamp() * 1000)
HOUR_MS = 3_600_000
EXIT = OrderIntent("paper", SYMBOL, Side.SELL, OrderKind.MARKET, D("0.1"), Purpose.EXIT, reduce_only=True)


def refused(
    calendar: Calendar | None, now_ms: int, intent: OrderIntent = LONG, situation: Situation = SITUATION
) -> dict[str, str]:
    """The words against an entry by field; none where it passes. An exit must pass whatever is so."""
    guard = EventGuard(lambda: calendar, lambda: D("0.01"))
    gate = Gate(HardLimits, ManualClock(now_ms), (guard,))
    assert isinstance(gate.decide(EXIT, SITUATION), Passed)
    decision = gate.decide(intent, situation, Verdict())
    if isinstance(decision, Passed):
        return {}
    assert isinstance(decision, Refused)
    override = Override(intent.intent_id, "", "I know this release", now_ms - 60_000, now_ms)
    assert isinstance(gate.decide(intent, situation, Verdict(), override), Passed)
    return {one.field: one.words for one in decision.refusals}


def calendar(rule: WindowRule | None, *, names: tuple[str, ...] = ()) -> Calendar:
    made = Calendar()
    scope = "symbols" if names else "all"
    made.put(
        CalendarEvent(
            new_event_id(), "FOMC", "2026-10-20T18:00:00", kind="macro", rule=rule, scope=scope, names=names
        )
    )
    return made


def test_no_entry_within_two_hours_and_an_exit_at_any_time() -> None:
    fomc = calendar(None)
    words = refused(fomc, AT_MS - 72 * 60_000)
    assert words == {"": "FOMC in 1 h 12 m: nothing is opened before 20:00 UTC; exits are free"}
    assert refused(fomc, AT_MS - 2 * HOUR_MS)
    assert not refused(fomc, AT_MS - 2 * HOUR_MS - 1)
    assert not refused(fomc, AT_MS + 2 * HOUR_MS)


def test_a_window_that_cuts_caps_leverage_and_the_risk_of_the_trade() -> None:
    cut = calendar(WindowRule("reduce", 120, 120, 0.4, 5))
    assert not refused(cut, AT_MS, replace(LONG, leverage=D(5), size=D("0.01")))
    words = refused(cut, AT_MS, replace(LONG, leverage=D(6), size=D("0.01")))
    assert "at most 5x until 20:00 UTC" in words["leverage"]
    # 20 000 of equity: 0.6 % of it is 120; the stop is 1 200 below the entry.
    assert "risks 0.60% at most" in refused(cut, AT_MS, replace(LONG, leverage=D(5), size=D("0.12")))["size"]


def test_a_window_that_cuts_counts_what_works_and_is_held_on_the_same_side() -> None:
    cut = calendar(WindowRule("reduce", 120, 120, 0.4))
    rung = replace(LONG, size=D("0.06"))  # 0.45 % of 0.6 %
    bought = account("20000", held(SYMBOL, "0.06", "59900"))
    holds = replace(
        SITUATION, account=replace(SITUATION.account, positions=bought.positions), stops={SYMBOL: D(58_500)}
    )
    for besides in (replace(SITUATION, pending=(rung,)), holds):
        assert not refused(cut, AT_MS, rung)
        assert "risks 0.60% at most" in refused(cut, AT_MS, rung, besides)["size"]
    market = replace(rung, kind=OrderKind.MARKET, price=None)  # counts from the mark until it is filled
    assert "risks 0.60% at most" in refused(cut, AT_MS, rung, replace(SITUATION, pending=(market,)))["size"]
    other_way = replace(SITUATION, pending=(replace(rung, side=Side.SELL), replace(rung, symbol="ETHUSDT")))
    assert not refused(cut, AT_MS, rung, other_way)


def test_the_share_of_risk_left_is_the_smallest_of_all_windows() -> None:
    cut = calendar(WindowRule("reduce", size_cut_rate=0.4))
    guard = EventGuard(lambda: cut, lambda: D("0.01"))
    assert guard.risk_share(SYMBOL, "BTC", AT_MS) == D("0.6")
    assert guard.risk_share(SYMBOL, "BTC", AT_MS - 3 * HOUR_MS) == 1


def test_a_note_forbids_nothing_and_neither_does_what_concerns_another() -> None:
    assert not refused(calendar(WindowRule("note", 120, 120)), AT_MS)
    assert not refused(calendar(None, names=("WLD",)), AT_MS)
    assert not refused(None, AT_MS)
