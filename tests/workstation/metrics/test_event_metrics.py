"""The calendar as metrics: what the checklist's row about events is judged by."""

from datetime import UTC, datetime

import pytest

from tests.workstation.metrics.test_registry import NOW_MS, Venue, book
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, WindowRule, new_event_id
from workstation.metrics.event_metrics import WINDOW_WORDS
from workstation.metrics.metric import ReadingState


def put(calendar: Calendar, minutes: float, **more: object) -> None:
    moment = datetime.fromtimestamp(NOW_MS / 1000 + minutes * 60, UTC)
    calendar.put(
        CalendarEvent(new_event_id(), "Event", moment.strftime("%Y-%m-%dT%H:%M:%S"), **more)  # type: ignore[arg-type]
    )


@pytest.fixture
def venue() -> Venue:
    made = Venue()
    book(made, [(100.0, 1.0)], [(101.0, 1.0)])
    return made


def word(venue: Venue) -> str:
    return WINDOW_WORDS[int(venue.value("event_window"))]


def test_without_a_calendar_or_with_an_empty_one_there_is_no_data_and_what_to_do(venue: Venue) -> None:
    assert venue.read("event_window").state is ReadingState.NO_DATA
    venue.reader.calendar = Calendar()
    reading = venue.read("event_window")
    assert reading.state is ReadingState.NO_DATA
    assert "add or import dates" in reading.why
    venue.reader.calendar.looked_through(NOW_MS)
    assert word(venue) == "clear"
    assert venue.value("event_next_h") == 999


def test_a_calendar_whose_events_are_over_vouches_for_nothing(venue: Venue) -> None:
    calendar = venue.reader.calendar = Calendar()
    put(calendar, -3 * 24 * 60)
    reading = venue.read("event_window")
    assert reading.state is ReadingState.NO_DATA
    assert "holds nothing from now on" in reading.why
    put(calendar, 60 * 24 * 60)
    assert word(venue) == "clear"


def test_the_strictest_window_in_force_is_told_at_once(venue: Venue) -> None:
    calendar = venue.reader.calendar = Calendar()
    put(calendar, 300, kind="macro")
    assert word(venue) == "clear"
    assert venue.value("event_next_h") == pytest.approx(5, abs=0.01)
    put(calendar, 30, rule=WindowRule("note", 60, 60))
    assert word(venue) == "noted"
    put(calendar, 60, rule=WindowRule("reduce"))
    assert word(venue) == "reduced"
    put(calendar, 90, kind="unlock", scope="symbols", names=("ETH",))
    assert word(venue) == "reduced"
    put(calendar, 90, kind="unlock", scope="symbols", names=("BTC",))
    assert word(venue) == "no entry"
    assert venue.value("event_next_h") == pytest.approx(1, abs=0.01)
