import itertools
from math import floor, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workstation.market.made import make_instrument, make_updates
from workstation.market import depth_grid
from workstation.market.depth_grid import BUCKET_MS, DepthGrid, ticks_per_bin
from workstation.market.order_book import BookStatus, OrderBook
from workstation.market.size_code import encode
from workstation.market.state import SymbolState
from workstation.model.columns import MarketBatch, Records
from workstation.runtime.clock import ManualClock


@pytest.fixture(autouse=True)
def small_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small enough to wrap in time and to be left by the price within one test."""
    monkeypatch.setattr(depth_grid, "COLUMNS", 16)
    monkeypatch.setattr(depth_grid, "BINS", 40)


@pytest.mark.parametrize(
    ("price", "tick_size", "ticks"),
    [
        (61_800.0, 0.1, 10),
        (61_800.0, 0.01, 100),
        (2_690.0, 0.01, 5),
        (0.0111, 1e-7, 2),
        (431.0, 0.01, 1),
        (1.0, 0.1, 1),
    ],
)
def test_bins_are_round_numbers_of_ticks_that_cover_about_two_percent(
    price: float, tick_size: float, ticks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depth_grid, "BINS", 1_000)
    assert ticks_per_bin(price, tick_size) == ticks


def apply(state: SymbolState, updates: Records, levels: Records) -> None:
    state.apply(MarketBatch("binance_usdm", "BTCUSDT", updates=updates, levels=levels))


def cells(grid: DepthGrid, bucket: int) -> dict[int, int]:
    """Codes of a column by price bin, empty ones left out."""
    row = bucket % grid.columns
    first = int(grid.first_bin[row])
    return {
        b: int(grid.codes[row, b % grid.bins])
        for b in range(first, first + grid.bins)
        if grid.codes[row, b % grid.bins]
    }


def expected_cells(book: OrderBook, grid: DepthGrid, bucket: int) -> dict[int, int]:
    """The law, level by level: sizes of both sides summed by bin, within the column's window."""
    first = int(grid.first_bin[bucket % grid.columns])
    sizes: dict[int, float] = {}
    for levels in (book.bids, book.asks):
        for price, size in levels.items():
            price_bin = floor(round(price / 0.1) / round(grid.bin_size / 0.1))
            if first <= price_bin < first + grid.bins:
                sizes[price_bin] = sizes.get(price_bin, 0.0) + size
    return {price_bin: int(encode(np.array([size]))[0]) for price_bin, size in sizes.items()}


SNAPSHOT = ((100, 100, -1), [(100.0, 1.0), (99.9, 2.0)], [(100.1, 4.0), (100.2, 8.0)])


def live_state(event_ms: int = 10_000) -> SymbolState:
    state = SymbolState(make_instrument(), ManualClock())
    apply(state, *make_updates(SNAPSHOT, snapshots=[0], event_ms=[event_ms]))
    return state


def test_there_is_no_grid_before_the_first_snapshot() -> None:
    state = SymbolState(make_instrument(), ManualClock())
    apply(state, *make_updates(((1, 2, 0), [(100.0, 1.0)], [])))
    assert state.grid is None


def test_a_cell_is_the_size_at_the_end_of_its_bucket_not_its_largest() -> None:
    state = live_state(10_000)
    apply(
        state,
        *make_updates(
            ((100, 101, 99), [(99.9, 50.0)], []),
            ((102, 102, 101), [(99.9, 3.0)], []),
            ((103, 103, 102), [(99.9, 7.0)], []),
            event_ms=[10_100, 10_499, 10_500],
        ),
    )
    grid = state.grid
    assert grid is not None
    assert cells(grid, 20)[999] == encode(np.array([3.0]))[0]
    assert cells(grid, 21)[999] == encode(np.array([7.0]))[0]
    assert grid.finished == 1


def test_a_quiet_book_keeps_its_sizes_until_it_is_silent_for_too_long() -> None:
    state = live_state(10_000)
    apply(state, *make_updates(((100, 101, 99), [(99.9, 5.0)], []), event_ms=[17_000]))
    grid = state.grid
    assert grid is not None
    known = [bucket for bucket in range(*grid.buckets) if not grid.gap[bucket % grid.columns]]
    # Known for five seconds after the last update, then not, then again.
    assert known == [*range(20, 30), 34]
    assert all(cells(grid, bucket) == cells(grid, 20) for bucket in range(20, 30))
    assert cells(grid, 31) == {}


def test_a_broken_book_is_a_gap_until_its_next_snapshot() -> None:
    state = live_state(10_000)
    lost = ((110, 111, 109), [(99.9, 5.0)], [])
    again = ((120, 120, -1), [(100.0, 9.0)], [(100.1, 9.0)])
    apply(state, *make_updates(lost, again, event_ms=[10_600, 11_700], snapshots=[1]))
    grid = state.grid
    assert grid is not None
    assert [bool(grid.gap[bucket % grid.columns]) for bucket in range(20, 24)] == [False, True, True, False]
    assert np.isnan(grid.best[21 % grid.columns]).all()
    assert grid.best[23 % grid.columns].tolist() == [100.0, 100.1]


