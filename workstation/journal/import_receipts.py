"""What an import added and what the journal had already, counted for its receipt."""

from collections.abc import Iterable, Sequence

from workstation.model.journal import ImportReceipt, JournalAccount
from workstation.model.orders import Fill
from workstation.model.positions import FundingPayment
from workstation.store.journal import Imported


def receipt_of(
    import_id: int,
    account: JournalAccount,
    source: tuple[str, str],
    now_ms: int,
    fills: Sequence[Fill],
    fundings: Sequence[FundingPayment],
    held: Iterable[Imported],
) -> ImportReceipt:
    """Count what of an import is new.

    Args:
        import_id: its number.
        account: that it is added to.
        source: the file's name, and the SHA-256 of its bytes.
        now_ms: our clock.
        fills, fundings: all of the file.
        held: the imports of the account that count.
    """
    before = list(held)
    new_fills = {_fill_id(fill) for fill in fills}
    new_fills -= {_fill_id(fill) for one in before for fill in one.fills}
    new_fundings = {_funding_id(paid) for paid in fundings}
    new_fundings -= {_funding_id(paid) for one in before for paid in one.fundings}
    return ImportReceipt(
        import_id,
        account,
        *source,
        now_ms,
        len(new_fills),
        len(fills) - len(new_fills),
        len(new_fundings),
        len(fundings) - len(new_fundings),
    )


def _fill_id(fill: Fill) -> tuple[str, str, int, str]:
    return (fill.venue, fill.symbol, fill.trade_id, fill.side.value)


def _funding_id(paid: FundingPayment) -> tuple[str, str, int, str]:
    return (paid.venue, paid.symbol, paid.event_ms, paid.kind.value)
