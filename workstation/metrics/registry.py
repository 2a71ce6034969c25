"""The registry: every metric by its key, and the reader that answers what one is for a symbol now."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

from workstation.events.calendar import Calendar
from workstation.market.coverage import TradeCoverage
from workstation.market.liquidity_book import LiquidityBook
from workstation.market.state import Market, SymbolState
from workstation.metrics.breakout_metrics import BREAKOUT_METRICS
from workstation.metrics.carry_metrics import FUNDING_METRICS
from workstation.metrics.event_metrics import EVENT_METRICS
from workstation.metrics.facts import SymbolFacts
from workstation.metrics.held_book import HeldBook
from workstation.metrics.held_metrics import HELD_METRICS
from workstation.metrics.inputs import INPUTS
from workstation.metrics.interest_metrics import INTEREST_METRICS
from workstation.metrics.liquidity_metrics import LIQUIDITY_METRICS
from workstation.metrics.market_metrics import BOOK_METRICS, PRICE_METRICS
from workstation.metrics.metric import Metric, NoData, Reading, ReadingState
from workstation.metrics.outside_metrics import declared_metrics, outside_metric, read_outside
from workstation.metrics.past_metrics import PAST_METRICS, correlation_of
from workstation.metrics.tape_metrics import TAPE_METRICS
from workstation.model.feed_status import FeedState
from workstation.outside.book import OutsideBook
from workstation.runtime.clock import Clock

METRIC_GROUPS: tuple[tuple[str, tuple[Metric, ...]], ...] = (
    ("Price", PRICE_METRICS),
    ("Book", BOOK_METRICS),
    ("Liquidity", LIQUIDITY_METRICS),
    ("Tape and feed", TAPE_METRICS),
    ("Past", PAST_METRICS),
    ("Breakout", BREAKOUT_METRICS),
    ("Funding", FUNDING_METRICS),
    ("Open interest", INTEREST_METRICS),
    ("Calendar", EVENT_METRICS),
    ("Positions", HELD_METRICS),
)
"""Every metric that there always is, those that belong together under one name."""

METRICS: tuple[Metric, ...] = tuple(metric for _, metrics in METRIC_GROUPS for metric in metrics)


class MetricsByKey(Mapping[str, Metric]):
    """Every metric by its key: it lists the fixed ones, and knows one for each series from outside.

    Whatever a series may be called has a metric; one that is declared has its title and unit, as the trader
    wrote them, wherever a metric is shown.
    """

    _fixed: ClassVar[dict[str, Metric]] = {metric.key: metric for metric in METRICS}

    def __init__(self) -> None:
        self.outside: OutsideBook | None = None
        """Whose declarations are in force; None before a market was opened."""

    def __getitem__(self, key: str) -> Metric:
        found = self._fixed.get(key) or outside_metric(key, self.outside)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._fixed)

    def __len__(self) -> int:
        return len(self._fixed)


METRIC_BY_KEY = MetricsByKey()


def metric_groups() -> tuple[tuple[str, tuple[Metric, ...]], ...]:
    """Every metric that can be chosen now: those that there always are, and the series that are declared."""
    declared = declared_metrics(METRIC_BY_KEY.outside)
    return (*METRIC_GROUPS, ("Outside", declared)) if declared else METRIC_GROUPS


HOLD_S = 0.2
"""A reading stands for so long: whoever asks again meanwhile gets the same. Readers ask every 250 ms."""

PAIR_HOLD_S = 30.0
"""Correlations of hours need not be worked out more often."""

_LOST = {
    FeedState.STALE: "The data have stopped",
    FeedState.DISCONNECTED: "The venue is not connected",
    FeedState.REFUSED: "The venue does not serve this symbol",
}


Stamp = Callable[[SymbolState], Hashable]
"""Equal as long as an input of a symbol has not changed."""


@dataclass(slots=True)
class _Held:
    state: SymbolState
    version: Hashable
    read_s: float
    value: float | None
    why: str
    reading: Reading


class MetricReader:
    """Answers what a metric is for a symbol; works it out when its inputs changed, at most every 200 ms."""

    def __init__(
        self,
        market: Market,
        clock: Clock,
        coverage: Callable[[str], TradeCoverage],
        *,
        is_live: bool,
    ) -> None:
        """Read from `market`.

        Args:
            coverage: which stretches of time hold every trade of a symbol.
            is_live: time goes on while nothing comes; a recording's stands still, and nothing of it ages.
        """
        self._market = market
        self._clock = clock
        self._coverage = coverage
        self._is_live = is_live
        self.calendar: Calendar | None = None
        """The trader's; None where nobody keeps one."""
        self.liquidity: LiquidityBook | None = None
        """Of the store; None where nothing is stored."""
        self.outside: OutsideBook | None = None
        """Series from outside; None where nobody fetches any."""
        self.positions: Callable[[], HeldBook | None] = lambda: None
        """What the trader holds; None without an account."""
        self._book: tuple[float, HeldBook | None] = (float("-inf"), None)
        self._shared: dict[str, tuple[Hashable, Any]] = {}
        self._sources: dict[tuple[str, tuple[str, ...]], str] = {}
        self._held: dict[tuple[str, str], _Held] = {}
        self._pairs: dict[tuple[str, str], tuple[float, float]] = {}
        self._worked: dict[str, tuple[SymbolState, dict[str, tuple[Hashable, Any]]]] = {}
        self._stamps = {name: self.stamp(name) for name in INPUTS}

    def read(self, metric: Metric, symbol: str) -> Reading:
        """What `metric` is for `symbol` now; never raises."""
        if metric.inputs == ("outside",):
            return read_outside(metric, self.outside, self._clock.now_ms())
        state = self._market.state(symbol)
        if state is None:
            return Reading(None, 0, "", ReadingState.NO_DATA, f"{symbol or 'No symbol'} is not followed")
        now_s = self._clock.monotonic()
        held = self._held.get((symbol, metric.key))
        if held is not None and held.state is state and 0 <= now_s - held.read_s < HOLD_S:
            return held.reading
        version = self._version(metric, state)
        if held is None or held.state is not state or held.version != version:
            value, why = self._compute(metric, state, now_s)
        else:
            value, why = held.value, held.why
        reading = self._reading(metric, state, now_s, value, why)
        self._held[symbol, metric.key] = _Held(state, version, now_s, value, why, reading)
        return reading

    def correlation(self, first: str, second: str) -> float:
        """Pearson's correlation of two symbols' hourly log returns over up to 30 days; nan if not known."""
        pair = (first, second) if first < second else (second, first)
        now_s = self._clock.monotonic()
        held = self._pairs.get(pair)
        if held is None or not 0 <= now_s - held[0] < PAIR_HOLD_S:
            held = self._pairs[pair] = now_s, self._pair(pair, now_s)
        return held[1]

    def _pair(self, pair: tuple[str, str], now_s: float) -> float:
        states = [self._market.state(symbol) for symbol in pair]
        if states[0] is None or states[1] is None:
            return nan
        if pair[0] == pair[1]:
            return 1.0
        try:
            return correlation_of(self.facts(states[0], now_s), states[1])
        except NoData:
            return nan

    def stamp(self, name: str) -> Stamp:
        """How to see whether an input has changed."""
        version, monotonic = INPUTS[name].version, self._clock.monotonic
        if name == "feed" and self._is_live:  # an age or a countdown changes while nothing comes
            return lambda state: (version(state), state.market_ms, monotonic())
        of_desk: dict[str, Stamp] = {
            "feed": lambda state: (version(state), state.market_ms),
            "calendar": lambda _: None if self.calendar is None else self.calendar.version,
            "liquidity": lambda state: (
                None if self.liquidity is None else self.liquidity.version(state.instrument)
            ),
            "held": lambda _: self._held_book(),
            "positions": lambda _: None if (book := self._held_book()) is None else book.version,
        }
        return of_desk.get(name, version)

    def _version(self, metric: Metric, state: SymbolState) -> Hashable:
        return tuple(self._stamps[name](state) for name in metric.inputs)

    def _held_book(self) -> HeldBook | None:
        now_s = self._clock.monotonic()
        if not 0 <= now_s - self._book[0] < HOLD_S:
            book, before = self.positions(), self._book[1]
            self._book = now_s, before if book == before else book
        return self._book[1]

    def _compute(self, metric: Metric, state: SymbolState, now_s: float) -> tuple[float | None, str]:
        try:
            return metric.compute(self.facts(state, now_s)), ""
        except NoData as reason:
            return None, str(reason)
        except ArithmeticError:
            return None, "It cannot be worked out from these figures"

    def facts(self, state: SymbolState, now_s: float) -> SymbolFacts:
        """What metrics of a symbol compute from, at a moment in monotonic seconds."""
        symbol = state.instrument.symbol
        known = self._worked.get(symbol)
        if known is None or known[0] is not state:
            known = self._worked[symbol] = (state, {})
        newest_s = state.health.last_data
        age_s = None if newest_s is None else max(0.0, now_s - newest_s)
        elapsed_ms = round(age_s * 1000) if self._is_live and age_s is not None and state.market_ms else 0
        return SymbolFacts(
            state,
            self._market,
            self._coverage(symbol),
            state.market_ms + elapsed_ms,
            age_s if self._is_live or age_s is None else 0.0,
            known[1],
            self.calendar,
            self.liquidity,
            self._held_book,
            self._shared,
        )

    def _reading(
        self, metric: Metric, state: SymbolState, now_s: float, value: float | None, why: str
    ) -> Reading:
        source = self._source(state.instrument.venue, metric.inputs)
        if value is None or value != value:
            return Reading(None, 0, source, ReadingState.NO_DATA, why or "It cannot be said")
        ages = [
            now_s - arrived
            for name in metric.inputs
            if (arrived := INPUTS[name].arrived_s(state)) is not None
        ]
        age_s = max(ages, default=0.0)
        time_ms = self._clock.now_ms() - round(age_s * 1000)
        if self._is_live and metric.max_age_ms is not None:
            why = self.lost(state)
            if not why and age_s * 1000 > metric.max_age_ms:
                why = f"It is {age_s:.0f} s old"
            if why:
                return Reading(value, time_ms, source, ReadingState.STALE, why)
        return Reading(value, time_ms, source, ReadingState.OK)

    @staticmethod
    def lost(state: SymbolState) -> str:
        """Why nothing of a symbol can be relied on now; "" where the feed has not said so."""
        said = state.status
        return "" if said is None or said.state not in _LOST else said.words or _LOST[said.state]

    def _source(self, venue: str, inputs: tuple[str, ...]) -> str:
        known = self._sources.get((venue, inputs))
        if known is None:
            titles = dict.fromkeys(title for name in inputs if (title := INPUTS[name].title))
            known = self._sources[venue, inputs] = f"{venue} {', '.join(titles)}"
        return known
