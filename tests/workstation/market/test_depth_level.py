from decimal import Decimal

import numpy as np
import pytest

from workstation.market.depth_grid import BUCKET_MS, DepthGrid
from workstation.market.depth_level import (
    UNKNOWN_CODE,
    DepthLevel,
    level_codes,
    level_columns,
    level_for,
)
from workstation.market.order_book import OrderBook
from workstation.market.size_code import decode, encode
from workstation.model.columns import BOOK_UPDATE, LEVEL
from workstation.model.instrument import ContractKind, Instrument, SequenceRule

INSTRUMENT = Instrument(
    venue="test",
    symbol="BTCUSDT",
    kind=ContractKind.LINEAR,
    tick_size=Decimal("0.1"),
    lot_size=Decimal("0.001"),
    contract_size=Decimal(1),
    base="BTC",
    quote="USDT",
    sequence_rule=SequenceRule.FULL_SNAPSHOTS,
)


def snapshot(book: OrderBook, middle: float, event_ms: int, size: float = 1.0) -> None:
    levels = np.zeros(400, LEVEL)
    steps = np.arange(200)
    levels["side"] = np.repeat((1, -1), 200)
    levels["price"] = np.round(np.concatenate((middle - 0.1 - steps * 0.7, middle + 0.1 + steps * 0.7)), 1)
    levels["size"] = size * (1 + np.tile(steps, 2) % 7)
    update = np.zeros(1, BOOK_UPDATE)
    update["event_ms"] = event_ms
    update["levels"] = len(levels)
    update["is_snapshot"] = True
    book.apply(update, levels)


@pytest.fixture
def grid() -> DepthGrid:
    """Ninety buckets from 1,000: sizes that change in each, a gap of three, then a moved window."""
    book = OrderBook(INSTRUMENT)
    snapshot(book, 60_000.0, 0)
    grid = DepthGrid(INSTRUMENT, book)
    for bucket in range(1_000, 1_090):
        if bucket == 1_040:
            book.clear()
        grid.advance(bucket * BUCKET_MS)
        if bucket < 1_039 or bucket > 1_042:
            middle = 60_000.0 if bucket < 1_070 else 60_400.0
            snapshot(book, middle, bucket * BUCKET_MS, size=1.0 + bucket % 13)
            grid.replace(bucket * BUCKET_MS)
    grid.settle()
    return grid


def base_size(grid: DepthGrid, bucket: int, price_bin: int) -> float | None:
    """One cell of the grid, read by the letter of its law."""
    row = bucket % grid.columns
    first = int(grid.first_bin[row])
    if grid.gap[row] or not first <= price_bin < first + grid.bins:
        return None
    return float(decode(grid.codes[row, price_bin % grid.bins : price_bin % grid.bins + 1])[0])


@pytest.mark.parametrize("buckets", (1, 2, 4, 10))
@pytest.mark.parametrize("bins", (1, 2, 5, 10))
def test_a_coarse_cell_is_the_sum_over_its_prices_at_the_end_of_its_time(
    grid: DepthGrid, buckets: int, bins: int
) -> None:
    level = DepthLevel(buckets, bins)
    first, end = level_columns(grid, level)
    numbers = np.arange(first, end)
    lowest = 59_400 // bins
    count = 1_600 // bins
    codes = level_codes(grid, level, numbers, lowest, count)
    rng = np.random.default_rng(7)
    newest = grid.buckets[1] - 1
    for _ in range(400):
        column, price_bin = int(rng.integers(len(numbers))), int(rng.integers(count))
        bucket = min((first + column + 1) * buckets - 1, newest)
        parts = [base_size(grid, bucket, (lowest + price_bin) * bins + part) for part in range(bins)]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            assert codes[column, price_bin] == UNKNOWN_CODE
        elif bins == 1:
            assert codes[column, price_bin] == encode(np.array(known))[0]
        else:
            assert codes[column, price_bin] == encode(np.array([np.sum(known)]))[0]


def test_a_gap_that_holds_the_end_of_a_coarse_column_makes_it_unknown(grid: DepthGrid) -> None:
    gaps = [bucket for bucket in range(*grid.buckets) if grid.gap[bucket % grid.columns]]
    assert gaps
    level = DepthLevel(2, 1)
    for number in range(*level_columns(grid, level)):
        codes = level_codes(grid, level, np.array([number]), 59_900, 200)
        ends_in_gap = min(number * 2 + 1, grid.buckets[1] - 1) in gaps
        assert bool((codes == UNKNOWN_CODE).all()) is ends_in_gap


def test_columns_the_grid_does_not_hold_are_unknown(grid: DepthGrid) -> None:
    first, end = grid.buckets
    codes = level_codes(grid, DepthLevel(), np.array([first - 1, end, end + grid.columns]), 59_900, 200)
    assert (codes == UNKNOWN_CODE).all()


@pytest.mark.parametrize(
    "bucket_px, bin_px, level",
    (
        (3.0, 2.0, DepthLevel(1, 1)),
        (1.0, 1.0, DepthLevel(1, 1)),
        (0.5, 0.4, DepthLevel(2, 5)),
        (0.3, 0.9, DepthLevel(4, 2)),
        (0.001, 0.001, DepthLevel(1_800, 100)),
        (0.000_01, 0.001, DepthLevel(7_200, 100)),
    ),
)
def test_the_finest_level_has_cells_of_at_least_a_pixel(
    bucket_px: float, bin_px: float, level: DepthLevel
) -> None:
    assert level_for(bucket_px, bin_px) == level


def test_the_best_prices_of_a_bucket_are_those_at_its_end_and_none_in_a_gap(grid: DepthGrid) -> None:
    for bucket in range(*grid.buckets):
        best = grid.best[bucket % grid.columns]
        if grid.gap[bucket % grid.columns]:
            assert np.isnan(best).all()
        else:
            middle = 60_000.0 if bucket < 1_070 else 60_400.0
            assert best.tolist() == pytest.approx([middle - 0.1, middle + 0.1])
