"""Watches the rules of one market four times a second, and tells what has happened once it is on disk."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import msgspec
import numpy as np
from numpy.typing import NDArray

from workstation.alerts.book import AlertBook
from workstation.alerts.event_alerts import EventAlerts
from workstation.alerts.expression import Expression, parse
from workstation.alerts.level_rules import LevelRules
from workstation.alerts.price_paths import closed_since, reached, traded_since
from workstation.alerts.rules import (
    AlertFired,
    EventAhead,
    Firing,
    Formula,
    Latch,
    LevelReached,
    PriceCross,
    Rule,
    RuleStanding,
    RuleState,
    Threshold,
)
from workstation.errors import DataDirectoryError
from workstation.market.state import Market, MarketReset, SymbolState
from workstation.metrics.metric import Metric, Reading
from workstation.metrics.registry import METRIC_BY_KEY, MetricReader
from workstation.model.feed_status import FeedState
from workstation.model.levels import AlertTrigger
from workstation.ports import LevelBook
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import Clock

LOOK_S = 0.25
MOST_LOOK_S = 0.004
"""A look takes no longer: what is left is watched at the next, and no trade is passed over by that."""
MOST_AT_ONCE = 20
"""A price that crosses oftener than that between two looks is noise: the newest crossings are told."""
SAVE_EVERY_S = 5.0
"""What is remembered without a firing is saved this often at most."""
LAST = METRIC_BY_KEY["last"]
_NOT_COMING = (FeedState.STALE, FeedState.DISCONNECTED, FeedState.REFUSED)


@dataclass(slots=True)
class _Watch:
    """What a rule has seen of a symbol since the desk began to watch it."""

    state: SymbolState
    trades: int
    closed_ms: int = 0
    holds_since_s: float | None = None
    standing: RuleStanding = field(default_factory=lambda: RuleStanding(RuleState.ARMED))


class AlertEngine:
    """Watches the rules that a book has for one market."""

    def __init__(
        self,
        book: AlertBook,
        market_key: str,
        market: Market,
        metrics: MetricReader,
        bus: Bus,
        clock: Clock,
        levels: LevelBook | None = None,
        *,
        goes_on: bool = True,
        events: EventAlerts | None = None,
    ) -> None:
        """Watch `market`.

        Args:
            market_key: `Rule.market` of the rules that are meant.
            levels: the trader's levels; those with an alert are watched too.
            events: the events of the calendar, told ahead of time.
            goes_on: the market went on while the desk was closed, so that what it crossed meanwhile is told;
                a recording and a simulated market begin anew.
        """
        self._book = book
        self._market = market
        self._metrics = metrics
        self._bus = bus
        self._clock = clock
        self._levels = None if levels is None else LevelRules(levels, market_key, market, book)
        self._events = events
        self.market_key = market_key
        self.look_ms = 0.0
        """What the newest look took."""
        self._watches: dict[tuple[str, str], _Watch] = {}
        self._expressions: dict[str, Expression] = {}
        self._pairs: tuple[object, list[tuple[Rule, SymbolState]]] = (None, [])
        self._left: Iterator[tuple[Rule, SymbolState]] = iter(())
        self._unsaved_since = 0.0
        self._told_unsaved = False
        self._unsubscribe = bus.subscribe(MarketReset, self._begin_anew)
        if not goes_on:
            for rule in book.rules(market_key):
                book.forget_sides(rule.rule_id)

    def close(self) -> None:
        """Watch no more, and put on disk what is not there yet."""
        self._unsubscribe()
        if not self._book.is_saved:
            try:
                self._book.save()
            except DataDirectoryError as error:
                self._tell_unsaved(error)

    async def run(self) -> NoReturn:
        """Look four times a second until cancelled."""
        while True:
            fired = self.look() + ([] if self._events is None else self._events.look(self.market_key))
            now_s = self._clock.monotonic()
            if fired or (not self._book.is_saved and now_s - self._unsaved_since >= SAVE_EVERY_S):
                await self._save()
                self._unsaved_since = now_s
            for firing in fired:
                self._bus.publish(AlertFired(firing))
            await asyncio.sleep(LOOK_S)

    async def _save(self) -> None:
        kept, version = self._book.kept(), self._book.version
        try:
            await asyncio.to_thread(self._book.write, kept, version)
            self._told_unsaved = False
        except DataDirectoryError as error:
            self._tell_unsaved(error)

    def _tell_unsaved(self, error: DataDirectoryError) -> None:
        if not self._told_unsaved:
            self._told_unsaved = True
            self._bus.publish(Fault("Alerts", f"{error}. They are told, but not remembered.", error))

    # Looking.

    def look(self) -> list[Firing]:
        """Watch as many rules as there is time for, going on where the last look ended; return what fired."""
        began = time.perf_counter()
        fired: list[Firing] = []
        rest = next(self._left, None)
        if rest is None:
            self._left = self._round()
            rest = next(self._left, None)
        while rest is not None:
            fired += self._watch(*rest)
            if time.perf_counter() - began > MOST_LOOK_S:
                break
            rest = next(self._left, None)
        self.look_ms = (time.perf_counter() - began) * 1e3
        return fired

    def _round(self) -> Iterator[tuple[Rule, SymbolState]]:
        """Every rule with every symbol that it watches, once."""
        levels = self.level_rules()
        version = self._book.rules_version, id(levels), tuple(self._market.states.items())
        if self._pairs[0] != version:
            rules = [*self._book.rules(self.market_key), *levels]
            pairs = [(rule, state) for rule in rules for state in self.watched(rule)]
            current = {(rule.rule_id, state.instrument.symbol) for rule, state in pairs}
            self._watches = {key: watch for key, watch in self._watches.items() if key in current}
            self._pairs = version, pairs
        for rule, state in self._pairs[1]:
            if isinstance(rule.condition, LevelReached) or self._book.rule(rule.rule_id) is rule:
                yield rule, state

    def watched(self, rule: Rule) -> list[SymbolState]:
        """The states of the symbols that a rule watches, as far as they are followed."""
        states = self._market.states
        if not rule.symbols:
            return list(states.values())
        return [states[symbol] for symbol in rule.symbols if symbol in states]

    def level_rules(self) -> list[Rule]:
        """The levels with an alert, as rules."""
        return [] if self._levels is None else self._levels.rules()

    def leave_level(self, rule: Rule) -> None:
        """Watch a level no longer; it stays where it is drawn."""
        state = self._market.state(rule.symbols[0])
        if self._levels is not None and state is not None and isinstance(rule.condition, LevelReached):
            venue, symbol = state.instrument.venue, state.instrument.symbol
            self._levels.levels.set_alert(venue, symbol, rule.condition.level_id, None)

    def standing(self, rule: Rule, symbol: str) -> RuleStanding:
        """How a rule stands on a symbol, as the last look saw it."""
        if rule.paused:
            return RuleStanding(RuleState.PAUSED)
        if self._is_expired(rule):
            return RuleStanding(RuleState.EXPIRED)
        watch = self._watches.get((rule.rule_id, symbol))
        if watch is None:
            if self._market.state(symbol) is None:
                return RuleStanding(RuleState.NO_DATA, None, f"{symbol} is not followed")
            return RuleStanding(RuleState.ARMED)
        return watch.standing

    def told(self, rule: Rule, symbol: str) -> int:
        """How often a rule was told of a symbol."""
        return self._book.latch(rule.rule_id, symbol).count

    def preview(self, rule: Rule, symbol: str) -> RuleStanding:
        """How a rule that is not in the book would stand on a symbol."""
        state = self._market.state(symbol)
        if state is None:
            return RuleStanding(RuleState.NO_DATA, None, f"{symbol or 'No symbol'} is not followed")
        condition = rule.condition
        if isinstance(condition, Threshold | Formula):
            holds, value, why = self._holds(condition, state)
            if holds is None:
                return RuleStanding(RuleState.NO_DATA, value, why)
            return RuleStanding(RuleState.ARMED, value, "", holds)
        reading = self._metrics.read(LAST, symbol)
        if not reading.is_ok:
            return RuleStanding(RuleState.NO_DATA, reading.value, reading.why)
        return RuleStanding(RuleState.ARMED, reading.value, "", None)

    def _is_expired(self, rule: Rule) -> bool:
        return rule.expires_ms is not None and self._clock.now_ms() >= rule.expires_ms

    def _watch(self, rule: Rule, state: SymbolState) -> list[Firing]:
        """Look at one rule on one symbol."""
        symbol = state.instrument.symbol
        if rule.paused or self._is_expired(rule):
            self._watches.pop((rule.rule_id, symbol), None)
            return []
        watch = self._watches.get((rule.rule_id, symbol))
        is_new = watch is None or watch.state is not state
        if watch is None or is_new:
            # What was traded before is seen through what is remembered, not once more.
            watch = self._watches[rule.rule_id, symbol] = _Watch(state, state.trades.appended)
        latch = self._book.latch(rule.rule_id, symbol)
        if rule.repeat == "once" and latch.count:
            watch.trades = state.trades.appended
            watch.standing = RuleStanding(RuleState.FIRED, self._value(rule, state))
            return []
        condition = rule.condition
        if isinstance(condition, Threshold | Formula):
            return self._watch_value(rule, condition, watch, latch)
        if isinstance(condition, EventAhead):
            return []  # told by `EventAlerts`; no rule of the book is one
        return self._watch_price(rule, condition, watch, latch, is_new)

    # Metrics and expressions.

    def _holds(
        self, condition: Threshold | Formula, state: SymbolState
    ) -> tuple[bool | None, float | None, str]:
        """Whether a condition is so, the value it goes by, and why that cannot be said."""
        symbol = state.instrument.symbol
        if isinstance(condition, Threshold):
            reading = self._metrics.read(condition.of, symbol)
            if not reading.is_ok or reading.value is None:
                return None, reading.value, reading.why
            above = condition.side == "above"
            reached = reading.value >= condition.value if above else reading.value <= condition.value
            return reached, reading.value, ""
        expression = self._expressions.get(condition.text)
        if expression is None:
            expression = self._expressions[condition.text] = parse(condition.text)
        readings: list[Reading] = []

        def read_all(metric: Metric) -> Reading:
            reading = self._metrics.read(metric, symbol)
            readings.append(reading)
            return reading

        holds = expression.holds(read_all)
        if holds is None:
            return None, None, next((one.why for one in readings if not one.is_ok), "It cannot be worked out")
        return holds, None, ""

    def _watch_value(
        self, rule: Rule, condition: Threshold | Formula, watch: _Watch, latch: Latch
    ) -> list[Firing]:
        holds, value, why = self._holds(condition, watch.state)
        now_s = self._clock.monotonic()
        if holds is None:
            watch.holds_since_s = None  # nobody knows whether it held
            watch.standing = RuleStanding(RuleState.NO_DATA, value, why)
            return []
        if latch.told:
            if holds or not self._is_back(condition, value):
                watch.standing = RuleStanding(RuleState.WAITING, value, "Told; it has not ended since", holds)
                return []
            latch = msgspec.structs.replace(latch, told=False)
            self._book.set_latch(latch)
        if not holds:
            watch.holds_since_s = None
            watch.standing = RuleStanding(RuleState.ARMED, value, "", False)
            return []
        if watch.holds_since_s is None:
            watch.holds_since_s = now_s
        left_s = rule.held_s - (now_s - watch.holds_since_s)
        if left_s > 0:
            watch.standing = RuleStanding(
                RuleState.WAITING, value, f"It must hold for {left_s:.0f} s more", True
            )
            return []
        latch = msgspec.structs.replace(latch, told=True)
        return self._fire(rule, watch, latch, [value])

    def _is_back(self, condition: Threshold | Formula, value: float | None) -> bool:
        """Whether a condition that was told has ended, by as much as its hysteresis asks."""
        if isinstance(condition, Formula) or value is None:
            return True
        if condition.side == "above":
            return value < condition.value - condition.hysteresis or (
                not condition.hysteresis and value < condition.value
            )
        return value > condition.value + condition.hysteresis

    # Prices and levels.

    def _watch_price(
        self, rule: Rule, condition: PriceCross | LevelReached, watch: _Watch, latch: Latch, is_new: bool
    ) -> list[Firing]:
        state = watch.state
        status = state.status
        value = self._value(rule, state)
        if value is None:
            watch.standing = RuleStanding(RuleState.NO_DATA, None, "Nothing has been traded yet")
            return []
        path = self._path(condition, watch, value, is_new)
        if status is not None and status.state in _NOT_COMING and not len(path):
            watch.standing = RuleStanding(RuleState.NO_DATA, value, status.words or "The data have stopped")
            return []
        latch, places = reached(condition, path, latch, float(state.instrument.tick_size))
        if not places:
            self._book.set_latch(latch)
            watch.standing = RuleStanding(self._rest(rule, latch), value)
            return []
        return self._fire(rule, watch, latch, [float(path[place]) for place in places])

    def _path(
        self, condition: PriceCross | LevelReached, watch: _Watch, last: float, is_new: bool
    ) -> NDArray[np.float64]:
        """The prices since the last look; at the first, the newest alone."""
        state = watch.state
        if isinstance(condition, LevelReached) and condition.trigger is AlertTrigger.CLOSE:
            closes, watch.closed_ms = closed_since(
                state, condition.timeframe_ms // 1_000 * 1_000, watch.closed_ms
            )
            return closes
        before, watch.trades = watch.trades, state.trades.appended
        return np.array([last]) if is_new else traded_since(state, before)

    def _last(self, state: SymbolState) -> float | None:
        return self._metrics.read(LAST, state.instrument.symbol).value

    def _value(self, rule: Rule, state: SymbolState) -> float | None:
        if isinstance(rule.condition, Formula):
            return None
        if isinstance(rule.condition, Threshold):
            return self._metrics.read(rule.condition.of, state.instrument.symbol).value
        return self._last(state)

    # Telling.

    def _rest(self, rule: Rule, latch: Latch) -> RuleState:
        since_s = (self._clock.now_ms() - latch.fired_ms) / 1_000
        cooling = latch.fired_ms and rule.repeat == "every" and 0 <= since_s < rule.cooldown_s
        return RuleState.WAITING if cooling else RuleState.ARMED

    def _fire(self, rule: Rule, watch: _Watch, latch: Latch, values: list[float | None]) -> list[Firing]:
        """Tell each of what happened since the last look, as far as the rule lets it be told again."""
        now_ms, fired = self._clock.now_ms(), []
        for value in values[-MOST_AT_ONCE:]:
            if self._rest(rule, latch) is RuleState.WAITING or (rule.repeat == "once" and latch.count):
                break
            firing = self._book.fire(
                rule,
                latch,
                condition=rule.condition,
                value=value,
                now_ms=now_ms,
                market_ms=watch.state.market_ms,
            )
            latch = self._book.latch(rule.rule_id, latch.symbol)
            fired.append(firing)
        self._book.set_latch(latch)
        is_done = rule.repeat == "once"
        watch.standing = RuleStanding(RuleState.FIRED if is_done else RuleState.WAITING, values[-1], "", True)
        return fired

    def _begin_anew(self, reset: MarketReset) -> None:
        """A recording was rewound: its prices are no continuation of those before."""
        for rule_id, symbol in tuple(self._watches):
            if symbol == reset.symbol:
                del self._watches[rule_id, symbol]
                self._book.forget_sides(rule_id, symbol)
