"""What the trader's rituals leave in the journal: kept at every step, never undone by an edit elsewhere."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace

from workstation.journal.words import JournalWords
from workstation.model.rituals import Commitment, LossReview, PlaybookPage, WeeklyReview
from workstation.runtime.clock import Clock


class RitualBook:
    """Weekly reviews, commitments, looks back on losses and pages of the playbook.

    They are kept beside the changes that `Journal.undo` takes back: a promise is not undone with a typing
    error. Writing raises `JournalReadOnly` where another process writes the journal; futures say when a
    change is on the disk.
    """

    def __init__(
        self,
        words: JournalWords,
        lock: AbstractContextManager[object],
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        """Keep them among the journal's words.

        Args:
            words, lock: of the journal.
            clock: ours.
            changed: told after every change.
        """
        self._words, self._lock, self._clock, self._changed = words, lock, clock, changed

    # Weeks.

    def week(self, week: str) -> WeeklyReview:
        """Return the review of a week ("2026-W47"); a new one where none was begun."""
        return self._words.weeks.get(week) or WeeklyReview(week)

    def weeks(self) -> tuple[WeeklyReview, ...]:
        """Return every review that was begun, the oldest first."""
        with self._lock:
            return tuple(self._words.weeks[week] for week in sorted(self._words.weeks))

    def save_week(self, review: WeeklyReview) -> "Future[None]":
        """Keep a review as far as it has come."""
        return self._keep("weeks", review.week, replace(review, edited_ms=self._clock.now_ms()))

    # Commitments.

    def commitment(self, week: str) -> Commitment | None:
        """Return what the review of a week ended in; None where it ended in nothing."""
        return self._words.commitments.get(week)

    def commitments(self) -> tuple[Commitment, ...]:
        """Return every commitment, the oldest first."""
        with self._lock:
            return tuple(sorted(self._words.commitments.values(), key=lambda one: one.made_ms))

    def save_commitment(self, commitment: Commitment) -> "Future[None]":
        """Keep a commitment, or that it was lifted."""
        return self._keep("commitments", commitment.commitment_id, commitment)

    # Losses.

    def loss(self, loss_id: str) -> LossReview:
        """Return what was said of a loss ("<symbol>|<opened_ms>"); a new one where nothing was."""
        return self._words.losses.get(loss_id) or LossReview(loss_id)

    def save_loss(self, review: LossReview) -> "Future[None]":
        """Keep what is said of a loss, also as a draft."""
        return self._keep("losses", review.loss_id, review)

    # Playbook.

    def page(self, setup: str) -> PlaybookPage:
        """Return the page of a setup; an empty one where nothing was written."""
        return self._words.playbook.get(setup) or PlaybookPage(setup)

    def pages(self) -> tuple[PlaybookPage, ...]:
        """Return every page that was written, by setup."""
        with self._lock:
            return tuple(self._words.playbook[setup] for setup in sorted(self._words.playbook))

    def save_page(self, page: PlaybookPage) -> "Future[None]":
        """Keep the page of a setup."""
        return self._keep("playbook", page.setup, replace(page, edited_ms=self._clock.now_ms()))

    def _keep(self, place: str, key: str, value: object) -> "Future[None]":
        with self._lock:
            done = self._words.find_out(place, {key: value})
            self._changed()
            return done
