"""A whole trade through the ticket, by keyboard and by mouse alone, and what it refuses in which field."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.panels.chart import ChartPanel
from ui.panels.ticket import TicketPanel
from ui.ticket.commands import trading_commands
from ui.ticket.draft import EntryKind
from ui.ticket.kill_switch import KillSwitch
from workstation.journal.statistics.overrides import rules_of
from workstation.model.ledger import BlockedIntent
from workstation.model.orders import OrderKind, OrderState, TrailMode
from workstation.trading.checklist import RowState

D = Decimal
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def panel(floor: TradeFloor, qtbot: QtBot) -> TicketPanel:
    made = await floor.ticket()
    qtbot.addWidget(made)
    return made


def write(panel: TicketPanel, name: str, text: str) -> None:
    field = panel.fields.field(name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def click_row(panel: TicketPanel, key: str, x: float = 16) -> None:
    rect = panel.checklist.row_rect(key)
    QTest.mouseClick(panel.checklist, LEFT, pos=QPointF(x, rect.center().y()).toPoint())


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT, pos=QPoint(widget.width() // 2, widget.height() // 2))


def orders(floor: TradeFloor) -> dict[str, OrderState]:
    working = floor.account.floor.portfolio.working(SYMBOL)
    return {order.intent.leg or "entry": order.state for order in working}


async def fill_and_leave(floor: TradeFloor, panel: TicketPanel, act: Callable[[str], None]) -> None:
    """From the order at the venue to flat; `act` does what a name says, by key or by mouse."""
    portfolio = floor.account.floor.portfolio
    await floor.until(lambda: bool(portfolio.orders))
    entry = portfolio.orders[0]
    assert (entry.intent.size, entry.intent.price) == (D("0.086"), D("59_990"))
    await floor.pass_time()
    floor.trade(-1, 59_990.0, 0.02)
    await floor.until(lambda: portfolio.position(SYMBOL).size == D("0.02"))
    await floor.until(lambda: orders(floor).get("stop") is OrderState.OPEN)
    floor.trade(-1, 59_989.0, 1.0)
    await floor.until(lambda: portfolio.position(SYMBOL).size == D("0.086"))
    await floor.until(lambda: {"stop", "target 1"} <= orders(floor).keys())
    assert panel.effects.rows == ()  # the ticket is free for the next thought

    floor.mark(60_200)
    act("trade.break_even")
    stops = [one for one in portfolio.orders if one.intent.leg == "stop"]
    await floor.until(lambda: (portfolio.stop_price(SYMBOL) or 0) > 59_990)
    assert len(stops) >= 1
    act("trade.close.0.5")
    await floor.pass_time()
    await floor.until(lambda: portfolio.position(SYMBOL).size == D("0.043"))
    act("trade.flatten")
    await floor.pass_time()
    await floor.until(lambda: portfolio.position(SYMBOL).is_flat)
    await floor.until(lambda: not portfolio.working(SYMBOL))


async def test_a_trade_by_keyboard_alone(floor: TradeFloor, panel: TicketPanel) -> None:
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_B)
    for name, text in (("entry", "59 990"), ("stop", "58 900"), ("target", "62 400"), ("risk", "1")):
        write(panel, name, text)
    assert panel.send_bar.button.locked
    assert "Exit written" in panel.send_bar.button.text()
    QTest.keyClick(panel.fields.field("risk"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not floor.account.floor.portfolio.orders  # locked is locked
    QTest.keyClick(panel, Qt.Key.Key_C)
    assert panel.checklist.current is not None
    assert panel.checklist.current.row.key == "exit"  # the row that locks is the one the keys mean
    QTest.keyClick(panel.checklist, Qt.Key.Key_Space)
    QTest.keyClicks(panel.checklist.editor, "under the low")
    QTest.keyClick(panel.checklist.editor, Qt.Key.Key_Return)
    QTest.keyClick(panel.checklist, Qt.Key.Key_Down)
    QTest.keyClick(panel.checklist, Qt.Key.Key_4)
    assert [row.state for row in panel.checklist.rows] == [RowState.PASS] * 4
    assert panel.send_bar.button.text().startswith("Buy 0.086 BTC limit 59\u2009990.0, risk ")
    QTest.keyClick(panel.checklist, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    commands = {one.id: one for one in trading_commands(floor.services, lambda: SYMBOL, lambda: panel)}
    assert not [one.id for one in commands.values() if not one.key]
    await fill_and_leave(floor, panel, lambda name: commands[name].run_if_available())


async def test_a_trade_by_mouse_alone(floor: TradeFloor, panel: TicketPanel, qtbot: QtBot) -> None:
    chart = ChartPanel(floor.services)
    qtbot.addWidget(chart)
    chart.resize(900, 600)
    chart.show()
    floor.trade(1, 60_000.0, 0.1)
    floor.trade(-1, 59_999.0, 0.1)
    click(panel.sides.buttons()[1])
    click(panel.sides.buttons()[0])
    chart.refresh()
    chart.set_auto_scale(False)
    chart.plot.set_view(price=(58_000.0, 63_000.0))
    for name, price in (("stop", 58_900.0), ("target", 62_400.0), ("entry", 59_990.0)):
        drag_line(chart, name, price)
    found = panel.found
    assert found is not None
    assert abs(found.entry - 59_990) < 15  # type: ignore[operator]
    floor.services.tickets.edit(SYMBOL, entry="59990", stop="58900", target="62400")
    assert [line.name for line in chart.ticket.item.lines if line.name] == ["target", "stop", "entry"]
    click_row(panel, "spread")
    assert panel.checklist.rows[0].state is RowState.PASS  # judged from data: a click changes nothing
    click_row(panel, "exit")
    QTest.keyClicks(panel.checklist.editor, "under the low")
    click_row(panel, "calm", panel.checklist.width() - 34 - 10 - 14 * 1.5)
    assert panel.checklist.rows[3].value == "4 of 5"
    click(panel.send_bar.button)

    kill = KillSwitch(floor.services, panel)
    commands = {one.id: one for one in trading_commands(floor.services, lambda: SYMBOL, lambda: panel)}

    def act(name: str) -> None:
        if name == "trade.flatten":
            click(kill)
        else:
            commands[name].run_if_available()  # from the palette

    await fill_and_leave(floor, panel, act)


def drag_line(chart: ChartPanel, name: str, price: float) -> None:
    """Drag a line of the ticket to a price, as far as pixels allow."""
    line = next(line for line in chart.ticket.item.lines if line.name == name)
    mapping, port = chart.plot.mapping, chart.plot.viewport()
    start = QPoint(300, round(mapping.y(line.price)))
    end = QPoint(300, round(mapping.y(price)))
    QTest.mousePress(port, LEFT, pos=start)
    for part in (0.5, 1.0):
        QTest.mouseMove(port, start + (end - start) * part)
    QTest.mouseRelease(port, LEFT, pos=end)


BAD = [
    ("entry", "abc", "is not a number"),
    ("entry", "0", "above zero"),
    ("entry", "-5", "above zero"),
    ("entry", "", "missing"),
    ("entry", "63500", "from the mark"),
    ("stop", "60100", "stop"),
    ("stop", "1e999", "out of any"),
    ("target", "59950", "wrong side"),
    ("risk", "0", "above zero"),
    ("risk", "50", "risk"),
    ("size", "0.0001", "smallest step"),
    ("size", "1000", "more than your limit"),
    ("leverage", "100000", "No venue offers"),
    ("leverage", "20", "limit of 10x"),
    ("leverage", "-1", "above zero"),
    ("give_back", "150", "given back"),
    ("hold", "9999999", "ten years"),
]


@pytest.mark.parametrize(("name", "text", "words"), BAD, ids=[f"{name}={text}" for name, text, _ in BAD])
async def test_what_cannot_be_is_refused_in_its_field(
    floor: TradeFloor, panel: TicketPanel, name: str, text: str, words: str
) -> None:
    sound(floor, panel)
    if name == "give_back":
        panel.edit(trail=TrailMode.PEAK)
    write(panel, name, text)
    if text == "":
        QTest.keyClick(panel.fields.field(name), Qt.Key.Key_Backspace)

    field = panel.fields.field(name)
    assert words in field.fault
    assert panel.send_bar.button.locked
    click(panel.send_bar.button)
    await floor.pass_time()
    assert not floor.account.floor.portfolio.orders


def sound(floor: TradeFloor, panel: TicketPanel) -> None:
    """A ticket that would pass."""
    for row, value, text in (("exit", 1, "under the low"), ("calm", 4, "")):
        floor.account.checklists.answer("plain", SYMBOL, row, value, text)
    panel.edit(entry="59990", stop="58900", target="62400", risk="1")
    assert not panel.send_bar.button.locked


async def test_a_ticket_that_is_on_its_way_is_not_sent_a_second_time(
    floor: TradeFloor, panel: TicketPanel
) -> None:
    sound(floor, panel)
    hand, told = floor.services.hand, []
    hand.told.connect(lambda words, _: told.append(words))

    click(panel.send_bar.button)
    click(panel.send_bar.button)
    await floor.until(lambda: not hand.is_busy)

    assert len(floor.account.floor.portfolio.orders) == 1
    assert told == [f"The ticket of {SYMBOL} is on its way: wait for its answer", "1 order is at the venue"]
    sound(floor, panel)
    click(panel.send_bar.button)
    await floor.until(lambda: len(floor.account.floor.portfolio.orders) == 2)


async def test_what_the_market_refuses_is_said_beside_the_button(
    floor: TradeFloor, panel: TicketPanel
) -> None:
    sound(floor, panel)
    floor.without_tiers()
    panel.edit(hold="1")
    assert "margin tiers are not known" in panel.send_bar.button.text()
    stale = floor.clock.monotonic() - 60
    floor.workstation.market.states[SYMBOL].health.last_data = stale
    panel.edit(hold="2")
    assert any("order book is" in refusal.words for refusal in panel.found.refusals)  # type: ignore[union-attr]
    assert "closed" in refused_in(floor, panel, is_open=False)


def refused_in(floor: TradeFloor, panel: TicketPanel, **changes: object) -> str:
    """What the ticket says in a market that is otherwise."""
    view = floor.account.floor.desk._market
    floor.account.floor.desk._market = lambda symbol: replace(view(symbol), **changes)  # type: ignore[arg-type]
    panel.edit(hold="3")
    assert panel.found is not None
    return " ".join(refusal.words for refusal in panel.found.refusals)


async def test_an_account_without_margin_says_so_at_the_size(floor: TradeFloor, panel: TicketPanel) -> None:
    sound(floor, panel)
    floor.account.begin_with(D(100))
    await floor.until(lambda: floor.account.account().wallet == 100)
    panel.edit(size="0.01", leverage="1")
    assert "are free" in panel.fields.field("size").fault


async def test_what_is_typed_decides_what_follows(floor: TradeFloor, panel: TicketPanel) -> None:
    sound(floor, panel)
    write(panel, "size", "0.03")
    assert panel.found is not None
    assert panel.fields.field("risk").text().startswith("0.3")  # the risk follows from the size
    write(panel, "risk", "0.5")
    assert panel.draft.size == ""
    assert panel.found.size == D("0.043")  # and the size from the risk
    write(panel, "reward", "3")
    assert panel.draft.target == "63260.0"  # with all the digits of the tick, as everywhere
    write(panel, "stop_rate", "0.2")
    assert panel.draft.stop == "59870.0"  # without a sign it lies on the losing side
    QTest.keyClick(panel.fields.field("entry"), Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert panel.draft.entry == "59991.0"
    click(panel.sides.buttons()[1])
    assert D(panel.draft.stop) > D(panel.draft.entry) > D(panel.draft.target)


@pytest.mark.parametrize(("kind", "count"), [(EntryKind.HALVES, 2), (EntryKind.LADDER, 4)])
async def test_scaled_entries_part_the_size_and_the_risk(
    floor: TradeFloor, panel: TicketPanel, kind: EntryKind, count: int
) -> None:
    sound(floor, panel)
    panel.edit(kind=kind, far="59960")
    found = panel.found
    assert found is not None
    assert len(found.legs) == count
    assert sum(size for _, size in found.legs) == found.size
    assert found.risk_rate is not None
    assert D("0.009") < found.risk_rate <= D("0.01")
    assert not panel.send_bar.button.locked
    click(panel.send_bar.button)
    portfolio = floor.account.floor.portfolio
    await floor.until(lambda: len(portfolio.orders) == count)
    assert portfolio.orders[0].intent.price == D(59_990)
    assert {order.intent.kind for order in portfolio.orders} == {OrderKind.LIMIT}
    assert {order.intent.parent_id for order in portfolio.orders} == {portfolio.orders[0].intent.intent_id}


async def test_an_override_needs_a_reason_and_the_wait(floor: TradeFloor, panel: TicketPanel) -> None:
    sound(floor, panel)
    panel.edit(kind=EntryKind.MARKET)
    assert "market order" in panel.fields.field("entry").fault + panel.send_bar.button.text().lower()
    panel.ask_override()
    QTest.keyClicks(panel.send_bar.reason, "news is out")
    assert "wait 60 s and 1 more letters" in panel.send_bar.button.text()
    QTest.keyClicks(panel.send_bar.reason, " now")
    QTest.keyClick(panel.send_bar.reason, Qt.Key.Key_Return)
    await floor.pass_time()
    assert not floor.account.floor.portfolio.orders
    QTest.keyClick(panel.send_bar.reason, Qt.Key.Key_Escape)
    assert not panel.send_bar.is_overriding
    ledger = floor.account.checklists.book._ledger
    assert ledger is not None
    await floor.until(lambda: bool(list(ledger.entries(BlockedIntent))))
    panel.ask_override()  # thought over once more: it is one order all the same
    QTest.keyClick(panel.send_bar.reason, Qt.Key.Key_Escape)
    await floor.pass_time()
    (entry,) = ledger.entries(BlockedIntent)
    kept = entry.record
    assert isinstance(kept, BlockedIntent)
    assert (kept.intent.kind, kept.intent.setup, kept.mark_price) == (OrderKind.MARKET, "plain", D(60_000))
    assert kept.intent.intent_id != panel.draft.order_id
    assert kept.refusals[-1].words == "The override was taken back: news is out now"
    rules = rules_of(refusal.field for refusal in kept.refusals)
    assert "kind" in rules
    assert "override" not in rules


async def test_nothing_of_a_narrow_ticket_is_cut_off(floor: TradeFloor, panel: TicketPanel) -> None:
    for kind in EntryKind:
        panel.edit(kind=kind, entry="59990.5", far="59000", stop="58900.5", target="62400.5", risk="1")
        for width in (222, 260, 300, 420):
            panel.resize(width, 900)
            QApplication.processEvents()
            inner, port = panel.form.widget(), panel.form.viewport()
            assert inner.width() == port.width(), (kind, width)
            for name in ("stop", "target", "size"):
                field = panel.fields.field(name)
                written = field.fontMetrics().horizontalAdvance(field.text())
                assert written < field.width() - 4, (kind, width, name)
