"""Alerts are told exactly when what they wait for happens, once, and never out of what is not known."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.market.made import make_instrument, make_updates
from workstation.alerts.book import AlertBook
from workstation.alerts.engine import AlertEngine
from workstation.alerts.level_rules import LEVEL_COOLDOWN_S
from workstation.alerts.rules import (
    AlertCondition,
    AlertFired,
    Firing,
    Formula,
    LevelReached,
    PriceCross,
    Rule,
    RuleState,
    Threshold,
)
from workstation.market.coverage import TradeCoverage
from workstation.market.state import Market
from workstation.metrics.registry import MetricReader
from workstation.model.columns import TRADE, MarketBatch
from workstation.model.derivatives import FundingRate
from workstation.model.feed_status import FeedState, FeedStatus
from workstation.model.levels import AlertRule, AlertTrigger, Level
from workstation.runtime.bus import Bus, Fault
from workstation.runtime.clock import ManualClock

VENUE, SYMBOL, START_MS = "binance_usdm", "BTCUSDT", 1_772_460_000_000


@pytest.fixture(scope="module", autouse=True)
def _time_enough() -> Iterator[None]:
    """A busy machine must not cut a look short where the test is about something else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workstation.alerts.engine.MOST_LOOK_S", 60.0)
        yield


@dataclass
class Levels:
    """The trader's levels, as drawn."""

    drawn: list[Level] = field(default_factory=list)
    version: int = 0

    def levels(self, venue: str, symbol: str) -> tuple[Level, ...]:
        return tuple(level for level in self.drawn if (level.venue, level.symbol) == (venue, symbol))

    def set_alert(self, venue: str, symbol: str, level_id: str, alert: AlertRule | None) -> None:
        self.version += 1


class Desk:
    """A desk with alerts that can be closed, killed and opened again while the venue goes on."""

    def __init__(self, path: Path | None = None, *, goes_on: bool = True) -> None:
        self.path, self.goes_on = path, goes_on
        self.clock = ManualClock(START_MS)
        self.levels = Levels()
        self.open()

    def open(self) -> None:
        self.book = AlertBook() if self.path is None else AlertBook.open(self.path)[0]
        self.bus = Bus()
        self.market = Market(self.bus, self.clock)
        self.market.add(make_instrument())
        self.coverage = TradeCoverage()
        metrics = MetricReader(self.market, self.clock, lambda _symbol: self.coverage, is_live=True)
        self.engine = AlertEngine(
            self.book, VENUE, self.market, metrics, self.bus, self.clock, self.levels, goes_on=self.goes_on
        )

    def rule(self, condition: AlertCondition, **changes: Any) -> Rule:
        rule = Rule(f"rule {len(self.book.rules())}", VENUE, (SYMBOL,), condition)
        rule = msgspec.structs.replace(rule, **{"repeat": "every", "cooldown_s": 0.0, **changes})
        self.book.put(rule)
        return rule

    def trade(self, *prices: float, look: bool = True, after_ms: int = 0) -> list[Firing]:
        rows = np.zeros(len(prices), TRADE)
        rows["price"], rows["size"], rows["side"] = prices, 1.0, 1
        rows["event_ms"] = self.clock.now_ms() + after_ms
        self.market.apply(MarketBatch(VENUE, SYMBOL, trades=rows))
        return self.look() if look else []

    def funding(self, rate: str) -> list[Firing]:
        news = FundingRate(VENUE, SYMBOL, self.clock.now_ms(), Decimal(rate), 8.0, 0)
        self.market.take_news(news)
        return self.look()

    def look(self, after_s: float = 0.25) -> list[Firing]:
        self.clock.advance(after_s)
        return self.engine.look()

    def state(self, rule: Rule) -> RuleState:
        return self.engine.standing(rule, SYMBOL).state


