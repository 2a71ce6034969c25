"""The calendar's panel: what it says of now, entering and taking back, importing, and its strip."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.panels.conftest import Desk, instrument
from ui.panels.calendar import CalendarPanel
from workstation.events.event import CalendarEvent, WindowRule, new_event_id
from workstation.model.derivatives import FundingRate
from workstation.runtime.clock import ManualClock

NOW_MS = round(datetime(2025, 10, 20, 16, 48, tzinfo=UTC).timestamp() * 1000)


def event(title: str, start: str, **more: object) -> CalendarEvent:
    return CalendarEvent(new_event_id(), title, f"{start}:00", **more)  # type: ignore[arg-type]


@pytest.fixture
def panel(desk: Desk) -> CalendarPanel:
    desk.clock._now_ms = NOW_MS
    desk.add(instrument())
    desk.add(instrument("WLDUSDT", base="WLD"))
    desk.services.calendar.put(
        event("FOMC minutes", "2025-10-20T14:00", zone="America/New_York", kind="macro")
    )
    unlock = event(
        "WLD unlock", "2025-10-20T17:00", scope="symbols", names=("WLD",), rule=WindowRule("reduce")
    )
    desk.services.calendar.put(unlock)
    made: CalendarPanel = desk.open(CalendarPanel, 1000, 600)
    return made


def titles(panel: CalendarPanel) -> list[str]:
    panel.refresh()
    return [row[2] for row in panel.table.visible_rows()]


def press(panel: CalendarPanel, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel.table, key, modifier)


def test_the_header_says_what_holds_for_the_linked_symbol(panel: CalendarPanel, desk: Desk) -> None:
    assert panel.header.detail == "No entry now: FOMC minutes in 1 h 12 m"
    desk.clock.advance(-2 * 3_600)
    panel.refresh()
    assert panel.header.detail == "BTCUSDT clear, FOMC minutes in 3 h 12 m"
    desk.link.set_symbol("WLDUSDT")
    assert "WLD unlock in 2 h 12 m" in panel.header.detail


def test_an_empty_calendar_says_that_the_checklist_has_no_data(desk: Desk) -> None:
    desk.add(instrument())
    panel = desk.open(CalendarPanel, 800, 500)
    assert panel.header.detail == "nothing entered ahead: the checklist has no data"
    assert panel.nothing.isVisible()
    panel.looked_through()
    assert "clear" in panel.header.detail


def test_an_event_is_entered_changed_removed_and_brought_back(panel: CalendarPanel, desk: Desk) -> None:
    press(panel, Qt.Key.Key_Insert)
    assert panel.form.isVisible()
    panel.form.title.setText("CPI")
    panel.form.date.setText("2026-03-29")
    panel.form.time.setText("10:00")
    panel.form.zone.setEditText("Europe/London")
    assert panel.form.preview.text() == "Next 2026-03-29 09:00 UTC. 07:00 to 11:00 UTC: no entry."
    panel.form.save()
    assert not panel.form.isVisible()
    assert [one.title for one in desk.services.calendar.events][-1] == "CPI"
    before = desk.services.calendar.events
    press(panel, Qt.Key.Key_Delete)
    assert len(desk.services.calendar.events) == 2
    press(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.services.calendar.events == before


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("title", "", "What is it called?"),
        ("date", "29.3.26", "Write the date"),
        ("before", "soon", "is no number"),
        ("alerts", "early", "write minutes"),
    ],
)
def test_a_form_that_cannot_be_kept_says_why_and_keeps_nothing(
    panel: CalendarPanel, desk: Desk, field: str, text: str, said: str
) -> None:
    panel.edit(None)
    panel.form.title.setText("CPI")
    panel.form.rule.setCurrentIndex(panel.form.rule.findData("reduce"))
    getattr(panel.form, field).setText(text)
    panel.form.save()
    assert said in panel.form.preview.text()
    assert len(desk.services.calendar.events) == 2


def test_a_form_gives_back_what_it_was_opened_with(panel: CalendarPanel, desk: Desk) -> None:
    made = event(
        "All of it",
        "2026-01-30T09:30",
        zone="Asia/Tokyo",
        duration_s=5400,
        kind="upgrade",
        scope="sector",
        names=("ai", "l2"),
        rule=WindowRule("reduce", 30, 45, 0.25, 3),
        repeat="FREQ=MONTHLY;BYDAY=1FR",
        left_out=("2026-03-06T09:30:00",),
        alert_m=(120.0, 5.0),
        note="why",
    )
    panel.form.open(made, NOW_MS)
    assert panel.form.event_now() == made
    plain = desk.services.calendar.events[0]
    panel.form.open(plain, NOW_MS)
    assert panel.form.event_now() == plain


def test_an_import_is_seen_before_it_is_taken_and_undone_as_one(
    panel: CalendarPanel, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("title,start\nA,2026-01-01T10:00\nB,2026-01-02T10:00\nC,soon\n")
    with desk.qtbot.waitSignal(panel.reader.told, timeout=5000):
        panel.read_file(path)
    assert "2 new, 0 changed, 0 known already, 1 left out" in panel.imports.summary.text()
    assert len(desk.services.calendar.events) == 2
    panel.imports.take()
    assert len(desk.services.calendar.events) == 4
    panel.undo()
    assert len(desk.services.calendar.events) == 2


def test_a_file_that_is_no_calendar_is_named_and_nothing_is_lost(
    panel: CalendarPanel, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "x.ics"
    for content in (b"<html>", b"\0\0"):
        path.write_bytes(content)
        with desk.qtbot.waitSignal(panel.reader.told, timeout=5000):
            panel.read_file(path)
        assert "x.ics" in panel.undo_bar.words.text()
        assert "Nothing was imported" in panel.undo_bar.words.text()
        assert len(desk.services.calendar.events) == 2
    assert not panel.imports.isVisible()


def test_the_list_shows_what_is_ahead_or_was_and_is_filtered(panel: CalendarPanel, desk: Desk) -> None:
    desk.services.calendar.put(event("Long ago", "2025-10-01T12:00"))
    assert "Long ago" not in titles(panel)
    assert titles(panel)[0] == "WLD unlock"
    press(panel, Qt.Key.Key_P)
    assert "Long ago" in titles(panel)
    assert "FOMC minutes" not in titles(panel)
    press(panel, Qt.Key.Key_P)
    panel.table.open_filter()
    panel.table.filter_field.setText("macro")
    assert titles(panel) == ["FOMC minutes"]


def test_the_strip_has_events_moon_and_settlements_where_they_take_place(
    panel: CalendarPanel, desk: Desk
) -> None:
    next_ms = NOW_MS + 7 * 3_600_000
    rate = FundingRate("binance_usdm", "BTCUSDT", NOW_MS, Decimal("-0.0000557"), 4.0, next_ms)
    desk.workstation.market.take_news(rate)
    panel.refresh()
    view = panel.strip._view
    assert view.settlements[:3] == (next_ms - 4 * 3_600_000, next_ms, next_ms + 4 * 3_600_000)
    assert "−0.0056 % predicted" in view.predicted.replace("\u2009", " ")
    assert {one.event.title for one in view.occurrences} == {"FOMC minutes", "WLD unlock", "New moon"}
    fomc = next(one for one in view.occurrences if one.event.title == "FOMC minutes")
    assert panel.strip.at(panel.strip._x(fomc.start_ms)) is fomc


def test_a_click_on_an_event_of_a_symbol_shows_its_market(panel: CalendarPanel, desk: Desk) -> None:
    unlock = next(one for one in panel.strip._view.occurrences if one.event.title == "WLD unlock")
    panel.strip.chosen.emit(unlock)
    assert desk.link.symbol == "WLDUSDT"


def test_a_low_panel_is_the_strip_alone(desk: Desk) -> None:
    desk.clock = ManualClock(NOW_MS)
    panel = desk.open(CalendarPanel, 1200, 140)
    assert panel.strip.isVisible()
    assert not panel.table.isVisible()
    assert not panel.nothing.isVisible()
