"""An event's window reaches the ticket: a smaller size, and words on why nothing may be sent."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.panels.ticket import TicketPanel
from workstation.events.calendar import Calendar
from workstation.events.event import CalendarEvent, WindowRule, new_event_id


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
