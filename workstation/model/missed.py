"""Trades that never became positions, and what each would have come to."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.model.ledger import Evidence
from workstation.model.orders import OrderIntent, Refusal

# Money is in the settlement coin, prices are quote per base unit, times are UTC milliseconds of the venue.


@dataclass(frozen=True, slots=True)
class MissedTrade:
    """An intent that never became a position, followed in the shadow.

    Attributes:
        account: key of the account.
        asked_ms: when.
        intent: what was wanted, with its bracket.
        refusals: why the gate refused it; empty for one that the trader wrote down as missed, or let expire.
        evidence: the rows of its checklist.
    """

    account: str
    asked_ms: int
    intent: OrderIntent
    refusals: tuple[Refusal, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class ShadowEnd(StrEnum):
    """What became of a missed trade in the shadow."""

    NOT_FILLED = "not filled"  # the price that it waited for was not traded through
    STOP = "stop"
    TARGETS = "targets"  # the last part was closed at a target
    OPEN = "open"  # as far as prices are known; valued at the last of them


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a missed trade would have come to by its own stop and targets, on the prices that are kept.

    Attributes:
        intent_id: of the missed trade.
        end: what became of it.
        entered_ms, exited_ms: first and last fill; 0 where it was not filled.
        entry_price, exit_price: averages; None where it was not filled.
        net_pnl: after the taker's fee on everything, without funding; 0 where it was not filled.
        r_multiple: the same over what the stop would have cost; None where it was not filled.
        source: what the fills were read from: "book", "next trade", "1 h candle" …
        known_until_ms: the last moment of which prices are known.
    """

    intent_id: str
    end: ShadowEnd
    entered_ms: int = 0
    exited_ms: int = 0
    entry_price: Decimal | None = None
    exit_price: Decimal | None = None
    net_pnl: Decimal = Decimal(0)
    r_multiple: Decimal | None = None
    source: str = ""
    known_until_ms: int = 0

    @property
    def is_final(self) -> bool:
        """Whether more prices would change nothing."""
        return self.end in (ShadowEnd.STOP, ShadowEnd.TARGETS)
