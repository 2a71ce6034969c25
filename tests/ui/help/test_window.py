"""The window of help on a desk: F1 on a panel, links, back and forward, search, and nothing from the net."""

import pytest
from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from ui.desk.whole import WholeDesk
from ui.help.commands import Help
from ui.help.window import HelpWindow
from ui.panels.ladder import LadderPanel
from ui.theme import LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def kept() -> list[QSize]:
    return []


@pytest.fixture
def help_(desk: WholeDesk, kept: list[QSize]) -> Help:
    made = Help(desk, QSize(700, 500), kept.append)
    desk.bench.maker.kinds = {"ladder": LadderPanel, **desk.bench.maker.kinds}
    desk.bind_keys()
    return made


@pytest.fixture
def window(help_: Help, qtbot: QtBot) -> HelpWindow:
    made = help_.open_panel("ladder")
    qtbot.addWidget(made)
    return made


def shown(window: HelpWindow) -> str:
    page = window.browser.page
    assert page is not None
    return page.id


def test_the_key_opens_the_page_of_the_panel_in_hand(help_: Help, desk: WholeDesk, qtbot: QtBot) -> None:
    panel = desk.bench.of_kind("sample")[0]
    panel.kind = "ladder"  # type: ignore[misc]
    panel.setFocus()
    QTest.keyClick(desk.main, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), HelpWindow))
    window = QApplication.activeWindow()
    assert isinstance(window, HelpWindow)
    assert shown(window) == "help/ladder"
    assert window.size() == QSize(700, 500)
    window.close()


def test_the_panel_s_menu_opens_it_too(help_: Help, desk: WholeDesk, qtbot: QtBot) -> None:
    opened: list[str] = []
    desk.services.show_help = opened.append
    panel = desk.bench.of_kind("sample")[0]
    (entry,) = [action for action in panel.header.menu.actions() if action.text() == "Help on this panel"]
    entry.trigger()
    assert opened == ["sample"]


def test_back_and_forward_return_to_where_a_page_was_left(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.waitExposed(window)
    bar = window.browser.verticalScrollBar()
    bar.setValue(120)
    window.browser.anchorClicked.emit(QUrl("page:docs/formulas"))
    assert shown(window) == "docs/formulas"
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shown(window) == "help/ladder"
    assert bar.value() == 120
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert shown(window) == "docs/formulas"
    assert not window.forward.isEnabled()


def test_a_search_lists_places_and_enter_opens_the_first(window: HelpWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.search, "liquidation price")
    assert window.list.count() > 1
    QTest.keyClick(window.search, Qt.Key.Key_Return)
    assert window.isVisible(), "Enter never closes"
    assert "liquidation" in window.browser.toPlainText().casefold()
    assert window.browser.extraSelections()
    assert window.browser.find_words()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.search.text()
    assert window.isVisible()
    window.search.setText("zzzzzz")
    assert window.note.text().startswith("Nothing")


def test_the_web_is_opened_by_a_click_alone(window: HelpWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    assert opened == []
    window.browser.anchorClicked.emit(QUrl("https://example.org/a"))
    window.browser.anchorClicked.emit(QUrl("file:///etc/hosts"))
    assert opened == ["https://example.org/a"]


def test_the_size_is_kept_and_a_new_theme_is_taken_over(
    window: HelpWindow, kept: list[QSize], desk: WholeDesk, qtbot: QtBot
) -> None:
    window.resize(810, 620)
    qtbot.waitUntil(lambda: bool(kept))
    assert kept[-1] == QSize(810, 620)
    desk.services.themes.set_theme(LIGHT)
    assert LIGHT.panel.name() in window.browser.styleSheet()


def test_a_window_beside_the_desk_has_the_key_too(help_: Help, desk: WholeDesk, qtbot: QtBot) -> None:
    dialog = QDialog(desk.main)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    QTest.keyClick(dialog, Qt.Key.Key_F1)
    found = [one for one in desk.main.findChildren(HelpWindow) if one.isVisible()]
    assert len(found) == 1
    found[0].close()
    dialog.close()
