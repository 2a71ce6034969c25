"""Which round trip is looked at, and at which moment of it: what the panels of the review screen share."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ui.review.trip_filter import TripFilter


@dataclass(frozen=True, slots=True)
class ExitMark:
    """Another exit of the round trip that is looked at, to be marked on its chart.

    Attributes:
        letter: "A" … as in the table of exits.
        at_ms: when it would have been filled, the venue's clock.
        price: at which.
        words: what it is, and what it would have brought.
    """

    letter: str
    at_ms: int
    price: float
    words: str


class TripSelection(QObject):
    """The round trip that is chosen, the moment shown of it, and its neighbours in the list in view."""

    changed = Signal(str)
    """Another round trip is chosen; its id, "" for none."""
    moment_changed = Signal(object)
    """The moment shown is another; milliseconds, or None."""
    marks_changed = Signal()
    """Other exits are marked."""
    order_changed = Signal()
    """The list in view holds other round trips, or in another order."""
    wanted_changed = Signal()
    """The round trips are narrowed down to others."""
    entry_wanted = Signal()
    """The trader wants to write about the round trip that is chosen."""
    export_wanted = Signal(str)
    """The trader wants a file written: "trade" for a report of the one chosen, or a format of tables."""
    rule_wanted = Signal(str)
    """The trader wants a rule of the gate made of what went wrong in a round trip, by its id."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trip_id = ""
        self._moment_ms: int | None = None
        self._marks: tuple[ExitMark, ...] = ()
        self._order: tuple[str, ...] = ()
        self._wanted = TripFilter()
        self._places: dict[str, int] = {}

    @property
    def trip_id(self) -> str:
        """Id of the round trip that is chosen; "" while none is."""
        return self._trip_id

    def choose(self, trip_id: str) -> None:
        """Look at another round trip; its moment and marks are whoever knows them to say."""
        if trip_id == self._trip_id:
            return
        self._trip_id = trip_id
        self.set_marks(())
        self.set_moment(None)
        self.changed.emit(trip_id)

    @property
    def moment_ms(self) -> int | None:
        """The moment of the round trip that is shown, on the venue's clock; None while there is none."""
        return self._moment_ms

    def set_moment(self, moment_ms: int | None) -> None:
        """Show another moment."""
        if moment_ms != self._moment_ms:
            self._moment_ms = moment_ms
            self.moment_changed.emit(moment_ms)

    @property
    def marks(self) -> tuple[ExitMark, ...]:
        """Other exits that were worked out for the round trip that is chosen."""
        return self._marks

    def set_marks(self, marks: Sequence[ExitMark]) -> None:
        """Mark these exits."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.marks_changed.emit()

    def ask_for_entry(self) -> None:
        """Bring the keyboard to where the round trip that is chosen is written about."""
        if self._trip_id:
            self.entry_wanted.emit()

    def ask_for_export(self, what: str) -> None:
        """Bring up the window of exports at one of the things that it writes."""
        self.export_wanted.emit(what)

    def ask_for_rule(self) -> None:
        """Bring up the form of commitments, filled in from the round trip that is chosen."""
        if self._trip_id:
            self.rule_wanted.emit(self._trip_id)

    # What is looked at altogether.

    @property
    def wanted(self) -> TripFilter:
        """What list and statistics are narrowed down to."""
        return self._wanted

    def set_wanted(self, wanted: TripFilter) -> None:
        """Narrow them down to this."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.wanted_changed.emit()

    # Neighbours.

    @property
    def order(self) -> tuple[str, ...]:
        """Ids of the round trips in the list in view, as they stand there from the top."""
        return self._order

    def set_order(self, order: Sequence[str]) -> None:
        """The list in view now holds these, from the top."""
        if tuple(order) != self._order:
            self._order = tuple(order)
            self._places = {trip_id: place for place, trip_id in enumerate(self._order)}
            self.order_changed.emit()

    @property
    def place(self) -> int | None:
        """Where the chosen round trip stands in the list in view, from 0; None if it does not."""
        return self._places.get(self._trip_id)

    def step(self, rows: int) -> None:
        """Choose the round trip so many rows further down, no further than the ends of the list."""
        if self._order:
            place = self.place
            wanted = (0 if rows > 0 else len(self._order) - 1) if place is None else place + rows
            self.choose(self._order[min(max(wanted, 0), len(self._order) - 1)])