def test_the_window_follows_the_market_and_reads_what_rests_there() -> None:
    state = live_state(10_000)
    far = [(110.0, 5.0), (109.9, 6.0)]
    apply(state, *make_updates(((100, 101, 99), [], [(112.0, 2.0)]), event_ms=[10_100]))
    grid = state.grid
    assert grid is not None
    assert 1120 not in cells(grid, 20)  # outside the window of 40 bins of 0.1
    move = ((102, 102, 101), far, [(100.1, 0.0), (100.2, 0.0)])
    apply(state, *make_updates(move, ((103, 103, 102), [], []), event_ms=[10_200, 10_600]))
    assert set(cells(grid, 21)) == {1099, 1100, 1120}
    assert int(grid.first_bin[20 % grid.columns]) != int(grid.first_bin[21 % grid.columns])


def test_a_jump_longer_than_the_ring_leaves_nothing_old() -> None:
    state = live_state(10_000)
    apply(state, *make_updates(((100, 101, 99), [(99.9, 5.0)], []), event_ms=[10_000 + 1_000 * BUCKET_MS]))
    grid = state.grid
    assert grid is not None
    first, end = grid.buckets
    assert end - first == grid.columns
    assert [bucket for bucket in range(first, end) if not grid.gap[bucket % grid.columns]] == [end - 1]


def test_finished_columns_are_those_that_can_change_no_more() -> None:
    state = live_state(10_000)
    apply(state, *make_updates(((100, 101, 99), [(99.9, 5.0)], []), event_ms=[11_100]))
    grid = state.grid
    assert grid is not None
    columns = grid.finished_columns(0)
    assert columns.start_ms.tolist() == [10_000, 10_500]
    for index, bucket in enumerate((20, 21)):
        stored = {
            int(columns.first_bin[index]) + offset: int(code)
            for offset, code in enumerate(columns.cells[index])
            if code
        }
        assert stored == cells(grid, bucket)
    assert len(grid.finished_columns(21)) == 1
    assert len(grid.finished_columns(22)) == 0


@st.composite
def markets(draw: st.DrawFn) -> tuple[Records, Records]:
    """A stream with moves, quiet spells, gaps and snapshots, as columns."""
    messages, times, snapshots = [], [], []
    last_id, now, middle = 100, 10_000, 1_000
    for index in range(draw(st.integers(1, 30))):
        now += draw(st.sampled_from([0, 1, 90, 250, 499, 500, 1_700, 6_000, 9_000]))
        middle += draw(st.sampled_from([0, 0, 1, -1, 8, -8, 30, -30]))
        bids = [(tick / 10, draw(st.integers(0, 9)) / 8) for tick in draw(ticks_below(middle))]
        asks = [(tick / 10, draw(st.integers(0, 9)) / 8) for tick in draw(ticks_above(middle))]
        if index == 0 or draw(st.integers(0, 9)) == 0:
            snapshots.append(index)
            bids.append((middle / 10, 1.0))
            asks.append(((middle + 1) / 10, 1.0))
            last_id += 1
            messages.append(((last_id, last_id, -1), bids, asks))
        else:
            previous = last_id + (draw(st.integers(0, 9)) == 0)  # now and then one is missing
            messages.append(((previous + 1, previous + 1, previous), bids, asks))
            last_id = previous + 1
        times.append(now)
    return make_updates(*messages, event_ms=times, snapshots=snapshots)


def ticks_below(middle: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(middle - 60, middle), max_size=4)


def ticks_above(middle: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(middle + 1, middle + 60), max_size=4)


def snapshot_of(grid: DepthGrid) -> dict[int, tuple[bool, int, dict[int, int]]]:
    return {
        bucket: (
            bool(grid.gap[bucket % grid.columns]),
            int(grid.first_bin[bucket % grid.columns]),
            cells(grid, bucket),
        )
        for bucket in range(*grid.buckets)
    }


@settings(max_examples=60)
@given(markets(), st.lists(st.integers(0, 30), max_size=5))
def test_cells_do_not_depend_on_how_updates_were_batched(
    market: tuple[Records, Records], cuts: list[int]
) -> None:
    updates, levels = market
    whole = SymbolState(make_instrument(), ManualClock())
    apply(whole, updates, levels)
    pieces = SymbolState(make_instrument(), ManualClock())
    ends = np.concatenate(([0], np.cumsum(updates["levels"])))
    bounds = [0, *sorted({cut % len(updates) for cut in cuts} - {0}), len(updates)]
    for a, b in itertools.pairwise(bounds):
        apply(pieces, updates[a:b], levels[ends[a] : ends[b]])
    assert whole.grid is not None
    assert pieces.grid is not None
    assert snapshot_of(whole.grid) == snapshot_of(pieces.grid)


@settings(max_examples=60)
@given(markets())
def test_every_column_equals_the_book_at_the_end_of_its_bucket(market: tuple[Records, Records]) -> None:
    updates, levels = market
    state = SymbolState(make_instrument(), ManualClock())
    reference = OrderBook(make_instrument())
    ends = np.concatenate(([0], np.cumsum(updates["levels"])))
    for index in range(len(updates)):
        part = updates[index : index + 1], levels[ends[index] : ends[index + 1]]
        apply(state, *part)
        reference.apply(*part)
        grid = state.grid
        assert grid is not None
        bucket = grid.buckets[1] - 1
        assert bucket == int(updates["event_ms"][index]) // BUCKET_MS
        if reference.status is BookStatus.LIVE:
            assert cells(grid, bucket) == expected_cells(reference, grid, bucket)
            best = grid.best[bucket % grid.columns]
            for seen, known in zip(best, (reference.best_bid, reference.best_ask), strict=True):
                assert seen == known or (isnan(seen) and isnan(known))
        else:
            assert grid.gap[bucket % grid.columns]
