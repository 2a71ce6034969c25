"""Keeps the journal up to date on a thread of its own, and says of which trips conditions are lacking."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from workstation.journal.conditions import CONDITIONS, MOON, SESSION, conditions_of
from workstation.journal.journal import Journal
from workstation.market.past_reader import Job
from workstation.model.journal import ContractTerms, ReviewedTrip, RoundTrip
from workstation.ports import History

log = logging.getLogger(__name__)

EVERY_S = 0.4
"""Between two looks at the ledgers: a trade just closed is in the journal within a second."""
AGAIN_LOOKS = 150
"""Conditions that the stored past could not tell are looked up again after so many looks."""
AT_ONCE = 500
"""Trips whose conditions are looked up together."""


class JournalFollower:
    """A thread that refreshes a journal until it is closed.

    It works out what needs no data of the market. What does is left to whoever reads the stored past:
    `StoredConditions` asks for it.
    """

    def __init__(self, journal: Journal, terms: Callable[[], Sequence[ContractTerms]] = tuple) -> None:
        """Prepare; `start` begins.

        Args:
            journal: to keep up to date.
            terms: of the symbols that the desk trades now; called on the thread.
        """
        self.journal = journal
        self.lacking: tuple[RoundTrip, ...] = ()
        """Trips, the newest first, whose conditions the stored past has not been asked for."""
        self._terms = terms
        self._ended = threading.Event()
        self._looks = 0
        self._asked: set[str] = set()
        self._seen = -1
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
        self.journal.know_terms(self._terms())
        self.journal.refresh()
        self._looks += 1
        if self._looks % AGAIN_LOOKS == 0:
            self._asked.clear()
            self._seen = -1
        if self.journal.version != self._seen and not self.journal.is_read_only:
            self._seen = self.journal.version
            self._find_conditions()

    def take(self, asked: Sequence[RoundTrip], found: Mapping[str, Mapping[str, str]]) -> None:
        """Take in what the stored past told of trips, which are not asked for again for a while."""
        self._asked.update(trip.trip_id for trip in asked)
        self._keep(found)
        self.lacking = tuple(trip for trip in self.lacking if trip.trip_id not in self._asked)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
                self._failed = ""
            except Exception as error:  # it must go on: what failed may be mended meanwhile
                if str(error) != self._failed:
                    log.error("the journal is not up to date: %s", error)
                self._failed = str(error)
            self._ended.wait(EVERY_S)

    def _find_conditions(self) -> None:
        lacking = [one for one in reversed(self.journal.trips()) if len(one.conditions) < len(CONDITIONS)]
        new = [one.trip for one in lacking if not {SESSION, MOON} <= one.conditions.keys()]
        self._keep(conditions_of(new, None))
        self.lacking = tuple(one.trip for one in lacking if one.trip.trip_id not in self._asked)

    def _keep(self, found: Mapping[str, Mapping[str, str]]) -> None:
        new = {key: words for key, words in found.items() if self._says_more(words, self.journal.trip(key))}
        if new:
            self.journal.save_conditions(new)

    def _says_more(self, words: Mapping[str, str], known: ReviewedTrip | None) -> bool:
        return known is not None and not words.items() <= known.conditions.items()


class StoredConditions:
    """Asks a reader of the stored past for the conditions that are lacking: a `Wanting`, for one market."""

    def __init__(self, follower: JournalFollower) -> None:
        self.error = ""
        self._follower = follower

    def jobs(self, _now: float) -> list[Job]:
        """What is lacking, as one job."""
        batch = self._follower.lacking[:AT_ONCE]
        if not batch:
            return []
        return [((batch[0].trip_id, len(batch)), partial(_look_up, batch))]

    def put(self, found: object, _now: float) -> None:
        """Take in what the job found."""
        assert isinstance(found, _Found)
        self._follower.take(found.asked, found.conditions)


class _Found:
    def __init__(self, asked: Sequence[RoundTrip], conditions: Mapping[str, Mapping[str, str]]) -> None:
        self.asked = asked
        self.conditions = conditions


def _look_up(batch: Sequence[RoundTrip], history: History) -> _Found:
    return _Found(batch, conditions_of(batch, history))
