"""Breakouts follow their rules, on made candles, on real ones, and against a second reading of the rules."""

import re
from pathlib import Path

import duckdb
import numpy as np
import pytest

from workstation.analytics.breakout import Breakout, BreakoutRules, Stage, find_breakouts
from workstation.analytics.volatility import wilder_atr
from workstation.analytics.volume_multiple import HOUR_MS, running_sums, usual_volumes
from workstation.errors import BadFigure
from workstation.market.candles import CANDLE
from workstation.model.columns import Records

LEVEL = 100.0
RULES = BreakoutRules(reach_atr=0.25, retests=2, lasting=8)


def candles(*rows: tuple[float, float, float, float], buys: float = np.nan) -> Records:
    """Candles of an hour from (open, high, low, close)."""
    made = np.zeros(len(rows), CANDLE)
    for place, name in enumerate(("open", "high", "low", "close")):
        made[name] = [row[place] for row in rows]
    made["open_ms"] = np.arange(len(rows)) * HOUR_MS
    made["volume"] = 10.0
    made["buy_volume"] = buys
    return made


def found(rows: Records, multiple: float = 1.8, rules: BreakoutRules = RULES) -> tuple[Breakout, ...]:
    """Breakouts where every candle has this multiple and an ATR of 4: within 1 is at the level."""
    return find_breakouts(rows, np.full(len(rows), multiple), np.full(len(rows), 4.0), LEVEL, rules)


BELOW, BREAK = (98.0, 99.5, 97.0, 99.0), (99.0, 104.0, 98.5, 103.0)
TOUCH, AWAY = (103.0, 104.0, 100.5, 101.0), (104.0, 106.0, 103.0, 103.5)
RETURN, BACK = (101.0, 105.0, 102.0, 104.0), (101.0, 102.0, 97.0, 98.5)


def stages(breakout: Breakout) -> list[tuple[Stage, int, int]]:
    return [(event.stage, event.index, event.retests) for event in breakout.events]


def mirrored(rows: Records) -> Records:
    """The same market upside down about the level."""
    down = rows.copy()
    for name in ("open", "close"):
        down[name] = 2 * LEVEL - rows[name]
    down["high"], down["low"] = 2 * LEVEL - rows["low"], 2 * LEVEL - rows["high"]
    down["buy_volume"] = rows["volume"] - rows["buy_volume"]
    return down


def test_break_pullback_and_two_retests_that_hold_confirm_a_breakout_in_either_direction() -> None:
    market = candles(BELOW, BREAK, AWAY, TOUCH, RETURN, AWAY, TOUCH, RETURN, AWAY)
    expected = [
        (Stage.BROKEN, 1, 0),
        (Stage.PULLBACK, 3, 0),
        (Stage.HOLDING, 4, 1),
        (Stage.PULLBACK, 6, 1),
        (Stage.CONFIRMED, 7, 2),
    ]
    (up,) = found(market)
    (down,) = found(mirrored(market))
    assert stages(up) == stages(down) == expected
    assert (up.direction, down.direction, up.multiple, up.reach) == (1, -1, 1.8, 1.0)


def test_a_candle_without_the_volume_breaks_nothing() -> None:
    assert not found(candles(BELOW, BREAK, AWAY), multiple=1.49)
    assert not found(candles(BELOW, BREAK, AWAY), multiple=np.nan)
    # What has crossed quietly does not break later, far from the level.
    market = candles(BELOW, BREAK, AWAY)
    assert not find_breakouts(market, np.array([1.0, 1.0, 9.0]), np.full(3, 4.0), LEVEL, RULES)
    assert not find_breakouts(market, np.full(3, 9.0), np.full(3, np.nan), LEVEL, RULES)


def test_a_close_back_through_the_level_fails_and_may_break_the_other_way() -> None:
    market = candles(BELOW, BREAK, TOUCH, BACK, (98.5, 99, 96, 97))
    up, down = found(market)
    assert stages(up) == [(Stage.BROKEN, 1, 0), (Stage.PULLBACK, 2, 0), (Stage.FAILED, 3, 0)]
    assert (down.direction, down.events[0].index) == (-1, 3)


