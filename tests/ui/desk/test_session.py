"""The workspace that is open: kept, brought up again, and fitted to whatever monitors there are."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.ui.desk.test_schema import version_1
from tests.ui.desk.test_screens import LAPTOP, LEFT, RIGHT
from ui.desk import tree
from ui.desk.schema import SavedPanel, SavedWindow
from ui.desk.screens import Rect, Screen
from ui.desk.session import DeskSession
from ui.desk.whole import WholeDesk
from ui.desk.workbench import Standing
from ui.desk.workspaces import WorkspaceError
from ui.panel import PanelServices
from workstation.app import Workstation
from workstation.runtime.bus import Fault

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Monitors:
    """Monitors that can be plugged in and out; Qt's own are not asked."""

    def __init__(self, *screens: Screen) -> None:
        self.there: tuple[Screen, ...] = screens

    def __call__(self) -> Sequence[Screen]:
        return self.there


@pytest.fixture
def monitors(monkeypatch: pytest.MonkeyPatch) -> Monitors:
    made = Monitors(LEFT, RIGHT)
    monkeypatch.setattr("ui.desk.workbench.live_screens", made)
    monkeypatch.setattr("ui.desk.actions.live_screens", made)
    return made


def on(desk: WholeDesk, monitors: Monitors) -> DeskSession:
    """The desk's session, on monitors of the test."""
    session = desk.session
    session._screens_now = monitors
    return session


def rects(desk: WholeDesk) -> dict[str, Rect]:
    return {name: window.rect_now() for name, window in desk.bench.windows.items()}


def start(make_desk: Callable[..., WholeDesk], monitors: Monitors) -> WholeDesk:
    desk = make_desk()
    on(desk, monitors)
    desk.show("trade")
    return desk


def test_the_desk_stands_as_it_was_left(
    make_desk: Callable[..., WholeDesk], desk: WholeDesk, services: PanelServices
) -> None:
    amber = services.links.group("amber")
    assert amber is not None
    amber.set_timeframe(60_000)
    sample = desk.bench.panels["sample"]
    sample.view = {"hold": True}  # type: ignore[attr-defined]
    sample.set_link(amber)
    sample.link.share(symbol=False)
    sample.link.set_symbol("ETHUSDT")
    desk.actions.duplicate("second")
    desk.actions.pop_out("second-2")
    desk.actions.close_panel("second")
    root = {name: window.area.root for name, window in desk.bench.windows.items()}
    desk.put_away()
    amber.set_timeframe(5_000)

    again = make_desk()
    again.show("trade")
    assert {name: window.area.root for name, window in again.bench.windows.items()} == root
    restored = again.bench.panels["sample"]
    assert restored.view == {"hold": True}  # type: ignore[attr-defined]
    assert (restored.link.color_name, restored.link.symbol, restored.link.shares_symbol) == (
        "amber",
        "ETHUSDT",
        False,
    )
    assert amber.timeframe_ms == 60_000
    assert services.links.first.symbol == "BTCUSDT"
    assert rects(again) == rects(desk)
    again.actions.reopen()  # closed in the run before
    assert "second" in again.bench.panels


def test_an_arrangement_comes_back_with_its_monitors(
    make_desk: Callable[..., WholeDesk], monitors: Monitors
) -> None:
    desk = start(make_desk, monitors)
    desk.actions.add("sample")
    desk.actions.pop_out("sample")
    desk.main.stand(Rect(100, 100, 1600, 1000))
    desk.bench.windows["window-2"].stand(Rect(2700, 50, 1500, 900))
    two = rects(desk)
    desk.put_away()

    monitors.there = (LAPTOP,)
    travelling = start(make_desk, monitors)
    for rect in rects(travelling).values():
        assert 0 <= rect.x <= rect.x + rect.width <= 1440
        assert 0 <= rect.y <= rect.y + rect.height <= 900
    travelling.main.stand(Rect(20, 30, 1000, 700))
    small = rects(travelling)
    travelling.put_away()

    monitors.there = (LEFT, RIGHT)
    home = start(make_desk, monitors)
    assert rects(home) == two
    home.put_away()
    monitors.there = (LAPTOP,)
    assert rects(start(make_desk, monitors)) == small


