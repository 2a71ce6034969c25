"""The tree against SciPy's and against every order that it allows; the order while a real market moves on."""

import itertools
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from workstation.analytics.correlation import correlation_distance, log_returns
from workstation.analytics.correlation_clusters import Clustering, StableClustering, cluster
from workstation.analytics.correlation_matrix import RollingCorrelation

Floats = NDArray[np.float64]
VECTORS = Path(__file__).with_name("cluster_vectors.json")


def length(order: tuple[int, ...] | list[int], matrix: Floats) -> float:
    distance = correlation_distance(matrix)
    return float(sum(distance[a, b] for a, b in itertools.pairwise(order)))


def orders_of(tree: Clustering) -> Any:
    """Every order that a tree allows."""
    for turned in itertools.product((False, True), repeat=len(tree.merges)):
        members = [[row] for row in range(len(tree.order))]
        for turn, merge in zip(turned, tree.merges, strict=True):
            left, right = members[merge.left], members[merge.right]
            members.append(right + left if turn else left + right)
        yield members[-1]


def test_the_tree_is_scipys_and_its_order_the_shortest_of_all() -> None:
    vector = json.loads(VECTORS.read_text(encoding="utf-8"))
    matrix = np.array(vector["matrix"])
    tree = cluster(matrix, tuple(f"{row:02}" for row in range(len(matrix))))
    assert [merge.leaves for merge in tree.merges] == vector["leaves"]
    np.testing.assert_allclose([merge.distance for merge in tree.merges], vector["heights"], atol=1e-8)
    shortest = min(length(order, matrix) for order in orders_of(tree))
    assert length(tree.order, matrix) == pytest.approx(shortest, abs=1e-7)
    # SciPy's own is the best that its search looks at; the shortest of all 8,192 is never longer.
    assert shortest <= length(vector["order"], matrix) == pytest.approx(vector["length"], abs=1e-7)
    assert list(tree.order) in list(orders_of(tree))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_tree_its_order_is_the_shortest(seed: int) -> None:
    random = np.random.default_rng(seed)
    returns = random.normal(size=(30, 9)) + random.normal(size=(30, 1)) * random.integers(2)
    matrix = np.asarray(np.corrcoef(returns.T))
    tree = cluster(matrix, tuple("abcdefghi"))
    assert length(tree.order, matrix) == pytest.approx(
        min(length(order, matrix) for order in orders_of(tree)), abs=1e-7
    )


def test_groups_are_branches_below_the_cut_and_the_unknown_stand_alone() -> None:
    block = np.kron(np.eye(2), np.full((3, 3), 0.9)) + 0.05
    np.fill_diagonal(block, 1.0)
    matrix = np.full((7, 7), np.nan)
    matrix[:6, :6] = block
    mixed, names = [3, 0, 6, 4, 1, 5, 2], "dagebfc"
    tree = cluster(matrix[np.ix_(mixed, mixed)], tuple(names))
    groups = ["".join(sorted(names[row] for row in rows)) for rows in tree.groups(0.7)]
    assert sorted(groups) == ["abc", "def"]
    assert names[tree.order[0]] == "g" or names[tree.order[-1]] == "g"
    assert [len(rows) for rows in tree.groups(-0.5)] == [6]
    assert tree.groups(0.99) == ()
    assert cluster(np.zeros((0, 0)), ()).order == ()
    assert cluster(np.eye(1), ("a",)).order == (0,)


def test_a_real_market_keeps_its_order_from_hour_to_hour(shared_data: Path) -> None:
    path = shared_data / "candles/binance_usdm_1h_2024-10_2025-10.parquet"
    columns = duckdb.execute("SELECT ts, symbol, close FROM read_parquet(?)", [str(path)]).fetchnumpy()
    hours, hour = np.unique(columns["ts"], return_inverse=True)
    symbols, symbol = np.unique(np.asarray(columns["symbol"], str), return_inverse=True)
    closes = np.full((len(hours), len(symbols)), np.nan)
    closes[hour, symbol] = columns["close"]
    returns, names = log_returns(closes), tuple(symbols)
    rolling, stable = RollingCorrelation(returns[:-100], 720), StableClustering()
    changed = anew = 0
    shown, fresh = stable.take(rolling.matrix(), names), cluster(rolling.matrix(), names)
    for row in returns[-100:]:
        rolling.add(row)
        before, fresh_before = shown.order, fresh.order
        shown, fresh = stable.take(rolling.matrix(), names), cluster(rolling.matrix(), names)
        changed += shown.order != before
        anew += fresh.order != fresh_before
        assert length(shown.order, rolling.matrix()) <= 1.031 * length(fresh.order, rolling.matrix())
    assert anew >= 20  # what would be seen without it
    assert changed <= 3
    shuffled = np.random.default_rng(1).permutation(60)
    again = cluster(rolling.matrix()[np.ix_(shuffled, shuffled)], tuple(symbols[shuffled]))
    assert [symbols[row] for row in fresh.order] == [symbols[shuffled][row] for row in again.order]


def test_kept_branches_have_the_distances_of_now() -> None:
    random = np.random.default_rng(3)
    common = random.normal(size=(400, 1))
    returns = common + random.normal(size=(400, 8))
    stable, names = StableClustering(), tuple("abcdefgh")
    rolling = RollingCorrelation(returns[:300], 200)
    first = stable.take(rolling.matrix(), names)
    kept = 0
    for row in returns[300:]:
        rolling.add(row)
        matrix = rolling.matrix()
        found = stable.take(matrix, names)
        if found.order != cluster(matrix, names).order:
            kept += 1
            distance = correlation_distance(matrix)
            members = [[row] for row in range(8)]
            for merge in found.merges:
                mean = distance[np.ix_(members[merge.left], members[merge.right])].mean()
                assert merge.distance >= mean - 1e-8
                members.append(members[merge.left] + members[merge.right])
    assert kept
    assert sorted(first.order) == list(range(8))
