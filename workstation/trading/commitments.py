"""What the trader has committed to, kept in the ledger: in force at once, lifted with a reason and a wait."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from workstation.errors import BadFigure
from workstation.model.ledger import LedgerEntry, SettingChange
from workstation.model.rituals import Commitment, Rule, RuleShape
from workstation.ports import Ledger
from workstation.runtime.clock import Clock
from workstation.trading.limit_rules import DayRules
from workstation.trading.written import write_down

_COMMITMENT, _LOSS = "commitment.", "review.loss."
LEAST_REASON = 12
"""Fewest letters of the reason for a commitment."""
_decoder = msgspec.json.Decoder(Commitment)


class CommitmentBook:
    """Commitments of one account's ledger, and which of its losses were looked back on.

    The journal holds every commitment too, for all accounts; whoever opens an account hands it those in force
    (`adopt`). What is once in a ledger stays in force until its end, whatever becomes of the journal.
    """

    def __init__(self, ledger: Ledger, clock: Clock, rules: Callable[[], DayRules]) -> None:
        """Take in what the ledger holds.

        Args:
            ledger: where the trader's limits are kept.
            clock: of the machine: weeks are the trader's, not a recording's.
            rules: with wait and length of reason of what is looser.
        """
        self._ledger, self._clock, self._rules = ledger, clock, rules
        self._held: dict[str, Commitment] = {}
        self._lifted_monotonic: dict[str, float] = {}
        self._reviewed: set[str] = set()
        for entry in ledger.entries(SettingChange):
            self._replay(entry)

    def standing(self) -> tuple[Commitment, ...]:
        """Return the commitments in force, the oldest first."""
        now_ms, monotonic = self._clock.now_ms(), self._clock.monotonic()
        return tuple(
            one
            for key, one in self._held.items()
            if one.from_ms <= now_ms < one.until_ms
            and not (
                one.lifted_ms
                and now_ms >= one.lifted_ms
                and monotonic >= self._lifted_monotonic.get(key, 0.0)
            )
        )

    def adopt(self, commitment: Commitment) -> None:
        """Take in one of the journal's; it counts at once and is written down meanwhile."""
        held = self._held.get(commitment.commitment_id)
        if held == commitment or (held is not None and (held.lifted_ms or not commitment.lifted_ms)):
            return  # a promise that was made stands as it was made
        self._held[commitment.commitment_id] = commitment
        write_down(self._ledger, _change(held, commitment, commitment.reason))

    async def lift(self, commitment_id: str, reason: str) -> Commitment:
        """Ask for a commitment to be taken back; it goes on until the wait for looser limits is over.

        Returns:
            The commitment with the moment from which it will not count.

        Raises:
            BadFigure: it is not in force, is being lifted already, or the reason is too short.
            PreflightError: that could not be written down; it stays in force.
        """
        held, rules, said = self._held.get(commitment_id), self._rules(), " ".join(reason.split())
        if held is None or held not in self.standing():
            raise BadFigure("commitment", "This commitment is not in force")
        if held.lifted_ms:
            raise BadFigure("commitment", "It is being taken back already")
        if len(said) < rules.loosen_reason:
            words = f"To take a commitment back, say why in at least {rules.loosen_reason} characters"
            raise BadFigure("reason", words)
        lifted = replace(held, lifted_ms=self._clock.now_ms() + rules.loosen_wait_ms, lift_reason=said)
        due_monotonic = self._clock.monotonic() + rules.loosen_wait_ms / 1000
        await asyncio.wrap_future(self._ledger.append(_change(held, lifted, said)))
        self._held[commitment_id] = lifted
        self._lifted_monotonic[commitment_id] = due_monotonic
        return lifted

    def is_reviewed(self, loss_id: str) -> bool:
        """Whether a loss was looked back on."""
        return loss_id in self._reviewed

    def note_review(self, loss_id: str, words: str) -> None:
        """Take note that a loss was looked back on, and of what is done next."""
        if loss_id not in self._reviewed:
            self._reviewed.add(loss_id)
            write_down(self._ledger, SettingChange(_LOSS + loss_id, "", "reviewed", words))

    def _replay(self, entry: LedgerEntry) -> None:
        change = entry.record
        assert isinstance(change, SettingChange)
        if change.key.startswith(_LOSS):
            self._reviewed.add(change.key.removeprefix(_LOSS))
        elif change.key.startswith(_COMMITMENT):
            # What a later version or a damaged file says leaves what is known as it is.
            with suppress(msgspec.MsgspecError):
                self._held[change.key.removeprefix(_COMMITMENT)] = _decoder.decode(change.after)


