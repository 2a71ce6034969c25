"""The series from outside as they stand: their values, how old they are, and what is wrong with any."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt

from workstation.outside.reading import Taken
from workstation.outside.source import Mistake, Source

MOST_HELD = 100_000
"""Values of one series in memory; the store has all."""

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class SeriesState(Enum):
    """How a series stands; the value is the word on screen."""

    WAITING = "waiting"  # it has never been looked at
    LIVE = "live"
    STALE = "stale"  # its newest value is older than it may be
    FAILING = "failing"  # the newest look brought nothing


@dataclass(slots=True)
class Series:
    """One series as it stands.

    Attributes:
        source: as it is declared.
        times, values: (n,) UTC milliseconds and values, rising in time.
        looked_ms: our clock at the end of the newest look; 0 before the first.
        fetched_ms: the same of the newest that brought something.
        next_ms: when it is looked at again.
        failures: looks in a row that brought nothing.
        trouble: why, a sentence; "" if the newest look was good.
        ignored, ignored_why: rows of the newest good look that were left out, and what was wrong with them.
        rewritten: how often a value that was known became another.
    """

    source: Source
    times: Times = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Values = field(default_factory=lambda: np.zeros(0))
    looked_ms: int = 0
    fetched_ms: int = 0
    next_ms: int = 0
    failures: int = 0
    trouble: str = ""
    ignored: int = 0
    ignored_why: str = ""
    rewritten: int = 0

    def state(self, now_ms: int) -> SeriesState:
        """How it stands now."""
        if self.failures:
            return SeriesState.FAILING
        if not len(self.times):
            return SeriesState.WAITING
        return SeriesState.STALE if self.age_s(now_ms) > self.source.max_age_s else SeriesState.LIVE

    def age_s(self, now_ms: int) -> float:
        """Seconds since the newest value; infinite without one."""
        return max(0.0, (now_ms - int(self.times[-1])) / 1000) if len(self.times) else float("inf")

    @property
    def newest(self) -> float | None:
        """The newest value; None before the first."""
        return float(self.values[-1]) if len(self.values) else None

    def add(self, times: Times, values: Values) -> None:
        """Take in values; the newest word on a moment stands."""
        _, mine, given = np.intersect1d(self.times, times, return_indices=True)
        self.rewritten += bool(np.any(self.values[mine] != values[given]))
        whole = np.concatenate([self.times, times])
        # Of equal moments the last given is kept.
        unique, place = np.unique(whole[::-1], return_index=True)
        held = np.concatenate([self.values, values])[::-1][place]
        self.times, self.values = unique[-MOST_HELD:], held[-MOST_HELD:]


class OutsideBook:
    """Every series that is declared, and the declarations that cannot be used.

    Attributes:
        series: by key, in the order of the files.
        mistakes: of the files.
        version: grows with every change.
        store_trouble: why values are not stored; "" if they are.
    """

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}
        self.mistakes: tuple[Mistake, ...] = ()
        self.version = 0
        self.store_trouble = ""

    def declare(self, sources: tuple[Source, ...], mistakes: tuple[Mistake, ...]) -> list[Series]:
        """Use these declarations from now on; return the series that are new or read otherwise."""
        fresh: list[Series] = []
        series: dict[str, Series] = {}
        for source in sources:
            held = self.series.get(source.key)
            if held is None:
                held = Series(source)
                fresh.append(held)
            elif held.source != source:
                held = Series(source, held.times, held.values, rewritten=held.rewritten)
                fresh.append(held)
            series[source.key] = held
        self.series, self.mistakes = series, mistakes
        self.version += 1
        return fresh

    def took(self, series: Series, taken: Taken, now_ms: int) -> None:
        """A look brought something."""
        series.add(taken.times, taken.values)
        series.looked_ms = series.fetched_ms = now_ms
        series.next_ms = now_ms + series.source.interval_s * 1000
        series.failures, series.trouble = 0, ""
        series.ignored, series.ignored_why = taken.ignored, taken.why
        self.version += 1

    def failed(self, series: Series, words: str, now_ms: int, retry_ms: int) -> None:
        """A look brought nothing; what is known stays."""
        series.looked_ms, series.next_ms = now_ms, now_ms + retry_ms
        series.failures += 1
        series.trouble = words
        self.version += 1
