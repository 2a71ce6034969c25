"""What accounts held before their first round trip: by a paper account's book, else as the trader says."""

from collections.abc import Iterable
from decimal import Decimal

from workstation.exchange.paper_journal import PAPER_BOOK, first_balances
from workstation.journal.journal import Journal


def starting_balances(journal: Journal, owners: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Decimal]:
    """Return the balance that each account began with, by its key and the settlement coin, as far as known.

    What the trader said goes first; of a paper account it is what was put in before its first fill. Reads
    files: not for the window's thread.
    """
    found: dict[tuple[str, str], Decimal] = {}
    by_book: dict[str, dict[str, Decimal]] = {}
    for account, asset in set(owners):
        start = journal.start_said(account, asset)
        if start is None:
            if account not in by_book:
                by_book[account] = first_balances(journal.data_dir / account / PAPER_BOOK)
            start = by_book[account].get(asset)
        if start is not None:
            found[account, asset] = start
    return found
