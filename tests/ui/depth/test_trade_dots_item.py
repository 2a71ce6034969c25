"""Trades become a bounded number of dots that add up to what was traded and stay where they were traded."""

import numpy as np
import pytest

from ui.depth.seen_trades import round_up
from ui.depth.trade_clusters import TradeClusterCache, cluster_trades
from ui.depth.trade_dots_item import threshold_for
from workstation.model.columns import TRADE, Records
from workstation.runtime.rings import Ring

START_MS = 1_723_161_255_000


def trades(count: int, seed: int = 1, after_ms: int = 0) -> Records:
    """Trades of both sides within a minute and 20 of price."""
    rng = np.random.default_rng(seed)
    rows = np.zeros(count, TRADE)
    rows["event_ms"] = START_MS + after_ms + np.sort(rng.integers(0, 60_000, count))
    rows["side"] = rng.choice((-1, 1), count)
    rows["price"] = np.round(61_700 + rng.uniform(-10, 10, count), 1)
    rows["size"] = np.round(10 ** rng.uniform(-3, 1, count), 3)
    return rows


def lattice(rows: Records, time_step_ms: int, price_step: float) -> dict[tuple[int, int, int], float]:
    """Sizes by (column, row, side) of the lattice, one trade after the other."""
    sums: dict[tuple[int, int, int], float] = {}
    for row in rows:
        key = (
            int(row["event_ms"]) // time_step_ms,
            int(np.floor(row["price"] / price_step + 1e-9)),
            int(row["side"]),
        )
        sums[key] = sums.get(key, 0.0) + float(row["size"])
    return sums


def as_sums(clusters: object, time_step_ms: int, price_step: float) -> dict[tuple[int, int, int], float]:
    return {
        (int(time // time_step_ms), int(np.floor(price / price_step + 1e-6)), int(side)): float(size)
        for time, price, side, size in zip(
            clusters.times_ms,  # type: ignore[attr-defined]
            clusters.prices,  # type: ignore[attr-defined]
            clusters.sides,  # type: ignore[attr-defined]
            clusters.sizes,  # type: ignore[attr-defined]
            strict=True,
        )
    }


def test_a_cluster_is_the_sum_of_one_side_in_one_cell_of_the_lattice() -> None:
    rows = trades(500)
    times = START_MS // 2_000, (START_MS + 60_000) // 2_000 + 1
    clusters = cluster_trades(rows, 2_000, 2.0, times, (30_840, 30_860))
    expected = lattice(rows, 2_000, 2.0)
    assert as_sums(clusters, 2_000, 2.0) == pytest.approx(expected)
    assert clusters.sizes.sum() == pytest.approx(rows["size"].sum())


def test_trades_outside_the_lattice_are_left_out() -> None:
    rows = trades(500)
    half = (START_MS + 30_000) // 1_000
    clusters = cluster_trades(rows, 1_000, 1.0, (START_MS // 1_000, half), (61_690, 61_700))
    inside = (rows["event_ms"] // 1_000 < half) & (rows["price"] < 61_700 - 1e-9)
    assert clusters.sizes.sum() == pytest.approx(rows["size"][inside].sum())
    assert clusters.prices.max() < 61_700


def test_clusters_kept_and_continued_equal_clusters_made_at_once() -> None:
    ring = Ring(TRADE, 2_000)
    cache = TradeClusterCache()
    steps, prices = (500, 1.0), (61_600.0, 61_800.0)
    rows = np.concatenate([trades(700, seed, after_ms=60_000 * seed) for seed in range(6)])
    rng = np.random.default_rng(3)
    at = 0
    while at < len(rows):
        count = int(rng.integers(1, 120))
        ring.append(rows[at : at + count])
        at += count
        newest = float(ring.rows()["event_ms"][-1])
        times = newest - 60_000.0, newest + 5_000.0
        continued = as_sums(cache.clusters(ring, steps, times, prices), *steps)
        first = int(times[0] // 500) + 1
        expected = {key: size for key, size in lattice(ring.rows(), *steps).items() if first <= key[0]}
        seen = {key: size for key, size in continued.items() if first <= key[0]}
        assert seen == pytest.approx(expected)


def test_a_cleared_ring_begins_anew() -> None:
    ring = Ring(TRADE, 2_000)
    cache = TradeClusterCache()
    view = ((500, 1.0), (START_MS - 1_000.0, START_MS + 61_000.0), (61_600.0, 61_800.0))
    ring.append(trades(300, 1))
    cache.clusters(ring, *view)
    ring.clear()
    ring.append(trades(200, 2))
    assert cache.clusters(ring, *view).sizes.sum() == pytest.approx(ring.rows()["size"].sum())


def test_dots_are_bounded_by_a_round_size() -> None:
    sizes = np.random.default_rng(5).lognormal(0, 2, 5_000)
    threshold = threshold_for(sizes, 100, 0.0)
    assert 0 < np.count_nonzero(sizes >= threshold) <= 100
    assert round_up(threshold) == threshold
    assert threshold_for(sizes[:80], 100, 0.0) == 0.0


def test_the_threshold_stays_while_it_serves() -> None:
    sizes = np.random.default_rng(5).lognormal(0, 2, 5_000)
    threshold = threshold_for(sizes, 100, 0.0)
    assert threshold_for(sizes[:4_900], 100, threshold) == threshold
    assert threshold_for(sizes[:300], 100, threshold) < threshold, "too few would be left"
    assert threshold_for(sizes * 10, 100, threshold) > threshold, "too many would be drawn"


@pytest.mark.parametrize(
    "value, rounded", ((1.0, 1.0), (1.01, 2.0), (0.03, 0.05), (7.0, 10.0), (500.0, 500.0))
)
def test_round_numbers_are_1_2_5_times_a_power_of_ten(value: float, rounded: float) -> None:
    assert round_up(value) == pytest.approx(rounded)
