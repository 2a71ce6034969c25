"""What a study is: its parameters, what it reads, the lines it draws, and how it keeps up with the market.

How a chart uses one::

    run = StudyRun(study, {"periods": 20})       # parameters that are left out have their default
    result = run.refresh(inputs)                 # whenever the candles or series have changed
    for line in result.lines: ...                # one value for each row of inputs.candles

The first refresh works everything out. Later ones find that only the end of the candles has changed and
continue every line from a few candles before it: what that costs does not grow with the candles held. If
anything further back is different (a past filled in, another timeframe, a rewind) all is worked out anew.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workstation.model.columns import Records

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Series = tuple[Times, Floats]
"""Moments (UTC ms, rising) and what was so from each of them on."""

TAIL = 8
"""Candles at the end that may change between two refreshes: late trades belong to one of the last few."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that the trader may set.

    Attributes:
        key: its name in saved layouts.
        title: its name on the screen.
        default, least, greatest: its value and bounds.
        decimals: 0 for whole numbers.
        is_moment: it is a moment in UTC ms, chosen by pointing at the chart.
        in_label: legends name it behind the title: "EMA 20".
    """

    key: str
    title: str
    default: float
    least: float
    greatest: float
    decimals: int = 0
    is_moment: bool = False
    in_label: bool = True

    def clamped(self, value: float) -> float:
        """Return the nearest value that is allowed; the default in place of what is no number."""
        if not np.isfinite(value):
            return self.default
        return min(max(round(value, self.decimals), self.least), self.greatest)


@dataclass(frozen=True, slots=True)
class StudyInputs:
    """What studies are worked out from.

    Attributes:
        candles: rows of CANDLE, oldest first; the newest may be open.
        timeframe_ms: of the candles; 0 for bars that are not cut by time.
        series: what is known beside candles, by name: see `workstation.market.series`.
        revision: any other number than before says that settled candles or series were rewritten.
        rewritten: the same of single series, by name.
        now_ms: our clock, UTC; 0 where nothing is old by it.
    """

    candles: Records
    timeframe_ms: int
    series: Mapping[str, Series] = field(default_factory=dict)
    revision: int = 0
    rewritten: Mapping[str, int] = field(default_factory=dict)
    now_ms: int = 0


@dataclass(frozen=True, slots=True)
class StudyLine:
    """One line of a study.

    Attributes:
        name: what the legend says.
        values: (n,) one for each candle, nan for none; a view that the next refresh overwrites.
        style: "step" holds its value until the next; "band" is an edge: edges come in pairs, the upper one
            first, and the space between may be filled.
        role: a colour of the theme ("up", "accent", "muted" …), "series1" … "series4", or "sign": up where
            the value is above 0, down below.
        is_stale: it stands in for the other lines where what they would say is too old.
    """

    name: str
    values: Floats
    style: Literal["line", "step", "histogram", "band"] = "line"
    role: str = "series1"
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class StudyMark:
    """A moment of a study that deserves a word.

    Attributes:
        time_ms, value: where; nan stands for the top of the pane.
        text: what to say.
        role: a colour of the theme.
    """

    time_ms: int
    value: float
    text: str
    role: str = "muted"


@dataclass(frozen=True, slots=True)
class StudyResult:
    """What a study draws.

    Attributes:
        lines: the lowest first.
        unit: of the values, as it is written behind them: "", "%", "bp", "×", or "price" for quote units.
        decimals: digits behind the point; -1: those of the price, or compact for sizes.
        guides: values at which a pane of its own draws a thin line across.
        marks: moments with a word.
        note: what the trader must know to read it right, one sentence; often empty.
    """

    lines: tuple[StudyLine, ...]
    unit: str = ""
    decimals: int = 2
    guides: tuple[float, ...] = ()
    marks: tuple[StudyMark, ...] = ()
    note: str = ""


class Memory:
    """The lines of one study between two refreshes.

    Attributes:
        since: the first place that has to be written; what lies before it stands.
        count: places of every line.
    """

    def __init__(self) -> None:
        self.since = 0
        self.count = 0
        self._buffers: dict[str, Floats] = {}

    def begin(self, since: int, count: int) -> None:
        """Give every line `count` places, of which those before `since` stand."""
        self.since, self.count = since, count
        for name, buffer in self._buffers.items():
            if len(buffer) < count:
                grown = np.full(count + count // 4 + 64, np.nan)
                grown[:since] = buffer[:since]
                self._buffers[name] = grown

    def line(self, name: str) -> Floats:
        """Return the line of that name, to be written from `since` on."""
        buffer = self._buffers.get(name)
        if buffer is None:
            buffer = self._buffers[name] = np.full(self.count + self.count // 4 + 64, np.nan)
        return buffer[: self.count]

    def lines(self, *names: str) -> tuple[Floats, ...]:
        """Return several lines."""
        return tuple(self.line(name) for name in names)


Work = Callable[[StudyInputs, Mapping[str, float], Memory], StudyResult]


@dataclass(frozen=True, slots=True)
class Study:
    """One kind of study.

    Attributes:
        key: its name in saved layouts.
        title: its name on the screen.
        pane: "price" draws over the candles, "own" in a pane of its own below them.
        parameters: what may be set.
        needs: the series it reads.
        about: one sentence for the list of studies: what it shows, and by which convention.
        work: writes its lines from `memory.since` on.
    """

    key: str
    title: str
    pane: Literal["price", "own"]
    parameters: tuple[Parameter, ...]
    needs: tuple[str, ...]
    about: str
    work: Work

    def values(self, given: Mapping[str, float]) -> dict[str, float]:
        """Return every parameter's value: the given one within its bounds, else the default."""
        return {item.key: item.clamped(given.get(item.key, item.default)) for item in self.parameters}

    def label(self, values: Mapping[str, float]) -> str:
        """Return the title with its figures, as a legend says it: "EMA 20"."""
        named = (item for item in self.parameters if item.in_label and not item.is_moment)
        figures = [f"{values[item.key]:.{item.decimals}f}" for item in named]
        return " ".join([self.title, *figures])

    def compute(self, inputs: StudyInputs, values: Mapping[str, float]) -> StudyResult:
        """Work the study out from nothing."""
        memory = Memory()
        memory.begin(0, len(inputs.candles))
        return self.work(inputs, self.values(values), memory)


