"""Which symbols move alike: a tree by average linkage, its leaves in the best order, kept while it fits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.analytics.correlation import correlation_distance

Floats = NDArray[np.float64]

SLACK = 0.03
"""An order stays until another one's neighbours are nearer by more than this share."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two branches of the tree that become one.

    Attributes:
        left, right: places of leaves, or `leaves + number` of an earlier merge; `left` stands first.
        distance: mean distance between the leaves of both, never less than within either.
        leaves: in both together.
    """

    left: int
    right: int
    distance: float
    leaves: int


@dataclass(frozen=True, slots=True)
class Clustering:
    """A tree over the rows of a matrix.

    Attributes:
        order: rows from the first leaf to the last, likes beside each other.
        merges: from the nearest branches to the root, as many as rows less one.
    """

    order: tuple[int, ...]
    merges: tuple[Merge, ...]

    def groups(self, correlation: float) -> tuple[tuple[int, ...], ...]:
        """Rows of every branch whose leaves lie within that correlation on average, the largest first."""
        cut = float(correlation_distance(np.array([correlation]))[0])
        members: list[tuple[int, ...]] = [(row,) for row in range(len(self.order))]
        kept: dict[int, tuple[int, ...]] = {}
        for number, merge in enumerate(self.merges, start=len(self.order)):
            members.append(members[merge.left] + members[merge.right])
            if merge.distance <= cut:
                kept.pop(merge.left, None)
                kept.pop(merge.right, None)
                kept[number] = members[number]
        place = {row: number for number, row in enumerate(self.order)}
        found = (tuple(sorted(rows, key=place.__getitem__)) for rows in kept.values())
        return tuple(sorted(found, key=lambda rows: (-len(rows), place[rows[0]])))


def cluster(matrix: Floats, names: tuple[str, ...]) -> Clustering:
    """Return the tree of a matrix: average linkage on √((1 − ρ)/2), its leaves in the optimal order.

    The tree is the same whatever order the rows come in: ties go by name. A correlation that is not known
    counts as the farthest.

    Args:
        matrix: (k, k), nan where not known. names: of the rows, each once.

    Source: Z. Bar-Joseph, D. K. Gifford, T. S. Jaakkola 2001, "Fast optimal leaf ordering for hierarchical
    clustering": of all orders that the tree allows, the one whose neighbours are nearest in sum.
    """
    by_name = sorted(range(len(names)), key=lambda index: names[index])
    distance = _distances(matrix[np.ix_(by_name, by_name)])
    merges = _average_linkage(distance)
    order = _optimal_order(merges, distance)
    rows = [by_name[index] for index in order]
    renamed = [
        Merge(_renamed(m.left, by_name), _renamed(m.right, by_name), m.distance, m.leaves) for m in merges
    ]
    return Clustering(tuple(rows), _turned(tuple(rows), renamed))


class StableClustering:
    """The tree of a matrix that moves on: it stays as long as its order is nearly as good as the best."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._kept: Clustering | None = None

    def take(self, matrix: Floats, names: tuple[str, ...]) -> Clustering:
        """Return the tree to show for this matrix, its distances those of now."""
        kept = self._kept
        fresh = cluster(matrix, names)
        if kept is not None and names == self._names and fresh.order != kept.order:
            distance = _distances(matrix)
            if _length(kept.order, distance) <= (1 + SLACK) * _length(fresh.order, distance):
                self._kept = _measured(kept, distance)
                return self._kept
        self._names, self._kept = names, fresh
        return fresh


def _distances(matrix: Floats) -> Floats:
    likeness = np.where(np.isfinite(matrix), matrix, -1.0)
    # Rounded: the last bits differ with the order of sums, and must not decide.
    return np.round(correlation_distance(likeness), 9)


def _length(order: tuple[int, ...], distance: Floats) -> float:
    """The sum of the distances between neighbours."""
    return float(distance[list(order[:-1]), list(order[1:])].sum())