def crossings(prices: list[float], price: float, direction: str, hysteresis: float) -> int:
    """The plain model: one price after the other."""
    above = price if direction == "up" else price + hysteresis
    below = price if direction == "down" else price - hysteresis
    side, count = 0, 0
    for traded in prices:
        now = 1 if traded > above else -1 if traded < below else side
        if side and now != side and direction in ("either", "up" if now > 0 else "down"):
            count += 1
        side = now
    return count


PRICES = st.lists(st.integers(95, 105).map(float), min_size=1, max_size=40)


@given(PRICES, st.sampled_from(["up", "down", "either"]), st.sampled_from([0.0, 1.0, 3.0]), st.data())
def test_it_is_told_at_every_crossing_and_at_nothing_else_however_trades_are_batched(
    prices: list[float], direction: str, hysteresis: float, data: st.DataObject
) -> None:
    desk = Desk()
    desk.rule(PriceCross(100.0, direction, hysteresis))  # type: ignore[arg-type]
    told, at = 0, 0
    told += len(desk.trade(prices[0]))  # the first price says where the market is
    at = 1
    while at < len(prices):
        step = data.draw(st.integers(1, 7))
        told += len(desk.trade(*prices[at : at + step]))
        at += step
    assert told == crossings(prices, 100.0, direction, hysteresis)


@settings(max_examples=25)
@given(PRICES, st.lists(st.integers(0, 39), max_size=6))
def test_a_restart_tells_nothing_twice_and_forgets_nothing(
    tmp_path_factory: pytest.TempPathFactory, prices: list[float], restarts: list[int]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("alerts") / "alerts.json")
    desk.rule(PriceCross(100.0, "either"))
    told = []
    for place, price in enumerate(prices):
        told += desk.trade(price)
        if place in restarts:
            desk.engine.close()
            desk.open()
            told += desk.trade(price)  # the venue still trades there
    assert len(told) == crossings(prices, 100.0, "either", 0.0)
    assert [firing.number for firing in told] == list(range(1, len(told) + 1))
    assert [firing.number for firing in desk.book.firings] == [firing.number for firing in reversed(told)]


def test_what_is_told_once_stays_told_over_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "alerts.json")
    rule = desk.rule(PriceCross(100.0, "up"), repeat="once")
    desk.trade(99.0)
    assert [firing.value for firing in desk.trade(99.5, 101.0, 99.0, 102.0)] == [101.0]
    assert desk.trade(99.0, 103.0) == []
    desk.engine.close()
    desk.open()
    assert desk.trade(99.0) == desk.trade(105.0) == []
    assert desk.state(rule) is RuleState.FIRED
    desk.book.rearm(rule.rule_id)
    desk.trade(99.0)
    assert len(desk.trade(101.0)) == 1


def test_a_crossing_while_the_desk_was_closed_is_told_when_it_opens(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "alerts.json")
    desk.rule(PriceCross(100.0, "up"))
    desk.trade(99.0)
    desk.engine.close()
    desk.open()
    assert [firing.value for firing in desk.trade(104.0)] == [104.0]


def test_a_market_that_begins_anew_has_crossed_nothing_in_between(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "alerts.json", goes_on=False)
    desk.rule(PriceCross(100.0, "up"))
    desk.trade(99.0)
    desk.engine.close()
    desk.open()
    assert desk.trade(104.0) == []
    desk.trade(99.0)
    desk.market.reset()
    assert desk.trade(104.0) == []
    desk.trade(99.0)
    assert len(desk.trade(104.0)) == 1


def test_a_metric_is_told_when_it_is_reached_and_again_only_after_it_went_back() -> None:
    desk = Desk()
    rule = desk.rule(Threshold("funding_rate", "above", 0.0005, hysteresis=0.0001))
    assert desk.funding("0.0004") == []
    assert desk.state(rule) is RuleState.ARMED
    assert [firing.value for firing in desk.funding("0.0005")] == [0.0005]
    assert desk.funding("0.00045") == desk.funding("0.0006") == []
    assert desk.state(rule) is RuleState.WAITING
    assert desk.funding("0.0003") == []
    assert len(desk.funding("0.0007")) == 1


