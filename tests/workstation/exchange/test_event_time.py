"""A venue's time may not leap ahead: what says so is put back, and distances are kept."""

from decimal import Decimal

import numpy as np

from workstation.exchange.event_time import BELIEVED_S, EventTimes
from workstation.model.columns import QUOTE, Records
from workstation.model.derivatives import MarkPrice

START_MS = 1_767_225_600_000
HOUR_MS = 3_600_000


def rows(*times: int) -> Records:
    made = np.zeros(len(times), QUOTE)
    made["event_ms"] = [START_MS + time_ms for time_ms in times]
    return made


def held(times: EventTimes, now: float, *at_ms: int) -> list[int]:
    batch = rows(*at_ms)
    times.hold(batch, now)
    return [int(event_ms) - START_MS for event_ms in batch["event_ms"]]


def test_one_wrong_time_among_right_ones_is_put_where_it_came() -> None:
    times = EventTimes()
    held(times, 10.0, 0, 5)
    assert held(times, 10.1, 90, HOUR_MS, 110) == [90, 105, 110]
    assert times.corrected == 1
    assert held(times, 10.2, 205) == [205]
    assert times.words == ""


def test_a_clock_that_is_an_hour_ahead_goes_on_as_if_it_were_not_and_is_spoken_of() -> None:
    times = EventTimes()
    held(times, 10.0, 0)
    assert held(times, 10.1, HOUR_MS + 100) == [100]
    assert held(times, 10.2, HOUR_MS + 190, HOUR_MS + 201) == [190, 201]
    assert times.words == "Its clock leapt ahead by 3,600 s: its times are put back."
    mark = MarkPrice("venue", "BTCUSDT", START_MS + HOUR_MS + 300, Decimal(1), None, None)
    assert times.hold_news(mark, 10.3).event_ms == START_MS + 300
    assert held(times, 10.4, 400) == [400]
    assert times.words == ""


def test_a_clock_that_stays_ahead_is_believed_in_the_end() -> None:
    times = EventTimes()
    held(times, 0.0, 0)
    for second in range(1, round(BELIEVED_S) + 2):
        assert held(times, second, HOUR_MS + second * 1000) == [second * 1000]
    late = HOUR_MS + 50_000
    assert held(times, 50.0, late) == [late]
    assert times.words == ""


def test_what_is_behind_and_what_follows_a_pause_are_left_alone() -> None:
    times = EventTimes()
    held(times, 0.0, 0)
    assert held(times, 0.1, -HOUR_MS) == [-HOUR_MS]
    assert held(times, 0.2, -HOUR_MS + 100) == [-HOUR_MS + 100]
    assert held(times, 600.2, 0) == [0]
    assert held(times, 603.2, 60_000) == [60_000]  # a market at twenty times our speed
    assert times.corrected == 0


def test_a_stream_without_times_is_left_alone() -> None:
    times = EventTimes()
    held(times, 0.0, 0)
    assert held(times, 0.1, -START_MS) == [-START_MS]
    assert held(times, 0.2, HOUR_MS) == [200]