def test_a_monitor_that_is_unplugged_gives_its_windows_away_and_takes_them_back(
    make_desk: Callable[..., WholeDesk], monitors: Monitors
) -> None:
    desk = start(make_desk, monitors)
    desk.actions.add("sample")
    desk.actions.pop_out("sample")
    desk.main.stand(Rect(100, 100, 1600, 1000))
    side = desk.bench.windows["window-2"]
    side.stand(Rect(2700, 50, 1500, 900))
    desk.session.save()

    monitors.there = (LEFT,)
    side.stand(Rect(0, 0, 320, 200))  # where the system happens to put it
    desk.session.save()
    desk.session.fit_screens()
    rect = side.rect_now()
    assert 0 <= rect.x <= rect.x + rect.width <= 2560
    assert desk.main.rect_now() == Rect(100, 100, 1600, 1000)
    desk.session.save()

    monitors.there = (LEFT, RIGHT)
    desk.session.fit_screens()
    assert side.rect_now() == Rect(2700, 50, 1500, 900)


def test_a_bar_of_the_system_that_comes_pushes_windows_aside(
    make_desk: Callable[..., WholeDesk], monitors: Monitors
) -> None:
    desk = start(make_desk, monitors)
    desk.main.stand(Rect(0, 0, 1600, 1440))
    monitors.there = (Screen("DP-1", 0, 0, 2560, 1440, margins=(0, 32, 0, 0)), RIGHT)
    desk.session.fit_screens()
    assert desk.main.rect_now() == Rect(0, 32, 1600, 1408)


def test_a_window_that_filled_its_screen_does_so_again(make_desk: Callable[..., WholeDesk]) -> None:
    desk = make_desk()
    desk.show("trade")
    desk.main.stand(Rect(40, 40, 600, 500))
    desk.main.setWindowState(Qt.WindowState.WindowMaximized)
    desk.put_away()
    again = make_desk()
    again.show("trade")
    assert again.main.isMaximized()
    again.main.showNormal()
    assert again.main.rect_now() == Rect(40, 40, 600, 500)


def test_a_size_that_was_asked_for_is_given(make_desk: Callable[..., WholeDesk]) -> None:
    desk = make_desk()
    desk.show("trade", QSize(1234, 567))
    assert desk.main.size() == QSize(1234, 567)