class StudyRun:
    """A study with its parameters that keeps up with a market: see the head of this module."""

    def __init__(self, study: Study, values: Mapping[str, float] | None = None) -> None:
        self.study = study
        self.values = study.values(values or {})
        self.worked_out = 0
        """How often everything was worked out anew."""
        self._memory = Memory()
        self._seen: tuple[object, ...] = ()
        self._series_seen: dict[str, tuple[int, int, int]] = {}
        self._rewritten_seen: dict[str, int] = {}

    def refresh(self, inputs: StudyInputs) -> StudyResult:
        """Bring the study up to these inputs."""
        since = self._unchanged(inputs)
        if not since:
            self.worked_out += 1
        self._memory.begin(since, len(inputs.candles))
        result = self.study.work(inputs, self.values, self._memory)
        self._remember(inputs)
        return result

    def _unchanged(self, inputs: StudyInputs) -> int:
        """How many candles at the front stand as they were."""
        opens = inputs.candles["open_ms"]
        before = self._memory.count
        if before <= TAIL or len(opens) < before or self._seen != _fingerprint(inputs, before):
            return 0
        if self._rewritten_seen != self._rewritten(inputs):
            return 0
        standing = before - TAIL
        for name in self.study.needs:
            series, seen = inputs.series.get(name), self._series_seen.get(name)
            if not _continues(seen, series):
                return 0
            if series is not None and seen is not None and len(series[0]) > seen[0]:
                # What is new of it may tell of candles that closed a while ago.
                standing = min(standing, bisect_left(opens, int(series[0][seen[0]])) - 1)
        return max(standing, 0)

    def _rewritten(self, inputs: StudyInputs) -> dict[str, int]:
        return {name: inputs.rewritten[name] for name in self.study.needs if name in inputs.rewritten}

    def _remember(self, inputs: StudyInputs) -> None:
        self._rewritten_seen = self._rewritten(inputs)
        self._seen = _fingerprint(inputs, len(inputs.candles))
        self._series_seen = {
            name: (len(series[0]), int(series[0][0]), int(series[0][-1]))
            for name in self.study.needs
            if (series := inputs.series.get(name)) is not None and len(series[0])
        }


def _fingerprint(inputs: StudyInputs, count: int) -> tuple[object, ...]:
    """Changes when candles before the last few of `count` do, or the kind of candle does."""
    if count <= TAIL:
        return ()
    candles = inputs.candles
    return (inputs.timeframe_ms, inputs.revision, candles[0].tobytes(), candles[count - TAIL - 1].tobytes())


def _continues(seen: tuple[int, int, int] | None, series: Series | None) -> bool:
    """Whether a series is the one seen before, with perhaps more behind it."""
    if series is None or not len(series[0]):
        return seen is None
    if seen is None:
        return False
    count, first, last = seen
    times = series[0]
    return len(times) >= count and int(times[0]) == first and int(times[count - 1]) == last
