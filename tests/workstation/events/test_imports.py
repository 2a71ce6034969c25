"""Imports: what calendars and tables mean, and that what is broken is named and harms nothing beside it."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.errors import BadFigure
from workstation.events.event import CalendarEvent
from workstation.events.imports import ImportDraft, read_import
from workstation.events.recurrence import starts

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"


def vevent(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT")) + "\r\n"


def ics(*parts: str) -> bytes:
    return (HEAD + "".join(parts) + "END:VCALENDAR\r\n").encode()


def read(content: bytes, name: str = "a.ics", zone: str = "UTC") -> ImportDraft:
    return read_import(name, content, {}, zone)


def first_utc(event: CalendarEvent) -> str:
    found = starts(event, 0, 4_000_000_000_000)[0]
    return datetime.fromtimestamp(found / 1000, UTC).strftime("%Y-%m-%d %H:%M")


GOOD = vevent("UID:good", "SUMMARY:FOMC minutes", "DTSTART:20260218T190000Z", "DTEND:20260218T193000Z")


def test_times_in_utc_with_a_zone_floating_and_whole_days() -> None:
    draft = read(
        ics(
            GOOD,
            vevent("UID:z", "SUMMARY:ECB", "DTSTART;TZID=Europe/Berlin:20260611T141500"),
            vevent("UID:f", "SUMMARY:Floating", "DTSTART:20260701T090000"),
            vevent("UID:d", "SUMMARY:Holiday", "DTSTART;VALUE=DATE:20260704"),
            vevent("UID:w", "SUMMARY:Windows", "DTSTART;TZID=Pacific Standard Time:20260115T080000"),
            vevent("UID:m", "SUMMARY:Prefix", "DTSTART;TZID=/x.org/2005/Europe/London:20260701T090000"),
        ),
        zone="Asia/Tokyo",
    )
    assert not draft.complaints
    assert {event.uid: first_utc(event) for event in draft.new} == {
        "good": "2026-02-18 19:00",
        "z": "2026-06-11 12:15",
        "f": "2026-07-01 00:00",
        "d": "2026-07-03 15:00",
        "w": "2026-01-15 16:00",
        "m": "2026-07-01 08:00",
    }
    by_uid = {event.uid: event for event in draft.new}
    assert by_uid["good"].duration_s == 1800
    assert by_uid["good"].kind == "macro"
    assert by_uid["good"].window.effect == "no entry"
    assert by_uid["d"].all_day
    assert by_uid["d"].duration_s == 86_400
    assert by_uid["d"].window.effect == "note"


def test_a_zone_of_no_database_goes_by_the_rules_in_the_file() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Head office\r\n"
        "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
        "TZOFFSETFROM:+0400\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\n"
        "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
        "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
    )
    draft = read(
        ics(
            zone,
            vevent("UID:w", "SUMMARY:Winter", "DTSTART;TZID=Head office:20260115T120000"),
            vevent("UID:s", "SUMMARY:Summer", "DTSTART;TZID=Head office:20260715T120000"),
            vevent("UID:u", "SUMMARY:Elsewhere", "DTSTART;TZID=Nowhere:20260715T120000"),
        )
    )
    assert [first_utc(event)[11:] for event in draft.new] == ["09:00", "08:00"]
    assert [str(one) for one in draft.complaints] == [
        "Line 29: Its time zone 'Nowhere' is not known, and does not come with the file"
    ]


def test_repetitions_exceptions_moved_and_cancelled_times() -> None:
    draft = read(
        ics(
            vevent(
                "UID:r",
                "SUMMARY:Weekly\\, with a comma",
                "DTSTART;TZID=Europe/London:20260302T100000",
                "RRULE:FREQ=WEEKLY;COUNT=5",
                "EXDATE;TZID=Europe/London:20260309T100000",
                "RDATE;TZID=Europe/London:20260303T110000",
            ),
            vevent(
                "UID:r",
                "SUMMARY:Moved",
                "RECURRENCE-ID;TZID=Europe/London:20260316T100000",
                "DTSTART;TZID=Europe/London:20260317T150000",
            ),
            vevent(
                "UID:r",
                "SUMMARY:Gone",
                "STATUS:CANCELLED",
                "RECURRENCE-ID;TZID=Europe/London:20260330T100000",
                "DTSTART;TZID=Europe/London:20260330T100000",
            ),
        )
    )
    assert not draft.complaints
    found = sorted(ms for event in draft.new for ms in starts(event, 0, 2_000_000_000_000))
    assert [datetime.fromtimestamp(ms / 1000, UTC).strftime("%d %H:%M") for ms in found] == [
        "02 10:00",
        "03 11:00",
        "17 15:00",
        "23 10:00",
    ]
    assert draft.new[0].title == "Weekly, with a comma"


def test_folded_lines_are_put_together() -> None:
    folded = vevent("UID:1", "SUMMARY:A very lo", " ng", "\t title", "DTSTART:2026021", " 8T190000Z")
    (event,) = read(ics(folded)).new
    assert event.title == "A very long title"


@pytest.mark.parametrize(
    "broken",
    [
        vevent("UID:b", "SUMMARY:No start"),
        vevent("UID:b", "DTSTART:not a date"),
        vevent("UID:b", "DTSTART:20261399T990000Z"),
        vevent("UID:b", "DTSTART;TZID=Mars/Base:20260101T000000"),
        vevent("UID:b", "DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY"),
        vevent("UID:b", "DTSTART:20260101T000000Z", "RRULE:FREQ=;;;=="),
        vevent("UID:b", "DTSTART:20260101T000000Z", "DTSTART:20260102T000000Z"),
        "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20260101T000000Z\r\n",
    ],
)
def test_a_broken_event_is_named_and_the_others_are_read(broken: str) -> None:
    draft = read(ics(broken, GOOD))
    assert [event.uid for event in draft.new] == ["good"]
    assert len(draft.complaints) == 1
    assert draft.complaints[0].line == 4


def test_a_line_that_cannot_be_read_is_named_and_its_event_is_kept() -> None:
    draft = read(ics(vevent("UID:b", "DTSTART:20260101T000000Z", "this is no property"), GOOD))
    assert [event.uid for event in draft.new] == ["b", "good"]
    assert len(draft.complaints) == 1


def test_what_is_no_calendar_is_refused_in_words() -> None:
    for content in (b"", b"<html>Not found</html>", b"\0\1\2\3", b"BEGIN:VCARD\nEND:VCARD"):
        with pytest.raises(BadFigure):
            read(content)


def test_a_file_that_is_cut_off_gives_what_is_whole() -> None:
    whole = ics(GOOD, vevent("UID:2", "SUMMARY:Second", "DTSTART:20260301T000000Z"))
    draft = read(whole[:-40])
    assert [event.uid for event in draft.new] == ["good"]
    assert "cut off" in str(draft.complaints[0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12))
def test_no_damage_to_a_file_raises_anything_but_a_sentence(damage: list[tuple[int, int]]) -> None:
    content = bytearray(ics(GOOD, vevent("UID:r", "DTSTART:20260101T000000Z", "RRULE:FREQ=DAILY;COUNT=3")))
    for place, byte in damage:
        content[place % len(content)] = byte
    with suppress(BadFigure):
        for event in read(bytes(content)).new:
            starts(event, 1_700_000_000_000, 1_800_000_000_000)


def test_the_same_file_twice_brings_nothing_new_and_a_changed_one_is_changed() -> None:
    first = read(ics(GOOD))
    held = {event.uid: event for event in first.new}
    again = read_import("b.ics", ics(GOOD), held)
    assert (len(again.new), len(again.changed), again.known) == (0, 0, 1)
    moved = read_import("b.ics", ics(GOOD.replace("20260218T19", "20260219T20")), held)
    assert (len(moved.new), len(moved.changed), moved.known) == (0, 1, 0)
    assert moved.changed[0].event_id == first.new[0].event_id
    assert moved.changed[0].start == "2026-02-19T20:00:00"


def test_tables_are_read_in_the_spellings_that_people_use() -> None:
    text = (
        "Title;Date;Time;Timezone;Type;Symbols;Rule;before_min;after_min;size_cut_pct;max_leverage\n"
        "WLD unlock;2026-10-22;02:00;Europe/Berlin;unlock;WLD, WLDUSDT;reduce;120;60;40;5\n"
        "CPI;2026-03-11T12:30:00Z;;;;;;;;;\n"
        "Conference;24.12.2026;;;;;note;;;;\n"
    )
    draft = read(text.encode(), "dates.csv")
    assert not draft.complaints
    unlock, cpi, conference = draft.new
    assert first_utc(unlock) == "2026-10-22 00:00"
    assert (unlock.scope, unlock.names) == ("symbols", ("WLD", "WLDUSDT"))
    assert (unlock.window.size_cut_rate, unlock.window.most_leverage, unlock.window.after_m) == (0.4, 5, 60)
    assert (first_utc(cpi), cpi.kind) == ("2026-03-11 12:30", "macro")
    assert conference.all_day


def test_a_bad_line_of_a_table_is_named_and_the_others_are_read() -> None:
    text = (
        "title,start,zone,rule,before\n"
        ",2026-01-01T10:00,,,\n"
        "No date,soon,,,\n"
        "No zone,2026-01-01T10:00,Mars/Base,,\n"
        "No rule,2026-01-01T10:00,,perhaps,\n"
        "Huge,2026-01-01T10:00,,no entry,1e300\n"
        "Not a number,2026-01-01T10:00,,no entry,nan\n"
        "Good,2026-01-01T10:00,,,\n"
    )
    draft = read(text.encode(), "dates.csv")
    assert [event.title for event in draft.new] == ["Good"]
    assert [one.line for one in draft.complaints] == [2, 3, 4, 5, 6, 7]


def test_a_table_without_titles_is_refused() -> None:
    with pytest.raises(BadFigure, match="first line"):
        read(b"1,2,3\n4,5,6\n", "dates.csv")
