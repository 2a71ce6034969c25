"""Asking figures what they are: by the right button, by key, by Tab; the card says formula, source, age."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from ui.desk.schema import SavedPanel, SavedWindow
from ui.desk.tree import Split, Stack
from ui.desk.whole import WholeDesk
from ui.desk.workbench import Standing
from ui.desk_commands import add_desk_commands
from ui.help.ask_layer import AskLayer
from ui.help.commands import Help
from ui.help.figures import FigureReader
from ui.help.terms import terms_of
from ui.panel import Panel
from ui.panels.ladder import LadderPanel
from ui.panels.watchlist import WatchlistPanel
from ui.widgets.table_rows import Cell
from workstation.app import Workstation

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def asked(make_desk: object, replayed: Workstation, qtbot: QtBot) -> tuple[WholeDesk, Help]:
    """A desk of a ladder and a watchlist with figures in them."""
    desk: WholeDesk = make_desk((LadderPanel, WatchlistPanel))  # type: ignore[operator]
    add_desk_commands(desk, lambda: None)
    help_ = Help(desk, QSize(), lambda _size: None)
    desk.show("trade")
    root = Split("row", (Stack(("ladder",)), Stack(("watchlist",))))
    panels = {name: SavedPanel(name) for name in ("ladder", "watchlist")}
    desk.bench.show(Standing((SavedWindow("main", root),), panels, {}), anew=True)
    desk.bind_keys()
    desk.main.resize(1200, 700)
    desk.main.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is desk.main)
    for panel in desk.bench.panels.values():
        panel.refresh()
    return desk, help_


def place_of(panel: Panel, name: str) -> QPoint:
    """The global place of the first figure of that name."""
    found = FigureReader(panel, terms_of(panel.kind)).figures()
    figure = next(one for one in found if one.term is not None and one.term.name == name)
    return panel.mapToGlobal(figure.painted.centre)


def open_layer(desk: WholeDesk) -> AskLayer:
    (layer,) = desk.main.findChildren(AskLayer)
    assert layer.isVisible()
    return layer


def test_the_right_button_offers_it_and_the_card_says_what_it_is(
    asked: tuple[WholeDesk, Help], qtbot: QtBot
) -> None:
    desk, _ = asked
    panel = desk.bench.of_kind("watchlist")[0]
    at = place_of(panel, "Spread in basis points")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, panel.mapFromGlobal(at), at)
    QApplication.sendEvent(panel, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry = next(action for action in menu.actions() if action.text().startswith("What is this number?"))
    assert entry.text().endswith("\tShift+F1")
    entry.trigger()
    menu.close()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in desk.main.findChildren(AskLayer)))
    said = open_layer(desk).card.answer
    assert said is not None
    lines = dict(said.lines())
    assert said.name == "Spread in basis points"
    assert lines["Now"][0].isdigit()
    assert "ask" in lines["Formula"]
    assert lines["Source"]
    assert lines["Updated"].endswith("UTC")
    open_layer(desk).end()


def test_a_menu_that_the_click_has_opened_gets_the_entry(asked: tuple[WholeDesk, Help]) -> None:
    desk, help_ = asked
    panel = desk.bench.of_kind("ladder")[0]
    menu = QMenu(panel)
    menu.addAction("Its own")
    menu.popup(panel.mapToGlobal(QPoint(5, 5)))
    help_.asking.offer(panel, panel.mapToGlobal(QPoint(5, 5)))
    assert QApplication.activePopupWidget() is menu
    texts = [action.text().partition("\t")[0] for action in menu.actions()]
    assert texts == ["Its own", "", "What is this number?", "Help on this panel"]
    menu.close()


def test_the_key_goes_from_figure_to_figure_copies_and_gives_the_keyboard_back(
    asked: tuple[WholeDesk, Help],
) -> None:
    desk, _ = asked
    panel = desk.bench.of_kind("ladder")[0]
    panel.setFocus()
    before = QApplication.focusWidget()
    QTest.keyClick(desk.main, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    layer = open_layer(desk)
    first = layer.figure
    assert first is not None
    QTest.keyClick(layer, Qt.Key.Key_Tab)
    assert layer.figure is not None
    assert not layer.figure.is_at(first)
    QTest.keyClick(layer, Qt.Key.Key_Backtab)
    assert layer.figure.is_at(first)
    QTest.keyClick(layer, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Formula: " in QGuiApplication.clipboard().text()
    QTest.keyClick(layer, Qt.Key.Key_Escape)
    assert not layer.isVisible()
    assert not layer.card.isVisible()
    assert QApplication.focusWidget() is before


def test_the_pointer_picks_a_click_holds_and_a_click_beside_ends(asked: tuple[WholeDesk, Help]) -> None:
    desk, help_ = asked
    panel = desk.bench.of_kind("ladder")[0]
    layer = help_.asking.begin()
    QTest.mouseMove(layer, layer.mapFromGlobal(place_of(panel, "Size bid")))
    layer._held = False
    layer._point_at(layer.mapFromGlobal(place_of(panel, "Size bid")))
    assert layer.card.answer is not None
    assert layer.card.answer.name == "Size bid"
    assert layer.window().rect().contains(layer.card.geometry())
    QTest.mouseClick(
        layer, Qt.MouseButton.LeftButton, pos=layer.mapFromGlobal(place_of(panel, "Price of the row"))
    )
    assert layer.card.answer.name == "Price of the row"
    QTest.mouseMove(layer, layer.mapFromGlobal(place_of(panel, "Size bid")))
    assert layer.card.answer.name == "Price of the row", "held"
    QTest.mouseClick(layer, Qt.MouseButton.LeftButton, pos=QPoint(layer.width() - 2, layer.height() // 2))
    assert not layer.isVisible()


def test_enter_opens_the_page_of_the_figure(asked: tuple[WholeDesk, Help], qtbot: QtBot) -> None:
    desk, help_ = asked
    panel = desk.bench.of_kind("ladder")[0]
    layer = help_.asking.layer(desk.main)
    layer.begin(place_of(panel, "Size bid"), hold=True)
    QTest.keyClick(layer, Qt.Key.Key_Return)
    window = help_.open_page("")
    qtbot.addWidget(window)
    assert window.browser.page is not None
    assert window.browser.page.id == "help/ladder"
    assert not layer.isVisible()


def test_an_unknown_value_says_why(asked: tuple[WholeDesk, Help]) -> None:
    desk, help_ = asked
    panel = desk.bench.of_kind("watchlist")[0]
    assert isinstance(panel, WatchlistPanel)
    panel._toggle("funding_rate")
    panel.refresh()
    layer = help_.asking.layer(desk.main)
    layer.begin(place_of(panel, "Funding of the interval"), hold=True)
    assert layer.card.answer is not None
    assert layer.card.answer.value == "—"
    assert dict(layer.card.answer.lines())["Unknown"]
    layer.end()


def test_a_value_that_changes_is_said_anew(asked: tuple[WholeDesk, Help]) -> None:
    desk, help_ = asked
    panel = desk.bench.of_kind("watchlist")[0]
    assert isinstance(panel, WatchlistPanel)
    layer = help_.asking.layer(desk.main)
    layer.begin(place_of(panel, "Last"), hold=True)
    assert layer.card.answer is not None
    before = layer.card.answer.value
    panel.table.set_rows(
        [(key, (cells[0], Cell("1.5", 1.5), *cells[2:])) for key, cells in panel.table._given.items()]
    )
    layer._read_s = 0.0
    layer._look_again()
    assert layer.card.answer.value == "1.5" != before
    layer.end()
