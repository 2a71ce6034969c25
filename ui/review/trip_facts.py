"""Has what a round trip rests on read behind the window: its margin, and its plan left alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from workstation.journal.counterfactuals import Counterfactual, passive
from workstation.journal.exit_rules import contract_of_trip, terms_of
from workstation.journal.journal import Journal
from workstation.journal.margin_facts import MarginFacts, margin_facts
from workstation.market.past_reader import Job
from workstation.model.journal import RoundTrip
from workstation.ports import History, MomentHistory


@dataclass(frozen=True, slots=True)
class _Passive:
    row: Counterfactual | None


class TripFacts:
    """What is known of one round trip; a `workstation.market.past_reader.Wanting`.

    Attributes:
        error: why nothing can be read; empty while all is well.
        margin: None until it has been read.
        passive: the outcome of the plan left alone; None until it is known, and where it cannot be.
        version: counts what has come.
    """

    def __init__(self, journal: Journal, trip: RoundTrip, *, with_passive: bool = False) -> None:
        """Ask for a round trip; its plan left alone takes longer, and comes last."""
        self.error = ""
        self.margin: MarginFacts | None = None
        self.passive: Counterfactual | None = None
        self.version = 0
        self._jobs: dict[str, Callable[[History], object]] = {"margin": partial(_margin, journal, trip)}
        if with_passive and trip.closed_ms is not None:
            self._jobs["passive"] = partial(_passive, trip)

    def jobs(self, now: float) -> list[Job]:
        """What has not come yet."""
        del now
        return list(self._jobs.items())

    def put(self, found: object, now: float) -> None:
        """Take in what was read."""
        del now
        if isinstance(found, MarginFacts):
            self.margin = found
            self._jobs.pop("margin", None)
        elif isinstance(found, _Passive):
            self.passive = found.row
            self._jobs.pop("passive", None)
        self.version += 1


def _margin(journal: Journal, trip: RoundTrip, history: History) -> MarginFacts:
    return margin_facts(history, journal, trip)


def _passive(trip: RoundTrip, history: History) -> _Passive:
    terms = terms_of(trip, contract_of_trip(history, trip))
    found = next(passive(cast(MomentHistory, history), [trip], [terms]), None)
    return _Passive(None if found is None or not found[1].is_known else found[1])
