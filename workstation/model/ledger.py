"""What is written down for good: the kinds of entries of the ledger, in the order an order lives through."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.model.orders import Fill, OrderIntent, OrderReport, OrderState, Refusal
from workstation.model.positions import FundingPayment


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of a checklist as it stood when it was judged.

    Attributes:
        intent_id: what it was judged for.
        row: key of the row in its template.
        kind: "automatic", "manual" or "emotional".
        state: "pass", "watch", "fail" or "no data".
        value: as text, with its unit; the trader's own words of a manual row.
        threshold: what it was held against, as text.
        source: where the value came from.
        value_ms: time of the value, on its source's clock; 0 where it has none.
        book_hash: hexadecimal, of the order book at that moment; empty where there was none.
    """

    intent_id: str
    row: str
    kind: str
    state: str
    value: str
    threshold: str = ""
    source: str = ""
    value_ms: int = 0
    book_hash: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """The gate let an intent pass; the order exists from here on, whether or not it left.

    Attributes:
        intent_id: of the intent, as approved (rounded).
        client_order_id: of the order.
        approved_ms: on the desk's clock, which follows the venue's.
        checklist: template and version that it passed; empty for what needs none.
        limits: the hard limits in force, as text.
        order: the intent as approved.
    """

    intent_id: str
    client_order_id: str
    approved_ms: int
    checklist: str
    limits: str
    order: OrderIntent


@dataclass(frozen=True, slots=True)
class BlockedIntent:
    """An intent that was refused, kept to reckon afterwards what the refusal saved or cost.

    Attributes:
        intent: as it was asked for.
        refusals: every reason.
        mark_price: at that moment; None where it was not known.
    """

    intent: OrderIntent
    refusals: tuple[Refusal, ...]
    mark_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderNote:
    """What the desk itself did or found out about an order.

    Attributes:
        client_order_id: of the order.
        state: SENT, UNKNOWN, REJECTED or ABSENT; None where it is about a cancel.
        words: what happened.
        cancels: without a state: a cancel is on its way; else it failed.
    """

    client_order_id: str
    state: OrderState | None
    words: str
    cancels: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """The trader went against a rule, with a reason and after the wait.

    Attributes:
        intent_id: what for; empty where it is no order (a limit lifted for the day).
        rule: which rule, by its field or key.
        reason: typed by the trader.
        asked_ms, given_ms: our clock, when it was asked for and when the wait was over.
    """

    intent_id: str
    rule: str
    reason: str
    asked_ms: int
    given_ms: int


@dataclass(frozen=True, slots=True)
class StopMove:
    """A protective stop was moved.

    Attributes:
        intent_id: the entry that the stop protects.
        symbol: the venue's spelling.
        from_price, to_price: trigger prices.
        thesis: the changed thesis of a stop that was loosened; empty for one that was tightened.
    """

    intent_id: str
    symbol: str
    from_price: Decimal
    to_price: Decimal
    thesis: str = ""


@dataclass(frozen=True, slots=True)
class TrailStarted:
    """A stop began to follow the price.

    Attributes:
        intent_id: the entry that the stop protects.
        mode, share: as in `Trail`.
        base_pnl: profit at that moment, in the settlement coin, from which increments count.
    """

    intent_id: str
    mode: str
    share: Decimal
    base_pnl: Decimal


@dataclass(frozen=True, slots=True)
class PositionAdopted:
    """A position was taken over as the venue says it, because its fills are not known here.

    Attributes:
        venue, symbol: the instrument.
        event_ms: venue's time; what happened before it is within the figures.
        size: signed, long > 0.
        entry_price: average, quote per base unit; 0 if flat.
    """

    venue: str
    symbol: str
    event_ms: int
    size: Decimal
    entry_price: Decimal


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A limit, a template or a rule was changed.

    Attributes:
        key: what was changed.
        before, after: as text.
        reason: typed by the trader.
    """

    key: str
    before: str
    after: str
    reason: str


LedgerRecord = (
    OrderIntent
    | Evidence
    | Approval
    | BlockedIntent
    | OrderNote
    | OrderReport
    | Fill
    | FundingPayment
    | Override
    | StopMove
    | TrailStarted
    | PositionAdopted
    | SettingChange
)
"""Whatever the ledger keeps."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One record as it lies in the ledger.

    Attributes:
        seq: place in the chain, from 1.
        time_ms: our clock when it was written.
        record: what was written.
    """

    seq: int
    time_ms: int
    record: LedgerRecord
