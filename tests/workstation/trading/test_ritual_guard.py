"""Commitments, losses to look back on and the ramp shut through the gate, and never in the way of an exit."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.trading.test_gate import LONG, SYMBOL, Verdict
from tests.workstation.trading.test_guardrails import EXIT, NOON_MS, SITUATION, Room
from workstation.errors import BadFigure
from workstation.model.ledger import Evidence, Override
from workstation.model.orders import OrderIntent
from workstation.model.rituals import Commitment, Rule, RuleShape
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger
from workstation.trading.commitments import CommitmentBook, checked
from workstation.trading.gate import Gate, Passed, Refused
from workstation.trading.limit_rules import DayRules
from workstation.trading.risk import HardLimits, Situation
from workstation.trading.ritual_guard import RitualGuard
from workstation.trading.trading_day import DAY_MS

D = Decimal
WEEK_MS = 7 * DAY_MS
WHY = "thirty letters of why it is lifted"


class Promised(Room):
    """A gate with the guard of the rituals over a ledger."""

    def open(self) -> None:
        self.rules = DayRules(unreviewed_losses=99)
        self.spread = "pass"
        self.promises = CommitmentBook(self.ledger, self.clock, lambda: self.rules)
        self.guard = RitualGuard(
            self.promises,
            lambda: self.rules,
            self.day,
            lambda: self.portfolio,
            lambda: self.portfolio.account("USDT", {SYMBOL: D(60_000)}).figures().equity,
            self.evidence,
        )
        self.gate = Gate(HardLimits, self.clock, (self.guard,))

    def evidence(self, intent: OrderIntent) -> tuple[Evidence, ...]:
        return (Evidence(intent.intent_id, "spread", "automatic", self.spread, "4 bp"),)

    def promise(self, rule: Rule) -> Commitment:
        made = Commitment(
            "2024-W40", rule, "that is what cost", NOON_MS - DAY_MS, NOON_MS - DAY_MS, NOON_MS + WEEK_MS
        )
        self.promises.adopt(made)
        return made

    def refused(self, intent: OrderIntent = LONG, situation: Situation = SITUATION) -> dict[str, str]:
        """Words by field; no override lifts any of it, and an exit always leaves."""
        assert isinstance(self.gate.decide(EXIT, SITUATION), Passed)
        now_ms = self.clock.now_ms()
        override = Override(intent.intent_id, "", "I want it all the same", now_ms - 60_000, now_ms)
        decision = self.gate.decide(intent, situation, Verdict(), override)
        return {one.field: one.words for one in decision.refusals} if isinstance(decision, Refused) else {}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Promised]:
    clock = ManualClock(NOON_MS)
    with open_ledger(tmp_path, clock=clock) as ledger:
        yield Promised(clock, ledger)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(RuleShape.TRADES, D(0)), ""),
        (Rule(RuleShape.HOURS, from_hour=11, to_hour=13), ""),
        (Rule(RuleShape.SETUP, name="swing"), "setup"),
        (Rule(RuleShape.SYMBOL, name=SYMBOL), "symbol"),
        (Rule(RuleShape.LEVERAGE, D(3)), "leverage"),
        (Rule(RuleShape.RISK, D("0.0001")), "size"),
    ],
)
def test_a_commitment_shuts_until_its_end_and_says_whose_it_is(
    room: Promised, rule: Rule, field: str
) -> None:
    assert not room.refused()
    room.promise(rule)
    (words,) = room.refused().values()
    assert room.refused().keys() == {field}
    assert words.startswith("Your commitment of 3 Oct: ")
    room.clock.advance(WEEK_MS / 1000)
    assert not room.refused()


@pytest.mark.parametrize(
    "rule",
    [
        Rule(RuleShape.TRADES, D(1)),
        Rule(RuleShape.HOURS, from_hour=13, to_hour=12),  # all but the hour that it is
        Rule(RuleShape.HOURS, from_hour=22, to_hour=6),
        Rule(RuleShape.SETUP, name="retest"),
        Rule(RuleShape.LEVERAGE, D(5)),
        Rule(RuleShape.RISK, D("0.02")),
        Rule(RuleShape.PAUSE, D(30)),
        Rule(RuleShape.ROW, name="volume"),
    ],
)
def test_what_keeps_a_commitment_passes(room: Promised, rule: Rule) -> None:
    room.promise(rule)
    assert not room.refused()


def test_a_pause_after_a_loss_ends_and_a_row_must_pass(room: Promised) -> None:
    room.promise(Rule(RuleShape.PAUSE, D(30)))
    room.lose("10")
    assert room.refused()
    room.clock.advance(31 * 60)
    assert not room.refused()
    room.promises.adopt(
        Commitment("x", Rule(RuleShape.ROW, name="spread", title="Spread"), "r", 1, 1, NOON_MS * 2)
    )
    for state, shut in (("pass", False), ("watch", True), ("fail", True), ("no data", True)):
        room.spread = state
        assert ("checklist.spread" in room.refused()) is shut


async def test_lifting_needs_a_reason_and_a_wait_that_a_restart_does_not_shorten(room: Promised) -> None:
    made = room.promise(Rule(RuleShape.TRADES, D(0)))
    with pytest.raises(BadFigure, match="at least 30 characters"):
        await room.promises.lift(made.commitment_id, "because")
    lifted = await room.promises.lift(made.commitment_id, WHY)
    room.promises.adopt(replace(made, rule=Rule(RuleShape.TRADES, D(200))))  # made is made
    assert room.refused()
    room.clock.advance(11 * 3600)
    room.open()
    assert room.promises.standing() == (lifted,)
    assert room.refused()
    room.clock.advance(3600)
    assert not room.refused()
    assert room.ledger.check().is_whole


def test_a_commitment_in_the_ledger_outlives_the_journal(room: Promised) -> None:
    made = room.promise(Rule(RuleShape.TRADES, D(0)))
    room.open()
    assert room.promises.standing() == (made,)


def test_a_large_loss_and_one_of_a_run_wait_for_their_review(room: Promised) -> None:
    room.lose("50")
    assert not room.guard.owed()  # half an R
    room.lose("150")
    (owed,) = room.guard.owed()
    assert owed.units is not None
    assert round(owed.units, 1) == D("-1.5")
    assert not room.refused()  # offered, not asked for
    room.rules = DayRules(unreviewed_losses=0)
    assert "waits for its review" in room.refused()[""]
    room.promises.note_review(owed.loss_id, "walk")
    assert not room.refused()
    room.open()
    room.rules = DayRules(unreviewed_losses=0)
    assert not room.guard.owed()
    room.lose("1")
    assert [one.in_row for one in room.guard.owed()] == [3]


def test_the_ramp_caps_what_a_trade_risks(room: Promised) -> None:
    assert room.guard.most_risk_rate() is None
    room.rules = DayRules(size_share=D("0.1"))
    assert room.guard.most_risk_rate() == D("0.001")
    assert "10 % of the usual size" in room.refused()["size"]
    rung = replace(LONG, size=D("0.01"))
    assert not room.refused(rung)
    together = replace(SITUATION, pending=(rung,))
    assert "10 % of the usual size" in room.refused(rung, together)["size"]  # rungs of a ladder are one trade


@pytest.mark.parametrize(
    "rule",
    [
        Rule(RuleShape.TRADES, D("1.5")),
        Rule(RuleShape.TRADES, D("NaN")),
        Rule(RuleShape.HOURS, from_hour=6, to_hour=6),
        Rule(RuleShape.HOURS, from_hour=0, to_hour=24),
        Rule(RuleShape.LEVERAGE, D(0)),
        Rule(RuleShape.ROW),
    ],
)
def test_a_rule_that_cannot_be_held_is_not_promised(rule: Rule) -> None:
    with pytest.raises(BadFigure):
        checked(rule, "a reason long enough")


def test_nobody_promises_without_a_reason() -> None:
    with pytest.raises(BadFigure, match="12 characters"):
        checked(Rule(RuleShape.TRADES, D(3)), "because")
