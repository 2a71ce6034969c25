"""The calendar: windows in force, undo, and what is on disk."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from workstation.errors import BadFigure
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, WindowRule, new_event_id
from workstation.events.imports import read_import
from workstation.events.natural import moon_between, settlements
from workstation.model.derivatives import FundingRate

HOUR_MS = 3_600_000


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def event(title: str, start: str, **more: object) -> CalendarEvent:
    return CalendarEvent(new_event_id(), title, f"{start}:00", **more)  # type: ignore[arg-type]


FOMC = event("FOMC", "2026-10-20T18:00", kind="macro")
AT = utc("2026-10-20T18:00")


def test_within_two_hours_of_a_macro_event_nothing_is_entered() -> None:
    calendar = Calendar()
    calendar.put(FOMC)
    effects = {
        ms: calendar.standing("BTCUSDT", "BTC", AT + ms).effect
        for ms in (-2 * HOUR_MS - 1, -2 * HOUR_MS, 0, 2 * HOUR_MS - 1, 2 * HOUR_MS)
    }
    assert list(effects.values()) == [None, "no entry", "no entry", "no entry", None]


def test_the_strictest_window_counts_and_only_for_those_concerned() -> None:
    calendar = Calendar(sector_of=lambda base: "ai" if base == "TAO" else "other")
    calendar.put(event("Note", "2026-10-20T18:00", rule=WindowRule("note", 600, 600)))
    calendar.put(
        event("Unlock", "2026-10-20T18:00", scope="symbols", names=("wld",), rule=WindowRule("reduce"))
    )
    calendar.put(event("AI day", "2026-10-20T18:00", scope="sector", names=("AI",), kind="upgrade"))
    said = {base: calendar.standing(f"{base}USDT", base, AT).effect for base in ("BTC", "WLD", "TAO")}
    assert said == {"BTC": "note", "WLD": "reduce", "TAO": "no entry"}


def test_the_next_event_is_the_next_that_does_more_than_tell() -> None:
    calendar = Calendar()
    calendar.put(event("Talk", "2026-10-20T12:00"))
    calendar.put(FOMC)
    ahead = calendar.standing("BTCUSDT", "BTC", utc("2026-10-20T10:00")).next
    assert ahead is not None
    assert ahead.event.title == "FOMC"


def test_a_window_that_began_in_the_month_before_holds() -> None:
    calendar = Calendar()
    calendar.put(event("Long", "2026-01-01T00:00", duration_s=31 * 86_400, kind="maintenance"))
    assert calendar.standing("BTCUSDT", "BTC", utc("2026-02-01T01:59")).effect == "no entry"
    assert calendar.standing("BTCUSDT", "BTC", utc("2026-02-01T02:00")).effect is None


def test_every_change_can_be_undone_an_import_as_one_step() -> None:
    calendar = Calendar()
    calendar.put(FOMC)
    table = b"title,start\nA,2026-01-01T10:00\nB,2026-01-02T10:00\n"
    calendar.take(read_import("x.csv", table, calendar.by_uid), 5)
    assert len(calendar.events) == 3
    assert read_import("x.csv", table, calendar.by_uid).known == 2
    calendar.remove([FOMC.event_id])
    assert calendar.undo() == "Removed: FOMC"
    assert calendar.undo() == "Imported 2 from x.csv"
    assert calendar.events == (FOMC,)
    assert calendar.imports == ()


def test_an_import_of_long_ago_can_be_removed_whole(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    calendar = Calendar.open(path)
    calendar.put(FOMC)
    calendar.take(read_import("x.csv", b"title,start\nA,2026-01-01T10:00\n", {}), 5)
    calendar.close()
    again = Calendar.open(path)
    assert len(again.events) == 2
    again.remove_import(again.imports[0].import_id)
    again.close()
    assert Calendar.open(path).events == (FOMC,)


def test_one_time_of_a_series_is_left_out_whatever_the_clocks() -> None:
    calendar = Calendar()
    calendar.put(event("Daily", "2026-03-28T09:00", zone="Europe/London", repeat="FREQ=DAILY"))
    second = calendar.between(utc("2026-03-29"), utc("2026-03-30"))[-1]
    calendar.leave_out(second)
    left = [one.start_ms for one in calendar.between(utc("2026-03-28"), utc("2026-03-31"))]
    assert second.start_ms == utc("2026-03-29T08:00")
    assert second.start_ms not in left
    assert utc("2026-03-30T08:00") in left


def test_what_cannot_be_used_is_refused_and_changes_nothing() -> None:
    calendar = Calendar()
    for wrong in (
        msgspec.structs.replace(FOMC, zone="Mars/Base"),
        msgspec.structs.replace(FOMC, repeat="FREQ=SECONDLY"),
        msgspec.structs.replace(FOMC, scope="symbols"),
        msgspec.structs.replace(FOMC, title=""),
    ):
        with pytest.raises(BadFigure):
            calendar.put(wrong)
    assert calendar.events == ()


def test_a_file_that_is_damaged_is_put_aside_and_the_one_before_is_used(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    calendar = Calendar.open(path)
    calendar.put(FOMC)
    calendar.close()
    path.with_name("calendar.json.last").write_bytes(path.read_bytes())
    path.write_text('{"version": 1, "events": [{"title": 5}]}')
    again = Calendar.open(path)
    assert again.events == (FOMC,)
    assert "last good copy" in again.trouble
    assert path.with_name("calendar.json.broken").exists()
    again.close()


def test_an_empty_calendar_vouches_for_nothing_but_the_days_the_trader_speaks_for() -> None:
    calendar = Calendar()
    now_ms = utc("2026-11-21T23:59")
    assert not calendar.is_known(now_ms)
    until_ms = calendar.looked_through(now_ms)
    assert until_ms == utc("2026-11-29T00:00") == calendar.complete_until_ms  # today and seven days more
    assert calendar.is_known(until_ms - 1)
    assert not calendar.is_known(until_ms)
    calendar.undo()
    assert not calendar.is_known(now_ms)


def test_settlements_go_by_the_interval_in_force() -> None:
    eight = FundingRate("v", "BTCUSDT", 0, Decimal("0.0001"), 8.0, utc("2026-01-02T00:00"))
    day = (utc("2026-01-01T12:00"), utc("2026-01-02T12:00"))
    assert list(settlements(eight, *day)) == [
        utc("2026-01-01T16:00"),
        utc("2026-01-02T00:00"),
        utc("2026-01-02T08:00"),
    ]
    assert len(list(settlements(replace(eight, interval_hours=4.0), *day))) == 6
    assert len(list(settlements(replace(eight, interval_hours=1.0), *day))) == 24
    assert list(settlements(replace(eight, next_funding_ms=0), *day)) == []


def test_the_moon_is_where_the_naval_observatory_has_it() -> None:
    found = moon_between(utc("2025-10-01"), utc("2025-11-01"))
    published = {
        "Full moon": "2025-10-07T03:48",
        "Last quarter": "2025-10-13T18:13",
        "New moon": "2025-10-21T12:25",
        "First quarter": "2025-10-29T16:21",
    }
    assert [one.event.title for one in found] == list(published)
    for one in found:
        assert abs(one.start_ms - utc(published[one.event.title])) <= 60_000
        assert one.effect == "note"
