"""What an export says, row by row: fills with the venue's own figures, funding, and what stops an import."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from workstation.errors import PreflightError
from workstation.model.journal import ContractTerms
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment

SYNTHETIC = "synthetic:"
"""How `Fill.venue_order_id` begins where a fill was made up, because the export told only what came of it."""


class Grain(StrEnum):
    """What one row of an export stands for."""

    TRADE = "trade"  # one execution
    ORDER = "order"  # everything that was filled of one order
    CLOSED = "closed"  # what was closed at once, from its entry to its exit


class Action(StrEnum):
    """What a fill did to the position, as far as the venue says it."""

    OPEN = "open"
    CLOSE = "close"
    EITHER = "either"


class ImportRefused(PreflightError):
    """Nothing of a file was taken in.

    Attributes:
        line: of the file, counted from 1; None where it is no matter of one line.
    """

    def __init__(self, words: str, line: int | None = None) -> None:
        super().__init__(words if line is None else f"Line {line}: {words}")
        self.line = line


class ImportCancelled(PreflightError):
    """The trader ended the import; nothing was taken in."""


Item = TypeVar("Item")
_LOOK_EVERY = 10_000


def watched(items: Iterable[Item], cancelled: Callable[[], bool]) -> Iterator[Item]:
    """The items, as they are, with a look now and then at whether the trader has ended the import.

    Raises:
        ImportCancelled: `cancelled` said so.
    """
    for count, item in enumerate(items):
        if count % _LOOK_EVERY == 0:
            refuse_cancelled(cancelled)
        yield item


def refuse_cancelled(cancelled: Callable[[], bool]) -> None:
    """End the import if the trader has.

    Raises:
        ImportCancelled: `cancelled` said so.
    """
    if cancelled():
        raise ImportCancelled("The import was cancelled; nothing was taken in.")


@dataclass(frozen=True, slots=True)
class ExportFill:
    """One fill of an export, with what the venue says came of it.

    Attributes:
        fill: as it goes into the journal.
        terms: of its symbol.
        grain: what its row stands for.
        action: whether it opened or closed.
        venue_pnl: realised by it before fees, in the settlement coin, by the venue's reckoning; None where
            the export does not say.
        line: of the file.
        is_made_up: the export told only what came of it: see `SYNTHETIC`.
        id_is_made_up: the export names no trade: `Fill.trade_id` is a hash of the row.
    """

    fill: Fill
    terms: ContractTerms
    grain: Grain
    action: Action
    venue_pnl: Decimal | None
    line: int
    is_made_up: bool = False
    id_is_made_up: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no fill of a perpetual, and so is left out.

    Attributes:
        why: in a few words: "spot", "cancelled".
        line: of the file.
    """

    why: str
    line: int


ExportRow = ExportFill | FundingPayment | LeftOut


@dataclass(frozen=True, slots=True)
class VenueTotals:
    """The venue's own figures over the rows of an export, as it states them.

    Attributes:
        rows: that are fills, or closed trades.
        pnl: realised, by coin; before fees unless `pnl_is_net`.
        fees: by coin, positive is paid; those that the export states.
        funding: by coin, positive was received.
        pnl_is_net: the venue's P&L has fees and funding in it already.
    """

    rows: int
    pnl: dict[str, Decimal]
    fees: dict[str, Decimal]
    funding: dict[str, Decimal]
    pnl_is_net: bool = False
