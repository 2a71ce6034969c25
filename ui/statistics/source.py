"""Works statistics out on a thread beside the window's, once for all panels that show them."""

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from ui.beside import Lane, OneThread, Wanted
from ui.review.checklist_titles import ChecklistTitles
from ui.review.trip_filter import TripFilter
from ui.review.trip_index import TripIndex, first_of
from ui.statistics.found import Judged, Owner, Series, Statistics
from workstation.journal.journal import Journal
from workstation.journal.starts import starting_balances
from workstation.journal.statistics import series
from workstation.journal.statistics.days import by_day
from workstation.journal.statistics.groups import groups
from workstation.journal.statistics.rules import rule_ledger
from workstation.journal.statistics.summary import summary
from workstation.journal.statistics.table import Measure, Places, TripTable
from workstation.model.journal import AccountKind
from workstation.model.missed import MissedTrade

Asked = tuple[Journal, int, TripFilter]
JUDGE_AFTER_MS = 80
"""Figures and pictures are painted first; what takes longer would make the painting wait."""


class StatisticsSource(QObject):
    """Keeps up with the journal and the choice of round trips; what is overtaken is not finished."""

    changed = Signal()
    """`found` or `judged` is another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Statistics | None = None
        self.judged: Judged | None = None
        self.error = ""
        """What went wrong on the thread; empty while all is well."""
        self._asked: Asked | None = None
        self._whole_asked: tuple[Journal, int] | None = None
        self._whole: Mapping[AccountKind, TripTable] = {}
        self._thread = OneThread("statistics")
        self._worker = _Worker()
        # All three on one thread: they share what lives on it, and the first asked for comes first.
        self._finding, self._judging, self._laying = (Lane(self._thread, self) for _ in range(3))
        self._finding.told.connect(self._take)
        self._judging.told.connect(self._take)
        self._laying.told.connect(self._take_whole)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(JUDGE_AFTER_MS)
        self._soon.timeout.connect(self._ask_to_judge)

    def look(self, journal: Journal, wanted: TripFilter) -> None:
        """Ask for the statistics of a choice, if they are not there or on their way."""
        asked = (journal, journal.version, wanted)
        if asked == self._asked:
            return
        self._asked = asked
        self._judging.call_off()
        self._finding.begin(lambda _wanted, _note: self._worker.statistics(*asked))

    def whole(self, journal: Journal, kind: AccountKind) -> TripTable | None:
        """Return every closed round trip of a kind of account as far as laid out by now, one table a version.

        None where there is none yet.
        """
        asked = (journal, journal.version)
        if asked != self._whole_asked:
            self._whole_asked = asked
            self._laying.begin(lambda _wanted, _note: self._worker.by_kind(*asked))
        return self._whole.get(kind)

    @property
    def is_working(self) -> bool:
        """Whether what is shown is not all of what was asked for last."""
        asked = self._asked
        if asked is None:
            return False
        if self.error:
            return False
        return self.judged is None or self.judged.of is not self.found or not self._is_asked(self.found)

    def close(self) -> None:
        """Work nothing out any longer."""
        self._asked = None
        self._soon.stop()
        for lane in (self._finding, self._judging, self._laying):
            lane.call_off()
        self._thread.close(wait=True)

    def _is_asked(self, found: Statistics | None) -> bool:
        asked = self._asked
        return found is not None and asked is not None and (found.version, found.wanted) == asked[1:]

    def _ask_to_judge(self) -> None:
        asked, found = self._asked, self.found
        if asked is None or found is None:
            return

        def judge(is_wanted: Wanted, _note: object) -> Judged | None:
            return self._worker.judged(asked[0], found, is_wanted)

        self._judging.begin(judge)

    def _take_whole(self, told: object) -> None:
        if isinstance(told, BaseException):
            self._take(told)
        elif isinstance(told, Mapping):
            self._whole = told

    def _take(self, told: object) -> None:
        match told:
            case BaseException():
                self.error = f"{type(told).__name__}: {told}"
                self._asked = None  # it is tried again
            case Statistics():
                self.error, self.found = "", told
                if self._is_asked(told):
                    self._soon.start()
            case Judged():
                self.error, self.judged = "", told
        self.changed.emit()


class _Worker:
    """What lives on the thread: all round trips in columns, made anew when the journal has changed."""

    def __init__(self) -> None:
        self._key: tuple[Journal, int] | None = None
        self._titles = ChecklistTitles()
        self._index = TripIndex((), {})
        self._is_indexed = False

    def statistics(self, journal: Journal, version: int, wanted: TripFilter) -> Statistics:
        self._look(journal, version)
        whole = self._whole
        kind = wanted.kind or first_of(self._kind_of.keys())
        if wanted == TripFilter(kind=wanted.kind):  # no index is needed, which takes as long as all the rest
            table = whole.take(self._kinds == ("" if kind is None else kind.value))
            open_count = 0 if kind is None else self._open[kind]
        else:
            self._lay_index()
            rows = self._index.matching(wanted)
            places = self._places[rows]
            table = whole.take(np.sort(places[places >= 0]))
            open_count = int(self._index.is_open[rows].sum())
        self._titles.look(journal.data_dir)
        owners: dict[Owner, None] = dict.fromkeys((one.trip.account, one.trip.asset) for one in table.trips)
        return Statistics(
            wanted,
            version,
            self._accounts,
            kind,
            table,
            open_count,
            summary(table),
            {measure: _series(table, measure) for measure in Measure},
            tuple(owner for owner in owners if owner not in whole.starts),
            {key: self._titles.name_of(key) for key in table.setup.names},
            self._titles.rows_of(_usual_setup(table)),
        )

    def by_kind(self, journal: Journal, version: int) -> Mapping[AccountKind, TripTable]:
        self._look(journal, version)
        kinds = self._kinds
        return {
            kind: self._whole.take(kinds == kind.value) for kind in AccountKind if (kinds == kind.value).any()
        }

    def _look(self, journal: Journal, version: int) -> None:
        if self._key != (journal, version):
            self._lay_out(journal)
            self._key = (journal, version)

    def judged(self, journal: Journal, found: Statistics, go_on: Callable[[], bool]) -> Judged | None:
        by_measure = {}
        for measure in (Measure.R, Measure.MONEY, Measure.SHARE):
            if not go_on():
                return None
            by_measure[measure] = groups(found.table, measure)
        if not go_on():
            return None
        self._lay_index()
        if not go_on():
            return None
        missed = _missed(journal, found, self._index)
        ends: dict[str, float] = {}
        for trade in missed:
            shadow = journal.shadow(trade.intent.intent_id)
            if shadow is not None and shadow.is_final and shadow.r_multiple is not None:
                ends[trade.intent.intent_id] = float(shadow.r_multiple)
        index = self._index
        return Judged(
            found, index, index.facets(found.wanted), by_measure, rule_ledger(found.table, missed, ends)
        )

    def _lay_out(self, journal: Journal) -> None:
        trips, self._accounts = journal.trips(None), journal.accounts()
        kinds = {account.key: account.kind for account in self._accounts}
        known = [one for one in trips if one.trip.account in kinds]  # one may have come between the two
        starts = starting_balances(journal, {(one.trip.account, one.trip.asset) for one in known})
        self._known, self._is_indexed = known, False
        self._kind_of = Counter(kinds[one.trip.account] for one in known)
        self._open = Counter(kinds[one.trip.account] for one in known if one.trip.closed_ms is None)
        self._whole = TripTable.of(
            known, self._accounts, {owner: float(start) for owner, start in starts.items()}
        )
        values = {key: kind.value for key, kind in kinds.items()}
        self._kinds = np.array([values[one.trip.account] for one in self._whole.trips], dtype=np.str_)

    def _lay_index(self) -> None:
        """Lay out what is searched, unless it is there."""
        if self._is_indexed:
            return
        self._is_indexed = True
        self._index = TripIndex(self._known, self._whole.kinds, self._index)
        at = {one.trip.trip_id: place for place, one in enumerate(self._whole.trips)}
        self._places: Places = np.array(
            [at.get(one.trip.trip_id, -1) for one in self._index.trips], dtype=np.intp
        )


def _series(table: TripTable, measure: Measure) -> Series:
    results = table.results(measure)
    if measure is Measure.MONEY and table.mixed:
        results = results[:0]
    return Series(
        series.equity(table, measure),
        series.histogram(results, series.R_STEP if measure is Measure.R else None),
        series.excursions(table, measure),
        series.hour_grid(table, measure),
        by_day(table, measure),
    )


def _missed(journal: Journal, found: Statistics, index: TripIndex) -> tuple[MissedTrade, ...]:
    """What was missed within the choice; what was never traded has no tags, and none was judged."""
    wanted, kind = found.wanted, found.kind
    if wanted.words.strip() or wanted.tags or wanted.emotions or wanted.standing:
        return ()
    keys = [account.key for account in found.accounts if account.kind is kind]
    span = index.span_ms(wanted) if wanted.days or wanted.from_ms or wanted.to_ms else None
    return tuple(
        trade
        for key in keys
        if wanted.account in ("", key)
        for trade in journal.missed(key)
        if (not wanted.setups or trade.intent.setup in wanted.setups)
        and (span is None or span[0] <= trade.asked_ms <= span[1])
        and (wanted.side is None or trade.intent.side.sign == wanted.side.sign)
    )


def _usual_setup(table: TripTable) -> str:
    """The setup of most trips: a row that several checklists have is called as there."""
    known = table.setup.codes[table.setup.codes >= 0]
    return table.setup.names[int(np.bincount(known).argmax())] if len(known) else ""
