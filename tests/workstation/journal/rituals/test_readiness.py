"""Readiness asks for days, trades, process and expectancy; the ramp rises by results alone, and falls."""

from dataclasses import replace

from tests.ui.review.made_trips import START_MS, made_trip
from workstation.journal.rituals.readiness import STEP_TRADES, ramp, readiness
from workstation.model.journal import ReviewedTrip

DAY_MS = 86_400_000


def traded(count: int, r: float, *, followed: bool | None = True, first: int = 0) -> list[ReviewedTrip]:
    """So many trips a day apart, each of about so many R."""
    found = []
    for number in range(first, first + count):
        price = 61_830 - r * 60.72 / 0.8 - 24.7 + number % 5
        one = made_trip(number, opened_ms=START_MS + number * DAY_MS, exit=f"{price:.1f}")
        found.append(replace(one, note=replace(one.note, followed=followed)))
    return found


def met(trips: list[ReviewedTrip], days: int) -> list[bool]:
    return [one.is_met for one in readiness(trips, START_MS + days * DAY_MS).requirements]


def test_each_requirement_is_missed_by_itself() -> None:
    good = traded(30, 0.5)
    assert met(good, 30) == [True] * 4
    assert met(good, 29) == [False, True, True, True]
    assert met(good[:29], 30) == [True, False, False, False]
    assert met(traded(30, 0.5, followed=None), 30) == [True, True, False, True]
    assert met(traded(30, 0.5, followed=False), 30) == [True, True, False, True]
    assert met(traded(30, -0.5), 30) == [True, True, True, False]
    assert met([], 90) == [False] * 4


def test_an_expectancy_that_luck_could_have_made_is_said() -> None:
    mixed = traded(20, -1.0) + traded(20, 1.2, first=20)
    found = readiness(mixed, START_MS + 60 * DAY_MS)
    assert found.is_ready
    assert "luck" in found.requirements[3].note
    assert not readiness(traded(30, 0.5), START_MS + 30 * DAY_MS).requirements[3].note


def test_the_ramp_rises_a_step_at_a_time_to_the_top_and_stays() -> None:
    assert ramp([]).share == 0.1
    for steps, share in enumerate((0.1, 0.25, 0.5, 1.0, 1.0)):
        assert ramp(traded(STEP_TRADES * steps, 0.5)).share == share
    assert ramp(traded(STEP_TRADES - 1, 0.5)).lacks == ("1 more trade",)


def test_losing_waiting_verdicts_and_a_broken_process_earn_nothing() -> None:
    assert ramp(traded(40, -0.1)).lacks[0] == "a result above 0 R"
    assert ramp(traded(40, 0.5, followed=None)).share == 0.1
    assert ramp(traded(40, 0.5, followed=False)).share == 0.1


def test_a_fall_of_six_r_leads_back_by_one_and_the_order_given_does_not_matter() -> None:
    trips = traded(40, 0.5) + traded(6, -1.1, first=40)
    found = ramp(trips)
    assert [share for _, share in found.moves] == [0.25, 0.5, 0.25]
    assert ramp(list(reversed(trips))) == found
    assert ramp(traded(6, -1.1)).share == 0.1
