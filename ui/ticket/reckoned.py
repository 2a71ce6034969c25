"""A draft of an order as it was worked out, and which field of the ticket each refusal belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ui.ticket.draft import Draft, Unreadable, number
from ui.ticket.effects import Effect
from workstation.model.orders import OrderIntent, Refusal
from workstation.trading.checklist import Verdict
from workstation.trading.contracts import Contract

FIELD_OF = {
    "price": "entry",
    "bracket.stop_price": "stop",
    "bracket.targets": "target",
    "bracket.trail": "give_back",
    "hold_ms": "hold",
    "leverage": "leverage",
    "size": "size",
    "side": "side",
    "kind": "kind",
    "post_only": "post_only",
    "setup": "setup",
    "override": "override",
}
"""Which field of the ticket a refusal belongs to; others are told beside the button."""


@dataclass(slots=True)
class Reckoned:
    """A draft, worked out.

    Attributes:
        draft: what was worked out.
        faults: by field, why its text cannot stand.
        contract: None where the market is not known yet.
        atr: average true range; None where it is not known.
        best: price of our side of the book, from which the entry is measured.
        entry, far, stop, target: as they read; None where they do not.
        entry_price: what is paid on average; None where it cannot be said.
        size: of all orders together. legs: price and size of each.
        intents: what would be sent, the first of which is judged for all.
        begun: the order before it has a size; None while its prices do not read.
        whole: all of it as one order, which checklist and gate judge.
        verdict: of the checklist. refusals: all that speaks against it.
        risk_money, risk_rate: lost at the stop with costs, and that of the equity.
        reward_risk: before costs.
        fees, slippage, funding: over the planned hold, in the account's coin; break_even with all of them.
        tier: number of the margin bracket, and its maintenance rate.
        rows: what it does to the account. liquidation: of the position afterwards.
    """

    draft: Draft
    faults: dict[str, str] = field(default_factory=dict)
    contract: Contract | None = None
    atr: float | None = None
    best: Decimal | None = None
    entry: Decimal | None = None
    far: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    entry_price: Decimal | None = None
    size: Decimal | None = None
    legs: tuple[tuple[Decimal | None, Decimal], ...] = ()
    intents: tuple[OrderIntent, ...] = ()
    begun: OrderIntent | None = None
    whole: OrderIntent | None = None
    verdict: Verdict | None = None
    refusals: tuple[Refusal, ...] = ()
    risk_money: Decimal | None = None
    risk_rate: Decimal | None = None
    reward_risk: Decimal | None = None
    notional: Decimal | None = None
    fees: Decimal | None = None
    slippage: Decimal | None = None
    funding: Decimal | None = None
    break_even: Decimal | None = None
    tier: tuple[int, Decimal] | None = None
    rows: Sequence[Effect] = ()
    liquidation: Decimal | None = None

    @property
    def hard(self) -> tuple[Refusal, ...]:
        """What no reason lifts."""
        return tuple(refusal for refusal in self.refusals if not refusal.may_override)

    @property
    def can_send(self) -> bool:
        """Whether nothing speaks against it."""
        return self.whole is not None and not self.faults and not self.refusals

    @property
    def can_override(self) -> bool:
        """Whether a reason and a wait would let it pass."""
        return self.whole is not None and not self.faults and bool(self.refusals) and not self.hard


def field_of(refusal: Refusal) -> str:
    """The field of the ticket that a refusal is shown in; "" beside the button."""
    if refusal.field.startswith("ticket."):
        return refusal.field.removeprefix("ticket.")
    return FIELD_OF.get(refusal.field, "")


def read_figure(
    found: Reckoned, name: str, text: str, title: str, *, optional: bool = False
) -> Decimal | None:
    """The figure in a field; None where it is empty and may be, or with the reason among the faults."""
    if optional and not text.strip():
        return None
    try:
        return number(text, title)
    except Unreadable as error:
        found.faults[name] = str(error)
        return None
