"""Folds an arrangement that a window is too small for: neighbours go behind tabs until each has room."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from ui.desk.tree import Axis, Node, Split, Stack, brought_up, front, stacks_of, tidy
from ui.theme import PANEL_GAP

TABS_PX = 28
"""Height of the tabs above panels that share a place."""
DEFAULT_USEFUL = (260, 150)
USEFUL_PX: dict[str, tuple[int, int]] = {
    "chart": (360, 220),
    "depth": (360, 200),
    "ladder": (190, 260),
    "tape": (180, 150),
    "watchlist": (220, 150),
    "feed_health": (240, 150),
    "alerts": (260, 150),
    "positions": (420, 96),
    "portfolio": (420, 96),
    "ticket": (214, 420),
    "correlation": (400, 320),
    "exposure": (280, 200),
    "joint_stress": (280, 150),
    "scanner": (560, 150),
    "funding": (320, 190),
    "basis": (320, 140),
    "open_interest": (280, 150),
    "liquidations": (260, 130),
    "liquidation_map": (260, 220),
    "term_structure": (280, 150),
    "liquidity": (320, 165),
    "venues": (320, 150),
    "calendar": (420, 90),
    "outside": (280, 150),
    "trips": (460, 180),
    "entry": (300, 300),
    "statistics": (460, 220),
    "counterfactuals": (420, 200),
    "rule_ledger": (360, 180),
    "passive": (360, 180),
    "time_machine": (420, 220),
}
"""By kind of panel, the least width and height at which it is of use, px."""

Useful = Callable[[str], tuple[int, int]]


def useful_px(panel: str) -> tuple[int, int]:
    """Least useful width and height of a panel, by its id: "chart-2" is a chart."""
    return USEFUL_PX.get(panel.partition("-")[0], DEFAULT_USEFUL)


def folded(root: Node, width: float, height: float, useful: Useful = useful_px) -> Node:
    """Return the arrangement as it is of use in so much room.

    Where all parts have what they need by their shares it is as it was. Where they have it by other shares,
    it gets those. Else neighbours are put behind tabs, those with the smallest shares first, so that what
    stood near one another stays together, with the first of them in front.

    Args:
        width, height: room, px.
        useful: least useful width and height of a panel.
    """
    if isinstance(root, Stack):
        return root
    flat = root.along == "row"
    parts = list(root.parts)
    while True:
        across = height if flat else width
        along = (width if flat else height) - PANEL_GAP * (len(parts) - 1)
        parts = [_narrowed(part, root.along, across, useful) for part in parts]
        needs = [_need(part, useful)[0 if flat else 1] for part in parts]
        if sum(needs) <= along or len(parts) == 1:
            break
        inner = _fold_within(parts, root.along, along, across, needs, useful)
        if inner is not None:
            parts = inner
            continue
        place = min(range(len(parts) - 1), key=lambda one: parts[one].share + parts[one + 1].share)
        parts[place : place + 2] = [_together(parts[place], parts[place + 1])]
    sizes = _sizes([part.share for part in parts], needs, along)
    as_it_was = _as_shared(sizes, parts, along)
    made = tuple(
        _at(
            folded(part, size if flat else across, across if flat else size, useful),
            part.share if as_it_was else size / along,
        )
        for part, size in zip(parts, sizes, strict=True)
    )
    whole = tidy(Split(root.along, made, root.share))
    assert whole is not None
    return whole


def with_fronts(root: Node, before: Collection[str]) -> Node:
    """Bring what was in front before in front again, where nothing in front was."""
    for stack in stacks_of(root):
        if front(stack) not in before:
            seen = next((panel for panel in stack.panels if panel in before), None)
            if seen is not None:
                changed = brought_up(root, seen)
                assert changed is not None
                root = changed
    return root


def same_places(first: Node | None, second: Node | None) -> bool:
    """Whether two arrangements differ in nothing but the tabs that are in front."""
    return _bare(first) == _bare(second)


def _bare(node: Node | None) -> Node | None:
    if isinstance(node, Split):
        parts = tuple(part for inner in node.parts if (part := _bare(inner)) is not None)
        return msgspec.structs.replace(node, parts=parts)
    return node if node is None else msgspec.structs.replace(node, shown=0)


def _need(node: Node, useful: Useful) -> tuple[float, float]:
    """Least useful width and height of a part as it is arranged."""
    if isinstance(node, Stack):
        sizes = [useful(panel) for panel in node.panels]
        tabs = TABS_PX if len(node.panels) > 1 else 0
        return max(size[0] for size in sizes), max(size[1] for size in sizes) + tabs
    needs = [_need(part, useful) for part in node.parts]
    gaps = PANEL_GAP * (len(needs) - 1)
    if node.along == "row":
        return sum(need[0] for need in needs) + gaps, max(need[1] for need in needs)
    return max(need[0] for need in needs), sum(need[1] for need in needs) + gaps


def _narrowed(part: Node, along: Axis, across: float, useful: Useful) -> Node:
    """A part that fits across what holds it, whatever it takes along it."""
    if isinstance(part, Stack):
        return part
    flat = along == "row"
    room = (1e9, across) if flat else (across, 1e9)
    if _need(part, useful)[1 if flat else 0] <= across:
        return part
    return _at(folded(part, *room, useful), part.share)


def _fold_within(
    parts: list[Node], along: Axis, room: float, across: float, needs: list[float], useful: Useful
) -> list[Node] | None:
    """Fold the part that lacks most within itself, down to what is left for it; None where none can be."""
    whole = sum(part.share for part in parts)
    lacking = [
        (needs[place] - room * part.share / whole, place)
        for place, part in enumerate(parts)
        if isinstance(part, Split)
    ]
    for _, place in sorted(lacking, reverse=True):
        part = parts[place]
        left = room - (sum(needs) - needs[place])
        given = left if left > 0 else room * part.share / whole
        size = (given, across) if along == "row" else (across, given)
        tried = _at(folded(part, *size, useful), part.share)
        if _need(tried, useful)[0 if along == "row" else 1] < needs[place]:
            return [*parts[:place], tried, *parts[place + 1 :]]
    return None


def _together(first: Node, second: Node) -> Stack:
    """Both parts in one place, behind tabs in their order."""
    panels = tuple(panel for part in (first, second) for stack in stacks_of(part) for panel in stack.panels)
    shown = front(next(stacks_of(first)))
    return Stack(panels, panels.index(shown), first.share + second.share)


def _sizes(shares: list[float], needs: list[float], room: float) -> list[float]:
    """What each part gets: its share, but no less than it needs while others have more than that."""
    short: set[int] = set()
    while True:
        free = room - sum(needs[place] for place in short)
        whole = sum(share for place, share in enumerate(shares) if place not in short) or 1.0
        sizes = [
            needs[place] if place in short else max(1.0, free * share / whole)
            for place, share in enumerate(shares)
        ]
        more = {place for place, size in enumerate(sizes) if place not in short and size < needs[place]}
        if not more or len(short | more) == len(shares):
            return sizes
        short |= more


def _as_shared(sizes: list[float], parts: list[Node], room: float) -> bool:
    """Whether these sizes are the shares' own."""
    whole = sum(part.share for part in parts)
    return all(abs(size - room * part.share / whole) < 1 for size, part in zip(sizes, parts, strict=True))


def _at(node: Node, share: float) -> Node:
    return msgspec.structs.replace(node, share=min(1000.0, max(0.001, share)))
