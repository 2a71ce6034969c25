"""The book of record: a chain of entries that is only ever added to."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from workstation.model.ledger import LedgerEntry, LedgerRecord


class Ledger(Protocol):
    """The book of record: entries in a chain that is only ever added to."""

    def append(self, *records: LedgerRecord) -> "Future[int]":
        """Write records in one transaction; the future holds the newest seq once they are on the disk.

        A fill or a funding payment that is there already is left out, not written twice.

        Raises (in the future):
            StoreFull, DataDirectoryError: nothing of it was written.
        """
        ...

    def entries(self, *kinds: type, from_seq: int = 1) -> Sequence[LedgerEntry]:
        """Return entries of these kinds (all, if none is named) in the order they were written."""
        ...

    def close(self) -> None:
        """Write what is queued and release the file."""
        ...
