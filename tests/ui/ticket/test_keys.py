"""The keys of the panels of trading are remappable, in fields of figures too, and the key card is true."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.ticket.trade_floor import SYMBOL, TradeFloor
from ui.commands import CommandSet
from ui.keys import spelling
from ui.keys.hand import KeyHand
from ui.keys.keymap import Keymap
from ui.keys.panel_actions import actions_of
from ui.panel import Panel
from ui.panels.correlation import CorrelationPanel
from ui.panels.portfolio import PortfolioPanel
from ui.panels.positions import PositionsPanel
from ui.panels.ticket import TicketPanel
from workstation.model.orders import Side

ELSEWHERE = {"Esc", "Up", "Down", "Left", "Right", "Ctrl+O", "Shift+Up", "Shift+Down", "/", "…"}
"""Keys of widgets and of the desk: the panel's actions do not have them."""


@pytest.fixture
async def floor(tmp_path: Path, qapp: QApplication) -> AsyncIterator[TradeFloor]:
    made = TradeFloor(tmp_path)
    yield made
    await made.close()


@pytest.mark.parametrize("kind", [TicketPanel, PositionsPanel, PortfolioPanel, CorrelationPanel])
def test_every_key_on_the_card_is_one_of_an_action_that_can_be_put_elsewhere(kind: type[Panel]) -> None:
    told = {
        spelling.normal(word)
        for keys, _ in kind.keys(cast(Panel, None))
        for word in spelling._WORD.findall(keys)
        if word not in ("click", "double", "Enter", "to")
    }
    known = {key for action in actions_of(kind.kind) for key in action.keys}
    assert told - {""} - ELSEWHERE <= known
    shown_nowhere = {
        action.id
        for action in actions_of(kind.kind)
        if not set(action.keys) & told and not action.id.startswith("table.")
    }
    assert shown_nowhere <= {"correlation.pair", "correlation.symbol", "correlation.copy", "ticket.send"}


async def test_a_key_that_was_moved_works_in_a_field_of_figures_and_the_old_one_does_not(
    floor: TradeFloor, qtbot: QtBot
) -> None:
    panel = await floor.ticket()
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(panel)
    window.show()
    keymap = Keymap()
    keymap.change({"ticket.begin_sell": ("K",), "ticket.send": ("Ctrl+J",)})
    hand = KeyHand(CommandSet(keymap))
    panel.edit(entry="59990", stop="58900", target="62400", side=Side.BUY)
    entry = panel.fields.field("entry")
    entry.setFocus()
    hand._follow(None, entry)
    QTest.keyClick(entry, Qt.Key.Key_S)
    sides = [panel.draft.side]
    for key in (Qt.Key.Key_K, Qt.Key.Key_B):
        QTest.keyClick(entry, key)
        sides.append(panel.draft.side)
    assert sides == [Side.BUY, Side.SELL, Side.BUY]
    for row, value, text in (("exit", 1, "under the low"), ("calm", 4, "")):
        floor.account.checklists.answer("plain", SYMBOL, row, value, text)
    panel.edit(hold="24")
    assert not panel.send_bar.button.locked, panel.send_bar.button.text()
    QTest.keyClick(entry, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not floor.services.hand.is_busy
    QTest.keyClick(entry, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    await floor.until(lambda: bool(floor.account.floor.portfolio.orders))
    hand._follow(entry, None)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
async def test_the_keyboard_reaches_every_setup_and_a_ticket_locked_for_want_of_one_offers_them(
    floor: TradeFloor, qtbot: QtBot
) -> None:
    panel = await floor.ticket()
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(panel)
    window.show()
    panel.edit(setup="")
    box = panel.head.setup
    assert box.count() > 2
    last = str(box.itemData(box.count() - 1))
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_U)
    for _ in range(box.count() - 1):
        QTest.keyClick(box.view(), Qt.Key.Key_Down)
    assert panel.draft.setup == "", "a step in the list is no choice yet"
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    assert panel.draft.setup == last
    panel.edit(setup="")
    panel._show_lock("")
    assert box.view().isVisible()
    box.hidePopup()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.view().isVisible()
    assert panel.draft.setup == ""
    box.hidePopup()


async def test_the_key_of_the_checklist_leads_to_what_is_not_answered(
    floor: TradeFloor, qtbot: QtBot
) -> None:
    panel = await floor.ticket()
    qtbot.addWidget(panel)
    panel.edit(entry="59990", stop="58900", target="62400", side=Side.BUY)
    reached = []
    for answer in (("exit", 1, "under the low"), ("calm", 4, "")):
        panel.checklist.select(panel.checklist.rows[0].row.key)
        QTest.keyClick(panel, Qt.Key.Key_C)
        current = panel.checklist.current
        assert current is not None
        reached.append(current.row.key)
        panel._answer(*answer)
    assert reached == ["exit", "calm"]
