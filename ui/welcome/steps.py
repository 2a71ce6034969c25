"""What the tour asks for, step by step, and whether it is so: read from the desk itself at every look."""

from collections.abc import Callable
from dataclasses import dataclass

from ui.services import PanelServices
from ui.ticket.hand import opens
from ui.ticket.reckoned import Reckoned
from workstation.model.journal import AccountKind, Feelings, ReviewedTrip, TripNote
from workstation.trading.checklist_template import EmotionalRow, ManualRow

_ASKING = (ManualRow, EmotionalRow)
_TRADED = frozenset({AccountKind.PAPER, AccountKind.SIMULATED, AccountKind.LIVE})


class TourFacts:
    """What the desk says about the tour; what was traded before it began does not count.

    Attributes:
        services: where it is read.
        picked: another market was chosen since the tour began.
        trip: the newest round trip since then; None before there is one.
    """

    def __init__(self, services: PanelServices) -> None:
        """Begin now."""
        self.services = services
        self.picked = False
        self.trip: ReviewedTrip | None = None
        self._symbol = services.links.first.symbol
        self._before = frozenset(one.trip.trip_id for one in self._traded())

    def look(self) -> None:
        """Look at what has changed."""
        now = self.services.links.first.symbol
        self.picked = self.picked or (bool(self._symbol) and now != self._symbol)
        self._symbol = self._symbol or now
        new = [one for one in self._traded() if one.trip.trip_id not in self._before]
        self.trip = max(new, key=lambda one: one.trip.opened_ms, default=None)

    @property
    def found(self) -> Reckoned | None:
        """The ticket of the linked symbol, worked out; None while there is no account."""
        trading, symbol = self.services.trading, self.services.links.first.symbol
        if trading is None or self.services.workstation.market.state(symbol) is None:
            return None
        return self.services.tickets.reckoned(symbol, trading)

    @property
    def is_held(self) -> bool:
        """Whether something is held now."""
        portfolio = self.services.portfolio
        return portfolio is not None and any(one.size for one in portfolio.positions.values())

    @property
    def closed(self) -> ReviewedTrip | None:
        """The round trip since the tour began, once it is closed."""
        return self.trip if self.trip is not None and not self.trip.trip.is_open else None

    def _traded(self) -> list[ReviewedTrip]:
        journal = self.services.journal
        if journal is None:
            return []
        accounts = [one.key for one in journal.accounts() if one.kind in _TRADED]
        return [one for key in accounts for one in journal.trips(key)]


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a step.

    Attributes:
        words: what to do, or to see.
        how: the keys or the place, in a few words.
        is_done: whether it is so now.
    """

    words: str
    how: str
    is_done: Callable[[TourFacts], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tour.

    Attributes:
        title: its name.
        words: what this part of the desk is for, a sentence or two.
        tasks: in their order.
        workspace: in which its panels stand.
        panels: kinds that are shown, as things stand.
    """

    title: str
    words: str
    tasks: tuple[Task, ...]
    workspace: Callable[[TourFacts], str]
    panels: Callable[[TourFacts], tuple[str, ...]]


def _has_prices(facts: TourFacts) -> bool:
    state = facts.services.workstation.market.state(facts.services.links.first.symbol)
    return state is not None and state.health.last_data is not None and state.health.last_book is not None


def _has_setup(facts: TourFacts) -> bool:
    return _is_sent(facts) or (facts.found is not None and bool(facts.found.draft.setup))


def _has_side(facts: TourFacts) -> bool:
    return _is_sent(facts) or bool(facts.services.tickets.draft(facts.services.links.first.symbol).stop)


def _has_answered(facts: TourFacts) -> bool:
    """Whether the rows pass that ask the trader."""
    if _is_sent(facts):
        return True
    verdict = None if facts.found is None else facts.found.verdict
    asked = () if verdict is None else [row for row in verdict.rows if isinstance(row.row, _ASKING)]
    return bool(asked) and all(row.state.passes for row in asked)


def _has_passed(facts: TourFacts) -> bool:
    """Whether every row passes, with a stop and a liquidation price to look at."""
    if _is_sent(facts):
        return True
    found = facts.found
    if found is None or found.verdict is None or found.stop is None or found.liquidation is None:
        return False
    return found.verdict.passed


def _is_sent(facts: TourFacts) -> bool:
    services = facts.services
    return _is_filled(facts) or opens(services.trading, services.links.first.symbol)


def _is_filled(facts: TourFacts) -> bool:
    return facts.is_held or facts.trip is not None


def _is_closed(facts: TourFacts) -> bool:
    return facts.trip is not None and not facts.is_held


def _is_written(facts: TourFacts) -> bool:
    one = facts.closed
    return one is not None and _says_something(one.note)


def _says_something(note: TripNote) -> bool:
    nothing = Feelings()
    return bool(note.text.strip() or note.tags) or (note.before, note.during, note.after) != (nothing,) * 3


STEPS = (
    Step(
        "The market",
        "Prices, a chart and the depth of one market. Whatever is chosen in the watchlist is shown by every "
        "panel of its colour.",
        (
            Task("Prices arrive", "they move by themselves", _has_prices),
            Task("Choose another market", "click a row of the watchlist", lambda facts: facts.picked),
        ),
        lambda _: "trade",
        lambda _: ("watchlist", "chart", "depth"),
    ),
    Step(
        "The ticket",
        "It reads from top to bottom: setup and checklist, entry, stop and target, what it does to you. It "
        "is locked until every row passes, and it says which row locks it.",
        (
            Task("Choose the setup “First trade”", "the box at the top of the ticket", _has_setup),
            Task(
                "Answer the two rows that ask", "click them: write the exit, say how it feels", _has_answered
            ),
            Task("Buy or sell", "B or S: entry, stop and target are proposed", _has_side),
            Task("Every row passes", "the stop lies before liquidation: “What it does to me”", _has_passed),
            Task("Send it: play money", "the button says what will happen", _is_sent),
            Task("It is filled", "a limit waits for its price; ↑ in Entry goes to meet it", _is_filled),
        ),
        lambda _: "trade",
        lambda _: ("ticket",),
    ),
    Step(
        "The journal",
        "Every position becomes an entry by itself, with its plan, its checklist and pictures. Your words "
        "are the only thing missing.",
        (
            Task("Close the position", "Alt+4, or ✕ in positions", _is_closed),
            Task("It is in the journal", "by itself, a second later", lambda facts: facts.closed is not None),
            Task("Write a sentence about it", "in the entry, under “Notes”", _is_written),
        ),
        lambda facts: "trade" if facts.closed is None else "review",
        lambda facts: ("positions",) if facts.closed is None else ("trips", "entry"),
    ),
)