def checked(rule: Rule, reason: str) -> None:
    """Raise `BadFigure` where a rule cannot be held, or nobody said why it is made."""
    shape, figure = rule.shape, rule.figure
    bounds = _BOUNDS.get(shape)
    if bounds is not None and not (figure.is_finite() and bounds[0] <= figure <= bounds[1]):
        raise BadFigure("figure", bounds[2])
    if shape is RuleShape.TRADES and figure != figure.to_integral_value():
        raise BadFigure("figure", "Entries a day are a whole number")
    if shape is RuleShape.HOURS:
        if not (0 <= rule.from_hour <= 23 and 0 <= rule.to_hour <= 24):
            raise BadFigure("hours", "Hours are from 0 to 24, UTC")
        if rule.from_hour == rule.to_hour % 24:
            raise BadFigure("hours", "Give two different hours")
    if shape in (RuleShape.SETUP, RuleShape.SYMBOL, RuleShape.ROW) and not rule.name:
        raise BadFigure("name", "Choose which one")
    if len(" ".join(reason.split())) < LEAST_REASON:
        raise BadFigure("reason", f"Say why in at least {LEAST_REASON} characters")


_BOUNDS: dict[RuleShape, tuple[Decimal, Decimal, str]] = {
    RuleShape.TRADES: (Decimal(0), Decimal(200), "Entries a day lie between 0 and 200"),
    RuleShape.LEVERAGE: (Decimal(1), Decimal(125), "Leverage lies between 1x and 125x"),
    RuleShape.RISK: (Decimal("0.0001"), Decimal("0.2"), "Risk of a trade lies between 0.01 % and 20 %"),
    RuleShape.PAUSE: (Decimal(1), Decimal(1440), "The pause lies between 1 and 1440 minutes"),
}


def rule_words(rule: Rule) -> str:
    """A rule as it is promised: "at most 3 entries a day"."""
    figure, name = f"{rule.figure.normalize():f}", rule.title or rule.name
    if rule.shape is RuleShape.TRADES:
        return f"at most {figure} {'entry' if rule.figure == 1 else 'entries'} a day"
    if rule.shape is RuleShape.HOURS:
        return f"no entries from {rule.from_hour:02d}:00 to {rule.to_hour:02d}:00 UTC"
    if rule.shape is RuleShape.SETUP:
        return f"no entries of {name}"
    if rule.shape is RuleShape.SYMBOL:
        return f"no entries in {name}"
    if rule.shape is RuleShape.LEVERAGE:
        return f"at most {figure}x leverage"
    if rule.shape is RuleShape.RISK:
        return f"at most {(rule.figure * 100).normalize():f} % of the equity at risk in a trade"
    if rule.shape is RuleShape.PAUSE:
        return f"no entry for {figure} min after a loss"
    return f"“{name}” must pass, without an override"


def promise_words(commitment: Commitment) -> str:
    """What stands before a refusal: "Your commitment of 15 Nov: at most 3 entries a day"."""
    return f"Your commitment of {day_words(commitment.made_ms)}: {rule_words(commitment.rule)}"


def day_words(ms: int) -> str:
    """A day, "15 Nov"."""
    day = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{day.day} {day:%b}"


def is_within(rule: Rule, time_ms: int) -> bool:
    """Whether a moment lies in the hours of a rule."""
    hour, to_hour = time_ms // 3_600_000 % 24, rule.to_hour % 24
    if rule.from_hour < to_hour:
        return rule.from_hour <= hour < to_hour
    return hour >= rule.from_hour or hour < to_hour


def _change(before: Commitment | None, after: Commitment, reason: str) -> SettingChange:
    key = _COMMITMENT + after.commitment_id
    texts = ["" if one is None else msgspec.json.encode(one).decode() for one in (before, after)]
    return SettingChange(key, texts[0], texts[1], reason)
