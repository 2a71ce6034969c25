"""The gate: the one place where an intent becomes an order, or is refused in the trader's words."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

import msgspec

from workstation.analytics.venue_rules import round_size
from workstation.errors import BadFigure
from workstation.model.ledger import Approval, BlockedIntent, Evidence, Override
from workstation.model.orders import (
    GATE_SEAL,
    ApprovedOrder,
    OrderIntent,
    Purpose,
    Refusal,
    new_id,
)
from workstation.runtime.clock import Clock
from workstation.trading.intents import malformed, rounded
from workstation.trading.risk import HardLimits, Situation, opening_refusals

_MINUTE_S = 60.0


class ChecklistVerdict(Protocol):
    """How a checklist judged an intent to open."""

    @property
    def template(self) -> str:
        """Name and version of the template, as it is written down with the approval."""
        ...

    @property
    def passed(self) -> bool:
        """Whether every row that must pass does."""
        ...

    @property
    def refusals(self) -> Sequence[Refusal]:
        """A sentence for each row that does not, by the field it is shown in."""
        ...

    @property
    def evidence(self) -> Sequence[Evidence]:
        """Every row as it stood."""
        ...


class Guardrail(Protocol):
    """A rule on the trader's day: loss lock, breaks, trade count, cool-down, tilt."""

    def refusals(self, intent: OrderIntent, situation: Situation, now_ms: int) -> Sequence[Refusal]:
        """Return why nothing may be opened now; empty where it may. It is asked of intents to open alone."""
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """An intent that did not pass.

    Attributes:
        blocked: the intent and every reason, as it is written down.
        evidence: of the checklist.
    """

    blocked: BlockedIntent
    evidence: tuple[Evidence, ...] = ()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every reason."""
        return self.blocked.refusals


@dataclass(frozen=True, slots=True)
class Passed:
    """An intent that passed.

    Attributes:
        order: what the venue takes.
        approval: how it is written down.
        evidence: of the checklist.
        override: that it needed, if any.
    """

    order: ApprovedOrder
    approval: Approval
    evidence: tuple[Evidence, ...] = ()
    override: Override | None = None


class Gate:
    """Judges intents.

    What opens or adds must be well-formed, keep the hard limits, pass every guardrail and its checklist; an
    override lifts what may be overridden, never a hard limit. What can only reduce is made reduce-only and is
    never blocked: it is refused only where there is nothing to send (no size, no price).
    """

    def __init__(
        self, limits: Callable[[], HardLimits], clock: Clock, guardrails: Sequence[Guardrail] = ()
    ) -> None:
        """Judge by limits and guardrails, both asked anew for every intent."""
        self._limits = limits
        self._clock = clock
        self._guardrails = guardrails
        self._approved: deque[float] = deque()  # monotonic seconds of opening orders within the last minute

    @property
    def recent_orders(self) -> int:
        """Opening orders approved within the last minute."""
        now = self._clock.monotonic()
        while self._approved and self._approved[0] <= now - _MINUTE_S:
            self._approved.popleft()
        return len(self._approved)

    def judge(
        self,
        intent: OrderIntent,
        situation: Situation,
        verdict: ChecklistVerdict | None = None,
        override: Override | None = None,
    ) -> Sequence[Refusal]:
        """Return every reason against an intent; empty where it would pass. Nothing is approved by asking."""
        return self._judge(intent, situation, verdict, override)[1]

    def decide(
        self,
        intent: OrderIntent,
        situation: Situation,
        verdict: ChecklistVerdict | None = None,
        override: Override | None = None,
    ) -> Passed | Refused:
        """Approve an intent or say why not.

        Args:
            intent: what the trader wants.
            situation: the market and the account now.
            verdict: of the checklist; needed to open.
            override: the trader's reason to go against what may be overridden, after the wait.
        """
        final, refusals, lifted = self._judge(intent, situation, verdict, override)
        evidence = () if verdict is None else tuple(verdict.evidence)
        if refusals:
            mark = situation.market.mark_price
            return Refused(BlockedIntent(intent, tuple(refusals), mark), evidence)
        if not final.purpose.reduces:
            self._approved.append(self._clock.monotonic())
        order = ApprovedOrder(final, new_id(), self._clock.now_ms(), GATE_SEAL)
        approval = Approval(
            final.intent_id,
            order.client_order_id,
            order.approved_ms,
            "" if verdict is None else verdict.template,
            msgspec.json.encode(self._limits()).decode(),
            final,
        )
        return Passed(order, approval, evidence, override if lifted else None)

    def _judge(
        self,
        intent: OrderIntent,
        situation: Situation,
        verdict: ChecklistVerdict | None,
        override: Override | None,
    ) -> tuple[OrderIntent, list[Refusal], bool]:
        """Return the intent as it would be sent, the reasons against it, and whether an override counted."""
        final, found = intent, malformed(intent)
        if not found:
            try:
                final, found = self._shaped(intent, situation)
            except BadFigure as error:
                found = [Refusal(error.field, str(error))]
        if final.purpose.reduces or found:
            return final, found, False
        found = opening_refusals(final, situation, self._limits(), self.recent_orders)
        for guardrail in self._guardrails:
            found += guardrail.refusals(final, situation, self._clock.now_ms())
        if verdict is None:
            found.append(Refusal("setup", "No checklist was gone through: choose the setup first"))
        elif not verdict.passed:
            words = Refusal("setup", "The checklist has not passed", may_override=True)
            found += verdict.refusals or [words]
        liftable = [refusal for refusal in found if refusal.may_override]
        if not liftable or override is None:
            return final, found, False
        against = self._override_refusals(final, override)
        if against:
            return final, [*found, *against], False
        return final, [refusal for refusal in found if not refusal.may_override], True

    def _shaped(self, intent: OrderIntent, situation: Situation) -> tuple[OrderIntent, list[Refusal]]:
        """Return a well-formed intent as it would be sent: on the steps, reduce-only if it reduces."""
        contract = situation.market.contract
        held = situation.account.positions.get(intent.symbol)
        if intent.purpose.reduces:
            intent = replace(intent, reduce_only=True, bracket=None)
            held_size = held.size if held is not None else Decimal(0)
            # What was filled counts from the venue's word on, or an exit would leave the rest of it open.
            sizes = [size for size in (held_size, held_size + situation.missing) if size]
            if sizes:
                most = max(-size * intent.side.sign for size in sizes)
                if most < 0:
                    words = f"This {intent.side} would add to the position instead of reducing it"
                    return intent, [Refusal("side", words)]
                # Exits of a bracket follow what the venue says was filled, though fills may still be on their
                # way here: the venue itself holds them to the position.
                follows = intent.purpose is Purpose.PROTECT
                if contract is not None and not follows and intent.size > most:
                    intent = replace(intent, size=round_size(most, contract.rules.lot_size))
        return (intent if contract is None else rounded(intent, contract)), []

    def _override_refusals(self, intent: OrderIntent, override: Override) -> list[Refusal]:
        limits = self._limits()
        found = []
        if override.intent_id != intent.intent_id:
            found.append(Refusal("override", "This override was given for another order"))
        if len(override.reason.strip()) < limits.override_reason:
            found.append(Refusal("override", f"Say why in at least {limits.override_reason} characters"))
        left = limits.override_wait_ms - (override.given_ms - override.asked_ms)
        if left > 0 or override.given_ms > self._clock.now_ms():
            found.append(Refusal("override", f"Wait another {max(left, 0) / 1000:.0f} s before overriding"))
        return found
