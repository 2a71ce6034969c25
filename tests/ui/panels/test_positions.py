"""The positions panel on a real paper account: what is held, what works, and what keys do to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.workstation.trading.desk_room import LONG
from tests.workstation.trading.test_gate import Verdict
from ui.panel import Condition
from ui.panels.ladder import LadderPanel
from ui.panels.positions import ALARMS, FILLS, OPEN, PositionsPanel
from workstation.model.derivatives import MarkPrice
from workstation.model.orders import OrderState
from workstation.paper_desk import PaperDesk
from workstation.runtime.supervisor import Supervisor
from workstation.trading.desk import Submitted

D = Decimal
SYMBOL = "BTCUSDT"


async def until(account: PaperDesk, holds: Callable[[], Any], what: str) -> None:
    """Let the venue's time go on, a quarter of a second a step, until something holds."""
    for _ in range(300):
        if holds():
            return
        await asyncio.sleep(0.005)
        market = account.floor._market.state(SYMBOL)
        assert market is not None
        market.market_ms += 250
        account.venue.advance(int(market.market_ms))
    raise AssertionError(f"never: {what}")


@pytest_asyncio.fixture
async def trading(desk: Any, instrument: Callable[..., Any], tmp_path: Path) -> AsyncIterator[PaperDesk]:
    """A paper account on a book of one symbol, reconciled."""
    desk.add(instrument(SYMBOL))
    workstation = desk.workstation
    account = PaperDesk(
        "binance_usdm", tmp_path, workstation.market, workstation.metrics, workstation.bus, desk.clock
    )
    workstation.trading = account
    supervisor = Supervisor(workstation.bus)
    account.start(supervisor)
    desk.book({59_999.0: 5.0}, {60_000.0: 5.0}, snapshot=True)
    mark(desk, account, 60_000)
    await until(account, lambda: not account.floor.desk.frozen, "reconciled")
    yield account
    await supervisor.stop_all()
    await account.finish()
    workstation.trading = None


def mark(desk: Any, account: PaperDesk, price: int) -> None:
    state = desk.workstation.market.state(SYMBOL)
    news = MarkPrice("binance_usdm", SYMBOL, state.market_ms + 1, D(price))
    desk.workstation.market.take_news(news)
    account.take_news(news)


async def bought(account: PaperDesk) -> None:
    """0.05 long from 60 000 with a stop at 59 000."""
    order = replace(LONG, venue="binance_usdm", price=D(60_000), size=D("0.05"), hold_ms=0)
    result = await account.floor.desk.submit(order, Verdict())
    assert isinstance(result, Submitted), result
    await until(account, lambda: len(account.floor.portfolio.working(SYMBOL)) == 3, "stop and two targets")
    await until(account, lambda: account.floor.portfolio.stop_price(SYMBOL) == D(59_000), "protected")


def row(panel: PositionsPanel) -> dict[str, str]:
    panel.refresh()
    QApplication.processEvents()  # the tables are laid out
    shown = panel.positions.visible_rows()
    assert len(shown) == 1
    return dict(zip(panel.positions.visible_columns, shown[0], strict=True))


async def test_without_a_position_it_says_how_one_comes_about(trading: PaperDesk, desk: Any) -> None:
    panel = desk.open(PositionsPanel, width=1600)
    panel.refresh()
    assert panel.condition is Condition.LIVE
    assert "Nothing is held" in panel.nothing.text()


async def test_a_position_stands_with_exact_figures_and_its_exits_below(
    trading: PaperDesk, desk: Any
) -> None:
    await bought(trading)
    mark(desk, trading, 60_500)
    panel = desk.open(PositionsPanel, width=1600)
    shown = row(panel)
    assert shown["Side"] == "long"
    assert (shown["Size"], shown["Entry"], shown["Mark"]) == ("0.050", "60\u2009000.0", "60\u2009500.0")
    assert (shown["Stop"], shown["Trail"], shown["R now"]) == ("59\u2009000.0", "—", "+0.5")
    assert shown["P&L"] == "+23.50"  # 25 − a fee of 1.50
    assert shown["Fees"] == "−1.50"
    assert shown["Setup"] == "swing"
    orders = [cells[1] for cells in panel.orders.visible_rows()]
    assert sorted(orders) == ["stop", "target 1", "target 2"]
    panel.positions.copy()
    assert "BTCUSDT\tlong\t0.050\t60000.0" in QGuiApplication.clipboard().text()


