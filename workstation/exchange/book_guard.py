"""Follows one symbol's book in the feed process and says when a new snapshot of it is needed."""

from workstation.market.order_book import BookStatus, OrderBook
from workstation.model.columns import Records
from workstation.model.instrument import Instrument

CROSSED_S = 0.5
"""A bid at or above an ask for longer than this is no passing thing: the book is wrong."""

FIRST_SNAPSHOT_S = 1.0
"""After so long without an update the first snapshot is asked for all the same: thin markets are quiet."""


class BookGuard:
    """Watches that the updates of a book chain and that it does not stay crossed."""

    def __init__(self, instrument: Instrument, now: float) -> None:
        """Begin to watch; `now` is in monotonic seconds, here and below."""
        self.book = OrderBook(instrument)
        self._began = now
        self._has_updates = False
        self._crossed_since: float | None = None
        self._is_doubted: str | None = None

    def take(self, updates: Records, levels: Records, now: float) -> None:
        """Take in rows of BOOK_UPDATE with their rows of LEVEL, as they are sent on to the desk."""
        self._has_updates = True
        if self.book.apply(updates, levels):
            self._is_doubted = None
        if self.book.best_bid >= self.book.best_ask:
            if self._crossed_since is None:
                self._crossed_since = now
        else:
            self._crossed_since = None

    def doubt(self, why: str) -> None:
        """Ask for a new snapshot, whatever the updates say."""
        self._is_doubted = why

    def needs_snapshot(self, now: float) -> str | None:
        """Return why a snapshot is needed, as a sentence; None while the book is sound."""
        if self.book.status is BookStatus.BROKEN:
            return "An update of the order book is missing; the whole book is fetched anew."
        if self.book.status is BookStatus.EMPTY:
            waited = self._has_updates or now - self._began > FIRST_SNAPSHOT_S
            return "The order book is being fetched." if waited else None
        if self._crossed_since is not None and now - self._crossed_since > CROSSED_S:
            return "The order book stays crossed; it is fetched anew."
        return self._is_doubted
