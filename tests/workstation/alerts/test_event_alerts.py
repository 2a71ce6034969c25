"""Events are told ahead of time, each of their moments once."""

from datetime import UTC, datetime

from workstation.alerts.book import AlertBook
from workstation.alerts.event_alerts import EventAlerts
from workstation.alerts.rules import EventAhead
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, new_event_id
from workstation.runtime.clock import ManualClock

AT_MS = round(datetime(2026, 10, 20, 18, tzinfo=UTC).timestamp() * 1000)
MINUTE_MS = 60_000


def calendar(**more: object) -> Calendar:
    made = Calendar()
    made.put(CalendarEvent(new_event_id(), "FOMC", "2026-10-20T18:00:00", kind="macro", **more))  # type: ignore[arg-type]
    return made


def leads(alerts: EventAlerts) -> list[float]:
    found = [firing.condition for firing in alerts.look("simulated")]
    return [one.lead_m for one in found if isinstance(one, EventAhead)]


def test_each_lead_is_told_once_even_over_a_restart() -> None:
    clock, book, events = ManualClock(AT_MS - 61 * MINUTE_MS), AlertBook(), calendar()
    alerts = EventAlerts(book, events, clock)
    assert leads(alerts) == []
    clock.advance(61)
    assert leads(alerts) == [60.0]
    clock.advance(2)
    assert leads(alerts) == []
    again = EventAlerts(AlertBook(kept=book.kept()), events, clock)
    assert leads(again) == []
    clock.advance(50 * 60)
    assert leads(again) == [10.0]


def test_what_was_missed_by_long_is_told_no_more() -> None:
    assert leads(EventAlerts(AlertBook(), calendar(), ManualClock(AT_MS - 50 * MINUTE_MS))) == []


def test_of_a_series_each_time_is_told() -> None:
    clock, events = ManualClock(AT_MS - 10 * MINUTE_MS), calendar(repeat="FREQ=DAILY", alert_m=(10.0,))
    alerts = EventAlerts(AlertBook(), events, clock)
    assert leads(alerts) == [10.0]
    clock.advance(86_400)
    assert leads(alerts) == [10.0]


def test_a_firing_names_whom_it_concerns() -> None:
    events = calendar(scope="symbols", names=("WLD",), alert_m=(10.0,))
    (firing,) = EventAlerts(AlertBook(), events, ManualClock(AT_MS - 10 * MINUTE_MS)).look("simulated")
    assert (firing.symbol, firing.sound) == ("WLD", "rise")