def test_a_close_a_little_below_the_level_does_not_fail_yet() -> None:
    (breakout,) = found(candles(BELOW, BREAK, (101.0, 102.0, 99.0, 99.2)))
    assert breakout.stage is Stage.PULLBACK


def test_a_market_that_stays_at_the_level_makes_one_retest_not_two() -> None:
    at_level = (100.5, 102.0, 100.0, 101.5)
    quiet = (102.0, 103.0, 101.5, 101.6)
    (breakout,) = found(candles(BELOW, BREAK, TOUCH, quiet, at_level, at_level, at_level))
    assert breakout.retests == 1
    assert breakout.stage is Stage.HOLDING


def test_a_retest_holds_only_when_those_who_took_came_back_where_that_is_known() -> None:
    rows = candles(BELOW, BREAK, TOUCH, RETURN, buys=4.0)
    (breakout,) = found(rows)
    assert breakout.stage is Stage.PULLBACK
    rows["buy_volume"] = 6.0
    (breakout,) = found(rows)
    assert breakout.stage is Stage.HOLDING


def test_a_breakout_expires_and_a_confirmed_one_is_watched_for_as_long_again() -> None:
    (breakout,) = found(candles(BELOW, BREAK, *[AWAY] * 8))
    assert breakout.stage is Stage.BROKEN
    (breakout,) = found(candles(BELOW, BREAK, *[AWAY] * 9))
    assert stages(breakout)[-1] == (Stage.EXPIRED, 10, 0)
    once = BreakoutRules(retests=1, lasting=4)
    confirmed = candles(BELOW, BREAK, AWAY, TOUCH, RETURN, *[AWAY] * 4)
    assert found(confirmed, rules=once)[0].stage is Stage.CONFIRMED
    later = candles(BELOW, BREAK, AWAY, TOUCH, RETURN, *[AWAY] * 5)
    assert found(later, rules=once)[0].stage is Stage.EXPIRED


def test_few_candles_and_wrong_figures() -> None:
    assert found(candles()) == found(candles(BREAK)) == ()
    with pytest.raises(BadFigure):
        BreakoutRules(retests=0)


def second_reading(
    rows: Records, multiples: np.ndarray, atr: np.ndarray, level: float, rules: BreakoutRules
) -> list[tuple[int, int, list[tuple[str, int]]]]:
    """The same rules read from words: every candle after a break is a letter, and stages are patterns.

    f fails, t touches, T touches and holds, r away and holds, - away.
    """
    made = []
    free = 0
    closes = rows["close"].astype(float)
    for index in range(1, len(rows)):
        if index < free or not multiples[index] >= rules.multiple or not atr[index] > 0:
            continue
        side, before = np.sign(closes[index] - level), np.sign(closes[index - 1] - level)
        if side == 0 or before == side:
            continue
        near = rules.reach_atr * atr[index]
        word = ""
        for row in rows[index + 1 : index + 2 + 2 * rules.lasting]:
            extreme = row["low"] if side > 0 else row["high"]
            touches = (extreme <= level + near) if side > 0 else (extreme >= level - near)
            fails = row["close"] < level - near if side > 0 else row["close"] > level + near
            bought = row["buy_volume"] > row["volume"] / 2 or np.isnan(row["buy_volume"])
            sold = row["buy_volume"] < row["volume"] / 2 or np.isnan(row["buy_volume"])
            if side > 0:
                holds = row["close"] > level and row["close"] > row["open"] and bought
            else:
                holds = row["close"] < level and row["close"] < row["open"] and sold
            word += "f" if fails else ("T" if holds else "t") if touches else "r" if holds else "-"
        one = r"(?:(T)|(t)[t-]*([Tr]))"
        again = r"(?:(?<=r)|[tT]*[r-])[r-]*"
        events: list[tuple[str, int]] = []
        at, watched = 0, rules.lasting
        head = word[:watched]
        for number in range(rules.retests):
            gap = re.compile(r"[r-]*" if not number else again).match(head, at)
            if gap is None:
                break
            touch = re.compile("[tT]").match(head, gap.end())
            if touch is None:
                break
            events.append(("pullback", touch.start()))
            hold = re.compile(one).match(head, touch.start())
            if hold is None:
                break
            at = hold.end()
            last = number == rules.retests - 1
            events.append(("confirmed" if last else "retest holding", at - 1))
            if last:
                watched = at + rules.lasting
        failed = word.find("f")
        if 0 <= failed < watched:
            end = "failed", failed
        elif len(word) > watched:
            end = "expired", watched
        else:
            end = "", len(word)
        events = [event for event in events if event[1] < end[1]] + ([end] if end[0] else [])
        made.append((index, int(side), [(name, index + 1 + place) for name, place in events]))
        free = index + 1 + end[1]
    return made


