"""The trader's keys with real key events: in panels, in fields, on other layouts, on the key card."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ui.commands import Command
from ui.desk.schema import SavedPanel, SavedWindow
from ui.desk.tree import Stack
from ui.desk.whole import WholeDesk
from ui.desk.workbench import Standing
from ui.desk_commands import add_desk_commands
from ui.keys import spelling
from ui.panels.ladder import LadderPanel
from workstation.app import Workstation

Press = Callable[..., None]


@pytest.fixture
def ladder_desk(make_desk: Callable[..., WholeDesk], replayed: Workstation, qtbot: QtBot) -> WholeDesk:
    """A desk of one ladder, with a book in it, that has the keyboard."""
    made = make_desk((LadderPanel,))
    add_desk_commands(made, lambda: None)
    made.show("trade")
    made.bench.show(
        Standing((SavedWindow("main", Stack(("ladder",))),), {"ladder": SavedPanel("ladder")}, {}), anew=True
    )
    made.main.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made.main)
    ladder_of(made).refresh()
    ladder_of(made).setFocus()
    qtbot.waitUntil(lambda: ladder_of(made).isAncestorOf(focused()))
    return made


def ladder_of(desk: WholeDesk) -> LadderPanel:
    (panel,) = desk.bench.panels.values()
    assert isinstance(panel, LadderPanel)
    return panel


def focused() -> QWidget:
    """What has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focused(), key, held)


def test_a_panel_s_action_moves_to_its_new_key_and_leaves_the_old_one(ladder_desk: WholeDesk) -> None:
    sums = ladder_of(ladder_desk).sums_action
    press(Qt.Key.Key_S)
    assert sums.isChecked()
    ladder_desk.commands.keymap.change({"ladder.sums": ("X", "F8")})
    press(Qt.Key.Key_S)
    assert sums.isChecked(), "S means nothing any more"
    press(Qt.Key.Key_X)
    assert not sums.isChecked()
    press(Qt.Key.Key_F8)
    assert sums.isChecked()
    ladder_desk.commands.keymap.undo()
    press(Qt.Key.Key_S)
    assert not sums.isChecked()


def test_two_actions_of_a_panel_can_swap_their_keys(ladder_desk: WholeDesk) -> None:
    panel = ladder_of(ladder_desk)
    ladder_desk.commands.keymap.change({"ladder.sums": ("T",), "ladder.traded": ("S",)})
    before = panel.traded_action.isChecked()
    press(Qt.Key.Key_T)
    assert panel.sums_action.isChecked()
    assert panel.traded_action.isChecked() == before


def test_a_key_freed_in_a_panel_is_the_desk_s_there(ladder_desk: WholeDesk) -> None:
    done: list[str] = []
    ladder_desk.commands.add(Command("Mark", lambda: done.append("mark"), id="test.mark"))
    ladder_desk.commands.keymap.change({"ladder.sums": (), "test.mark": ("S",)})
    press(Qt.Key.Key_S)
    assert done == ["mark"]


def test_a_desk_command_follows_its_key_everywhere_it_is_shown(ladder_desk: WholeDesk) -> None:
    ladder_desk.commands.keymap.change({"desk.keys": ("Ctrl+J",), "ladder.sums": ("X",)})
    (found,) = [
        command for command in ladder_desk.commands.matching("show keys") if command.id == "desk.keys"
    ]
    assert found.key == "Ctrl+J"
    press(Qt.Key.Key_Question)
    assert not ladder_desk.main.key_card.isVisible()
    press(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert ladder_desk.main.key_card.isVisible()
    words = dict(ladder_desk.keys.key_words(ladder_of(ladder_desk)))
    assert words["X"] == "Sizes added up from the best price"
    assert words["T"] == "Size traded at each price"


def test_letters_in_a_field_are_text(ladder_desk: WholeDesk) -> None:
    field = QLineEdit(ladder_of(ladder_desk))
    field.show()
    field.setFocus()
    ladder_desk.commands.keymap.change({"ladder.sums": ("X",), "ladder.traded": ("Shift+Y",)})
    QTest.keyClicks(field, "sXYq")
    assert field.text() == "sXYq"
    assert not ladder_of(ladder_desk).sums_action.isChecked()


@pytest.mark.skipif("sys.platform != 'linux'", reason="scan codes of X11 and Wayland")
def test_a_layout_without_latin_letters_has_the_keys_where_they_are_printed(ladder_desk: WholeDesk) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, 0x042B, Qt.KeyboardModifier.NoModifier, 39, 0x06D9, 0, "ы")
    assert spelling.readings(event) == ("S",)
    QApplication.sendEvent(focused(), event)
    assert ladder_of(ladder_desk).sums_action.isChecked()


def test_alt_gr_types_a_sign_and_holds_no_chord() -> None:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    assert spelling.typed_sign(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Q, held, "@")) == "@"
    assert spelling.typed_sign(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Q, held, "")) == ""


def test_words_show_the_keys_in_force() -> None:
    now = {"Ctrl+C": "Ctrl+Ins", "-": "", "Up": "Up"}.get
    assert spelling.with_keys_in_force("Ctrl+C  Ctrl+V", now) == "Ctrl+Ins  Ctrl+V"
    assert spelling.with_keys_in_force("+ −, ↑ ↓", now) == "+ –, ↑ ↓"


def test_tips_and_the_search_name_the_keys_in_force(ladder_desk: WholeDesk) -> None:
    ladder_desk.commands.keymap.change({"desk.palette": ("Ctrl+P",), "ladder.coarser": ("F9",)})
    search = ladder_desk.main.top_bar.findChild(QAbstractButton, "search")
    assert search is not None
    assert search.toolTip().endswith("(Ctrl+P)")
    step = next(
        button
        for button in ladder_of(ladder_desk).findChildren(QAbstractButton)
        if button.toolTip() == "Price step of a row (+ and −)"
    )
    assert ladder_desk.keys.tip_of(step) == "Price step of a row (F9 and −)"