def _average_linkage(distance: Floats) -> list[Merge]:
    size = len(distance)
    between = distance.copy()
    np.fill_diagonal(between, np.inf)
    node, leaves = list(range(size)), [1] * size
    merges: list[Merge] = []
    for number in range(size - 1):
        first, second = sorted(divmod(int(between.argmin()), size))
        left, right = leaves[first], leaves[second]
        # Rounding can leave a branch nearer than its own parts.
        height = max(float(between[first, second]), merges[-1].distance if merges else 0.0)
        merges.append(Merge(node[first], node[second], height, left + right))
        joined = np.round((left * between[first] + right * between[second]) / (left + right), 9)
        joined[first] = np.inf
        between[first], between[:, first] = joined, joined
        between[second], between[:, second] = np.inf, np.inf
        node[first], leaves[first] = size + number, left + right
    return merges


def _optimal_order(merges: list[Merge], distance: Floats) -> list[int]:
    size = len(distance)
    if size < 2:
        return list(range(size))
    # Of each branch: its leaves, and the shortest way through it from one of them (row) to another (column).
    leaves: list[NDArray[np.intp]] = [np.array([leaf]) for leaf in range(size)]
    ways: list[Floats] = [np.zeros((1, 1)) for _ in range(size)]
    for merge in merges:
        left, right = leaves[merge.left], leaves[merge.right]
        to_right = _nearest(ways[merge.left], distance[np.ix_(left, right)])
        across = _nearest(to_right, ways[merge.right])
        whole = np.full((merge.leaves, merge.leaves), np.inf)
        whole[: len(left), len(left) :] = across
        whole[len(left) :, : len(left)] = across.T
        leaves.append(np.concatenate((left, right)))
        ways.append(whole)
    first, last = divmod(int(ways[-1].argmin()), size)
    order: list[int] = []
    pending = [(len(ways) - 1, first, last)]
    while pending:  # the way is followed back from the root, left branches first
        node, first, last = pending.pop()
        if node < size:
            order.append(node)
            continue
        merge = merges[node - size]
        cut = len(leaves[merge.left])
        near, far = merge.left, merge.right
        if first >= cut:
            near, far, first, last = far, near, first - cut, last + cut
        gap = distance[np.ix_(leaves[near], leaves[far])]
        last -= cut
        total = ways[near][first][:, None] + gap + ways[far][:, last][None, :]
        end, begin = divmod(int(total.argmin()), total.shape[1])
        pending += [(far, begin, last), (near, first, end)]
    return order if order[0] <= order[-1] else order[::-1]


def _nearest(first: Floats, second: Floats) -> Floats:
    """The shortest ways over both: min over m of first[u, m] + second[m, w]."""
    found = np.full((len(first), second.shape[1]), np.inf)
    for middle in range(len(second)):
        np.minimum(found, first[:, middle, None] + second[middle], out=found)
    return found


def _renamed(node: int, by_name: list[int]) -> int:
    return by_name[node] if node < len(by_name) else node


def _turned(order: tuple[int, ...], merges: list[Merge]) -> tuple[Merge, ...]:
    """The merges with the branch that stands first in the order on the left."""
    place = {row: number for number, row in enumerate(order)}
    first = [place[row] for row in range(len(order))]
    turned = []
    for merge in merges:
        left, right = sorted((merge.left, merge.right), key=first.__getitem__)
        turned.append(Merge(left, right, merge.distance, merge.leaves))
        first.append(first[left])
    return tuple(turned)


def _measured(kept: Clustering, distance: Floats) -> Clustering:
    """The same tree with the distances of now, each at least those within it."""
    members: list[list[int]] = [[row] for row in range(len(distance))]
    heights = [0.0] * len(distance)
    merges = []
    for merge in kept.merges:
        mean = float(distance[np.ix_(members[merge.left], members[merge.right])].mean())
        heights.append(max(mean, heights[merge.left], heights[merge.right]))
        members.append(members[merge.left] + members[merge.right])
        merges.append(Merge(merge.left, merge.right, heights[-1], merge.leaves))
    return Clustering(kept.order, tuple(merges))
