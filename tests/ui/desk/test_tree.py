"""Arrangements of panels: whatever is done to one, every panel stands in exactly one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.desk.trees import NAMES, trees
from ui.desk.tree import (
    Node,
    Side,
    Split,
    Stack,
    at_edge,
    behind,
    beside,
    brought_up,
    complaint,
    front,
    only,
    panels_of,
    renamed,
    reordered,
    stack_of,
    stacks_of,
    stands_beside,
    swapped,
    tidy,
    with_shares,
    without,
)

sides = st.sampled_from(("left", "right", "top", "bottom"))


def is_plain(node: Node | None) -> bool:
    """Nothing empty, nothing of one part, no row within a row."""
    if node is None:
        return True
    if isinstance(node, Stack):
        return len(node.panels) > 0 and node.shown < len(node.panels)
    return (
        len(node.parts) > 1
        and all(is_plain(part) for part in node.parts)
        and not any(isinstance(part, Split) and part.along == node.along for part in node.parts)
    )


@given(trees(), st.sampled_from(NAMES), sides, st.data())
def test_a_panel_put_anywhere_stands_there_once_and_the_others_stay(
    tree: Node, panel: str, side: Side, data: st.DataObject
) -> None:
    before = set(panels_of(tree))
    others = sorted(before - {panel})
    made = [at_edge(tree, panel, side)]
    if others:
        target = data.draw(st.sampled_from(others))
        made += [beside(tree, target, panel, side), behind(tree, target, panel)]
        stack = stack_of(made[2], panel)
        assert stack is not None
        assert target in stack.panels
        assert front(stack) == panel
    for one in made:
        assert sorted(panels_of(one)) == sorted(before | {panel})
        assert is_plain(one)


@given(trees(), st.sampled_from(NAMES))
def test_a_panel_taken_out_leaves_the_rest_as_it_was(tree: Node, panel: str) -> None:
    rest = without(tree, panel)
    assert set(panels_of(rest)) == set(panels_of(tree)) - {panel}
    assert is_plain(rest)
    if panel not in set(panels_of(tree)):
        assert rest == tree


@given(trees())
def test_a_plain_tree_stays_what_it_is(tree: Node) -> None:
    assert tidy(tree) == tree
    assert only(tree, set(NAMES)) == tree
    assert complaint(tree) is None


@given(trees(), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_two_panels_that_change_places_twice_are_where_they_were(tree: Node, one: str, other: str) -> None:
    there = set(panels_of(tree))
    if {one, other} <= there:
        again = swapped(swapped(tree, one, other), one, other)
        assert again == tree


def test_one_panel_beside_another_halves_its_place_and_no_other() -> None:
    tree = Split("row", (Stack(("a",), share=0.6), Stack(("b",), share=0.4)))
    made = beside(tree, "a", "c", "right")
    assert isinstance(made, Split)
    assert [stack.panels[0] for stack in stacks_of(made)] == ["a", "c", "b"]
    assert [part.share for part in made.parts] == pytest.approx([0.3, 0.3, 0.4])
    below = beside(tree, "a", "c", "bottom")
    assert isinstance(below, Split)
    assert below.parts[0] == Split("column", (Stack(("a",), share=0.5), Stack(("c",), share=0.5)), 0.6)


def test_a_row_within_a_row_becomes_one_row_of_the_same_sizes() -> None:
    inner = Split("row", (Stack(("b",), share=1), Stack(("c",), share=3)), 0.5)
    made = tidy(Split("row", (Stack(("a",), share=0.5), inner)))
    assert made is not None
    assert [stack.share for stack in stacks_of(made)] == pytest.approx([0.5, 0.125, 0.375])


def test_moved_borders_change_only_the_parts_between_which_they_lie() -> None:
    tree = Split("row", tuple(Stack((name,), share=share) for name, share in (("a", 1), ("b", 1), ("c", 2))))
    made = with_shares(tree, (), {0: 300.0, 1: 100.0})
    assert [stack.share for stack in stacks_of(made)] == pytest.approx([1.5, 0.5, 2.0])
    nested = Split("column", (tree, Stack(("d",))))
    assert [stack.share for stack in stacks_of(with_shares(nested, (0,), {0: 3.0, 2: 1.0}))] == pytest.approx(
        [2.25, 1, 0.75, 1]
    )


def test_tabs_keep_the_panel_in_front_when_their_order_changes() -> None:
    tree = Stack(("a", "b", "c"), shown=1)
    made = reordered(tree, ("b", "c", "a"))
    assert made == Stack(("b", "c", "a"), shown=0)
    assert brought_up(made, "a") == Stack(("b", "c", "a"), shown=2)
    assert renamed(made, {"a": "z"}) == Stack(("b", "c", "z"), shown=0)


def test_a_panel_stands_beside_another_only_if_their_places_are_as_long() -> None:
    left = Split("column", (Stack(("a",)), Stack(("b",))))
    tree = Split("row", (left, Stack(("c",)), Stack(("d", "e"))))
    assert stands_beside(tree, "a", "b", "bottom")
    assert stands_beside(tree, "b", "a", "top")
    assert stands_beside(tree, "e", "c", "left")
    assert not stands_beside(tree, "a", "c", "right")
    assert not stands_beside(tree, "c", "d", "right")
    assert not stands_beside(tree, "a", "b", "top")


def test_what_cannot_be_shown_is_said() -> None:
    assert complaint(Split("row", (Stack(("a",)), Stack(("a",))))) == "a stands in two places"
    many = Split("row", tuple(Stack((f"a-{number}",)) for number in range(1, 70)))
    assert complaint(many) == "a window holds 69 panels, more than 64"
    deep: Node = Stack(("a",))
    for number in range(20):
        deep = Split("row" if number % 2 else "column", (deep, Stack((f"b-{number + 1}",))))
    assert complaint(deep) == "places lie more than 16 deep"