async def test_keys_close_a_quarter_and_then_all(trading: PaperDesk, desk: Any, qtbot: QtBot) -> None:
    await bought(trading)
    panel = desk.open(PositionsPanel, width=1600)
    row(panel)
    position = trading.floor.portfolio.position
    qtbot.keyClick(panel.positions, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    await until(trading, lambda: position(SYMBOL).size == D("0.025"), "a half closed")
    qtbot.keyClick(panel.positions, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    await until(trading, lambda: position(SYMBOL).is_flat, "flat")
    panel.show_part(FILLS)
    assert len(panel.fills.visible_rows()) == 3


async def test_a_stop_tightens_at_once_and_loosens_only_with_words(
    trading: PaperDesk, desk: Any, qtbot: QtBot
) -> None:
    await bought(trading)
    panel = desk.open(PositionsPanel, width=1600)
    row(panel)
    stop = trading.floor.portfolio.stop_price
    qtbot.keyClick(panel.positions, Qt.Key.Key_S)
    assert panel.form.isVisible()
    panel.form.figure.setText("59500")
    assert not panel.form.reason.isVisible()
    qtbot.keyClick(panel.form.figure, Qt.Key.Key_Return)
    await until(trading, lambda: stop(SYMBOL) == D(59_500), "tightened")

    row(panel)
    qtbot.keyClick(panel.positions, Qt.Key.Key_S)
    panel.form.figure.setText("59200")
    assert panel.form.reason.isVisible()
    assert not panel.form.button.isEnabled()
    qtbot.keyClick(panel.form.figure, Qt.Key.Key_Return)
    assert panel.form.isVisible()
    panel.form.reason.setText("the range low moved down by a sweep")
    qtbot.keyClick(panel.form.reason, Qt.Key.Key_Return)
    await until(trading, lambda: stop(SYMBOL) == D(59_200), "loosened with words")
    qtbot.keyClick(panel.positions, Qt.Key.Key_S)
    qtbot.keyClick(panel.form, Qt.Key.Key_Escape)
    assert not panel.form.isVisible()


async def test_break_even_waits_for_the_mark_to_pass_it(trading: PaperDesk, desk: Any, qtbot: QtBot) -> None:
    await bought(trading)
    panel = desk.open(PositionsPanel, width=1600)
    row(panel)
    qtbot.keyClick(panel.positions, Qt.Key.Key_B)
    await until(trading, lambda: "not passed break-even" in panel.says.text(), "told why not")
    mark(desk, trading, 60_500)
    qtbot.keyClick(panel.positions, Qt.Key.Key_B)
    await until(trading, lambda: trading.floor.portfolio.stop_price(SYMBOL) == D(60_060), "at break-even")


async def test_an_order_is_cancelled_by_its_key(trading: PaperDesk, desk: Any, qtbot: QtBot) -> None:
    result = await trading.floor.desk.submit(
        replace(LONG, venue="binance_usdm", price=D(59_900), size=D("0.05"), hold_ms=0), Verdict()
    )
    assert isinstance(result, Submitted), result
    panel = desk.open(PositionsPanel, width=900)
    panel.refresh()
    panel.orders.setFocus()
    assert panel.orders.current == result.order.client_order_id
    qtbot.waitUntil(panel.orders.hasFocus)
    qtbot.keyClick(panel.orders, Qt.Key.Key_Delete)
    order = trading.floor.portfolio.order
    await asyncio.sleep(0.05)
    await until(
        trading,
        lambda: order(result.order.client_order_id).state is OrderState.CANCELLED,  # type: ignore[union-attr]
        "cancelled",
    )


async def test_a_position_without_a_stop_is_an_alarm_that_says_what_to_do(
    trading: PaperDesk, desk: Any
) -> None:
    await bought(trading)
    panel = desk.open(PositionsPanel, width=1600)
    stop = next(one for one in trading.floor.portfolio.working(SYMBOL) if one.intent.leg == "stop")
    await trading.venue.cancel(SYMBOL, stop.client_order_id)
    await until(trading, lambda: trading.floor.portfolio.stop_price(SYMBOL) is None, "the stop is gone")
    panel.refresh()
    desk.clock.advance(3.5)
    assert row(panel)["Stop"] == "missing"
    panel.show_part(ALARMS)
    assert panel.header.detail.startswith("stop missing")
    assert "R sends it again" in panel.alarms.visible_rows()[0][2]


async def test_the_part_shown_and_the_sort_are_remembered(trading: PaperDesk, desk: Any) -> None:
    panel = desk.open(PositionsPanel, width=1600)
    panel.show_part(FILLS)
    panel.positions.set_sort((10, True))
    saved = panel.save_state()
    again = desk.open(PositionsPanel, width=360)
    again.restore_state(saved)
    assert again.save_state() == saved
    again.reset_view()
    assert again.save_state() == {"part": OPEN, "sort": None}


@pytest.mark.parametrize("width", [220, 500])
async def test_a_narrow_panel_keeps_what_matters(trading: PaperDesk, desk: Any, width: int) -> None:
    await bought(trading)
    panel = desk.open(PositionsPanel, width=width)
    panel.refresh()
    assert {"Symbol", "P&L"} <= set(panel.positions.visible_columns)


async def test_the_ladder_frames_our_orders_with_their_queue_and_the_entry(
    trading: PaperDesk, desk: Any
) -> None:
    await bought(trading)
    desk.book({59_999.0: 5.0, 59_990.0: 3.1}, {60_000.0: 5.0}, snapshot=True)
    order = replace(
        LONG, venue="binance_usdm", price=D(59_990), size=D("0.02"), intent_id="b" * 32, hold_ms=0
    )
    result = await trading.floor.desk.submit(order, Verdict())
    assert isinstance(result, Submitted), result
    queue = trading.queue_ahead
    await until(trading, lambda: queue(result.order.client_order_id) is not None, "in the queue")
    panel = desk.open(LadderPanel, width=300)
    marks = {mark.words: mark for mark in panel.view._own}
    assert marks["0.020 queue 3.1"].price == 59_990.0
    assert marks["long 0.050"].price == 60_000.0
    accent = panel.theme.accent.name()
    shown = panel.grab().toImage()
    assert accent in {shown.pixelColor(0, y).name() for y in range(panel.header.height() + 1, shown.height())}


async def test_the_header_is_as_old_as_the_mark_of_what_is_held_whatever_else_comes(
    trading: PaperDesk, desk: Any, instrument: Callable[..., Any]
) -> None:
    await bought(trading)
    desk.add(instrument("ETHUSDT"))
    panel = desk.open(PositionsPanel, width=1600)
    market, now = desk.workstation.market, desk.clock.monotonic()
    held, other = market.state(SYMBOL), market.state("ETHUSDT")
    held.health.last_data, other.health.last_data = now - 30, now
    assert panel.data_age_s() == pytest.approx(30, abs=1)
