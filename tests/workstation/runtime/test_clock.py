"""Clocks tell UTC milliseconds and seconds that never step back."""

import time

from workstation.runtime.clock import ManualClock, SystemClock


def test_the_system_clock_tells_utc_milliseconds() -> None:
    before = int(time.time() * 1000)
    now = SystemClock().now_ms()
    assert before - 1 <= now <= int(time.time() * 1000) + 1


def test_the_system_clock_never_steps_back() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_a_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(now_ms=1_000)
    assert (clock.now_ms(), clock.monotonic()) == (1_000, 0.0)
    clock.advance(1.5)
    clock.advance(0.001)
    assert (clock.now_ms(), clock.monotonic()) == (2_501, 1.501)