def test_what_is_changed_is_kept_a_moment_later_without_being_asked(
    desk: WholeDesk, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "layouts" / "trade.json"
    desk.session._save_soon.setInterval(20)
    desk.actions.add("sample")
    qtbot.waitUntil(lambda: path.exists() and b'"sample-2"' in path.read_bytes())
    written = path.stat().st_mtime_ns
    desk.session.save()
    assert path.stat().st_mtime_ns == written  # nothing has changed since
    desk.bench.panels["sample"].view = {"seen": 1}  # type: ignore[attr-defined]
    desk.session.save()
    assert b'"seen"' in path.read_bytes()


def test_switching_keeps_one_workspace_and_brings_up_another(desk: WholeDesk, qtbot: QtBot) -> None:
    desk.actions.add("sample")
    qtbot.keyClick(desk.main, Qt.Key.Key_F2, Qt.KeyboardModifier.ControlModifier)
    assert (desk.session.key, desk.session.name) == ("review", "Review")
    assert desk.main.windowTitle() == "Preflight · Review"
    assert list(tree.panels_of(desk.main.area.root))[:2] == ["trips", "time_machine"]
    assert desk.bench.panels == {}  # the sample desk has none of the kinds; they keep their place
    desk.main.top_bar.workspaces.chosen.emit("trade")
    assert sorted(desk.bench.panels) == ["sample", "sample-2", "second"]


def test_a_panel_of_a_kind_to_come_may_have_the_id_of_one_that_is_open(desk: WholeDesk) -> None:
    root = desk.main.area.root
    later = SavedPanel("journal", view={"page": 3})
    panels = {"sample": later, "second": SavedPanel("second")}
    desk.bench.show(Standing((SavedWindow("main", root),), panels, {}), anew=True)
    assert desk.session.standing().panels["sample"] == later
    assert list(desk.bench.panels) == ["second"]


def test_own_workspaces_are_saved_renamed_duplicated_deleted_and_brought_back(
    desk: WholeDesk, qtbot: QtBot
) -> None:
    def run(name: str) -> None:
        next(command for command in desk.commands.matching(name) if command.name.startswith(name)).run()

    run("Save workspace as")
    prompt = desk.main.name_prompt
    assert prompt.isVisible()
    assert prompt.field.text() == "Trade copy"
    prompt.field.setText("review")
    qtbot.keyClick(prompt.field, Qt.Key.Key_Return)
    assert prompt.words.text() == "There is a workspace review already."
    prompt.field.setText("Scalping")
    qtbot.keyClick(prompt.field, Qt.Key.Key_Return)
    assert not prompt.isVisible()
    assert desk.session.name == "Scalping"
    assert desk.main.windowTitle() == "Preflight · Scalping"
    run("Rename workspace Scalping")
    prompt.field.setText("Mornings")
    qtbot.keyClick(prompt.field, Qt.Key.Key_Escape)
    assert desk.session.name == "Scalping"
    desk.session.rename("Mornings")
    run("Duplicate workspace")
    assert desk.session.name == "Mornings 2"
    run("Delete workspace Mornings 2")
    assert desk.session.name == "Trade"
    assert [entry.name for entry in desk.session.workspaces.entries()][3:] == ["Mornings"]
    run("Bring back workspace Mornings 2")
    assert desk.session.name == "Mornings 2"
    assert sorted(desk.bench.panels) == ["sample", "second"]


def test_a_shipped_workspace_is_reset_and_the_reset_taken_back(desk: WholeDesk) -> None:
    before = desk.main.area.root
    desk.session.reset()
    assert "feed_health" in set(tree.panels_of(desk.main.area.root))
    assert desk.bench.undo_words == "resetting the layout"
    desk.bench.undo()
    assert desk.main.area.root == before
    desk.session.reset()
    desk.main.top_bar.workspaces.more.click()
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    back = next(action.menu() for action in popup.actions() if action.text() == "Go back")
    assert isinstance(back, QMenu)
    assert back.actions()[0].text().startswith("Go back to the layout of ")
    popup.close()
    earlier = desk.session.workspaces.file("trade").earlier()
    desk.session.go_back(earlier[0])
    assert desk.main.area.root == before


def test_a_shipped_workspace_can_be_neither_renamed_nor_deleted(desk: WholeDesk) -> None:
    names = [command.name for command in desk.commands]
    assert not [name for name in names if name.startswith(("Rename workspace", "Delete workspace"))]
    assert "Reset layout of Trade" in names


def test_a_workspace_goes_out_and_comes_in_as_a_file(
    desk: WholeDesk, tmp_path: Path, workstation: Workstation
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    desk.session.export_file(str(tmp_path / "out.json"))
    desk.session.import_file(str(tmp_path / "out.json"))
    assert desk.session.name == "Trade 2"
    assert sorted(desk.bench.panels) == ["sample", "second"]
    (tmp_path / "out.json").write_text("{}")
    desk.session.import_file(str(tmp_path / "out.json"))
    assert desk.session.name == "Trade 2"
    assert faults[0].message.startswith("out.json is no workspace: ")


def test_a_bad_file_gives_the_default_and_a_clear_message(
    make_desk: Callable[..., WholeDesk], workstation: Workstation, tmp_path: Path
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "trade.json").write_text("{")
    desk = make_desk()
    desk.show("trade")
    assert "watchlist" in set(tree.panels_of(desk.main.area.root))
    assert faults[0].where == "Layout"
    assert "The default layout is shown." in faults[0].message
    assert desk.main.fault_bar.isVisible()


def test_a_file_of_version_1_is_taken_over(
    make_desk: Callable[..., WholeDesk], tmp_path: Path, services: PanelServices
) -> None:
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "trade.json").write_bytes(version_1())
    desk = make_desk()
    desk.show("trade")
    amber = services.links.group("amber")
    assert amber is not None
    assert (amber.symbol, amber.timeframe_ms) == ("ETHUSDT", 60_000)
    desk.put_away()
    assert b'"version": 2' in (tmp_path / "layouts" / "trade.json").read_bytes()


def test_what_cannot_be_saved_is_reported(
    make_desk: Callable[..., WholeDesk], workstation: Workstation, tmp_path: Path
) -> None:
    faults: list[Fault] = []
    workstation.bus.subscribe(Fault, faults.append)
    (tmp_path / "layouts").write_text("a file where a folder should be")
    desk = make_desk()
    desk.show("trade")
    desk.session.save()
    assert faults[-1].message.startswith("The layout could not be saved to ")
    with pytest.raises(WorkspaceError, match="could not be saved"):
        desk.session.save_as("Other")


def test_a_desk_that_was_put_away_is_not_saved_any_more(
    desk: WholeDesk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk.put_away()
    before = (tmp_path / "layouts" / "trade.json").read_bytes()
    desk.session._save_soon.setInterval(1)
    desk.actions.close_panel("sample")
    desk.session.save()
    qtbot.wait(20)
    assert (tmp_path / "layouts" / "trade.json").read_bytes() == before


def test_a_workspace_that_is_gone_opens_the_first(make_desk: Callable[..., WholeDesk]) -> None:
    desk = make_desk()
    desk.show("no-such")
    assert desk.session.key == "trade"
    assert QApplication.overrideCursor() is None
