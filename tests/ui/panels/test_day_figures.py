"""The day at the top of the window follows the account, and is loud where a stop is missing."""

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.panels.test_positions import SYMBOL, bought, mark, trading, until
from ui.day_figures import DayFigures
from ui.desk_touch import DeskTouch
from workstation.paper_desk import PaperDesk
from workstation.runtime.bus import Fault

__all__ = ["trading"]  # a fixture


def shown(desk: Any, qtbot: QtBot, width: int = 2560) -> DayFigures:
    figures = DayFigures(desk.services)
    qtbot.addWidget(figures)
    figures.resize(width, 40)
    figures.show()
    desk.clock.advance(1.0)
    figures.refresh()
    return figures


async def test_session_day_and_risk_stand_against_their_limits(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    await bought(trading)
    mark(desk, trading, 60_500)
    figures = shown(desk, qtbot)
    assert figures.words == "Session 0 m · break in 2 h 29 m | Day +0.2 R of −3 R | Risk open 0.8 % of 4 %"
    assert shown(desk, qtbot, 1300).words == "Day +0.2 R of −3 R"
    assert shown(desk, qtbot, 1000).words == ""


async def test_a_missing_stop_is_loud_here_and_as_a_fault_that_says_what_to_do(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    faults: list[Fault] = []
    desk.workstation.bus.subscribe(Fault, faults.append)
    await bought(trading)
    figures = shown(desk, qtbot)
    stop = next(one for one in trading.floor.portfolio.working(SYMBOL) if one.intent.leg == "stop")
    await trading.venue.cancel(SYMBOL, stop.client_order_id)
    await until(trading, lambda: trading.floor.portfolio.stop_price(SYMBOL) is None, "the stop is gone")
    for _ in range(4):
        desk.clock.advance(1.5)
        figures.refresh()
    assert figures.words.startswith(f"NO STOP  {SYMBOL} | ")
    await until(trading, lambda: faults, "told")
    assert "R sends it again" in faults[0].message


async def test_a_move_of_the_mouse_ends_a_break(
    trading: PaperDesk,
    desk: Any,
    qtbot: QtBot,
) -> None:
    figures = shown(desk, qtbot)
    touch = DeskTouch(desk.services, figures)
    touch._watch(figures.windowHandle())
    desk.clock.advance(20 * 60)
    assert trading.day().session_ms == 0
    # To the window itself: a cursor put somewhere tells whichever window lies on top there.
    QTest.mouseMove(figures.windowHandle(), QPoint(5, 5))
    QTest.mouseMove(figures.windowHandle(), QPoint(50, 20))
    QApplication.processEvents()
    desk.clock.advance(60)
    assert trading.day().session_ms == 60_000
