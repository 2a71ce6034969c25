"""Where panels stand within a window, as a value: splits of splits of stacks, never changed in place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Annotated, Literal

import msgspec

Axis = Literal["row", "column"]
Side = Literal["left", "right", "top", "bottom"]
Share = Annotated[float, msgspec.Meta(ge=0.001, le=1000.0)]
PanelId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}(-[1-9][0-9]{0,3})?$", max_length=48)]

MOST_PANELS = 64
MOST_DEEP = 16
EDGE_SHARE = 0.25
"""Of a window, for a panel that is put at its edge."""


class Stack(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="stack", tag_field="is"
):
    """One place: one panel, or several behind tabs.

    Attributes:
        panels: at least one.
        shown: the place of the one in front among them; one that is none of them stands for the last.
        share: of what holds it, in proportion to its neighbours'.
    """

    panels: tuple[PanelId, ...]
    shown: Annotated[int, msgspec.Meta(ge=0, le=MOST_PANELS)] = 0
    share: Share = 1.0


class Split(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="split", tag_field="is"
):
    """Parts side by side ("row") or above each other ("column")."""

    along: Axis
    parts: tuple[Split | Stack, ...]
    share: Share = 1.0


Node = Split | Stack
_AXIS: dict[Side, Axis] = {"left": "row", "right": "row", "top": "column", "bottom": "column"}


def panels_of(node: Node | None) -> Iterator[str]:
    """Every panel, from left to right and from top to bottom."""
    for stack in stacks_of(node):
        yield from stack.panels


def stacks_of(node: Node | None) -> Iterator[Stack]:
    """Every stack, from left to right and from top to bottom."""
    if isinstance(node, Stack):
        yield node
    elif node is not None:
        for part in node.parts:
            yield from stacks_of(part)


def stack_of(node: Node | None, panel: str) -> Stack | None:
    """The stack that holds `panel`; None if none does."""
    return next((stack for stack in stacks_of(node) if panel in stack.panels), None)


def front(stack: Stack) -> str:
    """The panel in front."""
    return stack.panels[min(stack.shown, len(stack.panels) - 1)]


def complaint(node: Node | None) -> str | None:
    """What makes a tree unusable, in words; None if nothing does."""
    names = list(panels_of(node))
    if len(names) > MOST_PANELS:
        return f"a window holds {len(names)} panels, more than {MOST_PANELS}"
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        return f"{twice} stands in two places"
    if _depth(node) > MOST_DEEP:
        return f"places lie more than {MOST_DEEP} deep"
    return None


def _depth(node: Node | None) -> int:
    if isinstance(node, Split):
        return 1 + max((_depth(part) for part in node.parts), default=0)
    return 1


def tidy(node: Node | None) -> Node | None:
    """The same arrangement in its plainest form: no empty part, no split of one, no row within a row."""
    if node is None:
        return None
    if isinstance(node, Stack):
        if not node.panels:
            return None
        return msgspec.structs.replace(node, shown=min(node.shown, len(node.panels) - 1))
    kept = [part for inner in node.parts if (part := tidy(inner)) is not None]
    if not kept:
        return None
    if len(kept) == 1:
        return _shared(kept[0], node.share)
    parts: list[Node] = []
    for part in kept:
        if isinstance(part, Split) and part.along == node.along:
            whole = sum(inner.share for inner in part.parts)
            parts += [_shared(inner, part.share * inner.share / whole) for inner in part.parts]
        else:
            parts.append(part)
    return Split(node.along, tuple(parts), node.share)


def _shared(node: Node, share: float) -> Node:
    return msgspec.structs.replace(node, share=min(1000.0, max(0.001, share)))


def only(node: Node | None, panels: Collection[str]) -> Node | None:
    """The tree without the panels that are none of these."""
    if node is None:
        return None
    if isinstance(node, Stack):
        kept = tuple(panel for panel in node.panels if panel in panels)
        shown = kept.index(front(node)) if kept and front(node) in kept else 0
        return msgspec.structs.replace(node, panels=kept, shown=shown) if kept else None
    parts = tuple(part for inner in node.parts if (part := only(inner, panels)) is not None)
    return tidy(msgspec.structs.replace(node, parts=parts))


def without(node: Node | None, panel: str) -> Node | None:
    """The tree after `panel` was taken out."""
    return only(node, set(panels_of(node)) - {panel})


def behind(node: Node | None, target: str, panel: str) -> Node:
    """The tree with `panel` as another tab where `target` stands, in front."""

    def add(stack: Stack) -> Node:
        at = stack.panels.index(target) + 1
        panels = (*stack.panels[:at], panel, *stack.panels[at:])
        return msgspec.structs.replace(stack, panels=panels, shown=at)

    return _put(node, target, panel, add)


def beside(node: Node | None, target: str, panel: str, side: Side, own_share: float = 0.5) -> Node:
    """The tree with the place of `target` divided, and `panel` on that side of it.

    Args:
        node: the tree.
        target: a panel of it, another than `panel`.
        panel: in the tree or not; it is in the new place alone afterwards.
        side: of `target`, where `panel` comes to stand.
        own_share: of the place divided, what `panel` gets.
    """

    def divide(stack: Stack) -> Node:
        new = Stack((panel,), share=own_share)
        old = msgspec.structs.replace(stack, share=1 - own_share)
        parts = (new, old) if side in ("left", "top") else (old, new)
        return Split(_AXIS[side], parts, stack.share)

    return _put(node, target, panel, divide)


def stands_beside(node: Node | None, target: str, panel: str, side: Side) -> bool:
    """Whether `panel` is alone in the place right on that side of the place of `target`, and as long."""
    if not isinstance(node, Split):
        return False
    if node.along == _AXIS[side]:
        for before, after in zip(node.parts, node.parts[1:], strict=False):
            new, old = (before, after) if side in ("left", "top") else (after, before)
            if (
                isinstance(new, Stack)
                and isinstance(old, Stack)
                and new.panels == (panel,)
                and target in old.panels
            ):
                return True
    return any(stands_beside(part, target, panel, side) for part in node.parts)


def _put(node: Node | None, target: str, panel: str, change: Callable[[Stack], Node]) -> Node:
    rest = without(node, panel)
    if stack_of(rest, target) is None:
        return at_edge(rest, panel, "right")
    made = tidy(_changed(rest, target, change))
    assert made is not None
    return made


def at_edge(node: Node | None, panel: str, side: Side) -> Node:
    """The tree with `panel` along a whole side of the window."""
    rest = without(node, panel)
    if rest is None:
        return Stack((panel,))
    new, rest = Stack((panel,), share=EDGE_SHARE), _shared(rest, 1 - EDGE_SHARE)
    parts = (new, rest) if side in ("left", "top") else (rest, new)
    made = tidy(Split(_AXIS[side], parts))
    assert made is not None
    return made


def brought_up(node: Node | None, panel: str) -> Node | None:
    """The tree with `panel` in front of its tab mates."""
    return _changed(
        node, panel, lambda stack: msgspec.structs.replace(stack, shown=stack.panels.index(panel))
    )


def reordered(node: Node | None, panels: tuple[str, ...]) -> Node | None:
    """The tree with the tabs of one stack in this order; the same panel stays in front."""

    def order(stack: Stack) -> Node:
        return msgspec.structs.replace(stack, panels=panels, shown=panels.index(front(stack)))

    return _changed(node, panels[0], order)


def swapped(node: Node | None, first: str, second: str) -> Node | None:
    """The tree with two panels in each other's place."""
    return renamed(node, {first: second, second: first})


