"""The workspaces' tabs: as many as there is room for, the open one always, and all of them in a menu."""

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import LIGHT, ThemeSource
from ui.workspace_tabs import WorkspaceTabs

ENTRIES = [("trade", "Trade"), ("review", "Review"), ("context", "Context"), ("own", "Mornings with coffee")]


@pytest.fixture
def tabs(qtbot: QtBot) -> WorkspaceTabs:
    made = WorkspaceTabs(ThemeSource())
    qtbot.addWidget(made)
    made.set_entries(ENTRIES, "review")
    made.resize(made.sizeHint())
    made.show()
    return made


def shown(tabs: WorkspaceTabs) -> list[str]:
    return [tab.key for tab in tabs._buttons if tab.isVisible()]


def test_all_are_shown_side_by_side_where_there_is_room(tabs: WorkspaceTabs) -> None:
    assert shown(tabs) == ["trade", "review", "context", "own"]
    edges = [(tab.x(), tab.x() + tab.width()) for tab in tabs._buttons]
    assert all(after[0] == before[1] + 2 for before, after in itertools.pairwise(edges))
    assert tabs.more.x() == edges[-1][1] + 2
    assert tabs.more.x() + tabs.more.width() <= tabs.width()
    assert tabs.accessibleName() == "Workspace Review"
    assert not tabs.grab().isNull()


def test_the_open_one_is_shown_however_little_room_there_is(tabs: WorkspaceTabs) -> None:
    tabs.resize(tabs.minimumSizeHint())
    assert shown(tabs) == ["review"]
    tabs.set_entries(ENTRIES, "own")
    tabs.resize(tabs.minimumSizeHint().width() + 70, 26)
    assert shown(tabs) == ["trade", "own"]


def test_a_bar_gives_the_tabs_the_room_that_a_new_one_needs(qtbot: QtBot) -> None:
    bar = QWidget()
    qtbot.addWidget(bar)
    layout = QHBoxLayout(bar)
    tabs = WorkspaceTabs(ThemeSource(), bar)
    layout.addWidget(tabs)
    layout.addWidget(QToolButton(bar))
    layout.addStretch(1)
    bar.resize(900, 40)
    tabs.set_entries(ENTRIES[:3], "trade")
    bar.show()
    assert shown(tabs) == ["trade", "review", "context"]
    tabs.set_entries(ENTRIES, "own")
    qtbot.waitUntil(lambda: shown(tabs) == ["trade", "review", "context", "own"])


def test_a_click_chooses_and_the_menu_has_them_all(tabs: WorkspaceTabs, qtbot: QtBot) -> None:
    chosen: list[str] = []
    tabs.chosen.connect(chosen.append)
    qtbot.mouseClick(tabs._buttons[2], Qt.MouseButton.LeftButton)
    menu = QMenu()
    qtbot.addWidget(menu)
    tabs.fill(menu)
    assert [action.text() for action in menu.actions()] == [
        "Trade\tCtrl+F1",
        "Review\tCtrl+F2",
        "Context\tCtrl+F3",
        "Mornings with coffee\tCtrl+F4",
    ]
    assert [action.isChecked() for action in menu.actions()] == [False, True, False, False]
    menu.actions()[0].trigger()
    assert chosen == ["context", "trade"]
    with qtbot.waitSignal(tabs.menu_wanted):
        tabs.more.click()
    tabs._themes.set_theme(LIGHT)
    assert not tabs.grab().isNull()