def test_what_is_not_known_or_stale_never_fires() -> None:
    desk = Desk()
    rule = desk.rule(Threshold("funding_rate", "above", 0.0005))
    formula = desk.rule(Formula("funding_rate > 0.05% or spread_bps > 5"))
    assert desk.look() == []
    standing = desk.engine.standing(rule, SYMBOL)
    assert (standing.state, standing.why) == (RuleState.NO_DATA, "The venue has sent no funding rate yet")
    assert desk.state(formula) is RuleState.NO_DATA
    desk.market.take_news(FundingRate(VENUE, SYMBOL, START_MS, Decimal("0.001"), 8.0, 0))
    desk.market.take_news(FeedStatus(VENUE, SYMBOL, FeedState.STALE, "No data since …"))
    assert desk.look() == []
    assert desk.engine.standing(rule, SYMBOL).why == "No data since …"
    desk.market.take_news(FeedStatus(VENUE, SYMBOL, FeedState.LIVE))
    assert len(desk.look()) == 2


def test_a_condition_must_hold_as_long_as_was_asked_without_a_break() -> None:
    desk = Desk()
    desk.rule(Threshold("funding_rate", "above", 0.0005), held_s=10.0)
    desk.funding("0.0006")
    assert desk.look(6.0) == []
    desk.funding("0.0004")
    desk.funding("0.0006")
    assert desk.look(6.0) == []
    assert len(desk.look(6.0)) == 1


def test_within_the_cooldown_it_is_not_told_again() -> None:
    desk = Desk()
    rule = desk.rule(PriceCross(100.0, "either"), cooldown_s=30.0)
    desk.trade(99.0)
    assert len(desk.trade(101.0, 99.0, 101.0)) == 1
    assert desk.trade(99.0) == []
    assert desk.state(rule) is RuleState.WAITING
    desk.look(31.0)
    assert len(desk.trade(101.0)) == 1


def test_an_expired_or_paused_rule_says_so_and_is_not_told() -> None:
    desk = Desk()
    expired = desk.rule(PriceCross(100.0), expires_ms=START_MS + 1_000)
    paused = desk.rule(PriceCross(100.0), paused=True)
    desk.trade(99.0)
    desk.look(2.0)
    assert desk.trade(101.0) == []
    assert (desk.state(expired), desk.state(paused)) == (RuleState.EXPIRED, RuleState.PAUSED)
    desk.book.set_paused(paused.rule_id, False)
    desk.trade(101.0)
    assert len(desk.trade(99.0)) == 1


def test_a_changed_price_or_condition_begins_anew() -> None:
    desk = Desk()
    rule = desk.rule(PriceCross(100.0, "up"))
    desk.trade(101.0)
    desk.book.put(msgspec.structs.replace(rule, condition=PriceCross(105.0, "up")))
    desk.trade(103.0)
    assert len(desk.trade(106.0)) == 1


def level(trigger: AlertTrigger, price: float = 100.0) -> Level:
    return Level("a level", VENUE, SYMBOL, price, "support", AlertRule(trigger, 1_000))


def test_a_drawn_level_is_watched_where_it_stands_now() -> None:
    desk = Desk()
    desk.levels.drawn = [level(AlertTrigger.CROSS)]
    desk.trade(99.0)
    (firing,) = desk.trade(101.0)
    assert isinstance(firing.condition, LevelReached)
    assert (firing.condition.name, firing.value) == ("support", 101.0)
    desk.look(LEVEL_COOLDOWN_S)
    desk.levels.drawn, desk.levels.version = [level(AlertTrigger.CROSS, 95.0)], 1
    assert desk.trade(96.0) == []
    assert len(desk.trade(94.0)) == 1
    desk.levels.drawn, desk.levels.version = [], 2
    desk.look(LEVEL_COOLDOWN_S)
    assert desk.trade(96.0) == []
    assert desk.book.latched == ()


