"""Many metrics of many symbols, row by row: what the metrics of a row share is looked up once for all."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from math import inf

from workstation.market.state import Market, SymbolState
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.inputs import INPUTS
from workstation.metrics.metric import Metric, NoData, Reading, ReadingState
from workstation.metrics.registry import MetricReader, Stamp
from workstation.runtime.clock import Clock

MOST_KEPT = 1_024
"""Combinations of inputs for which is kept what is made of them."""

_OK, _STALE, _NO_DATA = ReadingState.OK, ReadingState.STALE, ReadingState.NO_DATA


@dataclass(slots=True, eq=False)
class SheetRow:
    """What the metrics of a sheet are for one symbol, in the sheet's order.

    Attributes:
        state: of the symbol.
        values: in each metric's unit; None without data.
        stale: a bit for each that cannot be relied on any more.
        arrived_s: when each input came, monotonic seconds; inf where it does not age.
    """

    state: SymbolState
    values: list[float | None]
    stale: int = 0
    arrived_s: list[float] = field(default_factory=list)
    stamps: list[Hashable] = field(default_factory=list)
    shown_stamps: list[Hashable] = field(default_factory=list)

    def sure(self, place: int) -> float | None:
        """A value that can be relied on; None where there is none."""
        return None if self.stale >> place & 1 else self.values[place]

    def told(self, place: int) -> ReadingState:
        """Whether a value can be relied on."""
        if self.values[place] is None:
            return _NO_DATA
        return _STALE if self.stale >> place & 1 else _OK


@dataclass(frozen=True, slots=True)
class _Column:
    place: int
    compute: Callable[[SymbolFacts], float]
    inputs: tuple[int, ...]
    made_of: int  # the same as bits
    is_shown: bool
    may_be_old_s: float


class MetricSheet:
    """Answers what `MetricReader.read` answers, for a table's columns at once and many times a second."""

    def __init__(self, reader: MetricReader, market: Market, clock: Clock, *, is_live: bool) -> None:
        """Read `market` as `reader` does.

        Args:
            is_live: as the reader's.
        """
        self._reader, self._market, self._clock, self._is_live = reader, market, clock, is_live
        self._rows: dict[str, SheetRow] = {}
        self._inputs: dict[int, tuple[int, ...]] = {}
        self._places: dict[str, int] = {}
        self._asked: tuple[dict[str, int], int] = ({}, 0)
        self._columns: tuple[_Column, ...] = ()
        self._concerned: dict[tuple[int, bool], tuple[tuple[int, Callable[[SymbolFacts], float]], ...]] = {}
        self._outside: tuple[tuple[int, Metric], ...] = ()
        self._stamps: list[Stamp] = []
        self._arrivals: list[Callable[[SymbolState], float | None]] = []
        self._may_be_old_s: list[float] = []  # of each input, by the metric that allows least

    def keep(self, metrics: Sequence[Metric], shown: Sequence[Metric] = ()) -> None:
        """Read these from now on.

        Args:
            metrics: at every reading of a row.
            shown: of a row that is read whole, because somebody looks at it.
        """
        always, both = set(metrics), list(dict.fromkeys((*metrics, *shown)))
        places = {metric.key: place for place, metric in enumerate(both)}
        asked = places, len(always)
        if asked == self._asked:
            return
        self._asked = asked
        of_market = [metric for metric in both if metric.inputs != ("outside",)]
        names = list(dict.fromkeys(name for metric in of_market for name in metric.inputs))
        self._stamps = [self._reader.stamp(name) for name in names]
        self._arrivals = [INPUTS[name].arrived_s for name in names]
        columns = []
        for metric in of_market:
            inputs = tuple(names.index(name) for name in metric.inputs)
            limit_s = inf if metric.max_age_ms is None or not self._is_live else metric.max_age_ms / 1000
            made_of = sum(1 << number for number in set(inputs))
            is_shown = metric not in always
            columns.append(_Column(places[metric.key], metric.compute, inputs, made_of, is_shown, limit_s))
        self._columns = tuple(columns)
        self._concerned.clear()
        self._may_be_old_s = [
            min(column.may_be_old_s for column in columns if number in column.inputs)
            for number in range(len(names))
        ]
        self._inputs = {column.place: column.inputs for column in columns}
        outside = (metric for metric in both if metric.inputs == ("outside",))
        self._outside = tuple((places[metric.key], metric) for metric in outside)
        self._places = places
        self._rows.clear()

    def row(self, symbol: str) -> SheetRow | None:
        """A symbol's row as it was read last; None before that."""
        return self._rows.get(symbol)

    def read(self, symbol: str, *, whole: bool = False) -> SheetRow | None:
        """Read a symbol's row now: what has changed is worked out; None where it is not followed.

        Args:
            whole: with what is only shown; else those values stay as they were read last.
        """
        state = self._market.state(symbol)
        if state is None:
            self._rows.pop(symbol, None)
            return None
        row = self._rows.get(symbol)
        if row is None or row.state is not state:
            row = self._rows[symbol] = SheetRow(state, [None] * len(self._places))
        stamps = [stamp(state) for stamp in self._stamps]
        self._work_out(row, _changed(stamps, row.stamps), is_shown=False)
        row.stamps = stamps
        if whole:
            self._work_out(row, _changed(stamps, row.shown_stamps), is_shown=True)
            row.shown_stamps = stamps
        self._tell_age(row)
        for place, metric in self._outside:
            reading = self._reader.read(metric, symbol)
            row.values[place] = reading.value
            if reading.state is _STALE:
                row.stale |= 1 << place
        return row

    def _work_out(self, row: SheetRow, changed: int, *, is_shown: bool) -> None:
        if not changed:
            return
        concerned = self._concerned.get((changed, is_shown))
        if concerned is None:
            columns = (one for one in self._columns if one.made_of & changed and one.is_shown is is_shown)
            concerned = tuple((column.place, column.compute) for column in columns)
            if len(self._concerned) < MOST_KEPT:
                self._concerned[changed, is_shown] = concerned
        facts, values = self._reader.facts(row.state, self._clock.monotonic()), row.values
        for place, compute in concerned:
            try:
                value = compute(facts)
            except (NoData, ArithmeticError):
                values[place] = None
            else:
                values[place] = value if value == value else None

    def _tell_age(self, row: SheetRow) -> None:
        state, now_s, row.stale = row.state, self._clock.monotonic(), 0
        row.arrived_s = [inf if (came := arrival(state)) is None else came for arrival in self._arrivals]
        if not self._is_live:
            return
        late = -1 if self._reader.lost(state) else 0
        for number, came_s in enumerate(row.arrived_s):
            if now_s - came_s > self._may_be_old_s[number]:
                late |= 1 << number
        if late:
            for column in self._columns:
                oldest_s = min(row.arrived_s[number] for number in column.inputs)
                if column.may_be_old_s < inf and (late == -1 or now_s - oldest_s > column.may_be_old_s):
                    row.stale |= 1 << column.place

    def place(self, key: str) -> int | None:
        """Where a metric stands in rows; None where it is not kept."""
        return self._places.get(key)

    def age_s(self, place: int, row: SheetRow) -> float:
        """How old the oldest is of what a metric of a row is made of; 0 for one that does not age."""
        came_s = [row.arrived_s[number] for number in self._inputs.get(place, ())]
        oldest_s = min(came_s, default=inf)
        return 0.0 if oldest_s == inf else max(0.0, self._clock.monotonic() - oldest_s)

    def reading(self, key: str, row: SheetRow) -> Reading:
        """A metric of a row as a reading, without the words of where it comes from and why it is missing.

        Raises:
            KeyError: it is not kept.
        """
        place = self._places[key]
        value, time_ms = row.values[place], 0
        if value is not None:
            time_ms = self._clock.now_ms() - round(self.age_s(place, row) * 1000)
        return Reading(value, time_ms, "", row.told(place))


def _changed(stamps: list[Hashable], before: list[Hashable]) -> int:
    """A bit for each input that has changed; all of them before the first look."""
    if not before:
        return -1
    changed = 0
    if stamps != before:
        for number, stamp in enumerate(stamps):
            if stamp is not before[number] and stamp != before[number]:
                changed |= 1 << number
    return changed
