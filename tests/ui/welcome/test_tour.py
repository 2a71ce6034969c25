"""The tour follows what is so: tasks are done by doing them, closed panels are opened, and it can be left."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.desk.whole import WholeDesk
from ui.desk_commands import add_desk_commands
from ui.frame_clock import FrameClock
from ui.markets import SIMULATED
from ui.panels import PANELS
from ui.panels.ticket import TicketPanel
from ui.ticket.commands import trading_commands
from ui.welcome.steps import STEPS
from ui.welcome.tour import Tour
from workstation.journal.journal import Journal
from workstation.model.journal import TripNote

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    await made.begin()
    yield made
    await made.close()


@pytest.fixture
async def desk(floor: TradeFloor, tmp_path: Path) -> AsyncIterator[WholeDesk]:
    clock = FrameClock(floor.workstation.bus)
    made = WholeDesk(floor.services, clock, PANELS, tmp_path / "layouts", SIMULATED)
    add_desk_commands(made, lambda: None)
    with Journal(tmp_path) as journal:
        floor.services.journal = journal
        journal.refresh()
        made.show("trade", QSize(1600, 900))
        yield made
        clock.stop()
        made.put_away()
        made.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def ticket(desk: WholeDesk) -> TicketPanel:
    (found,) = desk.bench.of_kind("ticket")
    assert isinstance(found, TicketPanel)
    return found


def lit(tour: Tour) -> tuple[QRect, ...]:
    return () if tour._light is None else tour._light.lit


def done(tour: Tour) -> list[bool]:
    return list(tour.done)


async def test_a_newcomer_goes_from_the_market_to_a_trade_in_the_journal(
    floor: TradeFloor, desk: WholeDesk
) -> None:
    journal, portfolio = floor.services.journal, floor.account.floor.portfolio
    assert journal is not None
    tour = Tour(desk)
    tour.start()
    assert done(tour) == [True, False]
    floor.services.links.first.set_symbol("ETHUSDT")
    tour.look()
    floor.services.links.first.set_symbol(SYMBOL)
    tour.look()
    assert done(tour) == [True, True]

    # The ticket was closed: its step opens it, and lights it.
    desk.actions.close_panel("ticket")
    assert not desk.bench.of_kind("ticket")
    tour.next()
    panel = ticket(desk)
    assert panel.isVisible()
    (light,) = lit(tour)
    assert light.size() == panel.size()
    assert not tour.card.geometry().intersects(light)
    assert done(tour) == [True, False, False, False, False, False]

    # The trade, through the ticket.
    panel.refresh()
    QTest.keyClick(panel, Qt.Key.Key_B)
    for name, text in (("entry", "60 000"), ("stop", "58 900"), ("target", "62 400")):
        field = panel.fields.field(name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
    tour.look()
    assert done(tour) == [True, False, True, False, False, False]
    panel.checklist.setFocus()
    QTest.keyClick(panel.checklist, Qt.Key.Key_Space)
    QTest.keyClicks(panel.checklist.editor, "under the low")
    QTest.keyClick(panel.checklist.editor, Qt.Key.Key_Return)
    QTest.keyClick(panel.checklist, Qt.Key.Key_Down)
    QTest.keyClick(panel.checklist, Qt.Key.Key_4)
    tour.look()
    assert done(tour) == [True, True, True, True, False, False]
    panel.refresh()
    assert panel.send_bar.button.text().startswith("Buy "), panel.send_bar.button.text()
    QTest.keyClick(panel, Qt.Key.Key_Return, CTRL)
    await floor.until(lambda: bool(portfolio.orders))
    await floor.pass_time()
    await floor.until(lambda: not portfolio.position(SYMBOL).is_flat)
    journal.refresh()
    tour.look()
    assert all(tour.done)

    # Closed, it is in the journal, and the tour goes on in review.
    tour.next()
    assert not any(tour.done)
    commands = {one.id: one for one in trading_commands(floor.services, lambda: SYMBOL, lambda: panel)}
    commands["trade.close.1"].run_if_available()
    await floor.pass_time()
    await floor.until(lambda: portfolio.position(SYMBOL).is_flat)
    journal.refresh()
    tour.look()
    assert done(tour) == [True, True, False]
    assert desk.session.key == "review"
    assert len(lit(tour)) == 2
    (one,) = journal.trips()
    assert one.trip.net_pnl != Decimal(0)
    journal.save_note(TripNote(one.trip.trip_id, text="as planned"))
    tour.look()
    assert all(tour.done)
    tour.next()
    assert not tour.is_running
    assert not tour.card.isVisible()


async def test_it_is_led_and_left_by_keys_and_says_what_is_missing(desk: WholeDesk) -> None:
    tour = Tour(desk)
    ended: list[bool] = []
    tour.ended.connect(lambda: ended.append(True))
    tour.start()
    QTest.keyClick(tour.card, Qt.Key.Key_Right)
    assert tour.step is STEPS[1]
    QTest.keyClick(tour.card, Qt.Key.Key_Left)
    assert tour.step is STEPS[0]
    desk.actions.close_panel("depth")
    tour.look()
    assert tour.card.missing.isVisible()
    assert "depth" in tour.card.missing.text()
    tour.card.missing.click()
    assert desk.bench.of_kind("depth")
    assert not tour.card.missing.isVisible()
    QTest.keyClick(desk.main, Qt.Key.Key_Escape)
    assert ended == [True]
    assert not tour.card.isVisible()
