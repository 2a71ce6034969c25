"""A candle's volume against the 30 days before it: one definition, whatever candles are stored."""

import numpy as np
import pytest

from workstation.analytics.volume_multiple import (
    DAY_MS,
    HOUR_MS,
    better_known,
    running_sums,
    usual_volumes,
    volume_multiple,
)


def hours(count: int, volume: float = 60.0) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(count, dtype=np.int64) * HOUR_MS, np.full(count, volume)


def test_the_average_is_that_of_the_days_before_the_candle_and_no_later() -> None:
    times, volumes = hours(40 * 24)
    volumes[: 5 * 24] = 1e9  # longer ago than 30 days
    volumes[35 * 24] = 1e9  # the candle itself
    multiple, days = volume_multiple(35 * DAY_MS, HOUR_MS, 90.0, times, volumes)
    assert multiple == pytest.approx(1.5)
    assert days == 30


def test_hourly_candles_say_of_shorter_ones_what_those_say_themselves() -> None:
    rng = np.random.default_rng(4)
    minute_ms = 60_000
    minutes = np.arange(31 * 1440, dtype=np.int64) * minute_ms
    volumes = rng.lognormal(size=len(minutes))
    by_hour = volumes.reshape(-1, 60).sum(axis=1)
    asked = np.arange(30 * 24, 31 * 24, dtype=np.int64) * HOUR_MS
    own = usual_volumes(asked, minute_ms, minutes, running_sums(volumes), minute_ms)
    hourly = usual_volumes(asked, minute_ms, minutes[::60], running_sums(by_hour), HOUR_MS)
    np.testing.assert_allclose(own.volume, hourly.volume)
    np.testing.assert_allclose(
        own.volume, [volumes[at * 60 - 30 * 1440 : at * 60].mean() for at in range(720, 744)]
    )


def test_an_hour_that_is_not_stored_is_not_an_hour_without_trades() -> None:
    times, volumes = hours(30 * 24)
    kept = np.ones(len(times), bool)
    kept[100:400] = False
    multiple, days = volume_multiple(30 * DAY_MS, HOUR_MS, 60.0, times[kept], volumes[kept])
    assert multiple == pytest.approx(1.0)
    assert days == pytest.approx(30 - 300 / 24)


def test_without_a_past_there_is_no_multiple() -> None:
    times, volumes = hours(3)
    multiple, days = volume_multiple(0, HOUR_MS, 5.0, times, volumes)
    assert np.isnan(multiple)
    assert days == 0
    assert np.isnan(volume_multiple(2 * DAY_MS, HOUR_MS, 5.0, times, volumes * 0)[0])
    assert np.isnan(volume_multiple(0, HOUR_MS, 5.0, times[:0], volumes[:0])[0])


def test_the_better_known_average_counts_at_each_candle() -> None:
    times, volumes = hours(40 * 24)
    asked = np.array([10, 35], np.int64) * DAY_MS
    whole = usual_volumes(asked, HOUR_MS, times, running_sums(volumes), HOUR_MS)
    short = usual_volumes(asked, HOUR_MS, times[34 * 24 :], running_sums(volumes[34 * 24 :] * 3), HOUR_MS)
    np.testing.assert_allclose(better_known(short, whole).volume, [60, 60])
    np.testing.assert_allclose(better_known(short, whole).known_days, [10, 30])
