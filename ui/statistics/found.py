"""What is worked out of one choice of round trips, for every panel that shows statistics."""

from collections.abc import Mapping
from dataclasses import dataclass

from ui.review.trip_filter import TripFilter
from ui.review.trip_index import Facets, TripIndex
from workstation.journal.statistics.days import Days
from workstation.journal.statistics.groups import Groups
from workstation.journal.statistics.rules import RuleLine
from workstation.journal.statistics.series import Equity, Excursions, Histogram, HourGrid
from workstation.journal.statistics.summary import Summary
from workstation.journal.statistics.table import Measure, TripTable
from workstation.model.journal import AccountKind, JournalAccount

Owner = tuple[str, str]
"""Key of an account, and the settlement coin."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What pictures of one measure are drawn from."""

    equity: Equity
    histogram: Histogram
    excursions: Excursions
    hours: HourGrid
    days: Days


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Everything of one choice of round trips but what is judged.

    Attributes:
        wanted: the choice. version: of the journal.
        accounts: of the journal. kind: of those chosen; None where there is no round trip.
        table: those chosen that are closed. open_count: those that are still open.
        summary: their figures.
        by_measure: series of pictures.
        without_start: owners whose starting balance nothing tells.
        names: of setups, by key; rules: titles of rows, by key.
    """

    wanted: TripFilter
    version: int
    accounts: tuple[JournalAccount, ...]
    kind: AccountKind | None
    table: TripTable
    open_count: int
    summary: Summary
    by_measure: Mapping[Measure, Series]
    without_start: tuple[Owner, ...]
    names: Mapping[str, str]
    rules: Mapping[str, str]

    def series(self, measure: Measure) -> Series:
        """The series of a measure."""
        return self.by_measure[measure]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What takes longer: groups against the rest, and the rule ledger.

    Attributes:
        of: whose it is.
        index, facets: of all round trips, for the choices offered.
        groups: every dimension, all of a measure judged in one call.
        lines: of the rule ledger.
    """

    of: Statistics
    index: TripIndex
    facets: Facets
    groups: Mapping[Measure, tuple[Groups, ...]]
    lines: tuple[RuleLine, ...]
