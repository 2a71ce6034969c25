"""The area that holds panels: its widgets stand as the tree says, and the tree follows what is moved."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from tests.ui.desk.trees import NAMES, trees
from ui.desk import tree
from ui.desk.dock_area import DockArea
from ui.desk.tree import Node, Split, Stack
from ui.panel import Panel, PanelServices


@pytest.fixture
def area(services: PanelServices, qtbot: QtBot) -> DockArea:
    made = DockArea(services.themes)
    qtbot.addWidget(made)
    made.resize(1400, 1000)
    made.show()
    return made


@pytest.fixture
def panels(services: PanelServices, sample_kinds: Any, qtbot: QtBot) -> dict[str, Panel]:
    made = {}
    for name in NAMES:
        made[name] = sample_kinds[0](services)
        made[name].instance_id = name
        qtbot.addWidget(made[name])
    return made


def rect(area: DockArea, panel: Panel) -> QRect:
    return QRect(panel.mapTo(area, QPoint(0, 0)), panel.size())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(root=trees())
def test_every_front_panel_is_seen_nothing_overlaps_and_the_tree_comes_back(
    area: DockArea, panels: dict[str, Panel], root: Node
) -> None:
    area.show_tree(root, panels)
    fronts = [tree.front(stack) for stack in tree.stacks_of(root)]
    rects = [rect(area, panels[name]) for name in fronts]
    assert all(panels[name].isVisible() for name in fronts)
    assert not [name for name in NAMES if name not in fronts and panels[name].isVisible()]
    for place, one in enumerate(rects):
        assert one.width() >= 100
        assert not any(one.intersects(other) for other in rects[place + 1 :])
    assert area.root == root


def test_sizes_follow_the_shares_whatever_the_window_was_in_between(
    area: DockArea, panels: dict[str, Panel]
) -> None:
    root = Split(
        "row", (Stack(("chart",), share=0.5), Stack(("depth",), share=0.3), Stack(("tape",), share=0.2))
    )
    area.show_tree(root, panels)
    before = [rect(area, panels[name]) for name in ("chart", "depth", "tape")]
    assert [round(one.width() / 1394, 2) for one in before] == [0.5, 0.3, 0.2]
    area.resize(560, 300)
    area.resize(1400, 1000)
    assert [rect(area, panels[name]) for name in ("chart", "depth", "tape")] == before


def test_a_border_that_is_moved_changes_the_tree(
    area: DockArea, panels: dict[str, Panel], qtbot: QtBot
) -> None:
    inner = Split("column", (Stack(("depth",)), Stack(("tape",))), 1.0)
    area.show_tree(Split("row", (Stack(("chart",)), inner)), panels)
    splitter = next(
        one
        for one in area.findChildren(QSplitter)
        if one.count() == 2 and one.widget(0).isAncestorOf(panels["depth"])
    )
    with qtbot.waitSignal(area.tree_changed):
        splitter.moveSplitter(750, 1)
    stacks = {stack.panels[0]: stack.share for stack in tree.stacks_of(area.root)}
    assert stacks["depth"] / stacks["tape"] == pytest.approx(750 / 247, rel=0.02)
    assert stacks["chart"] == 1.0


def test_panels_of_a_kind_to_come_keep_their_place(area: DockArea, panels: dict[str, Panel]) -> None:
    root = Split(
        "row",
        (
            Stack(("chart", "journal"), 1, 0.5),
            Split("column", (Stack(("statistics",)), Stack(("depth",))), 0.3),
            Stack(("calendar",), share=0.2),
        ),
    )
    area.show_tree(root, panels)
    assert area.root == root
    assert panels["chart"].isVisible()
    assert panels["depth"].height() > 900
    assert rect(area, panels["chart"]).width() > rect(area, panels["depth"]).width()
    splitter = area.findChildren(QSplitter)[0]
    splitter.moveSplitter(700, 1)
    assert area.root is not None
    assert list(tree.panels_of(area.root)) == ["chart", "journal", "statistics", "depth", "calendar"]
    shares = [part.share for part in area.root.parts]  # type: ignore[union-attr]
    assert shares[2] == 0.2
    assert shares[0] == pytest.approx(0.4, abs=0.01)


def test_a_panel_that_is_no_longer_in_the_tree_lives_on(area: DockArea, panels: dict[str, Panel]) -> None:
    area.show_tree(Stack(("chart", "depth")), panels)
    area.show_tree(None, panels)
    assert area.empty.isVisible()
    area.deleteLater()
    assert panels["chart"].isHidden()
    panels["chart"].refresh()
