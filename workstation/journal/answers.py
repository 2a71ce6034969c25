"""What the journal answers with: round trips put together with the words on them, sorted, and by id."""

import threading
from dataclasses import replace

from workstation.journal.account_book import AccountBook
from workstation.journal.round_trips import place_of
from workstation.journal.shelf import AccountShelf, Changed
from workstation.journal.words import JournalWords
from workstation.model.journal import ReviewedTrip, RoundTrip, TripNote


class Answers:
    """Whole tuples, exchanged at once: whoever asks never sees half of a change.

    Attributes:
        trips: by account, and of all under None: as they were closed, those open last.
        by_id: the same by id.
    """

    def __init__(self, words: JournalWords, shelf: AccountShelf, lock: threading.RLock) -> None:
        """Begin with nothing.

        Args:
            words: what is said of round trips.
            shelf: their books.
            lock: is held while words and answers are put together.
        """
        self.trips: dict[str | None, tuple[ReviewedTrip, ...]] = {None: ()}
        self.by_id: dict[str, ReviewedTrip] = {}
        self._words, self._shelf, self._lock = words, shelf, lock
        self._meanwhile: set[str] = set()  # trips of which something was said while trips were sorted

    def publish(self, changed: Changed) -> bool:
        """Let what was folded be the answer from now on, one thread at a time; whether there was anything."""
        if not changed:
            return False
        books, answers = self._shelf.books, {**self.trips}
        with self._lock:
            self._meanwhile.clear()
            for key, those in changed.items():
                if key in books:
                    books[key].review(those, self._reviewed)
        # Sorting many trips takes a while, in which words may go on being written.
        for key in changed:
            held = books[key].reviewed.values() if key in books else ()
            answers[key] = tuple(sorted((trip for trips in held for trip in trips), key=_place))
        every = [trip for key, trips in answers.items() if key is not None for trip in trips]
        answers[None] = tuple(sorted(every, key=_place))
        by_id = {one.trip.trip_id: one for one in answers[None]}
        with self._lock:
            self.trips, self.by_id = answers, by_id
            self.review_again(*self._meanwhile)
        return True

    def review_again(self, *trip_ids: str) -> None:
        """Put a few round trips together anew, where everything else is as it was; the lock is held."""
        self._meanwhile.update(trip_ids)
        words, now = self._words, dict[str, ReviewedTrip]()
        for trip_id in trip_ids:
            before = self.by_id.get(trip_id)
            if before is not None:
                now[trip_id] = replace(
                    before,
                    note=self._note(trip_id),
                    excursion=words.excursions.get(trip_id),
                    conditions=self._conditions(trip_id),
                )
        if not now:
            return
        self.by_id.update(now)
        for key in {None, *(one.trip.account for one in now.values())}:
            self.trips[key] = tuple([now.get(one.trip.trip_id, one) for one in self.trips[key]])
            if key is not None:
                self._shelf.books[key].replace(now)

    def _reviewed(self, book: AccountBook, trip: RoundTrip) -> ReviewedTrip:
        key = trip.trip_id
        return ReviewedTrip(
            trip,
            self._note(key),
            book.evidence(trip),
            book.overrides(trip),
            book.stop_moves(trip),
            self._words.excursions.get(key),
            self._conditions(key),
        )

    def _note(self, trip_id: str) -> TripNote:
        return self._words.notes.get(trip_id) or TripNote(trip_id)

    def _conditions(self, trip_id: str) -> dict[str, str]:
        return self._words.conditions.get(trip_id, {})


def _place(reviewed: ReviewedTrip) -> tuple[bool, int, int, str]:
    return place_of(reviewed.trip)
