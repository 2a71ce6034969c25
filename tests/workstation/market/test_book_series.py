"""Spread and imbalance over time are those of the book at the end of each column, at every level."""

import numpy as np
import pytest

from tests.workstation.market.test_depth_map import FIRST, live_grid
from workstation.market.book_series import LEAST_BINS, NEAR_SHARE, book_series
from workstation.market.depth_map import DepthMap
from workstation.market.size_code import decode


@pytest.mark.parametrize("buckets", (1, 10, 60))
def test_each_column_is_the_book_at_its_end(buckets: int) -> None:
    grid = live_grid(FIRST, 700, gap=(FIRST + 300, FIRST + 330))
    source = DepthMap(grid)
    numbers = np.unique(np.arange(*grid.buckets) // buckets)
    series = book_series(source, buckets, numbers)
    known = 0
    for number, (spread, imbalance) in zip(numbers.tolist(), series.tolist(), strict=True):
        bucket = min(number * buckets + buckets - 1, grid.buckets[1] - 1)
        row = bucket % grid.columns
        if grid.gap[row]:
            assert np.isnan(spread)
            assert np.isnan(imbalance)
            continue
        bid, ask = grid.best[row].tolist()
        assert spread == pytest.approx((ask - bid) / ((ask + bid) / 2))
        edge = round((bid + ask) / 2 / grid.bin_size)
        near = max(LEAST_BINS, int(NEAR_SHARE * (bid + ask) / 2 / grid.bin_size))
        bins = np.arange(edge - near, edge + near)
        sizes = decode(grid.codes[row, bins % grid.bins])
        bids, asks = sizes[:near].sum(), sizes[near:].sum()
        assert imbalance == pytest.approx((bids - asks) / (bids + asks), abs=0.02)
        known += 1
    assert known > 5
