"""Keeps the journal up to date on a thread of its own: new fills at once, conditions when there is time."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing

from workstation.errors import PreflightError
from workstation.journal.conditions import CONDITIONS, conditions_of
from workstation.journal.journal import Journal
from workstation.model.journal import ContractTerms, ReviewedTrip, RoundTrip
from workstation.ports import History

log = logging.getLogger(__name__)

EVERY_S = 0.4
"""Between two looks at the ledgers: a trade just closed is in the journal within a second."""
PATIENCE_LOOKS = 150
"""Conditions that the stored past could not tell are looked up again after so many looks."""
_AT_ONCE = 2_000
"""Trips whose conditions are worked out between two looks."""


class JournalFollower:
    """A thread that refreshes a journal until it is closed."""

    def __init__(
        self,
        journal: Journal,
        *,
        terms: Callable[[], Sequence[ContractTerms]] = tuple,
        history: Callable[[], History] | None = None,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            journal: to keep up to date.
            terms: of the symbols that the desk trades now; called on the thread.
            history: gives a reader of the stored past, which is closed after use; called on the thread.
        """
        self._journal = journal
        self._terms = terms
        self.history = history
        """Another one after a switch of markets; None while there is none."""
        self._ended = threading.Event()
        self._asked: set[str] = set()
        self._complete = -1  # version of the journal in which no trip lacks anything that could be told
        self._failed = ""
        self._thread = threading.Thread(target=self._run, name="journal follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """End, after the look that is under way. Twice does nothing."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Do once what the thread does again and again."""
        self._journal.know_terms(self._terms())
        self._journal.refresh()
        if not self._journal.is_read_only:
            self._find_conditions()

    def _run(self) -> None:
        looks = 0
        while not self._ended.is_set():
            try:
                self.look()
                self._failed = ""
            except Exception as error:  # it must go on: what failed may be mended meanwhile
                if str(error) != self._failed:
                    log.error("the journal is not up to date: %s", error)
                self._failed = str(error)
            looks += 1
            if looks % PATIENCE_LOOKS == 0:
                self._asked.clear()
                self._complete = -1
            self._ended.wait(EVERY_S)

    def _find_conditions(self) -> None:
        if self._journal.version == self._complete:
            return
        lacking = [one for one in reversed(self._journal.trips()) if self._lacks(one)][:_AT_ONCE]
        if not lacking:
            self._complete = self._journal.version
            return
        found = self._conditions([one.trip for one in lacking])
        self._asked.update(found)
        told = {one.trip.trip_id: one.conditions for one in lacking}
        new = {key: words for key, words in found.items() if not words.items() <= told[key].items()}
        if new:
            self._journal.save_conditions(new)

    def _lacks(self, one: ReviewedTrip) -> bool:
        return len(one.conditions) < len(CONDITIONS) and one.trip.trip_id not in self._asked

    def _conditions(self, trips: Sequence[RoundTrip]) -> dict[str, dict[str, str]]:
        history = self.history
        if history is not None:
            try:
                with closing(history()) as reader:
                    return conditions_of(trips, reader)
            except PreflightError as error:
                log.info("the stored past tells no conditions: %s", error)
        return conditions_of(trips, None)
