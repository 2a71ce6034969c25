"""The moon's phases in order, and their place in UTC."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from workstation.analytics.moon import MoonPhase, nearest_phase, phases_between
from workstation.errors import BadFigure


def at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def test_a_year_has_its_phases_in_order_and_in_their_bounds() -> None:
    events = list(phases_between(at(2024, 1, 1), at(2025, 1, 1)))
    assert len(events) in (49, 50)
    assert all(at(2024, 1, 1) <= event.time_ms < at(2025, 1, 1) for event in events)
    order = list(MoonPhase)
    for before, event in pairwise(events):
        assert order.index(event.phase) == (order.index(before.phase) + 1) % 4
        assert 6 < (event.time_ms - before.time_ms) / 86_400_000 < 9


def test_the_nearest_phase_is_within_half_a_month() -> None:
    for day in range(1, 31):
        event = nearest_phase(MoonPhase.FULL, at(2026, 6, day))
        assert abs(event.time_ms - at(2026, 6, day)) < 14.9 * 86_400_000


def test_before_leap_seconds_there_is_no_answer() -> None:
    with pytest.raises(BadFigure):
        nearest_phase(MoonPhase.NEW, at(1969, 7, 20))