def test_a_touch_is_told_once_until_the_price_has_left() -> None:
    desk = Desk()
    desk.levels.drawn = [level(AlertTrigger.TOUCH)]
    desk.trade(99.0)
    assert [firing.value for firing in desk.trade(99.9, 100.0, 99.9)] == [100.0]
    desk.look(LEVEL_COOLDOWN_S)
    assert desk.trade(100.0) == []
    desk.trade(97.0)
    assert len(desk.trade(100.0)) == 1


def test_a_close_beyond_a_level_waits_for_the_candle_to_close() -> None:
    desk = Desk()
    desk.levels.drawn = [level(AlertTrigger.CLOSE)]
    for price in (99.0, 99.0, 99.0):
        desk.trade(price)
        desk.look(1.0)
    assert desk.trade(101.0, 99.5) == []
    desk.look(1.0)
    assert desk.trade(101.0) == [], "its candle is open"
    desk.look(1.0)
    assert [firing.value for firing in desk.trade(99.0)] == [101.0]


def test_every_symbol_followed_is_watched_by_a_rule_without_symbols() -> None:
    desk = Desk()
    desk.rule(Threshold("spread_bps", "above", 50.0), symbols=())
    updates, levels = make_updates(
        ((1, 1, -1), [(99.0, 1.0)], [(101.0, 1.0)]), event_ms=[START_MS], snapshots=[0]
    )
    desk.market.apply(MarketBatch(VENUE, SYMBOL, updates=updates, levels=levels))
    assert [firing.symbol for firing in desk.look()] == [SYMBOL]


def test_rules_of_another_market_are_left_alone() -> None:
    desk = Desk()
    desk.rule(PriceCross(100.0), market="bybit")
    desk.trade(99.0)
    assert desk.trade(101.0) == []


def test_a_look_is_bounded_and_what_is_left_is_watched_at_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.alerts.engine.MOST_LOOK_S", 0.0)
    desk = Desk()
    for price in (100.0, 101.0, 102.0):
        desk.rule(PriceCross(price, "up"))
    desk.trade(99.0, look=False)
    for _ in range(3):
        desk.look()
    desk.trade(103.0, look=False)
    desk.trade(99.0, look=False)
    assert [len(desk.look()) for _ in range(3)] == [1, 1, 1]


def test_a_kill_before_the_file_is_written_tells_it_at_the_next_start(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "alerts.json")
    desk.rule(PriceCross(100.0, "up"))
    desk.trade(99.0)
    desk.book.save()
    assert len(desk.trade(101.0)) == 1  # killed here: nobody has heard of it
    desk.open()
    assert [firing.number for firing in desk.trade(101.5)] == [1]
    desk.book.save()  # and killed behind this
    desk.open()
    assert desk.trade(101.5) == []


async def test_it_is_on_disk_before_it_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "alerts.json")
    desk.rule(PriceCross(100.0))
    desk.trade(99.0)
    desk.trade(101.0, look=False)
    on_disk: list[int] = []

    def told(event: AlertFired) -> None:
        on_disk.extend(firing.number for firing in AlertBook.open(tmp_path / "alerts.json")[0].firings)
        desk.market.states.clear()

    desk.bus.subscribe(AlertFired, told)
    task = asyncio.ensure_future(desk.engine.run())
    while not on_disk:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert on_disk == [1]


def test_a_full_disk_is_reported_once_and_alerts_are_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    desk = Desk()
    desk.book = AlertBook(tmp_path / "file" / "alerts.json")
    faults: list[Fault] = []
    desk.bus.subscribe(Fault, faults.append)
    desk.engine._book = desk.book
    desk.rule(PriceCross(100.0))
    desk.engine.close()
    desk.engine.close()
    assert len(faults) == 1
    assert "cannot be written" in faults[0].message
