"""What is done with panels and windows: any kind any number of times, anywhere, and back again."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.desk import tree
from ui.desk.screens import Rect, Screen
from ui.desk.tree import MOST_PANELS
from ui.desk.whole import WholeDesk
from ui.panel import Condition
from workstation.app import Workstation
from workstation.runtime.bus import Fault

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def stands(desk: WholeDesk) -> dict[str, list[str]]:
    """Ids of the panels by window."""
    return {name: sorted(tree.panels_of(window.area.root)) for name, window in desk.bench.windows.items()}


def actions_of(desk: WholeDesk, name: str) -> dict[str, Any]:
    return {action.text(): action for action in desk.bench.panels[name].header.menu.actions()}


def test_a_kind_can_be_there_any_number_of_times(desk: WholeDesk) -> None:
    desk.actions.add("sample")
    desk.actions.add("sample")
    assert [panel.name for panel in desk.bench.of_kind("sample")] == ["Sample", "Sample 2", "Sample 3"]
    assert desk.bench.current() is desk.bench.panels["sample-3"]
    desk.actions.close_panel("sample-2")
    assert desk.actions.add("sample") == "sample-2"
    assert desk.bench.panels["sample-2"].isVisible()


def test_every_panel_carries_its_own_header(desk: WholeDesk) -> None:
    for panel in desk.bench.panels.values():
        assert panel.header.parent() is panel
        assert panel.header.height() == desk.services.themes.density.header_height
        assert "symbol" in panel.calls  # type: ignore[attr-defined]


def test_a_duplicate_has_the_view_and_the_links_and_stands_beside(desk: WholeDesk) -> None:
    panel: Any = desk.bench.panels["second"]
    panel.view = {"zoom": 3}
    panel.set_link(desk.services.links.group("violet"))
    panel.link.share(timeframe=False)
    panel.link.set_timeframe(3_600_000)
    actions_of(desk, "second")["Duplicate"].trigger()
    copy: Any = desk.bench.panels["second-2"]
    assert copy.view == {"zoom": 3}
    assert (copy.link.color_name, copy.link.shares_timeframe, copy.link.timeframe_ms) == (
        "violet",
        False,
        3_600_000,
    )
    assert desk.main.area.neighbour("second", "right") == "second-2" or (
        desk.main.area.neighbour("second", "bottom") == "second-2"
    )


def test_a_new_panel_joins_the_group_of_the_one_in_hand(desk: WholeDesk) -> None:
    desk.bench.panels["second"].set_link(desk.services.links.group("green"))
    desk.bench.bring_up("second")
    desk.actions.add("sample")
    assert desk.bench.panels["sample-2"].link.color_name == "green"


def test_a_panel_goes_to_a_window_of_its_own_and_back(desk: WholeDesk) -> None:
    panel = desk.bench.panels["sample"]
    panel.header.pop_out_button.click()
    assert stands(desk) == {"main": ["second"], "window-2": ["sample"]}
    side = desk.bench.windows["window-2"]
    assert desk.bench.panels["sample"] is panel
    assert panel.window() is side
    assert side.isVisible()
    menu = panel.header.window_menu
    assert menu is not None
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Main window", "New window"]
    menu.actions()[0].trigger()
    assert stands(desk) == {"main": ["sample", "second"]}
    assert panel.window() is desk.main
    assert panel.isVisible()


def test_the_only_panel_of_a_side_window_is_not_moved_into_another(desk: WholeDesk) -> None:
    desk.actions.pop_out("sample")
    desk.actions.pop_out("sample")
    assert stands(desk) == {"main": ["second"], "window-2": ["sample"]}


def test_a_new_window_is_empty_and_takes_what_is_added(desk: WholeDesk, qtbot: QtBot) -> None:
    window = desk.actions.new_window()
    assert window is not None
    assert window.area.empty.isVisible()
    assert not window.grab().isNull()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    window.area.empty.add_button.click()
    assert window.palette_box.isVisible()
    assert window.palette_box.list.item(0).text() == "Add sample"
    qtbot.keyClick(window.palette_box.field, Qt.Key.Key_Return)
    assert stands(desk)["window-2"] == ["sample-2"]
    assert not window.area.empty.isVisible()


def test_a_closed_panel_is_opened_again_where_it_was(desk: WholeDesk) -> None:
    before = desk.main.area.root
    panel: Any = desk.bench.panels["sample"]
    panel.view = {"hold": True}
    panel.header.close_requested.emit()
    assert stands(desk) == {"main": ["second"]}
    desk.actions.reopen()
    assert desk.main.area.root == before
    assert desk.bench.panels["sample"].view == {"hold": True}  # type: ignore[attr-defined]
    assert desk.bench.panels["sample"].isVisible()


def test_a_closed_panel_is_opened_beside_others_where_its_place_is_gone(desk: WholeDesk) -> None:
    desk.actions.close_panel("sample")
    desk.actions.add("sample")
    desk.actions.add("second")
    desk.actions.reopen()
    assert stands(desk) == {"main": ["sample", "sample-2", "second", "second-2"]}


def test_a_side_window_closes_without_a_question_and_comes_back_with_its_panels(desk: WholeDesk) -> None:
    desk.actions.pop_out("sample")
    side = desk.bench.windows["window-2"]
    desk.actions.move_to_window("second", "window-2")
    root, rect = side.area.root, side.rect_now()
    side.close()
    assert stands(desk) == {"main": []}
    assert desk.main.area.empty.isVisible()
    desk.actions.reopen()
    assert stands(desk) == {"main": [], "window-2": ["sample", "second"]}
    assert desk.bench.windows["window-2"].area.root == root
    assert desk.bench.windows["window-2"].rect_now() == rect


def test_the_last_panel_of_a_side_window_takes_it_along(desk: WholeDesk) -> None:
    desk.actions.pop_out("sample")
    desk.actions.close_panel("sample")
    assert stands(desk) == {"main": ["second"]}
    desk.actions.reopen()
    assert stands(desk) == {"main": ["second"], "window-2": ["sample"]}


def test_every_step_can_be_taken_back(desk: WholeDesk) -> None:
    start, seen = desk.main.area.root, [stands(desk)]
    sample = desk.bench.panels["sample"]
    for step in (
        lambda: desk.actions.add("sample"),
        lambda: desk.actions.pop_out("sample"),
        lambda: desk.actions.move("second", "left"),
        lambda: desk.actions.close_panel("second"),
        lambda: desk.actions.close_window("window-2"),
    ):
        step()
        seen.append(stands(desk))
    assert desk.bench.undo_words == "closing Window 2"
    for state in reversed(seen[:-1]):
        desk.bench.undo()
        assert stands(desk) == state
    assert desk.main.area.root == start
    assert desk.bench.undo_words == ""
    assert desk.bench.panels["sample"] is not sample  # its window had been closed
    assert all(panel.isVisible() for panel in desk.bench.panels.values())


def test_panels_change_places_by_key(desk: WholeDesk, qtbot: QtBot) -> None:
    desk.bench.bring_up("second")
    assert desk.main.area.neighbour("second", "left") == "sample"
    chord = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(desk.main, Qt.Key.Key_Left, chord)
    assert desk.main.area.neighbour("second", "right") == "sample"
    qtbot.keyClick(desk.main, Qt.Key.Key_Down, chord)
    assert desk.main.area.neighbour("second", "top") == "sample"
    assert desk.bench.panels["second"].hasFocus()


def test_the_keyboard_goes_from_panel_to_panel_and_between_windows(desk: WholeDesk, qtbot: QtBot) -> None:
    desk.actions.pop_out("sample")
    desk.bench.bring_up("second")
    for expected in ("sample", "second"):
        qtbot.keyClick(desk.bench.current_window(), Qt.Key.Key_F6)
        qtbot.waitUntil(desk.bench.panels[expected].hasFocus)
    qtbot.keyClick(desk.bench.current_window(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(desk.bench.panels["sample"].hasFocus)
    qtbot.keyClick(desk.bench.current_window(), Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(desk.bench.panels["second"].hasFocus)
    qtbot.keyClick(desk.bench.current_window(), Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert "second" not in desk.bench.panels
    qtbot.keyClick(
        desk.main, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert "second" in desk.bench.panels


def test_a_key_shows_the_next_panel_of_a_kind_and_adds_the_first(desk: WholeDesk) -> None:
    desk.actions.add("sample")
    desk.actions.show_kind("sample")
    assert desk.bench.panels["sample"].hasFocus()
    desk.actions.show_kind("sample")
    assert desk.bench.panels["sample-2"].hasFocus()
    desk.actions.close_panel("second")
    desk.actions.show_kind("second")
    assert desk.bench.panels["second"].hasFocus()


def test_panels_that_cannot_be_seen_are_not_refreshed(desk: WholeDesk) -> None:
    desk.actions.add("sample")
    root = tree.behind(desk.main.area.root, "sample", "sample-2")
    desk.bench.lay_out(desk.main, root)
    desk.actions.pop_out("second")
    side = desk.bench.windows["window-2"]
    side.showMinimized()
    panels = {name: panel.calls for name, panel in desk.bench.panels.items()}  # type: ignore[attr-defined]
    for calls in panels.values():
        calls.clear()
    for _ in range(120):
        desk.main.clock._on_tick()
    assert {name: calls.count("refresh") for name, calls in panels.items()} == {
        "sample": 0,  # behind a tab
        "sample-2": 120,
        "second": 0,  # in a window that is minimised
    }
    side.showNormal()
    for _ in range(10):
        desk.main.clock._on_tick()
    assert panels["second"].count("refresh") == 10


def test_there_is_an_end_to_panels_and_windows_and_it_is_told(
    desk: WholeDesk, workstation: Workstation
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    while len(desk.bench.windows) < 12:
        desk.actions.new_window()
    assert desk.actions.new_window() is None
    for number in range(MOST_PANELS - 2):
        desk.bench.make(f"sample-{number + 2}", desk.bench.saved("sample"))
    assert desk.actions.add("second") is None
    assert [fault.message for fault in faults] == [
        "There are 12 windows; close one first.",
        "There are 64 panels; close one first.",
    ]


def test_a_panel_has_the_keyboard_though_the_part_that_takes_it_is_covered(
    desk: WholeDesk, qtbot: QtBot
) -> None:
    panel = desk.bench.panels["sample"]
    panel.setFocusProxy(panel.body)  # type: ignore[attr-defined]
    panel.set_condition(Condition.EMPTY, "No symbol is chosen.")
    desk.main.top_bar.menu_button.setFocus()
    desk.bench.bring_up("sample")
    assert desk.bench.current() is panel
    assert panel.header._active
    assert not desk.main.top_bar.menu_button.hasFocus()


def test_a_view_that_a_panel_cannot_make_sense_of_costs_only_the_view(
    desk: WholeDesk, workstation: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    kind = desk.bench.maker.kinds["sample"]

    def refuse(_self: object, _saved: object) -> None:
        raise KeyError("zoom")

    desk.bench.panels["sample"].view = {"zoom": 1}  # type: ignore[attr-defined]
    monkeypatch.setattr(kind, "restore_state", refuse)
    desk.actions.duplicate("sample")
    assert desk.bench.panels["sample-2"].isVisible()
    assert faults[0].message == "The view of Sample 2 could not be restored; it starts anew."


def drag(desk: WholeDesk, qtbot: QtBot, name: str, to: QPoint, *, escape: bool = False) -> None:
    """Drag a panel by its header to a global point."""
    header = desk.bench.panels[name].header
    start = QPoint(120, 10)
    qtbot.mousePress(header, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(header, start + QPoint(30, 0))
    qtbot.mouseMove(header, header.mapFromGlobal(to))
    if escape:
        qtbot.keyClick(desk.main, Qt.Key.Key_Escape)
    qtbot.mouseRelease(header, Qt.MouseButton.LeftButton, pos=header.mapFromGlobal(to))


def middle_of(desk: WholeDesk, name: str, across: float = 0.5, down: float = 0.5) -> QPoint:
    panel = desk.bench.panels[name]
    return panel.mapToGlobal(QPoint(round(panel.width() * across), round(panel.height() * down)))


def test_a_header_drags_its_panel_behind_or_beside_another(desk: WholeDesk, qtbot: QtBot) -> None:
    drag(desk, qtbot, "second", middle_of(desk, "sample"))
    assert tree.stack_of(desk.main.area.root, "sample") == tree.Stack(("sample", "second"), 1)
    desk.bench.undo()
    drag(desk, qtbot, "second", middle_of(desk, "sample", down=0.9))
    assert desk.main.area.neighbour("second", "top") == "sample"
    desk.bench.undo()
    drag(desk, qtbot, "second", desk.main.area.mapToGlobal(QPoint(3, 300)))
    assert desk.main.area.neighbour("second", "right") == "sample"
    assert not desk.main.drop_sign.isVisible()


def test_a_panel_dropped_where_it_stands_already_changes_nothing(desk: WholeDesk, qtbot: QtBot) -> None:
    before = desk.main.area.root
    drag(desk, qtbot, "second", middle_of(desk, "sample", across=0.9))
    assert desk.main.area.root == before
    drag(desk, qtbot, "second", middle_of(desk, "sample", across=0.1))
    assert desk.main.area.neighbour("second", "right") == "sample"


def test_a_panel_fills_its_window_until_escape_or_the_next_change(desk: WholeDesk, qtbot: QtBot) -> None:
    root = desk.main.area.root
    qtbot.mouseDClick(desk.bench.panels["sample"].header, Qt.MouseButton.LeftButton, pos=QPoint(120, 10))
    assert desk.bench.panels["sample"].width() > 700
    assert not desk.bench.panels["second"].isVisible()
    assert desk.main.area.root == root
    qtbot.keyClick(desk.bench.panels["sample"], Qt.Key.Key_Escape)
    assert desk.bench.panels["second"].isVisible()
    qtbot.keyClick(desk.main, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert not desk.bench.panels["second"].isVisible()
    desk.bench.bring_up("second")
    assert desk.bench.panels["sample"].isVisible()
    desk.actions.toggle_zoom("second")
    desk.actions.close_panel("second")
    assert desk.bench.panels["sample"].isVisible()
    desk.actions.reopen()
    assert desk.main.area.root == root


def test_a_window_goes_to_the_next_screen_and_keeps_its_share(
    desk: WholeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens = (Screen("DP-1", 0, 0, 1600, 1200), Screen("DP-2", 1600, 0, 800, 600))
    monkeypatch.setattr("ui.desk.actions.live_screens", lambda: screens)
    desk.main.stand(Rect(800, 0, 800, 1200))
    desk.actions.to_next_screen(desk.main)
    assert desk.main.rect_now() == Rect(2000, 0, 400, 600)
    desk.actions.to_next_screen(desk.main)
    assert desk.main.rect_now() == Rect(800, 0, 800, 1200)


def test_escape_leaves_a_dragged_panel_where_it_was(desk: WholeDesk, qtbot: QtBot) -> None:
    before = desk.main.area.root
    drag(desk, qtbot, "second", middle_of(desk, "sample"), escape=True)
    drag(desk, qtbot, "second", middle_of(desk, "second"))
    assert desk.main.area.root == before
    assert QApplication.overrideCursor() is None


def test_a_panel_dragged_out_of_every_window_gets_one_of_its_own(desk: WholeDesk, qtbot: QtBot) -> None:
    desk.main.stand(desk.main.rect_now()._replace(x=0, y=0, width=500, height=400))
    qtbot.wait(10)
    drag(desk, qtbot, "second", QPoint(650, 500))
    assert stands(desk) == {"main": ["sample"], "window-2": ["second"]}
    drag(desk, qtbot, "second", middle_of(desk, "sample"))
    assert stands(desk) == {"main": ["sample", "second"]}


def test_tabs_are_reordered_torn_off_and_closed_with_the_middle_button(desk: WholeDesk, qtbot: QtBot) -> None:
    desk.bench.lay_out(desk.main, tree.Stack(("sample", "second"), 1))
    stack = desk.main.area.stacks[0]
    tabs: Any = stack.tabs
    desk.bench.panels["second"].link.share(symbol=False)
    desk.bench.panels["second"].link.set_symbol("ETHUSDT")
    assert [tabs.tabText(place) for place in (0, 1)] == ["Sample  BTCUSDT", "Second  ETHUSDT"]
    tabs.moveTab(1, 0)
    assert desk.main.area.root == tree.Stack(("second", "sample"), 0)
    tabs.setCurrentIndex(1)
    assert desk.main.area.root == tree.Stack(("second", "sample"), 1)
    assert desk.bench.panels["sample"].isVisible()
    start = tabs.tabRect(1).center()
    qtbot.mousePress(tabs, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(tabs, start + QPoint(2, 40))
    target = tabs.mapFromGlobal(middle_of(desk, "sample", across=0.9))
    qtbot.mouseMove(tabs, target)
    assert desk.main.drop_sign.isVisible()
    qtbot.mouseRelease(tabs, Qt.MouseButton.LeftButton, pos=target)
    assert desk.main.area.neighbour("second", "right") == "sample"
    desk.bench.undo()
    tabs = desk.main.area.stacks[0].tabs
    qtbot.mouseClick(tabs, Qt.MouseButton.MiddleButton, pos=tabs.tabRect(0).center())
    assert stands(desk) == {"main": ["sample"]}
