"""After a loss four answers are asked for; with the last of them the gate is open again."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.workstation.trading.test_guardrails import NOON_MS
from tests.workstation.trading.test_ritual_guard import Promised
from ui.rituals.loss_window import LossWindow
from ui.services import PanelServices
from ui.theme import ThemeSource
from workstation.journal.journal import Journal
from workstation.runtime.clock import ManualClock
from workstation.store.ledger import open_ledger
from workstation.trading.limit_rules import DayRules

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Promised]:
    clock = ManualClock(NOON_MS)
    with open_ledger(tmp_path / "ledger", clock=clock) as ledger:
        yield Promised(clock, ledger)


def test_a_loss_is_looked_back_on_by_keys_and_opens_the_gate(
    qtbot: QtBot, room: Promised, tmp_path: Path
) -> None:
    room.lose("150")
    room.rules = DayRules(unreviewed_losses=0)
    assert room.refused()
    parent = QWidget()
    qtbot.addWidget(parent)
    with Journal(tmp_path) as journal:
        # What the window asks of the desk; guard, ledger and journal are the real ones.
        services: Any = SimpleNamespace(
            trading=SimpleNamespace(rituals=room.guard), journal=journal, themes=ThemeSource()
        )
        window = LossWindow(cast(PanelServices, services), lambda: NOON_MS, parent)
        window.open()
        assert "−1.52 R of the day, −150.00" in window.under.text()
        QTest.keyClicks(window.happened, "chased the break")
        assert not window.main.isEnabled()
        assert journal.rituals.loss(window.review.loss_id).happened == "chased the break"  # a draft is kept
        QTest.keyClick(window.happened, Qt.Key.Key_Tab)
        QTest.keyClick(window.followed, Qt.Key.Key_Down)
        QTest.keyClick(window.followed, Qt.Key.Key_Down)
        QTest.keyClick(window.followed, Qt.Key.Key_Tab)
        QTest.keyClick(window.feelings, Qt.Key.Key_4)
        QTest.keyClicks(window.next_action, "an hour away from the desk")
        assert room.refused()
        QTest.keyClick(window.next_action, Qt.Key.Key_Return)
        assert not window.isVisible()
        said = journal.rituals.loss(window.review.loss_id)
        assert (said.followed, said.feelings.tension, bool(said.done_ms)) == (False, 4, True)
    assert not room.refused()
