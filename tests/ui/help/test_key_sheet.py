"""The sheet of all keys on a desk: searched by words and by a key, true to the trader's keys, copied."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.desk.whole import WholeDesk
from ui.help.commands import Help
from ui.help.key_sheet import KeySheet
from ui.panels.ladder import LadderPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def sheet(desk: WholeDesk, qtbot: QtBot) -> KeySheet:
    help_ = Help(desk, QSize(), lambda _size: None)
    desk.bench.maker.kinds = {**desk.bench.maker.kinds, "ladder": LadderPanel}
    desk.bind_keys()
    desk.main.setFocus()
    QTest.keyClick(desk.main, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    made = help_.open_keys()
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: not made._timer.isActive())
    return made


def test_it_lists_the_desk_panels_that_are_not_open_and_windows(sheet: KeySheet) -> None:
    rows = {(row.title, row.words): row.shown for row in sheet.shown}
    assert rows["Everywhere", "Search commands"] == "Ctrl+K"
    assert rows["Ladder", "Sizes added up from the best price"] == "S"
    assert rows["Ladder", "Scroll and hold"] == "Wheel", "told by a panel that was made to be asked"
    assert rows["Settings", "Search settings"] == "Ctrl+F"


def test_words_and_a_pressed_key_narrow_it_and_esc_shows_all_again(sheet: KeySheet) -> None:
    everything = len(sheet.shown)
    QTest.keyClicks(sheet.search, "ladder centre")
    assert [row.words for row in sheet.shown] == ["Centre on the market and follow it"]
    sheet.press.setFocus()
    QTest.keyClick(sheet.press, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert [row.words for row in sheet.shown] == ["Search commands"]
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert len(sheet.shown) == everything
    assert sheet.isVisible()
    sheet.search.setText("no such thing")
    assert sheet.note.text().startswith("No key does that")


def test_a_key_that_is_moved_while_it_is_open_moves_on_it(
    sheet: KeySheet, desk: WholeDesk, qtbot: QtBot
) -> None:
    desk.commands.keymap.change({"desk.full_screen": ("F8",)})
    qtbot.waitUntil(lambda: "F8" in {row.shown for row in sheet.shown})
    sheet.search.setText("full screen")
    assert sheet.note.text() == "1 key, • 1 of your own"


def test_what_is_shown_is_copied_as_text(sheet: KeySheet) -> None:
    sheet.search.setText("centre on the market")
    sheet.copy()
    assert (
        QGuiApplication.clipboard().text() == "Ladder\n------\nC  Home  Centre on the market and follow it\n"
    )
