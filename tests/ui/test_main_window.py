"""The window: docks, keys, palette, layouts, and no name of any panel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from ui import main_window
from ui.desk_commands import desk_commands, fill_menu
from ui.main_window import MainWindow
from ui.panel import PanelServices
from ui.panels import PANELS
from ui.theme import LIGHT
from workstation.app import Workstation
from workstation.market.state import MarketReset
from workstation.runtime.bus import Fault

MakeWindow = Callable[..., MainWindow]

# The offscreen platform has one plane and one pointer; the window asks for more where there is more.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    made = make_window()
    made.commands.add(*desk_commands(made, lambda: None))
    made.bind_keys()
    fill_menu(made)
    made.reset_layout()
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    qtbot.wait(30)
    made.setFocus()
    return made


def run(window: MainWindow, name: str) -> None:
    next(command for command in window.commands if command.name == name).run()


def test_the_window_names_no_panel() -> None:
    source = Path(main_window.__file__).read_text(encoding="utf-8")
    assert not [panel.kind for panel in PANELS if f'"{panel.kind}"' in source]
    assert "ui.panels" not in source


def test_every_panel_gets_a_dock_whose_title_bar_is_its_own_header(window: MainWindow) -> None:
    assert list(window.docks) == ["sample", "second"]
    for kind, dock in window.docks.items():
        assert dock.objectName() == kind
        assert dock.titleBarWidget() is dock.panel.header
        assert dock.panel.header.height() == window.services.themes.density.header_height
        assert dock.panel.mapToGlobal(QPoint(0, 0)).y() - dock.mapToGlobal(QPoint(0, 0)).y() == 28
        assert "symbol" in dock.panel.calls  # type: ignore[attr-defined]


def test_the_panels_menu_floats_and_closes_and_the_palette_brings_it_back(window: MainWindow) -> None:
    dock = window.docks["sample"]
    actions = {action.text(): action for action in dock.panel.header.menu.actions()}
    actions["Move to a window of its own"].trigger()
    assert dock.isFloating()
    actions["Move to a window of its own"].trigger()
    assert not dock.isFloating()
    actions["Close"].trigger()
    assert not dock.isVisible()
    run(window, "Show sample")
    assert dock.isVisible()
    assert dock.panel.hasFocus()


def test_ctrl_k_opens_the_palette_and_enter_does_the_best_match(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box.isVisible()
    qtbot.keyClicks(window.palette_box.field, "theme light")
    qtbot.keyClick(window.palette_box.field, Qt.Key.Key_Return)
    assert not window.palette_box.isVisible()
    assert window.services.themes.theme is LIGHT


def test_the_palette_is_steered_by_keys_and_left_by_escape(window: MainWindow, qtbot: QtBot) -> None:
    window.palette_box.open()
    field = window.palette_box.field
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert window.palette_box.list.currentRow() == 1
    for _ in range(3):
        qtbot.keyClick(field, Qt.Key.Key_Up)
    assert window.palette_box.list.currentRow() == 0
    qtbot.keyClick(field, Qt.Key.Key_PageDown)
    assert window.palette_box.list.currentRow() == 11
    assert not window.palette_box.grab().isNull()
    qtbot.keyClicks(field, "zzzz")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not window.palette_box.isVisible()
    window.palette_box.open()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()


def test_the_palette_changes_the_symbol_of_the_focused_panels_group(
    window: MainWindow, services: PanelServices
) -> None:
    amber = services.links.group("amber")
    assert amber is not None
    window.docks["second"].panel.set_link(amber)
    window.docks["second"].bring_up()
    run(window, "Symbol ETHUSDT")
    run(window, "Candles of 1m")
    assert (amber.symbol, amber.timeframe_ms) == ("ETHUSDT", 60_000)
    assert services.links.first.symbol == "BTCUSDT"


def test_plain_keys_steer_the_replay(window: MainWindow, workstation: Workstation, qtbot: QtBot) -> None:
    feed = workstation.feed
    assert feed is not None
    feed.set_speed(1.0)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert feed.paused
    qtbot.keyClick(window, Qt.Key.Key_BracketRight)
    assert feed.speed == 2.0
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(window, Qt.Key.Key_Period)
    assert feed.speed == 1.0
    assert feed._steps == 1
    qtbot.keyClick(window, Qt.Key.Key_Home)
    assert feed._seek_ns == feed.start_ns


def test_space_presses_the_button_that_has_the_keyboard(
    window: MainWindow, workstation: Workstation, qtbot: QtBot
) -> None:
    assert window.top_bar.transport is not None
    assert workstation.feed is not None
    window.top_bar.transport.step_button.setFocus()
    qtbot.keyClick(window.top_bar.transport.step_button, Qt.Key.Key_Space)
    assert workstation.feed._steps == 1


def test_keys_reach_the_desk_from_a_floating_panel(
    window: MainWindow, workstation: Workstation, qtbot: QtBot
) -> None:
    dock = window.docks["sample"]
    dock.setFloating(True)
    qtbot.keyClick(dock.panel, Qt.Key.Key_Space)
    assert workstation.feed is not None
    assert workstation.feed.paused


def test_the_key_card_shows_the_panels_keys_and_any_key_puts_it_away(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.docks["sample"].bring_up()
    qtbot.keyClick(window, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    card = window.key_card
    assert card.isVisible()
    texts = [label.text() for label in card.findChildren(main_window.QWidget) if hasattr(label, "text")]
    assert "Zoom in" in texts
    assert "Everywhere" in texts
    assert not card.grab().isNull()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert not card.isVisible()
    assert window.services.workstation.feed is not None
    assert not window.services.workstation.feed.paused


def test_full_screen_and_back(window: MainWindow) -> None:
    window.toggle_full_screen()
    assert window.isFullScreen()
    window.toggle_full_screen()
    assert not window.isFullScreen()


def test_the_panel_with_the_keyboard_is_marked(window: MainWindow) -> None:
    window.docks["second"].bring_up()
    assert window.docks["second"].panel.header._active
    assert not window.docks["sample"].panel.header._active


def test_closing_asks_and_does_not_tear_down(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.closing):
        window.close()
    assert window.isVisible()


def test_a_rewound_replay_is_told_to_the_panels_of_its_symbol(
    window: MainWindow, workstation: Workstation
) -> None:
    workstation.bus.publish(MarketReset("ETHUSDT"))
    assert "reset" not in window.docks["sample"].panel.calls  # type: ignore[attr-defined]
    workstation.bus.publish(MarketReset("BTCUSDT"))
    assert "reset" in window.docks["sample"].panel.calls  # type: ignore[attr-defined]


def test_a_window_stands_as_it_was_left(make_window: MakeWindow, services: PanelServices) -> None:
    first = make_window()
    first.restore()
    first.show()
    first.docks["sample"].panel.view = {"hold": True}  # type: ignore[attr-defined]
    first.docks["second"].close()
    amber = services.links.group("amber")
    assert amber is not None
    amber.set_timeframe(60_000)
    first.docks["sample"].panel.set_link(amber)
    first.save()
    amber.set_timeframe(5_000)
    second = make_window()
    second.restore()
    second.show()
    assert second.docks["sample"].panel.view == {"hold": True}  # type: ignore[attr-defined]
    assert second.docks["sample"].panel.link.color_name == "amber"
    assert amber.timeframe_ms == 60_000
    assert second.docks["sample"].isVisible()
    assert not second.docks["second"].isVisible()
    run_reset = second.reset_layout
    run_reset()
    assert second.docks["second"].isVisible()


def test_a_broken_layout_gives_the_default_and_a_clear_message(
    make_window: MakeWindow, workstation: Workstation, tmp_path: Path
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "trade.json").write_text("{")
    window = make_window()
    window.restore()
    window.show()
    assert window.docks["sample"].isVisible()
    assert faults[0].where == "Layout"
    assert "the default layout is shown" in faults[0].message
    assert window.fault_bar.isVisible()


def test_a_layout_that_cannot_be_saved_is_reported(
    make_window: MakeWindow, workstation: Workstation, tmp_path: Path
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    (tmp_path / "layouts").write_text("a file where a folder should be")
    make_window().save()
    assert faults[0].message.startswith("The layout could not be saved to ")


def test_a_floating_panel_of_a_vanished_screen_comes_back(make_window: MakeWindow) -> None:
    first = make_window()
    first.restore()
    first.show()
    first.docks["sample"].setFloating(True)
    first.docks["sample"].move(30_000, 30_000)
    first.save()
    second = make_window()
    second.restore()
    second.show()
    dock = second.docks["sample"]
    assert dock.isFloating()
    assert QGuiApplication.primaryScreen().geometry().contains(dock.pos())


def test_the_menu_shows_and_hides_panels(window: MainWindow) -> None:
    menu: Any = window.top_bar.menu.actions()[0].menu()
    assert [action.text() for action in menu.actions()] == ["Sample", "Second"]
    menu.actions()[0].trigger()
    assert not window.docks["sample"].isVisible()


def test_the_mode_is_always_on_screen(window: MainWindow) -> None:
    assert window.top_bar._mode.isVisible()
    assert window.top_bar._mode.accessibleName().startswith("Mode: REPLAY")
    assert all(isinstance(dock, QDockWidget) for dock in window.docks.values())
