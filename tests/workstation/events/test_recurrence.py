"""Times of events: across changes of the clocks, in UTC, and as the published rules have them."""

from datetime import UTC, datetime

import pytest

from workstation.errors import BadFigure
from workstation.events.event import CalendarEvent, WindowRule, occurrence_of
from workstation.events.recurrence import check_rule, starts


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def event(start: str, zone: str = "UTC", **more: object) -> CalendarEvent:
    return CalendarEvent("e1", "An event", start, zone, **more)  # type: ignore[arg-type]


def times(made: CalendarEvent, from_text: str, to_text: str) -> list[str]:
    found = starts(made, utc(from_text), utc(to_text))
    return [datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M") for ms in found]


def test_a_weekly_event_keeps_its_clock_when_london_goes_to_summer_time() -> None:
    made = event("2026-03-15T09:00:00", "Europe/London", repeat="FREQ=WEEKLY")
    assert times(made, "2026-03-14", "2026-04-12") == [
        "2026-03-15 09:00",
        "2026-03-22 09:00",
        "2026-03-29 08:00",  # the clocks went forward that night
        "2026-04-05 08:00",
    ]


def test_a_weekly_event_keeps_its_clock_when_new_york_goes_back_to_winter_time() -> None:
    made = event("2026-10-28T14:00:00", "America/New_York", repeat="FREQ=WEEKLY;COUNT=2")
    assert times(made, "2026-10-01", "2026-12-01") == ["2026-10-28 18:00", "2026-11-04 19:00"]


def test_in_utc_no_clock_changes() -> None:
    made = event("2026-03-28T01:30:00", repeat="FREQ=DAILY;COUNT=3")
    assert times(made, "2026-03-01", "2026-04-01") == [
        "2026-03-28 01:30",
        "2026-03-29 01:30",
        "2026-03-30 01:30",
    ]


def test_a_time_that_the_clocks_skip_goes_by_the_offset_before_the_gap() -> None:
    # RFC 5545, 3.3.5: 02:30 on 11 March 2007 in New York is 03:30 EDT, 07:30 UTC.
    assert times(event("2007-03-11T02:30:00", "America/New_York"), "2007-03-01", "2007-04-01") == [
        "2007-03-11 07:30"
    ]


def test_a_time_that_comes_twice_is_the_first() -> None:
    # RFC 5545, 3.3.5: 01:30 on 4 November 2007 in New York is 01:30 EDT, 05:30 UTC.
    assert times(event("2007-11-04T01:30:00", "America/New_York"), "2007-11-01", "2007-12-01") == [
        "2007-11-04 05:30"
    ]


def test_a_window_is_as_long_on_the_day_that_the_clocks_change() -> None:
    made = event("2026-03-29T03:00:00", "Europe/Berlin", rule=WindowRule("no entry", 120, 120))
    (start,) = starts(made, utc("2026-03-28"), utc("2026-03-31"))
    found = occurrence_of(made, start)
    assert (found.start_ms, found.until_ms - found.from_ms) == (utc("2026-03-29T01:00"), 4 * 3_600_000)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        # The examples of RFC 5545, 3.8.5.3, in New York's time of 1997.
        ("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05", ["1997-09-05", "1997-10-03", "1997-11-07"]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22", ["1997-09-22", "1997-10-20", "1997-11-17"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3;WKST=SU", "1997-09-02", ["1997-09-02", "1997-09-16", "1997-09-30"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "1997-09-02", ["1997-09-02", "1997-09-12", "1997-09-22"]),
        ("FREQ=DAILY;UNTIL=19970904T130000Z", "1997-09-02", ["1997-09-02", "1997-09-03", "1997-09-04"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=2", "1997-09-28", ["1997-09-28", "1997-10-29"]),
    ],
)
def test_repetitions_are_those_of_the_standard(rule: str, start: str, expected: list[str]) -> None:
    made = event(f"{start}T09:00:00", "America/New_York", repeat=rule)
    assert [one[:10] for one in times(made, "1997-08-01", "1998-02-01")] == expected


def test_a_series_of_long_ago_is_in_step_today() -> None:
    old = event("1996-01-02T09:00:00", "Europe/London", repeat="FREQ=DAILY;INTERVAL=3")
    walked = starts(old, utc("1996-01-01"), utc("2026-06-01"))
    assert starts(old, utc("2026-05-01"), utc("2026-06-01")) == [
        ms for ms in walked if ms >= utc("2026-05-01")
    ]


def test_single_times_are_left_out_and_added() -> None:
    made = event(
        "2026-01-05T08:00:00",
        repeat="FREQ=DAILY;COUNT=4",
        left_out=("2026-01-06T08:00:00",),
        added=("2026-01-20T10:00:00",),
    )
    assert times(made, "2026-01-01", "2026-02-01") == [
        "2026-01-05 08:00",
        "2026-01-07 08:00",
        "2026-01-08 08:00",
        "2026-01-20 10:00",
    ]


def test_a_rule_that_never_comes_true_ends() -> None:
    made = event("2026-01-01T00:00:00", repeat="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    assert times(made, "2027-01-01", "2027-06-01") == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYSECOND=1,2",
        "FREQ=SOMETIMES",
        "nonsense",
        "FREQ=DAILY;BYDAY=XX",
    ],
)
def test_what_repeats_too_often_or_not_at_all_is_refused(rule: str) -> None:
    with pytest.raises(BadFigure):
        check_rule(rule)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(BadFigure, match="Mars/Olympus"):
        starts(event("2026-01-01T00:00:00", "Mars/Olympus"), 0, utc("2027-01-01"))
