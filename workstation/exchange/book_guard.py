"""Follows the chain of one symbol's book updates and says when a new snapshot of the book is needed."""

from collections import deque

from workstation.market.order_book import BookStatus
from workstation.market.sequence import SequenceCheck, Verdict
from workstation.model.columns import Records
from workstation.model.instrument import SequenceRule

FIRST_SNAPSHOT_S = 1.0
"""After so long without an update the first snapshot is asked for all the same: thin markets are quiet."""

MOST_WAITING_UPDATES = 10_000
"""Updates whose ids are remembered while a snapshot is awaited."""

STREAMED_SNAPSHOT_S = 8.0
"""After so long without the snapshot that a stream begins with, it is subscribed to anew."""

_Ids = tuple[int, int, int]


class BookGuard:
    """Watches that the updates of a book chain, by their ids alone: the levels are the desk's to keep.

    It judges as `OrderBook` does, so that what it calls live is live at the desk.
    """

    def __init__(self, rule: SequenceRule, now: float, *, snapshots_streamed: bool = False) -> None:
        """Begin to watch.

        Args:
            rule: how the updates are chained.
            now: monotonic seconds, here and below.
            snapshots_streamed: the first snapshot comes by itself, so that it is waited for.
        """
        self._snapshots_streamed = snapshots_streamed
        self._sequence = SequenceCheck(rule)
        self._waiting: deque[_Ids] = deque(maxlen=MOST_WAITING_UPDATES)
        self._began = now
        self._doubt: str | None = None
        self.status = BookStatus.EMPTY
        self.sequence_gaps = 0

    def take(self, updates: Records) -> None:
        """Take in rows of BOOK_UPDATE, as they are sent on to the desk."""
        ids = zip(
            updates["first_id"].tolist(),
            updates["last_id"].tolist(),
            updates["prev_id"].tolist(),
            strict=True,
        )
        for update, is_snapshot in zip(ids, updates["is_snapshot"].tolist(), strict=True):
            if is_snapshot:
                self._begin(update[1])
            elif self.status is BookStatus.LIVE:
                self._follow(update)
            else:
                self._wait(update)

    def doubt(self, why: str) -> None:
        """Ask for a new snapshot, whatever the updates say."""
        self._doubt = why

    def needs_snapshot(self, now: float) -> str | None:
        """Return why a snapshot is needed, as a sentence; None while the book is sound."""
        if self.status is BookStatus.BROKEN:
            return "An update of the order book is missing; the whole book is fetched anew."
        if self.status is BookStatus.EMPTY:
            wait_s = STREAMED_SNAPSHOT_S if self._snapshots_streamed else FIRST_SNAPSHOT_S
            waited = (self._waiting and not self._snapshots_streamed) or now - self._began > wait_s
            return "The order book is being fetched." if waited else None
        return self._doubt

    def _begin(self, snapshot_id: int) -> None:
        self._sequence.start(snapshot_id)
        self.status = BookStatus.LIVE
        self._doubt = None
        waiting = list(self._waiting)
        self._waiting.clear()
        for update in waiting:
            if self.status is BookStatus.LIVE:
                self._follow(update)
            else:
                self._wait(update)

    def _wait(self, update: _Ids) -> None:
        if self._sequence.snapshots_come_late:
            self._waiting.append(update)

    def _follow(self, update: _Ids) -> None:
        if self._sequence.check(*update) is Verdict.GAP:
            self.sequence_gaps += 1
            self.status = BookStatus.BROKEN
            self._wait(update)
