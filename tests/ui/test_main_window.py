"""All windows together: keys, palette, menu, market, and no name of any panel."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from ui import main_window
from ui.desk import whole, workbench
from ui.desk.whole import WholeDesk
from ui.markets import SIMULATED
from ui.panel import PanelServices
from ui.panels import PANELS
from ui.theme import LIGHT
from workstation.app import Workstation
from workstation.market.state import MarketReset

# The offscreen platform has one plane and one pointer; the window asks for more where there is more.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def run(desk: WholeDesk, name: str) -> None:
    next(command for command in desk.commands if command.name == name).run()


@pytest.mark.parametrize("module", [main_window, whole, workbench])
def test_the_window_names_no_panel(module: object) -> None:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert not [panel.kind for panel in PANELS if f'"{panel.kind}"' in source]
    assert "ui.panels" not in source


def test_ctrl_k_opens_the_palette_and_enter_does_the_best_match(desk: WholeDesk, qtbot: QtBot) -> None:
    qtbot.keyClick(desk.main, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    box = desk.main.palette_box
    assert box.isVisible()
    qtbot.keyClicks(box.field, "theme light")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert not box.isVisible()
    assert desk.services.themes.theme is LIGHT


def test_the_palette_is_steered_by_keys_and_left_by_escape(desk: WholeDesk, qtbot: QtBot) -> None:
    box = desk.main.palette_box
    box.open()
    qtbot.keyClick(box.field, Qt.Key.Key_Down)
    assert box.list.currentRow() == 1
    for _ in range(3):
        qtbot.keyClick(box.field, Qt.Key.Key_Up)
    assert box.list.currentRow() == 0
    qtbot.keyClick(box.field, Qt.Key.Key_PageDown)
    assert box.list.currentRow() == 11
    assert not box.grab().isNull()
    qtbot.keyClicks(box.field, "zzzz")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert not box.isVisible()
    box.open()
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert not box.isVisible()


def test_the_palette_changes_what_the_panel_in_hand_shows(desk: WholeDesk, services: PanelServices) -> None:
    amber = services.links.group("amber")
    assert amber is not None
    desk.bench.panels["second"].set_link(amber)
    desk.bench.bring_up("second")
    run(desk, "Symbol ETHUSDT")
    run(desk, "Candles of 1m")
    assert (amber.symbol, amber.timeframe_ms) == ("ETHUSDT", 60_000)
    assert services.links.first.symbol == "BTCUSDT"


def test_plain_keys_steer_the_replay_from_any_window(
    desk: WholeDesk, workstation: Workstation, qtbot: QtBot
) -> None:
    feed = workstation.feed
    assert feed is not None
    feed.set_speed(1.0)
    qtbot.keyClick(desk.main, Qt.Key.Key_Space)
    assert feed.paused
    qtbot.keyClick(desk.main, Qt.Key.Key_BracketRight)
    assert feed.speed == 2.0
    qtbot.keyClick(desk.main, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(desk.main, Qt.Key.Key_Period)
    assert feed.speed == 1.0
    assert feed._steps == 1
    qtbot.keyClick(desk.main, Qt.Key.Key_Home)
    assert feed._seek_ns == feed.start_ns
    desk.actions.pop_out("sample")
    qtbot.keyClick(desk.bench.panels["sample"], Qt.Key.Key_Space)
    assert not feed.paused


def test_space_presses_the_button_that_has_the_keyboard(
    desk: WholeDesk, workstation: Workstation, qtbot: QtBot
) -> None:
    transport = desk.main.top_bar.transport
    assert transport is not None
    assert workstation.feed is not None
    transport.step_button.setFocus()
    qtbot.keyClick(transport.step_button, Qt.Key.Key_Space)
    assert workstation.feed._steps == 1


def test_the_key_card_shows_the_panels_keys_and_any_key_puts_it_away(desk: WholeDesk, qtbot: QtBot) -> None:
    desk.bench.bring_up("sample")
    qtbot.keyClick(desk.main, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    card = desk.main.key_card
    assert card.isVisible()
    texts = [label.text() for label in card.findChildren(QWidget) if hasattr(label, "text")]
    assert "Zoom in" in texts
    assert "Everywhere" in texts
    assert "Reopen closed panel or window" not in texts  # nothing has been closed
    assert not card.grab().isNull()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert not card.isVisible()
    assert desk.services.workstation.feed is not None
    assert not desk.services.workstation.feed.paused


def test_full_screen_and_back(desk: WholeDesk) -> None:
    desk.toggle_full_screen()
    assert desk.main.isFullScreen()
    desk.toggle_full_screen()
    assert not desk.main.isFullScreen()


def test_the_panel_with_the_keyboard_is_marked(desk: WholeDesk) -> None:
    desk.bench.bring_up("second")
    assert desk.bench.panels["second"].header._active
    assert not desk.bench.panels["sample"].header._active


def test_closing_asks_and_does_not_tear_down(desk: WholeDesk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.main.close_wanted):
        desk.main.close()
    assert desk.main.isVisible()


def test_a_rewound_replay_is_told_to_the_panels_of_its_symbol(
    desk: WholeDesk, workstation: Workstation
) -> None:
    panel = desk.bench.panels["sample"]
    workstation.bus.publish(MarketReset("ETHUSDT"))
    assert "reset" not in panel.calls  # type: ignore[attr-defined]
    workstation.bus.publish(MarketReset("BTCUSDT"))
    assert "reset" in panel.calls  # type: ignore[attr-defined]


def test_every_window_names_workspace_and_market(desk: WholeDesk) -> None:
    desk.actions.pop_out("sample")
    desk.show_market("Simulated", "Simulated exchange", SIMULATED)
    assert desk.main.windowTitle() == "Preflight · Trade · Simulated · Simulated exchange"
    side = desk.bench.windows["window-2"]
    assert side.windowTitle() == "Preflight · Trade · Window 2 · Simulated · Simulated exchange"
    assert side.bar.mode.accessibleName().startswith("Mode: SIMULATED")  # type: ignore[attr-defined]
    assert side.bar.workspace.text() == "Trade · Window 2"  # type: ignore[attr-defined]


def menu_texts(menu: QMenu) -> list[str]:
    menu.aboutToShow.emit()
    return [action.text().partition("\t")[0] for action in menu.actions() if action.text()]


def test_the_menu_of_every_window_has_panels_windows_and_workspaces(desk: WholeDesk) -> None:
    desk.actions.pop_out("sample")
    side = desk.bench.windows["window-2"]
    for menu in (desk.main.top_bar.menu, side.bar.menu):  # type: ignore[attr-defined]
        assert menu_texts(menu)[:4] == ["Add panel", "Panels", "Windows", "Workspace"]
    parts = {action.text(): action.menu() for action in desk.main.top_bar.menu.actions() if action.menu()}
    assert [action.text() for action in parts["Add panel"].actions()] == ["Sample", "Second"]  # type: ignore[union-attr]
    parts["Add panel"].actions()[0].trigger()  # type: ignore[union-attr]
    assert "sample-2" in desk.bench.panels


def test_every_fixed_command_can_be_given_another_key_by_an_id_of_its_own(desk: WholeDesk) -> None:
    ids = [command.id for command in desk.commands if command.id]
    assert len(set(ids)) == len(ids)
    assert all(command.id for command in desk.commands if command.key)
    assert {"panel.sample.show", "panel.close", "window.new", "workspace.open.1", "link.menu"} <= set(ids)


def test_the_mode_is_always_on_screen(make_desk: Callable[..., WholeDesk]) -> None:
    desk = make_desk()
    desk.show("trade")
    assert desk.main.top_bar._mode.isVisible()
    assert desk.main.top_bar._mode.accessibleName().startswith("Mode: REPLAY")
