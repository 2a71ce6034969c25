from dataclasses import replace

import numpy as np
import pytest

from tests.workstation.journal.statistics.made_trips import (
    DAY_MS,
    HOUR_MS,
    MONDAY_MS,
    PAPER,
    list_of,
    made,
    random_trips,
)
from workstation.journal.conditions import conditions_of
from workstation.journal.statistics.dimensions import DIMENSIONS, Members
from workstation.journal.statistics.groups import groups
from workstation.journal.statistics.table import Measure, TripTable
from workstation.model.journal import Feelings, Tag, TagGroup, TripNote

RICH = {("paper", "USDT"): 10_000.0}
BY_KEY = {one.key: one for one in DIMENSIONS}


def names_by_trip(key: str, trips: list[object]) -> list[set[str]]:
    table = TripTable.of(trips, [PAPER], RICH)  # type: ignore[arg-type]
    members: Members = BY_KEY[key].of(table)
    found: list[set[str]] = [set() for _ in trips]
    for trip, group in zip(members.trip, members.group, strict=True):
        found[trip].add(members.names[group])
    return found


@pytest.mark.parametrize("measure", list(Measure))
def test_groups_add_up_to_the_whole(measure: Measure) -> None:
    table = TripTable.of(random_trips(400, 2), [PAPER], RICH)
    results = table.results(measure)
    for one in groups(table, measure):
        if not one.dimension.overlaps:
            assert sum(group.count for group in one.groups) + one.unknown_count == len(table)
            if not one.unknown_count:
                total = sum(group.result or 0 for group in one.groups)
                assert total == pytest.approx(np.nansum(results))
        for group in one.groups:
            assert group.count
            assert group.few == (group.mean.n < 30)


def test_a_group_is_held_against_the_rest() -> None:
    trips = [
        *list_of([20] * 6 + [-10] * 6, setup="good"),
        *[made(20 + n, -10 if n % 3 else 15, setup="bad") for n in range(12)],
    ]
    (found,) = groups(TripTable.of(trips), Measure.R, [BY_KEY["setup"]])
    good, bad = found.groups
    assert good.name == "good"
    assert good.gap == pytest.approx(0.5 - (4 * 1.5 - 8) / 12)
    assert bad.gap == pytest.approx(-good.gap)
    assert good.gap_low is not None
    assert good.gap_high is not None
    assert good.gap_low < good.gap < good.gap_high
    assert good.profit_factor == 2


def test_four_trips_are_not_tested_however_bad_they_were() -> None:
    trips = [*list_of([10, -10] * 30), *[made(100 + n, -10, setup="four losers") for n in range(4)]]
    (found,) = groups(TripTable.of(trips), Measure.R, [BY_KEY["setup"]])
    assert found.groups[-1].p_value is None
    assert not found.groups[-1].stands_out
    assert found.unknown_count == 60


def test_money_that_is_not_added_up_is_not_compared() -> None:
    table = TripTable.of([made(0, 5), made(1, 5, asset="BTC")])
    (found,) = groups(table, Measure.MONEY, [BY_KEY["side"]])
    assert found.groups[0].result is None
    assert "BTC and USDT" in found.reason
    assert groups(table, Measure.SHARE, [BY_KEY["side"]])[0].reason


def test_an_empty_journal_has_no_groups() -> None:
    assert all(not one.groups for one in groups(TripTable.of([])))


def test_hours_and_weekdays_are_those_of_the_opening_in_utc() -> None:
    trips = [
        made(n, 1, opened_ms=MONDAY_MS + hour * HOUR_MS)
        for n, hour in enumerate((0, 6, 7, 13, 23, 6 * 24 + 12))
    ]
    assert names_by_trip("hour", trips) == [{"00"}, {"06"}, {"07"}, {"13"}, {"23"}, {"12"}]
    assert names_by_trip("weekday", trips) == [{"Mon"}] * 5 + [{"Sun"}]


def test_session_moon_and_regimes_are_the_conditions_that_the_journal_keeps() -> None:
    moments = (MONDAY_MS, MONDAY_MS + 8 * HOUR_MS, MONDAY_MS + 10 * DAY_MS + 14 * HOUR_MS)
    bare = [made(n, 1, opened_ms=moment) for n, moment in enumerate(moments)]
    known = conditions_of([one.trip for one in bare], None)
    trips = [replace(one, conditions=known[one.trip.trip_id]) for one in bare]
    assert names_by_trip("session", trips) == [{"Asia"}, {"Europe"}, {"US"}]
    assert names_by_trip("moon", trips) == [{"last quarter"}, {"last quarter"}, {"new moon"}]
    assert names_by_trip("volatility", trips) == [set(), set(), set()]


def test_tags_and_feelings_put_a_trip_into_several_groups() -> None:
    note = TripNote(
        "",
        tags=frozenset(
            {Tag(TagGroup.MISTAKE, "early exit"), Tag(TagGroup.MISTAKE, "chased"), Tag(TagGroup.SETUP, "x")}
        ),
        before=Feelings(1, 3, 5),
    )
    trips = [made(0, 1, note=note), made(1, 1)]
    assert names_by_trip("tag_mistake", trips) == [{"early exit", "chased"}, set()]
    assert names_by_trip("tag_setup", trips) == [{"x"}, set()]
    assert names_by_trip("feelings", trips) == [{"calm", "urge to act"}, set()]


def test_buckets_hold_their_upper_edge() -> None:
    trips = [
        made(n, 1, closed_ms=MONDAY_MS + n * DAY_MS + ms) for n, ms in enumerate((60_000, 60_001, 2 * DAY_MS))
    ]
    assert names_by_trip("held", trips) == [{"≤ 1 min"}, {"1–5 min"}, {"> 1 d"}]
    sized = [made(n, 0, size=size) for n, size in enumerate((100, 101, 2_500))]
    assert names_by_trip("leverage", sized) == [{"≤ 1×"}, {"1–2×"}, {"> 20×"}]
