"""The index is a function of seed and time, joins from minute to minute, and moves as it was asked to."""

import numpy as np
import pytest

from workstation.simulator.prices import DAY_MINUTES, MINUTE_MS, STEPS, PriceProcess
from workstation.simulator.universe import UNIVERSE

ANCHOR_MS = 1_760_000_055_500
MINUTE = ANCHOR_MS // MINUTE_MS
DAY = MINUTE // DAY_MINUTES


def make_process(*symbols: str, seed: int = 1, anchor_ms: int = ANCHOR_MS) -> PriceProcess:
    return PriceProcess(seed, [UNIVERSE[symbol] for symbol in symbols], anchor_ms)


def test_each_minute_begins_where_the_one_before_ended_also_across_midnight() -> None:
    process = make_process("BTCUSDT", "FETUSDT")
    midnight = (DAY + 1) * DAY_MINUTES
    for minute in (MINUTE, midnight - 1):
        first, second = process.minute(minute).path, process.minute(minute + 1).path
        assert first.shape == (STEPS + 1, 2)
        assert first[-1] == pytest.approx(second[0], abs=1e-9)


def test_a_minute_is_the_same_whoever_else_is_listed_and_wherever_one_came_from() -> None:
    alone, among = make_process("FETUSDT"), make_process("BTCUSDT", "FETUSDT", "TAOUSDT")
    later = make_process("FETUSDT", anchor_ms=ANCHOR_MS + 3_600_000)

    expected = alone.minute(MINUTE + 90).path[:, 0]
    assert among.minute(MINUTE + 90).path[:, 1] == pytest.approx(expected)
    assert later.minute(MINUTE + 90).path[:, 0] == pytest.approx(expected)
    assert make_process("FETUSDT", seed=2).minute(MINUTE + 90).path[:, 0] != pytest.approx(expected)


def test_days_before_the_anchor_lead_up_to_it() -> None:
    process = make_process("BTCUSDT")
    before = process.day_open(DAY - 3)
    moved = sum(process.day(day).returns.sum(axis=0) for day in range(DAY - 3, DAY))

    assert before + moved == pytest.approx(np.log([UNIVERSE["BTCUSDT"].start_price]))


def test_hourly_volatility_and_correlation_are_those_of_the_listing() -> None:
    symbols = ("BTCUSDT", "ETHUSDT", "NEARUSDT", "GRTUSDT")
    process = make_process(*symbols, seed=4)
    minutes = np.concatenate([process.day(DAY + number).returns for number in range(120)])
    hours = minutes.reshape(-1, 60, len(symbols)).sum(axis=1)

    for column, symbol in enumerate(symbols):
        wanted = UNIVERSE[symbol].hour_vol_bps
        assert 0.7 * wanted < hours[:, column].std() * 1e4 < 1.4 * wanted
    rho = np.corrcoef(hours.T)
    assert 0.6 < rho[0, 1] < 0.9
    assert rho[2, 3] > rho[0, 3]  # two altcoins have more in common than one of them has with bitcoin
    assert (np.abs(hours[1:, 0]) * np.abs(hours[:-1, 0])).mean() > np.abs(hours[:, 0]).mean() ** 2


def test_a_minutes_liveliness_is_one_on_average() -> None:
    lively = make_process("BTCUSDT").minute(MINUTE).liveliness

    assert len(lively) == STEPS
    assert sum(lively) / STEPS == pytest.approx(1.0)
