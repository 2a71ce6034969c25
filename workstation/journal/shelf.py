"""The accounts of a journal: a book for each ledger in the data directory, and for each import."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from workstation.errors import PreflightError
from workstation.journal.account_book import KINDS, AccountBook
from workstation.journal.accounts import accounts_in
from workstation.journal.trip_events import Leg, TripEvent
from workstation.model.journal import ContractTerms, JournalAccount
from workstation.model.missed import MissedTrade
from workstation.store.journal import Imported
from workstation.store.ledger_reader import LedgerReader

Changed = dict[str, dict[Leg, int]]
"""By account and position, the first trip that may be another than before."""


class AccountShelf:
    """Books by account. One thread at a time looks at ledgers; others may read what is known."""

    def __init__(self, data_dir: Path, terms: Mapping[tuple[str, str], ContractTerms]) -> None:
        """Begin with nothing.

        Args:
            data_dir: where ledgers are looked for.
            terms: how symbols turn into money; it may grow.
        """
        self.books: dict[str, AccountBook] = {}
        self.missed: dict[str, tuple[MissedTrade, ...]] = {}
        """By account, from its ledger alone."""
        self.version = 0
        """Counts up when an account came or went, or something more was missed."""
        self._data_dir = data_dir
        self._terms = terms
        self._readers: dict[str, LedgerReader] = {}
        self._missed_versions: dict[str, int] = {}

    def accounts(self) -> tuple[JournalAccount, ...]:
        """Return all accounts, sorted by key."""
        books = dict(self.books)  # at once, whoever adds one meanwhile
        return tuple(books[key].account for key in sorted(books))

    def look(self, changed: Changed, troubles: list[str]) -> None:
        """Read what is new in the ledgers into `changed`, and what is wrong with them into `troubles`."""
        there = accounts_in(self._data_dir)
        for key in self._readers.keys() - {account.key for account, _ in there}:
            del self._readers[key]  # somebody took its folder away
            self.drop(key, changed)
        for account, folder in there:
            reader = self._readers.get(account.key)
            if reader is None:
                reader = self._readers[account.key] = LedgerReader(folder, KINDS)
                self.books[account.key] = AccountBook(account, self._terms)
                self.version += 1
            self._read(self.books[account.key], reader, changed, troubles)

    def use_terms(self, changed: Changed, troubles: list[str]) -> None:
        """Reckon by the terms that are told by now; symbols that lack them are told in `troubles`."""
        for key, book in self.books.items():
            _add(changed, key, book.use_terms())
            troubles += [
                f"{book.account.title}: how {symbol} turns into money is not known, so its trades are "
                "left out until the desk follows it."
                for symbol in book.without_terms
            ]

    def refold(self, key: str, imports: Sequence[Imported], changed: Changed) -> None:
        """Reckon an imported account anew from the imports that count."""
        if not imports:
            self.drop(key, changed)
            return
        terms = {(one.venue, one.symbol): one for import_ in imports for one in import_.contracts}
        book = AccountBook(imports[-1].receipt.account, terms)
        events: list[TripEvent] = []
        for import_ in imports:
            events += import_.fills
            events += import_.fundings
        changed[key] = book.take_events(events)
        self.books[key] = book
        self.version += 1

    def drop(self, key: str, changed: Changed) -> None:
        """Forget an account."""
        self.missed.pop(key, None)
        if self.books.pop(key, None) is not None:
            changed[key] = {}
            self.version += 1

    def everything(self) -> Changed:
        """Return all positions as changed from the first trip on."""
        return {key: dict.fromkeys(book.folds, 0) for key, book in self.books.items()}

    def _read(self, book: AccountBook, reader: LedgerReader, changed: Changed, troubles: list[str]) -> None:
        key, title = book.account.key, book.account.title
        try:
            found = reader.look()
        except PreflightError as error:
            troubles.append(f"{title}: {error}")
            return
        if reader.trouble:
            troubles.append(f"{title}: {reader.trouble} The rest is shown all the same.")
        if found.is_anew:
            book.begin_anew()
            changed[key] = {}
        if found.entries:
            _add(changed, key, book.take_entries(found.entries))
        if book.missed_version != self._missed_versions.get(key, 0):
            self._missed_versions[key] = book.missed_version
            self.missed[key] = tuple(book.missed())
            self.version += 1


def _add(changed: Changed, key: str, those: Mapping[Leg, int]) -> None:
    for leg, place in those.items():
        held = changed.setdefault(key, {})
        held[leg] = min(place, held.get(leg, place))
