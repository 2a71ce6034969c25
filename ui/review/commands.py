"""The commands of review: a round trip by its words, the newest of a symbol, the next that waits."""

from collections.abc import Callable
from functools import partial

from ui.commands import Command
from ui.desk.whole import WholeDesk
from ui.positions.figures import signed
from ui.review.queue import next_unreviewed
from ui.review.review_pictures import ReviewPictures
from ui.review.trip_words import moment_words
from ui.services import PanelServices
from workstation.journal.accounts import is_sample, without_sample
from workstation.model.journal import ReviewedTrip

WORKSPACE = "review"
MOST_OFFERED = 8
_WORD = "review"


def add_review_commands(desk: WholeDesk) -> None:
    """Put review into the palette; call once."""

    def linked() -> str:
        panel = desk.bench.current()
        return desk.services.links.first.symbol if panel is None else panel.link.symbol

    commands = ReviewCommands(desk.services, linked, lambda: desk.session.switch(WORKSPACE))
    desk.commands.add(*commands.fixed())
    pictures = ReviewPictures(desk.services, lambda: desk.bench.panels, desk.main)
    desk.main.destroyed.connect(pictures.put_away)
    desk.commands.add(
        Command(
            "Keep a picture of the review with this trade",
            pictures.take,
            "Ctrl+Shift+S",
            lambda: pictures.can_take,
            "review.picture",
            words="screenshot time machine",
        )
    )
    desk.commands.add_source(commands.typed)
    desk.services.review_trip = commands.review


class ReviewCommands:
    """Leads to round trips from anywhere on the desk."""

    def __init__(
        self, services: PanelServices, linked: Callable[[], str], open_review: Callable[[], None]
    ) -> None:
        """Use these.

        Args:
            services: with the journal and what is chosen of it.
            linked: the symbol that the panel with the keyboard shows.
            open_review: brings up the workspace of review.
        """
        self._services = services
        self._linked = linked
        self._open_review = open_review

    def fixed(self) -> list[Command]:
        """Those that are always there."""
        return [
            Command(
                "Review this trade",
                self.review_newest,
                available=lambda: self._newest(self._linked()) is not None,
                id="review.trade",
                words="journal last trade entry",
            ),
            Command(
                "Next unreviewed trade",
                self.review_next,
                available=lambda: bool(self._next()),
                id="review.next",
                words="journal review queue",
            ),
        ]

    def typed(self, query: str) -> list[Command]:
        """Round trips that answer to what is typed after "review", the newest first."""
        words = query.casefold().split()
        journal = self._services.journal
        if journal is None or len(words) < 2 or not _WORD.startswith(words[0]):
            return []
        found = []
        for one in reversed(journal.trips()):
            name = _name(one)
            if all(word in name.casefold() for word in words[1:]):
                found.append(Command(name, partial(self.review, one.trip.trip_id)))
                if len(found) == MOST_OFFERED:
                    break
        return found

    def review(self, trip_id: str) -> None:
        """Show a round trip in review."""
        self._open_review()
        self._services.selection.choose(trip_id)

    def review_newest(self) -> None:
        """Show the newest round trip of the linked symbol."""
        one = self._newest(self._linked())
        if one is not None:
            self.review(one.trip.trip_id)

    def review_next(self) -> None:
        """Show the next round trip that waits for its review."""
        found = self._next()
        if found:
            self.review(found)

    def _newest(self, symbol: str) -> ReviewedTrip | None:
        journal = self._services.journal
        if journal is None:
            return None
        trips = without_sample(journal.trips())
        return next((one for one in reversed(trips) if one.trip.symbol == symbol), None)

    def _next(self) -> str:
        """The next of the list in view; of all round trips where no list was shown yet."""
        journal, selection = self._services.journal, self._services.selection
        if journal is None:
            return ""
        if selection.order:
            return next_unreviewed(journal, selection)
        waiting = (
            one
            for one in reversed(without_sample(journal.trips()))
            if not one.note.reviewed_ms and not one.trip.is_open
        )
        return next((one.trip.trip_id for one in waiting), "")


def _name(one: ReviewedTrip) -> str:
    trip = one.trip
    result = f"{signed(trip.r_multiple)} R" if trip.r_multiple is not None else signed(trip.net_pnl)
    sample = "SAMPLE " if is_sample(one) else ""
    return f"Review {sample}{trip.symbol} {trip.direction.value} {moment_words(trip.opened_ms)[:-3]} {result}"