def compared(
    rows: Records, multiples: np.ndarray, atr: np.ndarray, level: float, rules: BreakoutRules
) -> int:
    ours = find_breakouts(rows, multiples, atr, level, rules)
    theirs = second_reading(rows, multiples, atr, level, rules)
    assert [
        (
            breakout.events[0].index,
            breakout.direction,
            [(event.stage.value, event.index) for event in breakout.events[1:]],
        )
        for breakout in ours
    ] == theirs
    return len(ours)


def test_the_rules_read_a_second_time_find_the_same_on_random_markets() -> None:
    seen = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        rows = candles(*[(0.0, 0.0, 0.0, 0.0)] * 120)
        rows["close"] = LEVEL + np.cumsum(rng.normal(scale=0.8, size=120))
        rows["open"] = np.concatenate(([LEVEL], rows["close"][:-1]))
        rows["high"] = np.maximum(rows["open"], rows["close"]) + rng.exponential(0.5, 120)
        rows["low"] = np.minimum(rows["open"], rows["close"]) - rng.exponential(0.5, 120)
        rows["buy_volume"] = np.where(rng.uniform(size=120) < 0.2, np.nan, rng.integers(0, 11, 120))
        rules = BreakoutRules(retests=1 + seed % 3, lasting=5 + seed % 40, reach_atr=0.1 + seed % 4 / 5)
        seen += compared(rows, rng.uniform(0.5, 4, 120), rng.uniform(0.5, 3, 120), LEVEL, rules)
    assert seen > 400


@pytest.mark.real_data
def test_the_rules_read_a_second_time_find_the_same_in_a_real_year(shared_data: Path) -> None:
    path = shared_data / "candles/binance_usdm_1h_2024-10_2025-10.parquet"
    seen, reached = 0, set()
    for symbol in ("BTC", "TAO"):
        query = f"SELECT ts, open, high, low, close, volume FROM '{path}' WHERE symbol LIKE ? ORDER BY ts"
        columns = duckdb.connect().execute(query, [symbol + "%"]).fetchnumpy()
        rows = np.zeros(len(columns["ts"]), CANDLE)
        rows["open_ms"] = columns["ts"]
        for name in ("open", "high", "low", "close", "volume"):
            rows[name] = columns[name]
        rows["buy_volume"] = np.nan
        usual = usual_volumes(
            rows["open_ms"], HOUR_MS, rows["open_ms"], running_sums(rows["volume"]), HOUR_MS
        )
        multiples = usual.multiples(rows["volume"])
        atr = wilder_atr(rows["high"], rows["low"], rows["close"], 20)
        for share in np.linspace(0.05, 0.95, 10):
            level = float(np.quantile(rows["close"], share))
            seen += compared(rows, multiples, atr, level, BreakoutRules())
            for breakout in find_breakouts(rows, multiples, atr, level):
                reached |= {event.stage for event in breakout.events}
    assert seen > 150
    assert reached == set(Stage)
