"""An event's window reaches the ticket: a smaller size, and words on why nothing may be sent."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.calendar.complete import KEY
from ui.panels.ticket import TicketPanel
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, WindowRule, new_event_id
from workstation.model.ledger import SettingChange
from workstation.trading.checklist import RowState


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    yield made
    await made.close()


async def test_a_window_that_cuts_makes_the_size_smaller_and_one_that_forbids_says_so(
    floor: TradeFloor, qtbot: QtBot
) -> None:
    panel: TicketPanel = await floor.ticket()
    qtbot.addWidget(panel)
    panel.edit(entry="59990", stop="58900", target="62400", risk="1", leverage="5")
    assert panel.found is not None
    whole = panel.found.size
    assert whole is not None

    calendar = Calendar()
    now = datetime.fromtimestamp(floor.clock.now_ms() / 1000 + 3_600, UTC)
    event = CalendarEvent(
        new_event_id(), "Unlock", now.strftime("%Y-%m-%dT%H:%M:%S"), kind="unlock", rule=WindowRule("reduce")
    )
    calendar.put(event)
    floor.workstation.metrics.calendar = calendar
    panel.services.tickets.ask_anew(SYMBOL)
    panel.refresh()
    cut = panel.found.size
    assert cut is not None
    assert abs(cut - whole * Decimal("0.6")) <= Decimal("0.001")
    assert not [one for one in panel.found.refusals if "Unlock" in one.words]

    calendar.remove([event.event_id])
    calendar.put(CalendarEvent(new_event_id(), "FOMC", event.start, kind="macro"))
    panel.services.tickets.ask_anew(SYMBOL)
    panel.refresh()
    words = [one.words for one in panel.found.refusals if one.may_override]
    assert any(one.startswith(("FOMC in 1 h", "FOMC in 60 m")) for one in words), words


EVENTS_ROW = """
key = "events"
name = "With events"
version = 1

[[row]]
kind = "automatic"
key = "events"
title = "No event within 2 h"
metric = "event_window"
operator = "is"
threshold = ["clear", "noted"]
"""


def stands(panel: TicketPanel) -> RowState:
    panel.services.tickets.ask_anew(SYMBOL)
    panel.refresh()
    return panel.checklist.rows[0].state


async def test_an_unfilled_calendar_is_vouched_for_in_the_ticket_by_one_click_and_written_down(
    tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    floor = TradeFloor(tmp_path)
    (tmp_path / "checklists" / "events.toml").write_text(EVENTS_ROW, encoding="utf-8")
    floor.account.checklists.book.look()
    floor.workstation.metrics.calendar = floor.services.calendar
    panel = await floor.ticket()
    qtbot.addWidget(panel)
    panel.edit(setup="events")
    assert stands(panel) is RowState.NO_DATA
    room = panel.checklist.row_rect("events").toRect()
    qtbot.mouseClick(panel.checklist, Qt.MouseButton.LeftButton, pos=room.center() - QPoint(60, 0))
    assert stands(panel) is RowState.NO_DATA  # a look at the row is not the trader's word
    where = QPoint(room.right() - 70, room.center().y())
    qtbot.mouseClick(panel.checklist, Qt.MouseButton.LeftButton, pos=where)
    await floor.until(lambda: stands(panel) is RowState.PASS)
    assert "counts as complete through" in panel.send_bar.note.text()

    qtbot.keyClick(panel.checklist, Qt.Key.Key_Delete)
    await floor.until(lambda: stands(panel) is RowState.NO_DATA)
    ledger = floor.account.checklists.book._ledger
    await floor.until(lambda: len(list(ledger.entries(SettingChange))) >= 2)
    written = [entry.record for entry in ledger.entries(SettingChange)]
    said, taken_back = [one for one in written if one.key == KEY]
    assert (said.before, said.after) == ("0", taken_back.before)
    assert taken_back.after == "0"
    await floor.close()