def with_shares(node: Node, path: tuple[int, ...], shares: dict[int, float]) -> Node:
    """The tree with other shares for some parts of the split at `path`; the others keep theirs.

    Args:
        node: the tree.
        path: which part of which part, from the root.
        shares: new sizes of parts by their place, in any unit; together they get what these parts had.
    """
    assert isinstance(node, Split)
    if path:
        parts = list(node.parts)
        parts[path[0]] = with_shares(parts[path[0]], path[1:], shares)
        return msgspec.structs.replace(node, parts=tuple(parts))
    had = sum(node.parts[place].share for place in shares)
    whole = sum(shares.values())
    return msgspec.structs.replace(
        node,
        parts=tuple(
            _shared(part, had * shares[place] / whole) if place in shares and whole > 0 else part
            for place, part in enumerate(node.parts)
        ),
    )


def _changed(node: Node | None, panel: str, change: Callable[[Stack], Node]) -> Node | None:
    """The tree with the stack that holds `panel` changed."""
    if isinstance(node, Stack):
        return change(node) if panel in node.panels else node
    if node is None:
        return None
    parts = tuple(part for inner in node.parts if (part := _changed(inner, panel, change)) is not None)
    return msgspec.structs.replace(node, parts=parts)


def renamed(node: Node | None, names: Mapping[str, str]) -> Node | None:
    """The tree with panels under other names; those that are not in `names` keep theirs."""
    if node is None:
        return None
    if isinstance(node, Stack):
        return msgspec.structs.replace(node, panels=tuple(names.get(name, name) for name in node.panels))
    parts = tuple(part for inner in node.parts if (part := renamed(inner, names)) is not None)
    return msgspec.structs.replace(node, parts=parts)
