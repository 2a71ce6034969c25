"""What is written of a whole account at once, and forgotten with it: no change that could be undone."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal

from workstation.journal.words import JournalWords
from workstation.model.journal import ContractTerms, TripNote


class AccountWords:
    """The words of an account that is added and removed as a whole: the sample journal's."""

    def __init__(
        self, words: JournalWords, lock: AbstractContextManager[object], changed: Callable[[], None]
    ) -> None:
        """Keep them among the journal's words.

        Args:
            words, lock: of the journal.
            changed: told after every change.
        """
        self._words, self._lock, self._changed = words, lock, changed

    def write(
        self, notes: Iterable[TripNote], terms: Iterable[ContractTerms], starts: Mapping[str, Decimal]
    ) -> None:
        """Write notes, terms of symbols and balances ("account|coin"), and wait until they are on the disk.

        Raises:
            JournalReadOnly: another process writes this journal.
            StoreFull, DataDirectoryError: nothing of the last part is on the disk.
        """
        with self._lock:
            for one in terms:
                self._words.know_terms(one)
            self._words.find_out("starts", starts)
            done = self._words.find_out("notes", {note.trip_id: note for note in notes})
            self._changed()
        done.result()

    def forget(self, account: str, venue: str, also: Mapping[str, Collection[str]]) -> None:
        """Take away every word on an account, and the trader's changes of them, and wait for the disk.

        Args:
            account: its key.
            venue: whose terms go too: it is traded in no other account.
            also: keys by place that do not name the account: shadows of its missed trades.

        Raises:
            JournalReadOnly: another process writes this journal.
            StoreFull, DataDirectoryError: it is not on the disk yet.
        """

        def belongs(place: str, key: str) -> bool:
            if place == "missed":
                missed = self._words.missed.get(key)
                return missed is not None and missed.account == account
            head = venue if place == "terms" else account
            return key.startswith(f"{head}|") or key in also.get(place, ())

        with self._lock:
            done = self._words.forget(belongs)
            self._changed()
        done.result()
