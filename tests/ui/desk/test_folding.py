"""Panels of a shipped workspace go behind tabs where a window is too small, and come back in a larger one."""

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from ui.desk import folding, tree
from ui.desk.tree import Node, Split, Stack
from ui.desk.whole import WholeDesk
from ui.desk.workspaces import SHIPPED, shipped
from ui.panels import PANELS
from ui.theme import PANEL_GAP


def root_of(key: str) -> Node:
    root = tree.tidy(next(window.root for window in shipped(key).windows))
    assert root is not None
    return root


def rooms(node: Node, width: float, height: float) -> list[tuple[Stack, float, float]]:
    """Every place with what it gets, by its shares alone."""
    if isinstance(node, Stack):
        return [(node, width, height)]
    flat, whole = node.along == "row", sum(part.share for part in node.parts)
    room = (width if flat else height) - PANEL_GAP * (len(node.parts) - 1)
    return [
        place
        for part in node.parts
        for size in [room * part.share / whole]
        for place in rooms(part, size if flat else width, height if flat else size)
    ]


def assert_of_use(node: Node, width: float, height: float) -> None:
    for stack, across, down in rooms(node, width, height):
        tabs = folding.TABS_PX if len(stack.panels) > 1 else 0
        for panel in stack.panels:
            least = folding.useful_px(panel)
            assert (across + 1.5 >= least[0], down - tabs + 1.5 >= least[1]) == (True, True), (
                panel,
                across,
                down,
            )


def test_every_kind_of_panel_says_what_is_useful() -> None:
    unlike = {kind.kind for kind in PANELS} ^ set(folding.USEFUL_PX)
    assert not unlike, f"USEFUL_PX of ui/desk/folding.py: {unlike}"


@pytest.mark.parametrize("key", SHIPPED)
@pytest.mark.parametrize("size", [(1264, 630), (1420, 790), (1904, 1000), (2544, 1360)])
def test_no_panel_of_a_shipped_workspace_is_smaller_than_useful(key: str, size: tuple[int, int]) -> None:
    root = root_of(key)
    made = folding.folded(root, *size)
    assert list(tree.panels_of(made)) == list(tree.panels_of(root))  # none is lost, none changes its place
    assert_of_use(made, *size)
    assert folding.folded(made, *size) == made  # what is folded stands
    if size[0] > 2_000:
        assert len(list(tree.stacks_of(made))) == len(list(tree.stacks_of(root)))


def test_any_tree_in_any_room_keeps_its_panels_and_is_of_use_where_one_panel_would_be() -> None:
    seeded, kinds = random.Random(5), sorted(folding.USEFUL_PX)

    def grown(depth: int, names: list[str]) -> Node:
        if len(names) == 1 or depth == 0 or seeded.random() < 0.2:
            return Stack(tuple(names), 0, seeded.uniform(0.05, 1))
        cut = sorted(seeded.sample(range(1, len(names)), min(len(names) - 1, seeded.randint(1, 3))))
        pieces = [names[a:b] for a, b in zip([0, *cut], [*cut, len(names)], strict=True)]
        parts = tuple(grown(depth - 1, piece) for piece in pieces)
        return Split(seeded.choice(("row", "column")), parts, seeded.uniform(0.05, 1))

    for _ in range(300):
        names = seeded.sample(kinds, seeded.randint(1, 12))
        root = tree.tidy(grown(4, names))
        assert root is not None
        width, height = seeded.uniform(600, 2_600), seeded.uniform(470, 1_500)
        made = folding.folded(root, width, height)
        assert list(tree.panels_of(made)) == names
        assert tree.complaint(made) is None
        assert_of_use(made, width, height)


def test_a_window_folds_its_workspace_and_unfolds_it_and_keeps_it_whole(
    make_desk: Callable[..., WholeDesk], qtbot: QtBot
) -> None:
    desk = make_desk()
    desk.show("context", QSize(1280, 720))
    area = desk.main.area
    qtbot.waitUntil(lambda: area.root != area.kept)
    assert len(list(tree.stacks_of(area.root))) < 8
    assert folding.same_places(area.kept, root_of("context"))
    desk.main.resize(2560, 1440)
    qtbot.waitUntil(lambda: len(list(tree.stacks_of(area.root))) == len(list(tree.stacks_of(area.kept))))
    desk.main.resize(1280, 720)
    qtbot.waitUntil(lambda: len(list(tree.stacks_of(area.root))) < 8)
    # A tab that was brought in front stays there; moving a border makes the arrangement the trader's own.
    chosen = next(stack.panels[-1] for stack in tree.stacks_of(area.root) if len(stack.panels) > 2)
    area._shown(chosen)
    desk.main.resize(1300, 730)
    qtbot.wait(200)
    assert chosen in {tree.front(stack) for stack in tree.stacks_of(area.root)}
    assert area.kept != area.root
    area._moved((), {0: 500.0, 1: 100.0, 2: 100.0})
    assert area.kept == area.root
    desk.main.resize(2560, 1440)
    qtbot.wait(200)
    assert len(list(tree.stacks_of(area.root))) < 8
    desk.put_away()
