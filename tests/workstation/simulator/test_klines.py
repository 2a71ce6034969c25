"""Candles of any interval equal those made from the trades one by one."""

import numpy as np
import pytest

from workstation.simulator.klines import (
    BUY_VOLUME,
    CLOSE,
    HIGH,
    LOW,
    MINUTE_MS,
    OPEN,
    OPEN_MS,
    QUOTE_VOLUME,
    TRADES,
    VOLUME,
    WEEK_MS,
    Klines,
)

START_MS = 1_760_000_040_000 // MINUTE_MS * MINUTE_MS


def make_klines(minutes: int) -> tuple[Klines, list[list[tuple[int, int, bool]]]]:
    random = np.random.default_rng(5)
    klines = Klines(START_MS, 50.0, tick=0.5, lot=0.01)
    tape = []
    for minute in range(minutes):
        if minute:
            klines.roll()
        trades = [
            (int(random.integers(90, 110)), int(random.integers(1, 50)), bool(random.random() < 0.5))
            for _ in range(int(random.integers(0, 6)))
        ]
        for price, lots, bought in trades:
            klines.trade(price, lots, bought)
        tape.append(trades)
    return klines, tape


@pytest.mark.parametrize("minutes", [1, 3, 5, 15, 60])
def test_a_candle_is_the_first_highest_lowest_and_last_trade_of_its_minutes(minutes: int) -> None:
    klines, tape = make_klines(137)
    interval = minutes * MINUTE_MS

    rows = klines.candles(interval, limit=1000)

    assert [int(row[OPEN_MS]) % interval for row in rows] == [0] * len(rows)
    assert (np.diff(rows[:, OPEN_MS]) == interval).all()
    close = 50.0
    for row in rows:
        first = (int(row[OPEN_MS]) - START_MS) // MINUTE_MS
        trades = [trade for minute in tape[max(0, first) : first + minutes] for trade in minute]
        prices = [price * 0.5 for price, _, _ in trades]
        # A candle without trades repeats the close before it.
        opens = prices[0] if prices else close
        assert row[OPEN] == opens
        assert row[HIGH] == max([opens, *prices])
        assert row[LOW] == min([opens, *prices])
        close = prices[-1] if prices else close
        assert row[CLOSE] == close
        assert row[TRADES] == len(trades)
        assert row[VOLUME] == pytest.approx(sum(lots for _, lots, _ in trades) * 0.01)
        assert row[BUY_VOLUME] == pytest.approx(sum(lots for _, lots, bought in trades if bought) * 0.01)
        assert row[QUOTE_VOLUME] == pytest.approx(sum(p * lots for p, lots, _ in trades) * 0.005)


def test_bounds_choose_candles_by_their_open_and_the_limit_keeps_the_first_or_the_newest() -> None:
    klines, _ = make_klines(40)
    every = klines.candles(MINUTE_MS, limit=1000)
    at = START_MS + 10 * MINUTE_MS

    assert len(every) == 40
    assert (klines.candles(MINUTE_MS, limit=7) == every[-7:]).all()
    assert (klines.candles(MINUTE_MS, start_ms=at, limit=7) == every[10:17]).all()
    assert (klines.candles(MINUTE_MS, start_ms=at - 1, end_ms=at, limit=7) == every[10:11]).all()
    assert (klines.candles(MINUTE_MS, end_ms=at, limit=3) == every[8:11]).all()
    assert len(klines.candles(MINUTE_MS, start_ms=at, end_ms=at - 1)) == 0
    assert len(klines.candles(MINUTE_MS, start_ms=START_MS + 41 * MINUTE_MS)) == 0
    assert len(klines.candles(MINUTE_MS, end_ms=START_MS - 1)) == 0


def test_weeks_begin_on_monday() -> None:
    klines, _ = make_klines(3)
    monday_ms = 4 * 86_400_000

    (row,) = klines.candles(WEEK_MS)

    assert (row[OPEN_MS] - monday_ms) % WEEK_MS == 0
    assert row[OPEN_MS] <= START_MS < row[OPEN_MS] + WEEK_MS


def test_older_minutes_join_without_a_seam() -> None:
    whole, tape = make_klines(30)
    late = Klines(START_MS + 20 * MINUTE_MS, 1.0, tick=0.5, lot=0.01)
    for index, trades in enumerate(tape[20:]):
        if index:
            late.roll()
        for price, lots, bought in trades[len(trades) // 2 :] if not index else trades:
            late.trade(price, lots, bought)
    early = Klines(START_MS, 50.0, tick=0.5, lot=0.01)
    for index, trades in enumerate(tape[:21]):
        if index:
            early.roll()
        for price, lots, bought in trades[: len(trades) // 2] if index == 20 else trades:
            early.trade(price, lots, bought)

    late.extend_back(early.candles(MINUTE_MS, limit=1000))

    assert late.candles(MINUTE_MS, limit=1000) == pytest.approx(whole.candles(MINUTE_MS, limit=1000))
    with pytest.raises(ValueError, match="oldest minute"):
        late.extend_back(early.candles(MINUTE_MS, limit=3))


def test_an_interval_that_is_not_whole_minutes_is_an_error() -> None:
    with pytest.raises(ValueError, match="whole number of minutes"):
        make_klines(1)[0].candles(90_000)
